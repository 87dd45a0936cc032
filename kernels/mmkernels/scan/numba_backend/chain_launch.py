"""Launches the kernels for uniform coupling."""

import math
from functools import lru_cache
from itertools import count

import torch
from torch import Tensor

from mmkernels.scan.numba_backend import launch, layout, notice
from mmkernels.scan.numba_backend.chain_backward import chain_backward
from mmkernels.scan.numba_backend.chain_forward import chain_forward
from mmkernels.scan.numba_backend.launch import (
    LOG2_E,
    Given,
    Gradients,
    addresses,
    checkpoint_shape,
    group_of,
    rate_of,
    row_lengths,
    sum_of_batch,
    tile_of,
)
from mmkernels.simd import threads
from mmkernels.simd.exponential import Terms, terms_of
from mmkernels.simd.vector import HAS_AVX512, Kind


def _read(given: Given, rates: Tensor, shifts: Tensor) -> tuple[Tensor | None, ...]:
    """Return what a kernel reads, contiguous; `rates` are A, or A as it wants it."""
    plain = (given.x, given.dt, rates, given.B, given.C, given.D, shifts)
    return tuple(None if v is None else v.contiguous() for v in plain)


@lru_cache(maxsize=256)
def _decay(weight: float, dtype: torch.dtype) -> tuple[Terms, Tensor]:
    """Return the constants of weight 2**(x + shift), and that shift with log2 e, as a kernel reads them."""
    terms = terms_of(weight, single=dtype == torch.float32)
    return terms, torch.tensor([terms.shift, LOG2_E], dtype=dtype, device="cpu")


def run_forward(given: Given, *, save: bool, tell: bool) -> tuple[Tensor, Tensor, Tensor]:
    """Return y, the last state (M, B, E, N; empty unless `tell`), and the checkpoints (empty unless `save`)."""
    x, kind, sizes, n_vector = given.x, given.kind, given.sizes, given.n_vector
    n_batch, n_time, n_channel, n_state = sizes
    n_modality, lanes = kind.n_modality, kind.lanes
    checkpoints = layout.new(checkpoint_shape(x, n_state, save=save, one_chain=True), x.dtype)
    if n_time == 0:  # the kernel reads a step before it takes one
        return x.clone(), _start(given) if tell else x.new_empty(0), checkpoints
    terms, shifts = _decay(given.weight, x.dtype)
    inputs = _read(given, given.A, shifts)
    start = _packed_start(given)
    chain = layout.new((n_batch, n_vector, n_state, 1, lanes), x.dtype) if start is None else start
    y = layout.new(tuple(x.shape), x.dtype)
    h_last = layout.new((n_batch, n_vector, n_state, n_modality, lanes), x.dtype) if tell else None
    tile = tile_of(given, n_modality + 1)
    chunk = launch.CHUNK
    plan = (chunk, tile, save, start is not None)
    read, write = (*addresses(inputs), terms.address), addresses((y, chain, checkpoints, h_last))

    # made here and not by each part of the work: the others would wait for the interpreter meanwhile
    shape, turn = (tile, n_state, n_modality, lanes), count()
    rooms = layout.new((torch.get_num_threads(), *shape), x.dtype).unbind()

    def work(first: int, last: int) -> None:
        part = next(turn)
        rate = rooms[part] if part < len(rooms) else layout.new(shape, x.dtype)
        chain_forward(kind, sizes, plan, read, write, rate.data_ptr(), first, last)

    with notice.of_compilation(chain_forward, kind):
        threads.split(work, n_batch * math.ceil(n_vector / tile), cost=float(x.numel()) * n_state)
    return y, x.new_empty(0) if h_last is None else layout.unpack(h_last, n_channel), checkpoints


def _packed_start(given: Given) -> Tensor | None:
    """Return S before the first step, (B, V, N, 1, lanes); None if that is 0."""
    return None if given.h0 is None else layout.pack(given.h0.sum(0, keepdim=True), given.kind.lanes)


def _start(given: Given) -> Tensor:
    """Return a copy of h0, zeros if it is not given."""
    n_modality, n_batch, _, n_channel = given.x.shape
    shape = (n_modality, n_batch, n_channel, given.A.shape[-1])
    return given.x.new_zeros(shape) if given.h0 is None else given.h0.clone()


def _room(kind: Kind) -> int:
    """Return how many states of a vector go back at a time; no result depends on it.

    Few need little scratch; but each time x, dt and dy are read again, and the other constants of the loop.
    """
    return 4 if kind.n_modality in (2, 3) and HAS_AVX512 else 8


def run_backward(dy: Tensor, dh_last: Tensor | None, given: Given, checkpoints: Tensor) -> Gradients:
    """Return the gradients of x, dt, A, B, C, D, W (always empty) and h0; empty where not given."""
    x, kind, sizes, n_vector = given.x, given.kind, given.sizes, given.n_vector
    n_batch, n_time, n_channel, n_state = sizes
    n_modality, lanes = kind.n_modality, kind.lanes
    terms, shifts = _decay(given.weight, x.dtype)
    inputs, dy = _read(given, rate_of(given), shifts), dy.contiguous()
    start, last = _packed_start(given), None if dh_last is None else layout.pack(dh_last, lanes)
    group = group_of(given)
    n_group = math.ceil(n_vector / group)
    dx, ddt = layout.new(tuple(x.shape), x.dtype), layout.new(tuple(x.shape), x.dtype)
    d_rate = x.new_zeros((n_batch, n_vector, n_state, n_modality, lanes))
    d_start = None if given.h0 is None else layout.new((n_batch, n_vector, n_state, 1, lanes), x.dtype)
    dD = None if given.D is None else x.new_zeros((n_batch, n_vector, 1, n_modality, lanes))
    dB, dC = (layout.new((n_group, n_modality, n_batch, n_time, n_state), x.dtype) for _ in range(2))
    chunk, room = launch.CHUNK, _room(kind)
    plan = (chunk, group, room, *addresses((checkpoints, start)))
    read, write = (*addresses(inputs), terms.address), addresses((dy, dx, ddt, d_rate, dD, dB, dC, last, d_start))

    def work(first: int, last: int) -> None:
        steps = min(chunk, n_time)
        lengths = (
            (steps + 1) * room * lanes,
            steps * room * n_modality * lanes,
            *row_lengths(given, steps),
            group * n_state * lanes,
        )
        scratch = [layout.new((length,), x.dtype) for length in lengths]
        chain_backward(kind, sizes, plan, read, write, addresses(scratch), (first, last))

    with notice.of_compilation(chain_backward, kind):
        threads.split(work, n_batch * n_group, cost=3.0 * x.numel() * n_state)
    dh0 = x.new_empty(0)
    if d_start is not None:
        before = layout.unpack(d_start, n_channel).expand(n_modality, -1, -1, -1)
        dh0 = before.clone() if n_time or dh_last is None else dh_last.clone()
    d_direct = x.new_empty(0) if dD is None else sum_of_batch(dD, n_channel).squeeze(-1)
    rows_B, rows_C = (rows[0] if n_group == 1 else rows.sum(0) for rows in (dB, dC))
    return dx, ddt, sum_of_batch(d_rate, n_channel), rows_B, rows_C, d_direct, x.new_empty(0), dh0
