"""Sampling plans of Shapley estimators: which coalitions are evaluated, drawn before the model runs and shared by all samples."""

from __future__ import annotations

import warnings
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

from mmviz.core.errors import ConfigError, MissingDependencyError
from mmviz.core.intervals import MIN_PAIRS
from mmviz.core.options import nearest, whole
from mmviz.core.subsets import MAX_EXACT_PLAYERS, membership

if TYPE_CHECKING:
    from collections.abc import Callable

    from jaxtyping import Bool, Int

#: estimators of this package -> what they are
ESTIMATORS = {
    "permutation": "marginal contributions along sampled orders, each with its reverse",
    "kernel": "KernelSHAP: weighted least squares over sampled coalitions, each with its complement",
    "unbiased_kernel": "unbiased KernelSHAP: the same with the exact matrix of the design",
    "svarm": "SVARM: difference of the mean values of coalitions with and without a modality",
}
#: classes of shapiq; the budget is divided among independent replicates. Left out, as intervals over replicates do not cover (20 players,
#: budget 1000, ``tests/bars/sampled_shapley.py``): OwenSamplingSV (18 to 36 %) and StratifiedSamplingSV (9 to 16 %), which are biased at such
#: budgets, and SVARM (76 to 84 %), which is here as ``svarm``
OF_SHAPIQ = ("KernelSHAP", "PermutationSamplingSV", "UnbiasedKernelSHAP")
#: replicates of an estimator of shapiq: the interval is Student's t over them
REPLICATES = 8


@dataclass(frozen=True)
class CoalitionPlan:
    """Coalitions to evaluate and how they were drawn.

    Attributes
    ----------
    members
        (coalition, player): distinct coalitions, the empty and the full one included.
    draws
        ``order`` (order, position): sampled orders; or ``drawn`` (unit, of_unit): rows of ``members`` of each independent draw; or nothing
        where the plan is exact or the estimator is of shapiq.
    estimator
        Its name; ``exact`` where all coalitions fit into the budget.
    """

    members: Bool[np.ndarray, "coalition player"]
    estimator: str
    draws: dict[str, np.ndarray] = field(default_factory=dict)


