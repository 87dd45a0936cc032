"""Value by retraining: v_retrained(S) of models trained on each subset beside v_masked(S) of the full model, gaps, harm and linear probes."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import xarray as xr

from mmviz.analysis.gap_diagnosis import diagnosis, signed_interval
from mmviz.analysis.per_run import per_run
from mmviz.analysis.trace_groups import group_of
from mmviz.core.crossed_interval import CrossedInterval, crossed_interval
from mmviz.core.errors import DataError
from mmviz.core.intervals import student_t
from mmviz.core.options import takes
from mmviz.core.subsets import subset_label

STATISTICS = ("mean", "low", "high")
#: whose representation is probed
WEIGHTS = ("full model", "untrained copy", "modality alone")
#: the representation that the diagnosis compares with the head's score
PROBED = "head input"
_DIMS = {
    "retrained": ("seed", "coalition", "sample"),
    "masked": ("seed", "coalition", "sample"),
    "validation": ("seed", "coalition"),
    "probe": ("seed", "representation", "weights", "modality", "sample"),
    "members": ("coalition", "modality"),
    "group": ("sample",),
}


def value_by_retraining(scores: xr.Dataset, *, level: float = 0.95) -> xr.Dataset:
    """Return v_retrained(S) and v_masked(S) with intervals, the gap g_m of each modality, the harm of fusion, and probe scores.

    Parameters
    ----------
    scores
        Scores per sample, higher is better: ``retrained`` and ``masked`` (seed, coalition, sample), ``probe`` (seed, representation,
        weights, modality, sample), ``validation`` (seed, coalition) mean validation scores of the trainings, ``members`` (coalition,
        modality), ``group`` (sample), "" where not known. NaN: not measured, such as a failed training. Row k of ``coalition`` contains
        modality i if bit i of k is set.
    level
        Of the intervals.

    Returns
    -------
    xr.Dataset
        Dimension ``statistic``: mean, low, high. ``retrained``, ``masked`` (statistic, coalition); ``excess`` (statistic, coalition):
        v_retrained(all) - v_retrained(S), paired; ``gap`` (statistic, modality): g_m = v_retrained({m}) - v_masked({m}), paired;
        ``probe`` (statistic, representation, weights, modality). Of the representation that the head receives, paired (statistic, modality):
        ``head`` = probe of the full model - v_masked({m}); ``representation_loss`` = probe of the model of m alone - probe of the full
        model; ``training_gain`` = probe of the full model - probe of its untrained copy; ``alone_head`` = probe of the model of m alone -
        v_retrained({m}). ``value_retrained``, ``value_masked`` (seed, coalition), ``probe_score`` (seed, representation, weights, modality):
        means over the samples. ``verdict`` and ``explanation`` (modality): what the gap is due to, in words. Attributes: ``harm`` ("harm",
        "no harm", "not resolved" or "not applicable"), ``harm_text``, ``best_subset``, ``interval``, ``n_samples``, ``n_groups``, ``n_seeds``.

    Raises
    ------
    DataError
        If a variable is missing or has other dimensions.

    Notes
    -----
    Intervals are over seeds and samples (:func:`mmviz.core.crossed_interval.crossed_interval`), samples clustered by group; with one seed they are
    NaN. Harm compares v_retrained(all) with *one* proper subset, the one with the highest mean validation score: the maximum over test
    scores would be biased upwards. Without validation scores every proper subset is compared, at the level 1 - (1 - level) / number of
    subsets (Bonferroni), and the one with the lowest upper end counts.
    """
    for name, dims in _DIMS.items():
        if name not in scores or set(scores[name].dims) != set(dims):
            seen = dict(scores[name].sizes) if name in scores else "nothing"
            raise DataError(f"value_by_retraining: {name} must have the dimensions {dims}, got {seen}")
    data = {name: scores[name].transpose(*dims).values for name, dims in _DIMS.items()}
    names = [str(name) for name in scores["modality"].values]
    group, full = data["group"], data["members"].shape[0] - 1
    retrained, masked, probe = data["retrained"], data["masked"], data["probe"]
    single = [1 << m for m in range(len(names))]
    row = {str(name): i for i, name in enumerate(scores["representation"].values)}[PROBED]
    of = {name: probe[:, row, i] for i, name in enumerate(WEIGHTS)}

    def intervals(table: np.ndarray, at: float = level) -> np.ndarray:
        """Return (statistic, *rest) of a table (seed, *rest, sample)."""
        rest = table.shape[1:-1]
        found = [_statistics(crossed_interval(table[(slice(None), *k)], group, at)) for k in np.ndindex(*rest)]
        return np.array(found).T.reshape(3, *rest)

    excess = retrained[:, [full]] - retrained
    excess[:, full] = np.nan
    differences = {
        "gap": retrained[:, single] - masked[:, single],
        "head": of["full model"] - masked[:, single],
        "representation_loss": of["modality alone"] - of["full model"],
        "training_gain": of["full model"] - of["untrained copy"],
        "alone_head": of["modality alone"] - retrained[:, single],
    }
    above = retrained[:, single] - retrained[:, [0]]
    out = xr.Dataset(
        {
            "members": (("coalition", "modality"), data["members"]),
            "retrained": (("statistic", "coalition"), intervals(retrained)),
            "masked": (("statistic", "coalition"), intervals(masked)),
            "excess": (("statistic", "coalition"), intervals(excess)),
            "above_constant": (("statistic", "modality"), intervals(above)),
            **{name: (("statistic", "modality"), intervals(table)) for name, table in differences.items()},
            "probe": (("statistic", *_DIMS["probe"][1:-1]), intervals(probe)),
            "value_retrained": (("seed", "coalition"), retrained.mean(-1)),
            "value_masked": (("seed", "coalition"), masked.mean(-1)),
            "validation": (("seed", "coalition"), data["validation"]),
            "probe_score": (_DIMS["probe"][:-1], probe.mean(-1)),
        },
        coords={
            "statistic": list(STATISTICS),
            "modality": names,
            "seed": scores["seed"].values,
            "representation": [str(name) for name in scores["representation"].values],
            "weights": list(WEIGHTS),
        },
    )
    whole = crossed_interval(retrained[:, full], group, level)
    best, reached = _harm(out, excess, group, level)
    labels = [subset_label(names, row, empty="none") for row in data["members"]]
    strategy = str(scores.attrs.get("strategy", ""))
    diagnoses = [diagnosis(out.sel(modality=name), name, 1 << m, strategy) for m, name in enumerate(names)]
    out["verdict"] = ("modality", [verdict for verdict, _ in diagnoses])
    out["explanation"] = ("modality", [text for _, text in diagnoses])
    out.attrs = {
        **scores.attrs,
        "n_seeds": whole.replicates,
        "n_samples": whole.samples,
        "n_groups": whole.groups if whole.groups < whole.samples else 0,
        "interval": _interval_text(whole, level),
        "level": level,
        "best_subset": labels[best] if best >= 0 else "",
        "harm": _harm_word(reached, best),
        "harm_text": _harm_text(out, reached, best, labels),
    }
    return out


@takes(trace="trace")
@per_run
def retraining(trace: xr.DataTree) -> xr.Dataset:
    """Return the value by retraining that a Trace holds, see :func:`value_by_retraining`.

    Parameters
    ----------
    trace
        From :func:`mmviz.trace.with_retrained`.

    Raises
    ------
    DataError
        If the Trace holds none.
    """
    return group_of(
        trace, "retrained", "train the subsets with mmviz.studies.subsets and add them: mmviz.trace.with_retrained"
    )


class ScoreBounds(NamedTuple):
    """The values that a score can take, and the sentence beside a drawing that cuts an interval there."""

    low: float
    high: float
    cut: str


_BOUNDS = {
    "accuracy": ScoreBounds(0.0, 1.0, "An interval reaches beyond 0 to 1, where no accuracy lies: cut there (arrow)."),
    "minus mean absolute error": ScoreBounds(
        -np.inf, 0.0, "An interval reaches above 0, where no such score lies: cut there (arrow)."
    ),
}


def score_bounds(units: str) -> ScoreBounds:
    """Return the values that a score of these units can take; without bounds where they are not known.

    Parameters
    ----------
    units
        Attribute ``units`` of :func:`value_by_retraining`.
    """
    return _BOUNDS.get(units, ScoreBounds(-np.inf, np.inf, ""))


def interval_caution(found: xr.Dataset) -> str:
    """Return a sentence on intervals over so few seeds or groups that they are wide or next to useless; "" for five or more of each.

    Parameters
    ----------
    found
        From :func:`value_by_retraining` or :func:`retraining`.
    """
    counts = {key: int(found.attrs.get(f"n_{key}", 0)) for key in ("seeds", "groups")}
    few, name = min(((count, key) for key, count in counts.items() if count > 1), default=(0, ""))
    if not 2 <= few <= 4 or not np.isfinite(found["retrained"].values[1:]).any():
        return ""
    level = float(found.attrs.get("level", 0.95))
    reach = float(student_t(few - 1, level))
    end = "such an interval is next to useless and cannot order the subsets" if few == 2 else "the intervals are wide"
    return f"{few} {name}: a t interval over so few reaches up to {reach:.1f} standard errors to each side; {end}."


def _statistics(found: CrossedInterval) -> tuple[float, float, float]:
    return found.mean, found.low, found.high


def _harm(out: xr.Dataset, excess: np.ndarray, group: np.ndarray, level: float) -> tuple[int, np.ndarray]:
    """Return the proper subset that is compared with all modalities, -1 for none, and (mean, low, high) of the difference."""
    proper = range(1, excess.shape[1] - 1)
    validation = out["validation"].values[:, proper] if proper else np.zeros((0, 0))
    if not proper:
        return -1, np.full(3, np.nan)
    known = np.atleast_1d(np.isfinite(validation).any(0))
    if known.any():
        means = np.array(
            [np.nanmean(column) if has else -np.inf for column, has in zip(validation.T, known, strict=True)]
        )
        best = proper[int(means.argmax())]
        return best, out["excess"].values[:, best]
    stricter = 1 - (1 - level) / len(proper)
    found = np.array([_statistics(crossed_interval(excess[:, k], group, stricter)) for k in proper])
    ends = np.where(np.isfinite(found[:, 2]), found[:, 2], np.inf)
    at = int(ends.argmin()) if np.isfinite(ends).any() else int(np.nan_to_num(found[:, 0], nan=np.inf).argmin())
    return proper[at], found[at]


def _harm_word(reached: np.ndarray, best: int) -> str:
    _, low, high = reached
    if best < 0:
        return "not applicable"
    return "harm" if high < 0 else "no harm" if low > 0 else "not resolved"


def _harm_text(out: xr.Dataset, reached: np.ndarray, best: int, labels: list[str]) -> str:
    """Return the comparison of all modalities with the best proper subset, in words with its numbers."""
    if best < 0:
        return "one modality: there is no smaller model to compare with"
    full, other = (float(out["retrained"].values[0, k]) for k in (-1, best))
    span = signed_interval(reached)
    how = (
        "best on validation" if np.isfinite(out["validation"].values).any() else "lowest interval of all proper subsets"
    )
    end = {
        "harm": "fusion harms",
        "no harm": "fusion is better than the best smaller model",
        "not resolved": "whether fusion harms is not resolved",
    }[_harm_word(reached, best)]
    return f"all modalities {full:.3f}, {labels[best]} alone ({how}) {other:.3f}, difference {span}: {end}"


def _interval_text(whole: CrossedInterval, level: float) -> str:
    """Return what the intervals are over, or why there are none."""
    clustered = (
        f"{whole.samples} samples in {whole.groups} groups"
        if whole.groups < whole.samples
        else f"{whole.samples} samples"
    )
    seeds = f"{whole.replicates} seed{'s' * (whole.replicates != 1)}"
    return f"{seeds}, {clustered}: {whole.why}" if whole.why else f"{level:.0%} over {seeds} and {clustered}"
