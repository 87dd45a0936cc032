// Vectors of four floats: loads and stores of whole and partial vectors, selection, sums over lanes. No libc, no heap.
#pragma once
#include <wasm_simd128.h>

#define EXPORT(name) __attribute__((export_name(#name)))
#define NOINLINE __attribute__((noinline))
#define INLINE static inline __attribute__((always_inline))

typedef unsigned char u8;
typedef float f4 __attribute__((vector_size(16)));
typedef int i4 __attribute__((vector_size(16)));

INLINE f4 splat(float value) { return (f4)wasm_f32x4_splat(value); }
INLINE i4 splat_int(int value) { return (i4)wasm_i32x4_splat(value); }
INLINE f4 load(const float *from) { return (f4)wasm_v128_load(from); }
INLINE void store(float *to, f4 value) { wasm_v128_store(to, (v128_t)value); }
INLINE f4 select(i4 where, f4 yes, f4 no) { return (f4)wasm_v128_bitselect((v128_t)yes, (v128_t)no, (v128_t)where); }
INLINE f4 absolute(f4 x) { return (f4)wasm_f32x4_abs((v128_t)x); }
INLINE f4 root(f4 x) { return (f4)wasm_f32x4_sqrt((v128_t)x); }
// NaN in x or y gives NaN.
INLINE f4 greater_of(f4 x, f4 y) { return (f4)wasm_f32x4_max((v128_t)x, (v128_t)y); }
INLINE f4 lesser_of(f4 x, f4 y) { return (f4)wasm_f32x4_min((v128_t)x, (v128_t)y); }
// Limits of x in one instruction each; NaN stays NaN.
INLINE f4 at_least(f4 x, float limit) { return (f4)wasm_f32x4_pmax((v128_t)x, wasm_f32x4_splat(limit)); }
INLINE f4 at_most(f4 x, float limit) { return (f4)wasm_f32x4_pmin((v128_t)x, wasm_f32x4_splat(limit)); }

// The first `count` < 4 lanes from or to memory, zero in the others (simd.c).
f4 load_part(const float *from, int count);
void store_part(float *to, f4 value, int count);
// A vector of which `count` lanes lie inside the buffer; count >= 1.
INLINE f4 load_some(const float *from, int count) { return count >= 4 ? load(from) : load_part(from, count); }
INLINE void store_some(float *to, f4 value, int count) {
  if (count >= 4) store(to, value);
  else store_part(to, value, count);
}
INLINE float sum_of_lanes(f4 x) { return (x[0] + x[1]) + (x[2] + x[3]); }
// The first `count` lanes of x, `other` in the rest.
INLINE f4 keep_lanes(f4 x, int count, f4 other) {
  const i4 lane = {0, 1, 2, 3};
  return select(lane < splat_int(count), x, other);
}
