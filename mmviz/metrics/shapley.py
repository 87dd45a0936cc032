"""Exact Shapley values of games given by all coalitions, and value functions v(S) on model outputs, for training."""

from __future__ import annotations

from math import factorial
from typing import TYPE_CHECKING

import numpy as np

from mmviz.core.errors import ConfigError
from mmviz.core.subsets import membership, player_count

if TYPE_CHECKING:
    from jaxtyping import Float, Shaped

VALUE_FUNCTIONS = {
    "accuracy": "1 where the most probable class is the true one, else 0",
    "probability": "probability of the true class",
    "negative_loss": "minus the loss: log-probability of the true class in nat, or minus the absolute error",
    "sample_level": "the number of modalities in the subset where its most probable class is the true one, else 0",
}


def shapley_values(game: Float[np.ndarray, "*rest coalition"]) -> Float[np.ndarray, "*rest player"]:
    r"""Return the exact Shapley values of games given by all their coalitions.

    φ_i = Σ_{S ⊆ players \ {i}} |S|! (M-|S|-1)! / M! · [v(S ∪ {i}) - v(S)]

    Parameters
    ----------
    game
        v(S); coalition k contains player i if bit i of k is set. The last dimension has 2^M entries.

    Returns
    -------
    float64. NaN where a coalition of that game is not finite; other games are unaffected.

    Raises
    ------
    ConfigError
        If the last dimension is not 2^M with 0 ≤ M ≤ 12.

    References
    ----------
    .. [1] L. S. Shapley, A value for n-person games, 1953.
    """
    v = np.asarray(game, dtype=np.float64)
    count = v.shape[-1] if v.ndim else 0
    players = player_count("shapley_values", count)
    coalitions = np.arange(count)
    out = np.empty((*v.shape[:-1], players))
    size = membership(players).sum(1)
    for i in range(players):
        without = coalitions[(coalitions >> i) % 2 == 0]
        weight = np.array([factorial(s) * factorial(players - s - 1) for s in size[without].tolist()]) / factorial(
            players
        )
        out[..., i] = (v[..., without | (1 << i)] - v[..., without]) @ weight
    return out


def subset_values(
    kind: str, output: Float[np.ndarray, "sample coalition output"], target: Shaped[np.ndarray, " sample"]
) -> Float[np.ndarray, "sample coalition"]:
    """Return the value v(S) of every sample and subset of modalities S; higher is better.

    Parameters
    ----------
    kind
        A key of :data:`VALUE_FUNCTIONS`; a regression (one output) has ``negative_loss`` only.
    output
        Logits, or values with one output; coalition k contains modality i if bit i of k is set.
    target
        Classes, or values.

    Returns
    -------
    float64. NaN where an output is not finite.

    Raises
    ------
    ConfigError
        Unknown ``kind``, or one that is undefined for a regression.

    References
    ----------
    .. [1] ``sample_level``: the public code of sample-level modality valuation (Wei et al., Enhancing Multimodal Cooperation via
       Sample-level Modality Valuation, CVPR 2024), v(S) = |S| if the prediction from S is right, else 0. The others are our interpretation: a
       public note on Modality Equilibrium Matters v2 (arXiv 2506.00030v2) states "marginal performance gains of all subsets" without the value function.
    """
    outputs = np.asarray(output, dtype=np.float64)
    regression = outputs.shape[-1] == 1
    if kind not in VALUE_FUNCTIONS or (regression and kind != "negative_loss"):
        known = "negative_loss" if regression else ", ".join(VALUE_FUNCTIONS)
        raise ConfigError(
            f"value_function: value={kind!r} does not belong to a {'regression' if regression else 'classification'}; "
            f"choose {'' if regression else 'one of '}{known}"
        )
    finite = np.asarray(np.isfinite(outputs).all(-1))
    clean = np.where(finite[..., None], outputs, 0.0)
    if regression:
        value = -np.abs(clean[..., 0] - np.asarray(target, dtype=np.float64)[:, None])
        return np.where(finite, value, np.nan)
    truth = np.asarray(target)[:, None]
    right = clean.argmax(-1) == truth
    if kind == "accuracy":
        value = right.astype(np.float64)
    elif kind == "sample_level":
        size = np.array([k.bit_count() for k in range(outputs.shape[1])], dtype=np.float64)
        value = np.where(right, size, 0.0)
    else:
        top = clean.max(-1, keepdims=True)
        chosen = np.take_along_axis(clean, np.broadcast_to(truth[..., None], (*clean.shape[:2], 1)), -1) - top
        value = (chosen - np.log(np.exp(clean - top).sum(-1, keepdims=True)))[..., 0]
        value = np.exp(value) if kind == "probability" else value
    return np.where(finite, value, np.nan)
