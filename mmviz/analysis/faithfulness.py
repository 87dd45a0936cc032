"""Faithfulness of explanations: deletion and insertion curves, their areas, comprehensiveness, sufficiency and checks, with intervals over samples."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import xarray as xr

from mmviz.analysis.per_run import per_run
from mmviz.analysis.recorded_selection import recorded_text
from mmviz.analysis.trace_groups import group_of, provenance
from mmviz.core.errors import DataError
from mmviz.core.intervals import clustered_interval, group_count, interval_text
from mmviz.core.options import takes

if TYPE_CHECKING:
    from jaxtyping import Float

#: share of the cells of the single number beside a map
AT = 0.2
#: shares q of comprehensiveness and sufficiency (ERASER's bins); those that were recorded are used
BINS = (0.01, 0.05, 0.1, 0.2, 0.5)
_REMEDY = "record it with mmviz.recording.record_faithfulness, or with mmviz.record(..., attribution='auto')"
_LONG = {
    "deletion": "output without the cells of the largest scores",
    "insertion": "output with only the cells of the largest scores",
    "deletion_auc": "area under the deletion curve; lower is better",
    "insertion_auc": "area under the insertion curve; higher is better",
    "after": f"output after removing {AT:.0%} of the cells; lower is better",
    "gain": f"output after removing {AT:.0%} of the cells at random, minus that of the method; higher is better",
    "comprehensiveness": "mean fall of the output when the cells of the largest scores are removed; higher is better",
    "sufficiency": "mean fall of the output when only the cells of the largest scores are kept; lower is better",
    "infidelity": "E[(β I·φ - Δf)²] of log p or of the value; lower is better",
    "unexplained": "infidelity divided by E[Δf²]: 0 is exact, 1 is an explanation that is 0 everywhere",
    "sensitivity": "largest relative change of the scores under small changes of the encoder outputs",
    "randomised": "rank correlation with the scores of the model with its parameters randomised from the head down; near 0 is expected",
}


@takes(tree="trace")
@per_run
def faithfulness(tree: xr.DataTree) -> xr.Dataset:
    r"""Return how well each explanation names the cells (modality, step) that the output depends on, with intervals over samples.

    Parameters
    ----------
    tree
        From :func:`mmviz.recording.record_faithfulness`, or a Trace with the group ``/faithfulness`` (few methods and fractions).

    Returns
    -------
    xr.Dataset
        For each quantity below ``NAME_mean``, ``NAME_low``, ``NAME_high``, mean and 95 % interval over the samples, clustered by group where groups are known:
        ``deletion``, ``insertion`` (explanation, fraction); (explanation): ``deletion_auc``, ``insertion_auc``, areas by the trapezoid rule; ``after``, the
        output when 20 % of the cells are removed; ``gain``, that of random removal minus ``after``, paired by sample; ``comprehensiveness`` =
        mean over q of f(x) - deletion(q) and ``sufficiency`` = mean over q of f(x) - insertion(q), q = 1, 5, 10, 20, 50 % as far as recorded;
        ``infidelity``, ``unexplained`` = infidelity / E[Δf²], ``sensitivity``, and ``randomised`` (explanation, part), if they were recorded.
        ``normalised`` (explanation) = (AUC_random - AUC) / (AUC_random - AUC_greedy) of the mean deletion curves: 1 for the greedy order, 0 for a random
        one; only where the greedy order was recorded and is at least .01 below random. ``uncut``, ``empty`` (mean, low, high): the
        output with all and without any cell.

    Raises
    ------
    DataError
        If the tree has no group ``/faithfulness``, or fraction 0 or 1 is missing.

    Notes
    -----
    Values of removed cells are out of the distribution of the training. Compare methods with each other and with ``random``, not with the
    uncut output.

    References
    ----------
    .. [1] V. Petsiuk, A. Das, K. Saenko, RISE, 2018 (deletion, insertion). [2] J. DeYoung et al., ERASER, 2020, equations 1 and 2, and
       its "area over the perturbation curve". The normalised score is ours.
    """
    group = group_of(tree, "faithfulness", _REMEDY)
    fraction = group["fraction"].values.astype(np.float64)
    if not len(fraction) or fraction[0] != 0 or fraction[-1] != 1:
        raise DataError(
            f"faithfulness: /faithfulness has the fractions {fraction.tolist()}, expected them to begin with 0 and end with 1; {_REMEDY}"
        )
    names = [str(n) for n in group["explanation"].values]
    dims = ("recorded_sample", "explanation", "fraction")
    removed, kept = (group[n].transpose(*dims).values.astype(np.float64) for n in ("deletion", "insertion"))
    bins = [q for q in BINS if q in fraction]
    at_bins = [int(np.flatnonzero(fraction == q)[0]) for q in bins]
    uncut = removed[:, :, :1]
    after = _at(removed, fraction, AT)
    values: dict[str, tuple[tuple[str, ...], np.ndarray]] = {
        "deletion": (("explanation", "fraction"), removed),
        "insertion": (("explanation", "fraction"), kept),
        "deletion_auc": (("explanation",), np.asarray(np.trapezoid(removed, fraction, axis=-1))),
        "insertion_auc": (("explanation",), np.asarray(np.trapezoid(kept, fraction, axis=-1))),
        "after": (("explanation",), after),
        "uncut": ((), uncut[:, 0, 0]),
        "empty": ((), removed[:, 0, -1]),
    }
    if bins:
        values["comprehensiveness"] = (("explanation",), (uncut - removed[:, :, at_bins]).mean(-1))
        values["sufficiency"] = (("explanation",), (uncut - kept[:, :, at_bins]).mean(-1))
    if "random" in names:
        values["gain"] = (("explanation",), after[:, [names.index("random")]] - after)
    values |= _checks(group)
    groups = _groups_of(tree, group["recorded_sample"].values)
    out = xr.Dataset(coords={"explanation": names, "fraction": fraction})
    if "randomised" in values:
        out = out.assign_coords(part=group["part"].values.astype(str))
    for name, (over, each) in values.items():
        for suffix, part in zip(("mean", "low", "high"), clustered_interval(each, groups), strict=True):
            out[f"{name}_{suffix}"] = (over, part)
            if name in _LONG:
                out[f"{name}_{suffix}"].attrs["long_name"] = _LONG[name]
    if {"random", "greedy"} <= set(names):
        auc = out["deletion_auc_mean"].values
        reference, best = auc[names.index("random")], auc[names.index("greedy")]
        known = reference - best >= 0.01
        out["normalised"] = (
            "explanation",
            (reference - auc) / (reference - best) if known else np.full(len(auc), np.nan),
        )
    out.attrs = _attrs(tree, group, bins, groups)
    return out


def _at(curve: Float[np.ndarray, "sample explanation fraction"], fraction: np.ndarray, at: float) -> np.ndarray:
    """Return the values of the curves at a fraction; linear between the recorded ones."""
    above = int(np.searchsorted(fraction, at))
    if fraction[above] == at:
        return curve[..., above]
    share = (at - fraction[above - 1]) / (fraction[above] - fraction[above - 1])
    return curve[..., above - 1] * (1 - share) + curve[..., above] * share


def _checks(group: xr.Dataset) -> dict[str, tuple[tuple[str, ...], np.ndarray]]:
    out: dict[str, tuple[tuple[str, ...], np.ndarray]] = {}
    if "infidelity" in group:
        found = group["infidelity"].transpose("recorded_sample", "explanation").values.astype(np.float64)
        change = group["squared_change"].values.astype(np.float64)[:, None]
        out["infidelity"] = (("explanation",), found)
        out["unexplained"] = (("explanation",), found / np.where(change > 0, change, np.nan))
    if "sensitivity" in group:
        out["sensitivity"] = (("explanation",), group["sensitivity"].transpose("recorded_sample", "explanation").values)
    if "randomised" in group:
        dims = ("recorded_sample", "explanation", "part")
        out["randomised"] = (("explanation", "part"), group["randomised"].transpose(*dims).values)
    return out


def _groups_of(tree: xr.DataTree, rows: np.ndarray) -> np.ndarray | None:
    if "samples" not in tree.children or "group" not in tree["samples"]:
        return None
    return np.asarray(tree["samples"]["group"].values, dtype=str)[rows]


def _attrs(tree: xr.DataTree, group: xr.Dataset, bins: list[float], groups: np.ndarray | None) -> dict[str, object]:
    count = group.sizes["recorded_sample"]
    return provenance(tree) | {
        "units": group.attrs["units"],
        "baseline": group.attrs["baseline"],
        "baseline_meaning": group.attrs["baseline_meaning"],
        "orders": group.attrs["orders"],
        "at": AT,
        "bins": bins,
        "n_samples": count,
        "recorded": recorded_text(tree, group["recorded_sample"].values.tolist()),
        "n_groups": group_count(groups, count),
        "interval": interval_text(groups, count),
    }
