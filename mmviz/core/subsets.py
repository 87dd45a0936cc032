"""Subsets of players (coalitions): membership matrix, subset numbers and labels. Bit i of a subset's number stands for player i."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from mmviz.core.errors import ConfigError

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from jaxtyping import Bool, Int

#: All 2^n subsets are evaluated up to this number of players: 4096 predictions per sample.
MAX_EXACT_PLAYERS = 12


def membership(
    players: int, subsets: Int[np.ndarray, " subset"] | Sequence[int] | range | None = None
) -> Bool[np.ndarray, "subset player"]:
    """Return which players each subset contains.

    Parameters
    ----------
    players
        Number of players n.
    subsets
        Numbers of the subsets, each below 2^n; None: all 2^n, in order, from the empty set to all players.
    """
    numbers = np.arange(2**players) if subsets is None else np.asarray(subsets)
    return (numbers[:, None] >> np.arange(players)) % 2 == 1


def subset_numbers(members: Bool[np.ndarray, "*rest player"]) -> Int[np.ndarray, "*rest"]:
    """Return the number of each subset, the inverse of :func:`membership`."""
    return (members << np.arange(members.shape[-1])).sum(-1)


def subset_label(names: Iterable[str], members: Iterable[bool], *, between: str = " + ", empty: str = "") -> str:
    """Return the names of the players in a subset, joined; ``empty`` for the empty set."""
    return between.join(name for name, there in zip(names, members, strict=True) if there) or empty


def player_count(place: str, subsets: int) -> int:
    """Return the number of players of a game with values for all subsets.

    Parameters
    ----------
    place
        Function whose argument is checked, for the message.
    subsets
        Number of values along the last dimension of the game.

    Raises
    ------
    ConfigError
        If it is not 2^n with 0 ≤ n ≤ 12.
    """
    players = subsets.bit_length() - 1
    if subsets != 2 ** max(players, 0) or players > MAX_EXACT_PLAYERS:
        raise ConfigError(
            f"{place}: the last dimension has {subsets} entries, expected 2^M coalitions with M ≤ {MAX_EXACT_PLAYERS}; "
            "for more modalities estimate with a budget: mmviz.recording.record_sampled_coalitions"
        )
    return players
