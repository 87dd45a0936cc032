"""Mean and Student interval over replicates, paired tests, Wilcoxon's signed ranks, Holm's correction."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from scipy import stats

from mmviz.core.intervals import mean_interval

if TYPE_CHECKING:
    from jaxtyping import Float

NAN = float("nan")
_ZERO = 1e-15  # differences of scores below it are rounding
_EXACT = 50


def summary(values: Float[np.ndarray, " replicate"], level: float) -> dict[str, float]:
    """Return ``n``, ``mean``, ``std`` (n - 1) and the Student t interval ``low``..``high`` of the mean; NaN where n is too small."""
    mean, low, high = (float(v) for v in mean_interval(values, level))
    std = float(np.std(values, ddof=1)) if len(values) > 1 else NAN
    return {"n": len(values), "mean": mean, "std": std, "low": low, "high": high}


def paired(differences: Float[np.ndarray, " pair"], level: float) -> dict[str, float]:
    """Return mean, interval and paired tests of the differences to the reference, by replicate.

    Returns
    -------
    dict
        ``pairs``, ``difference`` (mean) with its t interval ``difference_low``..``difference_high``, ``p_t`` (paired t test) and
        ``p_wilcoxon`` (signed ranks, zeros left out), both two-sided. NaN with fewer than two pairs, or where a difference is not finite.

    Notes
    -----
    Where all n differences are equal their variance is 0 and the t test is undefined: there is no interval (NaN), and ``p_t`` is that of the
    exact sign-flip test of the mean, 2^(1-n), or 1 where all are 0. ``p_wilcoxon`` is exact up to 50 pairs, with and without
    ties: with five pairs the smallest possible one is 1/16.
    """
    found = summary(differences, level)
    out = {
        "pairs": found["n"],
        "difference": found["mean"],
        "difference_low": found["low"],
        "difference_high": found["high"],
        "p_t": NAN,
        "p_wilcoxon": NAN,
    }
    n = len(differences)
    if n < 2 or not np.isfinite(differences).all():
        return out
    if np.allclose(differences, differences[0], rtol=1e-12, atol=1e-15):
        nothing = abs(float(differences[0])) <= _ZERO
        out |= {"difference_low": NAN, "difference_high": NAN, "p_t": 1.0 if nothing else 0.5 ** (n - 1)}
        differences = np.zeros(n) if nothing else np.full(n, differences[0])
    else:
        out["p_t"] = float(stats.ttest_1samp(differences, 0.0).pvalue)
    out["p_wilcoxon"] = signed_rank_p(differences)
    return out


def signed_rank_p(differences: Float[np.ndarray, " pair"]) -> float:
    """Return the two-sided p-value of Wilcoxon's signed-rank test, zeros left out; 1 where all are zero.

    Exact up to 50 differences, by counting every assignment of signs to the ranks (mid-ranks of ties); beyond, scipy's normal
    approximation.
    """
    d = np.asarray(differences, dtype=np.float64)
    d = d[d != 0]
    if not len(d):
        return 1.0
    if len(d) > _EXACT:
        return float(stats.wilcoxon(d).pvalue)
    twice = np.rint(2 * stats.rankdata(np.abs(d))).astype(int)  # integers, as mid-ranks are multiples of 1/2
    share = np.zeros(twice.sum() + 1)
    share[0] = 1.0
    for rank in twice:
        moved = np.zeros_like(share)
        moved[rank:] = share[: len(share) - rank]
        share = (share + moved) / 2
    positive = twice[d > 0].sum()
    return min(1.0, 2 * float(min(share[: positive + 1].sum(), share[positive:].sum())))


def holm(p: Float[np.ndarray, " test"]) -> Float[np.ndarray, " test"]:
    """Return p-values corrected for their number by Holm's step-down method.

    A p-value that is NaN stays NaN and counts as the least significant test: a comparison that could not be made does not make the others
    more significant.

    References
    ----------
    .. [1] S. Holm, A simple sequentially rejective multiple test procedure, Scandinavian Journal of Statistics 6 (1979) 65-70.
    """
    p = np.asarray(p, dtype=np.float64)
    known = np.flatnonzero(np.isfinite(p))
    order = known[np.argsort(p[known], kind="stable")]
    out = np.full(len(p), np.nan)
    factor = np.arange(len(p), len(p) - len(order), -1)
    out[order] = np.minimum(1.0, np.maximum.accumulate(p[order] * factor))
    return out
