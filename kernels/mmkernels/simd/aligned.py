"""Memory for vectors: it begins on a cache line."""

import math
from typing import Any

import numpy as np

LINE = 64  # bytes of a cache line: a vector that lies across two of them is loaded and stored twice


def aligned(shape: tuple[int, ...], dtype: Any) -> np.ndarray[Any, Any]:
    """Return an uninitialised array that begins on a cache line; numpy itself aligns to 16 bytes."""
    n_byte = math.prod(shape) * np.dtype(dtype).itemsize
    memory = np.empty(n_byte + LINE, dtype=np.uint8)
    first = -memory.ctypes.data % LINE
    return memory[first : first + n_byte].view(dtype).reshape(shape)
