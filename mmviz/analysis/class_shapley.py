"""Shapley values of the modalities by true class, beside the prior, so that a majority class does not read as information."""

from __future__ import annotations

import numpy as np
import xarray as xr

from mmviz.analysis.explained import is_labelled
from mmviz.analysis.shapley import shapley
from mmviz.errors import ConfigError, DataError
from mmviz.metrics.intervals import mean_interval


def shapley_by_class(trace: xr.DataTree, *, value: str | None = None) -> xr.Dataset:
    """Return the mean Shapley values of each true class, with intervals, and the baseline v(∅) they start from.

    Parameters
    ----------
    trace
        Of a classification, recorded with ``coalitions=True``.
    value
        The value function v, as in :func:`mmviz.analysis.shapley`.

    Returns
    -------
    xr.Dataset
        ``mean``, ``low``, ``high`` (class, modality): mean over the samples of the class and its 95 % interval (Student's t; NaN for a
        single sample). ``baseline``, ``full`` (class): mean v(∅) and v(all); ``baseline`` + Σ ``mean`` = ``full``. ``count`` (class): the
        samples behind them, without those with a value that is not finite. ``macro`` (modality), ``macro_baseline``, ``macro_full``: means over
        the classes that occur, with equal weight. Attributes ``majority_class`` and ``majority_baseline``: the largest class, and the
        accuracy of always predicting it.

    Raises
    ------
    DataError
        If the Trace holds no coalitions, or no labels.
    ConfigError
        For a regression, or if the value function does not belong to the task.

    Notes
    -----
    v(∅) is the model's prediction without any modality: the prior that it has learned. With imbalanced classes it is high for the large
    class and low for the others, and so a modality's value averaged over samples is mostly that of the large class. Compare classes, or read
    ``macro``; with ``value="correct"``, ``macro_full`` is the balanced accuracy.
    """
    task = trace.attrs["task"]
    if task["kind"] != "classification":
        raise ConfigError(f"shapley_by_class: the Trace is of a {task['kind']}; only a classification has classes")
    if not is_labelled(trace["samples"]["target"]):
        raise DataError(
            "shapley_by_class: the recorded split has no labels, so no sample has a true class; record a labelled split"
        )
    found = shapley(trace, value=value)
    classes, target = [str(c) for c in task["classes"]], trace["samples"].to_dataset()["target"].values
    phi = found["phi"].transpose("sample", "modality").values
    ends = np.stack([found["baseline"].values, found["full"].values], 1)
    known = np.isfinite(phi).all(1) & np.isfinite(ends).all(1)
    own = [known & (target == c) for c in range(len(classes))]
    mean, low, high = (np.stack(part) for part in zip(*(mean_interval(phi[rows]) for rows in own), strict=True))
    baseline, full = np.stack([mean_interval(ends[rows])[0] for rows in own]).T
    count = np.array([rows.sum() for rows in own])
    there = count > 0

    def macro(values: np.ndarray) -> np.ndarray:
        return values[there].mean(0) if there.any() else np.full(values.shape[1:], np.nan)

    both = ("class", "modality")
    out = xr.Dataset(
        {
            "mean": (both, mean),
            "low": (both, low),
            "high": (both, high),
            "baseline": ("class", baseline),
            "full": ("class", full),
            "count": ("class", count),
            "macro": ("modality", macro(mean)),
            "macro_baseline": ((), macro(baseline)),
            "macro_full": ((), macro(full)),
        },
        coords={"class": classes, "modality": found["modality"].values},
    )
    total = np.bincount(target.astype(np.int64), minlength=len(classes))
    out.attrs = found.attrs | {
        "interval": "95 % of the mean over the samples of a class, Student's t",
        "majority_class": classes[int(total.argmax())] if len(target) else "",
        "majority_baseline": float(total.max() / total.sum()) if len(target) else float("nan"),
    }
    return out
