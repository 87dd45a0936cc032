"""Group /features: the encoded and the pooled features of every modality, from which the modality gap is computed."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import torch

from mmviz.core.errors import ConfigError
from mmviz.core.options import takes
from mmviz.data.matching import matched
from mmviz.models.batch import batch_of
from mmviz.models.user_module.model import Adapted
from mmviz.recording.recombination import measured
from mmviz.recording.samples import array, chosen_samples

if TYPE_CHECKING:
    from collections.abc import Sequence

    import xarray as xr

    from mmviz.data.dataset import Split
    from mmviz.train.run import Run

_BATCH = 64


@takes(run="run")
@torch.no_grad()
def record_features(run: Run, split: Split, *, samples: int | Sequence[int] | np.ndarray | None = None) -> xr.Dataset:
    """Return the features of every modality at the best epoch, all modalities available.

    Parameters
    ----------
    run
        A training from :func:`mmviz.train.fit` or :func:`mmviz.train.load`.
    split
        For example ``ds["test"]``.
    samples
        How many samples (spread evenly over the sorted targets), or their positions; None: all.

    Returns
    -------
    xr.Dataset
        ``encoder`` (modality, measured_sample, encoder_feature): mean of the encoded steps; ``pooled`` (modality, measured_sample, pooled_feature): input of
        the head; ``present`` (modality, measured_sample): whether the sample has the modality. Add it to a Trace with :func:`mmviz.trace.with_measures`, for
        :func:`mmviz.analysis.modality_gap`.

    Raises
    ------
    ConfigError
        For a user's module, whose features are unknown.
    """
    place = "record_features"
    if isinstance(run.model, Adapted):
        raise ConfigError(
            f"{place}: {run.model.config.name} is a user's module whose features are unknown; derive the model from mmviz.models.FusionModel"
        )
    matching = matched(run.model.spec, split, place)
    rows = np.arange(len(split)) if samples is None else chosen_samples(split, samples)
    encoder, pooled, present = [], [], []
    with run.at_epoch(run.best_epoch) as model:
        for start in range(0, len(rows), _BATCH):
            batch = batch_of(split, rows[start : start + _BATCH], matching).ordered(model.spec.names)
            steps = model.encode(batch)
            weight = steps.mask[..., None].to(steps.x.dtype)
            encoder.append(array((steps.x * weight).sum(2) / weight.sum(2).clamp(min=1)))
            pooled.append(array(model.pooled(steps)[0][:, :, 0]))
            present.append(steps.mask.any(-1).cpu().numpy())
    dims = ("modality", "measured_sample")
    out = measured(
        run,
        split,
        matching,
        rows,
        {
            "encoder": ((*dims, "encoder_feature"), np.concatenate(encoder, 1)),
            "pooled": ((*dims, "pooled_feature"), np.concatenate(pooled, 1)),
            "present": (dims, np.concatenate(present, 1)),
        },
    )
    return out.assign_coords(modality=list(matching.spec.names))
