"""Causal convolution on the CPU: a few rows of time in the first-level cache, vectors along channels.

x, y, dy, dx are (M, B, L, E); weight is (M, taps, E), the last tap for the present step. A task is one sequence,
(modality, batch element). Arrays are passed by address; 0 where there is none.
"""

import torch
from numba import njit
from torch import Tensor

from mmkernels.cpu import launch, layout
from mmkernels.cpu.arithmetic import add, multiply, multiply_add, one_minus, zero
from mmkernels.cpu.exponential import load_terms, sigmoid_by, terms_address
from mmkernels.cpu.memory import load_lanes, store_lanes
from mmkernels.cpu.vectors import OPTIONS, kind_of, lanes_of


@njit(forceinline=True, **OPTIONS)
def _sum_of_taps(kind, sizes, inputs, place):  # type: ignore[no-untyped-def]
    """Return bias + sum of weight times past for one vector of channels; `place` is (sequence, modality, t, d)."""
    _, n_time, n_channel, n_tap = sizes
    x, weight, bias, _ = inputs
    task, m, t, d = place
    n_valid = n_channel - d
    out = load_lanes(kind, bias, m * n_channel + d, 0, n_valid) if bias != 0 else zero(kind)
    for lag in range(min(n_tap, t + 1)):
        tap = load_lanes(kind, weight, (m * n_tap + n_tap - 1 - lag) * n_channel + d, 0, n_valid)
        out = multiply_add(tap, load_lanes(kind, x, (task * n_time + t - lag) * n_channel + d, 0, n_valid), out)
    return out


@njit(cache=True, **OPTIONS)
def conv_forward(kind, sizes, activated, inputs, y, first, last):  # type: ignore[no-untyped-def]
    """Convolve the sequences first <= task < last.

    Parameters
    ----------
    kind
        `Kind` of one vector.
    sizes
        (B, L, E, taps).
    activated
        Whether SiLU follows.
    inputs
        Addresses of x, weight, bias (or 0) and the constants of 2**x.
    y
        Address of the result.
    """
    n_batch, n_time, n_channel, _ = sizes
    lanes, terms = lanes_of(kind), load_terms(kind, inputs[3])
    for task in range(first, last):
        for t in range(n_time):
            for d in range(0, n_channel, lanes):
                out = _sum_of_taps(kind, sizes, inputs, (task, task // n_batch, t, d))
                if activated:
                    out = multiply(out, sigmoid_by(terms, out))
                store_lanes(y, (task * n_time + t) * n_channel + d, 0, out, n_channel - d)


@njit(cache=True, **OPTIONS)
def conv_backward(kind, sizes, activated, inputs, grads, ring, tasks):  # type: ignore[no-untyped-def]
    """Compute the gradients of the sequences tasks[0] <= task < tasks[1], from the last step to the first.

    Parameters
    ----------
    kind, sizes, activated, inputs
        As in `conv_forward`.
    grads
        Addresses of dy (read), dx, d_weight (M B, taps, E; zeros) and d_bias (M B, E; zeros; or 0).
    ring
        Address of scratch (taps, E): the gradients before SiLU of this step and of those after it.
    """
    n_batch, n_time, n_channel, n_tap = sizes
    x, weight, _, table = inputs
    dy, dx, d_weight, d_bias = grads
    lanes, terms = lanes_of(kind), load_terms(kind, table)
    for task in range(tasks[0], tasks[1]):
        m = task // n_batch
        for t in range(n_time - 1, -1, -1):
            row = task * n_time + t
            for d in range(0, n_channel, lanes):
                n_valid = n_channel - d
                g = load_lanes(kind, dy, row * n_channel + d, 0, n_valid)
                if activated:
                    before = _sum_of_taps(kind, sizes, inputs, (task, m, t, d))
                    s = sigmoid_by(terms, before)
                    g = multiply(g, multiply_add(multiply(s, before), one_minus(s), s))
                store_lanes(ring, (t % n_tap) * n_channel + d, 0, g, n_valid)
                if d_bias != 0:
                    at = task * n_channel + d
                    store_lanes(d_bias, at, 0, add(load_lanes(kind, d_bias, at, 0, n_valid), g), n_valid)
                back = zero(kind)
                for lag in range(n_tap):
                    tap = (n_tap - 1 - lag) * n_channel + d
                    if lag <= t:
                        past = load_lanes(kind, x, (row - lag) * n_channel + d, 0, n_valid)
                        at = task * n_tap * n_channel + tap
                        total = multiply_add(g, past, load_lanes(kind, d_weight, at, 0, n_valid))
                        store_lanes(d_weight, at, 0, total, n_valid)
                    if t + lag < n_time:
                        later = load_lanes(kind, ring, ((t + lag) % n_tap) * n_channel + d, 0, n_valid)
                        own = load_lanes(kind, weight, m * n_tap * n_channel + tap, 0, n_valid)
                        back = multiply_add(own, later, back)
                store_lanes(dx, row * n_channel + d, 0, back, n_valid)


def _prepared(x: Tensor, weight: Tensor, bias: Tensor | None) -> tuple[Tensor, Tensor, Tensor | None]:
    """Return the inputs as the kernels read them; they must stay alive until the kernel returns."""
    return x.contiguous(), weight.transpose(1, 2).contiguous(), None if bias is None else bias.contiguous()


def _addresses(x: Tensor, weight: Tensor, bias: Tensor | None) -> tuple[int, int, int, int]:
    table = terms_address(single=x.dtype == torch.float32)
    return x.data_ptr(), weight.data_ptr(), 0 if bias is None else bias.data_ptr(), table


def run_forward(x: Tensor, weight: Tensor, bias: Tensor | None, activated: bool) -> Tensor:
    """Return y, (M, B, L, E)."""
    kind, sizes = kind_of(1, single=x.dtype == torch.float32), (*x.shape[1:], weight.shape[-1])
    inputs = _prepared(x, weight, bias)
    read = _addresses(*inputs)
    y = layout.new(tuple(x.shape), x.dtype)

    def work(first: int, last: int) -> None:
        conv_forward(kind, sizes, activated, read, y.data_ptr(), first, last)

    with launch.report_compilation(conv_forward, kind):
        launch.run_tasks(work, x.shape[0] * x.shape[1], cost=float(x.numel()))
    return y


def run_backward(
    dy: Tensor, x: Tensor, weight: Tensor, bias: Tensor | None, activated: bool
) -> tuple[Tensor, Tensor, Tensor]:
    """Return the gradients of x, weight and bias (empty if there is none)."""
    kind, sizes = kind_of(1, single=x.dtype == torch.float32), (*x.shape[1:], weight.shape[-1])
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

    with launch.report_compilation(conv_backward, kind):
        launch.run_tasks(work, n_task, cost=3.0 * x.numel())
    per_weight = d_weight.view(n_modality, n_batch, taps, n_channel).sum(1, dtype=torch.float64)
    to_weight = per_weight.to(x.dtype).transpose(1, 2).contiguous()
    if d_bias is None:
        return dx, to_weight, x.new_empty(0)
    return dx, to_weight, d_bias.view(n_modality, n_batch, n_channel).sum(1, dtype=torch.float64).to(x.dtype)
