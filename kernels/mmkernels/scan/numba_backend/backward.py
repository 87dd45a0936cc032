"""The backward kernel: chunk by chunk from the end, it recomputes the states and carries their adjoint back.

With G[m, t] the gradient of the loss with respect to h[m, t] (see scan/README.md):

    G[m, t]     = C[m, t] dy[m, t] + carry[m],     q[m] = exp(dt[m, t] A[m]) G[m, t]
    carry[n]   <- sum_m W[m, n] q[m]                (the carry before step 0 is the gradient of h0)

The states of a chunk are recomputed from its checkpoint, and its exponentials kept until the way back, for
one vector of channels at a time. That scratch fits the caches and holds no tensor with time, channel
and state axes.
"""

from numba import njit

from mmkernels.scan.numba_backend.forward import OPTIONS, read_step
from mmkernels.scan.numba_backend.rows import begin, flush
from mmkernels.simd.arithmetic import add, multiply, multiply_add, times_ln2, where_real, zero
from mmkernels.simd.couple import add_outer, heard, rows_where_real, told, zero_matrix
from mmkernels.simd.exponential import exp2_by, load_terms
from mmkernels.simd.fold import add_dot_products, folded_of
from mmkernels.simd.memory import add_double, load_block, load_lanes, spread_block, store_block, store_lanes
from mmkernels.simd.sums import add_products, lane_sum, width_of
from mmkernels.simd.vector import count_of, lanes_of


@njit(forceinline=True, **OPTIONS)
def _recompute(kind, sizes, inputs, work, place, i):  # type: ignore[no-untyped-def]
    """Take the i-th step of a chunk again; keep the states after it, the decays, and what they leave of the past."""
    n_state, rate, table = sizes[3], inputs[2], inputs[9]
    states, cells, _, _, small, _ = work
    M, block, v = count_of(kind), lanes_of(kind) * count_of(kind), place[2]
    step, value, weights = read_step(kind, sizes, inputs, place)
    drive, terms = multiply(step, value), load_terms(kind, table)
    for n in range(n_state):
        cell = i * n_state + n
        decay = exp2_by(terms, multiply(step, load_block(kind, rate, (v * n_state + n) * block)))
        store_block(cells, cell * 2 * block, decay)
        left = multiply(decay, heard(weights, load_block(kind, states, cell * block)))
        store_block(cells, (cell * 2 + 1) * block, left)
        new = multiply_add(drive, spread_block(kind, small, cell * 2 * M), left)
        store_block(states, (cell + n_state) * block, new)


@njit(forceinline=True, **OPTIONS)
def _retreat(kind, sizes, inputs, grads, work, place, i):  # type: ignore[no-untyped-def]
    """Take the i-th step of a chunk back, for one vector of channels; what it passes on takes the decays' place."""
    n_batch, n_time, n_channel, n_state = sizes
    _, _, rate, _, _, D, _, _, mask, _ = inputs
    dy, dx, ddt, carried, dD, _, _, _ = grads
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
        g = multiply_add(out, spread_block(kind, small, cell * 2 * M + M), load_block(kind, carried, home))
        q = multiply(load_block(kind, cells, local), g)
        store_block(cells, local, q)
        store_block(carried, home, told(weights, q))
        through = multiply(g, left)
        along_rate = multiply_add(through, load_block(kind, rate, (v * n_state + n) * block), along_rate)
        along_B = multiply_add(g, spread_block(kind, small, cell * 2 * M), along_B)
        store_block(carried, home + block, multiply_add(through, step, load_block(kind, carried, home + block)))
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
def _listen(kind, sizes, inputs, work, place, dW):  # type: ignore[no-untyped-def]
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
        Addresses of dy (read), dx, ddt, carried (B, V, N, 2, M, lanes; the gradient of the last state on entry, of
        h0 on return; then that of the rates, zeros on entry), dD (B, V, M, lanes; zeros; 0 without D), dB and dC, each
        (groups, M, B, L, N), and dW (B, groups, M, M; float64, zeros; 0 if nobody asks).
    work
        Scratch of this thread: states (chunk + 1, N, M, lanes), cells (chunk, N, 2, M, lanes), what `rows.py` gathers
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
            begin(kind, sizes, inputs, scratch, (t0, t1, b))
            for v in range(part * group, min(n_vector, (part + 1) * group)):
                from_start, from_checkpoint = (b * n_vector + v) * n_state, (b * (n_chunk - 1) + c - 1) * n_vector + v
                for n in range(n_state):
                    if c > 0:
                        before = load_block(kind, checkpoints, (from_checkpoint * n_state + n) * block)
                    else:
                        before = load_block(kind, start, (from_start + n) * block) if start != 0 else zero(kind)
                    store_block(states, n * block, before)
                for i in range(t1 - t0):
                    _recompute(kind, sizes, inputs, work, (b, t0 + i, v, masked, b * w_step), i)
                for i in range(t1 - t0 - 1, -1, -1):
                    _retreat(kind, sizes, inputs, grads, work, (b, t0 + i, v, masked, b * w_step), i)
                if dW != 0:
                    _listen(kind, sizes, inputs, work, (t0, t1, b, masked), dW + task * count_of(kind) ** 2 * 8)
            flush(kind, sizes, scratch, (grads[5], grads[6]), (t0, t1, b, part))
