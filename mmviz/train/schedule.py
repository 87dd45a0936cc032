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


def rank_weakest_first(
    value: Float[np.ndarray, " modality"],
    previous: Sequence[int],
    margin: float | Float[np.ndarray, "modality modality"],
) -> tuple[int, ...]:
    """Return the modalities in ascending order of a value, with hysteresis; our interpretation.

    Parameters
    ----------
    value
        Contribution, deviation or score of each modality; finite.
    previous
        The order so far. Neighbours are exchanged only where the later one is weaker by more than the margin.
    margin
        ≥ 0, in units of the value: one for all, or for each pair of modalities. With 0 this is a stable sort by value; NaN exchanges none.

    Notes
    -----
    Equal values keep their previous order, so that nothing depends on chance.
    """
    order, step = list(previous), np.broadcast_to(margin, (len(value), len(value)))
    for _ in order:  # bubble sort: M is small, and it is stable
        for i in range(len(order) - 1):
            a, b = order[i], order[i + 1]
            if value[a] - value[b] > step[a, b]:
                order[i], order[i + 1] = order[i + 1], order[i]
    return tuple(order)


class UpdateCounts:
    """Convert fractional update rates into integer update counts, carrying the remainder.

    Parameters
    ----------
    count
        Number of modalities.

    Attributes
    ----------
    remainder
        (M,) fraction of an update that each modality is carried over.
    """

    def __init__(self, count: int) -> None:
        self.remainder = np.zeros(count)

    def next(self, rates: Float[np.ndarray, " modality"]) -> list[int]:
        """Return the number of updates of each modality in this batch."""
        self.remainder += rates
        now = np.floor(self.remainder + 1e-9).astype(int)
        self.remainder -= now
        return [int(n) for n in now]


def rates_by_share(share: Float[np.ndarray, " modality"], temperature: float) -> Float[np.ndarray, " modality"]:
    """Return update rates M softmax(-p/τ) of shares p, M updates in total; our interpretation. 1 each where shares are undefined."""
    if not np.isfinite(share).all():
        return np.ones(len(share))
    weight = np.exp(-(share - share.min()) / temperature)
    return len(share) * weight / weight.sum()
