"""Calls of the page's kernels for the tests: each array in turn lies at the very end of the memory, where a read beyond it traps."""

from typing import Any

import numpy as np
from mmkernels.wasm import Kernels

f32 = np.float32


def outcome(wasm: Kernels, name: str, *arguments: Any, out: int = -1) -> np.ndarray:
    """Return the array at position `out` after the call; the call is repeated with every array at the end of the memory, and must not differ."""
    out %= len(arguments)
    found = wasm.call(name, *arguments)[out]
    for i, value in enumerate(arguments):
        if isinstance(value, np.ndarray) and value.nbytes:
            np.testing.assert_array_equal(wasm.call(name, *arguments, last=i)[out], found)
    return found


def blank(*shape: int) -> np.ndarray:
    """Return an output buffer full of NaN: a value that is not written spoils the comparison."""
    return np.full(shape, np.nan, f32)


def draw(*shape: int, seed: int = 0, scale: float = 1.0) -> np.ndarray:
    return (np.random.default_rng([seed, *shape]).normal(size=shape) * scale).astype(f32)


def error(found: np.ndarray, wanted: Any) -> float:
    """Return the largest difference relative to the largest value of the reference; the shapes and the places of NaN must be equal."""
    wanted = np.asarray(wanted, np.float64)
    assert found.shape == wanted.shape
    np.testing.assert_array_equal(np.isnan(found), np.isnan(wanted))
    if not found.size:
        return 0.0
    there = ~np.isnan(wanted)
    largest = np.abs(wanted[there]).max(initial=0.0)
    return float(np.abs(found[there] - wanted[there]).max(initial=0.0) / max(largest, 1e-30))
