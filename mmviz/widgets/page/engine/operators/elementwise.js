// Operators on single elements, with broadcasting.
/** @import { Builder, Building, Built, Data, Tensor } from "../types.js" */
import { checkBroadcast, checkSize, fail, number, operand, tensor } from "../arguments.js";
import { broadcastStrides, rowWalk } from "../shape.js";
import { floatOperand, gatheredBy, walkTable } from "../strided.js";

/** W. H. Press et al., Numerical Recipes: erfc by a Chebyshev fit, relative error below 1.2e-7. @param {number} x */
function erf(x) {
  const z = Math.abs(x), t = 1 / (1 + 0.5 * z);
  const poly = -1.26551223 + t * (1.00002368 + t * (0.37409196 + t * (0.09678418 + t * (-0.18628806 + t * (0.27886807 + t * (-1.13520398 + t * (1.48851587 + t * (-0.82215223 + t * 0.17087277))))))));
  const rest = t * Math.exp(-z * z + poly);
  return x >= 0 ? 1 - rest : rest - 1;
}

/** @type {Record<string, (o: Data, a: Data, n: number) => void>} */
const UNARY = {
  exp: (o, a, n) => { for (let i = 0; i < n; i++) o[i] = Math.exp(a[i]); },
  log: (o, a, n) => { for (let i = 0; i < n; i++) o[i] = Math.log(a[i]); },
  sqrt: (o, a, n) => { for (let i = 0; i < n; i++) o[i] = Math.sqrt(a[i]); },
  rsqrt: (o, a, n) => { for (let i = 0; i < n; i++) o[i] = 1 / Math.sqrt(a[i]); },
  abs: (o, a, n) => { for (let i = 0; i < n; i++) o[i] = Math.abs(a[i]); },
  neg: (o, a, n) => { for (let i = 0; i < n; i++) o[i] = -a[i]; },
  sin: (o, a, n) => { for (let i = 0; i < n; i++) o[i] = Math.sin(a[i]); },
  cos: (o, a, n) => { for (let i = 0; i < n; i++) o[i] = Math.cos(a[i]); },
  tanh: (o, a, n) => { for (let i = 0; i < n; i++) o[i] = Math.tanh(a[i]); },
  sigmoid: (o, a, n) => { for (let i = 0; i < n; i++) o[i] = 1 / (1 + Math.exp(-a[i])); },
  silu: (o, a, n) => { for (let i = 0; i < n; i++) o[i] = a[i] / (1 + Math.exp(-a[i])); },
  relu: (o, a, n) => { for (let i = 0; i < n; i++) o[i] = a[i] > 0 ? a[i] : 0; },
  erf: (o, a, n) => { for (let i = 0; i < n; i++) o[i] = erf(a[i]); },
  gelu: (o, a, n) => { for (let i = 0; i < n; i++) o[i] = 0.5 * a[i] * (1 + erf(a[i] * Math.SQRT1_2)); },
  softplus: (o, a, n) => { for (let i = 0; i < n; i++) o[i] = Math.max(a[i], 0) + Math.log1p(Math.exp(-Math.abs(a[i]))); },
  reciprocal: (o, a, n) => { for (let i = 0; i < n; i++) o[i] = 1 / a[i]; },
  bitwise_not: (o, a, n) => { for (let i = 0; i < n; i++) o[i] = a[i] ? 0 : 1; },
  logical_not: (o, a, n) => { for (let i = 0; i < n; i++) o[i] = a[i] ? 0 : 1; },
  isnan: (o, a, n) => { for (let i = 0; i < n; i++) o[i] = Number.isNaN(a[i]) ? 1 : 0; },
};

