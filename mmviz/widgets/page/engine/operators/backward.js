// Operators of the backward pass: gradients with respect to the input of a scan, a convolution, a selected or sliced array.
/** @import { Builder, Built } from "../types.js" */
import { axis, checkShape, checkSize, fail, number, optional, tensor } from "../arguments.js";
import { stridesOf } from "../shape.js";
import { scatteredBy } from "../strided.js";
import { exp2, ratesOf } from "./mamba.js";

/** The gradient with respect to x; everything else is constant (scan_backward of the kernels). @type {Builder} */
function scanBackward(node, building) {
  const [dy, dt, A, B, C] = ["dy", "dt", "A", "B", "C"].map((name) => tensor(node, name)), D = optional(node, "D"), W = optional(node, "W"), mask = optional(node, "mask"), out = node.parts[0];
  if (dy.shape.length !== 4 || A.shape.length !== 3 || B.shape.length !== 4 || out === null || node.parts.slice(1).some(Boolean)) fail(node, "has arrays of other ranks, or gradients with respect to weights");
  if (node.args.h0 != null || node.args.dh_last != null) fail(node, "has an initial state or a gradient of the last one, which is not available");
  const [M, R, T, E] = dy.shape, N = B.shape[3], { probe } = building, uniform = number(node, "weight", 1 / M);
  checkShape(node, dt, dy.shape, "dt");
  checkShape(node, A, [M, E, A.shape[2] === 1 ? 1 : N], "A");
  for (const part of [B, C]) checkShape(node, part, [M, R, T, N], "B or C");
  if (D) checkShape(node, D, [M, E], "D");
  if (mask) checkShape(node, mask, [M, R, T], "mask");
  if (W && W.size !== M * M && W.size !== R * M * M) fail(node, `has W of shape ${W.shape.join(" x ")}`);
  checkSize(node, dy, out);
  const { rates, arrange } = ratesOf(building, A, M, E, N), coupling = W ?? building.scratch([M, M], "f", true), stride = coupling.size > M * M ? M * M : 0;
  const once = () => {
    if (A.constant) arrange();
    if (!W) coupling.data.fill(uniform);
  };
  /** @param {import("../types.js").Tensor | null} array */
  const at = (array) => array?.data.byteOffset ?? 0;
  if (probe) {
    const scratch = building.scratch([probe.scan_backward_scratch(M, N)], "f");
    return {
      once,
      run: () => {
        if (!A.constant) arrange();
        building.kernels.scan_backward(at(dy), at(dt), at(rates), at(B), at(C), at(D), at(coupling), stride, at(mask), at(out), at(scratch), M, R, T, E, N);
      },
    };
  }
  const carry = new Float64Array(M * N), moved = new Float64Array(M * N);
  /** one channel of one row @param {number} r @param {number} e */
  const channel = (r, e) => {
    carry.fill(0);
    for (let t = T - 1; t >= 0; t--) {
      for (let m = 0; m < M; m++) {
        const step = (m * R + r) * T + t, xe = step * E + e;
        out.data[xe] = 0;
        if (mask && !mask.data[step]) continue;
        const up = dy.data[xe], d = dt.data[xe];
        let sum = 0;
        for (let n = 0; n < N; n++) {
          const adjoint = carry[m * N + n] + up * C.data[step * N + n];
          sum += adjoint * B.data[step * N + n];
          moved[m * N + n] = exp2(d * rates.data[(m * E + e) * N + n]) * adjoint;
        }
        out.data[xe] = d * sum + (D ? D.data[m * E + e] * up : 0);
      }
      for (let m = 0; m < M; m++) for (let n = 0; n < N; n++) {
        let sum = mask && !mask.data[(m * R + r) * T + t] ? carry[m * N + n] : 0;
        for (let k = 0; k < M; k++) if (!mask || mask.data[(k * R + r) * T + t]) sum += coupling.data[r * stride + k * M + m] * moved[k * N + n];
        carry[m * N + n] = sum;
      }
    }
  };
  return {
    once,
    run: () => {
      if (!A.constant) arrange();
      for (let r = 0; r < R; r++) for (let e = 0; e < E; e++) channel(r, e);
    },
  };
}

/** @type {Builder} */
function convBackward(node, building) {
  const dy = tensor(node, "dy"), w = tensor(node, "weight"), out = node.parts[0];
  if (dy.shape.length !== 4 || out === null || node.parts.slice(1).some(Boolean) || node.args.activated) fail(node, "has an input of another rank, an activation, or gradients with respect to weights");
  const [M, R, T, E] = dy.shape, taps = w.shape[2], each = R * T * E;
  checkSize(node, dy, out);
  checkShape(node, w, [M, E, taps], "weight");
  const ready = building.scratch([M, taps, E], "f", w.constant);
  const arrange = () => {
    for (let m = 0; m < M; m++) for (let e = 0; e < E; e++) for (let k = 0; k < taps; k++) ready.data[(m * taps + k) * E + e] = w.data[(m * E + e) * taps + k];
  };
  const plain = () => {
    for (let m = 0; m < M; m++) for (let r = 0; r < R; r++) for (let t = 0; t < T; t++) for (let e = 0; e < E; e++) {
      const at = ((m * R + r) * T + t) * E + e;
      let sum = 0;
      for (let j = 0; j < taps && t + j < T; j++) sum += dy.data[at + j * E] * ready.data[(m * taps + taps - 1 - j) * E + e];
      out.data[at] = sum;
    }
  };
  const fast = () => {
    for (let m = 0; m < M; m++) building.kernels.conv_backward(dy.data.byteOffset + m * each * 4, ready.data.byteOffset + m * taps * E * 4, out.data.byteOffset + m * each * 4, R, T, E, taps);
  };
  const call = building.simd ? fast : plain;
  return w.constant ? { once: arrange, run: call } : { run: () => { arrange(); call(); } };
}

/** The gradient of a part of an array, with zeros elsewhere. @type {Builder} */
function partBackward(node, building) {
  const x = tensor(node, "grad_output"), { out } = node, rank = out.shape.length, along = axis(node, "dim", rank), n = out.shape[along], strides = stridesOf(out.shape), one = node.op === "select_backward";
  const shape = one ? out.shape.map((size, k) => (k === along ? 1 : size)) : x.shape, step = one ? 1 : number(node, "step", 1), given = number(node, one ? "index" : "start", 0);
  const start = Math.min(n, Math.max(0, given < 0 ? given + n : given)), length = shape[along];
  if (x.size !== shape.reduce((a, b) => a * b, 1) || shape.length !== rank || shape.some((size, k) => k !== along && size !== out.shape[k]) || (length > 0 && start + (length - 1) * step >= n)) fail(node, `puts ${x.shape.join(" x ")} into ${out.shape.join(" x ")}`);
  const put = scatteredBy(building, out, x, strides.map((s, k) => (k === along ? s * step : s)), start * strides[along], shape);
  return /** @type {Built} */ ({ once: put.once, run: () => { out.data.fill(0); put.run?.(); } });
}

/** @type {Builder} */
function scalar(node) {
  node.out.constant = true;
  return { run: () => node.out.data.fill(number(node, "s")) };
}

/** @type {Record<string, Builder>} */
export const backward = { "mmkernels.coupled_scan_backward": scanBackward, "mmkernels.causal_conv_backward": convBackward, select_backward: partBackward, slice_backward: partBackward, scalar_tensor: scalar };
