"""Split of time into segments that run in parallel, for batches too small to fill a GPU.

Without its input a segment is linear in its initial state: K tiles in, K tiles out, so a K x K matrix for every channel
and state (K = 1 with mean coupling, else M). `coupled_advance` computes these matrices, column by column, and the
contribution of the input; `coupled_return` the contribution of the outputs to the adjoint; `coupled_compose` the
initial state of each segment from the segments before it. Then the ordinary kernels run all segments at once.
"""

# The language of the kernels is a part of Python: no (*a, b), no conditional expression of tuples, no types.
# ruff: noqa: RUF005, SIM108, SIM102
# mypy: ignore-errors

import triton
import triton.language as tl

from mmkernels.gpu.scan_steps import (
    add_coupled_adjoint,
    advance,
    is_real,
    load,
    load_tiles,
    load_weights,
    program_indices,
    replaced,
    store_tiles,
    zero_tiles,
)


@triton.jit(do_not_specialize=["n_batch", "n_time", "w_step", "segment", "n_segment", "n_skip"])
def coupled_advance(
    x, dt, rate, B, W, mask, ends, n_batch, n_time, n_channel, w_step, segment, n_segment, n_skip,
    M: tl.constexpr, N: tl.constexpr, NP: tl.constexpr, BD: tl.constexpr, UNIFORM: tl.constexpr, MASKED: tl.constexpr,
    WHOLE: tl.constexpr, WIDE: tl.constexpr, REAL: tl.constexpr,
):  # fmt: skip
    """Compute the end state of each segment; axis 1 of the grid is the run, from `n_skip` on.

    Parameters
    ----------
    x, dt, rate, B, W, mask, w_step, segment
        As in `coupled_forward`.
    ends
        (runs, B, n_segment, K, N, E), written. Run 0: the end state from 0, with input. Run 1 + j: the end state from
        state j = 1 and the others 0, without input, which is column j of the transition.
    """
    place = program_indices(n_channel, n_segment, BD, N, NP, WIDE)
    b, s, tile, d, n, in_d, in_n = place
    K: tl.constexpr = 1 if UNIFORM else M
    run = tl.program_id(1) + n_skip
    sizes = (n_batch, n_time, n_channel)
    rates = load_tiles(rate, 0, n_channel, place, M, N, WHOLE, REAL)
    weights = load_weights(W, b * w_step, M, UNIFORM, REAL)
    state = ()
    for k in tl.static_range(K):
        state = state + (tl.zeros((NP, BD), REAL) + tl.where(run == k + 1, 1.0, 0.0).to(REAL),)
    first = s * segment
    quiet = (b, s, tile, d, n, in_d, in_n & (run == 0))  # without input B is never read
    for t in range(first, tl.minimum(first + segment, n_time)):
        state = advance(state, rates, weights, (x, dt, B, mask), quiet, sizes, t, M, N, UNIFORM, MASKED, False, REAL)
    home = ((run - n_skip) * n_batch + b) * n_segment + s
    store_tiles(ends, home * K, state, n_channel, place, K, N, WHOLE)


