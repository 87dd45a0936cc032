// Elements by their positions: gather, scatter, tables, sorting.
/** @import { BoundNode, Builder, Tensor } from "../types.js" */
import { axis, checkSize, fail, isTensor, number, operand, tensor } from "../arguments.js";
import { broadcastStrides, sizeOf, stridesOf } from "../shape.js";

/**
 * Return code that calls `each(element of the index, place in x, place in another array)` for every element of an index.
 * @param {BoundNode} node @param {Tensor} x @param {Tensor} index @param {number} along @param {readonly number[]} other strides of the other array
 * @param {(at: number, place: number, elsewhere: number) => void} each
 */
function byIndex(node, x, index, along, other, each) {
  const rank = x.shape.length, strides = stridesOf(x.shape), { shape } = index, limit = x.shape[along], step = strides[along];
  if (shape.length !== rank || shape.some((n, k) => k !== along && n > x.shape[k])) fail(node, `has an index of shape ${shape.join(" x ")} for ${x.shape.join(" x ")}`);
  const place = new Int32Array(rank);
  return () => {
    place.fill(0);
    let base = 0, elsewhere = 0;
    for (let at = 0; at < index.size; at++) {
      const found = index.data[at];
      if (!(found >= 0 && found < limit)) fail(node, `has the index ${found} of ${limit}`);
      each(at, base + found * step, elsewhere);
      for (let k = rank - 1; k >= 0; k--) {
        if (k !== along) base += strides[k];
        elsewhere += other[k];
        if (++place[k] < shape[k]) break;
        if (k !== along) base -= strides[k] * shape[k];
        elsewhere -= other[k] * shape[k];
        place[k] = 0;
      }
    }
  };
}

/** @type {Builder} */
function gather(node, building) {
  const x = tensor(node, "self"), index = tensor(node, "index"), along = axis(node, "dim", x.shape.length), { out } = node;
  checkSize(node, index, out);
  if (building.simd && x.type === "f" && out.type === "f" && index.type === "i" && index.shape.length === x.shape.length && index.shape.every((n, k) => k === along || n === x.shape[k])) {
    const outer = sizeOf(x.shape.slice(0, along)), inner = sizeOf(x.shape.slice(along + 1)), n = x.shape[along], m = index.shape[along];
    return {
      run: () => {
        if (building.kernels.gather(x.data.byteOffset, index.data.byteOffset, out.data.byteOffset, outer, n, m, inner)) fail(node, `has an index outside of 0 to ${n - 1}`);
      },
    };
  }
  return { run: byIndex(node, x, index, along, stridesOf(index.shape), (at, place) => { out.data[at] = x.data[place]; }) };
}

/** @type {Builder} */
function scatter(node) {
  const x = tensor(node, "self"), index = tensor(node, "index"), along = axis(node, "dim", x.shape.length), { out } = node, adds = node.op === "scatter_add";
  const from = node.args.src == null ? operand(node, "value") : tensor(node, "src"), scalar = from.shape.length === 0;
  checkSize(node, x, out);
  if (!scalar && index.shape.some((n, k) => n > from.shape[k])) fail(node, "has fewer values than indices");
  const strides = scalar ? index.shape.map(() => 0) : stridesOf(from.shape);
  const walk = byIndex(node, x, index, along, strides, (_, place, elsewhere) => {
    out.data[place] = adds ? out.data[place] + from.data[elsewhere] : from.data[elsewhere];
  });
  return {
    run: () => {
      out.data.set(x.data);
      walk();
    },
  };
}

/** Rows of a table. @type {Builder} */
function table(node) {
  const embedding = node.op === "embedding", x = tensor(node, embedding ? "weight" : "self"), index = tensor(node, embedding ? "indices" : "index");
  const along = embedding ? 0 : axis(node, "dim", x.shape.length), inner = sizeOf(x.shape.slice(along + 1)), limit = x.shape[along], outer = sizeOf(x.shape.slice(0, along)), { out } = node;
  if (out.size !== outer * index.size * inner) fail(node, "has an output of another size");
  return {
    run: () => {
      for (let u = 0, o = 0; u < outer; u++) for (let k = 0; k < index.size; k++) {
        const found = index.data[k];
        if (!(found >= 0 && found < limit)) fail(node, `has the index ${found} of ${limit}`);
        const from = (u * limit + found) * inner;
        for (let i = 0; i < inner; i++) out.data[o++] = x.data[from + i];
      }
    },
  };
}

