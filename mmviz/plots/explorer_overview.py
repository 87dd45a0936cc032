"""Group of the Explorer's frame on all samples of the split: scores by class and subset, confusion matrix, and values of each sample."""

from __future__ import annotations

import itertools
import json
from typing import TYPE_CHECKING

import numpy as np
import xarray as xr

from mmviz.analysis.game import explained_target, game_of, is_labelled, predicted_class, score_function
from mmviz.analysis.trace_groups import coalition_group, sample_groups
from mmviz.core.escape import visible
from mmviz.core.intervals import clustered_interval, clustered_share, group_count, interval_text, samples_text

if TYPE_CHECKING:
    from jaxtyping import Bool, Float, Int, Shaped

#: beyond this number of subsets only the empty set, single modalities, all but one, and all modalities are shown
MAX_SUBSETS = 32
#: beyond this number of classes there is no confusion matrix
MAX_CLASSES = 100
#: largest error of a probability that is stored as uint8
PROBABILITY_ERROR = 0.5 / 255
_QUARTERS = 4
_FEW_GROUPS = 6


def shown_subsets(members: Bool[np.ndarray, "coalition modality"]) -> Int[np.ndarray, " subset"]:
    """Return the numbers of the coalitions that are shown: all, or with many modalities those of 0, 1, M - 1 and M modalities."""
    size, M = members.sum(1), members.shape[1]
    kept = np.ones(len(members), bool) if len(members) <= MAX_SUBSETS else (size <= 1) | (size >= M - 1)
    return np.flatnonzero(kept)


def listed_samples(trace: xr.DataTree, most: int) -> Int[np.ndarray, " listed"]:
    """Return the positions of the samples that the page lists, in ascending order: all, or a stratified subset and every recorded sample.

    With more than ``most`` samples, these are evenly spaced in the order of (target, predicted class or value): every cell of the confusion matrix keeps its
    share of the samples, to within one sample.
    """
    full = coalition_group(trace)["prediction"].isel(coalition=-1).transpose("sample", "output").values
    target = trace["samples"].to_dataset()["target"].values
    predicted = predicted_class(full) if trace.attrs["task"]["kind"] == "classification" else full[:, 0]
    order = np.lexsort((predicted, target if is_labelled(target) else np.zeros(len(target))))
    picks = np.linspace(0, len(order) - 1, min(len(order), most)).round().astype(int)
    recorded = trace["prefixes"].to_dataset()["recorded_sample"].values
    return np.union1d(order[picks], recorded).astype(int)


def overview_group(trace: xr.DataTree, *, most: int) -> xr.Dataset:
    """Return what the section "overview" shows of all samples, at the selected epoch.

    Of each listed sample (see :func:`listed_samples`): ``overview_target``, class index or value, NaN without labels; ``overview_output``, the probability of the
    predicted class (confidence), or the predicted value; ``overview_group``, index into the attribute ``groups`` (recording, speaker, video), or -1;
    ``overview_value`` (listed, overview_subset), v of each subset: the probability of the true class (of the predicted one without labels) as uint8, 255 = 1,
    with an error of at most 0.002, 0 where it is not finite; or the predicted value, float32; ``overview_predicted`` (listed, overview_subset), predicted class of each subset or -1; NaN for a regression.

    With labels, over *all* samples with finite predictions: ``class_score`` (statistic, overview_row, overview_subset), accuracy (of the samples of one
    true class: recall) or mean absolute error (of the samples in one quarter of the targets) with its 95 % interval, clustered by group
    where groups are known; the last row is of all samples; ``class_count`` (overview_row); ``mask_cost`` (statistic, modality), by how much the score becomes worse when the modality is masked, paired by
    sample. ``overview_row_of`` (listed): the row of each listed sample. ``confusion`` (overview_subset, true_class, predicted_class): numbers of samples.

    Parameters
    ----------
    trace
        Recorded with ``coalitions=True``.
    most
        Largest number of listed samples, besides recorded ones.
    """
    group = coalition_group(trace)
    prediction = group["prediction"].transpose("sample", "coalition", "output").values
    members = group["members"].values
    subsets, listed = shown_subsets(members), listed_samples(trace, most)
    part = _of_samples(trace, prediction[:, subsets], listed)
    target = trace["samples"].to_dataset()["target"].values
    attrs = part["overview_value"].attrs
    if is_labelled(target):
        scores = _scores(trace, group, subsets)
        rows = np.stack(_rows(trace, target)[0][:-1] or [np.zeros(len(target), bool)])
        part["overview_row_of"] = ("listed", np.where(rows.any(0), rows.argmax(0), -1)[listed].astype(np.float32))
        attrs["sentence"] = _sentence(trace, scores)
        attrs["control"] = _control(trace, scores)
        part = part.merge(scores, combine_attrs="drop_conflicts")
    else:
        attrs["sentence"] = (
            f"{len(target)} samples without labels: accuracy, error and confusion matrix are not defined."
        )
    part["overview_value"].attrs = attrs
    part.attrs = {}
    return part.assign_coords(overview_subset=subsets)


