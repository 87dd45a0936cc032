"""Temporal alignment: resample, bin or pad sequences of different lengths onto common steps, by frame number or by timestamp.

Resampling "mean" in the published code of Coupled Mamba is ``resample`` here, "none" is ``pad_to``; ``bin_frames`` averages on
a clock that all sequences share; ``align_by_time`` averages frames in intervals of seconds. The data stage never changes a length.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import torch

from mmviz.core.errors import DataError

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from jaxtyping import Bool, Float, Int, Shaped
    from torch import Tensor

    from mmviz.models.batch import Batch


_ROUNDING = 1e-9  # of a step: a smaller overlap of bounds in float64 is rounding


def resample(
    x: Float[Tensor, "batch frame feature"], valid: Bool[Tensor, "batch frame"], steps: int
) -> tuple[Float[Tensor, "batch {steps} feature"], Bool[Tensor, "batch {steps}"]]:
    """Return each sequence averaged inside ``steps`` equal intervals of its own duration.

    Step k covers the interval [k/steps, (k+1)/steps) of the n recorded frames and holds their average, each
    frame weighted by its overlap. Sequences shorter than ``steps`` repeat frames, constants stay constant, and
    neither the amount nor the content of padding (at either end) has any influence.

    Parameters
    ----------
    x, valid
        Frames and their mask. Frames where ``valid`` is False have no influence.
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
    rank, count = valid.cumsum(1) - 1, valid.sum(1, keepdim=True).clamp(min=1)
    if steps >= x.shape[1]:
        values = _stretched(x, valid, rank, count, steps)
    else:
        edges = torch.arange(steps + 1, device=x.device) * count
        values, _ = average_intervals(x, valid, rank * steps, (rank + 1) * steps, edges)
    return values, valid.any(1)[:, None].expand(-1, steps)


