"""Predictions from prefixes: truncation of a batch, and whether a prefix of the aligned sequence equals a truncated recording."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import torch

from mmviz.core.options import one_of, whole
from mmviz.models.user_module.adapt import Adapted

if TYPE_CHECKING:
    from torch import Tensor

    from mmviz.data.spec import Modality
    from mmviz.models.base import FusionModel
    from mmviz.models.batch import Batch

#: how predictions from prefixes are computed
METHODS = ("steps", "recording")


@dataclass(frozen=True)
class PrefixMeaning:
    """Definition of the prediction at step t: which part of the recording it depends on.

    Attributes
    ----------
    kind
        ``recording``: the recording truncated at the end of step t. ``steps``: the steps 0..t of the whole recording after alignment.
        ``processed``: the recording truncated there, with values that were computed from the whole recording before.
    label
        Axis label of a figure.
    sentence
        The definition and its reason.
    """

    kind: str
    label: str
    sentence: str

    def attrs(self) -> dict[str, str]:
        """Return the attributes of the Trace variable."""
        return {"meaning": self.kind, "label": self.label, "description": self.sentence}


def prefix_meaning(model: FusionModel, method: str = "steps") -> PrefixMeaning:
    """Return the definition of the model's predictions from prefixes.

    Parameters
    ----------
    model
        Any model.
    method
        ``steps``: predictions from the first encoded steps. ``recording``: predictions from :func:`truncated` batches.
    """
    one_of(method, METHODS, "prefixes")
    reason = "" if method == "recording" else _difference(model)
    if reason:
        name = "resampled" if model.align == "resample" else "aligned"
        sentence = (
            f"Step t: the prediction from the first t of {model.steps} steps of the {name} whole recording; {reason}."
        )
        return PrefixMeaning(
            "steps", f"prefix of the {name} sequence", f"{sentence} A recording that stops there may give another."
        )
    ahead = "; ".join(f"{m.name}: {m.looks_ahead}" for m in model.spec.modalities if m.looks_ahead)
    if ahead and model.steps > 1:
        sentence = f"Step t: the prediction if the recording stops after step t, except for values computed from all of it ({ahead})."
        return PrefixMeaning("processed", "prefix of the processed recording", sentence)
    sentence = "Step t: the prediction if the recording stops after step t."
    return PrefixMeaning("recording", "if the recording stops here", sentence)


def truncated(model: FusionModel, batch: Batch, stop: int) -> Batch:
    """Return the batch truncated at the end of step ``stop - 1`` of the model's time axis, as if the recording had stopped there.

    Frames that begin later are removed from every modality, before alignment. Static modalities stay. Without timestamps frame i of n
    begins at i/n of the clock: of the data set's longest sequence with ``align="bin"``, of the recorded frames with
    ``align="resample"``; with ``align="pad"`` frame i begins at step i.

    Raises
    ------
    ConfigError
        If ``stop`` is not from 1 to the model's steps.
    """
    whole(stop, "truncated: stop", low=1, high=model.steps)
    valid, times, clock, ends = {}, dict(batch.times), batch.clock, None
    if model.timed and batch.clock is not None:
        begin, own = batch.clock[:, :1], batch.clock[:, 1:] - batch.clock[:, :1]
        duration = None if model.align == "resample" else model.spec.duration_s
        total = own if duration is None else torch.full_like(own, duration)
        ends = torch.minimum(begin + stop / model.steps * total, batch.clock[:, 1:])
        clock = torch.cat([begin, ends], 1)
        times = {name: torch.minimum(spans, ends[:, None]) for name, spans in times.items()}
    for modality in model.spec.modalities:
        name, there = modality.name, batch.valid[modality.name]
        if modality.static:
            valid[name] = there
        elif ends is not None and name in times:
            valid[name] = there & (batch.times[name][..., 0] < ends)
        else:
            valid[name] = there & _begun(model, modality, there, stop)
    return replace(
        batch, valid={name: valid.get(name, there) for name, there in batch.valid.items()}, times=times, clock=clock
    )


def _begun(model: FusionModel, modality: Modality, there: Tensor, stop: int) -> Tensor:
    """Return which frames begin before step ``stop``."""
    place = torch.arange(there.shape[1], device=there.device)
    if isinstance(model, Adapted) or model.align == "bin":
        return place * model.steps < stop * modality.steps
    if model.align == "pad":
        return place < stop
    return (there.cumsum(1) - 1) * model.steps < stop * there.sum(1, keepdim=True)


def _difference(model: FusionModel) -> str:
    """Return why the first steps of a whole recording may differ from those of a truncated one; "" if they are equal."""
    if model.steps == 1 or isinstance(model, Adapted):
        return ""
    if model.align == "resample":
        return "alignment spreads the whole recording over the steps"
    if model.timed:
        return "a frame lasts until the next one, which comes later"
    static = [m.name for m in model.spec.modalities if m.static]
    if static and len(static) < len(model.spec.modalities):
        return f"{', '.join(static)} is repeated up to step t only"
    uneven = [m.name for m in model.spec.modalities if not m.static and m.steps % model.steps]
    if model.align == "bin" and uneven:
        return f"a frame of {', '.join(uneven)} may lie in two steps"
    return ""
