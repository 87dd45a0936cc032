"""Coupled influence map on the CPU: one pass through time per group of sources, in the lanes of vectors.

Arrays are passed by address. A source is one modality at one step; neighbouring steps of one modality fill the lanes of
a vector, so that all of them share decays, coupling and C. The sources are split over threads.
"""

import math
from typing import Any

import numpy as np
import torch
from numba import njit
from torch import Tensor

from mmkernels.cpu import launch
from mmkernels.cpu.arithmetic import add, magnitude, multiply, multiply_add, where_real, zero
from mmkernels.cpu.coupling import coupled, matrix
from mmkernels.cpu.layout import aligned
from mmkernels.cpu.memory import (
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
from mmkernels.cpu.vectors import OPTIONS, count_of, kind_of, lanes_of
from mmkernels.reference.influence import SampleScan


@njit(forceinline=True, **OPTIONS)
def _forward_step(kind, sizes, inputs, states, weights, place):  # type: ignore[no-untyped-def]
    """Compute one step of all states, and return their effect on the output; `place` is (channel, step, masked)."""
    _, n_time, n_state = sizes
    decay, _, _, C, _, mask = inputs
    e, t, masked = place
    M, block = count_of(kind), count_of(kind) * lanes_of(kind)
    y = zero(kind)
    for k in range(n_state):
        old = load_block(kind, states, k * block)
        new = multiply(spread_block(kind, decay, ((e * n_time + t) * n_state + k) * M), coupled(weights, old))
        if masked:
            new = where_real(mask, t, n_time, new, old)
        store_block(states, k * block, new)
        y = multiply_add(spread_block(kind, C, (t * n_state + k) * M), new, y)
    return where_real(mask, t, n_time, y, zero(kind)) if masked else y


@njit(forceinline=True, **OPTIONS)
def _start_source(kind, sizes, inputs, work, place):  # type: ignore[no-untyped-def]
    """Start the source at step t in its lane; the previous content of the lane is overwritten.

    `place` is (channel, step, source modality, lane); `work` holds y of this step.
    """
    n_channel, n_time, n_state = sizes
    _, source_terms, B, C, _, mask = inputs
    states, y, sums = work
    e, t, source, lane = place
    M, lanes = count_of(kind), lanes_of(kind)
    for m in range(M):
        put(y, m * lanes + lane, nothing(kind))
        put(sums, m * lanes + lane, nothing(kind))
        for k in range(n_state):
            put(states, (k * M + m) * lanes + lane, nothing(kind))
    if byte_at(mask, source * n_time + t) != 0:
        into = number_at(kind, source_terms, (e * M + source) * n_time + t)
        through = number_at(kind, source_terms, ((n_channel + e) * M + source) * n_time + t)
        for k in range(n_state):
            state = into * number_at(kind, B, (source * n_time + t) * n_state + k)
            through += number_at(kind, C, (t * n_state + k) * M + source) * state
            put(states, (k * M + source) * lanes + lane, state)
        put(y, source * lanes + lane, through)


@njit(forceinline=True, **OPTIONS)
def _accumulate(kind, sizes, plan, out, work, place, y):  # type: ignore[no-untyped-def]
    """Add the effect on this step of the sources that have started; `place` is (map, step, source, first, how many)."""
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
def influence_kernel(kind, sizes, plan, inputs, out, work, tasks):  # type: ignore[no-untyped-def]
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
        Addresses of decay (E, L, N, M), exp(dt A); source_terms (2, E, M, L), dt x and D x, what a source adds to its
        states and directly to its output; B (M, L, N); C (L, N, M); W (M, M); mask (M, L), bytes.
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
                    y = _forward_step(kind, sizes, inputs, states, weights, (e, t, masked))
                    if t < s1:
                        store_block(y_here, 0, y)
                        _start_source(kind, sizes, inputs, work, (e, t, source, t - s0))
                        y = load_block(kind, y_here, 0)
                    if how == 1:
                        y = magnitude(y)
                    elif how == 2:
                        y = multiply(y, y)
                    each = e if how == 0 else 0
                    _accumulate(kind, sizes, plan, out, work, (each, t, source, s0, min(t + 1, s1) - s0), y)


TASK_STEPS = 64  # steps of one modality in a task
DECAY_BYTES = 32 * 2**20  # of exp(dt A) at a time: channels are taken in blocks


def _tasks(n_modality: int, n_time: int, group: int) -> np.ndarray:
    """Return (modality, first step) of every task, long and short ones alternating, so that halves cost the same."""
    begins = list(range(0, n_time, group))
    turns = [begins[i // 2] if i % 2 == 0 else begins[-1 - i // 2] for i in range(len(begins))]
    pairs = [(n, s) for s in turns for n in range(n_modality)]
    return np.array(pairs, dtype=np.int64).reshape(-1, 2)


def influence_numba(op: SampleScan, *, reduce: str, bin_steps: int) -> Tensor:
    """Return the influence map, computed with one pass through time per source.

    Parameters and meaning are those of `mmkernels.coupled_influence`; nothing is checked here. Sources are split
    over threads, each of which computes all channels: results do not depend on the number of threads.

    Returns
    -------
    Tensor
        (M, bins, M, bins), or (M, bins, M, bins, E) with ``reduce="none"``.
    """
    n_modality, n_time, n_channel = op.dt.shape
    n_state, real = op.A.shape[2], op.dt.numpy().dtype
    n_bin = math.ceil(n_time / bin_steps)
    how = {"none": 0, "abs_mean": 1, "norm": 2}[reduce]
    registers = 2 if n_modality == 1 else 1  # more modalities need the registers themselves
    kind = kind_of(n_modality, single=op.dt.dtype == torch.float32, registers=registers)
    out = np.zeros((n_channel if how == 0 else 1, n_modality, n_bin, n_modality, n_bin), dtype=real)
    into, through = op.dt * op.x, op.D.unsqueeze(1) * op.x
    source_terms = torch.stack([into, through]).permute(0, 3, 1, 2).contiguous()
    B, C, W = op.B.contiguous(), op.C.permute(1, 2, 0).contiguous(), op.W.contiguous()
    mask = op.mask.contiguous()
    group = math.ceil(TASK_STEPS / bin_steps) * bin_steps
    plan = (how, n_bin, bin_steps, group, not bool(mask.all()))
    tasks = _tasks(n_modality, n_time, group)

    block = max(1, DECAY_BYTES // max(1, n_time * n_modality * n_state * real.itemsize))
    for first in range(0, n_channel, block):
        last = min(n_channel, first + block)
        exponent = op.dt[:, :, first:last, None] * op.A[:, None, first:last]
        decay = exponent.permute(2, 1, 3, 0).contiguous().numpy()
        np.exp(decay, out=decay)  # torch's depends, in the last bit, on how it cuts an array up for threads
        push = source_terms[:, first:last].contiguous()
        part = out[first:last] if how == 0 else out
        read = (decay.ctypes.data, *(v.data_ptr() for v in (push, B, C, W, mask)))
        run = (kind, (last - first, n_time, n_state), plan, read, part.ctypes.data)

        def work(begin: int, end: int, run: tuple[Any, ...] = run) -> None:
            rows = n_modality * kind.lanes
            scratch = [aligned((length,), real) for length in (n_state * rows, rows, rows)]
            influence_kernel(*run, tuple(values.ctypes.data for values in scratch), tasks[begin:end])

        cost = 0.5 * n_time**2 * n_modality**2 * n_state * (last - first)
        with launch.report_compilation(influence_kernel, kind):
            launch.run_tasks(work, len(tasks), cost=cost)
    return _means(torch.from_numpy(out), n_time, n_channel, reduce, bin_steps)


def _means(sums: Tensor, n_time: int, n_channel: int, reduce: str, bin_steps: int) -> Tensor:
    """Return the reduction `reduce` from sums over channels and pairs of steps."""
    if bin_steps > 1:
        full, rest = divmod(n_time, bin_steps)
        lengths = torch.tensor([bin_steps] * full + [rest] * (rest > 0), dtype=sums.dtype, device=sums.device)
        sums /= lengths[:, None, None] * lengths
    if reduce == "none":
        return sums.permute(1, 2, 3, 4, 0)
    return sums[0].div_(n_channel) if reduce == "abs_mean" else sums[0].sqrt_()
