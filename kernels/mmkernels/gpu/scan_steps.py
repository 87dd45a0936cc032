"""Device functions shared by the GPU scan kernels: program indices, loads and stores, one forward step.

A program is one warp. It owns `BD` channels of one batch element over one segment of time, and holds tiles of
(NP, BD) numbers: states (N, padded to a power of two) by channels. A *state* is a tuple of tiles: one per modality,
or, with `UNIFORM` (mean coupling), the single state shared by all modalities.

Shapes as in `mmkernels.coupled_scan`, but for `rate` (M, N, E), which is A times log2 e, and states in memory, which
are (..., K, N, E) with K the length of the tuple.
"""

# The language of the kernels is a part of Python: no (*a, b), no conditional expression of tuples, no types.
# ruff: noqa: RUF005, SIM108
# mypy: ignore-errors

import triton
import triton.language as tl


@triton.jit
def program_indices(n_channel, n_segment, BD: tl.constexpr, N: tl.constexpr, NP: tl.constexpr, WIDE: tl.constexpr):
    """Return batch element, segment, tile, its channels and states, and which of them exist; WIDE: count in 64 bits."""
    n_tile = tl.cdiv(n_channel, BD)
    program = tl.program_id(0)
    tile = program % n_tile
    d = tile * BD + tl.arange(0, BD)
    n = tl.arange(0, NP)
    segment = (program // n_tile) % n_segment
    b = program // n_tile // n_segment
    if WIDE:
        b = b.to(tl.int64)
    return b, segment, tile, d, n, d < n_channel, n < N


@triton.jit
def load(pointer, keep, WHOLE: tl.constexpr, REAL: tl.constexpr):
    """Return the values as REAL, 0 where `keep` is False; WHOLE means that it is True everywhere."""
    if WHOLE:
        values = tl.load(pointer)
    else:
        values = tl.load(pointer, mask=keep, other=0.0)
    return values.to(REAL)


@triton.jit
def load_tiles(
    source, first, n_channel, place, K: tl.constexpr, N: tl.constexpr, WHOLE: tl.constexpr, REAL: tl.constexpr
):
    """Return the K tiles that begin at tile `first` of `source` (..., N, E)."""
    _, _, _, d, n, in_d, in_n = place
    tiles = ()
    for k in tl.static_range(K):
        at = ((first + k) * N + n[:, None]) * n_channel + d[None, :]
        tiles = tiles + (load(source + at, in_n[:, None] & in_d[None, :], WHOLE, REAL),)
    return tiles


@triton.jit
def store_tiles(target, first, tiles, n_channel, place, K: tl.constexpr, N: tl.constexpr, WHOLE: tl.constexpr):
    """Write K tiles from tile `first` of `target` (..., N, E) on."""
    _, _, _, d, n, in_d, in_n = place
    for k in tl.static_range(K):
        at = ((first + k) * N + n[:, None]) * n_channel + d[None, :]
        if WHOLE:
            tl.store(target + at, tiles[k])
        else:
            tl.store(target + at, tiles[k], mask=in_n[:, None] & in_d[None, :])


@triton.jit
def zero_tiles(K: tl.constexpr, NP: tl.constexpr, BD: tl.constexpr, REAL: tl.constexpr):
    """Return K tiles of zeros."""
    tiles = ()
    for _ in tl.static_range(K):
        tiles = tiles + (tl.zeros((NP, BD), REAL),)
    return tiles


@triton.jit
def load_weights(W, first, M: tl.constexpr, UNIFORM: tl.constexpr, REAL: tl.constexpr):
    """Return the M * M numbers of W from `first` on, row by row; nothing with UNIFORM."""
    weights = ()
    if not UNIFORM:
        for k in tl.static_range(M * M):
            weights = weights + (tl.load(W + first + k).to(REAL),)
    return weights


@triton.jit
def coupled(state, weights, m: tl.constexpr, M: tl.constexpr, UNIFORM: tl.constexpr):
    """Return the coupled state of modality m: sum over n of W[m, n] h[n], or the shared state."""
    if UNIFORM:
        total = state[0]
    else:
        total = weights[m * M] * state[0]
        for n in tl.static_range(1, M):
            total += weights[m * M + n] * state[n]
    return total


@triton.jit
def is_real(mask, row, MASKED: tl.constexpr):
    """Return whether this modality has a real step here."""
    if MASKED:
        real = tl.load(mask + row) != 0
    else:
        real = True
    return real


@triton.jit
def keep_row(inside, real, MASKED: tl.constexpr):
    """Return which values of a row may be read."""
    if MASKED:
        keep = inside & real
    else:
        keep = inside
    return keep


@triton.jit
def advance(state, rates, weights, read, place, sizes, t, M: tl.constexpr, N: tl.constexpr, UNIFORM: tl.constexpr,
            MASKED: tl.constexpr, WHOLE: tl.constexpr, REAL: tl.constexpr):  # fmt: skip
    """Compute step t without its output; return the next state."""
    new = ()
    for m in tl.static_range(M):
        _, _, h = modality_step(state, rates, weights, read, place, sizes, t, m, M, N, UNIFORM, MASKED, WHOLE, REAL)
        new = new + (h,)
    return combined_state(new, M, UNIFORM)


@triton.jit
def modality_step(state, rates, weights, read, place, sizes, t, m: tl.constexpr, M: tl.constexpr, N: tl.constexpr,
                  UNIFORM: tl.constexpr, MASKED: tl.constexpr, WHOLE: tl.constexpr, REAL: tl.constexpr):  # fmt: skip
    """Return the value of x, whether the step is real, and the state of modality m after step t."""
    x, dt, B, mask = read
    n_batch, n_time, n_channel = sizes
    b, _, _, d, n, in_d, in_n = place
    row = (m * n_batch + b) * n_time + t
    real = is_real(mask, row, MASKED)
    keep_d, keep_n = keep_row(in_d, real, MASKED), keep_row(in_n, real, MASKED)
    step = load(dt + row * n_channel + d, keep_d, WHOLE and not MASKED, REAL)
    value = load(x + row * n_channel + d, keep_d, WHOLE and not MASKED, REAL)
    along = load(B + row * N + n, keep_n, WHOLE and not MASKED, REAL)
    decay = tl.exp2(step[None, :] * rates[m])
    h = decay * coupled(state, weights, m, M, UNIFORM) + (step * value)[None, :] * along[:, None]
    if MASKED:
        h = tl.where(real, h, state[m])
    return value, real, h


@triton.jit
def combined_state(new, M: tl.constexpr, UNIFORM: tl.constexpr):
    """Return the state after a step: the tiles themselves, or their mean with UNIFORM."""
    if UNIFORM:
        total = new[0]
        for m in tl.static_range(1, M):
            total += new[m]
        state = (total * (1.0 / M),)
    else:
        state = new
    return state


@triton.jit
def add_coupled_adjoint(carry, q, weights, m: tl.constexpr, M: tl.constexpr, UNIFORM: tl.constexpr):
    """Return the carry plus the adjoint that modality m propagates to each modality n, W[m, n] q."""
    new = ()
    if UNIFORM:
        new = (carry[0] + q,)
    else:
        for n in tl.static_range(M):
            new = new + (carry[n] + weights[m * M + n] * q,)
    return new


@triton.jit
def replaced(values, k: tl.constexpr, value, K: tl.constexpr):
    """Return the tuple with its k-th of K members replaced."""
    new = ()
    for i in tl.static_range(K):
        if i == k:
            new = new + (value,)
        else:
            new = new + (values[i],)
    return new
