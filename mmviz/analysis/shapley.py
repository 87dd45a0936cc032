"""Shapley values of the modalities: per sample, per prefix and per class; mean score of every subset of modalities."""

from __future__ import annotations

import numpy as np
import xarray as xr

from mmviz.analysis.blockwise import blockwise
from mmviz.analysis.game import explained_target, is_labelled
from mmviz.core.errors import ConfigError, DataError
from mmviz.core.intervals import mean_interval, share_interval
from mmviz.core.options import takes
from mmviz.metrics.shapley import shapley_values

__all__ = ["VALUES", "prefix_shapley", "shapley", "shapley_values"]


VALUES = {
    "classification": ("probability", "log_likelihood", "accuracy"),
    "regression": ("output", "negative_absolute_error"),
}
VALUE_MEANING = {
    "probability": "probability of the true class",
    "log_likelihood": "log-probability of the true class, nat, not below -87.3 (float32)",
    "accuracy": "1 where the most probable class is the true one, else 0",
    "output": "the predicted value",
    "negative_absolute_error": "minus the absolute error of the predicted value",
}


@takes(trace="trace")
def shapley(trace: xr.DataTree, *, value: str | None = None) -> xr.Dataset:
    """Return what each modality contributes to the answer, per sample, at the best epoch.

    Parameters
    ----------
    trace
        Recorded with ``coalitions=True``.
    value
        The value function v. Classification: ``probability`` of the true class (default), ``log_likelihood``,
        ``accuracy``. Regression: ``output`` (default), ``negative_absolute_error``.

    Returns
    -------
    xr.Dataset
        ``phi`` (sample, modality), ``baseline`` (sample) = v(no modality), ``full`` (sample) = v(all); exact, so
        that baseline + Σ phi = full to rounding.

    Raises
    ------
    DataError
        If the Trace holds no coalitions, or the value function compares with labels and there are none.
    ConfigError
        If the value function does not belong to the task.

    Notes
    -----
    v(S) is the model's answer when the modalities outside S are masked; v(no modality) is its answer to nothing.
    Of a Trace that was opened with ``chunks``, the values are lazy: computed block by block when they are asked for.
    Of a split without labels, ``probability`` and ``log_likelihood`` are those of the predicted class (all modalities, best epoch), and
    ``units`` says so.
    The Shapley value as a measure of a modality's contribution: Modality Equilibrium Matters, arXiv 2506.00030
    (its own formula is not public; this is the standard one, read in).
    """
    group = trace_group(trace, "coalitions")
    kind = value_name(trace, value)
    game = game_of(group["prediction"], explained_target(trace, kind), kind)
    out = _values_of(game, group["modality"].values).assign_coords(sample_id=("sample", trace["samples"]["id"].values))
    out.attrs = provenance_of(trace, kind, epoch=trace.attrs["best_epoch"])
    return out


@takes(trace="trace")
def prefix_shapley(trace: xr.DataTree, *, value: str | None = None) -> xr.Dataset:
    """Return the contributions to the answer from the first steps only: per epoch, recorded sample and step.

    As :func:`shapley`, with ``phi`` (epoch, recorded_sample, time, modality): step t holds the contributions to the prediction from the prefix
    that ends there. What a prefix is, attribute ``prefix`` says, see ``prefixes=`` of :func:`mmviz.record`.
    """
    group = trace_group(trace, "prefixes")
    kind = value_name(trace, value)
    target = explained_target(trace, kind).isel(sample=group["recorded_sample"].values)
    game = game_of(
        group["prediction"].transpose(..., "coalition", "output"), target.rename(sample="recorded_sample"), kind
    )
    out = _values_of(game, group["modality"].values)
    out.attrs = provenance_of(trace, kind, epoch=None) | {"prefix": group.attrs.get("says", "")}
    return out


def trace_group(trace: xr.DataTree, name: str) -> xr.Dataset:
    if name not in trace.children:
        raise DataError(f"Trace: group /{name} is missing; record it with mmviz.record(..., coalitions=True)")
    return trace[name].to_dataset()


