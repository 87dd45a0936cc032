"""SIMD vectors inside Numba kernels: types, arithmetic, memory, sums, small matrices; aligned arrays, and threads."""
