"""Prepares an influence map for the Numba kernel, splits the sources over threads, and takes the means."""

import math
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor

from mmkernels.influence.arguments import Operator
from mmkernels.influence.walk import walk
from mmkernels.scan.numba_backend import notice
from mmkernels.simd import threads
from mmkernels.simd.aligned import aligned
from mmkernels.simd.vector import Kind, digest

DIGEST = digest(Path(__file__).parent)
SOURCES = 64  # steps of one modality in a task
DECAY_BYTES = 32 * 2**20  # of exp(dt A) at a time: channels are taken in blocks


@lru_cache
def _kind(n_modality: int, single: bool) -> Kind:
    registers = 2 if n_modality == 1 else 1  # more modalities need the registers themselves
    return Kind(n_modality, single=single, sources=DIGEST, registers=registers)


def _tasks(n_modality: int, n_time: int, group: int) -> np.ndarray:
    """Return (modality, first step) of every task, long and short walks in turn, so that halves weigh the same."""
    begins = list(range(0, n_time, group))
    turns = [begins[i // 2] if i % 2 == 0 else begins[-1 - i // 2] for i in range(len(begins))]
    pairs = [(n, s) for s in turns for n in range(n_modality)]
    return np.array(pairs, dtype=np.int64).reshape(-1, 2)


def influence_numba(op: Operator, *, reduce: str, bin_steps: int) -> Tensor:
    """Compute the influence map with one walk through time per source.

    Parameters and meaning are those of `mmkernels.coupled_influence`; nothing is checked here. Sources are split
    over threads, each of which walks through all channels: results do not depend on the number of threads.

    Returns
    -------
    Tensor
        (M, bins, M, bins), or (M, bins, M, bins, E) with ``reduce="none"``.
    """
    n_modality, n_time, n_channel = op.dt.shape
    n_state, real = op.A.shape[2], op.dt.numpy().dtype
    n_bin = math.ceil(n_time / bin_steps)
    how = {"none": 0, "abs_mean": 1, "norm": 2}[reduce]
    kind = _kind(n_modality, op.dt.dtype == torch.float32)
    out = np.zeros((n_channel if how == 0 else 1, n_modality, n_bin, n_modality, n_bin), dtype=real)
    into, through = op.dt * op.x, op.D.unsqueeze(1) * op.x
    pushes = torch.stack([into, through]).permute(0, 3, 1, 2).contiguous()
    B, C, W = op.B.contiguous(), op.C.permute(1, 2, 0).contiguous(), op.W.contiguous()
    mask = op.mask.contiguous()
    group = math.ceil(SOURCES / bin_steps) * bin_steps
    plan = (how, n_bin, bin_steps, group, not bool(mask.all()))
    tasks = _tasks(n_modality, n_time, group)

    block = max(1, DECAY_BYTES // max(1, n_time * n_modality * n_state * real.itemsize))
    for first in range(0, n_channel, block):
        last = min(n_channel, first + block)
        exponent = op.dt[:, :, first:last, None] * op.A[:, None, first:last]
        decay = exponent.permute(2, 1, 3, 0).contiguous().numpy()
        np.exp(decay, out=decay)  # torch's depends, in the last bit, on how it cuts an array up for threads
        push = pushes[:, first:last].contiguous()
        part = out[first:last] if how == 0 else out
        read = (decay.ctypes.data, *(v.data_ptr() for v in (push, B, C, W, mask)))
        run = (kind, (last - first, n_time, n_state), plan, read, part.ctypes.data)

        def work(begin: int, end: int, run: tuple[Any, ...] = run) -> None:
            rows = n_modality * kind.lanes
            scratch = [aligned((length,), real) for length in (n_state * rows, rows, rows)]
            walk(*run, tuple(values.ctypes.data for values in scratch), tasks[begin:end])

        cost = 0.5 * n_time**2 * n_modality**2 * n_state * (last - first)
        with notice.of_compilation(walk, kind):
            threads.split(work, len(tasks), cost=cost)
    return _means(torch.from_numpy(out), n_time, n_channel, reduce, bin_steps)


def _means(sums: Tensor, n_time: int, n_channel: int, reduce: str, bin_steps: int) -> Tensor:
    """Turn sums over channels and pairs of steps into what `reduce` asks for."""
    if bin_steps > 1:
        full, rest = divmod(n_time, bin_steps)
        lengths = torch.tensor([bin_steps] * full + [rest] * (rest > 0), dtype=sums.dtype, device=sums.device)
        sums /= lengths[:, None, None] * lengths
    if reduce == "none":
        return sums.permute(1, 2, 3, 4, 0)
    return sums[0].div_(n_channel) if reduce == "abs_mean" else sums[0].sqrt_()
