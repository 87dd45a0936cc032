"""Estimate of the lag between two sequences from the cost of pairing their steps, with a permuted control."""

from __future__ import annotations

import zlib
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from mmviz.core.errors import ConfigError

if TYPE_CHECKING:
    from jaxtyping import Bool, Float

PERMUTATIONS = 99
BLOCKS = 6
LEAST_STEPS = 8
#: sentence on the sign
CONVENTION = "positive: a step of the modality matches a later step of the anchor"


class LagEstimate(NamedTuple):
    """An estimated lag in steps, anchor step minus step, and its p-value; NaN where there is none, see :func:`lag_reason`.

    ``p`` is the share of the permuted controls, the sample itself included, whose best lag scores at least as high.
    """

    lag: float
    p: float


def lag_reason(p: float) -> str:
    """Return why a lag with this p-value is NaN; "" where it is not."""
    if not np.isfinite(p):
        return f"fewer than {LEAST_STEPS} steps, or the cost does not depend on the pair of steps"
    return "" if p <= 1 / (PERMUTATIONS + 1) + 1e-9 else f"no lag stands out from {PERMUTATIONS} permuted controls"


def lag_scores(
    cost: Float[np.ndarray, "*sample time anchor_time"], valid: Bool[np.ndarray, "*sample time anchor_time"]
) -> Float[np.ndarray, "*sample row lag"]:
    """Return the sums of cost reductions by lag: of the sample, then of its 99 permuted controls, and in the last row the number of pairs.

    Parameters
    ----------
    cost
        Cost of pairing a step with a step of the anchor.
    valid
        True where both steps were recorded.

    Returns
    -------
    np.ndarray
        Lags from 1 - time to anchor_time - 1. A cost reduction is minus the cost without the means of its row and column, divided by its standard
        deviation over the valid pairs. Zeros for a sample of fewer than 8 steps, or whose reductions are all 0.

    Notes
    -----
    A control permutes six blocks of consecutive steps, the sequence cut at a random place, and reverses half of them: this removes a common lag and
    keeps the autocorrelation within a block. The permutations are determined by the costs.
    """
    shape = cost.shape
    costs, masks = (np.asarray(a).reshape(-1, *shape[-2:]) for a in (cost, valid))
    out = np.zeros((len(costs), PERMUTATIONS + 2, shape[-2] + shape[-1] - 1))
    for found, c, there in zip(out, costs, masks, strict=True):
        _score_one(found, np.asarray(c, np.float64), np.asarray(there, bool))
    return out.reshape(*shape[:-2], *out.shape[1:])


def _score_one(out: np.ndarray, cost: np.ndarray, valid: np.ndarray) -> None:
    rows, columns = np.flatnonzero(valid.any(1)), np.flatnonzero(valid.any(0))
    if min(len(rows), len(columns)) < LEAST_STEPS:
        return
    c = cost[np.ix_(rows, columns)]
    reduction = c.mean(0) + c.mean(1, keepdims=True) - c.mean() - c
    scale = float(np.sqrt(np.mean(reduction**2)))
    if not scale > 1e-6 * float(np.abs(c).max(initial=0)):
        return
    reduction /= scale
    lag = (columns[None, :] - rows[:, None] + cost.shape[0] - 1).ravel()
    rng = np.random.default_rng(zlib.crc32(np.ascontiguousarray(c).tobytes()))
    size = out.shape[1]
    for k in range(PERMUTATIONS + 1):
        order = _permuted_blocks(rng, len(rows)) if k else slice(None)
        out[k] = np.bincount(lag, reduction[order].ravel(), size)
    out[-1] = np.bincount(lag, minlength=size)


def _permuted_blocks(rng: np.random.Generator, count: int) -> np.ndarray:
    blocks = np.array_split(np.roll(np.arange(count), rng.integers(count)), BLOCKS)
    return np.concatenate([blocks[k][:: rng.choice((-1, 1))] for k in rng.permutation(BLOCKS)])


def estimate_lag(scores: Float[np.ndarray, "row lag"], time: int) -> LagEstimate:
    """Return the lag with the lowest cost beside what its rows and columns explain, NaN unless it beats all permuted controls.

    Parameters
    ----------
    scores
        Of :func:`lag_scores`: of one sample, or their sum over samples that share a lag.
    time
        Number of steps of the modality, invalid ones included: the lags begin at 1 - time.

    Notes
    -----
    Our choice of a statistic: the sum of the cost reductions at a lag divided by the root of their number, over the lags with at least a quarter of
    the pairs of the lag that has most. It is the maximum over lags that is compared with the maxima of the controls. The mean lag of a transport plan is no
    estimate: with two uniform marginals it is 0 for every delay, and a step without a partner pulls it to the other side.
    """
    pairs = scores[-1]
    if not pairs.any():
        return LagEstimate(np.nan, np.nan)
    usable = pairs >= max(3.0, pairs.max() / 4)
    normed = scores[:-1, usable] / np.sqrt(pairs[usable])
    best = normed.max(1)
    p = float((1 + (best[1:] >= best[0]).sum()) / len(best))
    found = float(np.flatnonzero(usable)[normed[0].argmax()] + 1 - time)
    return LagEstimate(np.nan if lag_reason(p) else found, p)


def sequence_lags(
    plan: Float[np.ndarray, "*sample time anchor_time"], cost: Float[np.ndarray, "*sample time anchor_time"]
) -> Float[np.ndarray, " *sample"]:
    """Return the estimated lag of every sample, in steps, NaN where no lag stands out; see :func:`estimate_lag`."""
    scores = lag_scores(cost, valid_pairs(plan, cost))
    found = [estimate_lag(each, plan.shape[-2]).lag for each in scores.reshape(-1, *scores.shape[-2:])]
    return np.array(found, dtype=np.float64).reshape(scores.shape[:-2])


def valid_pairs(
    plan: Float[np.ndarray, "*sample time anchor_time"], cost: Float[np.ndarray, "*sample time anchor_time"]
) -> Bool[np.ndarray, "*sample time anchor_time"]:
    """Return which pairs of steps were recorded: plan and cost are 0 in all rows and columns of padding and absent modalities."""
    known = np.isfinite(cost)
    filled = known & ((np.asarray(plan) > 0) | (np.asarray(cost) != 0))
    return known & filled.any(-1, keepdims=True) & filled.any(-2, keepdims=True)


def mass_by_lag(
    plan: Float[np.ndarray, "time anchor_time"],
) -> tuple[Float[np.ndarray, " lag"], Float[np.ndarray, " lag"]]:
    """Return the share of a plan's mass at each lag, from 1 - time to anchor_time - 1, and the share under independence.

    Under independence the mass of a pair is the product of its two marginals. NaN for a plan without mass.
    """
    p = np.asarray(plan, np.float64)
    if p.ndim != 2 or (p < 0).any():
        raise ConfigError(f"mass_by_lag: expected a plan of mass ≥ 0 with two dimensions, got shape {p.shape}")
    total = float(p.sum())
    p = p / total if total > 0 else p * np.nan
    lags = range(1 - p.shape[0], p.shape[1])
    independent = p.sum(1)[:, None] * p.sum(0)
    mass, expected = (np.array([np.trace(values, offset=lag) for lag in lags]) for values in (p, independent))
    return mass, expected
