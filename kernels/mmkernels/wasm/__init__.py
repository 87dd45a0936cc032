"""Kernels of the page: C sources (`src`), compiled to one WebAssembly module with SIMD (`kernels.wasm`), and a host for tests.

The page loads the module in the browser. In Python the module runs in wasmtime (`Kernels`), a development dependency: the tests compare each
function with its float64 reference. Functions, arguments and layouts: README.md in this folder.
"""

from mmkernels.wasm.host import MODULE_PATH, Kernels, OutOfBoundsError, reason_against_wasm

__all__ = ["MODULE_PATH", "Kernels", "OutOfBoundsError", "reason_against_wasm"]
