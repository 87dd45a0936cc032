"""Memory layout of tensors with a state axis, and aligned memory for results.

The kernels read vectors along channels, so a state tensor (M, ..., E, N) is stored as (..., V, N, M, lanes):
E = V * lanes after filling up with zeros. The vectors of all modalities for one (channel block, state) are
neighbours in memory.
"""

import math
from typing import Any

import numpy as np
import torch
from torch import Tensor
from torch.nn.functional import pad

LINE = 64  # bytes of a cache line: a vector that lies across two of them is loaded and stored twice


def aligned(shape: tuple[int, ...], dtype: Any) -> np.ndarray[Any, Any]:
    """Return an uninitialised array that begins on a cache line; numpy itself aligns to 16 bytes."""
    n_byte = math.prod(shape) * np.dtype(dtype).itemsize
    memory = np.empty(n_byte + LINE, dtype=np.uint8)
    first = -memory.ctypes.data % LINE
    return memory[first : first + n_byte].view(dtype).reshape(shape)


SMALL = 1 << 16  # bytes; below, only the time of the call itself counts


def pack(values: Tensor, lanes: int, factor: float = 1.0) -> Tensor:
    """Turn (M, E, N) into (V, N, M, lanes), or (M, B, E, N) into (B, V, N, M, lanes), times `factor`; a contiguous copy."""
    n_channel, n_state = values.shape[-2:]
    n_vector = math.ceil(n_channel / lanes)
    missing = n_vector * lanes - n_channel
    filled = pad(values, (0, 0, 0, missing)) if missing else values
    cut = filled.reshape(*values.shape[:-2], n_vector, lanes, n_state)
    order = (1, 3, 0, 2) if values.ndim == 3 else (1, 2, 4, 0, 3)
    ordered = cut.permute(order)
    return torch.mul(ordered, factor, out=values.new_empty(ordered.shape))


def unpack(packed: Tensor, n_channel: int) -> Tensor:
    """Undo `pack`: drop the filling and return (M, E, N) or (M, B, E, N), a contiguous copy."""
    order = (2, 0, 3, 1) if packed.ndim == 4 else (3, 0, 1, 4, 2)
    cut = packed.permute(order)
    n_vector, lanes, n_state = cut.shape[-3:]
    flat = cut.reshape(*cut.shape[:-3], n_vector * lanes, n_state)
    return flat[..., :n_channel, :].clone(memory_format=torch.contiguous_format)


def new(shape: tuple[int, ...], dtype: torch.dtype) -> Tensor:
    """Return an uninitialised tensor that begins on a cache line.

    What is not small comes from numpy: it asks for huge pages, and for results of many megabytes first touching plain
    pages costs more time than the arithmetic; and it gets memory back that is still in the caches, where PyTorch, which
    asks for aligned memory, often gets other.
    """
    if math.prod(shape) * dtype.itemsize < SMALL:
        return torch.empty(shape, dtype=dtype, device="cpu")
    return torch.from_numpy(aligned(shape, {torch.float32: "f4", torch.float64: "f8"}[dtype]))
