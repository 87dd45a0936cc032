// Sums, extremes and running values along axes; softmax and normalisation over the last axis.
/** @import { Builder, Tensor } from "../types.js" */
import { axis, checkShape, checkSize, fail, number, numbers, optional, tensor } from "../arguments.js";
import { axisOf, rowWalk, sizeOf, stridesOf } from "../shape.js";

/** @type {Record<string, { start: number, fold: (a: number, b: number) => number }>} */
const FOLDS = {
  sum: { start: 0, fold: (a, b) => a + b },
  mean: { start: 0, fold: (a, b) => a + b },
  prod: { start: 1, fold: (a, b) => a * b },
  any: { start: 0, fold: (a, b) => (a || b ? 1 : 0) },
  all: { start: 1, fold: (a, b) => (a && b ? 1 : 0) },
  amax: { start: -Infinity, fold: Math.max },
  amin: { start: Infinity, fold: Math.min },
};

/** reductions of the kernels, by their numbers */
const KERNEL_FOLDS = ["sum", "mean", "amax", "amin", "prod"];

/** @param {string} op @returns {Builder} */
const reduction = (op) => (node, building) => {
  const x = tensor(node, "self"), { out } = node, rank = x.shape.length, { start, fold } = FOLDS[op];
  const given = numbers(node, "dim", x.shape.map((_, k) => k)), dims = new Set((given.length ? given : x.shape.map((_, k) => k)).map((d) => axisOf(d, rank)));
  const kept = x.shape.map((n, k) => (dims.has(k) ? 1 : n)), count = x.size / Math.max(1, sizeOf(kept));
  if (sizeOf(kept) !== out.size) fail(node, `reduces ${x.shape.join(" x ")} to ${out.shape.join(" x ")}`);
  const strides = stridesOf(kept).map((s, k) => (dims.has(k) ? 0 : s)), total = new Float64Array(out.size), width = x.shape.at(-1) ?? 1, step = strides.at(-1) ?? 0;
  const first = Math.min(...dims), last = Math.max(...dims), adjacent = dims.size > 0 && last - first + 1 === dims.size, code = KERNEL_FOLDS.indexOf(op);
  if (building.simd && adjacent && code >= 0 && x.type === "f" && out.type === "f" && x.size > 0) {
    const outer = sizeOf(x.shape.slice(0, first)), inner = sizeOf(x.shape.slice(last + 1));
    return { run: () => building.kernels.reduce(code, x.data.byteOffset, out.data.byteOffset, outer, count, inner) };
  }
  const walk = rowWalk(x.shape, [strides], [0], (at, offsets) => {
    const a = x.data, o = offsets[0];
    if (step === 0) {
      let value = total[o];
      for (let k = 0; k < width; k++) value = fold(value, a[at + k]);
      total[o] = value;
    } else for (let k = 0; k < width; k++) total[o + k] = fold(total[o + k], a[at + k]);
  });
  return {
    run: () => {
      total.fill(start);
      walk();
      for (let i = 0; i < out.size; i++) out.data[i] = op === "mean" ? total[i] / count : total[i];
    },
  };
};

/** Largest or smallest value along an axis: values and positions, or positions alone. @param {"max" | "min"} kind @param {boolean} positionOnly @returns {Builder} */
const extreme = (kind, positionOnly) => (node, building) => {
  const x = tensor(node, "self"), rank = x.shape.length, whole = node.args.dim == null, sign = kind === "max" ? 1 : -1;
  if (!positionOnly && whole) return reduction(kind === "max" ? "amax" : "amin")(node, building);
  const along = whole ? 0 : axis(node, "dim", rank), length = whole ? x.size : x.shape[along], inner = whole ? 1 : stridesOf(x.shape)[along], outer = x.size / Math.max(1, length * inner);
  const values = positionOnly ? null : node.parts[0], positions = positionOnly ? node.out : node.parts[1];
  if ((positions ?? values)?.size !== outer * inner) fail(node, "has an output of another size");
  return {
    run: () => {
      for (let u = 0; u < outer; u++) for (let k = 0; k < inner; k++) {
        let best = 0;
        const base = u * length * inner + k;
        for (let i = 1; i < length; i++) if (sign * x.data[base + i * inner] > sign * x.data[base + best * inner]) best = i;
        if (values) values.data[u * inner + k] = x.data[base + best * inner];
        if (positions) positions.data[u * inner + k] = best;
      }
    },
  };
};

/** @type {Builder} */
function running(node, building) {
  const x = tensor(node, "self"), along = axis(node, "dim", x.shape.length), step = stridesOf(x.shape)[along] ?? 1, length = x.shape[along] ?? 1, largest = node.op === "cummax";
  const out = largest ? node.parts[0] : node.out, positions = largest ? node.parts[1] : null, outer = x.size / Math.max(1, length * step);
  if (out && out.size !== x.size) fail(node, "has an output of another size");
  if (building.simd && out && !positions && x.type === "f" && out.type === "f") return { run: () => building.kernels.running(largest ? 2 : 0, x.data.byteOffset, out.data.byteOffset, outer, length, step) };
  return {
    run: () => {
      for (let u = 0; u < outer; u++) for (let k = 0; k < step; k++) {
        let value = largest ? -Infinity : 0, place = 0;
        for (let i = 0, at = u * length * step + k; i < length; i++, at += step) {
          if (!largest) value += x.data[at];
          else if (x.data[at] >= value) {
            value = x.data[at];
            place = i;
          }
          if (out) out.data[at] = value;
          if (positions) positions.data[at] = place;
        }
      }
    },
  };
}

