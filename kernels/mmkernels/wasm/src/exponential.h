// exp, log and erf in float32 (errors about 1e-7 of the value), with the limits of IEEE: exp(-inf) = 0, log(0) = -inf, NaN stays NaN.
#pragma once
#include "simd.h"

// Adding 1.5 * 2^23 rounds to the nearest integer and leaves it in the low bits.
#define ROUNDER 12582912.0f

// 2^x for the decay of a scan: exactly 0 below -126.5, 1 + x ln 2 near 0. The polynomial has degree 6, minimax with the first two
// coefficients fixed: relative error 3e-9 before rounding.
INLINE f4 exp2_decay(f4 x) {
  x = at_most(at_least(x, -127.0f), 128.0f);
  f4 shifted = x + ROUNDER, r = x - (shifted - ROUNDER);
  f4 s = r * r, high = (r * 1.3390161626e-3f + 9.6185263060e-3f) + s * 1.5321154647e-4f;
  f4 p = (r * 6.9314718056e-1f + 1.0f) + s * ((r * 5.5503622524e-2f + 2.4022647550e-1f) + s * high);
  return p * (f4)(((i4)shifted << 23) + (127 << 23));
}

// e^x. Argument reduction in two parts; half of the scale is a doubling, so that e^88.7 is finite. 0 below 2^-125.5, inf above 2^128.
INLINE f4 exponential(f4 x) {
  x = at_most(at_least(x, -87.5f), 89.0f);
  f4 shifted = x * 1.44269504f + ROUNDER, k = shifted - ROUNDER;
  f4 r = (x - k * 0.693359375f) + k * 2.12194440e-4f;
  f4 p = r * 1.9875691500e-4f + 1.3981999507e-3f;
  p = p * r + 8.3334519073e-3f;
  p = p * r + 4.1665795894e-2f;
  p = p * r + 1.6666665459e-1f;
  p = p * r + 5.0000001201e-1f;
  p = p * (r * r) + r + 1.0f;
  return (p + p) * (f4)(((i4)shifted << 23) + (126 << 23));
}

// ln x by 2 atanh((m - 1) / (m + 1)), m in [sqrt 1/2, sqrt 2); x positive, finite, not below 2^-126.
INLINE f4 logarithm_of_normal(f4 x) {
  i4 exponent = (i4)wasm_u32x4_shr((v128_t)x, 23) - 127;
  f4 m = (f4)(((i4)x & 0x7fffff) | 0x3f800000);
  i4 large = m > splat(1.41421356f);
  m = select(large, m * 0.5f, m);
  f4 s = (m - 1.0f) / (m + 1.0f), q = s * s;
  f4 p = q * (2.0f / 9) + 2.0f / 7;
  p = p * q + 2.0f / 5;
  p = p * q + 2.0f / 3;
  p = p * q + 2.0f;
  return s * p + __builtin_convertvector(exponent - large, f4) * 0.693147181f;
}
INLINE f4 logarithm(f4 x) {
  i4 tiny = x < splat(1.17549435e-38f);
  f4 y = logarithm_of_normal(select(tiny, x * 8388608.0f, x)) - select(tiny, splat(15.9423852f), splat(0));
  y = select(x == splat(__builtin_inff()), x, y);
  y = select(x == splat(0), splat(-__builtin_inff()), y);
  return select(x >= splat(0), y, splat(__builtin_nanf("")));
}

// ln(1 + t) for t in [0, 1]: the rounding of 1 + t is corrected by its ratio.
INLINE f4 logarithm_1p(f4 t) {
  f4 u = t + 1.0f, d = u - 1.0f;
  return select(d == splat(0), t, logarithm_of_normal(u) * (t / d));
}

// erf x: x + x P(x^2) below 0.93, 1 - e^R(|x|) above. Coefficients after N. Juffa's minimax fits, absolute error 8e-8.
INLINE f4 error_function(f4 x) {
  f4 t = absolute(x), s = x * x;
  f4 r = t * -1.72853470e-5f + 3.83197126e-4f;
  f4 u = t * -3.88396438e-3f + 2.42546219e-2f;
  r = r * s + u;
  r = r * t - 1.06777877e-1f;
  r = r * t - 6.34846687e-1f;
  r = r * t - 1.28717512e-1f;
  r = r * t - t;
  f4 far = 1.0f - exponential(select(t < splat(6.0f), r, splat(-100.0f)));
  f4 p = s * -5.96761703e-4f + 4.99119423e-3f;
  p = p * s - 2.67681349e-2f;
  p = p * s + 1.12819925e-1f;
  p = p * s - 3.76125336e-1f;
  p = p * s + 1.28379166e-1f;
  f4 near = x + x * p;
  i4 sign = (i4)x & (int)0x80000000;
  f4 y = select(t > splat(0.927734375f), (f4)((i4)far | sign), near);
  return select(x == x, y, x);
}

INLINE f4 logistic(f4 x) { return 1.0f / (1.0f + exponential(-x)); }
INLINE f4 sigmoid_linear_unit(f4 x) { return x / (1.0f + exponential(-x)); }

// x + x^3 P(x^2) below 0.625 (coefficients of Cephes), 1 - 2 / (e^2|x| + 1) above.
INLINE f4 hyperbolic_tangent(f4 x) {
  f4 t = absolute(x), s = x * x;
  f4 p = s * -5.70498872745e-3f + 2.06390887954e-2f;
  p = p * s - 5.37397155531e-2f;
  p = p * s + 1.33314422036e-1f;
  p = p * s - 3.33332819422e-1f;
  f4 far = 1.0f - 2.0f / (exponential(t + t) + 1.0f);
  i4 sign = (i4)x & (int)0x80000000;
  return select(t >= splat(0.625f), (f4)((i4)far | sign), x + x * s * p);
}
