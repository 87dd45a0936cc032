"""Launches the kernels for any coupling and any mask."""

import math

import torch
from torch import Tensor

from mmkernels.scan.numba_backend import launch, layout, notice
from mmkernels.scan.numba_backend.backward import backward
from mmkernels.scan.numba_backend.forward import forward
from mmkernels.scan.numba_backend.launch import (
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


def read_arguments(given: Given) -> tuple[Tensor | None, ...]:
    """Return what both kernels read, contiguous; rows of B and C at masked steps are cleared."""
    x, B, C, mask = given.x, given.B, given.C, given.mask
    bytes_mask = None
    if mask is not None:
        B, C = (torch.where(mask.unsqueeze(-1), rows, torch.zeros_like(rows)) for rows in (B, C))
        bytes_mask = mask.contiguous().view(torch.uint8)
    identity = torch.eye(x.shape[0], dtype=x.dtype, device=x.device)
    plain = (x, given.dt, rate_of(given), B, C, given.D, given.W)
    return (*(None if v is None else v.contiguous() for v in plain), identity, bytes_mask)


def w_step_of(given: Given) -> int:
    """Return the distance between the W of two batch elements."""
    return given.x.shape[0] ** 2 if given.W is not None and given.W.ndim == 3 else 0


def run_forward(given: Given, *, save: bool, tell: bool) -> tuple[Tensor, Tensor, Tensor]:
    """Return y, the last state (M, B, E, N; empty unless `tell`), and the checkpoints (empty unless `save`)."""
    x, kind, sizes, n_vector = given.x, given.kind, given.sizes, given.n_vector
    n_batch, _, n_channel, n_state = sizes
    n_modality, lanes = kind.n_modality, kind.lanes
    inputs = read_arguments(given)
    if given.h0 is None:
        state = x.new_zeros((n_batch, n_vector, n_state, n_modality, lanes))
    else:
        state = layout.pack(given.h0, lanes)
    y = layout.new(tuple(x.shape), x.dtype)
    checkpoints = layout.new(checkpoint_shape(x, n_state, save=save, one_chain=False), x.dtype)
    tile = tile_of(given, 2 * n_modality)
    chunk = launch.CHUNK
    plan = (chunk, tile, given.mask is not None, save, w_step_of(given))
    read, write = (*addresses(inputs), given.terms), addresses((y, state, checkpoints))

    def work(first: int, last: int) -> None:
        forward(kind, sizes, plan, read, write, first, last)

    with notice.of_compilation(forward, kind):
        threads.split(work, n_batch * math.ceil(n_vector / tile), cost=float(x.numel()) * n_state)
    return y, layout.unpack(state, n_channel) if tell else x.new_empty(0), checkpoints


def run_backward(dy: Tensor, dh_last: Tensor | None, given: Given, checkpoints: Tensor, *, couple: bool) -> Gradients:
    """Return the gradients of x, dt, A, B, C, D, W (if `couple`) and h0; empty where not given or not asked for."""
    x, mask, kind, sizes, n_vector = given.x, given.mask, given.kind, given.sizes, given.n_vector
    n_batch, n_time, n_channel, n_state = sizes
    n_modality, lanes = kind.n_modality, kind.lanes
    inputs, dy = read_arguments(given), dy.contiguous()
    group = group_of(given)
    n_group = math.ceil(n_vector / group)
    dx, ddt = layout.new(tuple(x.shape), x.dtype), layout.new(tuple(x.shape), x.dtype)
    carried = x.new_zeros((n_batch, n_vector, n_state, 2 * n_modality, lanes))
    if dh_last is not None:
        carried[..., :n_modality, :] = layout.pack(dh_last, lanes)
    dD = None if given.D is None else x.new_zeros((n_batch, n_vector, 1, n_modality, lanes))
    dB, dC = (layout.new((n_group, n_modality, n_batch, n_time, n_state), x.dtype) for _ in range(2))
    dW = x.new_zeros((n_batch, n_group, n_modality, n_modality), dtype=torch.float64) if couple else None
    chunk = launch.CHUNK
    start = None if given.h0 is None else layout.pack(given.h0, lanes)
    plan = (chunk, group, mask is not None, w_step_of(given), *addresses((checkpoints, start)))
    read, write = (*addresses(inputs), given.terms), addresses((dy, dx, ddt, carried, dD, dB, dC, dW))

    def work(first: int, last: int) -> None:
        cell, steps = n_state * n_modality, min(chunk, n_time)
        lengths = (
            (steps + 1) * cell * lanes,
            steps * cell * 2 * lanes,
            *row_lengths(given, steps),
            n_modality**2 * lanes,
        )
        scratch = [layout.new((length,), x.dtype) for length in lengths]
        backward(kind, sizes, plan, read, write, addresses(scratch), (first, last))

    with notice.of_compilation(backward, kind):
        threads.split(work, n_batch * n_group, cost=3.0 * x.numel() * n_state)
    d_direct = x.new_empty(0) if dD is None else sum_of_batch(dD, n_channel).squeeze(-1)
    d_couple = x.new_empty(0)
    if dW is not None:
        d_couple = (dW.sum(1) if w_step_of(given) else dW.sum((0, 1))).to(x.dtype)
    rows_B, rows_C = (rows[0] if n_group == 1 else rows.sum(0) for rows in (dB, dC))
    if mask is not None:  # exactly 0 at held steps, even where another modality's state has diverged
        rows_B, rows_C = (rows.masked_fill_(~mask.unsqueeze(-1), 0.0) for rows in (rows_B, rows_C))
    dh0 = x.new_empty(0) if given.h0 is None else layout.unpack(carried[..., :n_modality, :], n_channel)
    return dx, ddt, sum_of_batch(carried[..., n_modality:, :], n_channel), rows_B, rows_C, d_direct, d_couple, dh0
