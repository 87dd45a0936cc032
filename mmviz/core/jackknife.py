"""Interval of any smooth statistic of samples, by the jackknife that leaves out one group, or one block of samples, at a time."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from mmviz.core.intervals import group_numbers, jackknife_reach, samples_text

if TYPE_CHECKING:
    from collections.abc import Callable

    from jaxtyping import Float, Int, Shaped

#: most groups that are left out one by one; more are merged into so many blocks
MOST_BLOCKS = 200
EQUAL = "no interval: the value is equal without any of the samples"


class JackknifeInterval(NamedTuple):
    """A statistic of all samples with its interval.

    Attributes
    ----------
    point, low, high
        Of the same shape; low and high are NaN where there is no interval.
    text
        What the interval is, or why there is none.
    """

    point: Float[np.ndarray, "*rest"]
    low: Float[np.ndarray, "*rest"]
    high: Float[np.ndarray, "*rest"]
    text: str

    @property
    def statistics(self) -> Float[np.ndarray, "*rest statistic"]:
        """Mean, low and high along a last dimension."""
        return np.stack([self.point, self.low, self.high], -1)

    def text_of(self, low: float) -> str:
        """Return the text for one entry with this lower end: the reason where only this entry has no interval."""
        return self.text if np.isfinite(low) or self.text.startswith("no interval") else EQUAL


def jackknife_interval(
    statistic: Callable[[Int[np.ndarray, " row"]], Float[np.ndarray, "*rest"] | float],
    group: Shaped[np.ndarray, " sample"] | None,
    count: int,
    level: float = 0.95,
    *,
    rounding: float = 1e-12,
) -> JackknifeInterval:
    """Return a statistic of samples and its interval, by the jackknife over groups; without groups over samples.

    Parameters
    ----------
    statistic
        ``statistic(rows)`` of the samples with these positions; smooth in the samples, such as a ratio of means.
    group
        Name of the group of each sample (recording, speaker); "" is unknown: that sample is a group of its own. None, or without any name: the
        samples are taken as independent.
    count
        Number of samples.
    level
        Of the interval.
    rounding
        Half a width below this, times the value where that is above 1, is no variation: of values that were stored as float32, 1e-6.

    Returns
    -------
    JackknifeInterval
        Without an interval in a single group, and where every group leaves the same value, as for a model that is additive by construction.

    Notes
    -----
    Simulated coverage at 95 %, a soft AND with 15 % of errors, 34 and 100 independent samples: 93 to 97 % for the log-probability gap of EMAP, the share of
    interaction, InterSHAP and the cooperation of log-probabilities. More than 200 groups are merged at random into 200 blocks of equal size, which leaves the error unchanged on average.
    """
    point = np.asarray(statistic(np.arange(count)), dtype=np.float64)
    own = group_numbers(group, count)
    number = np.arange(count) if own is None else own
    groups = int(number.max(initial=-1)) + 1
    if groups > MOST_BLOCKS:
        block = np.random.default_rng(0).permutation(groups) % MOST_BLOCKS
        number = block[number]
    unknown = np.full(point.shape, np.nan)
    described = samples_text(group, count)
    if groups < 2:
        why = "one group, so the variation between groups is unknown" if count > 1 else "one sample"
        return JackknifeInterval(point, unknown, unknown, f"no interval: {why}")
    size = np.bincount(number)
    without = np.stack([np.asarray(statistic(np.flatnonzero(number != g)), dtype=np.float64) for g in range(len(size))])
    reach = np.asarray(jackknife_reach(without, point, size, level))
    reach = np.where(reach > rounding * np.maximum(1, np.abs(point)), reach, np.nan)
    kind = "jackknife over groups" if own is not None else "jackknife"
    suffix = "" if own is not None else " taken as independent"
    text = f"{level * 100:g} %, {kind}, {described}{suffix}"
    if not np.isfinite(reach).any():
        text = EQUAL
    return JackknifeInterval(point, point - reach, point + reach, text)