def _of_samples(
    trace: xr.DataTree, prediction: Float[np.ndarray, "sample subset output"], listed: Int[np.ndarray, " listed"]
) -> xr.Dataset:
    kept = prediction[listed].astype(np.float64)
    names, index = np.unique(sample_groups(trace)[listed].astype(str), return_inverse=True)
    shift = 1 if len(names) and names[0] == "" else 0
    finite = np.isfinite(kept).all(-1)
    if trace.attrs["task"]["kind"] == "classification":
        explained = explained_target(trace).values[listed].astype(int)
        p = np.take_along_axis(kept, np.broadcast_to(explained[:, None, None], (*kept.shape[:2], 1)), -1)[..., 0]
        value = (np.where(finite, p, 0).clip(0, 1) * 255).round().astype(np.uint8)
        predicted = np.where(finite, predicted_class(kept), -1).astype(np.float32)
        output = kept[:, -1].max(-1)
    else:
        value, output = kept[..., 0].astype(np.float32), kept[:, -1, 0]
        predicted = np.full(value.shape, np.nan, np.float32)
    both = ("listed", "overview_subset")
    out = xr.Dataset(
        {
            "overview_target": ("listed", trace["samples"].to_dataset()["target"].values[listed].astype(np.float32)),
            "overview_output": ("listed", output.astype(np.float32)),
            "overview_group": ("listed", (index.reshape(-1) - shift).astype(np.float32)),
            "overview_value": (both, value),
            "overview_predicted": (both, predicted),
        }
    )
    out["overview_value"].attrs = {
        "groups": json.dumps([str(n) for n in names[shift:]]),
        "total": len(prediction),
        "stratified": int(len(listed) < len(prediction)),
        "error": PROBABILITY_ERROR if value.dtype == np.uint8 else 0.0,
        "subsets_left_out": int(prediction.shape[1] < 2 ** len(trace.attrs["modalities"])),
    }
    return out


def _scores(trace: xr.DataTree, group: xr.Dataset, subsets: Int[np.ndarray, " subset"]) -> xr.Dataset:
    share = trace.attrs["task"]["kind"] == "classification"
    target, own = trace["samples"].to_dataset()["target"].values, sample_groups(trace)
    v = score_function(trace)
    game = game_of(group["prediction"], explained_target(trace, v), v).transpose("sample", "coalition").values
    known = np.isfinite(game).all(1)
    score = (game if share else -game)[:, subsets]
    rows, names = _rows(trace, target)
    interval = clustered_share if share else clustered_interval
    table = np.stack([np.stack(interval(score[known & row], own[known & row])) for row in rows], 1)
    members = group["members"].values
    without = [int(np.flatnonzero((members == ~np.eye(members.shape[1], dtype=bool)[m]).all(1))[0]) for m in range(members.shape[1])]  # fmt: skip
    worse = (game[:, -1:] - game[:, without])[known]
    cost = np.stack(clustered_interval(worse, own[known]))
    out = xr.Dataset(
        {
            "class_score": (("statistic", "overview_row", "overview_subset"), table.astype(np.float32)),
            "class_count": ("overview_row", np.array([(known & row).sum() for row in rows], np.float32)),
            "mask_cost": (("statistic", "modality"), cost.astype(np.float32)),
        },
        coords={"overview_row": names},
    )
    out["class_score"].attrs = {
        "metric": "accuracy" if share else "mean absolute error",
        "interval": interval_text(own[known], int(known.sum()), share=share),
        "left_out": int((~known).sum()),
    }
    if share and len(trace.attrs["task"]["classes"]) <= MAX_CLASSES:
        predicted = predicted_class(group["prediction"].transpose("sample", "coalition", "output").values[:, subsets])
        out["confusion"] = (("overview_subset", "true_class", "predicted_class"), _confusion(target, predicted, known, len(names) - 1))  # fmt: skip
    return out


def _rows(
    trace: xr.DataTree, target: Shaped[np.ndarray, " sample"]
) -> tuple[list[Bool[np.ndarray, " sample"]], list[str]]:
    """Return the samples of each row of the table, and its name: one row per class or quarter of the targets, and all samples."""
    every = np.ones(len(target), bool)
    if trace.attrs["task"]["kind"] == "classification":
        classes = [str(name) for name in trace.attrs["task"]["classes"]]
        return [*(target == c for c in range(len(classes))), every], [*classes, "all classes"]
    # quantiles that are equal, as of a rating with few values, leave fewer rows
    ends = np.unique(np.quantile(target, np.linspace(0, 1, _QUARTERS + 1)))
    if len(ends) < 2:
        return [every], ["all targets"]
    number = np.clip(np.searchsorted(ends, target, side="right") - 1, 0, len(ends) - 2)
    names = [f"target {low:.3g} to {high:.3g}" for low, high in itertools.pairwise(ends)]
    return [*(number == k for k in range(len(names))), every], [*names, "all targets"]


