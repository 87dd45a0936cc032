"""Prepares tensors for the kernels, launches them, and gives the results back in the caller's layout."""

import math

import torch
from torch import Tensor

from mmkernels.scan.numba_backend import threads
from mmkernels.scan.numba_backend.backward import backward
from mmkernels.scan.numba_backend.forward import forward
from mmkernels.scan.numba_backend.layout import new, pack, unpack
from mmkernels.scan.numba_backend.vector import Kind

LOG2_E = math.log2(math.e)
CHUNK = 16  # steps between two checkpoints
TILE_BYTES = 24_000  # states of one forward task: most of a first-level cache
GROUP_TASKS = 16  # a backward task is one batch element unless the batch has fewer than this

Inputs = tuple[Tensor, Tensor, Tensor, Tensor, Tensor, Tensor, Tensor, Tensor, Tensor]

Gradients = tuple[Tensor, Tensor, Tensor, Tensor, Tensor, Tensor, Tensor, Tensor]


def _addresses(tensors: tuple[Tensor, ...]) -> tuple[int, ...]:
    return tuple(tensor.data_ptr() for tensor in tensors)


def _inputs(
    x: Tensor, dt: Tensor, A: Tensor, B: Tensor, C: Tensor, D: Tensor, W: Tensor, mask: Tensor | None, kind: Kind
) -> Inputs:
    """Return what both kernels read, contiguous; rows of B and C at masked steps are cleared."""
    if mask is None:
        bytes_mask = torch.empty(0, dtype=torch.uint8)
    else:
        B, C = (torch.where(mask.unsqueeze(-1), rows, torch.zeros_like(rows)) for rows in (B, C))
        bytes_mask = mask.contiguous().view(torch.uint8)
    rate = pack(A * LOG2_E, kind.lanes)
    identity = torch.eye(x.shape[0], dtype=x.dtype)
    small = (B.contiguous(), C.contiguous(), D.contiguous(), W.contiguous(), identity, bytes_mask)
    return (x.contiguous(), dt.contiguous(), rate, *small)


def checkpoint_shape(x: Tensor, n_state: int, save: bool) -> tuple[int, ...]:
    """Return the shape of the checkpoints, (B, chunks, V, N, M, lanes); no chunks unless `save`."""
    n_modality, n_batch, n_time, n_channel = x.shape
    lanes = Kind(n_modality, single=x.dtype == torch.float32).lanes
    n_chunk = (n_time + CHUNK - 1) // CHUNK if save else 0
    return (n_batch, n_chunk, (n_channel + lanes - 1) // lanes, n_state, n_modality, lanes)


def run_forward(
    x: Tensor,
    dt: Tensor,
    A: Tensor,
    B: Tensor,
    C: Tensor,
    D: Tensor,
    W: Tensor,
    h0: Tensor,
    mask: Tensor | None,
    save: bool,
) -> tuple[Tensor, Tensor, Tensor]:
    """Return y, the last state (M, B, E, N), and the checkpoints (empty unless `save`)."""
    n_modality, n_batch, n_time, n_channel = x.shape
    n_state = A.shape[-1]
    kind = Kind(n_modality, single=x.dtype == torch.float32)
    inputs = _inputs(x, dt, A, B, C, D, W, mask, kind)
    state = pack(h0, kind.lanes)
    n_vector = state.shape[1]
    y = new(tuple(x.shape), x.dtype)
    checkpoints = new(checkpoint_shape(x, n_state, save), x.dtype)
    block_bytes = max(1, n_state) * n_modality * kind.lanes * x.element_size()
    tile = max(1, TILE_BYTES // block_bytes)
    sizes = (n_batch, n_time, n_channel, n_state, n_modality, kind.lanes)
    plan = (CHUNK, tile, mask is not None, save, n_modality**2 if W.ndim == 3 else 0)
    read, write = _addresses(inputs), _addresses((y, state, checkpoints))

    def work(first: int, last: int, thread: int) -> None:
        forward(kind, sizes, plan, read, write, first, last)

    threads.split(work, n_batch * math.ceil(n_vector / tile), cost=float(x.numel()) * n_state)
    return y, unpack(state, n_channel), checkpoints


def run_backward(
    dy: Tensor,
    dh_last: Tensor,
    x: Tensor,
    dt: Tensor,
    A: Tensor,
    B: Tensor,
    C: Tensor,
    D: Tensor,
    W: Tensor,
    mask: Tensor | None,
    checkpoints: Tensor,
) -> Gradients:
    """Return the gradients of x, dt, A, B, C, D, W and h0."""
    n_modality, n_batch, n_time, n_channel = x.shape
    n_state = A.shape[-1]
    kind = Kind(n_modality, single=x.dtype == torch.float32)
    inputs = _inputs(x, dt, A, B, C, D, W, mask, kind)
    dy, carry = dy.contiguous(), pack(dh_last, kind.lanes)
    n_vector = carry.shape[1]
    # By shapes alone, never by threads: the sums over channels must not depend on the machine.
    n_wanted = math.ceil(GROUP_TASKS / max(1, n_batch))
    group = max(1, math.ceil(n_vector / n_wanted))
    n_group = math.ceil(n_vector / group)
    dx, ddt = new(tuple(x.shape), x.dtype), new(tuple(x.shape), x.dtype)
    d_rate, dD = torch.zeros_like(carry), carry.new_zeros((n_batch, n_vector, 1, n_modality, kind.lanes))
    dB, dC = (new((n_group, n_modality, n_batch, n_time, n_state), x.dtype) for _ in range(2))
    dW = torch.zeros((n_batch, n_group, n_modality, n_modality), dtype=torch.float64)
    sizes = (n_batch, n_time, n_channel, n_state, n_modality, kind.lanes)
    w_step = n_modality**2 if W.ndim == 3 else 0
    plan = (CHUNK, group, mask is not None, w_step, checkpoints.data_ptr())
    read, write = _addresses(inputs), _addresses((dx, ddt, d_rate, dD, carry))
    sums = _addresses((dB, dC, dW))

    def work(first: int, last: int, thread: int) -> None:
        rows = n_state * n_modality * kind.lanes
        lengths = ((CHUNK + 1) * rows, CHUNK * rows, CHUNK * rows, n_modality**2 * kind.lanes)
        scratch = tuple(new((length,), x.dtype) for length in lengths)
        backward(kind, sizes, plan, read, dy.data_ptr(), write, sums, _addresses(scratch), first, last)

    threads.split(work, n_batch * n_group, cost=3.0 * x.numel() * n_state)
    dA = unpack(d_rate.sum(0, dtype=torch.float64).to(x.dtype), n_channel)
    d_direct = unpack(dD.sum(0, dtype=torch.float64).to(x.dtype), n_channel).squeeze(-1)
    d_couple = (dW.sum(1) if W.ndim == 3 else dW.sum((0, 1))).to(x.dtype)
    return dx, ddt, dA, dB.sum(0), dC.sum(0), d_direct, d_couple, unpack(carry, n_channel)
