"""Prepares tensors for the kernels, launches them, and gives the results back in the caller's layout."""

from functools import lru_cache
from pathlib import Path

import torch
from torch import Tensor

from mmkernels.conv.numba_backend.kernel import conv_backward, conv_forward
from mmkernels.scan.numba_backend import layout, notice
from mmkernels.simd import threads
from mmkernels.simd.exponential import terms_address
from mmkernels.simd.vector import Kind, digest

SOURCES = digest(Path(__file__).parent)


@lru_cache
def _kind(single: bool) -> Kind:
    return Kind(1, single=single, sources=SOURCES)


def _prepared(x: Tensor, weight: Tensor, bias: Tensor | None) -> tuple[Tensor, Tensor, Tensor | None]:
    """Return the inputs as the kernels read them; they must live until the kernel is through."""
    return x.contiguous(), weight.transpose(1, 2).contiguous(), None if bias is None else bias.contiguous()


def _addresses(x: Tensor, weight: Tensor, bias: Tensor | None) -> tuple[int, int, int, int]:
    table = terms_address(single=x.dtype == torch.float32)
    return x.data_ptr(), weight.data_ptr(), 0 if bias is None else bias.data_ptr(), table


def run_forward(x: Tensor, weight: Tensor, bias: Tensor | None, activated: bool) -> Tensor:
    """Return y, (M, B, L, E)."""
    kind, sizes = _kind(x.dtype == torch.float32), (*x.shape[1:], weight.shape[-1])
    inputs = _prepared(x, weight, bias)
    read = _addresses(*inputs)
    y = layout.new(tuple(x.shape), x.dtype)

    def work(first: int, last: int) -> None:
        conv_forward(kind, sizes, activated, read, y.data_ptr(), first, last)

    with notice.of_compilation(conv_forward, kind):
        threads.split(work, x.shape[0] * x.shape[1], cost=float(x.numel()))
    return y


def run_backward(
    dy: Tensor, x: Tensor, weight: Tensor, bias: Tensor | None, activated: bool
) -> tuple[Tensor, Tensor, Tensor]:
    """Return the gradients of x, weight and bias (empty if there is none)."""
    kind, sizes = _kind(x.dtype == torch.float32), (*x.shape[1:], weight.shape[-1])
    n_modality, n_batch, _, n_channel = x.shape
    inputs, dy = _prepared(x, weight, bias), dy.contiguous()
    read = _addresses(*inputs)
    n_task, taps = n_modality * n_batch, weight.shape[-1]
    dx = layout.new(tuple(x.shape), x.dtype)
    d_weight = x.new_zeros((n_task, taps, n_channel))
    d_bias = x.new_zeros((n_task, n_channel)) if bias is not None else None
    write = (dy.data_ptr(), dx.data_ptr(), d_weight.data_ptr(), 0 if d_bias is None else d_bias.data_ptr())

    def work(first: int, last: int) -> None:
        ring = layout.new((taps, n_channel), x.dtype)
        conv_backward(kind, sizes, activated, read, write, ring.data_ptr(), (first, last))

    with notice.of_compilation(conv_backward, kind):
        threads.split(work, n_task, cost=3.0 * x.numel())
    per_weight = d_weight.view(n_modality, n_batch, taps, n_channel).sum(1, dtype=torch.float64)
    to_weight = per_weight.to(x.dtype).transpose(1, 2).contiguous()
    if d_bias is None:
        return dx, to_weight, x.new_empty(0)
    return dx, to_weight, d_bias.view(n_modality, n_batch, n_channel).sum(1, dtype=torch.float64).to(x.dtype)