def bin_frames(
    x: Float[Tensor, "batch frame feature"], valid: Bool[Tensor, "batch frame"], steps: int, frames: int
) -> tuple[Float[Tensor, "batch {steps} feature"], Bool[Tensor, "batch {steps}"]]:
    """Return the recorded frames averaged inside ``steps`` equal intervals of a clock of ``frames`` frames.

    Step k covers frames [k·frames/steps, (k+1)·frames/steps) for sequences of any length, so the first steps of a
    truncated sequence are unchanged. Frames that were not recorded have no influence.

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
    place = (torch.arange(x.shape[1], device=x.device) * steps).expand(valid.shape)
    edges = (torch.arange(steps + 1, device=x.device) * frames).expand(x.shape[0], -1)
    return average_intervals(x, valid, place, place + steps, edges)


def average_intervals(
    x: Float[Tensor, "batch frame feature"],
    valid: Bool[Tensor, "batch frame"],
    left: Shaped[Tensor, "batch frame"],
    right: Shaped[Tensor, "batch frame"],
    edges: Shaped[Tensor, "batch _edge"],
) -> tuple[Float[Tensor, "batch _step feature"], Bool[Tensor, "batch _step"]]:
    """Return the coverage-weighted average of the frames inside each step, in time and memory linear in frames + steps.

    Frame i covers [left_i, right_i) and step k is [edges_k, edges_{k+1}), in any unit that the three share. The weight of a
    frame in a step is the length of their overlap. Frames may have widths of their own and gaps between them.

    Parameters
    ----------
    x, valid
        Frames and their mask. Frames where ``valid`` is False, and their bounds, have no influence.
    left, right
        Bounds of each frame, int64 (exact) or float64. Valid frames are in order of time and do not overlap: right_i ≤ left_{i+1}.
    edges
        Ascending, one more than there are steps, of the same type.

    Returns
    -------
    values, covered
        Averages in the type of ``x``, and where a step is covered by a valid frame; zeros elsewhere. With bounds in float64 an
        overlap below a billionth of the step is rounding and covers nothing.

    Notes
    -----
    A frame that overlaps a step either begins inside it or covers its left edge. The first kind is summed with one scatter over
    the frames, the second with one gather over the steps, as at most one frame covers an edge. Sums are taken in float64 (float32
    on a device without it), so a constant of a narrower type stays exactly what it is; in float64 a second pass over the
    residuals makes it so.
    """
    start, end = edges[:, :-1].clone(memory_format=torch.contiguous_format), edges[:, 1:]
    low = float("-inf") if left.is_floating_point() else torch.iinfo(left.dtype).min
    begins = torch.where(valid, left, low).contiguous().cummax(1).values  # ascending, for any bounds of invalid frames
    place = torch.arange(x.shape[1], device=x.device).expand(valid.shape)
    last = torch.where(valid, place, -1).cummax(1).values  # the last valid frame up to each frame
    inside = torch.searchsorted(start, begins, right=True)  # each frame begins in step inside - 1
    counts = torch.zeros_like(edges, dtype=torch.int64).scatter_add(1, inside, torch.ones_like(inside))
    across = last.gather(1, (counts.cumsum(1)[:, :-1] - 1).clamp(min=0))  # the last valid frame begun before each step
    inside, held = (inside - 1).clamp(min=0), across.clamp(min=0)

    from_edge, to_edge = start.gather(1, inside), end.gather(1, inside)
    whole = torch.where(valid & (left >= from_edge), torch.minimum(right, to_edge) - left, 0)
    part = torch.where(
        (across >= 0) & (left.gather(1, held) < start), torch.minimum(right.gather(1, held), end) - start, 0
    )
    if left.is_floating_point():
        whole = torch.where(whole > _ROUNDING * (to_edge - from_edge), whole, 0)
        part = torch.where(part > _ROUNDING * (end - start), part, 0)

    wide = _wide(x)
    whole, part = whole.clamp(min=0).to(wide), part.clamp(min=0).to(wide)
    total = part.scatter_add(1, inside, whole)
    share = 1 / torch.where(total > 0, total, 1)
    whole, part = (whole * share.gather(1, inside))[..., None], (part * share)[..., None]
    clean = torch.where(valid[..., None], x, torch.zeros_like(x))
    at_edge, of_step = _at(clean, held), inside[..., None].expand(-1, -1, x.shape[-1])
    values = (at_edge * part).scatter_add(1, of_step, clean * whole)
    if x.dtype == wide:
        residual = (clean - _at(values, inside)) * whole
        values = values + ((at_edge - values) * part).scatter_add(1, of_step, residual)
    return values.to(x.dtype), total > 0


def _stretched(
    x: Float[Tensor, "batch frame feature"],
    valid: Bool[Tensor, "batch frame"],
    rank: Int[Tensor, "batch frame"],
    count: Int[Tensor, "batch 1"],
    steps: int,
) -> Float[Tensor, "batch {steps} feature"]:
    """Return the averages of `average_intervals` for at most ``steps`` frames: a step then overlaps one frame or two neighbours."""
    begin = torch.arange(steps, device=x.device) * count
    first, last = begin // steps, (begin + count - 1) // steps
    weight = torch.where(last > first, begin + count - last * steps, 0).to(_wide(x)) / count
    place = torch.arange(x.shape[1], device=x.device).expand(valid.shape)
    order = torch.zeros_like(torch.nn.functional.pad(rank, (0, 1)))
    order = order.scatter(1, torch.where(valid, rank, x.shape[1]), place)  # places of the recorded frames, in order
    clean = torch.where(valid[..., None], x, torch.zeros_like(x))
    one, other = (_at(clean, order.gather(1, index)) for index in (first, last))
    return torch.lerp(one, other, weight.to(x.dtype)[..., None])


def _wide(x: Tensor) -> torch.dtype:
    return torch.float64 if x.device.type != "mps" else torch.float32


def _at(
    x: Float[Tensor, "batch frame feature"], index: Int[Tensor, "batch place"]
) -> Float[Tensor, "batch place feature"]:
    """Return the frames of each sample at its own indices."""
    row = torch.arange(x.shape[0], device=x.device)[:, None] * x.shape[1]
    return x.flatten(0, 1).index_select(0, (index + row).flatten()).unflatten(0, index.shape)


def pad_to(
    x: Float[Tensor, "batch frame feature"], valid: Bool[Tensor, "batch frame"], steps: int
) -> tuple[Float[Tensor, "batch {steps} feature"], Bool[Tensor, "batch {steps}"]]:
    """Return every frame at its own step, zeros where not valid, padded at the end to ``steps``."""
    clean = torch.where(valid[..., None], x, torch.zeros_like(x))
    missing = steps - x.shape[1]
    return torch.nn.functional.pad(clean, (0, 0, 0, missing)), torch.nn.functional.pad(valid, (0, missing))


_TOLERANCE = 1e-6  # relative, of a duration: rounding


def clock_fractions(
    batch: Batch, names: Sequence[str], duration_s: float | None, static: Collection[str] = ()
) -> dict[str, Float[Tensor, "batch _frame 2"]]:
    """Return the time interval of each frame, as fractions of the interval that all steps cover together.

    Parameters
    ----------
    batch
        With timestamps.
    names
        Modalities.
    duration_s
        Seconds that all steps cover, from the begin of a sample's clock; None for the sample's own duration.
    static
        Static modalities: one frame, their average, covers the whole recording.

    Returns
    -------
    dict
        Modality to float64 (batch, frame, 2); NaN for padding. A modality with one frame and no timestamp covers the
        whole recording.

    Raises
    ------
    DataError
        If the batch has no timestamps, a modality of several frames has none, or a recording is longer than ``duration_s``.
    """
    if batch.clock is None:
        raise DataError(
            "batch: no timestamps, but the model was built for data with timestamps; give times= to mmviz.data.from_arrays, or build "
            "the model from a data set without them"
        )
    begin, duration = batch.clock[:, :1], batch.clock[:, 1:] - batch.clock[:, :1]
    if duration_s is not None and bool((duration > duration_s * (1 + _TOLERANCE)).any()):
        row = int(duration.argmax())
        raise DataError(
            f"batch: sample {row} lasts {float(duration[row]):.6g} s, longer than the {duration_s:.6g} s of the spec; build the model from the "
            'spec of the data set it is used on, or with align="resample"'
        )
    total = duration if duration_s is None else torch.full_like(duration, duration_s)
    shares = {}
    for name in names:
        if name in batch.times and name not in static:
            shares[name] = (batch.times[name] - begin[..., None]) / total[..., None]
        elif name in static or batch.valid[name].shape[1] == 1:
            shares[name] = torch.stack([torch.zeros_like(duration), duration / total], -1)
        else:
            raise DataError(
                f"batch: modality {name!r} has {batch.valid[name].shape[1]} frames and no timestamps, unlike the other modalities; give times for it too"
            )
    return shares


def align_by_time(
    x: Float[Tensor, "batch frame feature"],
    valid: Bool[Tensor, "batch frame"],
    share: Float[Tensor, "batch frame 2"],
    steps: int,
) -> tuple[Float[Tensor, "batch {steps} feature"], Bool[Tensor, "batch {steps}"]]:
    """Return the recorded frames averaged inside ``steps`` equal intervals of the clock, weighted by duration of overlap.

    Parameters
    ----------
    x, valid
        Frames and their mask.
    share
        From `clock_fractions`.
    steps
        Length of the result, ≥ 1.

    Returns
    -------
    values, valid
        A step is valid if a recorded frame overlaps it; zeros elsewhere (before a modality begins, after it ends,
        and in its gaps).
    """
    edges = torch.arange(steps + 1, device=x.device, dtype=share.dtype) / steps
    return average_intervals(x, valid, share[..., 0], share[..., 1], edges.expand(len(x), -1))
