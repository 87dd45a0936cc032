"""Exercises of notebook 05: a minimum of the relaxed cost, barycentric projection, MMD."""

from collections.abc import Callable

import numpy as np
from scipy.optimize import linear_sum_assignment

from mmviz.course.answers import equals, matches_function, matches_value, parse_array, parse_function
from mmviz.course.exercise import Exercise, Mistake


def _cost(x: np.ndarray, y: np.ndarray) -> np.ndarray:
    """Cosine cost of all pairs; a point at the origin costs 1."""
    x, y = np.asarray(x, dtype=np.float64), np.asarray(y, dtype=np.float64)
    lengths = [np.linalg.norm(points, axis=1, keepdims=True) for points in (x, y)]
    left, right = (p / np.where(n > 0, n, 1) for p, n in zip((x, y), lengths, strict=True))
    return 1 - left @ right.T


def _relaxed(x: np.ndarray, y: np.ndarray) -> float:
    return float(_cost(x, y).min(1).mean())


def _exact(x: np.ndarray, y: np.ndarray) -> float:
    """Exact transport of as many steps as there are: an assignment."""
    cost = _cost(x, y)
    return float(cost[linear_sum_assignment(cost)].mean())


def _fits(answer: np.ndarray, y: np.ndarray) -> bool:
    return answer.shape == np.shape(y)


TRIVIAL = Exercise(
    number="5.4",
    title="a trivial minimum of the loss",
    hints=(
        "The relaxed cost of a step of x is its distance to the nearest step of y. It does not depend on which step that is, nor on how "
        "many others are nearest to it.",
        "If all steps of x equal one step of y, the relaxed cost is 0 and most of y receives no mass: exact transport must "
        "move mass there.",
        "Repeat one step of y, such as y[0], for all steps of x: np.tile or np.repeat.",
    ),
    solution="""
answer = np.tile(y[:1], (len(y), 1))
""",
    parse=parse_array(None, None),
    accepts=lambda answer, y: (
        _fits(answer, y)
        and (np.linalg.norm(answer, axis=1) > 0).all()
        and _relaxed(answer, y) < 1e-5
        and _exact(answer, y) > 0.1
    ),
    mistakes=(
        Mistake(
            name="another shape",
            explanation="the sequence must have the shape of y.",
            matches=lambda answer, y: not _fits(answer, y),
        ),
        Mistake(
            name="zeros",
            explanation="a step of zeros has no direction: its cosine cost is 1 everywhere.",
            matches=lambda answer, y: bool((np.linalg.norm(answer, axis=1) == 0).any()),
        ),
        Mistake(
            name="y itself",
            explanation="this is y, or y with its steps scaled: the relaxed cost is 0, but so is the exact one.",
            matches=lambda answer, y: bool((np.diag(_cost(answer, y)) < 1e-5).all()),
        ),
        Mistake(
            name="y in another order",
            explanation="these are the steps of y in another order: exact transport assigns each of them at cost 0.",
            matches=lambda answer, y: _relaxed(answer, y) < 1e-5 and _exact(answer, y) < 1e-5,
        ),
        Mistake(
            name="the mean of y",
            explanation="the mean of y has the direction of none of its steps: the relaxed cost is not 0.",
            matches=lambda answer, y: bool((_cost(answer, np.asarray(y).mean(0, keepdims=True)) < 1e-5).all()),
        ),
        Mistake(
            name="exact cost too low",
            explanation="the relaxed cost is 0, but the exact cost is below 0.1: leave out more steps of y.",
            matches=lambda answer, y: _relaxed(answer, y) < 1e-5,
        ),
    ),
    given=("y",),
    describe=lambda answer, y: (
        f"the relaxed cost of your sequence is {_relaxed(answer, y):.3f}, it must be 0; its exact cost is {_exact(answer, y):.3f}."
    ),
)

_PLAN = np.array([[0.25, 0.0, 0.0], [0.125, 0.0, 0.0], [0.0, 0.0, 0.25], [0.125, 0.0, 0.25]])
_X = np.array([[1.0, 2.0], [3.0, -2.0], [5.0, 0.5], [7.0, 4.0]])
_OTHER = np.array([[0.5, 0.0], [0.0, 0.5]]), np.array([[2.0, 1.0, 0.0], [4.0, 8.0, 1.0]])
_PROBES = ((_PLAN, _X), _OTHER)


def _barycentric(plan: np.ndarray, x: np.ndarray) -> np.ndarray:
    mass = plan.sum(0)[:, None]
    return plan.T @ x / np.where(mass > 0, mass, 1)


