"""Influence map by its definition: one scan of a unit input per source modality and step."""

from typing import NamedTuple

import torch
from torch import Tensor

from mmkernels.reference.scan import coupled_scan_reference


class SampleScan(NamedTuple):
    """Arguments of the scan of one sample for the selected channels, defaults filled in, masked steps set to 0."""

    dt: Tensor  # (M, L, E)
    A: Tensor  # (M, E, N)
    B: Tensor  # (M, L, N)
    C: Tensor  # (M, L, N)
    D: Tensor  # (M, E)
    W: Tensor  # (M, M)
    x: Tensor  # (M, L, E); ones where K itself is wanted
    mask: Tensor  # (M, L), bool


def influence_of_channel(op: SampleScan, e: int) -> Tensor:
    """Return K[m, t, n, s] of channel e: what y[m, t] becomes when x is 1 at (n, s) and 0 elsewhere."""
    n_modality, n_time, _ = op.dt.shape
    n_source = n_modality * n_time  # every source is one element of a batch

    def for_each_source(values: Tensor) -> Tensor:
        return values[:, None].expand(n_modality, n_source, *values.shape[1:])

    unit = torch.eye(n_source, dtype=op.dt.dtype, device=op.dt.device).view(n_source, n_modality, n_time)
    y, _ = coupled_scan_reference(
        unit.transpose(0, 1).unsqueeze(-1),
        for_each_source(op.dt[:, :, e : e + 1]),
        op.A[:, e : e + 1],
        for_each_source(op.B),
        for_each_source(op.C),
        op.D[:, e : e + 1],
        op.W,
        mask=for_each_source(op.mask),
    )
    return y[..., 0].view(n_modality, n_modality, n_time, n_time).permute(0, 3, 1, 2)


def mean_in_bins(values: Tensor, axis: int, steps: int) -> Tensor:
    """Return the mean over each run of `steps` entries along an axis; the last run may be shorter."""
    runs = values.split(steps, dim=axis)
    return torch.cat([run.mean(axis, keepdim=True) for run in runs], dim=axis) if runs[0].numel() else values


def influence_reference(op: SampleScan, *, reduce: str, bin_steps: int) -> Tensor:
    """Compute the influence map channel by channel.

    Parameters and meaning are those of `mmkernels.coupled_influence`; nothing is checked here.

    Returns
    -------
    Tensor
        (M, bins, M, bins), or (M, bins, M, bins, E) with ``reduce="none"``.
    """
    maps = []
    for e in range(op.dt.shape[2]):
        K = influence_of_channel(op, e) * op.x[:, :, e]
        K = {"none": lambda k: k, "abs_mean": torch.abs, "norm": torch.square}[reduce](K)
        maps.append(mean_in_bins(mean_in_bins(K, 1, bin_steps), 3, bin_steps))
    every = torch.stack(maps, dim=-1)
    if reduce == "none":
        return every
    return every.mean(-1) if reduce == "abs_mean" else every.sum(-1).sqrt()
