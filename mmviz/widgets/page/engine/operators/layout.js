// Operators that move elements without changing them, and arrays that are filled once.
/** @import { Builder, Building, Built, Tensor } from "../types.js" */
import { axis, checkSize, fail, number, numbers, tensor, tensors } from "../arguments.js";
import { axisOf, broadcastStrides, sizeOf, stridesOf } from "../shape.js";
import { gatheredBy, scatteredBy, together } from "../strided.js";

/** The same elements in the same order. @type {Builder} */
function view(node) {
  const x = tensor(node, "self");
  checkSize(node, x, node.out);
  return { alias: x };
}

/** @type {Builder} */
function permute(node, building) {
  const x = tensor(node, "self"), rank = x.shape.length, order = x.shape.map((_, k) => k);
  if (node.op === "permute") numbers(node, "dims").forEach((d, k) => (order[k] = axisOf(d, rank)));
  else if (node.op === "t") order.reverse();
  else {
    const one = axis(node, "dim0", rank), other = axis(node, "dim1", rank);
    [order[one], order[other]] = [order[other], order[one]];
  }
  if (new Set(order).size !== rank || order.some((d) => !(d >= 0 && d < rank))) fail(node, `has the axes ${order.join(", ")}`);
  checkSize(node, x, node.out);
  if (order.filter((d) => x.shape[d] > 1).every((d, k, all) => k === 0 || all[k - 1] < d)) return { alias: x };
  const strides = stridesOf(x.shape);
  return gatheredBy(building, node.out, x, order.map((d) => strides[d]), 0);
}

/**
 * Return a part of an array along one axis: its memory where the part is in one piece, else a copy.
 * @param {Building} building @param {Tensor} x @param {Tensor} out @param {number} along @param {number} start @param {number[]} strides @param {number[]} shape @returns {Built}
 */
function part(building, x, out, along, start, strides, shape) {
  const steps = stridesOf(x.shape), whole = sizeOf(x.shape.slice(0, along)) === 1 && strides[along] === steps[along];
  return whole ? { alias: x, shift: start * steps[along] } : gatheredBy(building, out, x, strides, start * steps[along], shape);
}

/** @type {Builder} */
function select(node, building) {
  const x = tensor(node, "self"), along = axis(node, "dim", x.shape.length), given = number(node, "index"), start = given < 0 ? given + x.shape[along] : given;
  if (!(start >= 0 && start < x.shape[along]) || node.out.size * x.shape[along] !== x.size) fail(node, `takes element ${given} of ${x.shape[along]}`);
  const shape = x.shape.map((n, k) => (k === along ? 1 : n));
  return part(building, x, node.out, along, start, stridesOf(x.shape), shape);
}

/** @type {Builder} */
function slice(node, building) {
  const x = tensor(node, "self"), along = axis(node, "dim", x.shape.length, 0), n = x.shape[along], step = number(node, "step", 1);
  let start = number(node, "start", 0);
  start = Math.min(n, Math.max(0, start < 0 ? start + n : start));
  const length = node.out.shape[along];
  if (node.out.size === 0) return { run: () => {} };
  if (step < 1 || start + (length - 1) * step >= n || node.out.size * n !== x.size * length) fail(node, `takes ${length} elements from ${start} of ${n}`);
  return part(building, x, node.out, along, start, stridesOf(x.shape).map((s, k) => (k === along ? s * step : s)), node.out.shape);
}

/** @type {Builder} */
function split(node, building) {
  const x = tensor(node, "self"), rank = x.shape.length, along = axis(node, "dim", rank, 0), strides = stridesOf(x.shape), one = node.op === "unbind";
  let start = 0;
  const runs = node.parts.map((out) => {
    if (out === null) return {};
    const length = one ? 1 : out.shape[along], shape = x.shape.map((n, k) => (k === along ? length : n));
    if (start + length > x.shape[along] || sizeOf(shape) !== out.size) fail(node, `is cut into more than the ${x.shape[along]} there are`);
    start += length;
    return gatheredBy(building, out, x, strides, (start - length) * strides[along], shape);
  });
  return together(runs);
}

/** @type {Builder} */
function join(node, building) {
  const list = tensors(node, "tensors").filter((x) => x.size > 0), { out } = node, along = axis(node, "dim", out.shape.length, 0), strides = stridesOf(out.shape);
  let start = 0;
  const runs = list.map((x) => {
    const shape = node.op === "stack" ? [...x.shape.slice(0, along), 1, ...x.shape.slice(along)] : x.shape;
    if (shape.length !== out.shape.length || shape.some((n, k) => k !== along && n !== out.shape[k])) fail(node, `cannot join ${shape.join(" x ")} to ${out.shape.join(" x ")}`);
    const run = scatteredBy(building, out, x, strides, start * strides[along], shape);
    start += shape[along];
    return run;
  });
  if (start !== out.shape[along]) fail(node, `joins ${start} of ${out.shape[along]}`);
  return together(runs);
}

