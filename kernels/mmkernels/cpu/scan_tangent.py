"""Forward-mode derivative of the coupled scan on the CPU, for any coupling and any mask.

The tangent of the scan is a scan with the same decays; both are computed step by step together:

h'[m,t] = a (sum_n W[m,n] h'[n,t-1] + W'[m,n] h[n,t-1] + (dt' A + dt A') g) + (dt' x + dt x') B + dt x B',

with g = sum_n W[m,n] h[n,t-1], a = exp(dt A), and y' = sum_N (C h' + C' h) + D x' + D' x. Layout as in `scan.py`.
"""

import math

from numba import njit
from torch import Tensor

from mmkernels.cpu import launch, layout
from mmkernels.cpu.arithmetic import add, multiply, multiply_add, times_ln2, where_real, zero
from mmkernels.cpu.coupling import coupled
from mmkernels.cpu.exponential import exp2_by, load_terms
from mmkernels.cpu.memory import load_block, load_lanes, spread, store_block, store_lanes
from mmkernels.cpu.scan import kernel_inputs, read_step, w_step_of
from mmkernels.cpu.tiling import ScanArguments, addresses, tile_of
from mmkernels.cpu.vectors import OPTIONS, count_of, lanes_of


@njit(forceinline=True, **OPTIONS)
def _forward_step(kind, sizes, inputs, tangents, outputs, place):  # type: ignore[no-untyped-def]
    """Compute one time step of one batch element for one vector of channels, and write y'."""
    n_batch, n_time, n_channel, n_state = sizes
    _, _, rate, B, C, D, _, _, mask, table = inputs
    _, _, d_rate, dB, dC, dD, _, _, _, _ = tangents
    dy, state, d_state = outputs
    b, t, v, masked, _ = place
    lanes, block = lanes_of(kind), lanes_of(kind) * count_of(kind)
    row, rows, d = b * n_time + t, n_batch * n_time, v * lanes
    n_valid, stride = n_channel - d, n_batch * n_time * n_state
    step, value, weights = read_step(kind, sizes, inputs, place)
    d_step, d_value, d_weights = read_step(kind, sizes, tangents, place)
    terms = load_terms(kind, table)
    drive, d_drive = multiply(step, value), multiply_add(d_step, value, multiply(step, d_value))
    out = zero(kind)
    if D != 0:
        out = multiply(load_lanes(kind, D, d, n_channel, n_valid), d_value)
        out = multiply_add(load_lanes(kind, dD, d, n_channel, n_valid), value, out)
    here = (b * ((n_channel + lanes - 1) // lanes) + v) * n_state
    for n in range(n_state):
        at, small, packed = (here + n) * block, row * n_state + n, (v * n_state + n) * block
        old, d_old, speed = load_block(kind, state, at), load_block(kind, d_state, at), load_block(kind, rate, packed)
        decay = exp2_by(terms, multiply(step, speed))
        bent = times_ln2(multiply_add(d_step, speed, multiply(step, load_block(kind, d_rate, packed))))
        mixed = coupled(weights, old)
        d_mixed = multiply_add(bent, mixed, add(coupled(weights, d_old), coupled(d_weights, old)))
        into, d_into = spread(kind, B, small, stride), spread(kind, dB, small, stride)
        h = multiply_add(decay, mixed, multiply(drive, into))
        d_h = multiply_add(decay, d_mixed, multiply_add(d_drive, into, multiply(drive, d_into)))
        if masked:  # a masked state is unchanged even where another has diverged
            h, d_h = where_real(mask, row, rows, h, old), where_real(mask, row, rows, d_h, d_old)
        out = multiply_add(d_h, spread(kind, C, small, stride), out)
        out = multiply_add(h, spread(kind, dC, small, stride), out)
        store_block(state, at, h)
        store_block(d_state, at, d_h)
    if masked:
        out = where_real(mask, row, rows, out, zero(kind))
    store_lanes(dy, row * n_channel + d, rows * n_channel, out, n_valid)


@njit(cache=True, **OPTIONS)
def tangent(kind, sizes, plan, inputs, tangents, outputs, first, last):  # type: ignore[no-untyped-def]
    """Run tasks first <= task < last; a task is one batch element and one tile of channel vectors.

    Parameters
    ----------
    kind, sizes, inputs
        As in `scan.forward`.
    plan
        (tile, masked, w_step): vectors in a tile, whether `mask` counts, M * M if W has a batch axis and else 0.
    tangents
        Addresses of the tangents of `inputs`, laid out as they are; zeros in place of the identity matrix.
    outputs
        Addresses of the tangent of y, state and its tangent (B, V, N, M, lanes; they hold h0 on entry).
    first, last
        Range of tasks.
    """
    _, n_time, n_channel, _ = sizes
    tile, masked, w_step = plan
    lanes = lanes_of(kind)
    n_vector = (n_channel + lanes - 1) // lanes
    n_tile = (n_vector + tile - 1) // tile
    for task in range(first, last):
        b, v0 = task // n_tile, (task % n_tile) * tile
        v1 = min(n_vector, v0 + tile)
        for t in range(n_time):
            for v in range(v0, v1):
                _forward_step(kind, sizes, inputs, tangents, outputs, (b, t, v, masked, b * w_step))


def _start(h0: Tensor | None, given: ScanArguments) -> Tensor:
    """Return a state before the first step, packed; zeros if it is not given."""
    n_batch, _, _, n_state = given.sizes
    if h0 is not None:
        return layout.pack(h0, given.kind.lanes)
    return given.x.new_zeros((n_batch, given.n_vector, n_state, given.kind.n_modality, given.kind.lanes))


def run_tangent(given: ScanArguments, direction: ScanArguments) -> tuple[Tensor, Tensor]:
    """Return the tangents of y (M, B, L, E) and of the last state (M, B, E, N); `direction` is that of `given`."""
    x, kind, sizes, n_vector = given.x, given.kind, given.sizes, given.n_vector
    n_batch, _, n_channel, n_state = sizes
    inputs, tangents = kernel_inputs(given), kernel_inputs(direction)
    no_identity = x.new_zeros((kind.n_modality, kind.n_modality))
    tangents = (*tangents[:7], no_identity, tangents[8])
    state, d_state = _start(given.h0, given), _start(direction.h0, given)
    dy = layout.new(tuple(x.shape), x.dtype)
    tile = tile_of(given, 4 * kind.n_modality)
    plan = (tile, given.mask is not None, w_step_of(given))
    read, read_tangents = (*addresses(inputs), given.terms), (*addresses(tangents), given.terms)
    write = addresses((dy, state, d_state))

    def work(first: int, last: int) -> None:
        tangent(kind, sizes, plan, read, read_tangents, write, first, last)

    with launch.report_compilation(tangent, kind):
        launch.run_tasks(work, n_batch * math.ceil(n_vector / tile), cost=3.0 * x.numel() * n_state)
    return dy, layout.unpack(d_state, n_channel)
