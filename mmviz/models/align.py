"""Bring modalities of different lengths onto one common sequence of steps."""

from __future__ import annotations

from typing import TYPE_CHECKING

import torch

if TYPE_CHECKING:
    from jaxtyping import Bool, Float
    from torch import Tensor


def resample(
    x: Float[Tensor, "batch frame feature"], valid: Bool[Tensor, "batch frame"], steps: int
) -> tuple[Float[Tensor, "batch {steps} feature"], Bool[Tensor, "batch {steps}"]]:
    """Average each sequence inside ``steps`` equal intervals of its own duration.

    Step k covers the interval [k/steps, (k+1)/steps) of the n recorded frames and holds their average, each
    frame weighted by its overlap. Sequences shorter than ``steps`` repeat frames, constants stay constant, and
    neither the amount nor the content of padding (at either end) has any influence.

    Parameters
    ----------
    x, valid
        Frames and their mask. Frames where ``valid`` is False are never looked at.
    steps
        Length of the result, ≥ 1.

    Returns
    -------
    values, valid
        An absent sequence (no valid frame) gives zeros, all invalid; any other is valid everywhere.

    Notes
    -----
    The published code of Coupled Mamba (arXiv 2405.18014) averages inside ``numpy.linspace`` bins to make
    "unaligned" data step-aligned. With whole frames per step the two agree; this form also handles n < steps.
    """
    count = valid.sum(1)
    rank = (valid.cumsum(1) - 1).to(x.dtype)  # position of each recorded frame among the recorded ones
    width = count.clamp(min=1).to(x.dtype)[:, None, None]
    left = rank[:, None, :] / width
    edge = torch.arange(steps, device=x.device, dtype=x.dtype)[None, :, None] / steps
    overlap = torch.minimum(left + 1 / width, edge + 1 / steps) - torch.maximum(left, edge)
    weight = (overlap * steps).clamp(min=0) * valid[:, None, :]
    weight = weight / weight.sum(-1, keepdim=True).clamp(min=torch.finfo(x.dtype).tiny)
    clean = torch.where(valid[..., None], x, torch.zeros_like(x))
    return weight @ clean, (count > 0)[:, None].expand(-1, steps)


def pad_to(
    x: Float[Tensor, "batch frame feature"], valid: Bool[Tensor, "batch frame"], steps: int
) -> tuple[Float[Tensor, "batch {steps} feature"], Bool[Tensor, "batch {steps}"]]:
    """Keep every frame at its own step; zero what is not valid; add padding at the end up to ``steps``."""
    clean = torch.where(valid[..., None], x, torch.zeros_like(x))
    missing = steps - x.shape[1]
    return torch.nn.functional.pad(clean, (0, 0, 0, missing)), torch.nn.functional.pad(valid, (0, missing))
