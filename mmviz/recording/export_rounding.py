"""Rounding of the weights and frames that a page carries: as coarse as the predictions permit, of frames for each sample."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import torch

from mmviz.core.subsets import membership
from mmviz.io.stored_floats import MAX_LEVEL_BITS, from_levels, rounded, to_levels
from mmviz.io.stored_frames import ADAPTIVE_BITS
from mmviz.models.batch import batch_of
from mmviz.recording.coalitions import recorded_predictions

if TYPE_CHECKING:
    from collections.abc import Iterable

    from jaxtyping import Bool, Float

    from mmviz.data.dataset import Split
    from mmviz.data.matching import Matching
    from mmviz.io.page_model import PageSplit
    from mmviz.models.base import FusionModel
    from mmviz.models.batch import Batch
    from mmviz.train.run import Run

#: largest change of a probability by the frames of the storage ``adaptive``; of a regression in standard deviations of its targets
TOLERANCE = 3e-4
#: the same for the weights of the storage ``adaptive``
WEIGHT_TOLERANCE = 1e-4
#: floats of fewer values are stored as float32 always
SMALL = 64
#: fewest bits of a level; those of the trial that suggests a rounding; the suggestion aims at this factor of the tolerance, as most changes prove smaller
_COARSEST, _TRIAL, _MARGIN = 10, 13, 1.5
#: samples on which the bits of the weights are chosen
_WEIGHT_SAMPLES = 96
#: modalities up to which the rounding is chosen on every subset
_EVERY_SUBSET = 5
_BATCH = 32


def adapted(split: PageSplit, model: FusionModel, part: Split, matching: Matching, rows: np.ndarray) -> PageSplit:
    """Return the split with its frames of the storage ``adaptive`` rounded, for each sample with about as few bits, from 10 to 24, as pass.

    A rounding passes if no prediction of the sample, over subsets and steps, changes by more than :data:`TOLERANCE`. With more than 5 modalities
    these subsets are all modalities, all but one, and one alone. A sample that no rounding passes keeps 24 bits.

    Parameters
    ----------
    split
        Frames of the storage ``adaptive`` with a shift of 0; modalities in another storage stay as they are.
    rows
        Positions of the split's samples in ``part``.
    """
    members, allowed = _members(len(model.spec.names)), TOLERANCE * _unit(split, model)
    shift = np.full(len(rows), ADAPTIVE_BITS - _TRIAL, np.int64)
    for start in range(0, len(rows), _BATCH):
        left = np.arange(start, min(start + _BATCH, len(rows)))
        batch = batch_of(part, rows[left], matching)
        true = recorded_predictions(model, batch, members, every_step=model.causal)
        # the change is proportional to the rounding: one trial suggests the bits, further ones add a bit where it was too few
        change = _change(model, split, matching, batch, (left, shift[left], members, true))
        needed = np.ceil(np.log2(np.maximum(change, 1e-30) / (_MARGIN * allowed)))
        shift[left] = np.clip(shift[left] - needed, 1, ADAPTIVE_BITS - _COARSEST)
        while len(left):
            batch = batch_of(part, rows[left], matching)
            wrong = _change(model, split, matching, batch, (left, shift[left], members, true)) > allowed
            left, true = left[wrong], true[wrong]
            shift[left] -= 1
            left, true = left[shift[left] > 0], true[shift[left] > 0]
    return replace(split, frames={name: frames.coarser(shift) for name, frames in split.frames.items()})


def level_bits(run: Run, epoch: int, names: Iterable[str], part: Split, matching: Matching, split: PageSplit) -> int:
    """Return the fewest bits of a level, from 10 to 16, with which the storage ``adaptive`` of weights passes; 0 if none does.

    A rounding passes if no prediction, over subsets and steps, of up to 96 samples spread over the split changes by more than
    :data:`WEIGHT_TOLERANCE`; with 16 bits by more than :data:`TOLERANCE`.

    Parameters
    ----------
    names
        Names of the parameters that are stored.
    split
        The samples of the page.
    """
    rows = split.rows[np.unique(np.linspace(0, len(split) - 1, _WEIGHT_SAMPLES).round().astype(int))]
    batches = [batch_of(part, rows[at : at + _BATCH], matching) for at in range(0, len(rows), _BATCH)]
    members, names = _members(len(run.model.spec.names)), list(names)

    def predictions(bits: int) -> list[np.ndarray]:
        with run.at_epoch(epoch) as model:
            if bits:
                round_weights(model, names, "adaptive", bits)
            return [recorded_predictions(model, batch, members, every_step=model.causal) for batch in batches]

    true, allowed = predictions(0), WEIGHT_TOLERANCE * _unit(split, run.model)

    def change(bits: int) -> float:
        pairs = zip(predictions(bits), true, strict=True)
        return max((float(np.nanmax(np.abs(a - b), initial=0.0)) for a, b in pairs), default=0.0)

    # the change is proportional to the rounding: one trial suggests the bits
    bits = _TRIAL + int(np.ceil(np.log2(max(change(_TRIAL), 1e-30) / allowed)))
    bits = min(max(bits, _COARSEST), MAX_LEVEL_BITS)
    while (found := change(bits)) > allowed and bits < MAX_LEVEL_BITS:
        bits += 1
    return bits if found <= TOLERANCE / WEIGHT_TOLERANCE * allowed else 0


def round_weights(model: FusionModel, names: Iterable[str], weights: str, bits: int) -> None:
    """Round the named parameters of a model, in place, as a page stores them; ``bits``: of the storage ``adaptive``."""
    state = model.state_dict()
    for name in names:
        if name in state and state[name].dtype == torch.float32 and state[name].numel() > SMALL:
            state[name] = torch.from_numpy(_rounded(state[name].cpu().numpy(), weights, bits))
    model.load_state_dict(state)


def _rounded(values: Float[np.ndarray, "..."], weights: str, bits: int) -> Float[np.ndarray, "..."]:
    if weights != "adaptive":
        return rounded(values, weights)
    levels, scale = to_levels(values, bits)
    return values if levels is None or scale is None else from_levels(levels, **scale)


def with_frames(batch: Batch, split: PageSplit, matching: Matching) -> Batch:
    """Return a batch with the values as the split's frames store them; both have the same samples."""
    values = {}
    for name in batch.names:
        part = split.frames[name].values
        part = part[..., matching.order[name]] if name in matching.order else part
        values[name] = torch.from_numpy(np.ascontiguousarray(part))
    return replace(batch, values=values)


