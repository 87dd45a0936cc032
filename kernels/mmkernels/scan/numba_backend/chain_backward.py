"""The backward kernel for uniform coupling: one chain is recomputed, and one adjoint carried back.

With c[t] the gradient of the loss with respect to S[t] = sum_m h[m, t] (see scan/README.md):

    G[m, t] = C[m, t] dy[m, t] + c[t],     c[t - 1] = sum_m w exp(dt[m, t] A[m]) G[m, t]

The states of a chunk are recomputed from its checkpoint, and its exponentials kept until the way back, for
one vector of channels and a few of its states at a time. That scratch fits the caches and holds no tensor with
time, channel and state axes. Until the last states of a vector, dx and ddt hold sums over the states so far.
"""

from numba import njit

from mmkernels.scan.numba_backend.forward import OPTIONS
from mmkernels.scan.numba_backend.rows import begin, flush
from mmkernels.simd.arithmetic import add, multiply, multiply_add, times_ln2, zero
from mmkernels.simd.couple import load_one, splat_one, sum_of_products, to_all, total
from mmkernels.simd.exponential import exp2_by, load_terms
from mmkernels.simd.fold import add_dot_products, folded_of
from mmkernels.simd.memory import load_block, load_lanes, spread_block, store_block, store_lanes
from mmkernels.simd.sums import add_products, width_of
from mmkernels.simd.vector import count_of, lanes_of


@njit(forceinline=True, **OPTIONS)
def _recompute(kind, sizes, inputs, work, place, states):  # type: ignore[no-untyped-def]
    """Take the i-th step of a chunk again; keep the chain after it and the decays of the states first <= n < last."""
    n_batch, n_time, n_channel, n_state = sizes
    x, dt, rate, _, _, _, shifts, table = inputs
    chain, cells, _, _, small, _ = work
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
        old = to_all(kind, load_one(kind, chain, cell * lanes))
        h = multiply_add(decay, old, multiply(drive, spread_block(kind, small, (i * n_state + n) * 2 * M)))
        store_block(chain, (cell + room) * lanes, total(kind, h))


@njit(forceinline=True, **OPTIONS)
def _retreat(kind, sizes, inputs, grads, work, place, states):  # type: ignore[no-untyped-def]
    """Take the i-th step of a chunk back, for the states first <= n < last of one vector of channels."""
    n_batch, n_time, n_channel, n_state = sizes
    x, dt, rate, _, _, D, _, _ = inputs
    dy, dx, ddt, d_rate, dD, _, _, dh_last, _ = grads
    chain, cells, sums, rows_u, small, carried = work
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
    asked = dh_last != 0 and t == n_time - 1
    along_B, along_rate = zero(kind), zero(kind)
    if first > 0:
        along_B = load_lanes(kind, dx, at, rows * n_channel, n_valid)
        along_rate = load_lanes(kind, ddt, at, rows * n_channel, n_valid)
    for n in range(first, last):
        cell, row = i * room + n - first, i * n_state + n
        decay = load_block(kind, cells, cell * block)
        later = to_all(kind, load_one(kind, carried, (home + n) * lanes))
        if asked:
            later = add(later, load_block(kind, dh_last, (here + n) * block))
        g = multiply_add(out, spread_block(kind, small, row * 2 * M + M), later)
        left = multiply(decay, to_all(kind, load_one(kind, chain, cell * lanes)))
        store_block(carried, (home + n) * lanes, sum_of_products(kind, decay, g))
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
def chain_backward(kind, sizes, plan, inputs, grads, work, tasks):  # type: ignore[no-untyped-def]
    """Run tasks[0] <= task < tasks[1]; a task is one batch element and one group of channel vectors.

    Parameters
    ----------
    kind, sizes
        As in `chain_forward`.
    inputs
        As in `chain_forward`, but for A log2(e) as `layout.pack` lays it out, (V, N, M, lanes), in place of A.
    plan
        (chunk, group, room, checkpoints, start): as in `chain_forward`; `group` vectors form a task, `room` states of
        a vector are taken at a time, `start` is the address of S before the first step (B, V, N, lanes; 0 if that is 0).
    grads
        Addresses of dy (read), dx, ddt, d_rate (B, V, N, M, lanes; zeros on entry), dD (B, V, M, lanes; zeros; 0
        without D), dB and dC, each (groups, M, B, L, N), dh_last (B, V, N, M, lanes; 0 if there is none), and dS before
        the first step (B, V, N, lanes; the gradient of every modality's h0; 0 if nobody asks).
    work
        Scratch of this thread: chain (chunk + 1, room, lanes), cells (chunk, room, M, lanes), what `rows.py` gathers
        (sums, rows_u, small), and carried (group, N, lanes).
    """
    _, n_time, n_channel, n_state = sizes
    chunk, group, room, checkpoints, start = plan
    chain, carried, lanes = work[0], work[5], lanes_of(kind)
    n_vector, n_chunk = (n_channel + lanes - 1) // lanes, (n_time + chunk - 1) // chunk
    n_group, scratch, nothing = (n_vector + group - 1) // group, work[2:5], total(kind, zero(kind))
    for task in range(tasks[0], tasks[1]):
        b, part = task // n_group, task % n_group
        v0, v1 = part * group, min(n_vector, (part + 1) * group)
        for n in range((v1 - v0) * n_state):
            store_block(carried, n * lanes, nothing)
        for c in range(n_chunk - 1, -1, -1):
            t0, t1 = c * chunk, min(n_time, (c + 1) * chunk)
            begin(kind, sizes, inputs, scratch, (t0, t1, b))
            for v in range(v0, v1):
                from_start, from_checkpoint = (b * n_vector + v) * n_state, (b * (n_chunk - 1) + c - 1) * n_vector + v
                for first in range(0, max(1, n_state), room):
                    last = min(n_state, first + room)
                    for n in range(first, last):
                        if c > 0:
                            before = load_one(kind, checkpoints, (from_checkpoint * n_state + n) * lanes)
                        else:
                            before = load_one(kind, start, (from_start + n) * lanes) if start != 0 else nothing
                        store_block(chain, (n - first) * lanes, before)
                    for i in range(t1 - t0):
                        _recompute(kind, sizes, inputs, work, (b, t0 + i, v, i), (first, last, room))
                    for i in range(t1 - t0 - 1, -1, -1):
                        _retreat(kind, sizes, inputs, grads, work, (b, t0 + i, v, i, v - v0), (first, last, room))
            flush(kind, sizes, scratch, (grads[5], grads[6]), (t0, t1, b, part))
        if grads[8] != 0:
            for n in range((v1 - v0) * n_state):
                target = ((b * n_vector + v0) * n_state + n) * lanes
                store_block(grads[8], target, load_one(kind, carried, n * lanes))
