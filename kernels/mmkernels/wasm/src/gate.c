// Gates of a selective scan: x SiLU(z), sums, products with a row mask or a row of factors.
#include "exponential.h"

INLINE void gate_lanes(const float *x, const float *z, float *o, int i, int count) {
  store_some(o + i, load_some(x + i, count) * sigmoid_linear_unit(load_some(z + i, count)), count);
}
// o = x SiLU(z), all of n values; o may be x or z.
EXPORT(silu_gate) void silu_gate(const float *x, const float *z, float *o, int n) {
  int i = 0;
  for (; i + 4 <= n; i += 4) gate_lanes(x, z, o, i, 4);
  if (i < n) gate_lanes(x, z, o, i, n - i);
}

// o = a + b over n values.
EXPORT(add) void add(const float *a, const float *b, float *o, int n) {
  int i = 0;
  for (; i + 4 <= n; i += 4) store(o + i, load(a + i) + load(b + i));
  if (i < n) store_part(o + i, load_part(a + i, n - i) + load_part(b + i, n - i), n - i);
}

// o[r, :] = x[r, :] where mask[r], else x[r, :] * 0 (NaN and inf give NaN, as a product with a mask does in torch).
EXPORT(scale_rows) void scale_rows(const float *x, const u8 *mask, float *o, int R, int E) {
  for (int r = 0; r < R; r++, x += E, o += E) {
    f4 factor = splat(mask[r] ? 1.0f : 0.0f);
    int e = 0;
    for (; e + 4 <= E; e += 4) store(o + e, load(x + e) * factor);
    if (e < E) store_part(o + e, load_part(x + e, E - e) * factor, E - e);
  }
}

// o[r, :] = b + x[r, :] g for rows b and g of E values.
EXPORT(addcmul) void addcmul(const float *b, const float *x, const float *g, float *o, int R, int E) {
  for (int r = 0; r < R; r++, x += E, o += E) {
    int e = 0;
    for (; e + 4 <= E; e += 4) store(o + e, load(b + e) + load(x + e) * load(g + e));
    int left = E - e;
    if (left) store_part(o + e, load_part(b + e, left) + load_part(x + e, left) * load_part(g + e, left), left);
  }
}
