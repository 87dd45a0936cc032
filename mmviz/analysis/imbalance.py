"""Modality imbalance of a Trace: mean Shapley values, shares, unimodal scores and E1, E2, E3."""

from __future__ import annotations

import numpy as np
import xarray as xr

from mmviz.analysis.blockwise import sample_chunks
from mmviz.analysis.game import game_attributes, game_of, is_labelled, score_function
from mmviz.analysis.per_run import per_run
from mmviz.analysis.recorded_selection import recorded_text
from mmviz.analysis.retraining import retraining
from mmviz.analysis.trace_groups import coalition_group
from mmviz.core.errors import ConfigError, DataError
from mmviz.core.options import takes
from mmviz.metrics.imbalance import (
    INTERPRETATIONS,
    LIMITS,
    deviations,
    edm,
    edm_share,
    imbalance_e1,
    imbalance_e2,
    imbalance_e3,
    shares,
)
from mmviz.metrics.shapley import shapley_values

__all__ = [
    "INTERPRETATIONS",
    "deviations",
    "edm",
    "edm_share",
    "imbalance",
    "imbalance_e1",
    "imbalance_e2",
    "imbalance_e3",
    "shares",
]

_STATUS = (
    "our variants of the equilibrium deviation metric (arXiv 2506.00030v2; a public note states EDM = Σ|η - ψ| without η, see mmviz.metrics.imbalance.edm); "
    "they describe inequality, not quality: a smaller value is no better model, read v(S) and the gaps first"
)


@takes(trace="trace")
@per_run
def imbalance(trace: xr.DataTree, *, value: str | None = None, per_epoch: bool = False) -> xr.Dataset:
    """Return the modality imbalance E1, E2, E3 with Shapley values, shares and unimodal scores (our interpretation).

    Parameters
    ----------
    trace
        Recorded with ``coalitions=True``, of at least two modalities.
    value
        The value function of the Shapley values, as in :func:`mmviz.analysis.shapley`; ``accuracy`` by default for a
        classification, ``negative_absolute_error`` for a regression. ``output`` is not a score and is refused.
    per_epoch
        False: all samples at the best epoch. True: every recorded epoch, but only the recorded samples, which are few.

    Returns
    -------
    xr.Dataset
        First what the numbers rest on: ``v`` (coalition): mean v(S) of every subset, row k contains modality i if bit i of k is set; with a group
        ``/retrained`` in the Trace and ``per_epoch=False`` also ``gap`` (modality): g_m, see :func:`mmviz.analysis.value_by_retraining`.
        ``contribution`` (modality): mean Shapley value; ``share``, ``deviation`` (modality), see :func:`mmviz.metrics.imbalance.deviations`;
        ``score`` (modality): accuracy, or minus the mean absolute error, of the fused model with this modality alone;
        ``E1``, ``E2`` from the Shapley values, ``E3`` from the scores; ``count``: number of samples (those with a
        prediction that is not finite are left out). With ``per_epoch=True`` each has dimension ``epoch`` first. Attribute
        ``without_effect`` names modalities that change no prediction, for example one that is always absent.

    Raises
    ------
    DataError
        If the Trace holds no coalitions.
    ConfigError
        If the value function does not belong to the task, or there is only one modality.

    Notes
    -----
    E1, E2 and E3 describe how unequal the shares or scores are. They are 0 for equal ones at whatever level: with two modalities, E1 is 0 for a model that
    predicts nothing from either alone. None measures quality; the attribute ``limits`` of each states its range and when it is 0.

    References
    ----------
    .. [1] Modality Equilibrium Matters, arXiv 2506.00030v2: a public note states EDM = Σ_m |η - ψ_m| without saying what η is, see
       :func:`mmviz.analysis.edm`; E1, E2, E3 are our variants.
    """
    v, score_value = score_function(trace, value), score_function(trace)
    if v.name == "output":
        raise ConfigError("imbalance: value='output' is not a score; choose 'negative_absolute_error'")
    group = coalition_group(trace, "prefixes" if per_epoch else "coalitions")
    target = trace["samples"].to_dataset()["target"]
    if not is_labelled(target):
        raise DataError(
            f"imbalance: scores need labels, and the split {trace.attrs['split']!r} was recorded without labels; record a "
            "labelled split"
        )
    prediction = group["prediction"]
    if per_epoch:
        prediction = (
            prediction.isel(time=-1, drop=True).rename(recorded_sample="sample").drop_vars("sample", errors="ignore")
        )
        target = target.isel(sample=group["recorded_sample"].values)
    prediction = prediction.transpose(..., "sample", "coalition", "output")
    game, score_game = (
        game_of(prediction, target, k).transpose(..., "sample", "coalition").values for k in (v, score_value)
    )
    known = np.isfinite(game).all(-1) & np.isfinite(score_game).all(-1)
    names = group["modality"].values
    v_mean = _mean_of(game, known)
    phi = shapley_values(v_mean)
    score = _mean_of(score_game, known)[..., 1 << np.arange(len(names))]
    rest, full = (("epoch",), ("epoch", "modality")) if per_epoch else ((), ("modality",))
    out = xr.Dataset(
        {
            "v": ((*rest, "coalition"), v_mean),
            "contribution": (full, phi),
            "share": (full, shares(phi)),
            "deviation": (full, deviations(phi)),
            "score": (full, score),
            "E1": (rest, imbalance_e1(phi)),
            "E2": (rest, imbalance_e2(phi)),
            "E3": (rest, imbalance_e3(score)),
            "count": (rest, known.sum(-1)),
        },
        coords={"modality": names} | ({"epoch": group["epoch"].values} if per_epoch else {}),
    )
    for name, meaning in INTERPRETATIONS.items():
        out[name].attrs = {
            "interpretation": meaning,
            "limits": LIMITS[name],
            "units": "accuracy or -MAE" if name == "E3" else "1",
        }
    if "retrained" in trace.children and not per_epoch:
        gap = retraining(trace)["gap"].sel(statistic="mean", drop=True)
        out = out.assign(gap=gap.assign_attrs(long_name="v_retrained({m}) - v_masked({m})"))[
            ["v", "gap", *list(out)[1:]]
        ]
    out.attrs = game_attributes(trace, v, epoch=None if per_epoch else trace.attrs["best_epoch"]) | {
        "index": "modality imbalance E1, E2, E3",
        "interpretation": _STATUS,
        "score": score_value.name,
        "samples": "recorded_sample" if per_epoch else "all",
        "without_effect": _without_effect(prediction, names),
        **({"recorded": recorded_text(trace)} if per_epoch else {}),
    }
    return out


def _mean_of(game: np.ndarray, known: np.ndarray) -> np.ndarray:
    """Return the mean over the known samples, NaN where there is none; (..., sample, coalition) to (..., coalition)."""
    count = known.sum(-1)[..., None]
    total = np.where(known[..., None], game, 0.0).sum(-2)
    return total / np.where(count > 0, count, np.nan)


def _without_effect(prediction: xr.DataArray, names: np.ndarray) -> list[str]:
    """Return the modalities whose absence changes no prediction; predictions are (..., sample, coalition, output)."""
    k, unchanged = np.arange(prediction.sizes["coalition"]), set(range(len(names)))
    for (part,) in sample_chunks(prediction, dim="sample"):
        values = part.values
        unchanged = {
            i
            for i in unchanged
            if np.array_equal(values[..., k & ~(1 << i), :], values[..., k | 1 << i, :], equal_nan=True)
        }
    return [str(name) for i, name in enumerate(names) if i in unchanged]
