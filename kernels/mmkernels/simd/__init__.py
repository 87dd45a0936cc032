"""SIMD vectors inside Numba kernels: types, arithmetic, memory, sums, folded sums, small matrices; aligned arrays, and threads."""
