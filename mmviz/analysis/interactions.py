"""Interactions between modalities: Möbius coefficients and the Shapley interaction index, exact, from all subsets."""

from __future__ import annotations

from functools import lru_cache
from itertools import combinations
from typing import TYPE_CHECKING

import numpy as np
import xarray as xr

from mmviz.analysis.game import explained_target, game_attributes, game_of, value_function
from mmviz.analysis.per_run import per_run
from mmviz.analysis.trace_groups import coalition_group, sample_groups
from mmviz.core.intervals import clustered_interval, group_count, interval_text
from mmviz.core.options import takes, whole
from mmviz.core.subsets import membership, player_count, subset_label

if TYPE_CHECKING:
    from jaxtyping import Float


def moebius(game: Float[np.ndarray, "*rest coalition"]) -> Float[np.ndarray, "*rest coalition"]:
    r"""Return the Möbius coefficients of games: the value of a coalition beyond that of all its proper subsets.

    m(S) = Σ_{T ⊆ S} (-1)^{|S|-|T|} v(T); back again, v(S) = Σ_{T ⊆ S} m(T). m(S) > 0 is synergy, m(S) < 0 redundancy.

    Parameters
    ----------
    game
        v(S); coalition k contains player i if bit i of k is set. The last dimension has 2^M entries.

    Returns
    -------
    float64, in the units and the order of ``game``. NaN where a subset of that coalition is not finite.

    Raises
    ------
    ConfigError
        If the last dimension is not 2^M with 0 ≤ M ≤ 12.

    References
    ----------
    .. [1] J. C. Harsanyi, A simplified bargaining model for the n-person cooperative game, 1963 (dividends).
    .. [2] G.-C. Rota, On the foundations of combinatorial theory I, 1964.
    """
    v = np.asarray(game, dtype=np.float64)
    count = v.shape[-1] if v.ndim else 0
    players = player_count("moebius", count)
    out = np.where(np.isfinite(v), v, np.nan)
    for i in range(players):
        cube = out.reshape(*v.shape[:-1], -1, 2, 2**i)
        cube[..., 1, :] -= cube[..., 0, :]
    return out


def interaction_index(
    game: Float[np.ndarray, "*rest coalition"], *, order: int = 2
) -> Float[np.ndarray, "*rest subset"]:
    r"""Return the Shapley interaction index of all sets of ``order`` players, in the order of `combinations`.

    I(S) = Σ_{T ⊆ players \ S} |T|! (M-|T|-s)! / (M-s+1)! · Σ_{L ⊆ S} (-1)^{s-|L|} v(T ∪ L),  s = |S|

    It is computed as Σ_{T ⊇ S} m(T) / (|T|-s+1) from the Möbius coefficients m, which is the same and gives exactly 0
    for a player without effect. Order 1 is the Shapley value.

    Parameters
    ----------
    game
        v(S); coalition k contains player i if bit i of k is set. The last dimension has 2^M entries.
    order
        s, from 1 to M; 2 for pairs: (0, 1), (0, 2), ..., (1, 2), ...

    Returns
    -------
    float64, in the units of ``game``. NaN where a coalition of that game is not finite; other games are unaffected.

    Raises
    ------
    ConfigError
        If the last dimension is not 2^M with 0 ≤ M ≤ 12, or ``order`` is not an integer from 1 to M.

    References
    ----------
    .. [1] M. Grabisch, M. Roubens, An axiomatic approach to the concept of interaction among players in cooperative
       games, 1999.
    """
    coefficients = moebius(game)
    players = coefficients.shape[-1].bit_length() - 1
    whole(order, "interaction_index: order", low=1, high=players)
    return coefficients @ interaction_weights(players, order)


@takes(trace="trace")
@per_run
def interactions(trace: xr.DataTree, *, value: str | None = None, order: int = 2) -> xr.Dataset:
    """Return the interactions of the modalities, per sample and on average, at the best epoch.

    Parameters
    ----------
    trace
        Recorded with ``coalitions=True``.
    value
        The value function v, as in :func:`mmviz.analysis.shapley`.
    order
        Size of the sets of modalities; 2 for pairs.

    Returns
    -------
    xr.Dataset
        ``interaction`` (sample, subset): Shapley interaction index; ``moebius`` (sample, coalition): Möbius
        coefficients, whose sum over coalitions is v(all). For each, ``_mean``, ``_low`` and ``_high``: the mean over
        samples and its 95 % interval, clustered by group where groups are known (see :func:`mmviz.core.intervals.clustered_interval`;
        NaN for a single sample or group). Samples with a coalition that is not finite are left out there; attributes ``n_samples`` and
        ``n_groups`` count the rest.
        ``subset_members`` (subset, modality), ``coalition_members`` (coalition, modality): membership.

    Raises
    ------
    DataError
        If the Trace holds no coalitions.
    ConfigError
        If the value function does not belong to the task, or ``order`` is not from 1 to the number of modalities.

    Notes
    -----
    Above 0: synergy; below 0: redundancy; in the units of v. As for Shapley values, v(S) is computed from the prediction with the
    modalities outside S masked.
    """
    group = coalition_group(trace)
    v = value_function(trace, value)
    names = [str(name) for name in group["modality"].values]
    whole(order, "interactions: order", low=1, high=len(names))
    game = game_of(group["prediction"], explained_target(trace, v), v).transpose("sample", "coalition").values
    known = np.isfinite(game).all(-1)
    own = sample_groups(trace)[known]
    subsets = [sum(1 << i for i in s) for s in combinations(range(len(names)), order)]
    members = membership(len(names), subsets)
    out = xr.Dataset(
        {
            "subset_members": (("subset", "modality"), members),
            "coalition_members": (("coalition", "modality"), membership(len(names))),
        },
        coords={
            "sample_id": ("sample", trace["samples"]["id"].values),
            "modality": names,
            "subset": [subset_label(names, row, between=" × ") for row in members],
        },
    )
    for name, dim, values in (
        ("interaction", "subset", interaction_index(game, order=order)),
        ("moebius", "coalition", moebius(game)),
    ):
        mean, low, high = clustered_interval(values[known], own)
        out[name] = (("sample", dim), values)
        out[f"{name}_mean"], out[f"{name}_low"], out[f"{name}_high"] = (
            (dim, mean),
            (dim, low),
            (dim, high),
        )
    out.attrs = game_attributes(trace, v, epoch=trace.attrs["best_epoch"]) | {
        "index": f"Shapley interaction index of order {order}; Möbius coefficients",
        "order": order,
        "n_samples": len(own),
        "n_groups": group_count(own, len(own)),
        "interval": interval_text(own, len(own)),
    }
    return out


@lru_cache(maxsize=4)
def interaction_weights(players: int, order: int) -> Float[np.ndarray, "coalition subset"]:
    """Return the weight of each of the 2^M Möbius coefficients in the Shapley interaction index of each set of ``order`` players; order 0: the empty set."""
    subsets = np.array([sum(1 << i for i in s) for s in combinations(range(players), order)])
    coalitions = np.arange(2**players)[:, None]
    size = membership(players).sum(1, keepdims=True)
    table = np.where(coalitions & subsets == subsets, 1 / np.maximum(size - order + 1, 1), 0.0)
    table.setflags(write=False)
    return table
