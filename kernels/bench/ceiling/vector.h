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

// The same for a scan, whose multiplications are what it waits for: one fewer, and more of the rest. Relative error 1.2e-7.
INLINE vec exp2_in_scan(vec x) {
#if defined(__AVX512F__)
  alignas(64) static const float powers[16] = {  // 2**(j / 16)
      1.f,        1.0442737f, 1.0905077f, 1.1387886f, 1.1892071f, 1.2418578f, 1.2968396f, 1.3542555f,
      1.4142135f, 1.4768262f, 1.5422108f, 1.6104903f, 1.6817929f, 1.7562522f, 1.8340081f, 1.9152066f};
  const float shift = 786432.f;  // 1.5 * 2**19: adding it rounds to sixteenths, whose number is in the low bits
  const vec shifted = x + shift;
  const vec k = shifted - shift, f = x - k;
  const vec factor = (vec)_mm512_permutexvar_ps((__m512i)shifted, _mm512_load_ps(powers));
  const vec slope = (5.550410866e-2f * f + 2.402265070e-1f) * f + 6.931471806e-1f;
  return (vec)_mm512_scalef_ps((__m512)(factor * f * slope + factor), (__m512)k);
#else
  return exp2(x);
#endif
}
