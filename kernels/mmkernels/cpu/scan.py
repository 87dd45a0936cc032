"""Coupled scan on the CPU for any coupling and any mask: forward kernel, backward kernel, their launch.

Memory layout: x, dt, y are (M, B, L, E) and B, C (M, B, L, N), as the caller has them. Everything with a state axis is
*packed*, (..., V, N, M, lanes): the E channels are cut into V vectors of `lanes`, the last filled up with zeros
(`layout.py`). Arrays are passed by address. The forward kernel steps through time with the states of a few channels in
the first-level cache.

The backward kernel takes chunks of time from the last to the first: it recomputes the states of a chunk from its
checkpoint and propagates their adjoint back. With G[m, t] the gradient of the loss with respect to h[m, t] (see scan.md):

    G[m, t]     = C[m, t] dy[m, t] + c[m],     q[m] = exp(dt[m, t] A[m]) G[m, t]
    c[n]       <- sum_m W[m, n] q[m]           (c before step 0 is the gradient of h0)

The exponentials of a chunk are stored until its backward steps, for one vector of channels at a time. This scratch fits
the caches and has no tensor with time, channel and state axes. The sums for dB and dC over the channels of a chunk are
gathered folded (`lane_sums.py`), (chunk, N, folded size of 2 M sums), the sum of dy * drive lane by lane, (chunk, M,
width), where width is the size of one register.
"""

import math

import torch
from numba import njit
from torch import Tensor