/** @type {Record<string, (o: Data, p: number, a: Data, q: number, da: number, b: Data, r: number, db: number, n: number) => void>} */
const BINARY = {
  add: (o, p, a, q, da, b, r, db, n) => { for (let i = 0; i < n; i++, q += da, r += db) o[p + i] = a[q] + b[r]; },
  sub: (o, p, a, q, da, b, r, db, n) => { for (let i = 0; i < n; i++, q += da, r += db) o[p + i] = a[q] - b[r]; },
  rsub: (o, p, a, q, da, b, r, db, n) => { for (let i = 0; i < n; i++, q += da, r += db) o[p + i] = b[r] - a[q]; },
  mul: (o, p, a, q, da, b, r, db, n) => { for (let i = 0; i < n; i++, q += da, r += db) o[p + i] = a[q] * b[r]; },
  div: (o, p, a, q, da, b, r, db, n) => { for (let i = 0; i < n; i++, q += da, r += db) o[p + i] = a[q] / b[r]; },
  floor_divide: (o, p, a, q, da, b, r, db, n) => { for (let i = 0; i < n; i++, q += da, r += db) o[p + i] = Math.floor(a[q] / b[r]); },
  pow: (o, p, a, q, da, b, r, db, n) => { for (let i = 0; i < n; i++, q += da, r += db) o[p + i] = a[q] ** b[r]; },
  minimum: (o, p, a, q, da, b, r, db, n) => { for (let i = 0; i < n; i++, q += da, r += db) o[p + i] = Math.min(a[q], b[r]); },
  maximum: (o, p, a, q, da, b, r, db, n) => { for (let i = 0; i < n; i++, q += da, r += db) o[p + i] = Math.max(a[q], b[r]); },
  gt: (o, p, a, q, da, b, r, db, n) => { for (let i = 0; i < n; i++, q += da, r += db) o[p + i] = a[q] > b[r] ? 1 : 0; },
  ge: (o, p, a, q, da, b, r, db, n) => { for (let i = 0; i < n; i++, q += da, r += db) o[p + i] = a[q] >= b[r] ? 1 : 0; },
  lt: (o, p, a, q, da, b, r, db, n) => { for (let i = 0; i < n; i++, q += da, r += db) o[p + i] = a[q] < b[r] ? 1 : 0; },
  le: (o, p, a, q, da, b, r, db, n) => { for (let i = 0; i < n; i++, q += da, r += db) o[p + i] = a[q] <= b[r] ? 1 : 0; },
  eq: (o, p, a, q, da, b, r, db, n) => { for (let i = 0; i < n; i++, q += da, r += db) o[p + i] = a[q] === b[r] ? 1 : 0; },
  ne: (o, p, a, q, da, b, r, db, n) => { for (let i = 0; i < n; i++, q += da, r += db) o[p + i] = a[q] !== b[r] ? 1 : 0; },
  __and__: (o, p, a, q, da, b, r, db, n) => { for (let i = 0; i < n; i++, q += da, r += db) o[p + i] = a[q] && b[r] ? 1 : 0; },
  __or__: (o, p, a, q, da, b, r, db, n) => { for (let i = 0; i < n; i++, q += da, r += db) o[p + i] = a[q] || b[r] ? 1 : 0; },
};

const KERNEL_FUNCTIONS = /** @type {const} */ (["exp", "log", "tanh", "sigmoid", "silu", "relu", "softplus", "gelu", "erf"]);
/** operators of two arrays in the kernels, by their numbers; rsub is sub with its arrays exchanged */
const KERNEL_PAIRS = ["add", "sub", "mul", "div", "minimum", "maximum"];

/** @param {string} op @returns {Builder} */
const unary = (op) => (node, building) => {
  const x = tensor(node, "self"), { out } = node, n = out.size, apply = UNARY[op];
  checkSize(node, x, out);
  if (op === "gelu" && (node.args.approximate ?? "none") !== "none") fail(node, "uses an approximation of GELU that is not available");
  if (op === "softplus" && (number(node, "beta", 1) !== 1 || number(node, "threshold", 20) !== 20)) fail(node, "has options other than beta=1, threshold=20");
  const name = KERNEL_FUNCTIONS.find((known) => known === op);
  if (building.simd && name && x.type === "f" && out.type === "f") return { run: () => building.kernels[name](x.data.byteOffset, out.data.byteOffset, n) };
  return { run: () => apply(out.data, x.data, n) };
};

