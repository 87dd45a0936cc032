"""SiLU gate: one pass over the data forward, one backward."""

import math

import torch
from numba import njit
from torch import Tensor

from mmkernels.cpu import launch, layout
from mmkernels.cpu.arithmetic import multiply, multiply_add, one_minus
from mmkernels.cpu.exponential import load_terms, sigmoid_by, terms_address
from mmkernels.cpu.memory import load_lanes, store_lanes
from mmkernels.cpu.vectors import OPTIONS, kind_of, lanes_of


@njit(cache=True, **OPTIONS)
def gate_forward(kind, table, inputs, y, first, last):  # type: ignore[no-untyped-def]
    """Write y = x silu(z) for numbers first <= i < last; `inputs` are the addresses of x and z, `table` that of 2**x."""
    x, z = inputs
    terms = load_terms(kind, table)
    for i in range(first, last, lanes_of(kind)):
        gate = load_lanes(kind, z, i, 0, last - i)
        open_by = multiply(gate, sigmoid_by(terms, gate))
        store_lanes(y, i, 0, multiply(load_lanes(kind, x, i, 0, last - i), open_by), last - i)


@njit(cache=True, **OPTIONS)
def gate_backward(kind, table, inputs, grads, first, last):  # type: ignore[no-untyped-def]
    """Write the gradients of x and z for numbers first <= i < last; `grads` are the addresses of dy, dx and dz."""
    x, z = inputs
    dy, dx, dz = grads
    terms = load_terms(kind, table)
    for i in range(first, last, lanes_of(kind)):
        n_valid = last - i
        gate, g = load_lanes(kind, z, i, 0, n_valid), load_lanes(kind, dy, i, 0, n_valid)
        share = sigmoid_by(terms, gate)
        open_by = multiply(gate, share)
        slope = multiply_add(open_by, one_minus(share), share)
        store_lanes(dx, i, 0, multiply(g, open_by), n_valid)
        store_lanes(dz, i, 0, multiply(multiply(g, load_lanes(kind, x, i, 0, n_valid)), slope), n_valid)


PIECE = 16_384  # numbers in a task: whole vectors


def run_forward(x: Tensor, z: Tensor) -> Tensor:
    """Return y, of the shape of x."""
    single, n = x.dtype == torch.float32, x.numel()
    kind, table = kind_of(1, single=single), terms_address(single=single)
    x, z = x.contiguous(), z.contiguous()
    y = layout.new(tuple(x.shape), x.dtype)
    read = (x.data_ptr(), z.data_ptr())

    def work(first: int, last: int) -> None:
        gate_forward(kind, table, read, y.data_ptr(), first * PIECE, min(n, last * PIECE))

    with launch.report_compilation(gate_forward, kind):
        launch.run_tasks(work, math.ceil(n / PIECE), cost=float(n))
    return y


def run_backward(dy: Tensor, x: Tensor, z: Tensor) -> tuple[Tensor, Tensor]:
    """Return the gradients of x and z."""
    single, n = x.dtype == torch.float32, x.numel()
    kind, table = kind_of(1, single=single), terms_address(single=single)
    dy, x, z = dy.contiguous(), x.contiguous(), z.contiguous()
    dx, dz = (layout.new(tuple(x.shape), x.dtype) for _ in range(2))
    read, write = (x.data_ptr(), z.data_ptr()), (dy.data_ptr(), dx.data_ptr(), dz.data_ptr())

    def work(first: int, last: int) -> None:
        gate_backward(kind, table, read, write, first * PIECE, min(n, last * PIECE))

    with launch.report_compilation(gate_backward, kind):
        launch.run_tasks(work, math.ceil(n / PIECE), cost=float(n))
    return dx, dz