def coalition_plan(players: int, budget: int, estimator: str, seed: int) -> CoalitionPlan:
    """Return the coalitions that an estimator of Shapley values evaluates, at most ``budget`` per sample.

    Raises
    ------
    ConfigError
        Unknown estimator, or a budget that is too small for an interval.
    MissingDependencyError
        An estimator of shapiq, which is not installed.
    """
    known = (*ESTIMATORS, *OF_SHAPIQ)
    if estimator not in known:
        raise ConfigError(
            f"record_sampled_coalitions: estimator={estimator!r}{nearest(estimator, known)}; use one of {', '.join(known)}"
        )
    budget = whole(budget, "record_sampled_coalitions: budget", low=1)
    seed = whole(seed, "record_sampled_coalitions: seed", low=0)
    if players <= MAX_EXACT_PLAYERS and budget >= 2**players:
        return CoalitionPlan(membership(players), "exact")
    least = smallest_budget(players, estimator)
    if budget < least:
        raise ConfigError(
            f"record_sampled_coalitions: budget={budget} is too small for {players} modalities with estimator={estimator!r}: its interval would "
            f"not be valid; give at least {least}"
        )
    if estimator in OF_SHAPIQ:
        return CoalitionPlan(_requested_by_shapiq(players, budget, estimator, seed), estimator)
    rng = np.random.default_rng(seed)
    if estimator == "permutation":
        orders = reversed_pairs(lambda: rng.permutation(players), (budget - 2) // (2 * (players - 1)))
        return CoalitionPlan(coalitions_along(orders), estimator, {"order": orders})
    units = _svarm_units(players, budget, rng) if estimator == "svarm" else _paired_units(players, budget, rng)
    ends = np.array([[False], [True]]).repeat(players, 1)
    members, place = np.unique(np.concatenate([ends, units.reshape(-1, players)]), axis=0, return_inverse=True)
    return CoalitionPlan(members, estimator, {"drawn": place.reshape(-1)[2:].reshape(units.shape[:2])})


def smallest_budget(players: int, estimator: str) -> int:
    """Return the smallest budget with a valid interval."""
    if estimator == "permutation":
        return MIN_PAIRS * 2 * (players - 1) + 2
    return (REPLICATES * 4 if estimator in OF_SHAPIQ else 8) * players + 2


def reversed_pairs(order: Callable[[], np.ndarray], pairs: int) -> Int[np.ndarray, "draw position"]:
    """Return sampled orders of the players, each followed by its reverse."""
    return np.stack([o for one in (order() for _ in range(pairs)) for o in (one, one[::-1])])


def coalitions_along(orders: Int[np.ndarray, "draw position"]) -> Bool[np.ndarray, "coalition player"]:
    """Return the distinct coalitions along the orders, from the empty one to all players."""
    draws, n = orders.shape
    held = np.argsort(orders, axis=1)[:, None, :] < np.arange(n + 1)[None, :, None]
    return np.unique(held.reshape(draws * (n + 1), n), axis=0)


def _paired_units(players: int, budget: int, rng: np.random.Generator) -> Bool[np.ndarray, "unit two player"]:
    """Return coalitions drawn with the Shapley kernel, each with its complement: size s with probability ∝ 1 / (s (n - s))."""
    sizes = np.arange(1, players)
    weight = 1 / (sizes * (players - sizes))
    one = _of_sizes(players, rng.choice(sizes, (budget - 2) // 2, p=weight / weight.sum()), rng)
    return np.stack([one, ~one], 1)


def _svarm_units(players: int, budget: int, rng: np.random.Generator) -> Bool[np.ndarray, "unit two player"]:
    """Return a coalition of SVARM's distribution P+ and one of P- per unit: sizes with probability ∝ 1/s and ∝ 1/(n-s)."""
    sizes = np.arange(1, players + 1)
    weight = (1 / sizes) / (1 / sizes).sum()
    plus, minus = (rng.choice(sizes, (budget - 2) // 2, p=weight) for _ in range(2))
    return np.stack([_of_sizes(players, plus, rng), ~_of_sizes(players, minus, rng)], 1)


def _of_sizes(players: int, sizes: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Return one uniformly drawn coalition of each size."""
    rank = rng.random((len(sizes), players)).argsort(1).argsort(1)
    return rank < sizes[:, None]


def replicate_of_shapiq(estimator: str, players: int, budget: int, seed: int, game: Any) -> np.ndarray:
    """Return the Shapley values of one replicate of an estimator of shapiq, (player,).

    Raises
    ------
    MissingDependencyError
        If shapiq is not installed.
    """
    try:
        from shapiq import approximator
    except ImportError as error:
        raise MissingDependencyError(
            f"estimator={estimator!r} is a class of shapiq, which is not installed; install the extra 'explain': pip install 'mmviz[explain]', or "
            f"choose one of {', '.join(ESTIMATORS)}"
        ) from error
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        found = getattr(approximator, estimator)(players, random_state=seed).approximate(budget, game)
    return np.array([found[(i,)] for i in range(players)])


def _requested_by_shapiq(players: int, budget: int, estimator: str, seed: int) -> np.ndarray:
    """Return the coalitions that all replicates evaluate; they do not depend on the game."""
    requested = [np.array([[False], [True]]).repeat(players, 1)]

    def count(masks: np.ndarray) -> np.ndarray:
        requested.append(np.array(masks, dtype=bool).reshape(-1, players))  # a copy: shapiq changes it
        return np.asarray(masks, dtype=float).reshape(-1, players).sum(1)

    for replicate in range(REPLICATES):
        replicate_of_shapiq(estimator, players, budget // REPLICATES, seed * REPLICATES + replicate, count)
    return np.unique(np.concatenate(requested), axis=0)
