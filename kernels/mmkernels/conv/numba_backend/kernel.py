"""The kernels: a few rows of time in the first-level cache, vectors along channels.

x, y, dy, dx are (M, B, L, E); weight is (M, taps, E), the last tap for the present step. A task is one sequence,
(modality, batch element). Arrays are given by their addresses; 0 where there is none.
"""

from typing import Any

from numba import njit

from mmkernels.simd.arithmetic import add, multiply, multiply_add, one_minus, zero
from mmkernels.simd.exponential import load_terms, sigmoid_by
from mmkernels.simd.memory import load_lanes, store_lanes
from mmkernels.simd.vector import lanes_of

OPTIONS: dict[str, Any] = {"fastmath": {"contract"}, "boundscheck": False, "error_model": "numpy", "nogil": True}


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
    """Take the sequences tasks[0] <= task < tasks[1] back, from the last step to the first.

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
