"""InterSHAP: the share of interactions in the Shapley interaction matrix of the predicted class's probability, in both global forms."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import xarray as xr

from mmviz.analysis.game import game_attributes, value_function
from mmviz.analysis.interactions import interaction_index
from mmviz.analysis.measured_game import MASKINGS, measured_game
from mmviz.analysis.per_run import per_run
from mmviz.core.intervals import group_count
from mmviz.core.jackknife import jackknife_interval
from mmviz.core.options import takes
from mmviz.metrics.shapley import shapley_values

if TYPE_CHECKING:
    from jaxtyping import Float

STATISTICS = ("mean", "low", "high")
LIMITS = (
    "An interaction of probabilities is no synergy of the data: for two independent unique bits and four classes the share is 1/3, because probabilities "
    "multiply. It does not depend on labels: a wrong model can have a large share. Replaced modalities make combinations that the data need not contain."
)


@takes(trace="trace")
@per_run
def intershap(trace: xr.DataTree, *, value: str | None = None, masking: str | None = None) -> xr.Dataset:
    """Return InterSHAP: the share of the interactions between modalities in what the model computes, from 0 to 1, in both global forms.

    Parameters
    ----------
    trace
        With the group ``/product_grid``, or with coalitions.
    value
        The value function v of the predicted class, as in :func:`mmviz.analysis.shapley`; ``probability`` by default (``output`` of a regression).
    masking
        ``marginal`` (group ``/product_grid``, as in the source) or ``imputed`` (group ``/coalitions``); None: the former where the Trace contains it.

    Returns
    -------
    xr.Dataset
        Over ``statistic`` (mean, low, high): ``of_means``, Σ_{i≠j} |mean Φ_ij| / Σ_{ij} |mean Φ_ij|: signs cancel across samples, as in the
        source; ``mean_of_samples``: the same share of each sample, averaged. ``sample_share`` (measured_sample). ``interaction`` (modality, other_modality, statistic): mean
        Φ, half the Shapley interaction index off the diagonal, and φ_i minus these on it. NaN where no modality changes the prediction. Attributes ``interval``,
        ``limits``, ``masking``.

    Raises
    ------
    ConfigError
        A single modality, or an unknown option.
    DataError
        If the Trace holds no such group.

    References
    ----------
    .. [1] L. Wenderoth, K. Hemker, N. Simidjievski, M. Jamnik, Measuring cross-modal interactions in multimodal models, AAAI 2025 (InterSHAP).
    """
    v = value_function(trace, value)
    game = measured_game(trace, v, masking, explained="prediction", where="intershap")
    names = [str(n) for n in trace.attrs["modalities"]]
    M = len(names)

    def statistic(rows: np.ndarray) -> np.ndarray:
        matrix = interaction_matrix(game.values(rows))
        share = interaction_part(matrix)
        known = np.isfinite(share)
        mean = share[known].mean() if known.any() else np.nan
        return np.concatenate([[interaction_part(matrix.mean(0)), mean], matrix.mean(0).ravel()])

    found = jackknife_interval(statistic, game.group, game.size, rounding=1e-6)
    table = found.statistics
    share = interaction_part(interaction_matrix(game.values(np.arange(game.size))))
    out = xr.Dataset(
        {
            "of_means": ("statistic", np.clip(table[0], 0, 1)),
            "mean_of_samples": ("statistic", np.clip(table[1], 0, 1)),
            "sample_share": ("measured_sample", share),
            "interaction": (("modality", "other_modality", "statistic"), table[2:].reshape(M, M, 3)),
        },
        coords={
            "modality": names,
            "other_modality": names,
            "statistic": list(STATISTICS),
            "measured_sample": game.rows,
        },
    )
    text = found.text_of(table[0, 1])
    if not np.isfinite(table[0, 0]):
        text = "no value: no modality changes the prediction"
    out.attrs = game_attributes(trace, v, epoch=trace.attrs["best_epoch"]) | {
        "index": "InterSHAP",
        "units": v.meaning.replace("true class", "predicted class"),
        "masking": game.masking,
        "masked": MASKINGS[game.masking],
        "interval": text,
        "limits": LIMITS,
        "n_samples": game.size,
        "n_groups": group_count(game.group, game.size),
    }
    return out


def interaction_matrix(game: Float[np.ndarray, "*rest coalition"]) -> Float[np.ndarray, "*rest player player"]:
    """Return Φ of games: half the Shapley interaction index of each pair, and on the diagonal φ_i - Σ_{j≠i} Φ_ij, so that each row sums to φ_i."""
    v = np.asarray(game, dtype=np.float64)
    players = v.shape[-1].bit_length() - 1
    out = np.zeros((*v.shape[:-1], players, players))
    i, j = np.triu_indices(players, 1)
    out[..., i, j] = out[..., j, i] = interaction_index(v, order=2) / 2
    at = np.arange(players)
    out[..., at, at] = shapley_values(v) - out.sum(-1)
    return out


def interaction_part(matrix: Float[np.ndarray, "*rest player player"]) -> Float[np.ndarray, "*rest"]:
    """Return the sum of |Φ| off the diagonal divided by the sum of all; NaN where all are 0 up to rounding."""
    size = np.abs(matrix)
    total = size.sum((-2, -1))
    off = total - np.trace(size, axis1=-2, axis2=-1)
    return np.divide(off, total, out=np.full(total.shape, np.nan), where=total > 1e-12)
