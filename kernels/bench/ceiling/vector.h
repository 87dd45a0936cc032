// One SIMD vector of floats and 2**x on it. Compile without -ffast-math: it would cancel the rounding trick.
#pragma once
#include <cstdint>
#include <cstring>
#if defined(__AVX512F__)
#include <immintrin.h>
#endif

#if defined(__AVX512F__)
constexpr int W = 16;
#elif defined(__AVX2__)
constexpr int W = 8;
#else
constexpr int W = 4;
#endif

typedef float vec __attribute__((vector_size(4 * W)));
typedef float vec_anywhere __attribute__((vector_size(4 * W), aligned(4)));
typedef int32_t vec_int __attribute__((vector_size(4 * W)));
#define INLINE static inline __attribute__((always_inline))

INLINE vec load(const float* p) { return *(const vec_anywhere*)p; }
INLINE void store(float* p, vec v) { *(vec_anywhere*)p = v; }
INLINE vec splat(float f) { return vec{} + f; }

// 2**x, relative error 2.3e-7. Below -126 the result is 2**-126, which adds nothing to a state.
INLINE vec exp2(vec x) {
#if defined(__AVX512F__)
  const vec k = (vec)_mm512_roundscale_ps((__m512)x, 0);
#else
  const float shift = 12582912.f;  // 1.5 * 2**23: adding it rounds to an integer, kept in the low bits
  const vec low = splat(-126.f);
  x = x > low ? x : low;
  const vec shifted = x + shift;
  const vec k = shifted - shift;
#endif
  const vec f = x - k;
  vec p = 1.327665351053593e-3f * f + 9.675482266014189e-3f;
  p = p * f + 5.550712049724762e-2f;
  p = p * f + 2.4022120845e-1f;
  p = p * f + 6.931469682883e-1f;
  p = p * f + 1.0000000714246924f;
#if defined(__AVX512F__)
  return (vec)_mm512_scalef_ps((__m512)p, (__m512)k);
#else
  return (vec)((vec_int)p + ((vec_int)shifted << 23));
#endif
}

// The same for a scan, whose multiplications are what it waits for: two fewer, and more of the rest. 2**f on [-1/32, 1/32]
// is a cubic in z = f + 23/16 without z**2, since 23/16 is close to 1 / ln 2. Relative error 2.3e-7.
INLINE vec exp2_in_scan(vec x) {
#if defined(__AVX512F__)
  const float v = 17.9510593414f, a = 6.2435073853f, b = 6.0055584908f;  // v = (z * z + a) * z + b for f = 0
  alignas(64) static const float powers[16] = {  // 4 * 2**(j / 16) / v, from j = 7 on half of that
      4.00000000f / v, 4.17709513f / v, 4.36203093f / v, 4.55515454f / v,
      4.75682846f / v, 4.96743125f / v, 5.18735822f / v, 2.70851109f / v,
      2.82842712f / v, 2.95365229f / v, 3.08442165f / v, 3.22098066f / v,
      3.36358566f / v, 3.51250432f / v, 3.66801617f / v, 3.83041312f / v};
  const float shift = 786432.f;  // 1.5 * 2**19: adding it rounds to sixteenths, whose number is in the low bits
  const vec shifted = x + shift;
  const vec k = shifted - (shift + 1.4375f), z = x - k;
  const vec factor = (vec)_mm512_permutexvar_ps((__m512i)shifted, _mm512_load_ps(powers));
  return (vec)_mm512_scalef_ps((__m512)factor, (__m512)k) * ((z * z + a) * z + b);
#else
  return exp2(x);
#endif
}