def _change(
    model: FusionModel,
    split: PageSplit,
    matching: Matching,
    batch: Batch,
    trial: tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray],
) -> np.ndarray:
    """Return the largest change of a prediction of each sample; ``trial``: their rows in the split, shifts, subsets and exact predictions."""
    rows, shift, members, true = trial
    rounded = replace(split, frames={name: one.rows(rows).coarser(shift) for name, one in split.frames.items()})
    seen = recorded_predictions(model, with_frames(batch, rounded, matching), members, every_step=model.causal)
    return np.nanmax(np.abs(seen - true).reshape(len(rows), -1), axis=1, initial=0.0)


def _members(modalities: int) -> Bool[np.ndarray, "subset modality"]:
    """Return the subsets on which the rounding is chosen."""
    every = membership(modalities)
    size = every.sum(1)
    return every if modalities <= _EVERY_SUBSET else every[(size == 1) | (size >= modalities - 1)]


def _unit(split: PageSplit, model: FusionModel) -> float:
    """Return 1 for probabilities; the standard deviation of the targets of a regression, 1 where it is unknown or 0."""
    if model.spec.task.kind == "classification" or split.targets is None:
        return 1.0
    known = np.asarray(split.targets, np.float64)
    spread = float(np.std(known[np.isfinite(known)])) if np.isfinite(known).any() else 0.0
    return spread or 1.0
