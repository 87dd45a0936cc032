"""Selective scan of one stream on the CPU with one decay rate for all states of a channel, as in Mamba-2 (SSD) heads.

exp(dt A) is the same for the N states of a channel and is computed once per step instead of N times; no rate is loaded, and no decay stored,
per state. The arithmetic of a state is that of `scan_uniform.py`, so y and the last state are equal to the bit to those of a rate that
is repeated over the states. Four vectors of channels, a quad, are computed together: they share the numbers of B and C, and the sums over
channels for dB and dC are folded once for all of them. States are (B, Q, N, 4, lanes): a quad's vectors of one state are
neighbours. The gradient of the rate is one number per channel.
"""

import math

import torch
from numba import njit
from torch import Tensor
from torch.nn.functional import pad

from mmkernels.cpu import launch as notice
from mmkernels.cpu import launch as threads
from mmkernels.cpu import layout, tiling
from mmkernels.cpu.arithmetic import multiply, multiply_add, one_minus, times_ln2, zero
from mmkernels.cpu.exponential import exp2_by, load_terms
from mmkernels.cpu.lane_sums import add_dot_products, add_products, folded_of, width_of
from mmkernels.cpu.memory import load_block, load_lanes, spread, spread_block, store_block, store_lanes
from mmkernels.cpu.scan import clear_row_sums, write_row_sums
from mmkernels.cpu.tiling import LOG2_E, ScanArguments, addresses, group_of, kind_for, row_lengths, tile_of
from mmkernels.cpu.vectors import OPTIONS, lanes_of

Gradients = tuple[Tensor, Tensor, Tensor, Tensor, Tensor, Tensor, Tensor]

_TOGETHER = 4  # vectors of a quad: they share the numbers of B and C, and the sums over channels
_ROOM = 4  # states of a vector that are processed at a time in the backward pass; no result depends on it


@njit(forceinline=True, **OPTIONS)
def _quads(kind, n_channel):  # type: ignore[no-untyped-def]
    """Return how many quads of vectors hold the channels."""
    return (n_channel + 4 * lanes_of(kind) - 1) // (4 * lanes_of(kind))


@njit(forceinline=True, **OPTIONS)
def _read(kind, sizes, inputs, b, t, v):  # type: ignore[no-untyped-def]
    """Return the decay, the drive dt x, and the direct path D x of one vector of channels at one step."""
    n_batch, n_time, n_channel, _ = sizes
    x, dt, rate, _, _, D, table = inputs
    d = v * lanes_of(kind)
    at, rows, n_valid = (b * n_time + t) * n_channel + d, n_batch * n_time, n_channel - d
    step = load_lanes(kind, dt, at, rows * n_channel, n_valid)
    value = load_lanes(kind, x, at, rows * n_channel, n_valid)
    decay = exp2_by(load_terms(kind, table), multiply(step, load_lanes(kind, rate, d, n_channel, n_valid)))
    out = multiply(load_lanes(kind, D, d, n_channel, n_valid), value) if D != 0 else zero(kind)
    return decay, multiply(step, value), out


@njit(forceinline=True, **OPTIONS)
def _state(kind, state, at, decay, drive, into, read, out):  # type: ignore[no-untyped-def]
    """Compute one step of one state; return `out` plus its part of y."""
    h = multiply_add(decay, load_block(kind, state, at), multiply(drive, into))
    store_block(state, at, h)
    return multiply_add(h, read, out)


