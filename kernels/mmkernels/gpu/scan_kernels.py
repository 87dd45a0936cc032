"""Forward and backward kernels of the coupled scan on a GPU.

Forward: one pass through one segment of time, with a checkpoint of the state before every chunk. Backward: chunk by
chunk from the end, it recomputes the states and propagates their adjoint back. With G[m, t] the gradient of the loss
with respect to h[m, t] (see scan.md):

    G[m, t]     = C[m, t] dy[m, t] + carry[m],     q[m] = exp(dt[m, t] A[m]) G[m, t]
    carry[n]   <- sum_m W[m, n] q[m]                (the carry before step 0 is the gradient of h0)

The states of one chunk at a time are in a scratch row that belongs to the program and stays in the cache. Sums over
channels and batch elements are written as parts, one per program, and added up afterwards in a fixed order.
"""

import triton
import triton.language as tl

from mmkernels.gpu.scan_steps import (
    add_coupled_adjoint,
    advance,
    combined_state,
    coupled,
    is_real,
    keep_row,
    load,
    load_tiles,
    load_weights,
    modality_step,
    program_indices,
    replaced,
    store_tiles,
    zero_tiles,
)

# The language of the kernels is a part of Python: no (*a, b), no conditional expression of tuples, no types.
# ruff: noqa: RUF005, SIM108
# mypy: ignore-errors


@triton.jit
def _emit(state, rates, weights, read, write, place, sizes, t, M: tl.constexpr, N: tl.constexpr, UNIFORM: tl.constexpr,
          HAS_D: tl.constexpr, MASKED: tl.constexpr, WHOLE: tl.constexpr, REAL: tl.constexpr):  # fmt: skip
    """Compute step t and write y; return the states of the M modalities."""
    C, direct, y = write
    n_batch, n_time, n_channel = sizes
    b, _, _, d, n, in_d, in_n = place
    new = ()
    for m in tl.static_range(M):
        value, real, h = modality_step(
            state, rates, weights, read, place, sizes, t, m, M, N, UNIFORM, MASKED, WHOLE, REAL
        )
        row = (m * n_batch + b) * n_time + t
        out = load(C + row * N + n, keep_row(in_n, real, MASKED), WHOLE and not MASKED, REAL)
        result = tl.sum(h * out[:, None], axis=0)
        if HAS_D:
            result += direct[m] * value
        if MASKED:
            result = tl.where(real, result, 0.0)
        if WHOLE:
            tl.store(y + row * n_channel + d, result)
        else:
            tl.store(y + row * n_channel + d, result, mask=in_d)
        new = new + (h,)
    return new


