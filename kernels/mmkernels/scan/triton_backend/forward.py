"""The forward kernel: a walk through one segment of time, with a checkpoint of the state before every chunk."""

# The language of the kernels is a part of Python: no (*a, b), no conditional expression of tuples, no types.
# ruff: noqa: RUF005, SIM108
# mypy: ignore-errors

import triton
import triton.language as tl

from mmkernels.scan.triton_backend.step import (
    keep_row,
    load,
    load_tiles,
    load_weights,
    merged,
    modality_step,
    stand,
    store_tiles,
    zero_tiles,
)


@triton.jit
def _emit(state, rates, weights, read, write, place, sizes, t, M: tl.constexpr, N: tl.constexpr, ONE: tl.constexpr,
          HAS_D: tl.constexpr, MASKED: tl.constexpr, WHOLE: tl.constexpr, REAL: tl.constexpr):  # fmt: skip
    """Take step t and write y; return the states of the M modalities."""
    C, direct, y = write
    n_batch, n_time, n_channel = sizes
    b, _, _, d, n, in_d, in_n = place
    new = ()
    for m in tl.static_range(M):
        value, real, h = modality_step(state, rates, weights, read, place, sizes, t, m, M, N, ONE, MASKED, WHOLE, REAL)
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
    M: tl.constexpr, N: tl.constexpr, NP: tl.constexpr, BD: tl.constexpr, U: tl.constexpr, ONE: tl.constexpr,
    HAS_D: tl.constexpr, MASKED: tl.constexpr, STARTED: tl.constexpr, SAVE: tl.constexpr, WHOLE: tl.constexpr,
    WIDE: tl.constexpr, REAL: tl.constexpr,
):  # fmt: skip
    """Walk through one segment; programs are tiles of channels, then segments, then batch elements.

    Parameters
    ----------
    x, dt, rate, B, C, D, W, mask
        Read; see `step` for the layouts. mask holds bytes.
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
    place = stand(n_channel, n_segment, BD, N, NP, WIDE)
    b, s, _, d, n, in_d, in_n = place
    K: tl.constexpr = 1 if ONE else M
    sizes = (n_batch, n_time, n_channel)
    rates = load_tiles(rate, 0, n_channel, place, M, N, WHOLE, REAL)
    weights = load_weights(W, b * w_step, M, ONE, REAL)
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
    if ONE:  # the last step is taken apart, where the states of the modalities are wanted
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
                    state, rates, weights, read, write, place, sizes, t + i, M, N, ONE, HAS_D, MASKED, WHOLE, REAL
                )
                state = merged(new, M, ONE)
        for t in range(together, t1):
            new = _emit(state, rates, weights, read, write, place, sizes, t, M, N, ONE, HAS_D, MASKED, WHOLE, REAL)
            state = merged(new, M, ONE)
    if ONE:
        state = _emit(state, rates, weights, read, write, place, sizes, final, M, N, ONE, HAS_D, MASKED, WHOLE, REAL)
    if end == n_time:
        for m in tl.static_range(M):
            at = ((m * n_batch + b) * n_channel + d[None, :]) * N + n[:, None]
            tl.store(last + at, state[m], mask=in_n[:, None] & in_d[None, :])
