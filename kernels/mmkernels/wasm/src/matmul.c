// Products of matrices, 4 rows by 8 columns at a time.
#include "products.h"
#include "simd.h"

// Rows r..r+3 (of R) times eight columns of a packed matrix. Only existing rows and columns are stored.
INLINE void tile(const float *x, const float *w, const float *b, float *y, int r, int R, int K, int n, int N) {
  int last = R - 1, left = N - n;
  const float *x0 = x + r * K, *x1 = x + (r + 1 < R ? r + 1 : last) * K, *x2 = x + (r + 2 < R ? r + 2 : last) * K,
              *x3 = x + (r + 3 < R ? r + 3 : last) * K;
  f4 lo = splat(0), hi = splat(0);
  if (b) {
    lo = load_some(b + n, left);
    if (left > 4) hi = load_some(b + n + 4, left - 4);
  }
  f4 a0 = lo, a1 = lo, a2 = lo, a3 = lo, c0 = hi, c1 = hi, c2 = hi, c3 = hi;
  for (int k = 0; k < K; k++, w += 8) {
    f4 u = load(w), v = load(w + 4);
    f4 s0 = splat(x0[k]), s1 = splat(x1[k]), s2 = splat(x2[k]), s3 = splat(x3[k]);
    a0 += s0 * u, c0 += s0 * v;
    a1 += s1 * u, c1 += s1 * v;
    a2 += s2 * u, c2 += s2 * v;
    a3 += s3 * u, c3 += s3 * v;
  }
  f4 a[4] = {a0, a1, a2, a3}, c[4] = {c0, c1, c2, c3};
  for (int i = 0; i < 4 && r + i < R; i++) {
    float *to = y + (r + i) * N + n;
    store_some(to, a[i], left);
    if (left > 4) store_some(to + 4, c[i], left - 4);
  }
}

// Floats of a packed matrix of K rows and N columns.
EXPORT(packed_size) int packed_size(int K, int N) { return K * ((N + 7) & ~7); }

// Columns of w in groups of eight, one group after the other, 0 beyond N. Element (k, n) lies at k * stride_k + n * stride_n.
EXPORT(pack) void pack(const float *w, float *packed, int K, int N, int stride_k, int stride_n) {
  for (int n = 0; n < N; n += 8)
    for (int k = 0; k < K; k++)
      for (int j = 0; j < 8; j++) *packed++ = n + j < N ? w[k * stride_k + (n + j) * stride_n] : 0;
}

// y = x w + b; x (R, K), w packed, b (N) or absent, y (R, N).
EXPORT(linear) void linear(const float *x, const float *packed, const float *b, float *y, int R, int K, int N) {
  for (int n = 0; n < N; n += 8)
    for (int r = 0; r < R; r += 4) tile(x, packed + n * K, b, y, r, R, K, n, N);
}
