"""Prepares tensors for the kernels and launches them."""

import math
from functools import lru_cache
from pathlib import Path

import torch
from torch import Tensor

from mmkernels.gate.numba_backend.kernel import gate_backward, gate_forward
from mmkernels.scan.numba_backend import layout, notice
from mmkernels.simd import threads
from mmkernels.simd.exponential import terms_address
from mmkernels.simd.vector import Kind, digest

SOURCES = digest(Path(__file__).parent)
PIECE = 16_384  # numbers in a task: whole vectors


@lru_cache
def _kind(single: bool) -> Kind:
    return Kind(1, single=single, sources=SOURCES)


def run_forward(x: Tensor, z: Tensor) -> Tensor:
    """Return y, of the shape of x."""
    single, n = x.dtype == torch.float32, x.numel()
    kind, table = _kind(single), terms_address(single=single)
    x, z = x.contiguous(), z.contiguous()
    y = layout.new(tuple(x.shape), x.dtype)
    read = (x.data_ptr(), z.data_ptr())

    def work(first: int, last: int) -> None:
        gate_forward(kind, table, read, y.data_ptr(), first * PIECE, min(n, last * PIECE))

    with notice.of_compilation(gate_forward, kind):
        threads.split(work, math.ceil(n / PIECE), cost=float(n))
    return y


def run_backward(dy: Tensor, x: Tensor, z: Tensor) -> tuple[Tensor, Tensor]:
    """Return the gradients of x and z."""
    single, n = x.dtype == torch.float32, x.numel()
    kind, table = _kind(single), terms_address(single=single)
    dy, x, z = dy.contiguous(), x.contiguous(), z.contiguous()
    dx, dz = (layout.new(tuple(x.shape), x.dtype) for _ in range(2))
    read, write = (x.data_ptr(), z.data_ptr()), (dy.data_ptr(), dx.data_ptr(), dz.data_ptr())

    def work(first: int, last: int) -> None:
        gate_backward(kind, table, read, write, first * PIECE, min(n, last * PIECE))

    with notice.of_compilation(gate_backward, kind):
        threads.split(work, math.ceil(n / PIECE), cost=float(n))
    return dx, dz
