"""Mean and interval over replicates, and paired comparison with a reference; all from scipy."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np
from scipy import stats

if TYPE_CHECKING:
    from jaxtyping import Float

NAN = float("nan")


def summary(values: Float[np.ndarray, " replicate"], level: float) -> dict[str, float]:
    """Return ``n``, ``mean``, ``std`` (n - 1) and the Student t interval ``low``..``high`` of the mean; NaN where n is too small."""
    n = len(values)
    if n == 0:
        return {"n": 0, "mean": NAN, "std": NAN, "low": NAN, "high": NAN}
    mean = float(np.mean(values))
    if n == 1:
        return {"n": 1, "mean": mean, "std": NAN, "low": NAN, "high": NAN}
    std = float(np.std(values, ddof=1))
    half = float(stats.t.ppf(0.5 + level / 2, n - 1)) * std / math.sqrt(n)
    return {"n": n, "mean": mean, "std": std, "low": mean - half, "high": mean + half}


def paired(differences: Float[np.ndarray, " pair"], level: float) -> dict[str, float]:
    """Return what the differences to the reference, replicate by replicate, say.

    Returns
    -------
    dict
        ``pairs``, ``difference`` (mean) with its t interval ``difference_low``..``difference_high``, ``p_t`` (paired t test) and
        ``p_wilcoxon`` (signed ranks, zeros left out), both two-sided. NaN where undefined: fewer than two pairs, or all differences equal.

    Notes
    -----
    With five pairs the smallest possible ``p_wilcoxon`` is 1/16.
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
    if len(differences) >= 2 and not np.allclose(differences, differences[0], rtol=1e-12, atol=1e-15):
        out["p_t"] = float(stats.ttest_1samp(differences, 0.0).pvalue)
        out["p_wilcoxon"] = float(stats.wilcoxon(differences[differences != 0]).pvalue)
    return out


def holm(p: Float[np.ndarray, " test"]) -> Float[np.ndarray, " test"]:
    """Return p-values corrected for their number by Holm's step-down method; NaN stay NaN and do not count.

    References
    ----------
    .. [1] S. Holm, A simple sequentially rejective multiple test procedure, Scandinavian Journal of Statistics 6 (1979) 65-70.
    """
    p = np.asarray(p, dtype=np.float64)
    known = np.flatnonzero(np.isfinite(p))
    order = known[np.argsort(p[known], kind="stable")]
    out = np.full(len(p), np.nan)
    out[order] = np.minimum(1.0, np.maximum.accumulate(p[order] * np.arange(len(order), 0, -1)))
    return out