from mmkernels.cpu import launch as notice
from mmkernels.cpu import launch as threads
from mmkernels.cpu import layout, tiling
from mmkernels.cpu.arithmetic import add, multiply, multiply_add, times_ln2, where_real, zero
from mmkernels.cpu.coupling import add_outer, coupled, coupled_adjoint, matrix, rows_where_real, zero_matrix
from mmkernels.cpu.exponential import exp2_by, load_terms
from mmkernels.cpu.lane_sums import (
    add_dot_products,
    add_products,
    clear,
    clear_folded,
    finish_folded,
    folded_of,
    lane_sum,
    register_sum,
    width_of,
)
from mmkernels.cpu.memory import (
    add_double,
    load_block,
    load_lanes,
    number_at,
    put,
    spread,
    spread_block,
    store_block,
    store_lanes,
)
from mmkernels.cpu.tiling import (
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
from mmkernels.cpu.vectors import OPTIONS, count_of, lanes_of


@njit(forceinline=True, **OPTIONS)
def read_step(kind, sizes, inputs, place):  # type: ignore[no-untyped-def]
    """Return dt, x and W of one time step; a masked modality gets dt = x = 0 and its row of the identity.

    `place` is (batch element, time step, channel vector, whether the mask counts, index of W).
    """
    n_batch, n_time, n_channel, _ = sizes
    x, dt, _, _, _, _, coupling, eye, mask, _ = inputs
    b, t, v, masked, w_at = place
    row, rows, d = b * n_time + t, n_batch * n_time, v * lanes_of(kind)
    n_valid = n_channel - d
    at = row * n_channel + d
    step = load_lanes(kind, dt, at, rows * n_channel, n_valid)
    value = load_lanes(kind, x, at, rows * n_channel, n_valid)
    weights = matrix(kind, coupling, w_at)
    if masked:
        step = where_real(mask, row, rows, step, zero(kind))
        value = where_real(mask, row, rows, value, zero(kind))
        weights = rows_where_real(kind, mask, row, rows, weights, matrix(kind, eye, 0))
    return step, value, weights


@njit(forceinline=True, **OPTIONS)
def _forward_step(kind, sizes, inputs, outputs, place):  # type: ignore[no-untyped-def]
    """Compute one time step of one batch element for one vector of channels, and write y."""
    n_batch, n_time, n_channel, n_state = sizes
    _, _, rate, B, C, D, _, _, mask, table = inputs
    y, state, _ = outputs
    b, t, v, masked, _ = place
    lanes, block = lanes_of(kind), lanes_of(kind) * count_of(kind)
    row, rows, d = b * n_time + t, n_batch * n_time, v * lanes
    n_valid = n_channel - d
    step, value, weights = read_step(kind, sizes, inputs, place)
    drive, terms = multiply(step, value), load_terms(kind, table)
    out = multiply(load_lanes(kind, D, d, n_channel, n_valid), value) if D != 0 else zero(kind)
    here = (b * ((n_channel + lanes - 1) // lanes) + v) * n_state
    for n in range(n_state):
        at, small = (here + n) * block, row * n_state + n
        decay = exp2_by(terms, multiply(step, load_block(kind, rate, (v * n_state + n) * block)))
        old = load_block(kind, state, at)
        push = multiply(drive, spread(kind, B, small, rows * n_state))
        h = multiply_add(decay, coupled(weights, old), push)
        if masked:  # 0 * inf is not 0: a masked state is unchanged even where another has diverged
            h = where_real(mask, row, rows, h, old)
        out = multiply_add(h, spread(kind, C, small, rows * n_state), out)
        store_block(state, at, h)
    if masked:
        out = where_real(mask, row, rows, out, zero(kind))
    store_lanes(y, row * n_channel + d, rows * n_channel, out, n_valid)


@njit(cache=True, **OPTIONS)
def forward(kind, sizes, plan, inputs, outputs, first, last):  # type: ignore[no-untyped-def]
    """Run tasks first <= task < last; a task is one batch element and one tile of channel vectors.

    Parameters
    ----------
    kind
        `Kind`.
    sizes
        (B, L, E, N).
    plan
        (chunk, tile, masked, save, w_step): steps between two checkpoints, vectors in a tile, whether `mask`
        counts, whether to write checkpoints, M * M if W has a batch axis and else 0.
    inputs
        Addresses of x, dt, rate (V, N, M, lanes; A times log2 e), B, C, D, W, identity matrix,
        mask (M, B, L; bytes) and the constants of 2**x. D and mask are 0 if there is none.
    outputs
        Addresses of y, state (B, V, N, M, lanes; holds h0 on entry, the last state on return) and
        checkpoints (B, ceil(L / chunk) - 1, V, N, M, lanes; the first is known).
    first, last
        Range of tasks.
    """
    _, n_time, n_channel, n_state = sizes
    chunk, tile, masked, save, w_step = plan
    _, state, checkpoints = outputs
    lanes, block = lanes_of(kind), lanes_of(kind) * count_of(kind)
    n_vector = (n_channel + lanes - 1) // lanes
    n_chunk = (n_time + chunk - 1) // chunk
    n_tile = (n_vector + tile - 1) // tile
    for task in range(first, last):
        b, v0 = task // n_tile, (task % n_tile) * tile
        v1 = min(n_vector, v0 + tile)
        for t in range(n_time):
            if save and t > 0 and t % chunk == 0:
                source = (b * n_vector + v0) * n_state
                target = ((b * (n_chunk - 1) + t // chunk - 1) * n_vector + v0) * n_state
                for i in range((v1 - v0) * n_state):
                    held = load_block(kind, state, (source + i) * block)
                    store_block(checkpoints, (target + i) * block, held)
            for v in range(v0, v1):
                _forward_step(kind, sizes, inputs, outputs, (b, t, v, masked, b * w_step))


@njit(forceinline=True, **OPTIONS)
def clear_row_sums(kind, sizes, inputs, scratch, place):  # type: ignore[no-untyped-def]
    """Set the sums of a chunk to 0 and copy its B and C to (step, N, 2, M): all modalities side by side.

    `scratch` is (sums, rows_u, small), `place` (first step, end, batch element).
    """
    n_batch, n_time, _, n_state = sizes
    sums, rows_u, small = scratch
    t0, t1, b = place
    M, width = count_of(kind), width_of(kind)
    plane = n_batch * n_time * n_state
    first = (b * n_time + t0) * n_state
    for i in range((t1 - t0) * n_state):
        clear_folded(kind, sums, i * folded_of(kind))
        for m in range(M):
            put(small, i * 2 * M + m, number_at(kind, inputs[3], m * plane + first + i))
            put(small, i * 2 * M + M + m, number_at(kind, inputs[4], m * plane + first + i))
    for i in range(t1 - t0):
        clear(kind, rows_u, i * M * width)


@njit(forceinline=True, **OPTIONS)
def write_row_sums(kind, sizes, scratch, grads, place):  # type: ignore[no-untyped-def]
    """Write a chunk's dB and dC; `place` is (first step, end, batch element, group).

    h = (what the decay left) + B * drive, so dC is its sum and B times the sum of dy * drive.
    """
    n_batch, n_time, _, n_state = sizes
    sums, rows_u, small = scratch
    dB, dC = grads
    t0, t1, b, group = place
    M, width = count_of(kind), width_of(kind)
    plane = n_batch * n_time * n_state
    for cell in range((t1 - t0) * n_state):
        finish_folded(kind, sums, cell * folded_of(kind))
    for i in range(t1 - t0):
        for m in range(M):
            pushed = register_sum(kind, rows_u, (i * M + m) * width)
            for n in range(n_state):
                cell = i * n_state + n
                local = cell * folded_of(kind) + m
                target = (group * M + m) * plane + (b * n_time + t0 + i) * n_state + n
                put(dB, target, number_at(kind, sums, local))
                fed = number_at(kind, small, cell * 2 * M + m) * pushed
                put(dC, target, number_at(kind, sums, local + M) + fed)


@njit(forceinline=True, **OPTIONS)
def _recompute_step(kind, sizes, inputs, work, place, i):  # type: ignore[no-untyped-def]
    """Recompute the i-th step of a chunk; store the states after it, the decays, and decay times coupled states."""
    n_state, rate, table = sizes[3], inputs[2], inputs[9]
    states, cells, _, _, small, _ = work
    M, block, v = count_of(kind), lanes_of(kind) * count_of(kind), place[2]
    step, value, weights = read_step(kind, sizes, inputs, place)
    drive, terms = multiply(step, value), load_terms(kind, table)
    for n in range(n_state):
        cell = i * n_state + n
        decay = exp2_by(terms, multiply(step, load_block(kind, rate, (v * n_state + n) * block)))
        store_block(cells, cell * 2 * block, decay)
        left = multiply(decay, coupled(weights, load_block(kind, states, cell * block)))
        store_block(cells, (cell * 2 + 1) * block, left)
        new = multiply_add(drive, spread_block(kind, small, cell * 2 * M), left)
        store_block(states, (cell + n_state) * block, new)


@njit(forceinline=True, **OPTIONS)
def _backward_step(kind, sizes, inputs, grads, work, place, i):  # type: ignore[no-untyped-def]
    """Compute the i-th backward step of a chunk for one vector of channels; q overwrites the decays."""
    n_batch, n_time, n_channel, n_state = sizes
    _, _, rate, _, _, D, _, _, mask, _ = inputs
    dy, dx, ddt, adjoint, dD, _, _, _ = grads
    _, cells, sums, rows_u, small, _ = work
    b, t, v, masked, _ = place
    M, lanes, block = count_of(kind), lanes_of(kind), lanes_of(kind) * count_of(kind)
    row, rows, d = b * n_time + t, n_batch * n_time, v * lanes
    at, n_valid = row * n_channel + d, n_channel - d
    here = (b * ((n_channel + lanes - 1) // lanes) + v) * n_state
    step, value, weights = read_step(kind, sizes, inputs, place)
    drive = multiply(step, value)
    out = load_lanes(kind, dy, at, rows * n_channel, n_valid)
    if masked:
        out = where_real(mask, row, rows, out, zero(kind))
    along_B, along_rate = zero(kind), zero(kind)
    for n in range(n_state):
        cell = i * n_state + n
        home, local = (here + n) * 2 * block, cell * 2 * block
        left = load_block(kind, cells, local + block)
        g = multiply_add(out, spread_block(kind, small, cell * 2 * M + M), load_block(kind, adjoint, home))
        q = multiply(load_block(kind, cells, local), g)
        store_block(cells, local, q)
        store_block(adjoint, home, coupled_adjoint(weights, q))
        through = multiply(g, left)
        along_rate = multiply_add(through, load_block(kind, rate, (v * n_state + n) * block), along_rate)
        along_B = multiply_add(g, spread_block(kind, small, cell * 2 * M), along_B)
        store_block(adjoint, home + block, multiply_add(through, step, load_block(kind, adjoint, home + block)))
        add_dot_products(sums, cell * folded_of(kind), g, drive, out, left)
    add_products(rows_u, i * M * width_of(kind), out, drive)
    value_gradient = multiply(step, along_B)
    step_gradient = multiply_add(value, along_B, times_ln2(along_rate))
    if D != 0:
        value_gradient = multiply_add(load_lanes(kind, D, d, n_channel, n_valid), out, value_gradient)
        skip = (b * ((n_channel + lanes - 1) // lanes) + v) * block
        store_block(dD, skip, multiply_add(out, value, load_block(kind, dD, skip)))
    if masked:
        value_gradient = where_real(mask, row, rows, value_gradient, zero(kind))
        step_gradient = where_real(mask, row, rows, step_gradient, zero(kind))
    store_lanes(dx, at, rows * n_channel, value_gradient, n_valid)
    store_lanes(ddt, at, rows * n_channel, step_gradient, n_valid)


@njit(forceinline=True, **OPTIONS)
def _add_coupling_gradient(kind, sizes, inputs, work, place, dW):  # type: ignore[no-untyped-def]
    """Add a chunk's part of dW, the sum of q[m, t] h[n, t-1]; `place` is (first step, end, batch element, masked)."""
    n_batch, n_time, _, n_state = sizes
    states, cells, _, _, _, lane_wise = work
    t0, t1, b, masked = place
    lanes, block, mask = lanes_of(kind), lanes_of(kind) * count_of(kind), inputs[8]
    outer = zero_matrix(kind)
    for i in range(t1 - t0):
        here = zero_matrix(kind)
        for n in range(n_state):
            cell = i * n_state + n
            passed = load_block(kind, cells, cell * 2 * block)
            here = add_outer(here, passed, load_block(kind, states, cell * block))
        if masked:
            here = rows_where_real(kind, mask, b * n_time + t0 + i, n_batch * n_time, here, zero_matrix(kind))
        outer = add(outer, here)
    store_block(lane_wise, 0, outer)
    for k in range(count_of(kind) ** 2):
        add_double(dW, k, lane_sum(kind, lane_wise, k * lanes))


@njit(cache=True, **OPTIONS)
def backward(kind, sizes, plan, inputs, grads, work, tasks):  # type: ignore[no-untyped-def]
    """Run tasks[0] <= task < tasks[1]; a task is one batch element and one group of channel vectors.

    Parameters
    ----------
    kind, sizes, inputs
        As in `forward`.
    plan
        (chunk, group, masked, w_step, checkpoints, start): as in `forward`; `group` vectors form a task, `start` is
        the address of h0 (B, V, N, M, lanes; 0 if that is 0).
    grads
        Addresses of dy (read), dx, ddt, adjoint (B, V, N, 2, M, lanes; the gradient of the last state on entry, of
        h0 on return; then that of the rates, zeros on entry), dD (B, V, M, lanes; zeros; 0 without D), dB and dC, each
        (groups, M, B, L, N), and dW (B, groups, M, M; float64, zeros; 0 if not needed).
    work
        Scratch of this thread: states (chunk + 1, N, M, lanes), cells (chunk, N, 2, M, lanes), the row sums
        (sums, rows_u, small), and one (M, M, lanes).
    """
    _, n_time, n_channel, n_state = sizes
    chunk, group, masked, w_step, checkpoints, start = plan
    states, dW, scratch = work[0], grads[7], work[2:5]
    lanes, block = lanes_of(kind), lanes_of(kind) * count_of(kind)
    n_vector, n_chunk = (n_channel + lanes - 1) // lanes, (n_time + chunk - 1) // chunk
    n_group = (n_vector + group - 1) // group
    for task in range(tasks[0], tasks[1]):
        b, part = task // n_group, task % n_group
        for c in range(n_chunk - 1, -1, -1):
            t0, t1 = c * chunk, min(n_time, (c + 1) * chunk)
            clear_row_sums(kind, sizes, inputs, scratch, (t0, t1, b))
            for v in range(part * group, min(n_vector, (part + 1) * group)):
                from_start, from_checkpoint = (b * n_vector + v) * n_state, (b * (n_chunk - 1) + c - 1) * n_vector + v
                for n in range(n_state):
                    if c > 0:
                        before = load_block(kind, checkpoints, (from_checkpoint * n_state + n) * block)
                    else:
                        before = load_block(kind, start, (from_start + n) * block) if start != 0 else zero(kind)
                    store_block(states, n * block, before)
                for i in range(t1 - t0):
                    _recompute_step(kind, sizes, inputs, work, (b, t0 + i, v, masked, b * w_step), i)
                for i in range(t1 - t0 - 1, -1, -1):
                    _backward_step(kind, sizes, inputs, grads, work, (b, t0 + i, v, masked, b * w_step), i)
                if dW != 0:
                    _add_coupling_gradient(
                        kind, sizes, inputs, work, (t0, t1, b, masked), dW + task * count_of(kind) ** 2 * 8
                    )
            write_row_sums(kind, sizes, scratch, (grads[5], grads[6]), (t0, t1, b, part))


def kernel_inputs(given: ScanArguments) -> tuple[Tensor | None, ...]:
    """Return what both kernels read, contiguous; rows of B and C at masked steps are cleared."""
    x, B, C, mask = given.x, given.B, given.C, given.mask
    bytes_mask = None
    if mask is not None:
        B, C = (torch.where(mask.unsqueeze(-1), rows, torch.zeros_like(rows)) for rows in (B, C))
        bytes_mask = mask.contiguous().view(torch.uint8)
    identity = torch.eye(x.shape[0], dtype=x.dtype, device=x.device)
    plain = (x, given.dt, rate_of(given), B, C, given.D, given.W)
    return (*(None if v is None else v.contiguous() for v in plain), identity, bytes_mask)


def w_step_of(given: ScanArguments) -> int:
    """Return the distance between the W of two batch elements."""
    return given.x.shape[0] ** 2 if given.W is not None and given.W.ndim == 3 else 0


def run_forward(given: ScanArguments, *, save: bool, return_state: bool) -> tuple[Tensor, Tensor, Tensor]:
    """Return y, the last state (M, B, E, N; empty unless `return_state`), and the checkpoints (empty unless `save`)."""
    x, kind, sizes, n_vector = given.x, given.kind, given.sizes, given.n_vector
    n_batch, _, n_channel, n_state = sizes
    n_modality, lanes = kind.n_modality, kind.lanes
    inputs = kernel_inputs(given)
    if given.h0 is None:
        state = x.new_zeros((n_batch, n_vector, n_state, n_modality, lanes))
    else:
        state = layout.pack(given.h0, lanes)
    y = layout.new(tuple(x.shape), x.dtype)
    checkpoints = layout.new(checkpoint_shape(x, n_state, save=save, uniform=False), x.dtype)
    tile = tile_of(given, 2 * n_modality)
    chunk = tiling.CHUNK
    plan = (chunk, tile, given.mask is not None, save, w_step_of(given))
    read, write = (*addresses(inputs), given.terms), addresses((y, state, checkpoints))

    def work(first: int, last: int) -> None:
        forward(kind, sizes, plan, read, write, first, last)

    with notice.report_compilation(forward, kind):
        threads.run_tasks(work, n_batch * math.ceil(n_vector / tile), cost=float(x.numel()) * n_state)
    return y, layout.unpack(state, n_channel) if return_state else x.new_empty(0), checkpoints


def run_backward(
    dy: Tensor, dh_last: Tensor | None, given: ScanArguments, checkpoints: Tensor, *, needs_W: bool
) -> Gradients:
    """Return the gradients of x, dt, A, B, C, D, W (if `needs_W`) and h0; empty where not given or not needed."""
    x, mask, kind, sizes, n_vector = given.x, given.mask, given.kind, given.sizes, given.n_vector
    n_batch, n_time, n_channel, n_state = sizes
    n_modality, lanes = kind.n_modality, kind.lanes
    inputs, dy = kernel_inputs(given), dy.contiguous()
    group = group_of(given)
    n_group = math.ceil(n_vector / group)
    dx, ddt = layout.new(tuple(x.shape), x.dtype), layout.new(tuple(x.shape), x.dtype)
    adjoint = x.new_zeros((n_batch, n_vector, n_state, 2 * n_modality, lanes))
    if dh_last is not None:
        adjoint[..., :n_modality, :] = layout.pack(dh_last, lanes)
    dD = None if given.D is None else x.new_zeros((n_batch, n_vector, 1, n_modality, lanes))
    dB, dC = (layout.new((n_group, n_modality, n_batch, n_time, n_state), x.dtype) for _ in range(2))
    dW = x.new_zeros((n_batch, n_group, n_modality, n_modality), dtype=torch.float64) if needs_W else None
    chunk = tiling.CHUNK
    start = None if given.h0 is None else layout.pack(given.h0, lanes)
    plan = (chunk, group, mask is not None, w_step_of(given), *addresses((checkpoints, start)))
    read, write = (*addresses(inputs), given.terms), addresses((dy, dx, ddt, adjoint, dD, dB, dC, dW))

    def work(first: int, last: int) -> None:
        cell, steps = n_state * n_modality, min(chunk, n_time)
        lengths = (
            (steps + 1) * cell * lanes,
            steps * cell * 2 * lanes,
            *row_lengths(given, steps),
            n_modality**2 * lanes,
        )
        scratch = [layout.new((length,), x.dtype) for length in lengths]
        backward(kind, sizes, plan, read, write, addresses(scratch), (first, last))

    with notice.report_compilation(backward, kind):
        threads.run_tasks(work, n_batch * n_group, cost=3.0 * x.numel() * n_state)
    d_direct = x.new_empty(0) if dD is None else sum_of_batch(dD, n_channel).squeeze(-1)
    d_couple = x.new_empty(0)
    if dW is not None:
        d_couple = (dW.sum(1) if w_step_of(given) else dW.sum((0, 1))).to(x.dtype)
    rows_B, rows_C = (rows[0] if n_group == 1 else rows.sum(0) for rows in (dB, dC))
    if mask is not None:  # exactly 0 at masked steps, even where another modality's state has diverged
        rows_B, rows_C = (rows.masked_fill_(~mask.unsqueeze(-1), 0.0) for rows in (rows_B, rows_C))
    dh0 = x.new_empty(0) if given.h0 is None else layout.unpack(adjoint[..., :n_modality, :], n_channel)
    return dx, ddt, sum_of_batch(adjoint[..., n_modality:, :], n_channel), rows_B, rows_C, d_direct, d_couple, dh0
