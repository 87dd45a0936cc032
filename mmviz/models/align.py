"""Bring modalities of different lengths onto one common sequence of steps.

What others call resampling "mean" (the published code of Coupled Mamba) is `resample` here, "none" is `pad_to`; `bin_frames` averages on
a clock that all sequences share. The data stage never changes a length.
"""

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
    rank = (valid.cumsum(1) - 1).to(x.dtype)  # position of each recorded frame among the recorded ones
    width = valid.sum(1).clamp(min=1).to(x.dtype)[:, None]
    values, _ = _averaged(x, valid, rank / width, 1 / width, steps)
    return values, valid.any(1)[:, None].expand(-1, steps)


def bin_frames(
    x: Float[Tensor, "batch frame feature"], valid: Bool[Tensor, "batch frame"], steps: int, frames: int
) -> tuple[Float[Tensor, "batch {steps} feature"], Bool[Tensor, "batch {steps}"]]:
    """Average the recorded frames inside ``steps`` equal intervals of a clock of ``frames`` frames.

    Step k covers frames [k·frames/steps, (k+1)·frames/steps), whatever the length of a sequence; so a sequence that
    stops early keeps its first steps as they are. Frames that were not recorded have no influence.

    Parameters
    ----------
    x, valid
        At most ``frames`` frames and their mask.
    steps
        Length of the result, from 1 to ``frames``.
    frames
        Length of the clock: that of the longest sequence of the data set.

    Returns
    -------
    values, valid
        A step is valid where an interval holds a recorded frame; elsewhere zeros.
    """
    place = torch.arange(x.shape[1], device=x.device, dtype=x.dtype).expand(valid.shape)
    width = x.new_full((len(x), 1), float(frames))
    values, held = _averaged(x, valid, place / width, 1 / width, steps)
    return values, held


def _averaged(
    x: Float[Tensor, "batch frame feature"],
    valid: Bool[Tensor, "batch frame"],
    left: Float[Tensor, "batch frame"],
    width: Float[Tensor, "batch 1"],
    steps: int,
) -> tuple[Float[Tensor, "batch {steps} feature"], Bool[Tensor, "batch {steps}"]]:
    """Average frames that cover [left, left + width) of the unit interval inside its ``steps`` equal parts."""
    left, width = left[:, None, :], width[:, :, None]
    edge = torch.arange(steps, device=x.device, dtype=x.dtype)[None, :, None] / steps
    overlap = torch.minimum(left + width, edge + 1 / steps) - torch.maximum(left, edge)
    weight = (overlap * steps).clamp(min=0) * valid[:, None, :]
    weight = torch.where(weight > 1e-4 * width * steps, weight, torch.zeros_like(weight))  # rounding is no overlap
    total = weight.sum(-1, keepdim=True)
    clean = torch.where(valid[..., None], x, torch.zeros_like(x))
    return weight @ clean / total.clamp(min=torch.finfo(x.dtype).tiny), total[..., 0] > 0


def pad_to(
    x: Float[Tensor, "batch frame feature"], valid: Bool[Tensor, "batch frame"], steps: int
) -> tuple[Float[Tensor, "batch {steps} feature"], Bool[Tensor, "batch {steps}"]]:
    """Keep every frame at its own step; zero what is not valid; add padding at the end up to ``steps``."""
    clean = torch.where(valid[..., None], x, torch.zeros_like(x))
    missing = steps - x.shape[1]
    return torch.nn.functional.pad(clean, (0, 0, 0, missing)), torch.nn.functional.pad(valid, (0, missing))