@triton.jit(do_not_specialize=["n_batch", "n_time", "w_step", "chunk", "segment", "n_segment"])
def coupled_forward(
    x, dt, rate, B, C, D, W, mask, start, y, last, checkpoints,
    n_batch, n_time, n_channel, w_step, chunk, segment, n_segment,
    M: tl.constexpr, N: tl.constexpr, NP: tl.constexpr, BD: tl.constexpr, U: tl.constexpr, UNIFORM: tl.constexpr,
    HAS_D: tl.constexpr, MASKED: tl.constexpr, STARTED: tl.constexpr, SAVE: tl.constexpr, WHOLE: tl.constexpr,
    WIDE: tl.constexpr, REAL: tl.constexpr,
):  # fmt: skip
    """Run one segment; programs are tiles of channels, then segments, then batch elements.

    Parameters
    ----------
    x, dt, rate, B, C, D, W, mask
        Read; see `scan_steps` for the layouts. mask holds bytes.
    start
        (B, n_segment, K, N, E), the state before each segment; read if STARTED, else it is 0.
    y, last
        (M, B, L, E) and (M, B, E, N), written.
    checkpoints
        (B, chunks, K, N, E), written if SAVE: the state before every `chunk` steps.
    w_step
        Distance between the W of two batch elements (0: one W for all).
    segment
        Steps of a segment, a multiple of `chunk`.
    U
        Steps whose loads are issued together.
    """
    place = program_indices(n_channel, n_segment, BD, N, NP, WIDE)
    b, s, _, d, n, in_d, in_n = place
    K: tl.constexpr = 1 if UNIFORM else M
    sizes = (n_batch, n_time, n_channel)
    rates = load_tiles(rate, 0, n_channel, place, M, N, WHOLE, REAL)
    weights = load_weights(W, b * w_step, M, UNIFORM, REAL)
    direct = ()
    if HAS_D:
        for m in tl.static_range(M):
            direct = direct + (load(D + m * n_channel + d, in_d, WHOLE, REAL),)
    if STARTED:
        state = load_tiles(start, (b * n_segment + s) * K, n_channel, place, K, N, WHOLE, REAL)
    else:
        state = zero_tiles(K, NP, BD, REAL)
    read, write = (x, dt, B, mask), (C, direct, y)
    first = s * segment
    end = tl.minimum(first + segment, n_time)
    if UNIFORM:  # the last step is separate: it returns the states of the modalities
        final = end - 1
    else:
        final = end
    for c in range(first // chunk, tl.cdiv(end, chunk)):
        t0 = c * chunk
        t1 = tl.minimum(t0 + chunk, final)
        if SAVE:
            store_tiles(checkpoints, (b * tl.cdiv(n_time, chunk) + c) * K, state, n_channel, place, K, N, WHOLE)
        together = t0 + (t1 - t0) // U * U
        for t in range(t0, together, U):
            for i in tl.static_range(U):
                new = _emit(
                    state, rates, weights, read, write, place, sizes, t + i, M, N, UNIFORM, HAS_D, MASKED, WHOLE, REAL
                )
                state = combined_state(new, M, UNIFORM)
        for t in range(together, t1):
            new = _emit(state, rates, weights, read, write, place, sizes, t, M, N, UNIFORM, HAS_D, MASKED, WHOLE, REAL)
            state = combined_state(new, M, UNIFORM)
    if UNIFORM:
        state = _emit(
            state, rates, weights, read, write, place, sizes, final, M, N, UNIFORM, HAS_D, MASKED, WHOLE, REAL
        )
    if end == n_time:
        for m in tl.static_range(M):
            at = ((m * n_batch + b) * n_channel + d[None, :]) * N + n[:, None]
            tl.store(last + at, state[m], mask=in_n[:, None] & in_d[None, :])


# The language of the kernels is a part of Python: no (*a, b), no conditional expression of tuples, no types.
# ruff: noqa: B007, RUF005, RUF059, SIM108, SIM102
# mypy: ignore-errors


LN_2 = tl.constexpr(0.6931471805599453)


@triton.jit
def _backward_step(
    carry, old, rates, weights, to_rate, to_weight, D, read, write, last_gradient, place, sizes, t,
    M: tl.constexpr, N: tl.constexpr, NP: tl.constexpr, BD: tl.constexpr, R: tl.constexpr, UNIFORM: tl.constexpr,
    HAS_D: tl.constexpr, HAS_LAST: tl.constexpr, HAS_W: tl.constexpr, MASKED: tl.constexpr, WHOLE: tl.constexpr,
    REAL: tl.constexpr,
):  # fmt: skip
    """Compute the backward step t; return the carry before it, and the sums for `rate` and W with its terms."""
    x, dt, B, C, dy, mask = read
    dx, ddt, dB, dC = write
    n_batch, n_time, n_channel = sizes
    b, _, tile, d, n, in_d, in_n = place
    new = zero_tiles(1 if UNIFORM else M, NP, BD, REAL)
    for m in tl.static_range(M):
        row = (m * n_batch + b) * n_time + t
        part = ((tile * M + m) * n_batch + b) * n_time + t
        real = is_real(mask, row, MASKED)
        to_B, to_C = tl.zeros((NP,), REAL), tl.zeros((NP,), REAL)
        to_x, to_dt = tl.zeros((BD,), REAL), tl.zeros((BD,), REAL)
        if real:
            step = load(dt + row * n_channel + d, in_d, WHOLE, REAL)
            value = load(x + row * n_channel + d, in_d, WHOLE, REAL)
            out = load(dy + row * n_channel + d, in_d, WHOLE, REAL)
            along = load(B + row * N + n, in_n, WHOLE, REAL)
            across = load(C + row * N + n, in_n, WHOLE, REAL)
            drive = step * value
            decay = tl.exp2(step[None, :] * rates[m])
            before = coupled(old, weights, m, M, UNIFORM)
            h = decay * before + drive[None, :] * along[:, None]
            to_C = tl.sum(h * out[None, :], axis=1)
            gradient = out[None, :] * across[:, None] + carry[0 if UNIFORM else m]
            if HAS_LAST:
                if t == n_time - 1:
                    at = ((m * n_batch + b) * n_channel + d[None, :]) * N + n[:, None]
                    gradient += load(last_gradient + at, in_n[:, None] & in_d[None, :], WHOLE, REAL)
            to_B = tl.sum(gradient * drive[None, :], axis=1)
            along_B = tl.sum(gradient * along[:, None], axis=0)
            q = decay * gradient
            w = q * before
            to_rate = replaced(to_rate, m, to_rate[m] + w * step[None, :], M)
            to_x = step * along_B
            to_dt = value * along_B + LN_2 * tl.sum(w * rates[m], axis=0)
            if HAS_D:
                to_x += load(D + m * n_channel + d, in_d, WHOLE, REAL) * out
            if HAS_W:
                for k in tl.static_range(M):
                    term = tl.sum(tl.reshape(q * old[k], (R, NP // R, BD)), axis=0)
                    to_weight = replaced(to_weight, m * M + k, to_weight[m * M + k] + term, M * M)
            new = add_coupled_adjoint(new, q, weights, m, M, UNIFORM)
        else:  # masked: the carry passes unchanged, and nothing else has a gradient
            new = replaced(
                new, 0 if UNIFORM else m, new[0 if UNIFORM else m] + carry[0 if UNIFORM else m], 1 if UNIFORM else M
            )
        if WHOLE:
            tl.store(dB + part * N + n, to_B)
            tl.store(dC + part * N + n, to_C)
            tl.store(dx + row * n_channel + d, to_x)
            tl.store(ddt + row * n_channel + d, to_dt)
        else:
            tl.store(dB + part * N + n, to_B, mask=in_n)
            tl.store(dC + part * N + n, to_C, mask=in_n)
            tl.store(dx + row * n_channel + d, to_x, mask=in_d)
            tl.store(ddt + row * n_channel + d, to_dt, mask=in_d)
    if UNIFORM:
        new = (new[0] * (1.0 / M),)
    return new, to_rate, to_weight


@triton.jit
def _add_direct(to_direct, read, place, sizes, t, M: tl.constexpr, MASKED: tl.constexpr, WHOLE: tl.constexpr,
                REAL: tl.constexpr):  # fmt: skip
    """Return the sums of x dy with step t."""
    x, _, _, _, dy, mask = read
    n_batch, n_time, n_channel = sizes
    b, _, _, d, _, in_d, _ = place
    sums = ()
    for m in tl.static_range(M):
        row = (m * n_batch + b) * n_time + t
        keep = keep_row(in_d, is_real(mask, row, MASKED), MASKED)
        value = load(x + row * n_channel + d, keep, WHOLE and not MASKED, REAL)
        sums = sums + (to_direct[m] + value * load(dy + row * n_channel + d, keep, WHOLE and not MASKED, REAL),)
    return sums


@triton.jit(do_not_specialize=["n_batch", "n_time", "w_step", "chunk", "segment", "n_segment"])
def coupled_backward(
    x, dt, rate, B, C, D, W, mask, dy, last_gradient, ends, checkpoints, scratch,
    dx, ddt, dB, dC, d_rate, dD, dW, to_start,
    n_batch, n_time, n_channel, w_step, chunk, segment, n_segment,
    M: tl.constexpr, N: tl.constexpr, NP: tl.constexpr, BD: tl.constexpr, R: tl.constexpr, UNIFORM: tl.constexpr,
    HAS_D: tl.constexpr, HAS_LAST: tl.constexpr, HAS_W: tl.constexpr, HAS_H0: tl.constexpr,
    ENDED: tl.constexpr, MASKED: tl.constexpr, WHOLE: tl.constexpr, WIDE: tl.constexpr, HOIST: tl.constexpr,
    REAL: tl.constexpr,
):  # fmt: skip
    """Run one segment backward; programs and inputs as in `coupled_forward`.

    Parameters
    ----------
    dy
        (M, B, L, E), read.
    last_gradient
        (M, B, E, N), read if HAS_LAST: the gradient of the state after the last step. Only with UNIFORM, whose
        carry cannot contain it.
    ends
        (B, n_segment, K, N, E), the carry after each segment (without `last_gradient`); read if ENDED, else it is 0.
    scratch
        (B, n_segment, chunk, K, N, E), the states of the chunk in work.
    dx, ddt
        (M, B, L, E), written.
    dB, dC
        (tiles, M, B, L, N), parts.
    d_rate, dD, dW
        (B, n_segment, M, N, E), (B, chunks, M, E) if HAS_D, (B, n_segment, tiles, M, M) if HAS_W, parts.
    to_start
        (B, K, N, E), written by the first segment if HAS_H0: the carry before step 0.
    R
        States that one thread holds of a tile (if it is spread as Triton does for NVIDIA GPUs): they are added first.
    HOIST
        Keep in registers what every step of a chunk uses. Which is better depends on the chip.
    """
    place = program_indices(n_channel, n_segment, BD, N, NP, WIDE)
    b, s, tile, d, n, in_d, in_n = place
    K: tl.constexpr = 1 if UNIFORM else M
    sizes = (n_batch, n_time, n_channel)
    rates = load_tiles(rate, 0, n_channel, place, M, N, WHOLE, REAL)
    weights = load_weights(W, b * w_step, M, UNIFORM, REAL)
    home = b * n_segment + s
    if ENDED:
        carry = load_tiles(ends, home * K, n_channel, place, K, N, WHOLE, REAL)
    else:
        carry = zero_tiles(K, NP, BD, REAL)
    to_weight = ()
    if HAS_W:
        for k in tl.static_range(M * M):
            to_weight = to_weight + (tl.zeros((NP // R, BD), REAL),)
    to_rate = zero_tiles(M, NP, BD, REAL)
    read, write = (x, dt, B, C, dy, mask), (dx, ddt, dB, dC)
    first = s * segment
    end = tl.minimum(first + segment, n_time)
    c0 = first // chunk
    c1 = tl.cdiv(end, chunk)
    # Nothing is hoisted out of this loop: its registers are full.
    for back in tl.range(c0, c1, disable_licm=True):
        c = c1 - 1 - (back - c0)
        t0 = c * chunk
        t1 = tl.minimum(t0 + chunk, end)
        state = load_tiles(checkpoints, (b * tl.cdiv(n_time, chunk) + c) * K, n_channel, place, K, N, WHOLE, REAL)
        for t in range(t0, t1 - 1):
            store_tiles(scratch, (home * chunk + t - t0) * K, state, n_channel, place, K, N, WHOLE)
            state = advance(
                state, rates, weights, (x, dt, B, mask), place, sizes, t, M, N, UNIFORM, MASKED, WHOLE, REAL
            )
        store_tiles(scratch, (home * chunk + t1 - 1 - t0) * K, state, n_channel, place, K, N, WHOLE)
        tl.debug_barrier()  # what one thread wrote, another may read
        for i in tl.range(t0, t1, disable_licm=not HOIST):
            t = t1 - 1 - (i - t0)
            old = load_tiles(scratch, (home * chunk + t - t0) * K, n_channel, place, K, N, WHOLE, REAL)
            carry, to_rate, to_weight = _backward_step(
                carry, old, rates, weights, to_rate, to_weight, D, read, write, last_gradient, place, sizes, t,
                M, N, NP, BD, R, UNIFORM, HAS_D, HAS_LAST, HAS_W, MASKED, WHOLE, REAL,
            )  # fmt: skip
        if HAS_D:
            to_direct = ()
            for k in tl.static_range(M):
                to_direct = to_direct + (tl.zeros((BD,), REAL),)
            for t in range(t0, t1):
                to_direct = _add_direct(to_direct, read, place, sizes, t, M, MASKED, WHOLE, REAL)
            for m in tl.static_range(M):
                part = (b * tl.cdiv(n_time, chunk) + c) * M + m
                tl.store(dD + part * n_channel + d, to_direct[m], mask=in_d)
        tl.debug_barrier()
    store_tiles(d_rate, home * M, to_rate, n_channel, place, M, N, WHOLE)
    if HAS_H0:
        if s == 0:
            store_tiles(to_start, b * K, carry, n_channel, place, K, N, WHOLE)
    if HAS_W:
        for k in tl.static_range(M * M):
            part = (home * tl.cdiv(n_channel, BD) + tile) * (M * M) + k
            tl.store(dW + part, tl.sum(to_weight[k]))
