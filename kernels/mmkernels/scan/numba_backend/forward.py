"""The forward kernel: it steps through time with the states of a few channels in the first-level cache.

Memory layout. x, dt, y are (M, B, L, E) and B, C (M, B, L, N), as the caller has them. Everything with a state
axis is *packed*: (..., V, N, M, lanes), where the E channels are cut into V vectors of `lanes` and the last is
filled up with zeros (`layout.py`). Arrays are given by their addresses.
"""

from typing import Any

from numba import njit

from mmkernels.simd.arithmetic import multiply, multiply_add, where_real, zero
from mmkernels.simd.couple import heard, matrix, rows_where_real
from mmkernels.simd.exponential import exp2_by, load_terms
from mmkernels.simd.memory import load_block, load_lanes, spread, store_block, store_lanes
from mmkernels.simd.vector import count_of, lanes_of

# "contract" lets a multiplication and an addition become one instruction; nothing is reordered.
OPTIONS: dict[str, Any] = {
    "fastmath": {"contract"},
    "boundscheck": False,
    "error_model": "numpy",
    "nogil": True,
}


@njit(forceinline=True, **OPTIONS)
def read_step(kind, sizes, inputs, place):  # type: ignore[no-untyped-def]
    """Return dt, x and W of one time step; a held modality gets dt = x = 0 and its row of the identity.

    `place` is (batch element, time step, channel vector, whether the mask counts, index of W).
    """
    n_batch, n_time, n_channel, _ = sizes
    x, dt, _, _, _, _, couple, eye, mask, _ = inputs
    b, t, v, masked, w_at = place
    row, rows, d = b * n_time + t, n_batch * n_time, v * lanes_of(kind)
    n_valid = n_channel - d
    at = row * n_channel + d
    step = load_lanes(kind, dt, at, rows * n_channel, n_valid)
    value = load_lanes(kind, x, at, rows * n_channel, n_valid)
    weights = matrix(kind, couple, w_at)
    if masked:
        step = where_real(mask, row, rows, step, zero(kind))
        value = where_real(mask, row, rows, value, zero(kind))
        weights = rows_where_real(kind, mask, row, rows, weights, matrix(kind, eye, 0))
    return step, value, weights


@njit(forceinline=True, **OPTIONS)
def _advance(kind, sizes, inputs, outputs, place):  # type: ignore[no-untyped-def]
    """Take one time step of one batch element for one vector of channels, and write y."""
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
        h = multiply_add(decay, heard(weights, old), push)
        if masked:  # 0 * inf is not 0: a held state stays itself even where another has diverged
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
                _advance(kind, sizes, inputs, outputs, (b, t, v, masked, b * w_step))
