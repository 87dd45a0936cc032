"""CPU backend: Numba kernels with explicit SIMD vectors, float32 and float64."""