/** @param {string} op @returns {Builder} */
const binary = (op) => (node, building) => {
  const a = operand(node, "self"), b = operand(node, node.args.exponent == null ? "other" : "exponent"), { out } = node, n = out.size, apply = BINARY[op];
  checkBroadcast(node, [a, b]);
  if (number(node, "alpha", 1) !== 1) fail(node, "has a factor alpha, which is not available");
  if (node.args.rounding_mode != null) fail(node, "rounds a quotient, which is not available");
  const width = out.shape.at(-1) ?? 1, floats = out.type === "f" && a.type === "f";
  if (building.simd && floats && op === "add" && b.type === "f" && a.size === n && b.size === n) {
    return { run: () => building.kernels.add(a.data.byteOffset, b.data.byteOffset, out.data.byteOffset, n) };
  }
  const byRow = b.type === "b" && a.size === n && b.shape.length === out.shape.length && b.shape.at(-1) === 1 && b.size * width === n;
  if (building.simd && floats && op === "mul" && byRow) {
    return { run: () => building.kernels.scale_rows(a.data.byteOffset, b.data.byteOffset, out.data.byteOffset, n / width, width) };
  }
  const code = KERNEL_PAIRS.indexOf(op === "rsub" ? "sub" : op), fast = code < 0 || out.type !== "f" ? null : combined(building, code, ...(op === "rsub" ? /** @type {const} */ ([b, a]) : /** @type {const} */ ([a, b])), out);
  if (fast) return fast;
  if (a.size === n && b.size === n) return { run: () => apply(out.data, 0, a.data, 0, 1, b.data, 0, 1, n) };
  const [one, two] = [a, b].map((x) => broadcastStrides(x.shape, out.shape)), da = one.at(-1) ?? 0, db = two.at(-1) ?? 0;
  return { run: rowWalk(out.shape, [one, two], [0, 0], (at, offsets) => apply(out.data, at, a.data, offsets[0], da, b.data, offsets[1], db, width)) };
};

/** @param {Building} building @param {number} code @param {Tensor} a @param {Tensor} b @param {Tensor} out @returns {Built | null} */
function combined(building, code, a, b, out) {
  const [one, two] = [a, b].map((x) => (building.simd ? floatOperand(building, x) : null)), walk = one && two ? walkTable(building, out.shape, [a, b].map((x) => broadcastStrides(x.shape, out.shape))) : null;
  if (!one || !two || !walk) return null;
  return {
    once: () => { for (const part of [one, two, walk]) part.once(); },
    run: () => building.kernels.combine(code, one.tensor.data.byteOffset, two.tensor.data.byteOffset, out.data.byteOffset, walk.table.data.byteOffset),
  };
}

/** @param {Building} building @param {Tensor} condition @param {Tensor} a @param {Tensor} b @param {Tensor} out @returns {Built} */
function chosen(building, condition, a, b, out) {
  if (building.simd && condition.type === "b" && out.type === "f") {
    const [one, two] = [a, b].map((x) => floatOperand(building, x)), walk = one && two ? walkTable(building, out.shape, [condition, a, b].map((x) => broadcastStrides(x.shape, out.shape))) : null;
    if (one && two && walk) return {
      once: () => { for (const part of [one, two, walk]) part.once(); },
      run: () => building.kernels.where(condition.data.byteOffset, one.tensor.data.byteOffset, two.tensor.data.byteOffset, out.data.byteOffset, walk.table.data.byteOffset),
    };
  }
  return { run: chosenInTurn(condition, a, b, out) };
}

/** @param {Tensor} condition @param {Tensor} a @param {Tensor} b @param {Tensor} out @returns {() => void} */
function chosenInTurn(condition, a, b, out) {
  const [c, p, q] = [condition, a, b].map((x) => broadcastStrides(x.shape, out.shape)), width = out.shape.at(-1) ?? 1;
  const dc = c.at(-1) ?? 0, dp = p.at(-1) ?? 0, dq = q.at(-1) ?? 0;
  return rowWalk(out.shape, [c, p, q], [0, 0, 0], (at, offsets) => {
    const o = out.data, m = condition.data, x = a.data, y = b.data;
    let i = offsets[0], j = offsets[1], k = offsets[2];
    if (dc === 0) {
      const from = m[i] ? x : y, step = m[i] ? dp : dq;
      for (let u = 0, v = m[i] ? j : k; u < width; u++, v += step) o[at + u] = from[v];
    } else for (let u = 0; u < width; u++, i += dc, j += dp, k += dq) o[at + u] = m[i] ? x[j] : y[k];
  });
}

/** @type {Builder} */
function where(node, building) {
  const [condition, a, b] = ["condition", "self", "other"].map((name) => operand(node, name));
  checkBroadcast(node, [condition, a, b]);
  return chosen(building, condition, a, b, node.out);
}

/** @type {Builder} */
function maskedFill(node, building) {
  const x = tensor(node, "self"), mask = tensor(node, "mask"), value = operand(node, "value");
  checkBroadcast(node, [x, mask, value]);
  return chosen(building, mask, value, x, node.out);
}

