"""Confidence intervals of a mean (Student's t), of a share (Wilson) and of a score (bootstrap), over independent samples or replicates."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from scipy.special import ndtri, stdtrit

if TYPE_CHECKING:
    from jaxtyping import Float


def student_t(degrees: float | np.ndarray, level: float = 0.95) -> Any:
    """Return the factor t of a two-sided Student interval mean ± t · standard error; NaN where the degrees of freedom are."""
    return stdtrit(degrees, 0.5 + level / 2)


def mean_interval(
    values: Float[np.ndarray, "sample *rest"], level: float = 0.95
) -> tuple[Float[np.ndarray, "*rest"], Float[np.ndarray, "*rest"], Float[np.ndarray, "*rest"]]:
    """Return the mean over the first dimension and Student's t interval of it, low and high.

    NaN where a value is NaN. Without values all three are NaN; with a single value the interval is NaN.
    """
    v = np.asarray(values, dtype=np.float64)
    n, unknown = len(v), np.full(v.shape[1:], np.nan)
    if n == 0:
        return unknown, unknown, unknown
    mean = v.mean(0)
    if n == 1:
        return mean, unknown, unknown
    half = student_t(n - 1, level) * v.std(0, ddof=1) / np.sqrt(n)
    return mean, mean - half, mean + half


def share_interval(
    share: Float[np.ndarray, "*rest"] | float, count: int, level: float = 0.95
) -> tuple[Float[np.ndarray, "*rest"], Float[np.ndarray, "*rest"]]:
    """Return Wilson's interval of a share of ``count`` samples, low and high; its width is positive at 0 and 1 too. NaN without samples.

    References
    ----------
    .. [1] E. B. Wilson, Probable inference, the law of succession, and statistical inference, 1927.
    """
    p = np.asarray(share, dtype=np.float64)
    if count == 0:
        return np.full(p.shape, np.nan), np.full(p.shape, np.nan)
    z = ndtri(0.5 + level / 2)
    centre = (p + z**2 / (2 * count)) / (1 + z**2 / count)
    reach = z / (1 + z**2 / count) * np.sqrt(p * (1 - p) / count + z**2 / (4 * count**2))
    return np.clip(centre - reach, 0, p), np.clip(centre + reach, p, 1)


def bootstrap_interval(
    spread: Float[np.ndarray, "score resample"],
    point: Float[np.ndarray, " score"],
    count: int,
    level: float = 0.95,
    *,
    share: bool = False,
) -> tuple[Float[np.ndarray, " score"], Float[np.ndarray, " score"]]:
    """Return the bootstrap percentile interval of scores, low and high; a degenerate interval is replaced.

    Parameters
    ----------
    spread
        Scores of the bootstrap samples.
    point
        Scores of all samples.
    count
        Number of samples.
    level
        Of the interval.
    share
        The scores are shares of samples, such as an accuracy: where every bootstrap sample has the same one, the interval is Wilson's. Of
        another score, and of a single sample, it is NaN there.
    """
    low, high = np.quantile(spread, [(1 - level) / 2, (1 + level) / 2], axis=1)
    unknown = np.full(len(low), np.nan)
    other = share_interval(point, count, level) if share else (unknown, unknown)
    flat = low == high
    return np.where(flat, other[0], low), np.where(flat, other[1], high)
