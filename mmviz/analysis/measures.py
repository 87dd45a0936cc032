"""All measures of one Trace side by side: value, interval, meaning, limits, and the object that each belongs to (data, model, geometry)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import xarray as xr

from mmviz.analysis.cooperation import cooperation
from mmviz.analysis.emap import emap
from mmviz.analysis.intershap import intershap
from mmviz.analysis.mm_shap import mm_shap
from mmviz.analysis.modality_gap import modality_gap
from mmviz.analysis.partial_information import PARTS, part_labels, partial_information, shown_modalities
from mmviz.analysis.per_run import per_run
from mmviz.analysis.perceptual_score import perceptual_score
from mmviz.analysis.retraining import retraining
from mmviz.analysis.trace_groups import provenance, training_coverage
from mmviz.analysis.utilisation import conditional_utilisation
from mmviz.core.errors import ConfigError, DataError
from mmviz.core.jackknife import EQUAL
from mmviz.core.options import takes
from mmviz.core.subsets import subset_label

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

#: object -> its meaning
OBJECTS = {
    "data": "what the predictions from each modality hold about the label",
    "model": "how this trained model uses its modalities",
    "geometry": "where the features of the modalities lie in the model",
}


class Entry(NamedTuple):
    """One value of a measure.

    Attributes
    ----------
    name
        Modality, pair, part or score.
    statistics
        Mean, low, high.
    interval
        What the interval is, or why there is none.
    reference
        Value that stands for "nothing found", such as the 95 % quantile of a null; NaN without one.
    """

    name: str
    statistics: np.ndarray
    interval: str
    reference: float = float("nan")


@dataclass(frozen=True)
class Measure:
    """A measure of a Trace.

    Attributes
    ----------
    name
        The term of the field.
    object
        Key of :data:`OBJECTS`.
    units
        Values of equal units share an axis.
    meaning
        One sentence.
    analysis
        ``analysis(trace)`` -> the result that holds it; shared between measures.
    entries
        ``entries(result)`` yields its values.
    """

    name: str
    object: str
    units: str
    meaning: str
    analysis: Callable[..., xr.Dataset]
    entries: Callable[[xr.Dataset], Iterator[Entry]]


def _of_modalities(variable: str) -> Callable[[xr.Dataset], Iterator[Entry]]:
    def entries(found: xr.Dataset) -> Iterator[Entry]:
        for name in found["modality"].values:
            one = found.sel(modality=name)
            yield Entry(str(name), one[variable].values, str(one["interval"].values))

    return entries


def _of_scores(variable: str, *names: str) -> Callable[[xr.Dataset], Iterator[Entry]]:
    def entries(found: xr.Dataset) -> Iterator[Entry]:
        for name in found["value"].values:
            if str(name) in names:
                one = found.sel(value=name)
                yield Entry(_SCORES[str(name)], one[variable].values, str(one["interval"].values))

    return entries


_SCORES = {
    "accuracy": "accuracy",
    "probability": "p(true class)",
    "log_likelihood": "log p(true class)",
    "negative_absolute_error": "minus absolute error",
}


def _decomposition(found: xr.Dataset) -> Iterator[Entry]:
    names = [str(n) for n in found["modality"].values]
    for m in shown_modalities(names):
        for part, label in zip(PARTS, part_labels(names, m), strict=True):
            values = found.isel(modality=m).sel(part=part)
            statistics = np.array([values[key].item() for key in ("bits", "low", "high")])
            entry = label if len(names) == 2 else f"{names[m]}: {label}"
            yield Entry(entry, statistics, str(found.attrs["interval"]), float(values["null_high"]))


def _interaction_share(found: xr.Dataset) -> Iterator[Entry]:
    logits = "negative_absolute_error" not in found["value"].values
    yield Entry("logits" if logits else "outputs", found["interaction_share"].values, found.attrs["share_interval"])


def _contributions(found: xr.Dataset) -> Iterator[Entry]:
    first = found.isel(value=0)
    for name in found["modality"].values:
        yield Entry(str(name), first["contribution"].sel(modality=name).values, str(first["interval"].values))


def _intershap(found: xr.Dataset) -> Iterator[Entry]:
    for name, label in (("of_means", "of the mean matrix"), ("mean_of_samples", "mean of the samples")):
        yield Entry(label, found[name].values, found.attrs["interval"])


def _utilisation(found: xr.Dataset) -> Iterator[Entry]:
    best = found.sel(epoch=found.attrs["epoch"])
    for name in found["modality"].values:
        one = best.sel(modality=name)
        yield Entry(str(name), one["rate"].values, str(one["interval"].values))


def _retrained_gap(found: xr.Dataset) -> Iterator[Entry]:
    for name in found["modality"].values:
        yield Entry(str(name), found["gap"].sel(modality=name).values, str(found.attrs["interval"]))


def _harm(found: xr.Dataset) -> Iterator[Entry]:
    names, best = [str(n) for n in found["modality"].values], str(found.attrs["best_subset"])
    for k, row in enumerate(found["members"].transpose("coalition", "modality").values):
        if best and subset_label(names, row) == best:
            yield Entry(f"all minus {best}", found["excess"].values[:, k], str(found.attrs["interval"]))


def _of_pairs(variable: str, reference: float | str = float("nan")) -> Callable[[xr.Dataset], Iterator[Entry]]:
    def entries(found: xr.Dataset) -> Iterator[Entry]:
        pooled = found.sel(representation="pooled")
        for name in found["pair"].values:
            one = pooled.sel(pair=name)
            at = float(one[reference]) if isinstance(reference, str) else reference
            yield Entry(str(name), one[variable].values, str(one["interval"].values), at)

    return entries


#: the measures, in the order of the table; open only through this file, as the figure has one place for each object and unit
MEASURES: tuple[Measure, ...] = (
    Measure("PID of the predictions", "data", "bit", "information about the label: repeated, of each alone, only together", partial_information, _decomposition),
    Measure("EMAP gap", "model", "difference of scores or of p", "score lost when the outputs are replaced by their additive part", emap, _of_scores("gap", "accuracy", "probability", "negative_absolute_error")),
    Measure("Perceptual score", "model", "difference of scores or of p", "score lost when the modality is permuted over the samples", perceptual_score, _of_modalities("score")),
    Measure("SHAPE cooperation", "model", "difference of scores or of p", "score beyond the sum of each alone; no synergy of the data", cooperation, _of_scores("cooperation", "accuracy", "negative_absolute_error")),
    Measure("SHAPE contribution", "model", "difference of scores or of p", "Shapley value of the modality in the score", cooperation, _contributions),
    Measure("MM-SHAP, signed", "model", "difference of scores or of p", "sum of the Shapley values of the windows of the modality", mm_shap, _of_modalities("signed")),
    Measure("Gap g_m", "model", "difference of scores or of p", "score of a model of the modality alone minus the full model's with it", retraining, _retrained_gap),
    Measure("Harm of fusion", "model", "difference of scores or of p", "score trained on all minus the best smaller model's; below 0: harm", retraining, _harm),
    Measure("EMAP gap, log p", "model", "nat", "log-probability of the true class lost without interactions", emap, _of_scores("gap", "log_likelihood")),
    Measure("SHAPE cooperation, log p", "model", "nat", "beyond the sum of each; 0 for independent unique bits", cooperation, _of_scores("cooperation", "log_likelihood")),
    Measure("Share of interaction", "model", "share", "share of the variance of the outputs that is not additive", emap, _interaction_share),
    Measure("InterSHAP", "model", "share", "share of interactions in the matrix of the predicted class", intershap, _intershap),
    Measure("MM-SHAP", "model", "share", "share in the absolute Shapley values of windows (T-, V-share)", mm_shap, _of_modalities("share")),
    Measure("Conditional utilisation rate", "model", "share", "accuracy lost when its message is the training mean", conditional_utilisation, _utilisation),
    Measure("Modality gap", "geometry", "length, share or cosine", "distance of the mean pooled features of length 1, from 0 to 2", modality_gap, _of_pairs("gap", "null_high")),
    Measure("Which modality", "geometry", "length, share or cosine", "accuracy of a linear classifier of the modality", modality_gap, _of_pairs("separability", 0.5)),
    Measure("Cosine margin", "geometry", "length, share or cosine", "mean cosine within samples minus that between samples", modality_gap, _of_pairs("margin", 0.0)),
)  # fmt: skip


@takes(trace="trace")
@per_run
def measures(trace: xr.DataTree) -> xr.Dataset:
    """Return all measures of imbalance and interaction that a Trace allows, as a table with one row per value.

    Parameters
    ----------
    trace
        With coalitions, and with the recordings of :func:`mmviz.recording.record_measures`, added by :func:`mmviz.trace.with_measures`. With
        :func:`mmviz.trace.with_retrained` also the gaps g_m.

    Returns
    -------
    xr.Dataset
        Over ``row``: ``value``, ``low``, ``high`` (95 % interval, NaN where there is none), ``reference`` (value that stands for nothing found: the 95 % quantile of a
        null, or chance; NaN without one); coordinates ``object`` (data, model, geometry), ``measure``, ``entry`` (modality, pair, part or score), ``value_units``, ``meaning``
        (one sentence), ``interval`` (what it is, or why there is none), ``limits`` (what the measure cannot show). A measure that the Trace does not
        allow has one row without value and the reason in ``interval``. ``found.mmviz.to_pandas()`` is a tidy table.

    Notes
    -----
    The three objects answer different questions, and a difference between them is a finding: a model can ignore what the data hold. Values of
    different units are not comparable. No interval is corrected for the number of rows.
    """
    rows: list[dict[str, Any]] = []
    done: dict[Any, xr.Dataset | str] = {}
    for measure in MEASURES:
        if measure.analysis not in done:
            try:
                done[measure.analysis] = measure.analysis(trace)
            except (DataError, ConfigError) as error:
                done[measure.analysis] = str(error)
        found = done[measure.analysis]
        entries = [] if isinstance(found, str) else list(measure.entries(found))
        limits = "" if isinstance(found, str) else str(found.attrs.get("limits", _LIMITS.get(measure.name, "")))
        if not entries:
            reason = found if isinstance(found, str) else "not defined for this task"
            entries = [Entry("", np.full(3, np.nan), f"no value: {reason}")]
        rows += [_row(measure, entry, limits) for entry in entries]
    texts = ("object", "measure", "entry", "value_units", "meaning", "interval", "limits")
    out = xr.Dataset(
        {name: ("row", np.array([row[name] for row in rows])) for name in ("value", "low", "high", "reference")},
        coords={name: ("row", [row[name] for row in rows]) for name in texts},
    )
    for name in out.data_vars:
        out[name].attrs["units"] = "see value_units"
    out.attrs = provenance(trace) | {
        "index": "measures of imbalance and interaction",
        "objects": OBJECTS,
        "modalities": [str(name) for name in trace.attrs["modalities"]],
        "epoch": trace.attrs["best_epoch"],
        "limits": "a measure of the data, one of the model and one of its geometry are not comparable; no interval is corrected for the number of rows",
        **training_coverage(trace),
    }
    return out


_LIMITS = dict.fromkeys(
    ("Gap g_m", "Harm of fusion"),
    "Of trainings of their own under one budget, not of the recorded run; equal updates are not equal convergence.",
)


def _row(measure: Measure, entry: Entry, limits: str) -> dict[str, Any]:
    value, low, high = (float(v) for v in entry.statistics)
    text = entry.interval
    if not np.isfinite(value) and not text.startswith("no value"):
        text = "no value: undefined here, as a denominator or every change is 0"
    elif np.isfinite(value) and not np.isfinite(low) and not text.startswith("no interval"):
        text = EQUAL
    return {
        "value": value,
        "low": low,
        "high": high,
        "reference": entry.reference,
        "object": measure.object,
        "measure": measure.name,
        "entry": entry.name,
        "value_units": measure.units,
        "meaning": measure.meaning,
        "interval": text,
        "limits": limits,
    }
