// Shapes of contiguous arrays: sizes, strides, broadcasting, and the walk over all rows of the last axis.

/** @param {readonly number[]} shape */
export const sizeOf = (shape) => shape.reduce((a, b) => a * b, 1);

/** @param {readonly number[]} shape @returns {number[]} */
export function stridesOf(shape) {
  const strides = new Array(shape.length);
  for (let axis = shape.length - 1, n = 1; axis >= 0; axis--) {
    strides[axis] = n;
    n *= shape[axis];
  }
  return strides;
}

/**
 * Return the strides of an array that is broadcast to a shape; 0 along repeated axes.
 * @param {readonly number[]} shape
 * @param {readonly number[]} target
 */
export function broadcastStrides(shape, target) {
  const strides = stridesOf(shape), missing = target.length - shape.length;
  return target.map((_, axis) => (axis < missing || shape[axis - missing] === 1 ? 0 : strides[axis - missing]));
}

/** @param {number} axis @param {number} rank */
export const axisOf = (axis, rank) => (axis < 0 ? axis + rank : axis);

/**
 * Call `row(position, offsets)` for every row of the last axis, with the first element of the row in each array.
 * @param {readonly number[]} shape
 * @param {readonly (readonly number[])[]} strides one list per array
 * @param {readonly number[]} starts
 * @param {(position: number, offsets: Int32Array) => void} row
 * @returns {() => void}
 */
export function rowWalk(shape, strides, starts, row) {
  const last = shape.length - 1, inner = last < 0 ? 1 : shape[last], rows = inner ? sizeOf(shape) / inner : 0, count = strides.length;
  const index = new Int32Array(Math.max(1, shape.length)), offsets = new Int32Array(count);
  return () => {
    index.fill(0);
    for (let a = 0; a < count; a++) offsets[a] = starts[a];
    for (let r = 0; r < rows; r++) {
      row(r * inner, offsets);
      for (let axis = last - 1; axis >= 0; axis--) {
        for (let a = 0; a < count; a++) offsets[a] += strides[a][axis];
        if (++index[axis] < shape[axis]) break;
        for (let a = 0; a < count; a++) offsets[a] -= strides[a][axis] * shape[axis];
        index[axis] = 0;
      }
    }
  };
}

/**
 * Return code that copies elements from strided places into a contiguous array.
 * @param {import("./types.js").Tensor} out
 * @param {import("./types.js").Tensor} from
 * @param {readonly number[]} strides of `from`, one per axis of `shape`
 * @param {number} start
 * @param {readonly number[]} [shape] of `out`
 */
export function gathered(out, from, strides, start, shape = out.shape) {
  const last = shape.length - 1, inner = last < 0 ? 1 : shape[last], step = last < 0 ? 0 : strides[last];
  return rowWalk(shape, [strides], [start], (position, offsets) => {
    const o = out.data, x = from.data, at = offsets[0];
    if (step === 1) for (let k = 0; k < inner; k++) o[position + k] = x[at + k];
    else for (let k = 0; k < inner; k++) o[position + k] = x[at + k * step];
  });
}

/**
 * Return code that copies a contiguous array to strided places.
 * @param {import("./types.js").Tensor} out
 * @param {import("./types.js").Tensor} from
 * @param {readonly number[]} strides of `out`, one per axis of `shape`
 * @param {number} start
 * @param {readonly number[]} [shape] of `from`
 */
export function scattered(out, from, strides, start, shape = from.shape) {
  const last = shape.length - 1, inner = last < 0 ? 1 : shape[last], step = last < 0 ? 1 : strides[last];
  return rowWalk(shape, [strides], [start], (position, offsets) => {
    const o = out.data, x = from.data, at = offsets[0];
    for (let k = 0; k < inner; k++) o[at + k * step] = x[position + k];
  });
}
