"""Schedules: the learning rate over a training, and the order and number of alternating updates of the modalities."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from jaxtyping import Float


def warm_cosine(position: float, planned: int) -> float:
    """Return the factor of the learning rate at ``position`` of ``planned`` batches.

    It rises in a line over the first tenth and falls to a hundredth along a cosine. A batch with several updates has one rate.
    """
    warm = max(1, planned // 10)
    if position < warm:
        return (position + 1) / warm
    return 0.01 + 0.99 * 0.5 * (1 + math.cos(math.pi * (position - warm) / max(1, planned - warm)))


def weakest_first(worth: Float[np.ndarray, " modality"], previous: Sequence[int], margin: float) -> tuple[int, ...]:
    """Return the modalities in ascending order of what they are worth, with hysteresis. A reading.

    Parameters
    ----------
    worth
        Contribution, deviation or score of each modality; finite.
    previous
        The order so far. Neighbours change places only where the later one is weaker by more than the margin.
    margin
        In units of Σ|worth|, ≥ 0. With 0 this is a stable sort by worth.

    Notes
    -----
    Ties keep the order they had; so the first order of all decides, and nothing depends on chance.
    """
    order, step = list(previous), margin * float(np.abs(worth).sum())
    for _ in order:  # a bubble sort: M is small, and it is stable
        for i in range(len(order) - 1):
            if worth[order[i]] - worth[order[i + 1]] > step:
                order[i], order[i + 1] = order[i + 1], order[i]
    return tuple(order)


class Turns:
    """Deals out turns in proportion to given rates, as evenly as whole numbers allow.

    Parameters
    ----------
    count
        Of modalities.

    Attributes
    ----------
    owed
        (M,) what is left of a turn for each.
    """

    def __init__(self, count: int) -> None:
        self.owed = np.zeros(count)

    def deal(self, rates: Float[np.ndarray, " modality"]) -> list[int]:
        """Return how often each has its turn now; what is left of a turn is kept for later."""
        self.owed += rates
        now = np.floor(self.owed + 1e-9).astype(int)
        self.owed -= now
        return [int(n) for n in now]


def rates_by_weakness(share: Float[np.ndarray, " modality"], temperature: float) -> Float[np.ndarray, " modality"]:
    """Return M softmax(-p/τ) for shares p: M turns in all, more for the weak. A reading; 1 each where shares are undefined."""
    if not np.isfinite(share).all():
        return np.ones(len(share))
    weight = np.exp(-(share - share.min()) / temperature)
    return len(share) * weight / weight.sum()
