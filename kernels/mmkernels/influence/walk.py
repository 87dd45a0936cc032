"""The influence kernel: it walks through time with the states that some sources leave behind, side by side in vectors.

Arrays are given by their addresses. A source is one modality at one step; neighbouring steps of one modality fill
the lanes of a vector, so that all of them share decays, coupling and C.
"""

from typing import Any

from numba import njit

from mmkernels.simd.arithmetic import add, magnitude, multiply, multiply_add, where_real, zero
from mmkernels.simd.couple import heard, matrix
from mmkernels.simd.memory import (
    byte_at,
    load_block,
    load_lanes,
    nothing,
    number_at,
    put,
    spread_block,
    store_block,
    store_lanes,
)
from mmkernels.simd.vector import count_of, lanes_of

# "contract" lets a multiplication and an addition become one instruction; nothing is reordered.
OPTIONS: dict[str, Any] = {"fastmath": {"contract"}, "boundscheck": False, "error_model": "numpy", "nogil": True}


@njit(forceinline=True, **OPTIONS)
def _advance(kind, sizes, inputs, states, weights, place):  # type: ignore[no-untyped-def]
    """Take all states one step on, and return what the output hears of them; `place` is (channel, step, masked)."""
    _, n_time, n_state = sizes
    decay, _, _, C, _, mask = inputs
    e, t, masked = place
    M, block = count_of(kind), count_of(kind) * lanes_of(kind)
    y = zero(kind)
    for k in range(n_state):
        old = load_block(kind, states, k * block)
        new = multiply(spread_block(kind, decay, ((e * n_time + t) * n_state + k) * M), heard(weights, old))
        if masked:
            new = where_real(mask, t, n_time, new, old)
        store_block(states, k * block, new)
        y = multiply_add(spread_block(kind, C, (t * n_state + k) * M), new, y)
    return where_real(mask, t, n_time, y, zero(kind)) if masked else y


@njit(forceinline=True, **OPTIONS)
def _set_out(kind, sizes, inputs, work, place):  # type: ignore[no-untyped-def]
    """Let the source at step t set out in its lane; whatever the lane held before is gone.

    `place` is (channel, step, source modality, lane); `work` holds y of this step.
    """
    n_channel, n_time, n_state = sizes
    _, pushes, B, C, _, mask = inputs
    states, y, sums = work
    e, t, source, lane = place
    M, lanes = count_of(kind), lanes_of(kind)
    for m in range(M):
        put(y, m * lanes + lane, nothing(kind))
        put(sums, m * lanes + lane, nothing(kind))
        for k in range(n_state):
            put(states, (k * M + m) * lanes + lane, nothing(kind))
    if byte_at(mask, source * n_time + t) != 0:
        into = number_at(kind, pushes, (e * M + source) * n_time + t)
        through = number_at(kind, pushes, ((n_channel + e) * M + source) * n_time + t)
        for k in range(n_state):
            state = into * number_at(kind, B, (source * n_time + t) * n_state + k)
            through += number_at(kind, C, (t * n_state + k) * M + source) * state
            put(states, (k * M + source) * lanes + lane, state)
        put(y, source * lanes + lane, through)


@njit(forceinline=True, **OPTIONS)
def _note(kind, sizes, plan, out, work, place, y):  # type: ignore[no-untyped-def]
    """Add what this step heard of the sources that have set out; `place` is (map, step, source, first, how many)."""
    n_time = sizes[1]
    _, n_bin, steps, _, _ = plan
    sums = work[2]
    each, t, source, s0, n_set = place
    M, lanes = count_of(kind), lanes_of(kind)
    row = M * n_bin  # entries of one target
    here = (each * M * n_bin + t // steps) * row + source * n_bin
    if steps == 1:
        total = add(load_lanes(kind, out, here + s0, n_bin * row, n_set), y)
        store_lanes(out, here + s0, n_bin * row, total, n_set)
        return
    store_block(sums, 0, add(load_block(kind, sums, 0), y))
    if (t + 1) % steps == 0 or t + 1 == n_time:
        for m in range(M):
            for i in range(n_set):
                target = here + m * n_bin * row + (s0 + i) // steps
                put(out, target, number_at(kind, out, target) + number_at(kind, sums, m * lanes + i))
        store_block(sums, 0, zero(kind))


@njit(cache=True, **OPTIONS)
def walk(kind, sizes, plan, inputs, out, work, tasks):  # type: ignore[no-untyped-def]
    """Add the influence of some sources to the map, for every channel.

    Parameters
    ----------
    kind
        `Kind`.
    sizes
        (E, L, N).
    plan
        (how, bins, steps, group, masked): 0 to add K, 1 to add its absolute value, 2 its square; bins of time and
        steps in one; sources in a task, a multiple of the steps; whether the mask counts.
    inputs
        Addresses of decay (E, L, N, M), exp(dt A); pushes (2, E, M, L), dt x and D x, what a source gives to its
        states and straight to its output; B (M, L, N); C (L, N, M); W (M, M); mask (M, L), bytes.
    out
        Address of (maps, M, bins, M, bins), target before source; sums are added to it.
    work
        Scratch of this thread: states (N, M, lanes), y and sums, (M, lanes).
    tasks
        (n, 2) of modality and first time step: the sources of each task.
    """
    n_channel, n_time, n_state = sizes
    how, _, _, group, masked = plan
    states, y_here, sums = work
    lanes, block = lanes_of(kind), count_of(kind) * lanes_of(kind)
    weights = matrix(kind, inputs[4], 0)
    for task in range(tasks.shape[0]):
        source, begin = tasks[task, 0], tasks[task, 1]
        end = min(n_time, begin + group)
        for e in range(n_channel):
            for s0 in range(begin, end, lanes):
                s1 = min(end, s0 + lanes)
                store_block(sums, 0, zero(kind))
                for k in range(n_state):
                    store_block(states, k * block, zero(kind))
                for t in range(s0, n_time):
                    y = _advance(kind, sizes, inputs, states, weights, (e, t, masked))
                    if t < s1:
                        store_block(y_here, 0, y)
                        _set_out(kind, sizes, inputs, work, (e, t, source, t - s0))
                        y = load_block(kind, y_here, 0)
                    if how == 1:
                        y = magnitude(y)
                    elif how == 2:
                        y = multiply(y, y)
                    each = e if how == 0 else 0
                    _note(kind, sizes, plan, out, work, (each, t, source, s0, min(t + 1, s1) - s0), y)
