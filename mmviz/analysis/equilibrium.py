"""Equilibrium deviation of the modalities: three readings (E1, E2, E3) of a metric whose formula is not public."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import xarray as xr

from mmviz.analysis.shapley import _game, _group, _provenance, _value_of, shapley_values
from mmviz.errors import ConfigError

if TYPE_CHECKING:
    from jaxtyping import Float

READINGS = {
    "E1": "mean |share - 1/M|",
    "E2": "root mean square of share - 1/M",
    "E3": "mean |score - mean score| of the modalities alone",
}
_STATUS = (
    "readings of ours of the equilibrium deviation metric (arXiv 2506.00030), whose formula is not public; "
    "0 is equilibrium, lower is better"
)
_WORTH = {"classification": "correct", "regression": "negative_absolute_error"}


def shares(contributions: Float[np.ndarray, "*rest modality"]) -> Float[np.ndarray, "*rest modality"]:
    """Return p_m = max(φ_m, 0) / Σ_k max(φ_k, 0): each modality's share of what is contributed. A reading.

    NaN in all modalities of a row with a contribution that is not finite, or with none above 0.

    Raises
    ------
    ConfigError
        If there are fewer than two modalities in the last dimension.
    """
    phi = _compared("shares", contributions)
    positive = np.where(np.isfinite(phi).all(-1, keepdims=True), np.maximum(phi, 0), np.nan)
    top = positive.max(-1, keepdims=True)
    scaled = positive / np.where(top > 0, top, np.nan)  # so that no sum overflows
    return scaled / scaled.sum(-1, keepdims=True)


def deviations(contributions: Float[np.ndarray, "*rest modality"]) -> Float[np.ndarray, "*rest modality"]:
    """Return d_m = p_m - 1/M, signed: below 0 a modality is starved, above 0 it leads. A reading; NaN as in `shares`."""
    p = shares(contributions)
    return p - 1 / p.shape[-1]


def edm_e1(contributions: Float[np.ndarray, "*rest modality"]) -> Float[np.ndarray, "*rest"]:
    """Return reading E1, 1/M Σ_m |p_m - 1/M|: 0 at equilibrium, 2(M-1)/M² if one has all. NaN as in `shares`."""
    return np.abs(deviations(contributions)).mean(-1)


def edm_e2(contributions: Float[np.ndarray, "*rest modality"]) -> Float[np.ndarray, "*rest"]:
    """Return reading E2, √(1/M Σ_m (p_m - 1/M)²): 0 at equilibrium, √(M-1)/M if one has all. NaN as in `shares`."""
    return np.sqrt((deviations(contributions) ** 2).mean(-1))


def edm_e3(scores: Float[np.ndarray, "*rest modality"]) -> Float[np.ndarray, "*rest"]:
    """Return reading E3, 1/M Σ_m |a_m - ā|, in the units of the scores a of the modalities alone.

    NaN for a row with a score that is not finite.

    Raises
    ------
    ConfigError
        If there are fewer than two modalities in the last dimension.
    """
    a = _compared("edm_e3", scores)
    a = np.where(np.isfinite(a).all(-1, keepdims=True), a, np.nan)
    return np.abs(a - a.mean(-1, keepdims=True)).mean(-1)


def equilibrium(trace: xr.DataTree, *, value: str | None = None, per_epoch: bool = False) -> xr.Dataset:
    """Return how evenly the modalities contribute: a reading, as the published formula is not known.

    Parameters
    ----------
    trace
        Recorded with ``coalitions=True``, of at least two modalities.
    value
        The value function of the contributions, as in :func:`mmviz.analysis.shapley`; ``correct`` by default for a
        classification, ``negative_absolute_error`` for a regression. ``output`` measures no worth and is refused.
    per_epoch
        False: all samples at the best epoch. True: every recorded epoch, but only the *traced* samples, which are few.

    Returns
    -------
    xr.Dataset
        ``contribution`` (modality): mean Shapley value; ``share``, ``deviation`` (modality), see :func:`deviations`;
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
    kind = _value_of(trace, _WORTH[trace.attrs["task"]["kind"]] if value is None else value)
    if kind == "output":
        raise ConfigError("equilibrium: value='output' measures no worth; choose 'negative_absolute_error'")
    group = _group(trace, "prefixes" if per_epoch else "coalitions")
    target = trace["samples"].to_dataset()["target"]
    answer = group["answer"]
    if per_epoch:
        answer = answer.isel(time=-1, drop=True).rename(traced="sample").drop_vars("sample", errors="ignore")
        target = target.isel(sample=group["traced"].values)
    answer = answer.transpose(..., "sample", "coalition", "output")
    score_kind = _WORTH[trace.attrs["task"]["kind"]]
    game, score_game = (
        _game(answer, target, k).transpose(..., "sample", "coalition").values for k in (kind, score_kind)
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
            "E1": (rest, edm_e1(phi)),
            "E2": (rest, edm_e2(phi)),
            "E3": (rest, edm_e3(score)),
            "count": (rest, known.sum(-1)),
        },
        coords={"modality": names} | ({"epoch": group["epoch"].values} if per_epoch else {}),
    )
    for name, meaning in READINGS.items():
        out[name].attrs = {"reading": meaning, "units": "accuracy or -MAE" if name == "E3" else "1"}
    out.attrs = _provenance(trace, kind, epoch=None if per_epoch else trace.attrs["best_epoch"]) | {
        "index": "equilibrium deviation, readings E1, E2, E3",
        "reading": _STATUS,
        "score": score_kind,
        "samples": "traced" if per_epoch else "all",
        "silent": _silent(answer.values, names),
    }
    return out


def _compared(place: str, values: np.ndarray) -> np.ndarray:
    array = np.asarray(values, dtype=np.float64)
    count = array.shape[-1] if array.ndim else 0
    if count < 2:
        raise ConfigError(
            f"{place}: the last dimension holds {count} modalities; equilibrium compares at least two, pass (..., M ≥ 2)"
        )
    return array


def _mean_of(game: np.ndarray, known: np.ndarray) -> np.ndarray:
    """Return the mean over the known samples, NaN where there is none; (..., sample, coalition) to (..., coalition)."""
    count = known.sum(-1)[..., None]
    total = np.where(known[..., None], game, 0.0).sum(-2)
    return total / np.where(count > 0, count, np.nan)


def _silent(answer: np.ndarray, names: np.ndarray) -> list[str]:
    """Return the modalities whose absence changes no answer, by (..., coalition, output)."""
    k = np.arange(answer.shape[-2])
    return [
        str(name)
        for i, name in enumerate(names)
        if np.array_equal(answer[..., k & ~(1 << i), :], answer[..., k | 1 << i, :], equal_nan=True)
    ]
