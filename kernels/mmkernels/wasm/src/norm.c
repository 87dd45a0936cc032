// Normalisation over the last axis.
#include "simd.h"

// The sum of x - mean (or of its squares) over E values.
INLINE float row_sum(const float *x, f4 mean, int squares, int E) {
  f4 sum = splat(0);
  int e = 0;
  for (; e + 4 <= E; e += 4) {
    f4 d = load(x + e) - mean;
    sum += squares ? d * d : d;
  }
  if (e < E) {
    f4 d = keep_lanes(load_part(x + e, E - e) - mean, E - e, splat(0));
    sum += squares ? d * d : d;
  }
  return sum_of_lanes(sum);
}

// o = (x - mean) / sqrt(variance + eps) g + b over rows of E values; g and b may be absent. centred = 0: RMS normalisation.
EXPORT(layer_norm) void layer_norm(const float *x, const float *g, const float *b, float *o, int R, int E, float eps, int centred) {
  for (int r = 0; r < R; r++, x += E, o += E) {
    f4 mean = splat(centred ? row_sum(x, splat(0), 0, E) / E : 0);
    f4 scale = splat(1.0f / __builtin_sqrtf(row_sum(x, mean, 1, E) / E + eps));
    int e = 0;
    for (; e + 4 <= E; e += 4) {
      f4 v = (load(x + e) - mean) * scale;
      if (g) v *= load(g + e);
      if (b) v += load(b + e);
      store(o + e, v);
    }
    if (e < E) {
      f4 v = (load_part(x + e, E - e) - mean) * scale;
      if (g) v *= load_part(g + e, E - e);
      if (b) v += load_part(b + e, E - e);
      store_part(o + e, v, E - e);
    }
  }
}

// o[r] = Euclidean norm of x[r, :].
EXPORT(norm) void norm(const float *x, float *o, int R, int E) {
  for (int r = 0; r < R; r++, x += E) o[r] = __builtin_sqrtf(row_sum(x, splat(0), 1, E));
}
