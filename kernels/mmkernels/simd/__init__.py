"""SIMD vectors inside Numba kernels: types, arithmetic, memory, small matrices; aligned arrays, and threads."""
