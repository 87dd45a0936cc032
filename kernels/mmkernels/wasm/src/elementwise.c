// Functions of one value, o[i] = f(x[i]) for n values; o may be x.
#include "exponential.h"

// The last one to three values go through a copy, so that each formula is compiled once, for whole vectors.
#define UNARY(name, formula)                                                                   \
  static NOINLINE void name##_of_vectors(const float *x, float *o, int n) {                    \
    for (int i = 0; i < n; i += 4) {                                                           \
      f4 v = load(x + i);                                                                      \
      store(o + i, formula);                                                                   \
    }                                                                                          \
  }                                                                                            \
  EXPORT(name) void name(const float *x, float *o, int n) {                                    \
    int whole = n & ~3;                                                                        \
    name##_of_vectors(x, o, whole);                                                            \
    if (n == whole) return;                                                                    \
    float rest[4];                                                                             \
    store(rest, load_part(x + whole, n - whole));                                              \
    name##_of_vectors(rest, rest, 4);                                                          \
    store_part(o + whole, load(rest), n - whole);                                              \
  }

UNARY(exp, exponential(v))
UNARY(log, logarithm(v))
UNARY(tanh, hyperbolic_tangent(v))
UNARY(erf, error_function(v))
UNARY(sigmoid, logistic(v))
UNARY(silu, sigmoid_linear_unit(v))
UNARY(relu, greater_of(v, splat(0)))
// ln(1 + e^x) = max(x, 0) + ln(1 + e^-|x|).
UNARY(softplus, greater_of(v, splat(0)) + logarithm_1p(exponential(-absolute(v))))
// x Phi(x) with the normal distribution function Phi.
UNARY(gelu, v * 0.5f * (1.0f + error_function(v * 0.707106781f)))
