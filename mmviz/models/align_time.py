"""Bring modalities onto steps of one clock: frames are averaged where they were recorded, in seconds, and a gap stays a gap."""

from __future__ import annotations

from typing import TYPE_CHECKING

import torch

from mmviz.errors import DataError
from mmviz.models.align import average_intervals

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from jaxtyping import Bool, Float
    from torch import Tensor

    from mmviz.models.batch import Batch

_SLACK = 1e-6  # of the longest recording: rounding


def shares_of_clock(
    batch: Batch, names: Sequence[str], duration_s: float | None, static: Collection[str] = ()
) -> dict[str, Float[Tensor, "batch _frame 2"]]:
    """Return the interval that each frame covers, as shares of what all steps cover together.

    Parameters
    ----------
    batch
        With timestamps.
    names
        Modalities.
    duration_s
        Seconds that all steps cover, from the begin of a sample's clock; None for the sample's own duration.
    static
        Modalities of which one frame, their average, covers the whole recording.

    Returns
    -------
    dict
        Modality to float64 (batch, frame, 2); NaN where there is no frame. A modality of one frame without a time covers the
        whole recording.

    Raises
    ------
    DataError
        If the batch has no timestamps, a modality of several frames has none, or a recording is longer than ``duration_s``.
    """
    if batch.clock is None:
        raise DataError(
            "batch: it has no timestamps, and the model was built for data that have; give times= to mmviz.data.from_arrays, or build "
            "the model from a data set without them"
        )
    begin, own = batch.clock[:, :1], batch.clock[:, 1:] - batch.clock[:, :1]
    if duration_s is not None and bool((own > duration_s * (1 + _SLACK)).any()):
        row = int(own.argmax())
        raise DataError(
            f"batch: sample {row} lasts {float(own[row]):.6g} s, longer than the {duration_s:.6g} s of the spec; build the model from the "
            'spec of the data set it is used on, or with align="resample"'
        )
    whole = own if duration_s is None else torch.full_like(own, duration_s)
    shares = {}
    for name in names:
        if name in batch.times and name not in static:
            shares[name] = (batch.times[name] - begin[..., None]) / whole[..., None]
        elif name in static or batch.valid[name].shape[1] == 1:
            shares[name] = torch.stack([torch.zeros_like(own), own / whole], -1)
        else:
            raise DataError(
                f"batch: modality {name!r} has {batch.valid[name].shape[1]} frames and no times, and the others have; give times for it too"
            )
    return shares


def align_by_time(
    x: Float[Tensor, "batch frame feature"],
    valid: Bool[Tensor, "batch frame"],
    share: Float[Tensor, "batch frame 2"],
    steps: int,
) -> tuple[Float[Tensor, "batch {steps} feature"], Bool[Tensor, "batch {steps}"]]:
    """Average the recorded frames inside ``steps`` equal intervals of the clock, weighted by how long each covers them.

    Parameters
    ----------
    x, valid
        Frames and their mask.
    share
        From `shares_of_clock`.
    steps
        Length of the result, ≥ 1.

    Returns
    -------
    values, valid
        A step is valid where a recorded frame covers a part of it; elsewhere zeros: before a modality begins, after it ends,
        and inside its gaps.
    """
    edges = torch.arange(steps + 1, device=x.device, dtype=share.dtype) / steps
    return average_intervals(x, valid, share[..., 0], share[..., 1], edges.expand(len(x), -1))
