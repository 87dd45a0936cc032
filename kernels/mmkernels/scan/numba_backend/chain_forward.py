"""The forward kernel for uniform coupling, W[m, n] = w > 0: all modalities hear the same, so one chain is kept.

S[t] = sum_m h[m, t] is the only state carried from step to step: M times less to load, store and keep for the
backward pass than in `forward.py`, and no product with W. The weight enters with the constants of the decay,
w 2**(dt A log2(e)). Memory layout as in `forward.py`; S is (B, V, N, lanes). Each thread lays out
the rates that it reads: sooner done than by one thread for all.
"""

from numba import njit

from mmkernels.scan.numba_backend.forward import OPTIONS
from mmkernels.simd.arithmetic import multiply, multiply_add, zero
from mmkernels.simd.couple import load_one, splat_one, to_all, total
from mmkernels.simd.exponential import begin_exp2, end_exp2, load_terms
from mmkernels.simd.memory import load_block, load_lanes, nothing, number_at, put, spread, store_block, store_lanes
from mmkernels.simd.vector import count_of, lanes_of


@njit(forceinline=True, **OPTIONS)
def _power(kind, rate, index, step, shift):  # type: ignore[no-untyped-def]
    return multiply_add(step, load_block(kind, rate, index * lanes_of(kind) * count_of(kind)), shift)


@njit(forceinline=True, **OPTIONS)
def _state(kind, ways, where, tell, drive, decay, out):  # type: ignore[no-untyped-def]
    """Take one state a step further; return `out` with its share of y."""
    B, C, chain, h_last = ways
    here, small, plane = where
    lanes = lanes_of(kind)
    old = to_all(kind, load_one(kind, chain, here * lanes))
    h = multiply_add(decay, old, multiply(drive, spread(kind, B, small, plane)))
    store_block(chain, here * lanes, total(kind, h))
    if tell:
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
def _all_but_last(kind, n_state, ways, where, tell, decays, ready, drive, out):  # type: ignore[no-untyped-def]
    """Take all states of a vector but the last one step further; return `out` with their share of y, and the last decay.

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
        out = _state(kind, ways, (here + n, small + n, plane), tell, drive, decay, out)
    return out, end_exp2(terms, power, begun)


@njit(forceinline=True, **OPTIONS)
def _advance(kind, sizes, inputs, outputs, rate, ready, place, following):  # type: ignore[no-untyped-def]
    """Take one time step of one batch element for one vector of channels; write y, and h after the last step.

    `ready` is what `_begin` returned for `place`; returned is what it returns for `following`, before the last state.
    """
    n_batch, n_time, n_channel, n_state = sizes
    _, _, _, B, C, D, shifts, table = inputs
    y, chain, _, h_last = outputs
    b, t, v, v0, n_vector = place
    step, value, _, _ = ready
    row, rows, d = b * n_time + t, n_batch * n_time, v * lanes_of(kind)
    n_valid = n_channel - d
    drive = multiply(step, value)
    out = multiply(load_lanes(kind, D, d, n_channel, n_valid), value) if D != 0 else zero(kind)
    shift, terms = to_all(kind, splat_one(kind, shifts, 0)), load_terms(kind, table)
    ways, decays = (B, C, chain, h_last), (rate, (v - v0) * n_state, shift, terms)
    here, small, plane = (b * n_vector + v) * n_state, row * n_state, rows * n_state
    tell = h_last != 0 and t == n_time - 1
    # twice, so that neither has a branch within its loop
    if tell:
        out, decay = _all_but_last(kind, n_state, ways, (here, small, plane), True, decays, ready, drive, out)
    else:
        out, decay = _all_but_last(kind, n_state, ways, (here, small, plane), False, decays, ready, drive, out)
    ready = _begin(kind, sizes, inputs, rate, following)
    if n_state > 0:
        last = n_state - 1
        out = _state(kind, ways, (here + last, small + last, plane), tell, drive, decay, out)
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
def chain_forward(kind, sizes, plan, inputs, outputs, rate, first, last):  # type: ignore[no-untyped-def]
    """Run tasks first <= task < last; a task is one tile of channel vectors and one batch element.

    Parameters
    ----------
    kind
        `Kind`.
    sizes
        (B, L, E, N).
    plan
        (chunk, tile, save, start): steps between two checkpoints, vectors in a tile, whether to write checkpoints,
        whether `chain` holds S before the first step; else that is 0.
    inputs
        Addresses of x, dt, A (M, E, N), B, C, D (0 if there is none), two numbers, and the constants of
        w 2**x (see `Terms`); the numbers are their shift and log2 e.
    outputs
        Addresses of y, chain (B, V, N, lanes; S after the last step on return),
        checkpoints (B, ceil(L / chunk) - 1, V, N, lanes; the first is known) and h_last (B, V, N, M, lanes; 0 if nobody asks).
    rate
        Address of room for the rates of a tile, (tile, N, M, lanes).
    first, last
        Range of tasks.
    """
    n_batch, n_time, n_channel, n_state = sizes
    chunk, tile, save, start = plan
    _, chain, checkpoints, _ = outputs
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
                store_block(chain, i * lanes, total(kind, zero(kind)))
        ready = _begin(kind, sizes, inputs, rate, (b, 0, v0, v0, n_vector))
        for t in range(n_time):
            if save and t > 0 and t % chunk == 0:
                source = (b * n_vector + v0) * n_state
                target = ((b * (n_chunk - 1) + t // chunk - 1) * n_vector + v0) * n_state
                for i in range((v1 - v0) * n_state):
                    store_block(checkpoints, (target + i) * lanes, load_one(kind, chain, (source + i) * lanes))
            for v in range(v0, v1):
                following = (b, t, v + 1, v0, n_vector) if v + 1 < v1 else (b, min(t + 1, n_time - 1), v0, v0, n_vector)
                place = (b, t, v, v0, n_vector)
                ready = _advance(kind, sizes, inputs, outputs, rate, ready, place, following)
