"""How tensors with a state axis are packed for the kernels, and unpacked again.

The kernels read vectors along channels, so a state tensor (M, ..., E, N) is stored as (..., V, N, M, lanes):
E = V * lanes after filling up with zeros. The vectors of all modalities for one (channel block, state) are
neighbours in memory.
"""

import math

import torch
from torch import Tensor
from torch.nn.functional import pad


def pack(values: Tensor, lanes: int) -> Tensor:
    """Turn (M, E, N) into (V, N, M, lanes), or (M, B, E, N) into (B, V, N, M, lanes); a contiguous copy."""
    n_channel, n_state = values.shape[-2:]
    n_vector = math.ceil(n_channel / lanes)
    missing = n_vector * lanes - n_channel
    filled = pad(values, (0, 0, 0, missing)) if missing else values
    cut = filled.reshape(*values.shape[:-2], n_vector, lanes, n_state)
    order = (1, 3, 0, 2) if values.ndim == 3 else (1, 2, 4, 0, 3)
    return cut.permute(order).clone(memory_format=torch.contiguous_format)


def unpack(packed: Tensor, n_channel: int) -> Tensor:
    """Undo `pack`: drop the filling and return (M, E, N) or (M, B, E, N), a contiguous copy."""
    order = (2, 0, 3, 1) if packed.ndim == 4 else (3, 0, 1, 4, 2)
    cut = packed.permute(order)
    n_vector, lanes, n_state = cut.shape[-3:]
    flat = cut.reshape(*cut.shape[:-3], n_vector * lanes, n_state)
    return flat[..., :n_channel, :].clone(memory_format=torch.contiguous_format)


LINE = 64  # bytes of a cache line: a vector that lies across two of them is loaded and stored twice


def new(shape: tuple[int, ...], dtype: torch.dtype) -> Tensor:
    """Return an uninitialised tensor that begins on a cache line, in memory that numpy allocated.

    numpy asks for huge pages; for results of many megabytes first touching plain pages costs more time than
    the arithmetic. But it aligns to 16 bytes only.
    """
    import numpy as np

    n_byte = math.prod(shape) * dtype.itemsize
    memory = np.empty(n_byte + LINE, dtype=np.uint8)
    first = -memory.ctypes.data % LINE
    return torch.from_numpy(memory[first : first + n_byte]).view(dtype).view(shape)
