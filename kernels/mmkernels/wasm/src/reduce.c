// Reductions and running values along one axis: x (outer, n, inner).
#include "simd.h"

enum { SUM, MEAN, MAXIMUM, MINIMUM, PRODUCT };
INLINE f4 fold(int op, f4 x, f4 y) {
  return op == MAXIMUM ? greater_of(x, y) : op == MINIMUM ? lesser_of(x, y) : op == PRODUCT ? x * y : x + y;
}
INLINE float start_of(int op) {
  return op == MAXIMUM ? -__builtin_inff() : op == MINIMUM ? __builtin_inff() : op == PRODUCT ? 1.0f : 0.0f;
}

// o (outer, inner). op: 0 sum, 1 mean, 2 maximum, 3 minimum, 4 product. NaN propagates. n = 0: 0, NaN, -inf, inf, 1.
EXPORT(reduce) void reduce(int op, const float *x, float *o, int outer, int n, int inner) {
  f4 start = splat(start_of(op)), share = splat(op == MEAN ? n : 1.0f);
  for (int u = 0; u < outer; u++, x += n * inner, o += inner) {
    if (inner == 1) {
      f4 value = start;
      for (int i = 0; i < n; i += 4) value = fold(op, value, keep_lanes(load_some(x + i, n - i), n - i, start));
      f4 all = splat(value[0]);
      for (int lane = 1; lane < 4; lane++) all = fold(op, all, splat(value[lane]));
      o[0] = (all / share)[0];
      continue;
    }
    for (int k = 0; k < inner; k += 4) {
      f4 value = start;
      for (int i = 0; i < n; i++) value = fold(op, value, load_some(x + i * inner + k, inner - k));
      store_some(o + k, value / share, inner - k);
    }
  }
}

// o[u, i, k] = sum (op 0) or maximum (op 2) of x[u, 0..i, k]; o may be x.
EXPORT(running) void running(int op, const float *x, float *o, int outer, int n, int inner) {
  for (int u = 0; u < outer; u++, x += n * inner, o += n * inner)
    for (int k = 0; k < inner; k += 4) {
      f4 value = splat(start_of(op));
      for (int i = 0; i < n; i++) {
        value = fold(op, value, load_some(x + i * inner + k, inner - k));
        store_some(o + i * inner + k, value, inner - k);
      }
    }
}
