"""Modality imbalance: the equilibrium deviation metric EDM, and E1, E2, E3, as functions of arrays.

A public note on version 2 of Modality Equilibrium Matters (arXiv 2506.00030v2) states EDM = Σ_m |η - ψ_m| with Shapley-based ψ; what η is, how ψ
is normalised and on which data it is measured are not stated: the mean of ψ, not normalised, on held-out samples are our interpretation. E1, E2 and E3
are variants of ours. All describe how unequal contributions or unimodal scores are. They do not measure how good a model is, and a smaller value is
no better model: all are 0 where the contributions or scores are equal, at whatever level (:data:`LIMITS`). Compare v(S) and the gap of each modality
(:func:`mmviz.analysis.value_by_retraining`) first.
"""

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
#: range of each, and when it is 0 although no modality is used well
LIMITS = {
    "E1": "0 to 2(M-1)/M²; 0 for equal shares, so also for two modalities of which each alone predicts nothing (φ equal); NaN without φ above 0",
    "E2": "0 to √(M-1)/M; 0 for equal shares, as E1; with two modalities equal to E1",
    "E3": "0 to half the range of the score; 0 for equal unimodal scores, so also where every modality alone scores at chance",
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


def edm(contributions: Float[np.ndarray, "*rest modality"]) -> Float[np.ndarray, "*rest"]:
    """Return the equilibrium deviation metric EDM = Σ_m |η - ψ_m|, η the mean of the Shapley values ψ, in the units of the value function.

    With the value ``accuracy`` 0.1 are ten points. For ψ ≥ 0 at most 2(M-1)/M Σψ, where one modality has everything; 0 where all are equal, at
    whatever level. With two modalities |ψ_1 - ψ_2|, so that EDM alone gives no order. NaN for a row with a value that is not finite.

    Raises
    ------
    ConfigError
        If there are fewer than two modalities in the last dimension.

    Notes
    -----
    EDM = Σ_i |η - ψ(M^(i))| is what a public note on arXiv 2506.00030v2 states; that η is the mean is our interpretation.
    """
    psi = _compared("edm", contributions)
    psi = np.where(np.isfinite(psi).all(-1, keepdims=True), psi, np.nan)
    return np.abs(psi - psi.mean(-1, keepdims=True)).sum(-1)


def edm_share(contributions: Float[np.ndarray, "*rest modality"]) -> Float[np.ndarray, "*rest"]:
    """Return EDM / Σ_m ψ_m, from 0 to 2(M-1)/M for ψ ≥ 0; above it where some ψ is negative. NaN where the sum is not positive.

    For ψ ≥ 0 it is M times :func:`imbalance_e1`. That the sum is the unit is our interpretation.
    """
    deviation, total = edm(contributions), np.asarray(contributions, dtype=np.float64).sum(-1)
    return deviation / np.where(total > 0, total, np.nan)


def imbalance_e1(contributions: Float[np.ndarray, "*rest modality"]) -> Float[np.ndarray, "*rest"]:
    """Return the imbalance E1 = 1/M Σ_m |p_m - 1/M|, from 0 to 2(M-1)/M² (one modality has share 1). NaN as in `shares`.

    0 where all shares are equal. With two modalities that is every game with v({1}) = v({2}), whatever v(all): also one in which neither
    modality alone predicts anything (XOR). A smaller E1 is no better model.
    """
    return np.abs(deviations(contributions)).mean(-1)


def imbalance_e2(contributions: Float[np.ndarray, "*rest modality"]) -> Float[np.ndarray, "*rest"]:
    """Return the imbalance E2 = √(1/M Σ_m (p_m - 1/M)²), from 0 to √(M-1)/M (one modality has share 1). NaN as in `shares`.

    0 where all shares are equal, see :func:`imbalance_e1`; with two modalities equal to E1.
    """
    return np.sqrt((deviations(contributions) ** 2).mean(-1))


def imbalance_e3(scores: Float[np.ndarray, "*rest modality"]) -> Float[np.ndarray, "*rest"]:
    """Return the imbalance E3 = 1/M Σ_m |a_m - ā|, in the units of the unimodal scores a, at most half their range.

    0 where all unimodal scores are equal, also where all are at chance. NaN for a row with a score that is not finite.

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
