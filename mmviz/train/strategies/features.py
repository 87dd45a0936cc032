"""Features of each modality: the vector that the fusion receives from a modality with all others masked, of a batch or of a split."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import torch

from mmviz.models.batch import batch_of
from mmviz.train.strategies.unimodal import UnimodalPass, unimodal_pass

if TYPE_CHECKING:
    from collections.abc import Sequence

    from jaxtyping import Bool, Float
    from torch import Tensor

    from mmviz.data.dataset import Split
    from mmviz.models.base import FusionModel
    from mmviz.models.batch import Steps

_ROWS = 256


class Features(NamedTuple):
    """Feature vectors, zeros where a modality is absent, and which modalities are available."""

    value: Float[Tensor, "modality batch width"]
    present: Bool[Tensor, "modality batch"]


def modality_features(model: FusionModel, steps: Steps) -> Features:
    """Return the vector of each modality with all other modalities masked, before the fusion.

    Parameters
    ----------
    model
        A model of :mod:`mmviz.models`: the pooled vectors, in one pass where no stream depends on another modality, otherwise in one unimodal pass
        per modality. Of a user's module, whose features are unknown: its unimodal outputs.
    steps
        Encoded steps.

    Notes
    -----
    Our interpretation: papers on modality balance have an encoder per modality and mean its output. A fusion with coupled streams has no vector that
    depends on one modality only, unless the others are masked.
    """
    present = steps.mask.any(-1)
    if model.imputes or not present.any():
        return features_and_outputs(model, steps)[0]
    if model.independent_streams:
        return Features(model.pooled(steps)[0][:, :, 0], present)
    pooled, _, modality, sample = _pooled_alone(model, steps)
    return _features(pooled[modality, torch.arange(len(sample), device=sample.device), 0], modality, sample, present)


def features_and_outputs(model: FusionModel, steps: Steps) -> tuple[Features, UnimodalPass]:
    """Return the features of each modality and the unimodal pass that they belong to; one pass for both."""
    present = steps.mask.any(-1)
    if model.imputes or not present.any():
        single = unimodal_pass(model, steps)
        return _features(single.output, single.modality, single.sample, present), single
    pooled, there, modality, sample = _pooled_alone(model, steps)
    rows = pooled[modality, torch.arange(len(sample), device=sample.device), 0]
    single = UnimodalPass(model.fuse_pooled(pooled, there)[:, 0], modality, sample)
    return _features(rows, modality, sample, present), single


def _pooled_alone(model: FusionModel, steps: Steps) -> tuple[Tensor, Tensor, Tensor, Tensor]:
    """Return the input of the fusion for each available modality of each sample alone, and modality and sample of each row."""
    modality, sample = steps.mask.any(-1).nonzero(as_tuple=True)
    members = modality[:, None] == torch.arange(len(steps.mask), device=modality.device)
    return *model.pooled(steps.samples(sample).masked(members)), modality, sample


def _features(rows: Tensor, modality: Tensor, sample: Tensor, present: Tensor) -> Features:
    value = rows.new_zeros(*present.shape, rows.shape[-1])
    return Features(value.index_put((modality, sample), rows), present)


@torch.no_grad()
def features_of_split(
    model: FusionModel, split: Split, rows: Sequence[int] | np.ndarray | None = None, *, device: torch.device
) -> Features:
    """Return the features of samples of a split, in evaluation mode, as float32 or float64; the mode is as before afterwards.

    Parameters
    ----------
    model
        On ``device``.
    split, rows
        Samples; None for all.
    """
    chosen = np.arange(len(split)) if rows is None else np.asarray(rows)
    dtype = next(model.parameters()).dtype
    mode, found = model.training, []
    model.eval()
    try:
        for start in range(0, len(chosen), _ROWS):
            batch = batch_of(split, chosen[start : start + _ROWS]).to(device, dtype)
            found.append(modality_features(model, model.encode(batch)))
    finally:
        model.train(mode)
    width = max(each.value.shape[-1] for each in found)  # a chunk without any modality has no width of its own
    values = [each.value if each.value.shape[-1] == width else each.value.expand(-1, -1, width) for each in found]
    return Features(torch.cat(values, 1).to(dtype), torch.cat([each.present for each in found], 1))