/** @type {Builder} */
function softmax(node, building) {
  const x = tensor(node, "self"), { out } = node, along = axis(node, "dim", x.shape.length), length = x.shape[along] ?? 1, step = stridesOf(x.shape)[along] ?? 1, log = node.op.endsWith("log_softmax");
  checkSize(node, x, out);
  const outer = x.size / Math.max(1, length * step);
  if (building.simd && !log && step === 1 && x.type === "f" && out.type === "f") return { run: () => building.kernels.softmax(x.data.byteOffset, out.data.byteOffset, outer, length) };
  return {
    run: () => {
      const o = out.data, a = x.data;
      for (let u = 0; u < outer; u++) for (let k = 0; k < step; k++) {
        const from = u * length * step + k, to = from + length * step;
        let top = -Infinity, sum = 0;
        for (let i = from; i < to; i += step) if (a[i] > top) top = a[i];
        for (let i = from; i < to; i += step) sum += Math.exp(a[i] - top);
        const shift = Math.log(sum);
        for (let i = from; i < to; i += step) o[i] = log ? a[i] - top - shift : Math.exp(a[i] - top) / sum;
      }
    },
  };
}

/** @type {Builder} */
function normalised(node, building) {
  const x = tensor(node, "input"), { out } = node, centred = node.op === "layer_norm", shape = numbers(node, "normalized_shape"), width = sizeOf(shape);
  const scale = optional(node, "weight"), bias = centred ? optional(node, "bias") : null, eps = number(node, "eps", centred ? 1e-5 : 1.1920928955078125e-7);
  checkSize(node, x, out);
  if (!(width > 0) || shape.some((n, k) => n !== x.shape.at(k - shape.length))) fail(node, `normalises ${shape.join(" x ")} of ${x.shape.join(" x ")}`);
  for (const one of [scale, bias]) if (one) checkShape(node, one, shape, "a weight");
  const rows = x.size / width;
  if (building.simd && x.type === "f") {
    return { run: () => building.kernels.layer_norm(x.data.byteOffset, scale?.data.byteOffset ?? 0, bias?.data.byteOffset ?? 0, out.data.byteOffset, rows, width, eps, centred ? 1 : 0) };
  }
  return {
    run: () => {
      const o = out.data, a = x.data;
      for (let at = 0; at < rows * width; at += width) {
        let mean = 0, square = 0;
        if (centred) {
          for (let i = 0; i < width; i++) mean += a[at + i];
          mean /= width;
        }
        for (let i = 0; i < width; i++) square += (a[at + i] - mean) ** 2;
        const factor = 1 / Math.sqrt(square / width + eps);
        for (let i = 0; i < width; i++) o[at + i] = (a[at + i] - mean) * factor * (scale ? scale.data[i] : 1) + (bias ? bias.data[i] : 0);
      }
    },
  };
}

/** @type {Builder} */
function vectorNorm(node, building) {
  const x = tensor(node, "self"), { out } = node, rank = x.shape.length, order = number(node, "ord", 2), largest = order === Infinity;
  if (order !== 2 && !largest) fail(node, `is a norm of order ${order}, which is not available`);
  const dims = new Set(numbers(node, "dim", x.shape.map((_, k) => k)).map((d) => axisOf(d, rank))), kept = x.shape.map((n, k) => (dims.has(k) ? 1 : n));
  if (sizeOf(kept) !== out.size) fail(node, "has an output of another size");
  const strides = stridesOf(kept).map((s, k) => (dims.has(k) ? 0 : s)), total = new Float64Array(out.size), width = x.shape.at(-1) ?? 1, step = strides.at(-1) ?? 0;
  if (building.simd && !largest && dims.size === 1 && dims.has(rank - 1) && x.type === "f" && out.type === "f") return { run: () => building.kernels.norm(x.data.byteOffset, out.data.byteOffset, out.size, width) };
  const walk = rowWalk(x.shape, [strides], [0], (at, offsets) => {
    for (let k = 0, o = offsets[0]; k < width; k++, o += step) total[o] = largest ? Math.max(total[o], Math.abs(x.data[at + k])) : total[o] + x.data[at + k] ** 2;
  });
  return {
    run: () => {
      total.fill(0);
      walk();
      for (let i = 0; i < out.size; i++) out.data[i] = largest ? total[i] : Math.sqrt(total[i]);
    },
  };
}

/** @type {Record<string, Builder>} */
export const reductions = {
  ...Object.fromEntries(Object.keys(FOLDS).map((op) => [op, reduction(op)])),
  max: extreme("max", false),
  min: extreme("min", false),
  argmax: extreme("max", true),
  argmin: extreme("min", true),
  cumsum: running,
  cummax: running,
  softmax,
  _softmax: softmax,
  log_softmax: softmax,
  layer_norm: normalised,
  rms_norm: normalised,
  linalg_vector_norm: vectorNorm,
};
