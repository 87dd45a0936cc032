// Operators that move a window over one or two axes: convolutions, maximum and average pooling.
/** @import { BoundNode, Builder, Tensor } from "../types.js" */
import { checkShape, fail, number, numbers, optional, tensor } from "../arguments.js";

/**
 * Return sizes as two axes; a sequence has height 1.
 * @typedef {{ outer: number[], in: [number, number], out: [number, number], axes: number }} Plane
 * @param {BoundNode} node @param {Tensor} x @param {Tensor} out @param {number} axes @returns {Plane}
 */
function plane(node, x, out, axes) {
  if (x.shape.length !== axes + 2 || out.shape.length !== axes + 2) fail(node, `has the shape ${x.shape.join(" x ")}, expected batch, channel and ${axes === 1 ? "a time axis" : "two axes"}`);
  /** @param {Tensor} one @returns {[number, number]} */
  const pair = (one) => (axes === 1 ? [1, one.shape[2]] : [one.shape[2], one.shape[3]]);
  return { outer: x.shape.slice(0, 2), in: pair(x), out: pair(out), axes };
}

/** Return one number per axis, height first. @param {BoundNode} node @param {string} name @param {Plane} size @param {number} alone of the height of a sequence @param {number[]} [otherwise] @returns {[number, number]} */
function perAxis(node, name, { axes }, alone, otherwise) {
  const given = numbers(node, name), found = given.length || !otherwise ? given : otherwise, all = found.length === 1 && axes === 2 ? [found[0], found[0]] : found;
  if (all.length < axes || !all.every((one) => Number.isInteger(one) && one >= 0)) fail(node, `has ${name} ${JSON.stringify(given)}`);
  return axes === 1 ? [alone, all[all.length - 1]] : [all[0], all[1]];
}

/** @type {Builder} */
function convolution(node) {
  const x = tensor(node, "input"), w = tensor(node, "weight"), b = optional(node, "bias"), { out } = node, axes = node.op === "conv1d" ? 1 : 2, size = plane(node, x, out, axes);
  const stride = perAxis(node, "stride", size, 1), dilation = perAxis(node, "dilation", size, 1), groups = number(node, "groups"), [R, C] = size.outer, O = out.shape[1];
  const [KH, KW] = axes === 1 ? [1, w.shape[2]] : w.shape.slice(2), per = C / groups;
  checkShape(node, w, axes === 1 ? [O, per, KW] : [O, per, KH, KW], "weights");
  if (b) checkShape(node, b, [O], "a bias");
  const { padding: kind } = node.args, [ph, pw] = kind === "same" ? [(dilation[0] * (KH - 1)) >> 1, (dilation[1] * (KW - 1)) >> 1] : kind === "valid" ? [0, 0] : perAxis(node, "padding", size, 0);
  if (out.shape[0] !== R || !Number.isInteger(per) || O % groups) fail(node, `has ${groups} groups of ${C} channels and ${O} outputs`);
  const [H, W] = size.in, [OH, OW] = size.out, share = O / groups;
  return {
    run: () => {
      const from = x.data, to = out.data, weights = w.data;
      for (let r = 0; r < R; r++) for (let o = 0; o < O; o++) {
        const first = Math.floor(o / share) * per, at = (r * O + o) * OH * OW;
        to.fill(b ? b.data[o] : 0, at, at + OH * OW);
        for (let c = 0; c < per; c++) for (let kh = 0; kh < KH; kh++) for (let kw = 0; kw < KW; kw++) {
          const factor = weights[((o * per + c) * KH + kh) * KW + kw], base = (r * C + first + c) * H * W;
          for (let oh = 0; oh < OH; oh++) {
            const ih = oh * stride[0] - ph + kh * dilation[0];
            if (ih < 0 || ih >= H) continue;
            for (let ow = 0, iw = kw * dilation[1] - pw; ow < OW; ow++, iw += stride[1]) if (iw >= 0 && iw < W) to[at + oh * OW + ow] += factor * from[base + ih * W + iw];
          }
        }
      }
    },
  };
}

/**
 * Pool windows: spans(i, axis) is [first, end, values of the window] of output i along an axis.
 * @param {BoundNode} node @param {Tensor} x @param {Tensor} out @param {Plane} size @param {(i: number, axis: number) => [number, number, number]} spans @param {[number, number]} step between values @param {boolean} most
 */
function pooled(node, x, out, { outer, in: [H, W], out: [OH, OW] }, spans, [stepH, stepW], most) {
  if (out.shape[0] !== outer[0] || out.shape[1] !== outer[1]) fail(node, `has ${outer.join(" x ")} sequences in and ${out.shape.slice(0, 2).join(" x ")} out`);
  const rows = Array.from({ length: OH }, (_, i) => spans(i, 0)), columns = Array.from({ length: OW }, (_, i) => spans(i, 1));
  return {
    run: () => {
      for (let k = 0, o = 0; k < outer[0] * outer[1]; k++) for (const [h0, h1, hn] of rows) for (const [w0, w1, wn] of columns) {
        let found = most ? -Infinity : 0;
        for (let h = h0; h < h1; h += stepH) if (h >= 0 && h < H) for (let w = w0; w < w1; w += stepW) {
          if (w < 0 || w >= W) continue;
          const v = x.data[(k * H + h) * W + w];
          if (!most) found += v;
          else if (v > found || Number.isNaN(v)) found = v;
        }
        out.data[o++] = most ? found : found / (hn * wn);
      }
    },
  };
}

/** @type {Builder} */
function pool(node) {
  const x = tensor(node, "self"), most = node.op.startsWith("max"), out = node.out, axes = node.op.endsWith("1d") ? 1 : 2, size = plane(node, x, out, axes);
  const kernel = perAxis(node, "kernel_size", size, 1), stride = perAxis(node, "stride", size, 1, axes === 1 ? [kernel[1]] : kernel), padding = perAxis(node, "padding", size, 0), step = most ? perAxis(node, "dilation", size, 1) : /** @type {[number, number]} */ ([1, 1]);
  const all = most || Boolean(number(node, "count_include_pad", 1));
  if (node.args.divisor_override != null) fail(node, "has a divisor of its own, which is not available");
  return pooled(node, x, out, size, (i, axis) => {
    const first = i * stride[axis] - padding[axis], end = first + (kernel[axis] - 1) * step[axis] + 1, length = size.in[axis];
    return [first, end, all ? Math.min(end, length + padding[axis]) - first : Math.min(end, length) - Math.max(first, 0)];
  }, step, most);
}

/** @type {Builder} */
function adaptive(node) {
  const x = tensor(node, "self"), size = plane(node, x, node.out, node.op.endsWith("1d") ? 1 : 2);
  return pooled(node, x, node.out, size, (i, axis) => {
    const from = Math.floor((i * size.in[axis]) / size.out[axis]), to = Math.ceil(((i + 1) * size.in[axis]) / size.out[axis]);
    return [from, to, to - from];
  }, [1, 1], false);
}

/** @type {Record<string, Builder>} */
export const windows = {
  conv1d: convolution,
  conv2d: convolution,
  max_pool1d: pool,
  max_pool2d: pool,
  avg_pool1d: pool,
  avg_pool2d: pool,
  adaptive_avg_pool1d: adaptive,
  adaptive_avg_pool2d: adaptive,
};