@njit(forceinline=True, **OPTIONS)
def _four(kind, sizes, inputs, outputs, b, t, q):  # type: ignore[no-untyped-def]
    """Compute one step of the four vectors of quad q; write y."""
    n_batch, n_time, n_channel, n_state = sizes
    B, C, y, state = inputs[3], inputs[4], outputs[0], outputs[1]
    lanes = lanes_of(kind)
    row, rows, d = b * n_time + t, n_batch * n_time, 4 * q * lanes
    here = (b * _quads(kind, n_channel) + q) * n_state * 4 * lanes
    decay0, drive0, out0 = _read(kind, sizes, inputs, b, t, 4 * q)
    decay1, drive1, out1 = _read(kind, sizes, inputs, b, t, 4 * q + 1)
    decay2, drive2, out2 = _read(kind, sizes, inputs, b, t, 4 * q + 2)
    decay3, drive3, out3 = _read(kind, sizes, inputs, b, t, 4 * q + 3)
    for n in range(n_state):
        into = spread(kind, B, row * n_state + n, rows * n_state)
        read = spread(kind, C, row * n_state + n, rows * n_state)
        at = here + n * 4 * lanes
        out0 = _state(kind, state, at, decay0, drive0, into, read, out0)
        out1 = _state(kind, state, at + lanes, decay1, drive1, into, read, out1)
        out2 = _state(kind, state, at + 2 * lanes, decay2, drive2, into, read, out2)
        out3 = _state(kind, state, at + 3 * lanes, decay3, drive3, into, read, out3)
    at, n_valid = row * n_channel + d, n_channel - d
    store_lanes(y, at, rows * n_channel, out0, n_valid)
    store_lanes(y, at + lanes, rows * n_channel, out1, n_valid - lanes)
    store_lanes(y, at + 2 * lanes, rows * n_channel, out2, n_valid - 2 * lanes)
    store_lanes(y, at + 3 * lanes, rows * n_channel, out3, n_valid - 3 * lanes)


