"""How well the model does with every subset of its modalities."""

from __future__ import annotations

import numpy as np
import xarray as xr

from mmviz.analysis.explained import explained_target
from mmviz.analysis.shapley import _game, _group, _provenance, _value_of
from mmviz.arguments import takes
from mmviz.metrics.intervals import mean_interval, share_interval

_WORTH = {"classification": "correct", "regression": "negative_absolute_error"}


@takes(trace="trace")
def coalition_scores(trace: xr.DataTree, *, value: str | None = None) -> xr.Dataset:
    """Return the mean score of every subset of the modalities, the others masked, at the best epoch.

    Parameters
    ----------
    trace
        Recorded with ``coalitions=True``.
    value
        As in :func:`mmviz.analysis.shapley`; ``correct`` (the mean is the accuracy) by default for a classification,
        ``negative_absolute_error`` for a regression.

    Returns
    -------
    xr.Dataset
        ``score``, ``low``, ``high`` (coalition): mean over the samples and its 95 % interval: Wilson's for ``correct``, else
        Student's t (NaN for a single sample). ``members`` (coalition, modality). Samples with an answer that is not finite are left
        out; attribute ``n_samples`` counts the rest. One fused model hears the subsets; none was trained on them alone.

    Raises
    ------
    DataError
        If the Trace holds no coalitions.
    ConfigError
        If the value function does not belong to the task.
    """
    kind = _value_of(trace, _WORTH[trace.attrs["task"]["kind"]] if value is None else value)
    group = _group(trace, "coalitions")
    game = _game(group["answer"], explained_target(trace, kind), kind).transpose("sample", "coalition").values
    known = game[np.isfinite(game).all(-1)]
    n = len(known)
    mean, low, high = mean_interval(known)
    if kind == "correct":
        low, high = share_interval(mean, n)
    out = xr.Dataset(
        {
            "score": ("coalition", mean),
            "low": ("coalition", low),
            "high": ("coalition", high),
            "members": group["members"],
        },
        coords={"modality": group["modality"].values},
    )
    out.attrs = _provenance(trace, kind, epoch=trace.attrs["best_epoch"]) | {
        "index": "mean score of a subset of the modalities",
        "n_samples": n,
        "interval": "95 %, Wilson" if kind == "correct" else "95 %, Student's t",
    }
    return out
