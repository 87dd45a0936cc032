"""Scores with missing modalities: every subset, and curves over the missing rate with intervals."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

import numpy as np
import torch
import xarray as xr

from mmviz.core.errors import ConfigError
from mmviz.core.intervals import bootstrap_interval, clustered_score, clustered_share, group_count, interval_text
from mmviz.core.options import whole
from mmviz.core.subsets import membership, subset_label, subset_numbers
from mmviz.data.matching import matched
from mmviz.data.missing import IMDER_RATES, kept_modalities
from mmviz.models.coalitions import coalition_predictions
from mmviz.train.metrics import score

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from jaxtyping import Bool, Float, Shaped

    from mmviz.data.dataset import Split
    from mmviz.data.missing.modalities import Protocol
    from mmviz.data.spec import Spec, Task
    from mmviz.metrics.score import Metrics
    from mmviz.train.run import Run

Convention = Literal["mosi", "sims", "polarity"] | None


class SubsetPredictions(NamedTuple):
    """A run's predictions for every subset of modalities of a split, subset k holding modality m where bit m of k is set.

    Without labels, the target is None.
    """

    output: Float[np.ndarray, "sample coalition output"]
    present: Bool[np.ndarray, "sample modality"]
    target: Shaped[np.ndarray, " sample"] | None
    ids: Shaped[np.ndarray, " sample"]
    spec: Spec

    def of(self, members: Bool[np.ndarray, "sample modality"]) -> Float[np.ndarray, "sample output"]:
        """Return the prediction of each sample for its own subset."""
        which = subset_numbers(members)
        return self.output[np.arange(len(which)), which]


def subset_predictions(run: Run, split: Split) -> SubsetPredictions:
    """Return the model's predictions for every subset of modalities; the encoders run once.

    Parameters
    ----------
    run, split
        A training, and for example ``ds["test"]``.

    Returns
    -------
    SubsetPredictions
        Class probabilities or values, float32. Equal to `Run.predict` on data without the other modalities (`mmviz.data.missing`).
    """
    model, matching = run.model, matched(run.model.spec, split, "subset_predictions")
    mode, parts, present = model.training, [], []
    model.eval()
    try:
        with torch.no_grad():
            for batch in run.batches(split, matching=matching):
                steps = model.encode(batch)
                prediction = coalition_predictions(model, steps).float()
                parts.append(
                    (prediction.softmax(-1) if model.spec.task.kind == "classification" else prediction).numpy()
                )
                present.append(steps.mask.any(-1).t().numpy())
    finally:
        model.train(mode)
    output = matching.outputs(np.concatenate(parts))
    return SubsetPredictions(output, np.concatenate(present), split.target, split.ids, matching.spec)


def subset_scores(
    run: Run,
    split: Split,
    *,
    metric: str = "",
    convention: Convention = None,
    level: float = 0.95,
    resamples: int = 200,
    seed: int = 0,
) -> xr.Dataset:
    """Return the score of a run for every non-empty subset of modalities, with bootstrap intervals.

    Parameters
    ----------
    run, split
        As for :func:`subset_predictions`.
    metric
        A name that :func:`mmviz.train.metrics.score` gives; "" is ``accuracy``, or ``mae`` of a regression.
    convention
        As in `score`.
    level
        Confidence level of the intervals, in (0, 1).
    resamples
        Bootstrap samples for the intervals where no group is known, ≥ 1.
    seed
        Seed of the bootstrap.

    Returns
    -------
    xr.Dataset
        ``score``, ``low``, ``high`` (subset), ``members`` (subset, modality), ``without_data`` (subset): number of samples without any of
        the subset's modalities; they are scored by the prediction v(∅). Subsets are named by their modalities,
        joined with " + ", single modalities first. The score is exact. Where groups are known (recording, speaker, video), the interval is
        that of :func:`mmviz.core.intervals.clustered_share` for the accuracy, and of `clustered_score` for another metric. Otherwise it is
        the central share of the bootstrap over samples (where that has no width, Wilson's for the accuracy and NaN for another metric).
    """
    _check(level=level, draws=resamples, seed=seed, name="resamples")
    predictions, target = subset_predictions(run, split), split.labels("subset_scores")
    names = run.model.spec.names
    members = membership(len(names))[1:]
    members = members[np.argsort(members.sum(1), kind="stable")]
    chosen = _metric(predictions.spec.task, metric, convention)
    groups, share = group_count(split.group, len(target)), chosen.name == "accuracy"
    rng = np.random.default_rng(seed)
    rows = rng.integers(0, len(target), (0 if groups else resamples, len(target)))
    point, spread, without_data = [], [], []
    clustered: list[tuple[float, float]] = []
    for row in members:
        given = predictions.of(np.broadcast_to(row, predictions.present.shape))
        point.append(chosen.of(given, target)[chosen.name])
        spread.append([chosen.of(given[pick], target[pick])[chosen.name] for pick in rows])
        without_data.append(int((~(predictions.present & row).any(1)).sum()))
        if groups:
            clustered.append(_clustered(chosen, given, target, split.group, level))
    if groups:
        low, high = np.where(np.isnan(point), np.nan, np.array(clustered).T)
    else:
        low, high = bootstrap_interval(np.array(spread), np.array(point), len(target), level, share=share)
    subset = [subset_label(names, row) for row in members]
    out = xr.Dataset(
        {
            "score": ("subset", np.array(point)),
            "low": ("subset", low),
            "high": ("subset", high),
            "members": (("subset", "modality"), members),
            "without_data": ("subset", np.array(without_data)),
        },
        coords={"subset": subset, "modality": list(names)},
    )
    out.attrs = _attrs(run, split, predictions, chosen) | {
        "interval": interval_text(split.group, len(target), level=level, share=share)
        if groups
        else f"central {level:g} of {resamples} bootstrap samples of the split",
        "n_groups": groups,
        "seed": seed,
    }
    return out


def missing_scores(
    run: Run,
    split: Split,
    *,
    rates: Sequence[float] = (0.0, *IMDER_RATES),
    protocol: Protocol = "imder",
    draws: int = 20,
    metric: str = "",
    convention: Convention = None,
    level: float = 0.95,
    seed: int = 0,
) -> xr.Dataset:
    """Return scores with modalities missing at random, over missing rates and random draws.

    Parameters
    ----------
    run, split, metric, convention
        As for :func:`subset_scores`.
    rates
        Missing rates.
    protocol
        Of :func:`mmviz.data.missing.kept_modalities`: ``imder`` for three modalities, else ``independent``.
    draws
        Number of random draws of the missing modalities, ≥ 1; draw d has the seed ``seed + d``.
    level
        Share of the draws between ``low`` and ``high``, in (0, 1).
    seed
        Seed of the first draw.

    Returns
    -------
    xr.Dataset
        ``score`` (rate, draw); ``mean``, ``low``, ``high`` (rate) over the draws; ``lost`` (rate), the share of available modalities
        that was removed. ``low`` and ``high`` are the range of the draws of the missing modalities; this is not a confidence
        interval, as the test samples do not vary.

    Raises
    ------
    ConfigError
        An option out of range, a rate outside the protocol, or a metric of another task.

    Notes
    -----
    The model runs once: each draw selects among the predictions for all 2^M subsets. The result equals `Run.predict` on
    ``mm.data.missing.drop_modalities(ds, rate, protocol=..., seed=...)``. For a model that was trained on incomplete data, apply that to the
    training split before ``fit``.
    """
    _check(level=level, draws=draws, seed=seed, name="draws")
    if not len(rates):
        raise ConfigError("missing_scores: rates is empty; give at least one rate, such as 0.3")
    predictions, target = subset_predictions(run, split), split.labels("missing_scores")
    chosen = _metric(predictions.spec.task, metric, convention)
    table, lost = np.empty((len(rates), draws)), np.empty((len(rates), draws))
    for i, rate in enumerate(rates):
        for d in range(draws):
            kept = kept_modalities(predictions.ids, predictions.present, rate, protocol=protocol, seed=seed + d)
            table[i, d] = chosen.of(predictions.of(kept), target)[chosen.name]
            lost[i, d] = 1 - kept.sum() / max(1, predictions.present.sum())
    several = table if draws > 1 else np.full_like(table, np.nan)  # no interval from one draw
    low, high = np.quantile(several, [(1 - level) / 2, (1 + level) / 2], axis=1)
    out = xr.Dataset(
        {
            "score": (("rate", "draw"), table),
            "mean": ("rate", table.mean(1)),
            "low": ("rate", low),
            "high": ("rate", high),
            "lost": ("rate", lost.mean(1)),
        },
        coords={"rate": np.array(rates, dtype=np.float64), "draw": np.arange(draws)},
    )
    out.attrs = _attrs(run, split, predictions, chosen) | {
        "protocol": protocol,
        "interval": f"range of the central {level:g} of {draws} random draws of the missing modalities; no confidence interval",
        "seed": seed,
    }
    return out


def compare_missing(runs: Mapping[str, Sequence[Run]], split: Split, **options: Any) -> xr.Dataset:
    """Return the missing-rate curves of several trainings, as input of :func:`mmviz.plots.plot_missing`.

    Parameters
    ----------
    runs
        A name (of a model, of a strategy) to its runs, one for each seed.
    split, options
        As for :func:`missing_scores`.

    Returns
    -------
    xr.Dataset
        ``score`` (model, rate, seed), each the mean over the draws of one run; NaN where a name has fewer runs than another.

    Raises
    ------
    ConfigError
        If there is no run, and as :func:`missing_scores`.
    """
    if not runs or not all(runs.values()):
        raise ConfigError("compare_missing: runs is empty, or a name has no run; give {name: [run, ...], ...}")
    curves = {name: [missing_scores(run, split, **options) for run in each] for name, each in runs.items()}
    first, count = next(iter(curves.values()))[0], max(map(len, curves.values()))
    table = np.full((len(curves), first.sizes["rate"], count), np.nan)
    for i, each in enumerate(curves.values()):
        for k, curve in enumerate(each):
            table[i, :, k] = curve["mean"]
    coords = {"model": list(curves), "rate": first["rate"].values, "seed": np.arange(count)}
    own = ("low", "high", "model", "strategy", "epoch", "interval", "seed")
    kept = {k: v for k, v in first.attrs.items() if k not in own} | {"score": first.attrs["metric"]}
    return xr.Dataset({"score": (("model", "rate", "seed"), table)}, coords=coords, attrs=kept)


@dataclass(frozen=True)
class _Metric:
    """One score of a task, by name."""

    task: Task
    name: str
    convention: Convention

    def of(self, output: Float[np.ndarray, "sample output"], target: Shaped[np.ndarray, " sample"]) -> Metrics:
        """Return all scores; ``[self.name]`` is the one."""
        given = output if self.task.kind == "classification" else output[:, 0]
        return score(self.task, given, target, convention=self.convention)


def _metric(task: Task, name: str, convention: Convention) -> _Metric:
    return _Metric(task, name or ("accuracy" if task.kind == "classification" else "mae"), convention)


def _clustered(
    metric: _Metric, output: np.ndarray, target: np.ndarray, group: np.ndarray, level: float
) -> tuple[float, float]:
    """Return the ends of the interval of a score over samples in groups."""
    if metric.name == "accuracy":
        _, low, high = clustered_share(output.argmax(1) == target, group, level)
        return float(low), float(high)
    return clustered_score(lambda rows: metric.of(output[rows], target[rows])[metric.name], group, level)[1:]


def _attrs(run: Run, split: Split, predictions: SubsetPredictions, metric: _Metric) -> dict[str, Any]:
    return {
        "metric": metric.name,
        "meaning": metric.of(predictions.output[:, -1], split.labels("scores")).meaning[metric.name],
        "better": "lower" if metric.name == "mae" else "higher",
        "dataset": predictions.spec.name,
        "imputation": run.model.imputation,
        "split": split.name,
        "samples": len(split),
        "model": run.info["model"]["name"],
        "strategy": run.info["train"]["strategy"],
        "epoch": run.best_epoch,
    }


def _check(*, level: float, draws: int, seed: int, name: str) -> None:
    if isinstance(level, bool) or not isinstance(level, (int, float)) or not 0 < level < 1:
        raise ConfigError(f"level={level!r}, expected a number between 0 and 1")
    whole(draws, name, low=1)
    whole(seed, "seed", low=0)
