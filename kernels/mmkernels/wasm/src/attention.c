// Softmax over the last axis, and attention of one head: softmax(q k^T scale + mask) v.
#include "exponential.h"
#include "products.h"

// Softmax of a row of n values in place or to another row; returns 0 where all values are -inf (the row is then NaN).
static NOINLINE int softmax_row(const float *x, float *o, int n) {
  const f4 lowest = splat(-__builtin_inff());
  f4 top = lowest, sum = splat(0);
  for (int i = 0; i < n; i += 4) top = greater_of(top, keep_lanes(load_some(x + i, n - i), n - i, lowest));
  for (int lane = 1; lane < 4; lane++) top = greater_of(top, splat(top[lane]));
  top = splat(top[0]);
  for (int i = 0; i < n; i += 4) {
    f4 share = exponential(keep_lanes(load_some(x + i, n - i), n - i, lowest) - top);
    store_some(o + i, share, n - i);
    sum += share; // 0 beyond n
  }
  f4 factor = splat(1.0f / sum_of_lanes(sum));
  for (int i = 0; i < n; i += 4) store_some(o + i, load_some(o + i, n - i) * factor, n - i);
  return top[0] != -__builtin_inff();
}

// o[r, :] = softmax of x[r, :], rows of n values; o may be x.
EXPORT(softmax) void softmax(const float *x, float *o, int R, int n) {
  for (int r = 0; r < R; r++) softmax_row(x + r * n, o + r * n, n);
}

// Floats of scratch memory that `attention` needs.
EXPORT(attention_scratch) int attention_scratch(int Tq, int Tk, int D, int Dv) {
  return packed_size(D, Tk) + packed_size(Tk, Dv) + Tq * Tk;
}

// q (Tq, D), k (Tk, D), v (Tk, Dv), o (Tq, Dv). `allowed` (bytes) and `added` (floats) are masks, absent or with element (i, j) at
// i * step_q + j * step_k; causal: key j <= query i. A query without any permitted key gives 0, as in torch.
EXPORT(attention) void attention(const float *q, const float *k, const float *v, const u8 *allowed, const float *added, int step_q,
                                 int step_k, float *o, float *scratch, int Tq, int Tk, int D, int Dv, float scale, int causal) {
  float *keys = scratch, *values = keys + packed_size(D, Tk), *scores = values + packed_size(Tk, Dv);
  pack(k, keys, D, Tk, 1, D);
  pack(v, values, Tk, Dv, Dv, 1);
  linear(q, keys, 0, scores, Tq, D, Tk);
  for (int i = 0; i < Tq; i++) {
    float *row = scores + i * Tk;
    for (int j = 0; j < Tk; j++) {
      int at = i * step_q + j * step_k;
      float score = row[j] * scale;
      if (added) score += added[at];
      row[j] = (causal && j > i) || (allowed && !allowed[at]) ? -__builtin_inff() : score;
    }
    if (!softmax_row(row, row, Tk))
      for (int j = 0; j < Tk; j++) row[j] = 0;
  }
  linear(scores, values, 0, o, Tq, Tk, Dv);
}