def _confusion(
    target: Shaped[np.ndarray, " sample"],
    predicted: Int[np.ndarray, "sample subset"],
    known: Bool[np.ndarray, " sample"],
    count: int,
) -> Float[np.ndarray, "subset true predicted"]:
    cell = target[known, None].astype(int) * count + predicted[known]
    tables = [np.bincount(column, minlength=count * count).reshape(count, count) for column in cell.T]
    return np.stack(tables).astype(np.float32)


def _between(low: float, high: float, form: str = ".3f") -> str:
    return f"{low:{form}} to {high:{form}}".replace("-", "−") if np.isfinite(low + high) else "no interval"


def constant_score(target: Shaped[np.ndarray, " sample"], *, share: bool) -> float:
    """Return the score of a constant prediction: accuracy of the largest class, or mean absolute error of the median; both fitted on these targets."""
    if share:
        return float(np.bincount(target.astype(int)).max() / len(target))
    return float(np.abs(target - np.median(target)).mean())


def _control(trace: xr.DataTree, scores: xr.Dataset) -> str:
    """Return what the scores compare with: constant and chance predictions; and what few groups mean for the intervals."""
    target = trace["samples"].to_dataset()["target"].values
    share = trace.attrs["task"]["kind"] == "classification"
    constant = constant_score(target, share=share)
    if share:
        count = np.bincount(target.astype(int))
        name = visible(trace.attrs["task"]["classes"][int(count.argmax())])
        text = f"To compare with: always {name}, the largest class, {constant:.3f}; uniform chance {1 / len(trace.attrs['task']['classes']):.3f}."
    else:
        text = f"To compare with: always the median target, {constant:.3f}."
    groups = group_count(sample_groups(trace), len(target))
    if 0 < groups < _FEW_GROUPS:
        few = "one group" if groups == 1 else f"{groups} groups"
        text += f" The intervals are those for new groups: with {few} they are wide, and the scores describe these groups only."
    return text


def _sentence(trace: xr.DataTree, scores: xr.Dataset) -> str:
    """Return the score with all modalities, the worst class, the modality whose masking costs most, and how many samples are misclassified."""
    share = trace.attrs["task"]["kind"] == "classification"
    mean, low, high = scores["class_score"].values[:, :, -1].astype(float)
    count, names = scores["class_count"].values.astype(int), [str(n) for n in scores["overview_row"].values]
    target = trace["samples"].to_dataset()["target"].values
    if not count[-1]:
        return f"No finite prediction for {samples_text(None, len(target))}: no score."
    metric = "Accuracy" if share else "Mean absolute error"
    control = "always the largest class" if share else "always the median target"
    constant = constant_score(target, share=share)
    text = [f"{metric} with all modalities {mean[-1]:.3f} ({_between(low[-1], high[-1])}; {control}: {constant:.3f})"]
    if share:
        text.append(f"{round((1 - mean[-1]) * count[-1])} of {count[-1]} samples misclassified")
    occurring = [k for k in range(len(names) - 1) if count[k]]
    if len(occurring) > 1:
        worst = min(mean[k] for k in occurring) if share else max(mean[k] for k in occurring)
        ties = [k for k in occurring if mean[k] == worst]
        title = "lowest recall" if share else "largest error"
        if len(ties) == 1:
            k = ties[0]
            text.append(f"{title} for {names[k]}: {worst:.3f} ({_between(low[k], high[k])}; {count[k]} samples)")
        else:
            more = f" and {len(ties) - 3} more" if len(ties) > 3 else ""
            text.append(f"{title} for {', '.join(names[k] for k in ties[:3])}{more}: {worst:.3f}")
    cost, least, most = scores["mask_cost"].values.astype(float)
    order = np.argsort(-cost, kind="stable")
    modalities, first = trace.attrs["modalities"], int(order[0])
    if len(modalities) > 1 and cost[first] > 0:
        sign, word, ends = (
            ("−", "accuracy", (-most[first], -least[first])) if share else ("+", "error", (least[first], most[first]))
        )
        contains = least[first] <= 0 <= most[first]
        change = f"{sign}{cost[first]:.3f} (95 % interval of the change {_between(*ends, form='+.3f')}, paired{', contains 0' if contains else ''})"
        text.append(
            f"masking {modalities[first]} costs most: {word} {change}, next {modalities[order[1]]}: {cost[order[1]]:.3f}"
        )
    elif len(modalities) > 1:
        text.append(f"masking a single modality does not lower the {'accuracy' if share else 'score'}")
    return "; ".join(text) + "."
