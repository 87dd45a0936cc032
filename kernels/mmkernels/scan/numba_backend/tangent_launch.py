"""Launches the forward-mode kernel, for any coupling and any mask."""

import math

from torch import Tensor

from mmkernels.scan.numba_backend import layout, notice
from mmkernels.scan.numba_backend.general_launch import read_arguments, w_step_of
from mmkernels.scan.numba_backend.launch import Given, addresses, tile_of
from mmkernels.scan.numba_backend.tangent import tangent
from mmkernels.simd import threads


def _start(h0: Tensor | None, given: Given) -> Tensor:
    """Return a state before the first step, packed; zeros if it is not given."""
    n_batch, _, _, n_state = given.sizes
    if h0 is not None:
        return layout.pack(h0, given.kind.lanes)
    return given.x.new_zeros((n_batch, given.n_vector, n_state, given.kind.n_modality, given.kind.lanes))


def run_tangent(given: Given, direction: Given) -> tuple[Tensor, Tensor]:
    """Return the tangents of y (M, B, L, E) and of the last state (M, B, E, N); `direction` is that of `given`."""
    x, kind, sizes, n_vector = given.x, given.kind, given.sizes, given.n_vector
    n_batch, _, n_channel, n_state = sizes
    inputs, tangents = read_arguments(given), read_arguments(direction)
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

    with notice.of_compilation(tangent, kind):
        threads.split(work, n_batch * math.ceil(n_vector / tile), cost=3.0 * x.numel() * n_state)
    return dy, layout.unpack(d_state, n_channel)