BARYCENTRIC = Exercise(
    number="5.5",
    title="barycentric projection",
    hints=(
        "Step j of the result is a weighted mean of the steps of x; column j of the plan holds the weights.",
        "plan.T @ x is the sum of mass times step (AlignMamba's equation 6). To make it a mean, divide each row by the received mass: "
        "the sum of the plan's column. What if that is 0?",
        "mass = plan.sum(0)[:, None] is the mass received at each step. Where it is 0, plan.T @ x is 0 too, so dividing by 1 there leaves the 0.",
    ),
    solution="""
def answer(plan, x):
    mass = plan.sum(0)[:, None]
    return plan.T @ x / np.where(mass > 0, mass, 1)
""",
    parse=parse_function(*_PROBES),
    accepts=matches_function(_barycentric, *_PROBES),
    mistakes=(
        Mistake(
            name="mass, not mean",
            explanation="this is the literal equation 6: a step that receives little mass becomes small, by 1/T for a one-to-one plan. Divide by the received mass.",
            matches=matches_function(lambda plan, x: plan.T @ x, *_PROBES),
        ),
        Mistake(
            name="divided by a constant",
            explanation="every step was multiplied by the number of steps: right for a one-to-one plan only. Divide each by the mass received there.",
            matches=lambda answer: any(
                matches_function(lambda plan, x, side=side: plan.T @ x * plan.shape[side], *_PROBES)(answer)
                for side in (0, 1)
            ),
        ),
        Mistake(
            name="rows, not columns",
            explanation="the plan was divided by the mass *sent* by each step of x, which is constant. Divide by the received mass, the sum of a column.",
            matches=matches_function(lambda plan, x: (plan / plan.sum(1, keepdims=True)).T @ x, *_PROBES),
        ),
    ),
)

_SETS = (
    (np.array([[0.0], [1.0]]), np.array([[0.0], [3.0], [4.0]]), 1.0),
    (np.array([[0.5, 1.0], [2.0, -1.0], [0.0, 0.3]]), np.array([[1.0, 1.0], [-1.0, 0.0]]), 2.0),
)


def _squared(x: np.ndarray, y: np.ndarray) -> np.ndarray:
    return ((x[:, None] - y) ** 2).sum(-1)


def _three(kernel: Callable[..., np.ndarray], *, cross: float = 2.0) -> Callable[..., float]:
    """Make MMD² of a function of (squared distances, s) that gives kernel values or their sum."""
    return lambda x, y, s: float(
        kernel(_squared(x, x), s).mean() + kernel(_squared(y, y), s).mean() - cross * kernel(_squared(x, y), s).mean()
    )


def _gauss(squared: np.ndarray, s: float) -> np.ndarray:
    return np.exp(-squared / (2 * s**2))


_mmd = _three(_gauss)


def _unbiased(x: np.ndarray, y: np.ndarray, s: float) -> float:
    within = [(_gauss(_squared(z, z), s).sum() - len(z)) / (len(z) * (len(z) - 1)) for z in (x, y)]
    return float(sum(within) - 2 * _gauss(_squared(x, y), s).mean())


MMD = Exercise(
    number="5.6",
    title="MMD in three lines",
    hints=(
        "Three means of one kernel: among x, among y, and between them. The last is subtracted twice.",
        "All squared distances of two sets at once: ((x[:, None] - y) ** 2).sum(-1). The kernel is exp(-that / (2 s**2)).",
        "k = lambda a, b: np.exp(-((a[:, None] - b) ** 2).sum(-1) / (2 * s**2)) is the kernel; then k(x, x).mean() and the two others.",
    ),
    solution="""
def answer(x, y, s):
    k = lambda a, b: np.exp(-((a[:, None] - b) ** 2).sum(-1) / (2 * s**2)).mean()
    return k(x, x) + k(y, y) - 2 * k(x, y)
""",
    parse=parse_function(*_SETS),
    accepts=matches_function(_mmd, *_SETS),
    mistakes=(
        Mistake(
            name="cross term once",
            explanation="the mean between the sets is subtracted once; expanding the square gives it twice.",
            matches=matches_function(_three(_gauss, cross=1.0), *_SETS),
        ),
        Mistake(
            name="sums, not means",
            explanation="these are sums, which grow with the size of the sets. Take means.",
            matches=matches_function(_three(lambda squared, s: _gauss(squared, s).sum()), *_SETS),
        ),
        Mistake(
            name="kernel's width",
            explanation="the kernel divides by 2 s²; here it is another multiple of s, so its width is not s.",
            matches=lambda answer: any(
                matches_function(_three(lambda squared, s, w=width: np.exp(-squared / w(s))), *_SETS)(answer)
                for width in (lambda s: s**2, lambda s: s, lambda s: 2 * s)
            ),
        ),
        Mistake(
            name="distance not squared",
            explanation="the Gaussian kernel has the squared distance in its exponent.",
            matches=matches_function(_three(lambda squared, s: np.exp(-np.sqrt(squared) / (2 * s**2))), *_SETS),
        ),
        Mistake(
            name="unbiased",
            explanation="this is the other estimate, without each point's pair with itself: right on average, but not 0 for identical sets, and not equation 8.",
            matches=matches_function(_unbiased, *_SETS),
        ),
        Mistake(
            name="the root",
            explanation="this is MMD; equation 8 is its square.",
            matches=matches_function(lambda x, y, s: np.sqrt(_mmd(x, y, s)), *_SETS),
        ),
    ),
)

