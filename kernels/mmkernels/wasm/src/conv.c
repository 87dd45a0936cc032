// Causal depthwise convolution over time, with or without SiLU.
#include "exponential.h"

// Channels e..e+count-1 of one step; `past`: earlier steps that the taps reach.
INLINE void conv_lanes(const float *x, const float *w, const float *b, float *o, int e, int count, int E, int taps, int past, int silu) {
  f4 sum = b ? load_some(b + e, count) : splat(0);
  x += e, w += (taps - 1) * E + e;
  for (int j = 0; j <= past; j++, x -= E, w -= E) sum += load_some(x, count) * load_some(w, count);
  store_some(o + e, silu ? sigmoid_linear_unit(sum) : sum, count);
}

// o[r, t] = b + sum_j w[taps - 1 - j] x[r, t - j]; x, o (R, T, E), w (taps, E), b (E) or absent.
EXPORT(conv) void conv(const float *x, const float *w, const float *b, float *o, int R, int T, int E, int taps, int silu) {
  for (int r = 0; r < R; r++)
    for (int t = 0; t < T; t++, x += E, o += E) {
      int past = t < taps - 1 ? t : taps - 1, e = 0;
      for (; e + 4 <= E; e += 4) conv_lanes(x, w, b, o, e, 4, E, taps, past, silu);
      if (e < E) conv_lanes(x, w, b, o, e, E - e, E, taps, past, silu);
    }
}
