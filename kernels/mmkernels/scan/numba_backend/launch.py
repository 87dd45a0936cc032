"""Prepares tensors for the kernels, launches them, and gives the results back in the caller's layout."""

import math
from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple

import torch
from torch import Tensor

from mmkernels.scan.numba_backend.backward import backward
from mmkernels.scan.numba_backend.forward import forward
from mmkernels.scan.numba_backend.layout import new, pack, unpack
from mmkernels.simd import threads
from mmkernels.simd.vector import Kind, digest

SOURCES = digest(Path(__file__).parent)
LOG2_E = math.log2(math.e)
CHUNK = 16  # steps between two checkpoints
TILE_BYTES = 24_000  # states of one forward task: most of a first-level cache
GROUP_TASKS = 16  # a backward task is one batch element unless the batch has fewer than this

Gradients = tuple[Tensor, Tensor, Tensor, Tensor, Tensor, Tensor, Tensor, Tensor]


class Given(NamedTuple):
    """The arguments of the scan, none left out but the mask."""

    x: Tensor
    dt: Tensor
    A: Tensor
    B: Tensor
    C: Tensor
    D: Tensor
    W: Tensor
    mask: Tensor | None

    @property
    def kind(self) -> Kind:
        """Return what the kernels are compiled for."""
        return Kind(self.x.shape[0], single=self.x.dtype == torch.float32, sources=SOURCES)

    @property
    def sizes(self) -> tuple[int, int, int, int, int, int]:
        """Return B, L, E, N, M and the lanes of a vector."""
        n_modality, n_batch, n_time, n_channel = self.x.shape
        return n_batch, n_time, n_channel, self.A.shape[-1], n_modality, self.kind.lanes

    @property
    def w_step(self) -> int:
        """Return the distance between the W of two batch elements."""
        return self.W.shape[-1] ** 2 if self.W.ndim == 3 else 0


def _addresses(tensors: Iterable[Tensor]) -> tuple[int, ...]:
    return tuple(tensor.data_ptr() for tensor in tensors)


def _read(given: Given) -> tuple[Tensor, ...]:
    """Return what both kernels read, contiguous; rows of B and C at masked steps are cleared."""
    x, dt, A, B, C, D, W, mask = given
    if mask is None:
        bytes_mask = torch.empty(0, dtype=torch.uint8)
    else:
        B, C = (torch.where(mask.unsqueeze(-1), rows, torch.zeros_like(rows)) for rows in (B, C))
        bytes_mask = mask.contiguous().view(torch.uint8)
    rate = pack(A * LOG2_E, given.kind.lanes)
    identity = torch.eye(x.shape[0], dtype=x.dtype)
    return (*(v.contiguous() for v in (x, dt, rate, B, C, D, W)), identity, bytes_mask)


def checkpoint_shape(x: Tensor, n_state: int, save: bool) -> tuple[int, ...]:
    """Return the shape of the checkpoints, (B, chunks, V, N, M, lanes); no chunks unless `save`."""
    n_modality, n_batch, n_time, n_channel = x.shape
    lanes = Kind(n_modality, single=x.dtype == torch.float32, sources=SOURCES).lanes
    n_chunk = (n_time + CHUNK - 1) // CHUNK if save else 0
    return (n_batch, n_chunk, (n_channel + lanes - 1) // lanes, n_state, n_modality, lanes)


def run_forward(given: Given, h0: Tensor, save: bool) -> tuple[Tensor, Tensor, Tensor]:
    """Return y, the last state (M, B, E, N), and the checkpoints (empty unless `save`)."""
    x, kind, sizes = given.x, given.kind, given.sizes
    n_batch, _, n_channel, n_state, n_modality, lanes = sizes
    inputs, state = _read(given), pack(h0, lanes)
    n_vector = state.shape[1]
    y = new(tuple(x.shape), x.dtype)
    checkpoints = new(checkpoint_shape(x, n_state, save), x.dtype)
    block_bytes = max(1, n_state) * n_modality * lanes * x.element_size()
    tile = max(1, TILE_BYTES // block_bytes)
    plan = (CHUNK, tile, given.mask is not None, save, given.w_step)
    read, write = _addresses(inputs), _addresses((y, state, checkpoints))

    def work(first: int, last: int) -> None:
        forward(kind, sizes, plan, read, write, first, last)

    threads.split(work, n_batch * math.ceil(n_vector / tile), cost=float(x.numel()) * n_state)
    return y, unpack(state, n_channel), checkpoints


def run_backward(dy: Tensor, dh_last: Tensor, given: Given, checkpoints: Tensor) -> Gradients:
    """Return the gradients of x, dt, A, B, C, D, W and h0."""
    x, W, mask, kind, sizes = given.x, given.W, given.mask, given.kind, given.sizes
    n_batch, n_time, n_channel, n_state, n_modality, lanes = sizes
    inputs, dy, carry = _read(given), dy.contiguous(), pack(dh_last, lanes)
    n_vector = carry.shape[1]
    # By shapes alone, never by threads: the sums over channels must not depend on the machine's load.
    group = max(1, math.ceil(n_vector / math.ceil(GROUP_TASKS / max(1, n_batch))))
    n_group = math.ceil(n_vector / group)
    dx, ddt = new(tuple(x.shape), x.dtype), new(tuple(x.shape), x.dtype)
    d_rate, dD = torch.zeros_like(carry), carry.new_zeros((n_batch, n_vector, 1, n_modality, lanes))
    dB, dC = (new((n_group, n_modality, n_batch, n_time, n_state), x.dtype) for _ in range(2))
    dW = torch.zeros((n_batch, n_group, n_modality, n_modality), dtype=torch.float64)
    plan = (CHUNK, group, mask is not None, given.w_step, checkpoints.data_ptr())
    read, write = _addresses(inputs), _addresses((dy, dx, ddt, d_rate, dD, carry, dB, dC, dW))

    def work(first: int, last: int) -> None:
        rows = n_state * n_modality * lanes
        lengths = ((CHUNK + 1) * rows, CHUNK * rows, CHUNK * rows, n_modality**2 * lanes)
        scratch = [new((length,), x.dtype) for length in lengths]
        backward(kind, sizes, plan, read, write, _addresses(scratch), (first, last))

    threads.split(work, n_batch * n_group, cost=3.0 * x.numel() * n_state)
    dA = unpack(d_rate.sum(0, dtype=torch.float64).to(x.dtype), n_channel)
    d_direct = unpack(dD.sum(0, dtype=torch.float64).to(x.dtype), n_channel).squeeze(-1)
    d_couple = (dW.sum(1) if W.ndim == 3 else dW.sum((0, 1))).to(x.dtype)
    rows_B, rows_C = dB.sum(0), dC.sum(0)
    if mask is not None:  # exactly 0 at held steps, even where another modality's state has diverged
        rows_B, rows_C = (rows.masked_fill_(~mask.unsqueeze(-1), 0.0) for rows in (rows_B, rows_C))
    return dx, ddt, dA, rows_B, rows_C, d_direct, d_couple, unpack(carry, n_channel)
