"""Contributions of time windows within modalities: the Shapley value, and the Owen value that keeps a modality together."""

from __future__ import annotations

from math import factorial
from typing import TYPE_CHECKING

import numpy as np
import xarray as xr

from mmviz.analysis.game import (
    ValueFunction,
    game_attributes,
    game_of,
    is_labelled,
    predicted_class,
    refuse_unlabelled,
    value_function,
)
from mmviz.core.errors import ConfigError, DataError
from mmviz.core.intervals import MIN_PAIRS, student_t
from mmviz.core.options import one_of
from mmviz.core.subsets import MAX_EXACT_PLAYERS, membership
from mmviz.metrics.shapley import shapley_values

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from jaxtyping import Bool, Float, Int

INDICES = {
    "shapley": "Shapley value of the windows",
    "owen": "Owen value of the windows; the modality is the outer coalition",
}


class CoalitionTable:
    """Row of each coalition in a membership matrix, looked up by its members."""

    def __init__(self, members: Bool[np.ndarray, "coalition player"]) -> None:
        self.players = members.shape[1]
        self._row = {key: row for row, key in enumerate(_keys(members))}

    def rows(self, members: Bool[np.ndarray, "row player"]) -> Int[np.ndarray, " row"] | None:
        """Return the row of each coalition; None if one is missing."""
        found = [self._row.get(key, -1) for key in _keys(members)]
        return None if -1 in found else np.array(found)


def owen_values(
    game: Float[np.ndarray, "*rest coalition"],
    blocks: Sequence[Sequence[int] | Int[np.ndarray, " block"]],
    members: Bool[np.ndarray, "coalition player"] | None = None,
) -> Float[np.ndarray, "*rest player"]:
    r"""Return the exact Owen values of games whose players form blocks.

    φ_i = Σ_{Q ⊆ blocks \ {B}} |Q|!(m-|Q|-1)!/m! · Σ_{T ⊆ B \ {i}} |T|!(b-|T|-1)!/b! · [v(Q ∪ T ∪ {i}) - v(Q ∪ T)], i ∈ B,
    with m blocks and b players in B: the average over the orders of the players that keep each block contiguous.
    The values of a block sum to the Shapley value of the block in the game between blocks.

    Parameters
    ----------
    game
        v(S) of the coalitions listed in ``members``.
    blocks
        Positions of the players, each in one block.
    members
        Which players each coalition contains, at least all coalitions of complete blocks and a part of one block; None:
        all 2^n, coalition k contains player i if bit i of k is set.

    Returns
    -------
    float64. NaN where a coalition of that block and game is not finite.

    Raises
    ------
    ConfigError
        If the blocks are not a partition of the players, a block has more than 12 players, or a coalition is missing.

    References
    ----------
    .. [1] G. Owen, Values of games with a priori unions, 1977.
    """
    v = np.asarray(game, dtype=np.float64)
    if members is None:
        n = max(v.shape[-1].bit_length() - 1, 0) if v.ndim else 0
        members = membership(n)
    if not v.ndim or len(members) != v.shape[-1]:
        raise ConfigError(
            f"owen_values: game has shape {v.shape}, but {len(members)} coalitions are listed; its last dimension is v(S)"
        )
    parts, n = [np.asarray(b, dtype=int) for b in blocks], members.shape[1]
    if sorted(np.concatenate(parts or [np.zeros(0, int)]).tolist()) != list(range(n)):
        raise ConfigError(
            f"owen_values: blocks={blocks!r} are not a partition of the players 0..{n - 1}; name each once"
        )
    if max(map(len, parts), default=0) > MAX_EXACT_PLAYERS:
        raise ConfigError(
            f"owen_values: a block has more than {MAX_EXACT_PLAYERS} players; give fewer windows a modality"
        )
    table, m = CoalitionTable(members), len(parts)
    out = np.zeros((*v.shape[:-1], n))
    for k, block in enumerate(parts):
        for complete in membership(m - 1):
            outside = [b for b, chosen in zip(parts[:k] + parts[k + 1 :], complete, strict=True) if chosen]
            held = np.zeros((2 ** len(block), n), dtype=bool)
            held[:, np.concatenate([*outside, np.zeros(0, int)]).astype(int)] = True
            held[:, block] = membership(len(block))
            rows = table.rows(held)
            if rows is None:
                raise ConfigError(
                    "owen_values: members does not contain every coalition of whole blocks and a part of one block"
                )
            size = int(complete.sum())
            weight = factorial(size) * factorial(m - size - 1) / factorial(m)
            out[..., block] += weight * shapley_values(v[..., rows])
    return out