/** @type {Builder} */
function pad(node) {
  const x = tensor(node, "self"), { out } = node, widths = numbers(node, "pad"), rank = x.shape.length, value = number(node, "value", 0);
  if (node.args.mode != null && node.args.mode !== "constant") fail(node, `pads with ${String(node.args.mode)}, which is not available`);
  const before = x.shape.map((_, k) => widths[2 * (rank - 1 - k)] ?? 0), behind = x.shape.map((_, k) => widths[2 * (rank - 1 - k) + 1] ?? 0);
  if (x.shape.some((n, k) => n + before[k] + behind[k] !== out.shape[k])) fail(node, `pads ${x.shape.join(" x ")} to ${out.shape.join(" x ")}`);
  const kept = x.shape.map((n, k) => n + Math.min(0, before[k]) + Math.min(0, behind[k])), from = stridesOf(x.shape), to = stridesOf(out.shape);
  const start = before.reduce((sum, n, k) => sum + Math.max(0, -n) * from[k], 0), target = before.reduce((sum, n, k) => sum + Math.max(0, n) * to[k], 0);
  const rows = sizeOf(kept.slice(0, -1)), width = kept.at(-1) ?? 1;
  const index = new Int32Array(rank);
  return {
    run: () => {
      out.data.fill(value);
      index.fill(0);
      for (let r = 0; r < rows; r++) {
        let a = start, b = target;
        for (let k = 0; k < rank - 1; k++) {
          a += index[k] * from[k];
          b += index[k] * to[k];
        }
        for (let k = 0; k < width; k++) out.data[b + k] = x.data[a + k];
        for (let k = rank - 2; k >= 0; k--) {
          if (++index[k] < kept[k]) break;
          index[k] = 0;
        }
      }
    },
  };
}

/** @type {Builder} */
function repeat(node, building) {
  const x = tensor(node, "self"), { out } = node, times = numbers(node, "repeats"), missing = times.length - x.shape.length;
  // each axis of the output as (times, size): times repeat, size moves
  const shape = times.flatMap((n, k) => [n, x.shape[k - missing] ?? 1]), from = times.flatMap((_, k) => [1, x.shape[k - missing] ?? 1]);
  if (sizeOf(shape) !== out.size) fail(node, "repeats to another size");
  return gatheredBy(building, out, x, broadcastStrides(from, shape), 0, shape);
}

/** @type {Builder} */
function flip(node, building) {
  const x = tensor(node, "self"), strides = stridesOf(x.shape);
  let start = 0;
  checkSize(node, x, node.out);
  for (const given of numbers(node, "dims")) {
    const k = axisOf(given, x.shape.length);
    if (!(k in strides)) fail(node, `has axis ${given} of ${x.shape.length}`);
    start += (x.shape[k] - 1) * strides[k];
    strides[k] = -strides[k];
  }
  return gatheredBy(building, node.out, x, strides, start);
}

/** @type {Builder} */
function triangle(node) {
  const x = tensor(node, "self"), { out } = node, shift = number(node, "diagonal", 0), columns = out.shape.at(-1) ?? 1, rows = out.shape.at(-2) ?? 1, lower = node.op === "tril";
  checkSize(node, x, out);
  return {
    run: () => {
      for (let i = 0; i < out.size; i++) {
        const above = (i % columns) - (Math.floor(i / columns) % rows) - shift;
        out.data[i] = (lower ? above <= 0 : above >= 0) ? x.data[i] : 0;
      }
    },
  };
}

/** @param {(node: import("../types.js").BoundNode, data: import("../types.js").Data) => void} fill @returns {Builder} */
const filled = (fill) => (node) => {
  node.out.constant = true;
  return { run: () => fill(node, node.out.data) };
};

const zeros = filled((_, o) => o.fill(0)), ones = filled((_, o) => o.fill(1)), full = filled((node, o) => o.fill(number(node, "fill_value")));

/** @type {Record<string, Builder>} */
export const layout = {
  ...Object.fromEntries(["view", "_unsafe_view", "reshape", "flatten", "unflatten", "unsqueeze", "squeeze", "clone", "detach", "alias", "contiguous", "lift_fresh_copy"].map((op) => [op, view])),
  dropout: (node) => ({ alias: tensor(node, "input") }),
  permute,
  transpose: permute,
  t: permute,
  select,
  slice,
  split,
  split_with_sizes: split,
  chunk: split,
  unbind: split,
  cat: join,
  stack: join,
  pad,
  constant_pad_nd: pad,
  repeat,
  flip,
  tril: triangle,
  triu: triangle,
  zeros,
  zeros_like: zeros,
  new_zeros: zeros,
  ones,
  ones_like: ones,
  new_ones: ones,
  full,
  full_like: full,
  new_full: full,
  arange: filled((node, o) => {
    for (let i = 0; i < o.length; i++) o[i] = number(node, "start", 0) + i * number(node, "step", 1);
  }),
  eye: filled((node, o) => {
    o.fill(0);
    for (let i = 0; i < o.length; i += node.out.shape[1] + 1) o[i] = 1;
  }),
};
