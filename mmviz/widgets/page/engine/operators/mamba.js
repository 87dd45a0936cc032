// The operators of mmkernels: coupled scan with interventions, causal convolution, gate.
/** @import { BoundNode, Builder, Data, Intervention, Tensor } from "../types.js" */
import { checkShape, checkSize, fail, number, optional, tensor } from "../arguments.js";

const bits = new Int32Array(1), asFloat = new Float32Array(bits.buffer);

/** Return 2^x, relative error 5e-7; 0 below -126. @param {number} x */
export function exp2(x) {
  if (!(x >= -126)) return Number.isNaN(x) ? NaN : 0;
  const whole = Math.round(x), r = x - whole;
  bits[0] = (whole + 127) << 23;
  return asFloat[0] * (1 + r * (0.6931471805599453 + r * (0.2402265069591007 + r * (0.05550410866482158 + r * (0.009618129107628477 + r * (0.0013333558146428443 + r * 0.00015403530393381609))))));
}

/**
 * What the steps of a range have in common: coupling weights changed by cuts, and whether a state is left alone.
 * @param {readonly Intervention[]} edits @param {number} M @param {number} T
 */
function ranges(edits, M, T) {
  const starts = [...new Set([0, ...edits.map((edit) => edit.step)])].filter((t) => t < T).sort((a, b) => a - b);
  return starts.map((from, k) => {
    const now = edits.filter((edit) => edit.step <= from), kinds = new Uint8Array(M);
    for (const edit of now) if (edit.kind !== "cut") kinds[edit.modality] = edit.kind === "zero" ? 1 : 2;
    const held = new Map(edits.filter((edit) => edit.kind === "hold").map((edit) => [edit.modality, edit.step]));
    return { from, to: starts[k + 1] ?? T, cuts: now.filter((edit) => edit.kind === "cut"), kinds, held };
  });
}

/**
 * The recurrence in plain JavaScript, A (M, E, N) times log2(e).
 * @param {Record<"x" | "dt" | "A" | "B" | "C" | "D" | "W" | "mask" | "y" | "h" | "g", Data>} arrays @param {Data | null} norms of the last row
 * @param {{ M: number, R: number, T: number, E: number, N: number, perRow: boolean }} sizes @param {readonly Intervention[]} edits
 */
function scan({ x, dt, A, B, C, D, W, mask, y, h, g }, norms, { M, R, T, E, N, perRow }, edits) {
  const S = E * N, plan = ranges(edits, M, T), w = new Float64Array(M * M);
  for (let r = 0; r < R; r++) {
    h.fill(0);
    for (const { from, to, cuts, kinds, held } of plan) {
      w.set(perRow ? W.subarray(r * M * M, (r + 1) * M * M) : W);
      for (const cut of cuts) w[cut.modality * M + (cut.source ?? 0)] = 0;
      for (let t = from; t < to; t++) {
        for (let m = 0; m < M; m++) {
          if (!mask[(m * R + r) * T + t]) continue;
          const base = m * S;
          for (let i = 0; i < S; i++) g[base + i] = w[m * M] * h[i];
          for (let n = 1; n < M; n++) {
            const weight = w[m * M + n];
            if (weight !== 0) for (let i = 0, at = n * S; i < S; i++) g[base + i] += weight * h[at + i];
          }
        }
        for (let m = 0; m < M; m++) {
          const at = (m * R + r) * T + t, valid = mask[at], xe = at * E, bn = at * N, watch = norms !== null && r === R - 1;
          const hold = kinds[m] === 2 && t > (held.get(m) ?? 0), zero = kinds[m] === 1; // a held state is the one after its first step
          if (!valid && !watch && !zero) {
            y.fill(0, xe, xe + E);
            continue;
          }
          for (let e = 0; e < E; e++) {
            const d = dt[xe + e], u = x[xe + e], drive = d * u, base = m * S + e * N;
            let sum = 0, square = 0;
            for (let n = 0; n < N; n++) {
              const i = base + n;
              let value = h[i];
              if (valid && !hold) value = exp2(d * A[i]) * g[i] + drive * B[bn + n];
              if (zero) value = 0;
              h[i] = value;
              if (valid) sum += value * C[bn + n];
              square += value * value;
            }
            y[xe + e] = valid ? sum + D[m * E + e] * u : 0;
            if (watch && norms) norms[(m * T + t) * E + e] = Math.sqrt(square);
          }
        }
      }
    }
  }
}

