// One stream with one state, h_t = S_t h_{t-1} + Δ_t B_t x_t with S_t = exp(Δ_t A), y_t = C_t h_t, in its parts.

/**
 * Return for each step what is kept, what is written, the state and the output, and the weight of each input in the last output.
 * @param {{ A: number, x: number[], dt: number[], B: number[], C: number[] }} valves
 */
export function selectiveState({ A, x, dt, B, C }) {
  const S = dt.map((d) => Math.exp(d * A)), written = x.map((v, t) => dt[t] * B[t] * v), kept = x.map(() => 0), h = x.map(() => 0);
  x.forEach((_, t) => {
    kept[t] = t ? S[t] * h[t - 1] : 0;
    h[t] = kept[t] + written[t];
  });
  const weights = x.map(() => 0), last = x.length - 1;
  let factor = C[last]; // C_T S_T … S_{t+1}
  for (let t = last; t >= 0; t--) {
    weights[t] = factor * dt[t] * B[t];
    factor *= S[t];
  }
  return { S, kept, written, h, y: h.map((v, t) => C[t] * v), weights };
}

/** The target of "ignore noise": the last marked input; 0 before the first. @param {number[]} x @param {boolean[]} marked */
export function lastMarked(x, marked) {
  let last = 0;
  return x.map((v, t) => (last = marked[t] ? v : last));
}
