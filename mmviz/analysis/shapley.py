"""Shapley values of the modalities: per sample, per prefix and per class; mean score of every subset of modalities."""

from __future__ import annotations

import numpy as np
import xarray as xr

from mmviz.analysis.blockwise import blockwise
from mmviz.analysis.game import explained_target, game_attributes, game_of, is_labelled, score_function, value_function
from mmviz.analysis.per_run import per_run
from mmviz.analysis.recorded_selection import recorded_text
from mmviz.analysis.trace_groups import coalition_group, sample_groups
from mmviz.core.errors import ConfigError, DataError
from mmviz.core.intervals import clustered_interval, clustered_share, group_count, interval_text
from mmviz.core.options import takes
from mmviz.metrics.shapley import shapley_values


@takes(trace="trace")
@per_run
def shapley(trace: xr.DataTree, *, value: str | None = None) -> xr.Dataset:
    """Return the Shapley value of each modality, per sample, at the best epoch.

    Parameters
    ----------
    trace
        Recorded with ``coalitions=True``.
    value
        The value function v. Classification: ``probability`` of the true class (default), ``log_likelihood``,
        ``accuracy``. Regression: ``output`` (default), ``negative_absolute_error``. Others: `mmviz.analysis.register_value_function`.

    Returns
    -------
    xr.Dataset
        ``phi`` (sample, modality), ``baseline`` (sample) = v(∅), ``full`` (sample) = v(all); exact: baseline + Σ phi = full up to
        rounding. Coordinate ``group`` (sample): recording, speaker or video, "" where unknown.

    Raises
    ------
    DataError
        If the Trace holds no coalitions, or the value function compares with labels and there are none.
    ConfigError
        If the value function does not belong to the task.

    Notes
    -----
    v(S) is computed from the model's prediction with the modalities outside S masked; v(∅) with all of them masked.
    For a Trace opened with ``chunks`` the values are lazy and computed block by block.
    For a split without labels, ``probability`` and ``log_likelihood`` are those of the predicted class (all modalities, best epoch), stated in
    ``units``.
    A public note on Modality Equilibrium Matters v2 (arXiv 2506.00030v2) states Shapley-based contributions "over the marginal performance gains of all
    subsets", without a normalisation; the standard formula is our interpretation.
    Attribute ``untrained`` states how many subsets training never met (joint training meets the full set only); values on them are out
    of the model's distribution. In a small experiment, two noise modalities have a mean |φ| per sample that is several times larger
    after joint training than after modality dropout (``tests/properties/known_truth.py``).
    """
    group = coalition_group(trace)
    v = value_function(trace, value)
    game = game_of(group["prediction"], explained_target(trace, v), v)
    out = _values_of(game, group["modality"].values).assign_coords(
        sample_id=("sample", trace["samples"]["id"].values), group=("sample", sample_groups(trace))
    )
    out.attrs = game_attributes(trace, v, epoch=trace.attrs["best_epoch"])
    return out


@takes(trace="trace")
@per_run
def prefix_shapley(trace: xr.DataTree, *, value: str | None = None) -> xr.Dataset:
    """Return Shapley values of the prediction for every prefix of the sequence, per epoch, recorded sample and step.

    As :func:`shapley`, with ``phi`` (epoch, recorded_sample, time, modality): entry t belongs to the prefix that ends at step t. Attribute
    ``prefix`` says what a prefix is, see ``prefixes=`` of :func:`mmviz.record`.
    """
    group = coalition_group(trace, "prefixes")
    v = value_function(trace, value)
    target = explained_target(trace, v).isel(sample=group["recorded_sample"].values)
    game = game_of(
        group["prediction"].transpose(..., "coalition", "output"), target.rename(sample="recorded_sample"), v
    )
    own = sample_groups(trace)[group["recorded_sample"].values]
    out = _values_of(game, group["modality"].values).assign_coords(group=("recorded_sample", own))
    out.attrs = game_attributes(trace, v, epoch=None) | {
        "prefix": group.attrs.get("description", ""),
        "recorded": recorded_text(trace),
    }
    return out


def _values_of(game: xr.DataArray, names: np.ndarray) -> xr.Dataset:
    game = game.transpose(..., "coalition")
    kept = game.dims[:-1]
    phi = blockwise(shapley_values, game, core=[["coalition"]], to=["modality"], sizes={"modality": len(names)})
    return xr.Dataset(
        {
            "phi": ((*kept, "modality"), phi.data),
            "baseline": (kept, game.isel(coalition=0).data),
            "full": (kept, game.isel(coalition=-1).data),
        },
        coords={**{d: game[d] for d in kept if d in game.coords}, "modality": names},
    )