def values_along_orders(
    game: Float[np.ndarray, "*rest coalition"],
    members: Bool[np.ndarray, "coalition player"],
    orders: Int[np.ndarray, "draw player"],
) -> tuple[Float[np.ndarray, "*rest player"], Float[np.ndarray, "*rest player"]]:
    """Return the mean marginal contribution of each player along sampled orders, and its standard error.

    Orders 0 and 1, 2 and 3, ... are pairs, each the reverse of the other; pairs are independent. Along any order the
    contributions sum to v(all) - v(none), so the means do too. Unbiased: for the Shapley value where every order is
    equally likely, for the Owen value where every order is that keeps its blocks together.

    Raises
    ------
    DataError
        If a coalition along an order is not in ``members``, or there are fewer than 8 pairs.

    References
    ----------
    .. [1] J. Castro, D. Gómez, J. Tejada, Polynomial calculation of the Shapley value based on sampling, 2009.
    .. [2] R. Mitchell, J. Cooper, E. Frank, G. Holmes, Sampling permutations for Shapley value estimation, 2022 (pairs).
    """
    v = np.asarray(game, dtype=np.float64)
    draws, n = orders.shape
    if draws < 2 * MIN_PAIRS or draws % 2:
        raise DataError(
            f"values_along_orders: {draws} orders, expected at least {MIN_PAIRS} pairs (with fewer, the interval covers too rarely); record "
            "the windows again with a larger budget"
        )
    held = np.argsort(orders, axis=1)[:, None, :] < np.arange(n + 1)[None, :, None]
    rows = CoalitionTable(members).rows(held.reshape(-1, n))
    if rows is None:
        raise DataError("values_along_orders: a coalition along an order was not recorded; record the windows again")
    gain = np.diff(v[..., rows.reshape(draws, n + 1)], axis=-1)
    added = np.take_along_axis(gain, np.broadcast_to(np.argsort(orders, axis=1), gain.shape), -1)
    pairs = (added[..., ::2, :] + added[..., 1::2, :]) / 2
    return pairs.mean(-2), pairs.std(-2, ddof=1) / np.sqrt(draws // 2)


def window_shapley(windows: xr.Dataset, *, value: str | None = None, index: str = "shapley") -> xr.Dataset:
    """Return the Shapley or Owen value of each time window of each modality, per recorded sample.

    Parameters
    ----------
    windows
        From :func:`mmviz.recording.record_windows`.
    value
        The value function, as in :func:`mmviz.analysis.shapley`.
    index
        ``shapley``: every order of the windows counts. ``owen``: only those that keep a modality together; the values of a
        modality then sum to its Shapley value among modalities.

    Returns
    -------
    xr.Dataset
        ``phi`` (recorded_sample, modality, window); ``error``, its standard error (0 where exact); ``low``, ``high``: 95 % interval of
        Student's t over the pairs of orders; ``present`` (recorded_sample, modality, window); ``baseline``, ``full`` (recorded_sample): v(∅), v(all), with
        baseline + Σ phi = full up to rounding, exact or sampled; ``start``, ``stop`` (window): steps. Attribute ``exact``; where
        it is False, ``pairs`` of orders and the number of ``coalitions`` that were evaluated.

    Raises
    ------
    ConfigError
        Unknown index, or a value function that does not belong to the task.
    DataError
        If the recording does not contain what the index needs.

    Notes
    -----
    A window without data in a sample (padding, an absent modality) contributes exactly 0.
    """
    one_of(index, INDICES, "window_shapley: index")
    missing = {"prediction", "members", "modality", "window", "present", "target"} - set(map(str, windows.variables))
    if missing:
        raise DataError(
            f"window_shapley: {', '.join(sorted(missing))} is missing; record with mmviz.recording.record_windows"
        )
    v = value_function(windows, value)
    members = windows["members"].transpose("coalition", "player").values
    game = (
        game_of(windows["prediction"], _explained(windows, members, v), v)
        .transpose("recorded_sample", "coalition")
        .values
    )
    if f"{index}_order" in windows:
        orders = windows[f"{index}_order"].values
        phi, error = values_along_orders(game, members, orders)
        pairs = len(orders) // 2
        reach = error * student_t(pairs - 1)
    else:
        phi, pairs = _exact(game, members, windows["modality"].values, index), 0
        reach = error = np.where(np.isfinite(phi), 0.0, np.nan)
    names = list(dict.fromkeys(windows["modality"].values.tolist()))
    shape, dims = (len(phi), len(names), -1), ("recorded_sample", "modality", "window")
    ends = CoalitionTable(members).rows(np.array([[False], [True]]).repeat(members.shape[1], 1))
    if ends is None:
        raise DataError(
            "window_shapley: the empty coalition or the full one was not recorded; record the windows again"
        )
    out = xr.Dataset(
        {
            "phi": (dims, phi.reshape(shape)),
            "error": (dims, error.reshape(shape)),
            "low": (dims, (phi - reach).reshape(shape)),
            "high": (dims, (phi + reach).reshape(shape)),
            "present": (dims, windows["present"].values.reshape(shape)),
            "baseline": ("recorded_sample", game[:, ends[0]]),
            "full": ("recorded_sample", game[:, ends[1]]),
            "start": ("window", windows["start"].values.reshape(len(names), -1)[0]),
            "stop": ("window", windows["stop"].values.reshape(len(names), -1)[0]),
        },
        coords={"recorded_sample": windows["recorded_sample"], "modality": names, "sample_id": windows["sample_id"]},
    )
    out.attrs = game_attributes(windows, v, epoch=windows.attrs["best_epoch"]) | {
        "index": INDICES[index],
        "exact": pairs == 0,
        "players": members.shape[1],
        "pairs": pairs,
        "coalitions": len(members),
        "order_seed": windows.attrs["order_seed"],
        "baseline": "prediction of the model with every window masked",
        "untrained": "training masks whole modalities at most (and gaps in the data): values of a part of the windows are out of distribution",
        "interval": "exact" if pairs == 0 else "95 %, Student's t over independent pairs of orders",
    }
    return out


def _explained(
    windows: xr.Dataset, members: Bool[np.ndarray, "coalition player"], value: ValueFunction
) -> xr.DataArray:
    """Return the target; without labels, the class predicted from all windows."""
    if is_labelled(windows["target"]):
        return windows["target"]
    refuse_unlabelled(value, windows.attrs["split"])
    full = np.flatnonzero(members.all(axis=1))
    if windows.attrs["task"]["kind"] != "classification" or not len(full):
        return windows["target"]
    prediction = windows["prediction"].transpose("recorded_sample", "coalition", "output").values[:, full[0]]
    return windows["target"].copy(data=predicted_class(prediction))


def _exact(game: np.ndarray, members: np.ndarray, modality: np.ndarray, index: str) -> np.ndarray:
    n = members.shape[1]
    if index == "owen":
        return owen_values(game, [np.flatnonzero(modality == m) for m in dict.fromkeys(modality.tolist())], members)
    rows = CoalitionTable(members).rows(membership(n)) if n <= MAX_EXACT_PLAYERS else None
    if rows is None:
        raise DataError(
            f"window_shapley: not all 2^{n} coalitions and no orders were recorded; record the windows again"
        )
    return shapley_values(game[..., rows])


def _keys(members: np.ndarray) -> Iterator[bytes]:
    return (row.tobytes() for row in np.packbits(np.asarray(members, dtype=bool), axis=1))