@njit(cache=True, **OPTIONS)
def heads_forward(kind, sizes, plan, inputs, outputs, first, last):  # type: ignore[no-untyped-def]
    """Run tasks first <= task < last; a task is one batch element and one tile of quads.

    Parameters
    ----------
    kind
        `Kind` of one modality.
    sizes
        (B, L, E, N).
    plan
        (chunk, tile, save, start): steps between two checkpoints, quads in a tile, whether to write checkpoints, whether `state` holds h0.
    inputs
        Addresses of x, dt, rate (E; A times log2 e), B, C, D (0 if there is none) and the constants of 2**x.
    outputs
        Addresses of y, state (B, Q, N, 4, lanes; h0 on entry or not read, the last state on return) and checkpoints
        (B, ceil(L / chunk) - 1, Q, N, 4, lanes; the first is known).
    first, last
        Range of tasks.
    """
    _, n_time, n_channel, n_state = sizes
    chunk, tile, save, start = plan
    _, state, checkpoints = outputs
    lanes = lanes_of(kind)
    n_quad, n_chunk = _quads(kind, n_channel), (n_time + chunk - 1) // chunk
    n_tile = (n_quad + tile - 1) // tile
    for task in range(first, last):
        b, q0 = task // n_tile, (task % n_tile) * tile
        q1 = min(n_quad, q0 + tile)
        if not start:
            for i in range((q1 - q0) * n_state * 4):
                store_block(state, ((b * n_quad + q0) * n_state * 4 + i) * lanes, zero(kind))
        for t in range(n_time):
            if save and t > 0 and t % chunk == 0:
                source = (b * n_quad + q0) * n_state * 4
                target = ((b * (n_chunk - 1) + t // chunk - 1) * n_quad + q0) * n_state * 4
                for i in range((q1 - q0) * n_state * 4):
                    store_block(checkpoints, (target + i) * lanes, load_block(kind, state, (source + i) * lanes))
            for q in range(q0, q1):
                _four(kind, sizes, inputs, outputs, b, t, q)


@njit(forceinline=True, **OPTIONS)
def _recompute(kind, states_at, cell, decay, drive, into, room):  # type: ignore[no-untyped-def]
    """Compute one step of one state of a chunk; `cell` is its place, `room` the distance of two steps."""
    h = multiply_add(decay, load_block(kind, states_at, cell), multiply(drive, into))
    store_block(states_at, cell + room, h)


@njit(forceinline=True, **OPTIONS)
def _recompute_step(kind, sizes, inputs, work, place, states):  # type: ignore[no-untyped-def]
    """Recompute the i-th step of a chunk; store the states first <= n < last after it, and its decays."""
    states_at, decays, _, _, small, _ = work
    b, t, q, i = place
    first, last, room = states
    lanes, n_state = lanes_of(kind), sizes[3]
    step = room * 4 * lanes
    decay0, drive0, _ = _read(kind, sizes, inputs, b, t, 4 * q)
    decay1, drive1, _ = _read(kind, sizes, inputs, b, t, 4 * q + 1)
    decay2, drive2, _ = _read(kind, sizes, inputs, b, t, 4 * q + 2)
    decay3, drive3, _ = _read(kind, sizes, inputs, b, t, 4 * q + 3)
    store_block(decays, i * 4 * lanes, decay0)
    store_block(decays, (i * 4 + 1) * lanes, decay1)
    store_block(decays, (i * 4 + 2) * lanes, decay2)
    store_block(decays, (i * 4 + 3) * lanes, decay3)
    for n in range(first, last):
        cell = (i * room + n - first) * 4 * lanes
        into = spread_block(kind, small, (i * n_state + n) * 2)
        _recompute(kind, states_at, cell, decay0, drive0, into, step)
        _recompute(kind, states_at, cell + lanes, decay1, drive1, into, step)
        _recompute(kind, states_at, cell + 2 * lanes, decay2, drive2, into, step)
        _recompute(kind, states_at, cell + 3 * lanes, decay3, drive3, into, step)


@njit(forceinline=True, **OPTIONS)
def _again(kind, sizes, inputs, grads, b, t, v, first):  # type: ignore[no-untyped-def]
    """Return dy, the drive, and the two sums so far (over the states before `first`) of one vector of channels."""
    n_batch, n_time, n_channel, _ = sizes
    d = v * lanes_of(kind)
    at, rows, n_valid = (b * n_time + t) * n_channel + d, n_batch * n_time, n_channel - d
    step = load_lanes(kind, inputs[1], at, rows * n_channel, n_valid)
    value = load_lanes(kind, inputs[0], at, rows * n_channel, n_valid)
    out = load_lanes(kind, grads[0], at, rows * n_channel, n_valid)
    along_B, through = zero(kind), zero(kind)
    if first > 0:
        along_B = load_lanes(kind, grads[1], at, rows * n_channel, n_valid)
        through = load_lanes(kind, grads[2], at, rows * n_channel, n_valid)
    return out, multiply(step, value), along_B, through


@njit(forceinline=True, **OPTIONS)
def _adjoint(kind, adjoint, home, states_at, cell, decay, out, into, read, along_B, through):  # type: ignore[no-untyped-def]
    """Propagate the adjoint of one state back by one step; return G, what the decay left, and the two sums."""
    g = multiply_add(out, read, load_block(kind, adjoint, home))
    left = multiply(decay, load_block(kind, states_at, cell))
    store_block(adjoint, home, multiply(decay, g))
    return g, left, multiply_add(g, into, along_B), multiply_add(g, left, through)


@njit(forceinline=True, **OPTIONS)
def _finish(kind, sizes, inputs, grads, b, t, v, last, sums):  # type: ignore[no-untyped-def]
    """Store the sums of one vector of channels; after the last state they become the gradients of x, dt, the rate and D."""
    n_batch, n_time, n_channel, n_state = sizes
    x, dt, rate, _, _, D, _ = inputs
    dy, dx, ddt, d_rate, dD = grads[:5]
    along_B, through = sums
    lanes = lanes_of(kind)
    rows, d = n_batch * n_time, v * lanes
    at, n_valid = (b * n_time + t) * n_channel + d, n_channel - d
    if last == n_state:
        step = load_lanes(kind, dt, at, rows * n_channel, n_valid)
        value = load_lanes(kind, x, at, rows * n_channel, n_valid)
        own = (b * 4 * _quads(kind, n_channel) + v) * lanes
        store_block(d_rate, own, multiply_add(through, step, load_block(kind, d_rate, own)))
        through = multiply_add(
            value, along_B, times_ln2(multiply(through, load_lanes(kind, rate, d, n_channel, n_valid)))
        )
        along_B = multiply(step, along_B)
        if D != 0:
            out = load_lanes(kind, dy, at, rows * n_channel, n_valid)
            along_B = multiply_add(load_lanes(kind, D, d, n_channel, n_valid), out, along_B)
            store_block(dD, own, multiply_add(out, value, load_block(kind, dD, own)))
    store_lanes(dx, at, rows * n_channel, along_B, n_valid)
    store_lanes(ddt, at, rows * n_channel, through, n_valid)


@njit(forceinline=True, **OPTIONS)
def _backward_step(kind, sizes, inputs, grads, work, place, states):  # type: ignore[no-untyped-def]
    """Compute the i-th backward step of a chunk for the states first <= n < last of one quad."""
    n_state = sizes[3]
    states_at, decays, sums, rows_u, small, adjoint = work
    b, t, q, i, nth = place
    first, last, room = states
    lanes, v = lanes_of(kind), 4 * q
    unit = one_minus(zero(kind))
    out0, drive0, along0, through0 = _again(kind, sizes, inputs, grads, b, t, v, first)
    out1, drive1, along1, through1 = _again(kind, sizes, inputs, grads, b, t, v + 1, first)
    out2, drive2, along2, through2 = _again(kind, sizes, inputs, grads, b, t, v + 2, first)
    out3, drive3, along3, through3 = _again(kind, sizes, inputs, grads, b, t, v + 3, first)
    decay0, decay1 = load_block(kind, decays, i * 4 * lanes), load_block(kind, decays, (i * 4 + 1) * lanes)
    decay2, decay3 = load_block(kind, decays, (i * 4 + 2) * lanes), load_block(kind, decays, (i * 4 + 3) * lanes)
    for n in range(first, last):
        row, home = i * n_state + n, (nth * n_state + n) * 4 * lanes
        cell = (i * room + n - first) * 4 * lanes
        into, read = spread_block(kind, small, row * 2), spread_block(kind, small, row * 2 + 1)
        g, left, along0, through0 = _adjoint(
            kind, adjoint, home, states_at, cell, decay0, out0, into, read, along0, through0
        )
        pushed, kept = multiply(g, drive0), multiply(out0, left)
        g, left, along1, through1 = _adjoint(
            kind, adjoint, home + lanes, states_at, cell + lanes, decay1, out1, into, read, along1, through1
        )
        pushed, kept = multiply_add(g, drive1, pushed), multiply_add(out1, left, kept)
        g, left, along2, through2 = _adjoint(
            kind, adjoint, home + 2 * lanes, states_at, cell + 2 * lanes, decay2, out2, into, read, along2, through2
        )
        pushed, kept = multiply_add(g, drive2, pushed), multiply_add(out2, left, kept)
        g, left, along3, through3 = _adjoint(
            kind, adjoint, home + 3 * lanes, states_at, cell + 3 * lanes, decay3, out3, into, read, along3, through3
        )
        pushed, kept = multiply_add(g, drive3, pushed), multiply_add(out3, left, kept)
        add_dot_products(sums, row * folded_of(kind), pushed, unit, kept, unit)
    if last == n_state:
        add_products(rows_u, i * width_of(kind), out0, drive0)
        add_products(rows_u, i * width_of(kind), out1, drive1)
        add_products(rows_u, i * width_of(kind), out2, drive2)
        add_products(rows_u, i * width_of(kind), out3, drive3)
    _finish(kind, sizes, inputs, grads, b, t, v, last, (along0, through0))
    _finish(kind, sizes, inputs, grads, b, t, v + 1, last, (along1, through1))
    _finish(kind, sizes, inputs, grads, b, t, v + 2, last, (along2, through2))
    _finish(kind, sizes, inputs, grads, b, t, v + 3, last, (along3, through3))


@njit(cache=True, **OPTIONS)
def heads_backward(kind, sizes, plan, inputs, grads, work, tasks):  # type: ignore[no-untyped-def]
    """Run tasks[0] <= task < tasks[1]; a task is one batch element and one group of quads.

    Parameters
    ----------
    kind, sizes, inputs
        As in `heads_forward`.
    plan
        (chunk, group, room, checkpoints, start): `group` quads form a task, `room` states are processed at a time, `start` is the
        address of h0 (B, Q, N, 4, lanes; 0 if that is 0).
    grads
        Addresses of dy (read), dx, ddt, d_rate and dD (B, Q, 4, lanes; zeros; dD 0 without D), dB and dC, each (groups, 1, B, L, N), dh_last
        (B, Q, N, 4, lanes; 0 if there is none), and the gradient of h0 (B, Q, N, 4, lanes; 0 if not needed).
    work
        Scratch of this thread: states (chunk + 1, room, 4, lanes), decays (chunk, 4, lanes), the row sums (sums, rows_u, small),
        and adjoint (group, N, 4, lanes).
    """
    _, n_time, n_channel, n_state = sizes
    chunk, group, room, checkpoints, start = plan
    states_at, adjoint, lanes = work[0], work[5], lanes_of(kind)
    n_quad, n_chunk = _quads(kind, n_channel), (n_time + chunk - 1) // chunk
    n_group, scratch = (n_quad + group - 1) // group, work[2:5]
    for task in range(tasks[0], tasks[1]):
        b, part = task // n_group, task % n_group
        q0, q1 = part * group, min(n_quad, (part + 1) * group)
        own = (b * n_quad + q0) * n_state * 4
        for n in range((q1 - q0) * n_state * 4):
            after = load_block(kind, grads[7], (own + n) * lanes) if grads[7] != 0 else zero(kind)
            store_block(adjoint, n * lanes, after)
        for c in range(n_chunk - 1, -1, -1):
            t0, t1 = c * chunk, min(n_time, (c + 1) * chunk)
            clear_row_sums(kind, sizes, inputs, scratch, (t0, t1, b))
            for q in range(q0, q1):
                from_start, from_checkpoint = (b * n_quad + q) * n_state * 4, (b * (n_chunk - 1) + c - 1) * n_quad + q
                for first in range(0, n_state, room):
                    last = min(n_state, first + room)
                    for n in range(first * 4, last * 4):
                        if c > 0:
                            before = load_block(kind, checkpoints, (from_checkpoint * n_state * 4 + n) * lanes)
                        else:
                            before = load_block(kind, start, (from_start + n) * lanes) if start != 0 else zero(kind)
                        store_block(states_at, (n - first * 4) * lanes, before)
                    for i in range(t1 - t0):
                        _recompute_step(kind, sizes, inputs, work, (b, t0 + i, q, i), (first, last, room))
                    for i in range(t1 - t0 - 1, -1, -1):
                        _backward_step(kind, sizes, inputs, grads, work, (b, t0 + i, q, i, q - q0), (first, last, room))
            write_row_sums(kind, sizes, scratch, (grads[5], grads[6]), (t0, t1, b, part))
        if grads[8] != 0:
            for n in range((q1 - q0) * n_state * 4):
                store_block(grads[8], (own + n) * lanes, load_block(kind, adjoint, n * lanes))


def _sizes(given: ScanArguments) -> tuple[int, int, int, int]:
    """Return B, L, E and N; A has one rate per channel, so N comes from B."""
    return (*given.sizes[:3], given.B.shape[-1])


def _n_quad(given: ScanArguments) -> int:
    return -(-given.n_vector // _TOGETHER)


def checkpoint_shape(x: Tensor, n_state: int, *, save: bool) -> tuple[int, ...]:
    """Return the shape of the checkpoints, (B, chunks - 1, Q, N, 4, lanes); none unless `save`. None before the first chunk: that is h0."""
    _, n_batch, n_time, n_channel = x.shape
    lanes = kind_for(x).lanes
    n_kept = (n_time - (n_time > 0)) // tiling.CHUNK if save else 0
    return (n_batch, n_kept, -(-n_channel // (_TOGETHER * lanes)), n_state, _TOGETHER, lanes)


def _pack(values: Tensor, lanes: int) -> Tensor:
    """Turn (1, B, E, N) into (B, Q, N, 4, lanes), a contiguous copy; missing channels are zeros."""
    n_channel = values.shape[2]
    n_quad = -(-n_channel // (_TOGETHER * lanes))
    filled = pad(values[0], (0, 0, 0, n_quad * _TOGETHER * lanes - n_channel))
    cut = filled.reshape(len(filled), n_quad, _TOGETHER, lanes, -1)
    return cut.permute(0, 1, 4, 2, 3).contiguous()


def _unpack(packed: Tensor, n_channel: int) -> Tensor:
    """Undo `_pack`."""
    flat = packed.permute(0, 1, 3, 4, 2).flatten(1, 3)
    return flat[None, :, :n_channel].clone(memory_format=torch.contiguous_format)


def _inputs(given: ScanArguments) -> tuple[Tensor | None, ...]:
    plain = (given.x, given.dt, given.A * LOG2_E, given.B, given.C, given.D)
    return tuple(None if v is None else v.contiguous() for v in plain)


def run_forward(given: ScanArguments, *, save: bool, return_state: bool) -> tuple[Tensor, Tensor, Tensor]:
    """Return y, the last state (1, B, E, N; empty unless `return_state`), and the checkpoints (empty unless `save`)."""
    x, kind, n_quad = given.x, given.kind, _n_quad(given)
    sizes = n_batch, _, n_channel, n_state = _sizes(given)
    lanes = kind.lanes
    shape = (n_batch, n_quad, n_state, _TOGETHER, lanes)
    state = layout.new(shape, x.dtype) if given.h0 is None else _pack(given.h0, lanes)
    y = layout.new(tuple(x.shape), x.dtype)
    checkpoints = layout.new(checkpoint_shape(x, n_state, save=save), x.dtype)
    tile = max(1, tile_of(given, 1) // _TOGETHER)
    plan, inputs = (tiling.CHUNK, tile, save, given.h0 is not None), _inputs(given)
    read, write = (*addresses(inputs), given.terms), addresses((y, state, checkpoints))

    def work(first: int, last: int) -> None:
        heads_forward(kind, sizes, plan, read, write, first, last)

    with notice.report_compilation(heads_forward, kind):
        threads.run_tasks(work, n_batch * math.ceil(n_quad / tile), cost=0.3 * x.numel() * n_state)
    return y, _unpack(state, n_channel) if return_state else x.new_empty(0), checkpoints


def run_backward(dy: Tensor, dh_last: Tensor | None, given: ScanArguments, checkpoints: Tensor) -> Gradients:
    """Return the gradients of x, dt, A (1, E, 1), B, C, D and h0; empty where not given."""
    x, kind, n_quad = given.x, given.kind, _n_quad(given)
    sizes = n_batch, n_time, n_channel, n_state = _sizes(given)
    lanes, chunk = kind.lanes, tiling.CHUNK
    inputs, dy = _inputs(given), dy.contiguous()
    start = None if given.h0 is None else _pack(given.h0, lanes)
    after = None if dh_last is None else _pack(dh_last, lanes)
    group = -(-group_of(given) // _TOGETHER)
    n_group = math.ceil(n_quad / group)
    dx, ddt = layout.new(tuple(x.shape), x.dtype), layout.new(tuple(x.shape), x.dtype)
    d_rate = x.new_zeros((n_batch, n_quad, 1, _TOGETHER, lanes))
    dD = None if given.D is None else torch.zeros_like(d_rate)
    d_start = None if given.h0 is None else layout.new((n_batch, n_quad, n_state, _TOGETHER, lanes), x.dtype)
    dB, dC = (layout.new((n_group, 1, n_batch, n_time, n_state), x.dtype) for _ in range(2))
    plan = (chunk, group, _ROOM, *addresses((checkpoints, start)))
    read, write = (*addresses(inputs), given.terms), addresses((dy, dx, ddt, d_rate, dD, dB, dC, after, d_start))

    def work(first: int, last: int) -> None:
        steps, quad = min(chunk, n_time), _TOGETHER * lanes
        lengths = (
            (steps + 1) * _ROOM * quad,
            steps * quad,
            *row_lengths(given, steps, n_state),
            group * n_state * quad,
        )
        scratch = [layout.new((length,), x.dtype) for length in lengths]
        heads_backward(kind, sizes, plan, read, write, addresses(scratch), (first, last))

    with notice.report_compilation(heads_backward, kind):
        threads.run_tasks(work, n_batch * n_group, cost=1.5 * x.numel() * n_state)
    nothing = x.new_empty(0)
    d_direct = nothing if dD is None else _of_batch(dD, n_channel).squeeze(-1)
    dh0 = nothing if d_start is None else _unpack(d_start, n_channel)
    rows_B, rows_C = (rows[0] if n_group == 1 else rows.sum(0) for rows in (dB, dC))
    return dx, ddt, _of_batch(d_rate, n_channel), rows_B, rows_C, d_direct, dh0


def _of_batch(packed: Tensor, n_channel: int) -> Tensor:
    """Return the sum over the batch, in float64, (1, E, 1)."""
    return _unpack(packed.sum(0, keepdim=True, dtype=torch.float64).to(packed.dtype), n_channel)[0]
