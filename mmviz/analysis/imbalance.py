"""Modality imbalance of a Trace: mean Shapley values, shares, unimodal scores and E1, E2, E3."""

from __future__ import annotations

import numpy as np
import xarray as xr

from mmviz.analysis.blockwise import sample_chunks
from mmviz.analysis.game import is_labelled
from mmviz.analysis.shapley import game_of, provenance_of, trace_group, value_name
from mmviz.core.errors import ConfigError, DataError
from mmviz.core.options import takes
from mmviz.metrics.imbalance import INTERPRETATIONS, deviations, imbalance_e1, imbalance_e2, imbalance_e3, shares
from mmviz.metrics.shapley import shapley_values

__all__ = ["INTERPRETATIONS", "deviations", "imbalance", "imbalance_e1", "imbalance_e2", "imbalance_e3", "shares"]

_STATUS = (
    "readings of ours of the equilibrium deviation metric (arXiv 2506.00030), whose formula is not public; "
    "0 is equilibrium, lower is better"
)
_WORTH = {"classification": "accuracy", "regression": "negative_absolute_error"}


@takes(trace="trace")
def imbalance(trace: xr.DataTree, *, value: str | None = None, per_epoch: bool = False) -> xr.Dataset:
    """Return how evenly the modalities contribute: a reading, as the published formula is not known.

    Parameters
    ----------
    trace
        Recorded with ``coalitions=True``, of at least two modalities.
    value
        The value function of the contributions, as in :func:`mmviz.analysis.shapley`; ``accuracy`` by default for a
        classification, ``negative_absolute_error`` for a regression. ``output`` measures no worth and is refused.
    per_epoch
        False: all samples at the best epoch. True: every recorded epoch, but only the *recorded* samples, which are few.

    Returns
    -------
    xr.Dataset
        ``contribution`` (modality): mean Shapley value; ``share``, ``deviation`` (modality), see :func:`mmviz.metrics.imbalance.deviations`;
        ``score`` (modality): accuracy, or minus the mean absolute error, of the fused model that hears it alone;
        ``E1``, ``E2`` from the contributions, ``E3`` from the scores; ``count``: the samples behind them (one with an
        answer that is not finite is left out). With ``per_epoch=True`` each has dimension ``epoch`` first. Attribute
        ``silent`` names modalities that changed no answer, as one that is always absent.

    Raises
    ------
    DataError
        If the Trace holds no coalitions.
    ConfigError
        If the value function does not belong to the task, or there is only one modality.

    References
    ----------
    .. [1] Modality Equilibrium Matters, arXiv 2506.00030 (names the metric; E1, E2, E3 are ours).
    """
    kind = value_name(trace, _WORTH[trace.attrs["task"]["kind"]] if value is None else value)
    if kind == "output":
        raise ConfigError("imbalance: value='output' measures no worth; choose 'negative_absolute_error'")
    group = trace_group(trace, "prefixes" if per_epoch else "coalitions")
    target = trace["samples"].to_dataset()["target"]
    if not is_labelled(target):
        raise DataError(
            f"imbalance: it compares scores with labels, and the split {trace.attrs['split']!r} was recorded without labels; record a "
            "labelled split"
        )
    answer = group["prediction"]
    if per_epoch:
        answer = answer.isel(time=-1, drop=True).rename(recorded_sample="sample").drop_vars("sample", errors="ignore")
        target = target.isel(sample=group["recorded_sample"].values)
    answer = answer.transpose(..., "sample", "coalition", "output")
    score_kind = _WORTH[trace.attrs["task"]["kind"]]
    game, score_game = (
        game_of(answer, target, k).transpose(..., "sample", "coalition").values for k in (kind, score_kind)
    )
    known = np.isfinite(game).all(-1) & np.isfinite(score_game).all(-1)
    names = group["modality"].values
    phi = shapley_values(_mean_of(game, known))
    score = _mean_of(score_game, known)[..., 1 << np.arange(len(names))]
    rest, full = (("epoch",), ("epoch", "modality")) if per_epoch else ((), ("modality",))
    out = xr.Dataset(
        {
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
        out[name].attrs = {"interpretation": meaning, "units": "accuracy or -MAE" if name == "E3" else "1"}
    out.attrs = provenance_of(trace, kind, epoch=None if per_epoch else trace.attrs["best_epoch"]) | {
        "index": "modality imbalance E1, E2, E3",
        "interpretation": _STATUS,
        "score": score_kind,
        "samples": "recorded_sample" if per_epoch else "all",
        "silent": _silent(answer, names),
    }
    return out


def _mean_of(game: np.ndarray, known: np.ndarray) -> np.ndarray:
    """Return the mean over the known samples, NaN where there is none; (..., sample, coalition) to (..., coalition)."""
    count = known.sum(-1)[..., None]
    total = np.where(known[..., None], game, 0.0).sum(-2)
    return total / np.where(count > 0, count, np.nan)


def _silent(answer: xr.DataArray, names: np.ndarray) -> list[str]:
    """Return the modalities whose absence changes no answer, by (..., sample, coalition, output)."""
    k, silent = np.arange(answer.sizes["coalition"]), set(range(len(names)))
    for (part,) in sample_chunks(answer, dim="sample"):
        seen = part.values
        silent = {
            i for i in silent if np.array_equal(seen[..., k & ~(1 << i), :], seen[..., k | 1 << i, :], equal_nan=True)
        }
    return [str(name) for i, name in enumerate(names) if i in silent]
