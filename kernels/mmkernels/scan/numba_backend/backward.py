"""The backward kernel: chunk by chunk from the end, it recomputes the states and carries their adjoint back.

With G[m, t] the gradient of the loss with respect to h[m, t] (see scan/README.md):

    G[m, t]     = C[m, t] dy[m, t] + carry[m],     q[m] = exp(dt[m, t] A[m]) G[m, t]
    carry[n]   <- sum_m W[m, n] q[m]                (the carry before step 0 is the gradient of h0)

The states of a chunk are recomputed from its checkpoint for one vector of channels at a time, so that no
tensor with time, channel and state axes is ever stored.
"""

from numba import njit

from mmkernels.scan.numba_backend.forward import OPTIONS, read_step
from mmkernels.simd.arithmetic import (
    add,
    exp2,
    multiply,
    multiply_add,
    times_ln2,
    where_real,
    zero,
)
from mmkernels.simd.couple import (
    add_outer,
    heard,
    rows_where_real,
    told,
    zero_matrix,
)
from mmkernels.simd.memory import (
    add_double,
    lane_sum,
    load,
    load_lanes,
    put,
    spread,
    store,
    store_lanes,
)


@njit(forceinline=True, **OPTIONS)
def _recompute(kind, sizes, inputs, states, here, place):  # type: ignore[no-untyped-def]
    """Take one step from the states at `here` (an index into `states`) to the block after them."""
    n_batch, n_time, _, n_state, n_modality, lanes = sizes
    _, _, rate, B, _, _, _, _, _ = inputs
    b, t, v, _, _ = place
    row, plane, block = b * n_time + t, n_batch * n_time * n_state, n_modality * lanes
    step, value, weights = read_step(kind, sizes, inputs, place)
    drive = multiply(step, value)
    for n in range(n_state):
        decay = exp2(multiply(step, load(kind, rate, (v * n_state + n) * block, lanes)))
        before = heard(weights, load(kind, states, here + n * block, lanes))
        push = multiply(drive, spread(kind, B, row * n_state + n, plane))
        store(states, here + (n_state + n) * block, lanes, multiply_add(decay, before, push))


