// Operators of two or three operands with broadcasting, copies between layouts, elements by their positions.
#include "strided.h"

static NOINLINE f4 load_apart(const float *from, int stride, int count) {
  f4 value = splat(from[0]);
  if (count > 1) value[1] = from[stride];
  if (count > 2) value[2] = from[2 * stride];
  if (count > 3) value[3] = from[3 * stride];
  return value;
}
INLINE f4 take(const float *from, int i, int stride, int count) {
  return stride == 1 ? load_some(from + i, count) : stride == 0 ? splat(from[0]) : load_apart(from + i * stride, stride, count);
}

enum { ADD, SUBTRACT, MULTIPLY, DIVIDE, MINIMUM, MAXIMUM };
#define ROW(formula)                                                                   \
  for (int i = 0; i < n; i += 4) {                                                     \
    f4 u = take(a, i, stride_a, n - i), v = take(b, i, stride_b, n - i);               \
    store_some(o + i, formula, n - i);                                                 \
  }                                                                                    \
  break;

// o = a op b; o contiguous. op: 0 +, 1 -, 2 *, 3 /, 4 minimum, 5 maximum. shape: see strided.h, operands a and b.
EXPORT(combine) void combine(int op, const float *first, const float *second, float *o, const int *shape) {
  Walk walk = begin_walk(shape, 2);
  int n = walk.width, stride_a = inner_stride(&walk, 0), stride_b = inner_stride(&walk, 1);
  for (int row = 0; row < walk.rows; row++, o += n, next_row(&walk)) {
    const float *a = first + walk.at[0], *b = second + walk.at[1];
    switch (op) {
      case ADD: ROW(u + v)
      case SUBTRACT: ROW(u - v)
      case MULTIPLY: ROW(u * v)
      case DIVIDE: ROW(u / v)
      case MINIMUM: ROW(lesser_of(u, v))
      case MAXIMUM: ROW(greater_of(u, v))
      default: __builtin_trap();
    }
  }
}

// o = a where c (bytes) is not 0, else b; o contiguous. shape: operands c, a, b.
EXPORT(where) void where(const u8 *c, const float *a, const float *b, float *o, const int *shape) {
  Walk walk = begin_walk(shape, 3);
  int n = walk.width, stride_c = inner_stride(&walk, 0), stride_a = inner_stride(&walk, 1), stride_b = inner_stride(&walk, 2);
  for (int row = 0; row < walk.rows; row++, o += n, next_row(&walk)) {
    const u8 *condition = c + walk.at[0];
    const float *yes = a + walk.at[1], *no = b + walk.at[2];
    if (stride_c == 0) {
      int chosen = condition[0] ? stride_a : stride_b;
      const float *from = condition[0] ? yes : no;
      for (int i = 0; i < n; i += 4) store_some(o + i, take(from, i, chosen, n - i), n - i);
    } else
      for (int i = 0; i < n; i++) o[i] = condition[i * stride_c] ? yes[i * stride_a] : no[i * stride_b];
  }
}

// o[...] = x[...] for elements of 1, 4 or 8 bytes, with strides on both sides: permutation, expansion, slice, concatenation, padding.
// shape: operands x, o.
EXPORT(copy) void copy(const u8 *x, u8 *o, const int *shape, int bytes) {
  Walk walk = begin_walk(shape, 2);
  int n = walk.width, stride_x = inner_stride(&walk, 0), stride_o = inner_stride(&walk, 1), together = stride_x == 1 && stride_o == 1;
  for (int row = 0; row < walk.rows; row++, next_row(&walk)) {
    const u8 *from = x + walk.at[0] * bytes;
    u8 *to = o + walk.at[1] * bytes;
    if (bytes == 4 && together)
      for (int i = 0; i < n; i += 4) store_some((float *)to + i, load_some((const float *)from + i, n - i), n - i);
    else if (bytes == 4)
      for (int i = 0; i < n; i++) ((int *)to)[i * stride_o] = ((const int *)from)[i * stride_x];
    else if (bytes == 8)
      for (int i = 0; i < n; i++) ((long long *)to)[i * stride_o] = ((const long long *)from)[i * stride_x];
    else if (bytes == 1)
      for (int i = 0; i < n; i++) to[i * stride_o] = from[i * stride_x];
    else __builtin_trap();
  }
}

// o[u, i, k] = x[u, index[u, i, k], k]; x (outer, n, inner), index (float64) and o (outer, m, inner). Returns 1, and leaves the rest of o as it is,
// at an index outside of 0..n-1.
EXPORT(gather) int gather(const float *x, const double *index, float *o, int outer, int n, int m, int inner) {
  for (int u = 0; u < outer; u++, x += n * inner)
    for (int i = 0; i < m; i++)
      for (int k = 0; k < inner; k++, index++, o++) {
        if (!(*index >= 0 && *index < n)) return 1;
        *o = x[(int)*index * inner + k];
      }
  return 0;
}