/** integers of an intervention in the kernel: stream, kind, source, first step */
const EDIT = 4, MAX_EDITS = 64;
/** @type {Record<Intervention["kind"], number>} */
const KINDS = { zero: 0, hold: 1, cut: 2 };

/**
 * The rates A in the kernel's layout (M, E, N), in plain JavaScript times log2(e), and code that arranges them.
 * @param {import("../types.js").Building} building @param {Tensor} A @param {number} M @param {number} E @param {number} N
 */
export function ratesOf(building, A, M, E, N) {
  const one = A.shape[2] === 1 && N > 1, { probe } = building, factor = probe ? 1 : Math.LOG2E;
  const rates = one || !probe ? building.scratch([M, E, N], "f", A.constant) : A;
  const arrange = () => {
    if (rates !== A) for (let k = 0; k < rates.size; k++) rates.data[k] = A.data[one ? Math.floor(k / N) : k] * factor;
  };
  return { rates, arrange };
}

/** @type {Builder} */
function coupledScan(node, building) {
  const [x, dt, A, B, C] = ["x", "dt", "A", "B", "C"].map((name) => tensor(node, name)), D = optional(node, "D"), W = optional(node, "W"), mask = optional(node, "mask"), out = node.parts[0];
  if (x.shape.length !== 4 || A.shape.length !== 3 || B.shape.length !== 4 || out === null) fail(node, "has arrays of other ranks");
  if (node.args.h0 != null) fail(node, "has an initial state, which is not available");
  const [M, R, T, E] = x.shape, N = B.shape[3], one = A.shape[2] === 1 && N > 1, { probe } = building;
  checkShape(node, dt, x.shape, "dt");
  checkShape(node, A, [M, E, one ? 1 : N], "A");
  for (const part of [B, C]) checkShape(node, part, [M, R, T, N], "B or C");
  if (D) checkShape(node, D, [M, E], "D");
  if (mask) checkShape(node, mask, [M, R, T], "mask");
  if (W && W.size !== M * M && W.size !== R * M * M) fail(node, `has W of shape ${W.shape.join(" x ")}`);
  checkSize(node, x, out);
  const norms = building.watched(node.index) ? building.scratch([M, T, E], "f", true) : null, uniform = number(node, "weight", 1 / M);
  if (norms) building.watch(node.index, norms);
  const { rates, arrange } = ratesOf(building, A, M, E, N), coupling = W ?? building.scratch([M, M], "f", true), perRow = coupling.size > M * M;
  const once = () => {
    if (A.constant) arrange();
    if (!W) coupling.data.fill(uniform);
  };
  /** What this request changes and wants: only at the scans that the graph names. */
  const current = () => ({ edits: norms ? building.live.interventions : [], wanted: norms && building.live.states ? norms : null });
  if (probe) {
    const scratch = building.scratch([probe.scan_scratch(M, N)], "f"), changes = building.scratch([MAX_EDITS * EDIT], "f");
    /** @param {Tensor | null} array */
    const at = (array) => array?.data.byteOffset ?? 0;
    return {
      once,
      run: () => {
        const { edits, wanted } = current();
        if (!A.constant) arrange();
        if (edits.length > MAX_EDITS) fail(node, `has ${edits.length} interventions, more than ${MAX_EDITS}`);
        if (edits.length) new Int32Array(changes.data.buffer, at(changes), edits.length * EDIT).set(edits.flatMap(({ modality, kind, source = 0, step }) => [modality, KINDS[kind], source, step]));
        building.kernels.scan(at(x), at(dt), at(rates), at(B), at(C), at(D), at(coupling), perRow ? M * M : 0, at(mask), 0, at(out), 0, at(wanted), R - 1, at(scratch), edits.length ? at(changes) : 0, edits.length, M, R, T, E, N);
      },
    };
  }
  const h = building.scratch([M, N, E], "f"), g = building.scratch([M, N, E], "f"), valid = mask ?? building.scratch([M, R, T], "b"), direct = D ?? building.scratch([M, E], "f");
  return {
    once,
    run: () => {
      const { edits, wanted } = current();
      if (!A.constant) arrange();
      if (!mask) valid.data.fill(1);
      if (!D) direct.data.fill(0);
      scan({ x: x.data, dt: dt.data, A: rates.data, B: B.data, C: C.data, D: direct.data, W: coupling.data, mask: valid.data, y: out.data, h: h.data, g: g.data }, wanted ? wanted.data : null, { M, R, T, E, N, perRow }, edits);
    },
  };
}

