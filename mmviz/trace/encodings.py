"""Where the encoders put the samples of each modality, before any fusion."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import torch
import xarray as xr

from mmviz.arguments import takes
from mmviz.data.matching import matched

if TYPE_CHECKING:
    from mmviz.data.dataset import Split
    from mmviz.train.run import Run


@takes(run="run")
def encoded(run: Run, split: Split, *, epoch: int | None = None) -> xr.Dataset:
    """Return the mean encoded step of every sample and modality: what an alignment in training moves.

    Parameters
    ----------
    run
        A training.
    split
        For example ``ds["test"]``.
    epoch
        One whose weights were kept; the best one when None.

    Returns
    -------
    xr.Dataset
        ``vector`` (modality, sample, channel), float32, the mean over the steps with data; NaN where a modality is absent. For
        `mmviz.analysis.directions`.

    Raises
    ------
    ConfigError
        If the weights of that epoch were not kept.
    """
    matching = matched(run.model.spec, split, "encoded")
    chosen = run.best_epoch if epoch is None else epoch
    parts = []
    with run.at_epoch(chosen) as model, torch.no_grad():
        for batch in run.batches(split, matching=matching):
            steps = model.encode(batch)
            count = steps.mask.sum(-1)[..., None]
            mean = (steps.x * steps.mask[..., None]).sum(2) / count.clamp(min=1)
            parts.append(torch.where(count > 0, mean, torch.nan).float().numpy())
    spec = matching.spec
    found = xr.Dataset(
        {"vector": (("modality", "sample", "channel"), np.concatenate(parts, 1))},
        coords={"modality": list(spec.names), "sample": np.asarray(split.ids).astype(str)},
    )
    found["vector"].attrs = {"long_name": "mean encoded step", "units": "1"}
    found.attrs = {
        "dataset": spec.name,
        "split": split.name,
        "model": run.info["model"]["name"],
        "seed": run.info["train"]["seed"],
        "epoch": int(chosen),
    }
    return found