@njit(forceinline=True, **OPTIONS)
def _retreat(kind, sizes, inputs, grads, work, place, i):  # type: ignore[no-untyped-def]
    """Take one step back, the i-th of its chunk, for one vector of channels; return its term of dW by lane."""
    n_batch, n_time, n_channel, n_state, n_modality, lanes = sizes
    _, _, rate, B, C, D, _, _, mask = inputs
    dy, dx, ddt, d_rate, dD, carry, _, _, _ = grads
    states, rows_B, rows_C, _ = work
    b, t, v, masked, _ = place
    row, rows, d, block = b * n_time + t, n_batch * n_time, v * lanes, n_modality * lanes
    at, n_valid = row * n_channel + d, n_channel - d
    here = (b * ((n_channel + lanes - 1) // lanes) + v) * n_state
    step, value, weights = read_step(kind, sizes, inputs, place)
    drive = multiply(step, value)
    out = load_lanes(kind, dy, at, rows * n_channel, n_valid)
    if masked:
        out = where_real(mask, row, rows, out, zero(kind))
    along_B, along_rate, outer = zero(kind), zero(kind), zero_matrix(kind)
    for n in range(n_state):
        small, local = row * n_state + n, (i * n_state + n) * block
        old = load(kind, states, local, lanes)
        new = load(kind, states, local + n_state * block, lanes)
        slope = load(kind, rate, (v * n_state + n) * block, lanes)
        decay = exp2(multiply(step, slope))
        g = multiply_add(out, spread(kind, C, small, rows * n_state), load(kind, carry, (here + n) * block, lanes))
        q = multiply(decay, g)
        w = multiply(q, heard(weights, old))
        total = multiply_add(w, step, load(kind, d_rate, (here + n) * block, lanes))
        store(d_rate, (here + n) * block, lanes, total)
        store(rows_B, local, lanes, multiply_add(g, drive, load(kind, rows_B, local, lanes)))
        store(rows_C, local, lanes, multiply_add(out, new, load(kind, rows_C, local, lanes)))
        along_rate = multiply_add(w, slope, along_rate)
        along_B = multiply_add(g, spread(kind, B, small, rows * n_state), along_B)
        outer = add_outer(outer, q, old)
        store(carry, (here + n) * block, lanes, told(weights, q))
    direct = load_lanes(kind, D, d, n_channel, n_valid)
    value_gradient = multiply_add(step, along_B, multiply(direct, out))
    step_gradient = multiply_add(value, along_B, times_ln2(along_rate))
    if masked:
        value_gradient = where_real(mask, row, rows, value_gradient, zero(kind))
        step_gradient = where_real(mask, row, rows, step_gradient, zero(kind))
        outer = rows_where_real(kind, mask, row, rows, outer, zero_matrix(kind))
    store_lanes(dx, at, rows * n_channel, value_gradient, n_valid)
    store_lanes(ddt, at, rows * n_channel, step_gradient, n_valid)
    skip = (b * ((n_channel + lanes - 1) // lanes) + v) * block
    store(dD, skip, lanes, multiply_add(out, value, load(kind, dD, skip, lanes)))
    return outer


@njit(forceinline=True, **OPTIONS)
def _flush(kind, sizes, grads, work, place):  # type: ignore[no-untyped-def]
    """Write a chunk's dB and dC, summed over lanes; `place` is (first step, end, batch element, group)."""
    n_batch, n_time, _, n_state, n_modality, lanes = sizes
    _, rows_B, rows_C, _ = work
    _, _, _, _, _, _, dB, dC, _ = grads
    t0, t1, b, group = place
    plane = n_batch * n_time * n_state
    for t in range(t0, t1):
        for n in range(n_state):
            for m in range(n_modality):
                local = (((t - t0) * n_state + n) * n_modality + m) * lanes
                target = (group * n_modality + m) * plane + (b * n_time + t) * n_state + n
                put(dB, target, lane_sum(kind, rows_B, local))
                put(dC, target, lane_sum(kind, rows_C, local))


@njit(cache=True, **OPTIONS)
def backward(kind, sizes, plan, inputs, grads, work, tasks):  # type: ignore[no-untyped-def]
    """Run tasks[0] <= task < tasks[1]; a task is one batch element and one group of channel vectors.

    Parameters
    ----------
    kind, sizes, inputs
        As in `forward`.
    plan
        (chunk, group, masked, w_step, checkpoints): as in `forward`; `group` vectors form a task.
    grads
        Addresses of dy (read), dx, ddt, d_rate (B, V, N, M, lanes; zeros on entry), dD (B, V, M, lanes; zeros),
        carry (B, V, N, M, lanes; the gradient of the last state on entry, of h0 on return), dB and dC, each
        (groups, M, B, L, N), and dW (B, groups, M, M; float64, zeros).
    work
        Scratch of this thread: states (chunk + 1, N, M, lanes), two of (chunk, N, M, lanes), one (M, M, lanes).
    """
    _, n_time, n_channel, n_state, n_modality, lanes = sizes
    chunk, group, masked, w_step, checkpoints = plan
    states, rows_B, rows_C, outer_sum = work
    n_vector, n_chunk = (n_channel + lanes - 1) // lanes, (n_time + chunk - 1) // chunk
    n_group, block, square = (n_vector + group - 1) // group, n_modality * lanes, n_modality**2
    for task in range(tasks[0], tasks[1]):
        b, part = task // n_group, task % n_group
        for c in range(n_chunk - 1, -1, -1):
            t0, t1 = c * chunk, min(n_time, (c + 1) * chunk)
            for i in range((t1 - t0) * n_state):
                store(rows_B, i * block, lanes, zero(kind))
                store(rows_C, i * block, lanes, zero(kind))
            for v in range(part * group, min(n_vector, (part + 1) * group)):
                source = ((b * n_chunk + c) * n_vector + v) * n_state
                for n in range(n_state):
                    store(states, n * block, lanes, load(kind, checkpoints, (source + n) * block, lanes))
                for t in range(t0, t1):
                    here = (t - t0) * n_state * block
                    _recompute(kind, sizes, inputs, states, here, (b, t, v, masked, b * w_step))
                outer = zero_matrix(kind)
                for t in range(t1 - 1, t0 - 1, -1):
                    place = (b, t, v, masked, b * w_step)
                    outer = add(outer, _retreat(kind, sizes, inputs, grads, work, place, t - t0))
                store(outer_sum, 0, lanes, outer)
                for k in range(square):
                    add_double(grads[8], task * square + k, lane_sum(kind, outer_sum, k * lanes))
            _flush(kind, sizes, grads, work, (t0, t1, b, part))
