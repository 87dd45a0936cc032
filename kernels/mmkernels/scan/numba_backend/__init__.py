"""The CPU backend: Numba kernels with explicit SIMD vectors, forward and backward, float32 and float64."""