/** @type {Builder} */
function causalConv(node, building) {
  const x = tensor(node, "x"), w = tensor(node, "weight"), b = optional(node, "bias"), silu = Boolean(node.args.activated), { out } = node;
  if (x.shape.length !== 4) fail(node, "has an input of another rank");
  const [M, R, T, E] = x.shape, taps = w.shape[2], each = R * T * E;
  checkSize(node, x, out);
  checkShape(node, w, [M, E, taps], "weight");
  if (b) checkShape(node, b, [M, E], "bias");
  const ready = building.scratch([M, taps, E], "f", true), bias = building.scratch([M, E], "f", true), constant = w.constant && (b?.constant ?? true), { simd } = building;
  const arrange = () => {
    for (let m = 0; m < M; m++) for (let e = 0; e < E; e++) for (let k = 0; k < taps; k++) ready.data[(m * taps + k) * E + e] = w.data[(m * E + e) * taps + k];
    if (b) bias.data.set(b.data);
    else bias.data.fill(0);
  };
  const plain = () => {
    const o = out.data, a = x.data, f = ready.data;
    for (let m = 0; m < M; m++) for (let r = 0; r < R; r++) for (let t = 0; t < T; t++) {
      const at = ((m * R + r) * T + t) * E;
      for (let e = 0; e < E; e++) {
        let value = bias.data[m * E + e];
        for (let j = 0; j < taps && j <= t; j++) value += a[at - j * E + e] * f[(m * taps + taps - 1 - j) * E + e];
        o[at + e] = silu ? value / (1 + Math.exp(-value)) : value;
      }
    }
  };
  const fast = () => {
    for (let m = 0; m < M; m++) building.kernels.conv(x.data.byteOffset + m * each * 4, ready.data.byteOffset + m * taps * E * 4, bias.data.byteOffset + m * E * 4, out.data.byteOffset + m * each * 4, R, T, E, taps, silu ? 1 : 0);
  };
  const call = simd ? fast : plain;
  return constant ? { once: arrange, run: call } : { run: () => { arrange(); call(); } };
}

/** @type {Builder} */
function siluGate(node, building) {
  const x = tensor(node, "x"), z = tensor(node, "z"), { out } = node, n = out.size;
  checkSize(node, x, out);
  checkSize(node, z, out);
  if (building.simd) return { run: () => building.kernels.silu_gate(x.data.byteOffset, z.data.byteOffset, out.data.byteOffset, n) };
  return { run: () => { for (let i = 0; i < n; i++) out.data[i] = (x.data[i] * z.data[i]) / (1 + Math.exp(-z.data[i])); } };
}

/** @type {Record<string, Builder>} */
export const mamba = { "mmkernels.coupled_scan": coupledScan, "mmkernels.causal_conv": causalConv, "mmkernels.silu_gate": siluGate };
