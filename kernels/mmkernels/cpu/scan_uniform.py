"""Coupled scan on the CPU for uniform coupling, W[m, n] = w > 0: one shared state for all modalities.

S[t] = sum_m h[m, t] is the only state propagated from step to step: M times less to load, store and keep for the
backward pass than in `scan.py`, and no product with W. The weight enters with the constants of the decay,
w 2**(dt A log2(e)). Memory layout as in `scan.py`; S is (B, V, N, lanes). Each thread packs the rates that it reads,
which is faster than one thread packing them for all.

Backward, with c[t] the gradient of the loss with respect to S[t] (see scan.md):

    G[m, t] = C[m, t] dy[m, t] + c[t],     c[t - 1] = sum_m w exp(dt[m, t] A[m]) G[m, t]

The states of a chunk are recomputed from its checkpoint, and its exponentials stored until its backward steps, for one
vector of channels and a few of its states at a time. This scratch fits the caches and has no tensor with time, channel
and state axes. Until the last states of a vector, dx and ddt hold sums over the states so far.
"""

import math
from functools import lru_cache
from itertools import count

import torch
from numba import njit
from torch import Tensor

from mmkernels.cpu import launch as notice
from mmkernels.cpu import launch as threads
from mmkernels.cpu import layout, tiling
from mmkernels.cpu.arithmetic import add, multiply, multiply_add, times_ln2, zero
from mmkernels.cpu.coupling import load_one, splat_one, sum_of_products, to_all, total
from mmkernels.cpu.exponential import Terms, begin_exp2, end_exp2, exp2_by, load_terms, terms_of
from mmkernels.cpu.lane_sums import add_dot_products, add_products, folded_of, width_of
from mmkernels.cpu.memory import (
    load_block,
    load_lanes,
    nothing,
    number_at,
    put,
    spread,
    spread_block,
    store_block,
    store_lanes,
)
from mmkernels.cpu.scan import clear_row_sums, write_row_sums
from mmkernels.cpu.tiling import (
    LOG2_E,
    Gradients,
    ScanArguments,
    addresses,
    checkpoint_shape,
    group_of,
    rate_of,
    row_lengths,
    sum_of_batch,
    tile_of,
)
from mmkernels.cpu.vectors import HAS_AVX512, OPTIONS, Kind, count_of, lanes_of


@njit(forceinline=True, **OPTIONS)
def _power(kind, rate, index, step, shift):  # type: ignore[no-untyped-def]
    return multiply_add(step, load_block(kind, rate, index * lanes_of(kind) * count_of(kind)), shift)


@njit(forceinline=True, **OPTIONS)
def _state(kind, ways, where, return_state, drive, decay, out):  # type: ignore[no-untyped-def]
    """Compute one step of one state; return `out` plus its part of y."""
    B, C, shared, h_last = ways
    here, small, plane = where
    lanes = lanes_of(kind)
    old = to_all(kind, load_one(kind, shared, here * lanes))
    h = multiply_add(decay, old, multiply(drive, spread(kind, B, small, plane)))
    store_block(shared, here * lanes, total(kind, h))
    if return_state:
        store_block(h_last, here * lanes * count_of(kind), h)
    return multiply_add(h, spread(kind, C, small, plane), out)


@njit(forceinline=True, **OPTIONS)
def _begin(kind, sizes, inputs, rate, place):  # type: ignore[no-untyped-def]
    """Return dt, x, and the first power, with its first step, of one vector of channels at one time step."""
    n_batch, n_time, n_channel, n_state = sizes
    x, dt, _, _, _, _, shifts, table = inputs
    b, t, v, v0, _ = place
    rows, d = n_batch * n_time, v * lanes_of(kind)
    at, n_valid = (b * n_time + t) * n_channel + d, n_channel - d
    step = load_lanes(kind, dt, at, rows * n_channel, n_valid)
    value = load_lanes(kind, x, at, rows * n_channel, n_valid)
    power = zero(kind)
    if n_state > 0:
        power = _power(kind, rate, (v - v0) * n_state, step, to_all(kind, splat_one(kind, shifts, 0)))
    return step, value, power, begin_exp2(load_terms(kind, table), power)