/** Elements at the positions of several indices, which are broadcast to each other. @type {Builder} */
function pick(node) {
  const x = tensor(node, "self"), { out } = node, given = node.args.indices;
  if (!Array.isArray(given)) fail(node, "has no list indices");
  const list = /** @type {Tensor[]} */ (given.filter((one) => isTensor(one))), first = given.findIndex((one) => isTensor(one)), behind = first + list.length;
  if (first < 0 || given.slice(first).some((one, k) => k < list.length && !isTensor(one)) || list.some((one) => one.type === "b")) fail(node, "has indices that are not available: give positions for neighbouring axes");
  const rank = Math.max(...list.map((one) => one.shape.length)), shape = Array.from({ length: rank }, (_, k) => Math.max(...list.map((one) => one.shape[k - rank + one.shape.length] ?? 1)));
  const strides = list.map((one) => broadcastStrides(one.shape, shape)), steps = stridesOf(x.shape), rows = sizeOf(shape), walk = stridesOf(shape);
  const outer = sizeOf(x.shape.slice(0, first)), inner = sizeOf(x.shape.slice(behind)), block = sizeOf(x.shape.slice(first));
  if (outer * rows * inner !== out.size) fail(node, "has an output of another size");
  return {
    run: () => {
      for (let u = 0, o = 0; u < outer; u++) for (let r = 0; r < rows; r++) {
        let from = u * block;
        for (let k = 0; k < list.length; k++) {
          let at = 0;
          for (let d = 0; d < rank; d++) at += (Math.floor(r / walk[d]) % shape[d]) * strides[k][d];
          const raw = list[k].data[at], limit = x.shape[first + k], found = raw < 0 ? raw + limit : raw;
          if (!(found >= 0 && found < limit)) fail(node, `has the index ${raw} of ${limit}`);
          from += found * steps[first + k];
        }
        for (let i = 0; i < inner; i++) out.data[o++] = x.data[from + i];
      }
    },
  };
}

/** @type {Builder} */
function search(node) {
  const sorted = tensor(node, "sorted_sequence"), x = tensor(node, "self"), { out } = node, length = sorted.shape.at(-1) ?? 1, each = x.shape.at(-1) ?? 1, one = sorted.shape.length === 1;
  const right = Boolean(node.args.right) || node.args.side === "right";
  checkSize(node, x, out);
  if (!one && sorted.size / length !== x.size / each) fail(node, "has other rows of sorted values than of values");
  if (node.args.sorter != null) fail(node, "has a sorter, which is not available");
  return {
    run: () => {
      for (let i = 0; i < x.size; i++) {
        const base = one ? 0 : Math.floor(i / each) * length, value = x.data[i];
        let low = 0, high = length;
        while (low < high) {
          const middle = (low + high) >> 1, at = sorted.data[base + middle];
          if (right ? at <= value : at < value) low = middle + 1;
          else high = middle;
        }
        out.data[i] = low;
      }
    },
  };
}

/** Sorting along an axis, stable: positions, values and positions, or the first few. @type {Builder} */
function sort(node) {
  const x = tensor(node, "self"), rank = x.shape.length, along = axis(node, "dim", rank, -1), length = x.shape[along] ?? 1, step = stridesOf(x.shape)[along] ?? 1;
  const few = node.op === "topk", kept = few ? number(node, "k") : length, descending = few ? number(node, "largest", 1) !== 0 : number(node, "descending", 0) !== 0;
  const values = node.op === "argsort" ? null : node.parts[0], places = node.op === "argsort" ? node.out : node.parts[1], sign = descending ? -1 : 1, outer = x.size / Math.max(1, length * step);
  if (!(kept <= length) || (values ?? places)?.size !== outer * kept * step) fail(node, `keeps ${kept} of ${length}`);
  return {
    run: () => {
      for (let u = 0; u < outer; u++) for (let k = 0; k < step; k++) {
        const base = u * length * step + k, order = Array.from({ length }, (_, i) => i).sort((a, b) => sign * (x.data[base + a * step] - x.data[base + b * step]) || a - b);
        for (let i = 0, o = u * kept * step + k; i < kept; i++, o += step) {
          if (values) values.data[o] = x.data[base + order[i] * step];
          if (places) places.data[o] = order[i];
        }
      }
    },
  };
}

/** @type {Record<string, Builder>} */
export const indexing = { gather, scatter, scatter_add: scatter, index_select: table, embedding: table, index: pick, searchsorted: search, argsort: sort, sort, topk: sort };
