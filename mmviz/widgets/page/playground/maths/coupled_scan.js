// The coupled scan with one channel and one state for each stream, in float64: h[m,t] = S[m,t] Σ_k W[m,k] h[k,t-1] + Δ[m,t] B[m,t] x[m,t], y = C h.
// The symbols are those of mmkernels.coupled_scan. An array of the length M holds for all steps; an array of M arrays holds one value for each step.

/** @typedef {number[][]} Matrix */
/** @typedef {number[] | number[][]} Rows */

/** @param {Rows} rows @param {number} m @param {number} t */
const at = (rows, m, t) => {
  const row = rows[m];
  return typeof row === "number" ? row : row[t];
};

/**
 * Return states h and outputs y, (stream, step). Where the mask is false the state is kept, unchanged and not coupled, and the output is 0.
 * @param {{ x: number[][], dt: Rows, A: number[], B: Rows, C: Rows, W: Matrix, mask?: boolean[][] }} operator
 */
export function coupledScan({ x, dt, A, B, C, W, mask }) {
  const M = x.length, L = x[0].length, h = x.map(() => /** @type {number[]} */ ([])), y = x.map(() => /** @type {number[]} */ ([]));
  let before = A.map(() => 0);
  for (let t = 0; t < L; t++) {
    const now = before.map((kept, m) => {
      if (mask && !mask[m][t]) return kept;
      let coupled = 0;
      for (let k = 0; k < M; k++) coupled += W[m][k] * before[k];
      return Math.exp(at(dt, m, t) * A[m]) * coupled + at(dt, m, t) * at(B, m, t) * x[m][t];
    });
    now.forEach((v, m) => {
      h[m].push(v);
      y[m].push(mask && !mask[m][t] ? 0 : at(C, m, t) * v);
    });
    before = now;
  }
  return { h, y };
}

/** The decay of one step, S = exp(Δ A). @param {number[]} dt @param {number[]} A */
export const decays = (dt, A) => dt.map((d, m) => Math.exp(d * A[m]));
/** diag(S) W, which multiplies the states at every step. @param {number[]} S @param {Matrix} W @returns {Matrix} */
export const transition = (S, W) => W.map((row, m) => row.map((w) => S[m] * w));
/** @param {Matrix} one @param {Matrix} other @returns {Matrix} */
export const product = (one, other) => one.map((row) => other[0].map((_, k) => row.reduce((sum, v, n) => sum + v * other[n][k], 0)));

/**
 * Return the responses of the states to a pulse, (diag(S) W)^j Δ B: for each lag j a matrix (target, source).
 * @param {Matrix} Phi
 * @param {number[]} input Δ B of each stream
 * @param {number} count number of lags
 */
export function responses(Phi, input, count) {
  /** @type {Matrix} */
  let power = Phi.map((row, m) => row.map((_, k) => (m === k ? 1 : 0)));
  return Array.from({ length: count }, () => {
    const now = power.map((row) => row.map((v, k) => v * input[k]));
    power = product(Phi, power);
    return now;
  });
}
/** The kernel K_j = C (diag(S) W)^j Δ B. @param {Matrix[]} states responses @param {number[]} C */
export const kernelOf = (states, C) => states.map((response) => response.map((row, m) => row.map((v) => C[m] * v)));

/** Largest factor, over the powers 0 to count, by which the largest state can grow: max_j of the row-sum norm. @param {Matrix} Phi @param {number} count */
export const largestGrowth = (Phi, count = 50) => Math.max(...responses(Phi, Phi.map(() => 1), count).map((power) => Math.max(...power.map((row) => row.reduce((sum, v) => sum + Math.abs(v), 0)))));

/** The softmax rows of θ I, (M, M). @param {number} M @param {number} theta @returns {Matrix} */
export function softmaxRows(M, theta) {
  const own = 1 / (1 + (M - 1) * Math.exp(-theta)), other = M > 1 ? (1 - own) / (M - 1) : 0;
  return Array.from({ length: M }, (_, m) => Array.from({ length: M }, (_, k) => (m === k ? own : other)));
}
/** @param {number} M @param {(m: number, k: number) => number} of @returns {Matrix} */
export const matrix = (M, of) => Array.from({ length: M }, (_, m) => Array.from({ length: M }, (_, k) => of(m, k)));

/**
 * The coupling weights where only some streams are available, with the rules of mmviz.models.ssm.coupling.Coupling.
 * @param {string} kind identity, mean, softmax or exact_sum
 * @param {boolean[]} available
 * @param {number} theta of the softmax rows
 */
export function couplingOf(kind, available, theta = 2) {
  const M = available.length;
  if (kind === "identity") return matrix(M, (m, k) => (m === k ? 1 : 0));
  if (kind === "exact_sum") return matrix(M, (_, k) => (available[k] ? 1 : 0));
  const whole = softmaxRows(M, kind === "mean" ? 0 : theta);
  return whole.map((row) => {
    const total = row.reduce((sum, w, k) => sum + (available[k] ? w : 0), 0);
    return row.map((w, k) => (available[k] && total > 0 ? w / total : 0));
  });
}