@njit(forceinline=True, **OPTIONS)
def _all_but_last(kind, n_state, ways, where, return_state, decays, ready, drive, out):  # type: ignore[no-untyped-def]
    """Compute one step of all states of a vector but the last; return `out` plus their part of y, and the last decay.

    The power of the next state is begun before this one takes its step: from a rate to its state the way is longer than
    a processor looks ahead.
    """
    rate, first, shift, terms = decays
    here, small, plane = where
    step, _, power, begun = ready
    for n in range(n_state - 1):
        decay = end_exp2(terms, power, begun)
        power = _power(kind, rate, first + n + 1, step, shift)
        begun = begin_exp2(terms, power)
        out = _state(kind, ways, (here + n, small + n, plane), return_state, drive, decay, out)
    return out, end_exp2(terms, power, begun)


@njit(forceinline=True, **OPTIONS)
def _forward_step(kind, sizes, inputs, outputs, rate, ready, place, following):  # type: ignore[no-untyped-def]
    """Compute one time step of one batch element for one vector of channels; write y, and h after the last step.

    `ready` is what `_begin` returned for `place`; returned is what it returns for `following`, before the last state.
    """
    n_batch, n_time, n_channel, n_state = sizes
    _, _, _, B, C, D, shifts, table = inputs
    y, shared, _, h_last = outputs
    b, t, v, v0, n_vector = place
    step, value, _, _ = ready
    row, rows, d = b * n_time + t, n_batch * n_time, v * lanes_of(kind)
    n_valid = n_channel - d
    drive = multiply(step, value)
    out = multiply(load_lanes(kind, D, d, n_channel, n_valid), value) if D != 0 else zero(kind)
    shift, terms = to_all(kind, splat_one(kind, shifts, 0)), load_terms(kind, table)
    ways, decays = (B, C, shared, h_last), (rate, (v - v0) * n_state, shift, terms)
    here, small, plane = (b * n_vector + v) * n_state, row * n_state, rows * n_state
    return_state = h_last != 0 and t == n_time - 1
    # twice, so that neither has a branch within its loop
    if return_state:
        out, decay = _all_but_last(kind, n_state, ways, (here, small, plane), True, decays, ready, drive, out)
    else:
        out, decay = _all_but_last(kind, n_state, ways, (here, small, plane), False, decays, ready, drive, out)
    ready = _begin(kind, sizes, inputs, rate, following)
    if n_state > 0:
        last = n_state - 1
        out = _state(kind, ways, (here + last, small + last, plane), return_state, drive, decay, out)
    store_lanes(y, row * n_channel + d, rows * n_channel, out, n_valid)
    return ready