@triton.jit(do_not_specialize=["n_batch", "n_time", "w_step", "segment", "n_segment"])
def coupled_return(
    dt, rate, C, W, mask, dy, last_gradient, carries, n_batch, n_time, n_channel, w_step, segment, n_segment,
    M: tl.constexpr, N: tl.constexpr, NP: tl.constexpr, BD: tl.constexpr, UNIFORM: tl.constexpr, HAS_LAST: tl.constexpr,
    MASKED: tl.constexpr, WHOLE: tl.constexpr, WIDE: tl.constexpr, REAL: tl.constexpr,
):  # fmt: skip
    """Compute the carry before each segment for a carry of 0 after it.

    Parameters
    ----------
    dt, rate, C, W, mask, dy, last_gradient, w_step, segment
        As in `coupled_backward`.
    carries
        (B, n_segment, K, N, E), written.
    """
    place = program_indices(n_channel, n_segment, BD, N, NP, WIDE)
    b, s, _, d, n, in_d, in_n = place
    K: tl.constexpr = 1 if UNIFORM else M
    rates = load_tiles(rate, 0, n_channel, place, M, N, WHOLE, REAL)
    weights = load_weights(W, b * w_step, M, UNIFORM, REAL)
    carry = zero_tiles(K, NP, BD, REAL)
    first = s * segment
    end = tl.minimum(first + segment, n_time)
    for i in range(first, end):
        t = end - 1 - (i - first)
        new = zero_tiles(K, NP, BD, REAL)
        for m in tl.static_range(M):
            row = (m * n_batch + b) * n_time + t
            real = is_real(mask, row, MASKED)
            if real:
                out = load(dy + row * n_channel + d, in_d, WHOLE, REAL)
                step = load(dt + row * n_channel + d, in_d, WHOLE, REAL)
                across = load(C + row * N + n, in_n, WHOLE, REAL)
                gradient = out[None, :] * across[:, None] + carry[0 if UNIFORM else m]
                if HAS_LAST:
                    if t == n_time - 1:
                        at = ((m * n_batch + b) * n_channel + d[None, :]) * N + n[:, None]
                        gradient += load(last_gradient + at, in_n[:, None] & in_d[None, :], WHOLE, REAL)
                new = add_coupled_adjoint(new, tl.exp2(step[None, :] * rates[m]) * gradient, weights, m, M, UNIFORM)
            else:
                new = replaced(new, 0 if UNIFORM else m, new[0 if UNIFORM else m] + carry[0 if UNIFORM else m], K)
        if UNIFORM:
            new = (new[0] * (1.0 / M),)
        carry = new
    store_tiles(carries, (b * n_segment + s) * K, carry, n_channel, place, K, N, WHOLE)


@triton.jit(do_not_specialize=["n_batch", "n_segment"])
def coupled_compose(
    columns, offsets, entry, found, n_batch, n_channel, n_segment,
    K: tl.constexpr, N: tl.constexpr, NP: tl.constexpr, BD: tl.constexpr, ENTERED: tl.constexpr, BACK: tl.constexpr,
    WHOLE: tl.constexpr, WIDE: tl.constexpr, REAL: tl.constexpr,
):  # fmt: skip
    """Compute the initial state of each segment by composing the segments; a program is a tile of channels of one batch element.

    Parameters
    ----------
    columns
        (K, B, n_segment, K, N, E), the transitions, column first.
    offsets
        (B, n_segment, K, N, E), what a segment adds.
    entry
        (B, K, N, E), the initial state of the first segment (BACK: the carry after the last); read if ENTERED, else it is 0.
    found
        (B, n_segment, K, N, E), written: the initial state (BACK: the carry) of each segment.
    BACK
        Go from the last segment to the first, with the transitions transposed.
    """
    place = program_indices(n_channel, 1, BD, N, NP, WIDE)
    b, _, _, _, _, _, _ = place
    if ENTERED:
        state = load_tiles(entry, b * K, n_channel, place, K, N, WHOLE, REAL)
    else:
        state = zero_tiles(K, NP, BD, REAL)
    for i in range(n_segment):
        if BACK:
            s = n_segment - 1 - i
        else:
            s = i
        home = b * n_segment + s
        store_tiles(found, home * K, state, n_channel, place, K, N, WHOLE)
        new = load_tiles(offsets, home * K, n_channel, place, K, N, WHOLE, REAL)
        for j in tl.static_range(K):
            column = load_tiles(columns, (j * n_batch * n_segment + home) * K, n_channel, place, K, N, WHOLE, REAL)
            for k in tl.static_range(K):
                if BACK:
                    new = replaced(new, j, new[j] + column[k] * state[k], K)
                else:
                    new = replaced(new, k, new[k] + column[k] * state[j], K)
        state = new
