"""Error and coverage of the estimators of Shapley values: ``python tests/bars/sampled_shapley.py [SEEDS]``.

20 players. The exact values are known in closed form: φ_i = Σ over terms that contain i of coefficient / size.
"pairs": single and pairwise terms; "triples": also terms of three; "odd": one term of each odd size, as a game that no pairing makes exact.
"""

import sys

import numpy as np

from mmviz.analysis.sampled_shapley import estimated_values
from mmviz.core.intervals import student_t
from mmviz.metrics.coalition_plan import ESTIMATORS, OF_SHAPIQ, coalition_plan

PLAYERS, BUDGET = 20, 1000


def terms_of(kind, players=PLAYERS, seed=0):
    """Return the sets and coefficients of a random game."""
    rng = np.random.default_rng(seed)
    sets = [(i,) for i in range(players)]
    sets += [tuple(rng.choice(players, 2, replace=False)) for _ in range(3 * players)]
    if kind != "pairs":
        sets += [tuple(rng.choice(players, 3, replace=False)) for _ in range(3 * players)]
    if kind == "odd":
        sets += [tuple(rng.choice(players, size, replace=False)) for size in range(5, players, 2)]
    return sets, rng.normal(size=len(sets))


def values(members, sets, coefficients):
    """Return v(S) of each coalition."""
    return sum(c * members[:, list(s)].all(1) for s, c in zip(sets, coefficients, strict=True))


def exact(sets, coefficients, players=PLAYERS):
    phi = np.zeros(players)
    for s, c in zip(sets, coefficients, strict=True):
        phi[list(s)] += c / len(s)
    return phi


def measured(kind, estimator, seeds, budget=BUDGET, players=PLAYERS):
    """Return coverage of the 95 % interval, largest error in standard errors, largest absolute error, largest efficiency gap."""
    sets, coefficients = terms_of(kind, players)
    truth, inside, scores, errors, gaps = exact(sets, coefficients, players), [], [], [], []
    for seed in range(seeds):
        plan = coalition_plan(players, budget, estimator, seed)
        v = values(plan.members, sets, coefficients)
        found = estimated_values(v[None], plan, budget=budget, seed=seed)
        gap = found.phi[0] - truth
        inside.append(np.abs(gap) <= found.error[0] * student_t(np.asarray(found.freedom)))
        scores.append(np.abs(gap / found.error[0]).max())
        errors.append(np.abs(gap).max())
        gaps.append(abs(found.phi.sum() - coefficients.sum()))
    return np.mean(inside), max(scores), max(errors), max(gaps)


def main(seeds):
    print(f"{PLAYERS} players, budget {BUDGET}, {seeds} seeds (estimators of shapiq: {max(seeds // 10, 4)})")
    print(
        f"{'game':8} {'estimator':22} {'coverage':>9} {'max |error|/SE':>15} {'max |error|':>12} {'efficiency gap':>15}"
    )
    for kind in ("pairs", "triples", "odd"):
        for estimator in (*ESTIMATORS, *OF_SHAPIQ):
            count = seeds if estimator in ESTIMATORS else max(seeds // 10, 4)
            cover, score, error, gap = measured(kind, estimator, count)
            print(f"{kind:8} {estimator:22} {cover:9.3f} {score:15.2f} {error:12.2e} {gap:15.1e}", flush=True)


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 200)
