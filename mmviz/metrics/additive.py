"""Additive part of a function on all combinations of its inputs: projection (EMAP), main effects, marginal predictions, share of interaction."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from mmviz.core.errors import ConfigError
from mmviz.core.subsets import membership

if TYPE_CHECKING:
    from jaxtyping import Float


def main_effects(grid: Float[np.ndarray, "*samples output"]) -> list[Float[np.ndarray, "sample output"]]:
    """Return E[f | x_m] of each modality: the mean of f over all combinations of the others.

    Parameters
    ----------
    grid
        f(x_1^i, ..., x_M^k) of the combination of sample i of modality 1, ..., sample k of modality M; the last dimension counts the outputs.

    Raises
    ------
    ConfigError
        Without a modality, or with an empty dimension.
    """
    f = _checked(grid, "main_effects")
    modalities = f.ndim - 1
    return [f.mean(tuple(k for k in range(modalities) if k != m)) for m in range(modalities)]


def additive_projection(grid: Float[np.ndarray, "*samples output"]) -> Float[np.ndarray, "*samples output"]:
    r"""Return the additive function nearest to f on all combinations: Σ_m E[f | x_m] - (M - 1) E[f], float64.

    It is the projection by least squares on the product distribution of the modalities: an additive f is unchanged, a second projection changes
    nothing, and the mean of every slice (one sample of one modality) is that of f.

    Parameters
    ----------
    grid
        As for :func:`main_effects`.

    Raises
    ------
    ConfigError
        As :func:`main_effects`.

    References
    ----------
    .. [1] J. Hessel, L. Lee, Does my multimodal model learn cross-modal interactions?, EMNLP 2020 (EMAP, two modalities; more: the first-order
       terms of the Hoeffding decomposition).
    """
    f = _checked(grid, "additive_projection")
    modalities = f.ndim - 1
    out = np.broadcast_to((1 - modalities) * f.mean(tuple(range(modalities))), f.shape).copy()
    for m, effect in enumerate(main_effects(f)):
        out += effect.reshape(*(len(effect) if k == m else 1 for k in range(modalities)), -1)
    return out


def paired_additive(grid: Float[np.ndarray, "*samples output"]) -> Float[np.ndarray, "sample output"]:
    """Return the additive projection of the samples as they are, without the other combinations; all modalities have the same samples."""
    f = _checked(grid, "paired_additive", paired=True)
    modalities = f.ndim - 1
    return np.sum(main_effects(f), 0) - (modalities - 1) * f.mean(tuple(range(modalities)))


def paired(grid: Float[np.ndarray, "*samples output"]) -> Float[np.ndarray, "sample output"]:
    """Return f of the samples as they are: the diagonal of the grid."""
    f = _checked(grid, "paired", paired=True)
    at = np.arange(len(f))
    return f[(at,) * (f.ndim - 1)]


def marginal_predictions(grid: Float[np.ndarray, "*samples output"]) -> Float[np.ndarray, "sample coalition output"]:
    """Return the mean of f where the modalities outside a coalition are replaced by those of all samples, for every sample and coalition.

    The replaced modalities are drawn independently of each other: from the product of their distributions. Coalition k contains modality i if bit i of k is set.

    Parameters
    ----------
    grid
        As for :func:`main_effects`; all modalities have the same samples.
    """
    f = _checked(grid, "marginal_predictions", paired=True)
    modalities, at = f.ndim - 1, np.arange(len(f))
    out = np.empty((len(f), 2**modalities, f.shape[-1]))
    for k, row in enumerate(membership(modalities)):
        mean = f.mean(tuple(int(m) for m in np.flatnonzero(~row)))
        out[:, k] = mean[(at,) * int(row.sum())] if row.any() else mean
    return out


def interaction_share(grid: Float[np.ndarray, "*samples output"]) -> float:
    """Return the share of the variance of f over all combinations that no additive function holds, from 0 to 1; NaN for a constant f.

    The sum over outputs of the variance of f - additive projection, divided by that of f: 1 minus the sum of the first-order Sobol indices.

    References
    ----------
    .. [1] I. M. Sobol', Sensitivity estimates for nonlinear mathematical models, 1993.
    """
    f = _checked(grid, "interaction_share")
    axes = tuple(range(f.ndim - 1))
    total = f.var(axes).sum()
    scale = np.abs(f).max(initial=0.0)
    if total <= (1e-7 * scale) ** 2:
        return float("nan")
    first = sum(effect.var(0).sum() for effect in main_effects(f))
    return float(np.clip(1 - first / total, 0, 1))


def _checked(grid: np.ndarray, place: str, *, paired: bool = False) -> Float[np.ndarray, "*samples output"]:
    f = np.asarray(grid, dtype=np.float64)
    if f.ndim < 2 or not f.size or (paired and len(set(f.shape[:-1])) > 1):
        same = ", as many samples of each modality" if paired else ""
        raise ConfigError(
            f"{place}: the grid has shape {f.shape}, expected one dimension for each modality{same}, and one of outputs"
        )
    return f
