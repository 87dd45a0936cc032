"""Modality imbalance E1, E2, E3: our interpretations of the equilibrium deviation metric, as functions of arrays."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from mmviz.core.errors import ConfigError

if TYPE_CHECKING:
    from jaxtyping import Float

INTERPRETATIONS = {
    "E1": "mean |share - 1/M|",
    "E2": "root mean square of share - 1/M",
    "E3": "mean |score - mean score| over the unimodal scores",
}


def shares(contributions: Float[np.ndarray, "*rest modality"]) -> Float[np.ndarray, "*rest modality"]:
    """Return the share p_m = max(φ_m, 0) / Σ_k max(φ_k, 0) of each modality (our interpretation).

    NaN in all modalities of a row with a Shapley value φ that is not finite, or with none above 0.

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
    """Return d_m = p_m - 1/M, signed: below 0 a modality has less than an equal share, above 0 more (our interpretation). NaN as in `shares`."""
    p = shares(contributions)
    return p - 1 / p.shape[-1]


def imbalance_e1(contributions: Float[np.ndarray, "*rest modality"]) -> Float[np.ndarray, "*rest"]:
    """Return the imbalance E1 = 1/M Σ_m |p_m - 1/M|: 0 at equilibrium, 2(M-1)/M² if one modality has share 1. NaN as in `shares`."""
    return np.abs(deviations(contributions)).mean(-1)


def imbalance_e2(contributions: Float[np.ndarray, "*rest modality"]) -> Float[np.ndarray, "*rest"]:
    """Return the imbalance E2 = √(1/M Σ_m (p_m - 1/M)²): 0 at equilibrium, √(M-1)/M if one modality has share 1. NaN as in `shares`."""
    return np.sqrt((deviations(contributions) ** 2).mean(-1))


def imbalance_e3(scores: Float[np.ndarray, "*rest modality"]) -> Float[np.ndarray, "*rest"]:
    """Return the imbalance E3 = 1/M Σ_m |a_m - ā|, in the units of the unimodal scores a.

    NaN for a row with a score that is not finite.

    Raises
    ------
    ConfigError
        If there are fewer than two modalities in the last dimension.
    """
    a = _compared("imbalance_e3", scores)
    a = np.where(np.isfinite(a).all(-1, keepdims=True), a, np.nan)
    return np.abs(a - a.mean(-1, keepdims=True)).mean(-1)


def _compared(place: str, values: np.ndarray) -> np.ndarray:
    array = np.asarray(values, dtype=np.float64)
    count = array.shape[-1] if array.ndim else 0
    if count < 2:
        raise ConfigError(
            f"{place}: the last dimension holds {count} modalities; at least two are compared, pass (..., M ≥ 2)"
        )
    return array
