"""SIMD vectors inside Numba kernels: types, arithmetic, memory, small matrices, and a thread pool."""