COSTS = Exercise(
    number="5.1",
    title="two costs by hand",
    hints=(
        "Both plans move the mass 1/2 from each step of x. They differ in what y may receive.",
        "The relaxed plan moves each step of x to its cheapest partner. The exact plan must also deliver 1/2 to each step of y.",
        "With two steps the exact plan is one of two assignments: compare their costs. Each cost counts with its mass.",
    ),
    solution="""
answer = [(min(0.1, 0.2) + min(0.3, 0.9)) / 2, min(0.1 + 0.9, 0.2 + 0.3) / 2]
""",
    parse=parse_array(2, names=("relaxed", "exact")),
    accepts=matches_value(lambda: [0.2, 0.25]),
    mistakes=(
        Mistake(
            name="without the mass",
            explanation="every step sends the mass 1/2, so each cost counts with that weight.",
            matches=equals([0.4, 0.5]),
        ),
        Mistake(
            name="exchanged",
            explanation="first the relaxed cost: it has fewer constraints, so it cannot be the larger one.",
            matches=equals([0.25, 0.2]),
        ),
        Mistake(
            name="columns, not rows",
            explanation="the relaxed cost takes the smallest cost of each column; the steps of x, which send the mass, are the rows.",
            matches=equals([0.15, 0.25]),
        ),
        Mistake(
            name="diagonal",
            explanation="the exact cost is that of the assignment in order; there is a cheaper one.",
            matches=equals([0.2, 0.5]),
        ),
        Mistake(
            name="means",
            explanation="this is the mean of all costs, the cost of the plan that spreads the mass evenly.",
            matches=lambda answer: bool((np.abs(answer - 0.375) < 1e-6).any()),
        ),
    ),
)

_LENGTHS = ((24, 5), (24, 12), (30, 3))  # steps, delay

MARGINALS = Exercise(
    number="5.2",
    title="the price of two uniform marginals",
    hints=(
        "The mean lag is a mean over all T steps. Two groups of steps contribute to it.",
        "One group: the steps with a partner, all with the lag −d. How many are they? The other: d steps with an unknown mean lag s.",
        "Set the sum over both groups to 0 and solve for s.",
    ),
    solution="""
answer = lambda T, d: T - d
""",
    parse=parse_function(*_LENGTHS),
    accepts=matches_function(lambda T, d: T - d, *_LENGTHS),
    mistakes=(
        Mistake(
            name="only the delay",
            explanation="this moves them forward as far as the others back; but the two groups have different sizes.",
            matches=matches_function(lambda T, d: d, *_LENGTHS),
        ),
        Mistake(
            name="sum, not mean",
            explanation="this is the sum of the lags of these steps; divide it by their number.",
            matches=matches_function(lambda T, d: (T - d) * d, *_LENGTHS),
        ),
        Mistake(
            name="sign",
            explanation="the others move back, so these must move forward: the lag is positive.",
            matches=matches_function(lambda T, d: d - T, *_LENGTHS),
        ),
        Mistake(
            name="divided by the delay",
            explanation="the other group has T − d steps, and each of them is moved by d: one factor is missing.",
            matches=matches_function(lambda T, d: (T - d) / d, *_LENGTHS),
        ),
    ),
)

_SIZES = ((2, 3), (5, 4), (10, 7))  # points of both sets

NARROW = Exercise(
    number="5.3",
    title="a narrow kernel",
    hints=(
        "What is k(u, v) for σ → 0 if u and v differ, and what if they are equal?",
        "Only pairs of a point with itself keep the value 1. Which of the three means contain such pairs?",
        "Among n points there are n pairs of a point with itself, of n² pairs. Between the sets there is none.",
    ),
    solution="""
answer = lambda n, m: n / n**2 + m / m**2
""",
    parse=parse_function(*_SIZES),
    accepts=matches_function(lambda n, m: 1 / n + 1 / m, *_SIZES),
    mistakes=(
        Mistake(
            name="zero",
            explanation="the pairs of a point with itself have the kernel value 1 for every σ.",
            matches=matches_function(lambda n, m: 0.0, *_SIZES),
        ),
        Mistake(
            name="all pairs are 1",
            explanation="this takes every pair within a set as 1; only a point and itself have the distance 0.",
            matches=matches_function(lambda n, m: 2.0, *_SIZES),
        ),
        Mistake(
            name="product",
            explanation="the two means within the sets are added.",
            matches=matches_function(lambda n, m: 1 / (n * m), *_SIZES),
        ),
        Mistake(
            name="cross term",
            explanation="the sets have no point in common, so no pair between them keeps a kernel value.",
            matches=matches_function(lambda n, m: 1 / n + 1 / m - 2 / (n * m), *_SIZES),
        ),
        Mistake(
            name="both sets together",
            explanation="each set has its own mean over its own pairs.",
            matches=matches_function(lambda n, m: 2 / (n + m), *_SIZES),
        ),
    ),
)

EXERCISES = (COSTS, MARGINALS, NARROW, TRIVIAL, BARYCENTRIC, MMD)