def value_name(trace: xr.DataTree | xr.Dataset, value: str | None) -> str:
    task = trace.attrs["task"]["kind"]
    known = VALUES[task]
    if value is not None and value not in known:
        raise ConfigError(f"shapley: value={value!r} does not belong to a {task}; choose one of {', '.join(known)}")
    return known[0] if value is None else value


def game_of(output: xr.DataArray, target: xr.DataArray, kind: str) -> xr.DataArray:
    """Return v, in float64, over every dimension of ``output`` but the last."""
    answers = output.astype(np.float64)
    if kind in ("output", "negative_absolute_error"):
        single = answers.isel(output=0, drop=True)
        return single if kind == "output" else -abs(single - target)
    if kind == "accuracy":
        known = answers.notnull().all("output")
        return (answers.fillna(0).argmax("output") == target).astype(np.float64).where(known)
    truth = blockwise(_of_class, answers, target, core=[["output"], []])
    return truth if kind == "probability" else xr.ufuncs.log(truth.clip(min=np.finfo(np.float32).tiny))


def _of_class(answers: np.ndarray, target: np.ndarray) -> np.ndarray:
    """Return the entry of the last dimension that each target names; target broadcasts against the others."""
    place = np.broadcast_to(np.asarray(target, dtype=np.intp), answers.shape[:-1])
    return np.take_along_axis(answers, place[..., None], -1)[..., 0]


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


def _meaning(kind: str, *, labelled: bool) -> str:
    """Say what a value is; without labels, the class that is explained is the predicted one."""
    return VALUE_MEANING[kind] if labelled else VALUE_MEANING[kind].replace("true class", "predicted class (no labels)")


def provenance_of(trace: xr.DataTree | xr.Dataset, kind: str, *, epoch: int | None) -> dict[str, object]:
    return {
        "index": "Shapley value",
        "exact": True,
        "value": kind,
        "units": _meaning(
            kind, labelled=is_labelled(trace["samples"]["target"] if "samples" in trace else trace["target"])
        ),
        "baseline": "the model's answer with every modality masked",
        "imputation": trace.attrs.get("imputation", "what stands for missing modalities was not recorded"),
        "players": len(trace.attrs["modalities"]),
        "epoch": epoch,
        "dataset": trace.attrs["dataset"],
        "split": trace.attrs["split"],
        "model": trace.attrs["model"]["name"],
        "seed": trace.attrs["train"]["seed"],
        "backend": trace.attrs["backend"],
    }


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


_WORTH = {"classification": "accuracy", "regression": "negative_absolute_error"}


@takes(trace="trace")
def coalition_scores(trace: xr.DataTree, *, value: str | None = None) -> xr.Dataset:
    """Return the mean score of every subset of the modalities, the others masked, at the best epoch.

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
        Student's t (NaN for a single sample). ``members`` (coalition, modality). Samples with an answer that is not finite are left
        out; attribute ``n_samples`` counts the rest. One fused model hears the subsets; none was trained on them alone.

    Raises
    ------
    DataError
        If the Trace holds no coalitions.
    ConfigError
        If the value function does not belong to the task.
    """
    kind = value_name(trace, _WORTH[trace.attrs["task"]["kind"]] if value is None else value)
    group = trace_group(trace, "coalitions")
    game = game_of(group["prediction"], explained_target(trace, kind), kind).transpose("sample", "coalition").values
    known = game[np.isfinite(game).all(-1)]
    n = len(known)
    mean, low, high = mean_interval(known)
    if kind == "accuracy":
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
    out.attrs = provenance_of(trace, kind, epoch=trace.attrs["best_epoch"]) | {
        "index": "mean score of a subset of the modalities",
        "n_samples": n,
        "interval": "95 %, Wilson" if kind == "accuracy" else "95 %, Student's t",
    }
    return out