@per_run
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
        ``mean``, ``low``, ``high`` (class, modality): mean over the samples of the class and its 95 % interval, clustered by
        group where groups are known (see :func:`mmviz.core.intervals.clustered_interval`; NaN for a single sample or group). ``baseline``, ``full`` (class): mean v(∅) and v(all); ``baseline`` + Σ ``mean`` = ``full``. ``count`` (class): the
        samples behind them, without those with a value that is not finite; ``groups`` (class): their groups, 0 where unknown. ``macro`` (modality), ``macro_baseline``, ``macro_full``: means over
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
    ``macro``; with ``value="accuracy"``, ``macro_full`` is the balanced accuracy.
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
    of_class = [known & (target == c) for c in range(len(classes))]
    group = found["group"].values
    parts = [clustered_interval(phi[rows], group[rows]) for rows in of_class]
    mean, low, high = (np.stack(part) for part in zip(*parts, strict=True))
    baseline, full = np.stack([clustered_interval(ends[rows], None)[0] for rows in of_class]).T
    count = np.array([rows.sum() for rows in of_class])
    occurring = count > 0

    def macro(values: np.ndarray) -> np.ndarray:
        return values[occurring].mean(0) if occurring.any() else np.full(values.shape[1:], np.nan)

    both = ("class", "modality")
    out = xr.Dataset(
        {
            "mean": (both, mean),
            "low": (both, low),
            "high": (both, high),
            "baseline": ("class", baseline),
            "full": ("class", full),
            "count": ("class", count),
            "groups": ("class", [group_count(group[rows], int(rows.sum())) for rows in of_class]),
            "macro": ("modality", macro(mean)),
            "macro_baseline": ((), macro(baseline)),
            "macro_full": ((), macro(full)),
        },
        coords={"class": classes, "modality": found["modality"].values},
    )
    total = np.bincount(target.astype(np.int64), minlength=len(classes))
    out.attrs = found.attrs | {
        "interval": f"of the mean of a class; all classes: {interval_text(group[known], int(known.sum()))}",
        "n_groups": group_count(group[known], int(known.sum())),
        "majority_class": classes[int(total.argmax())] if len(target) else "",
        "majority_baseline": float(total.max() / total.sum()) if len(target) else float("nan"),
    }
    return out


@takes(trace="trace")
@per_run
def coalition_scores(trace: xr.DataTree, *, value: str | None = None) -> xr.Dataset:
    """Return the mean score of every subset of modalities, the others masked, at the best epoch (modality ablation).

    Parameters
    ----------
    trace
        Recorded with ``coalitions=True``.
    value
        As in :func:`mmviz.analysis.shapley`; ``accuracy`` (the mean is the accuracy) by default for a classification,
        ``negative_absolute_error`` for a regression.

    Returns
    -------
    xr.Dataset
        ``score``, ``low``, ``high`` (coalition): mean over the samples and its 95 % interval: Wilson's for ``accuracy``, else
        Student's t, clustered by group where groups are known (see :mod:`mmviz.core.intervals`; NaN for a single sample or group). ``members`` (coalition, modality). ``trained`` (coalition): whether training met the subset, absent
        where this is unknown. Samples with a prediction that is not finite are
        left out; attributes ``n_samples`` and ``n_groups`` count the others. One fused model predicts from every subset; none was trained on a subset alone.

    Raises
    ------
    DataError
        If the Trace holds no coalitions.
    ConfigError
        If the value function does not belong to the task.
    """
    v = score_function(trace, value)
    group = coalition_group(trace)
    game = game_of(group["prediction"], explained_target(trace, v), v).transpose("sample", "coalition").values
    finite, share = np.isfinite(game).all(-1), v.name == "accuracy"
    known, own = game[finite], sample_groups(trace)[finite]
    mean, low, high = (clustered_share if share else clustered_interval)(known, own)
    out = xr.Dataset(
        {
            "score": ("coalition", mean),
            "low": ("coalition", low),
            "high": ("coalition", high),
            "members": group["members"],
            **({"trained": group["trained"]} if "trained" in group else {}),
        },
        coords={"modality": group["modality"].values},
    )
    out.attrs = game_attributes(trace, v, epoch=trace.attrs["best_epoch"]) | {
        "index": "mean score of a subset of the modalities",
        "n_samples": len(known),
        "n_groups": group_count(own, len(known)),
        "interval": interval_text(own, len(known), share=share),
    }
    return out