@njit(forceinline=True, **OPTIONS)
def _pack_rates(kind, sizes, inputs, rate, v0, v1):  # type: ignore[no-untyped-def]
    """Write A log2(e) for some vectors of channels to `rate` (v1 - v0, N, M, lanes); 0 where there is no channel."""
    _, _, n_channel, n_state = sizes
    M, lanes, log2_e = count_of(kind), lanes_of(kind), number_at(kind, inputs[6], 1)
    for m in range(M):
        for d in range(v0 * lanes, v1 * lanes):
            cell = (d // lanes - v0) * n_state * M + m
            for n in range(n_state):
                value = nothing(kind)
                if d < n_channel:
                    value = number_at(kind, inputs[2], (m * n_channel + d) * n_state + n) * log2_e
                put(rate, (cell + n * M) * lanes + d % lanes, value)


@njit(cache=True, **OPTIONS)
def uniform_forward(kind, sizes, plan, inputs, outputs, rate, first, last):  # type: ignore[no-untyped-def]
    """Run tasks first <= task < last; a task is one tile of channel vectors and one batch element.

    Parameters
    ----------
    kind
        `Kind`.
    sizes
        (B, L, E, N).
    plan
        (chunk, tile, save, start): steps between two checkpoints, vectors in a tile, whether to write checkpoints,
        whether `shared` holds S before the first step; else that is 0.
    inputs
        Addresses of x, dt, A (M, E, N), B, C, D (0 if there is none), two numbers, and the constants of
        w 2**x (see `Terms`); the numbers are their shift and log2 e.
    outputs
        Addresses of y, shared (B, V, N, lanes; S after the last step on return),
        checkpoints (B, ceil(L / chunk) - 1, V, N, lanes; the first is known) and h_last (B, V, N, M, lanes; 0 if not needed).
    rate
        Address of room for the rates of a tile, (tile, N, M, lanes).
    first, last
        Range of tasks.
    """
    n_batch, n_time, n_channel, n_state = sizes
    chunk, tile, save, start = plan
    _, shared, checkpoints, _ = outputs
    lanes = lanes_of(kind)
    n_vector = (n_channel + lanes - 1) // lanes
    n_chunk = (n_time + chunk - 1) // chunk
    for task in range(first, last):
        b, v0 = task % n_batch, task // n_batch * tile
        v1 = min(n_vector, v0 + tile)
        if b == 0 or task == first:
            _pack_rates(kind, sizes, inputs, rate, v0, v1)
        if not start:
            for i in range((b * n_vector + v0) * n_state, (b * n_vector + v1) * n_state):
                store_block(shared, i * lanes, total(kind, zero(kind)))
        ready = _begin(kind, sizes, inputs, rate, (b, 0, v0, v0, n_vector))
        for t in range(n_time):
            if save and t > 0 and t % chunk == 0:
                source = (b * n_vector + v0) * n_state
                target = ((b * (n_chunk - 1) + t // chunk - 1) * n_vector + v0) * n_state
                for i in range((v1 - v0) * n_state):
                    store_block(checkpoints, (target + i) * lanes, load_one(kind, shared, (source + i) * lanes))
            for v in range(v0, v1):
                following = (b, t, v + 1, v0, n_vector) if v + 1 < v1 else (b, min(t + 1, n_time - 1), v0, v0, n_vector)
                place = (b, t, v, v0, n_vector)
                ready = _forward_step(kind, sizes, inputs, outputs, rate, ready, place, following)


@njit(forceinline=True, **OPTIONS)
def _recompute_step(kind, sizes, inputs, work, place, states):  # type: ignore[no-untyped-def]
    """Recompute the i-th step of a chunk; store S after it and the decays of the states first <= n < last."""
    n_batch, n_time, n_channel, n_state = sizes
    x, dt, rate, _, _, _, shifts, table = inputs
    shared, cells, _, _, small, _ = work
    b, t, v, i = place
    first, last, room = states
    M, lanes, block = count_of(kind), lanes_of(kind), lanes_of(kind) * count_of(kind)
    rows, d = n_batch * n_time, v * lanes
    at, n_valid = (b * n_time + t) * n_channel + d, n_channel - d
    step = load_lanes(kind, dt, at, rows * n_channel, n_valid)
    drive = multiply(step, load_lanes(kind, x, at, rows * n_channel, n_valid))
    shift, terms = to_all(kind, splat_one(kind, shifts, 0)), load_terms(kind, table)
    for n in range(first, last):
        cell = i * room + n - first
        decay = exp2_by(terms, multiply_add(step, load_block(kind, rate, (v * n_state + n) * block), shift))
        store_block(cells, cell * block, decay)
        old = to_all(kind, load_one(kind, shared, cell * lanes))
        h = multiply_add(decay, old, multiply(drive, spread_block(kind, small, (i * n_state + n) * 2 * M)))
        store_block(shared, (cell + room) * lanes, total(kind, h))


@njit(forceinline=True, **OPTIONS)
def _backward_step(kind, sizes, inputs, grads, work, place, states):  # type: ignore[no-untyped-def]
    """Compute the i-th backward step of a chunk for the states first <= n < last of one vector of channels."""
    n_batch, n_time, n_channel, n_state = sizes
    x, dt, rate, _, _, D, _, _ = inputs
    dy, dx, ddt, d_rate, dD, _, _, dh_last, _ = grads
    shared, cells, sums, rows_u, small, adjoint = work
    b, t, v, i, nth = place
    first, last, room = states
    M, lanes, block = count_of(kind), lanes_of(kind), lanes_of(kind) * count_of(kind)
    rows, d = n_batch * n_time, v * lanes
    at, n_valid = (b * n_time + t) * n_channel + d, n_channel - d
    here, home = (b * ((n_channel + lanes - 1) // lanes) + v) * n_state, nth * n_state
    step = load_lanes(kind, dt, at, rows * n_channel, n_valid)
    value = load_lanes(kind, x, at, rows * n_channel, n_valid)
    out = load_lanes(kind, dy, at, rows * n_channel, n_valid)
    drive = multiply(step, value)
    has_last = dh_last != 0 and t == n_time - 1
    along_B, along_rate = zero(kind), zero(kind)
    if first > 0:
        along_B = load_lanes(kind, dx, at, rows * n_channel, n_valid)
        along_rate = load_lanes(kind, ddt, at, rows * n_channel, n_valid)
    for n in range(first, last):
        cell, row = i * room + n - first, i * n_state + n
        decay = load_block(kind, cells, cell * block)
        later = to_all(kind, load_one(kind, adjoint, (home + n) * lanes))
        if has_last:
            later = add(later, load_block(kind, dh_last, (here + n) * block))
        g = multiply_add(out, spread_block(kind, small, row * 2 * M + M), later)
        left = multiply(decay, to_all(kind, load_one(kind, shared, cell * lanes)))
        store_block(adjoint, (home + n) * lanes, sum_of_products(kind, decay, g))
        through = multiply(g, left)
        along_rate = multiply_add(through, load_block(kind, rate, (v * n_state + n) * block), along_rate)
        along_B = multiply_add(g, spread_block(kind, small, row * 2 * M), along_B)
        rate_gradient = load_block(kind, d_rate, (here + n) * block)
        store_block(d_rate, (here + n) * block, multiply_add(through, step, rate_gradient))
        add_dot_products(sums, row * folded_of(kind), g, drive, out, left)
    if last == n_state:  # the sums become the gradients
        add_products(rows_u, i * M * width_of(kind), out, drive)
        along_rate = multiply_add(value, along_B, times_ln2(along_rate))
        along_B = multiply(step, along_B)
        if D != 0:
            along_B = multiply_add(load_lanes(kind, D, d, n_channel, n_valid), out, along_B)
            skip = (b * ((n_channel + lanes - 1) // lanes) + v) * block
            store_block(dD, skip, multiply_add(out, value, load_block(kind, dD, skip)))
    store_lanes(dx, at, rows * n_channel, along_B, n_valid)
    store_lanes(ddt, at, rows * n_channel, along_rate, n_valid)


@njit(cache=True, **OPTIONS)
def uniform_backward(kind, sizes, plan, inputs, grads, work, tasks):  # type: ignore[no-untyped-def]
    """Run tasks[0] <= task < tasks[1]; a task is one batch element and one group of channel vectors.

    Parameters
    ----------
    kind, sizes
        As in `uniform_forward`.
    inputs
        As in `uniform_forward`, but for A log2(e) as `layout.pack` lays it out, (V, N, M, lanes), in place of A.
    plan
        (chunk, group, room, checkpoints, start): as in `uniform_forward`; `group` vectors form a task, `room` states of
        a vector are processed at a time, `start` is the address of S before the first step (B, V, N, lanes; 0 if that is 0).
    grads
        Addresses of dy (read), dx, ddt, d_rate (B, V, N, M, lanes; zeros on entry), dD (B, V, M, lanes; zeros; 0
        without D), dB and dC, each (groups, M, B, L, N), dh_last (B, V, N, M, lanes; 0 if there is none), and dS before
        the first step (B, V, N, lanes; the gradient of every modality's h0; 0 if not needed).
    work
        Scratch of this thread: shared (chunk + 1, room, lanes), cells (chunk, room, M, lanes), the row sums
        (sums, rows_u, small), and adjoint (group, N, lanes).
    """
    _, n_time, n_channel, n_state = sizes
    chunk, group, room, checkpoints, start = plan
    shared, adjoint, lanes = work[0], work[5], lanes_of(kind)
    n_vector, n_chunk = (n_channel + lanes - 1) // lanes, (n_time + chunk - 1) // chunk
    n_group, scratch, nothing = (n_vector + group - 1) // group, work[2:5], total(kind, zero(kind))
    for task in range(tasks[0], tasks[1]):
        b, part = task // n_group, task % n_group
        v0, v1 = part * group, min(n_vector, (part + 1) * group)
        for n in range((v1 - v0) * n_state):
            store_block(adjoint, n * lanes, nothing)
        for c in range(n_chunk - 1, -1, -1):
            t0, t1 = c * chunk, min(n_time, (c + 1) * chunk)
            clear_row_sums(kind, sizes, inputs, scratch, (t0, t1, b))
            for v in range(v0, v1):
                from_start, from_checkpoint = (b * n_vector + v) * n_state, (b * (n_chunk - 1) + c - 1) * n_vector + v
                for first in range(0, max(1, n_state), room):
                    last = min(n_state, first + room)
                    for n in range(first, last):
                        if c > 0:
                            before = load_one(kind, checkpoints, (from_checkpoint * n_state + n) * lanes)
                        else:
                            before = load_one(kind, start, (from_start + n) * lanes) if start != 0 else nothing
                        store_block(shared, (n - first) * lanes, before)
                    for i in range(t1 - t0):
                        _recompute_step(kind, sizes, inputs, work, (b, t0 + i, v, i), (first, last, room))
                    for i in range(t1 - t0 - 1, -1, -1):
                        _backward_step(kind, sizes, inputs, grads, work, (b, t0 + i, v, i, v - v0), (first, last, room))
            write_row_sums(kind, sizes, scratch, (grads[5], grads[6]), (t0, t1, b, part))
        if grads[8] != 0:
            for n in range((v1 - v0) * n_state):
                target = ((b * n_vector + v0) * n_state + n) * lanes
                store_block(grads[8], target, load_one(kind, adjoint, n * lanes))


def _read(given: ScanArguments, rates: Tensor, shifts: Tensor) -> tuple[Tensor | None, ...]:
    """Return the inputs of a kernel, contiguous; `rates` are A, or A packed."""
    plain = (given.x, given.dt, rates, given.B, given.C, given.D, shifts)
    return tuple(None if v is None else v.contiguous() for v in plain)


@lru_cache(maxsize=256)
def _decay(weight: float, dtype: torch.dtype) -> tuple[Terms, Tensor]:
    """Return the constants of weight 2**(x + shift), and that shift with log2 e, as a kernel reads them."""
    terms = terms_of(weight, single=dtype == torch.float32)
    return terms, torch.tensor([terms.shift, LOG2_E], dtype=dtype, device="cpu")


def run_forward(given: ScanArguments, *, save: bool, return_state: bool) -> tuple[Tensor, Tensor, Tensor]:
    """Return y, the last state (M, B, E, N; empty unless `return_state`), and the checkpoints (empty unless `save`)."""
    x, kind, sizes, n_vector = given.x, given.kind, given.sizes, given.n_vector
    n_batch, n_time, n_channel, n_state = sizes
    n_modality, lanes = kind.n_modality, kind.lanes
    checkpoints = layout.new(checkpoint_shape(x, n_state, save=save, uniform=True), x.dtype)
    if n_time == 0:  # the kernel reads a step ahead
        return x.clone(), _start(given) if return_state else x.new_empty(0), checkpoints
    terms, shifts = _decay(given.weight, x.dtype)
    inputs = _read(given, given.A, shifts)
    start = _packed_start(given)
    shared = layout.new((n_batch, n_vector, n_state, 1, lanes), x.dtype) if start is None else start
    y = layout.new(tuple(x.shape), x.dtype)
    h_last = layout.new((n_batch, n_vector, n_state, n_modality, lanes), x.dtype) if return_state else None
    tile = tile_of(given, n_modality + 1)
    chunk = tiling.CHUNK
    plan = (chunk, tile, save, start is not None)
    read, write = (*addresses(inputs), terms.address), addresses((y, shared, checkpoints, h_last))

    # allocated here and not by each task: the others would wait for the interpreter
    shape, turn = (tile, n_state, n_modality, lanes), count()
    rooms = layout.new((torch.get_num_threads(), *shape), x.dtype).unbind()

    def work(first: int, last: int) -> None:
        part = next(turn)
        rate = rooms[part] if part < len(rooms) else layout.new(shape, x.dtype)
        uniform_forward(kind, sizes, plan, read, write, rate.data_ptr(), first, last)

    with notice.report_compilation(uniform_forward, kind):
        threads.run_tasks(work, n_batch * math.ceil(n_vector / tile), cost=float(x.numel()) * n_state)
    return y, x.new_empty(0) if h_last is None else layout.unpack(h_last, n_channel), checkpoints


def _packed_start(given: ScanArguments) -> Tensor | None:
    """Return S before the first step, (B, V, N, 1, lanes); None if that is 0."""
    return None if given.h0 is None else layout.pack(given.h0.sum(0, keepdim=True), given.kind.lanes)


def _start(given: ScanArguments) -> Tensor:
    """Return a copy of h0, zeros if it is not given."""
    n_modality, n_batch, _, n_channel = given.x.shape
    shape = (n_modality, n_batch, n_channel, given.A.shape[-1])
    return given.x.new_zeros(shape) if given.h0 is None else given.h0.clone()


def _room(kind: Kind) -> int:
    """Return how many states of a vector are processed at a time in the backward pass; no result depends on it.

    Few need little scratch; but each time x, dt and dy are read again, and the other constants of the loop.
    """
    return 4 if kind.n_modality in (2, 3) and HAS_AVX512 else 8


def run_backward(dy: Tensor, dh_last: Tensor | None, given: ScanArguments, checkpoints: Tensor) -> Gradients:
    """Return the gradients of x, dt, A, B, C, D, W (always empty) and h0; empty where not given."""
    x, kind, sizes, n_vector = given.x, given.kind, given.sizes, given.n_vector
    n_batch, n_time, n_channel, n_state = sizes
    n_modality, lanes = kind.n_modality, kind.lanes
    terms, shifts = _decay(given.weight, x.dtype)
    inputs, dy = _read(given, rate_of(given), shifts), dy.contiguous()
    start, last = _packed_start(given), None if dh_last is None else layout.pack(dh_last, lanes)
    group = group_of(given)
    n_group = math.ceil(n_vector / group)
    dx, ddt = layout.new(tuple(x.shape), x.dtype), layout.new(tuple(x.shape), x.dtype)
    d_rate = x.new_zeros((n_batch, n_vector, n_state, n_modality, lanes))
    d_start = None if given.h0 is None else layout.new((n_batch, n_vector, n_state, 1, lanes), x.dtype)
    dD = None if given.D is None else x.new_zeros((n_batch, n_vector, 1, n_modality, lanes))
    dB, dC = (layout.new((n_group, n_modality, n_batch, n_time, n_state), x.dtype) for _ in range(2))
    chunk, room = tiling.CHUNK, _room(kind)
    plan = (chunk, group, room, *addresses((checkpoints, start)))
    read, write = (*addresses(inputs), terms.address), addresses((dy, dx, ddt, d_rate, dD, dB, dC, last, d_start))

    def work(first: int, last: int) -> None:
        steps = min(chunk, n_time)
        lengths = (
            (steps + 1) * room * lanes,
            steps * room * n_modality * lanes,
            *row_lengths(given, steps),
            group * n_state * lanes,
        )
        scratch = [layout.new((length,), x.dtype) for length in lengths]
        uniform_backward(kind, sizes, plan, read, write, addresses(scratch), (first, last))

    with notice.report_compilation(uniform_backward, kind):
        threads.run_tasks(work, n_batch * n_group, cost=3.0 * x.numel() * n_state)
    dh0 = x.new_empty(0)
    if d_start is not None:
        before = layout.unpack(d_start, n_channel).expand(n_modality, -1, -1, -1)
        dh0 = before.clone() if n_time or dh_last is None else dh_last.clone()
    d_direct = x.new_empty(0) if dD is None else sum_of_batch(dD, n_channel).squeeze(-1)
    rows_B, rows_C = (rows[0] if n_group == 1 else rows.sum(0) for rows in (dB, dC))
    return dx, ddt, sum_of_batch(d_rate, n_channel), rows_B, rows_C, d_direct, x.new_empty(0), dh0