/** @type {Builder} */
function clamp(node) {
  const x = tensor(node, "self"), { out } = node, low = number(node, "min", -Infinity), high = number(node, "max", Infinity);
  checkSize(node, x, out);
  return {
    run: () => {
      const o = out.data, a = x.data;
      for (let i = 0; i < o.length; i++) o[i] = a[i] < low ? low : a[i] > high ? high : a[i];
    },
  };
}

/** @type {Builder} */
function convert(node) {
  const x = tensor(node, "self"), { out } = node;
  checkSize(node, x, out);
  if (x.type === out.type) return { alias: x };
  const whole = out.type === "i" && x.type !== "b", truth = out.type === "b";
  return {
    run: () => {
      const o = out.data, a = x.data;
      if (truth) for (let i = 0; i < o.length; i++) o[i] = a[i] !== 0 ? 1 : 0;
      else if (whole) for (let i = 0; i < o.length; i++) o[i] = Math.trunc(a[i]);
      else o.set(a);
    },
  };
}

/** @type {Builder} */
function lerp(node) {
  const [a, b, weight] = ["self", "end", "weight"].map((name) => operand(node, name)), { out } = node;
  checkBroadcast(node, [a, b, weight]);
  const strides = [a, b, weight].map((x) => broadcastStrides(x.shape, out.shape)), [da, db, dw] = strides.map((s) => s.at(-1) ?? 0), width = out.shape.at(-1) ?? 1;
  return {
    run: rowWalk(out.shape, strides, [0, 0, 0], (at, offsets) => {
      for (let k = 0; k < width; k++) {
        const x = a.data[offsets[0] + k * da], y = b.data[offsets[1] + k * db], w = weight.data[offsets[2] + k * dw];
        out.data[at + k] = w < 0.5 ? x + w * (y - x) : y - (y - x) * (1 - w);
      }
    }),
  };
}

/** @type {Builder} */
function addcmul(node, building) {
  const [base, x, scale] = ["self", "tensor1", "tensor2"].map((name) => operand(node, name)), { out } = node, { shape } = out;
  checkBroadcast(node, [base, x, scale]);
  if (number(node, "value", 1) !== 1) fail(node, "has a factor, which is not available");
  const width = shape.at(-1) ?? 1, heads = shape[0];
  if (building.simd && shape.length === 4 && x.size === out.size && base.size === heads * width && scale.size === base.size && base.shape.length === 4) {
    const each = shape[1] * shape[2];
    return {
      run: () => {
        for (let m = 0; m < heads; m++) building.kernels.addcmul(base.data.byteOffset + m * width * 4, x.data.byteOffset + m * each * width * 4, scale.data.byteOffset + m * width * 4, out.data.byteOffset + m * each * width * 4, each, width);
      },
    };
  }
  const strides = [base, x, scale].map((one) => broadcastStrides(one.shape, shape)), [db, dx, ds] = strides.map((s) => s.at(-1) ?? 0);
  return {
    run: rowWalk(shape, strides, [0, 0, 0], (at, offsets) => {
      const o = out.data, b = base.data, a = x.data, s = scale.data;
      for (let k = 0, p = offsets[0], q = offsets[1], r = offsets[2]; k < width; k++, p += db, q += dx, r += ds) o[at + k] = b[p] + a[q] * s[r];
    }),
  };
}

/** @type {Builder} */
function expand(node, building) {
  const x = tensor(node, "self"), { out } = node;
  checkBroadcast(node, [x]);
  return x.size === out.size ? { alias: x } : gatheredBy(building, out, x, broadcastStrides(x.shape, out.shape), 0);
}

/** @type {Record<string, Builder>} */
export const elementwise = {
  ...Object.fromEntries(Object.keys(UNARY).map((op) => [op, unary(op)])),
  ...Object.fromEntries(Object.keys(BINARY).map((op) => [op, binary(op)])),
  bitwise_and: binary("__and__"),
  bitwise_or: binary("__or__"),
  logical_and: binary("__and__"),
  logical_or: binary("__or__"),
  where,
  masked_fill: maskedFill,
  clamp,
  clamp_min: clamp,
  _to_copy: convert,
  to: convert,
  lerp,
  addcmul,
  expand,
  expand_as: expand,
};
