"""The forward kernel for uniform coupling, W[m, n] = w > 0: all modalities hear the same, so one chain is kept.

S[t] = sum_m h[m, t] is the only state carried from step to step: M times less to load, store and keep for the
backward pass than in `forward.py`, and no product with W. The weight enters with the decay,
w exp(dt A) = 2**(dt A log2(e) + log2(w)). Memory layout as in `forward.py`; S is (B, V, N, lanes).
"""

from numba import njit

from mmkernels.scan.numba_backend.forward import OPTIONS
from mmkernels.simd.arithmetic import multiply, multiply_add, zero
from mmkernels.simd.couple import load_one, splat_one, to_all, total
from mmkernels.simd.exponential import exp2_by, load_terms
from mmkernels.simd.memory import load_block, load_lanes, spread, store_block, store_lanes
from mmkernels.simd.vector import count_of, lanes_of


@njit(forceinline=True, **OPTIONS)
def _advance(kind, sizes, inputs, outputs, place):  # type: ignore[no-untyped-def]
    """Take one time step of one batch element for one vector of channels; write y, and h after the last step."""
    n_batch, n_time, n_channel, n_state = sizes
    x, dt, rate, B, C, D, log_weight, table = inputs
    y, chain, _, h_last = outputs
    b, t, v, n_vector = place
    lanes, block = lanes_of(kind), lanes_of(kind) * count_of(kind)
    row, rows, d = b * n_time + t, n_batch * n_time, v * lanes
    at, n_valid = row * n_channel + d, n_channel - d
    step = load_lanes(kind, dt, at, rows * n_channel, n_valid)
    value = load_lanes(kind, x, at, rows * n_channel, n_valid)
    drive = multiply(step, value)
    out = multiply(load_lanes(kind, D, d, n_channel, n_valid), value) if D != 0 else zero(kind)
    shift, terms = to_all(kind, splat_one(kind, log_weight, 0)), load_terms(kind, table)
    here, slopes, small, plane = (b * n_vector + v) * n_state, v * n_state, row * n_state, rows * n_state
    tell = h_last != 0 and t == n_time - 1
    for n in range(n_state):
        decay = exp2_by(terms, multiply_add(step, load_block(kind, rate, (slopes + n) * block), shift))
        old = to_all(kind, load_one(kind, chain, (here + n) * lanes))
        h = multiply_add(decay, old, multiply(drive, spread(kind, B, small + n, plane)))
        out = multiply_add(h, spread(kind, C, small + n, plane), out)
        store_block(chain, (here + n) * lanes, total(kind, h))
        if tell:
            store_block(h_last, (here + n) * block, h)
    store_lanes(y, at, rows * n_channel, out, n_valid)


@njit(cache=True, **OPTIONS)
def chain_forward(kind, sizes, plan, inputs, outputs, first, last):  # type: ignore[no-untyped-def]
    """Run tasks first <= task < last; a task is one batch element and one tile of channel vectors.

    Parameters
    ----------
    kind
        `Kind`.
    sizes
        (B, L, E, N).
    plan
        (chunk, tile, save): steps between two checkpoints, vectors in a tile, whether to write checkpoints.
    inputs
        Addresses of x, dt, rate (V, N, M, lanes; A times log2 e), B, C, D (0 if there is none), log2 w (one
        number) and the constants of 2**x.
    outputs
        Addresses of y, chain (B, V, N, lanes; holds S before the first step, and after the last on return),
        checkpoints (B, ceil(L / chunk) - 1, V, N, lanes; the first is known) and h_last (B, V, N, M, lanes; 0 if nobody asks).
    first, last
        Range of tasks.
    """
    _, n_time, n_channel, n_state = sizes
    chunk, tile, save = plan
    _, chain, checkpoints, _ = outputs
    lanes = lanes_of(kind)
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
                    store_block(checkpoints, (target + i) * lanes, load_one(kind, chain, (source + i) * lanes))
            for v in range(v0, v1):
                _advance(kind, sizes, inputs, outputs, (b, t, v, n_vector))
