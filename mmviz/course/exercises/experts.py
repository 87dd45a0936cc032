"""Exercises of notebook 04: mutual information of expert and modality, merging experts, load balance."""

import math
from collections.abc import Callable

import numpy as np

from mmviz.course.answers import (
    equals,
    is_close,
    matches_function,
    matches_value,
    parse_array,
    parse_function,
    parse_number,
)
from mmviz.course.exercise import Exercise, Mistake


def _is(*wanted: float) -> Callable[[float], bool]:
    return lambda answer: any(is_close(answer, value, tolerance=0, absolute=5e-3) for value in wanted)


BITS = Exercise(
    number="4.4",
    title="bits by construction",
    hints=(
        "Draw a token (uniform over modalities), then one of its two experts (uniform). How much information about the modality "
        "does the expert contain?",
        "Half of the time it is the shared expert, which contains none. Half of the time it is the modality-specific expert, which determines "
        "the modality.",
        "The entropy of three equally likely modalities is log2(3) bits. Take half of it, or check with mm.analysis.mutual_information on the table "
        "of (modality, expert).",
    ),
    solution="""
use = np.hstack([np.ones((3, 1)), np.eye(3)])  # (modality, expert): the shared one, then the specific ones
answer = float(mm.analysis.mutual_information(use))
""",
    parse=parse_number,
    accepts=matches_value(lambda: math.log2(3) / 2, decimals=2),
    mistakes=(
        Mistake(
            name="shared expert forgotten",
            explanation="this is the information of the *specific* expert. Half of the draws are the shared expert, which contains none.",
            matches=_is(math.log2(3)),
        ),
        Mistake(
            name="two modalities",
            explanation="this is the number for two modalities; the question is about three.",
            matches=_is(0.5),
        ),
        Mistake(
            name="experts counted",
            explanation="this counts experts; the mutual information is limited by the entropy of the modality, and the shared expert contains none.",
            matches=_is(2.0, 1.0),
        ),
        Mistake(
            name="nats",
            explanation="right but for the unit: this is in nat. Take the logarithm to the base 2.",
            matches=_is(math.log(3) / 2),
        ),
    ),
)

_DRAW = np.random.default_rng(4)
_STACKS = tuple(
    (_DRAW.normal(size=(s, 3, 2)), _DRAW.normal(size=(m, k, 3, 2))) for s, m, k in ((1, 2, 1), (2, 2, 2), (1, 3, 1))
)


def _merged(shared: np.ndarray, specific: np.ndarray) -> np.ndarray:
    return shared.sum(0) + specific.sum(1)


MERGE = Exercise(
    number="4.5",
    title="merge by hand",
    hints=(
        "Every expert is a matrix, and their results are added: x W₁ + x W₂ = x (W₁ + W₂).",
        "Tokens of modality m use all shared experts and the experts specific to m. So its matrix is the sum of the shared ones, plus the sum of specific[m].",
        "shared has the shape (expert, inputs, outputs): sum over axis 0. specific has (modality, expert, inputs, outputs): sum over axis 1. "
        "The sum of the two broadcasts.",
    ),
    solution="""
def answer(shared, specific):
    return shared.sum(0) + specific.sum(1)
""",
    parse=parse_function(*_STACKS),
    accepts=matches_function(_merged, *_STACKS),
    mistakes=(
        Mistake(
            name="shared left out",
            explanation="these are the specific experts only: every modality uses the shared ones too.",
            matches=matches_function(lambda shared, specific: specific.sum(1), *_STACKS),
        ),
        Mistake(
            name="mean, not sum",
            explanation="outputs of experts are added, not averaged.",
            matches=lambda answer: any(
                matches_function(average, *_STACKS)(answer)
                for average in (
                    lambda shared, specific: shared.mean(0) + specific.mean(1),
                    lambda shared, specific: (shared.mean(0) + specific.mean(1)) / 2,
                    lambda shared, specific: _merged(shared, specific) / (len(shared) + specific.shape[1]),
                )
            ),
        ),
        Mistake(
            name="experts of all modalities",
            explanation="every modality uses the experts of all; it should use its specific experts and the shared ones.",
            matches=matches_function(
                lambda shared, specific: np.broadcast_to(shared.sum(0) + specific.sum((0, 1)), (len(specific), 3, 2)),
                *_STACKS,
            ),
        ),
        Mistake(
            name="first expert only",
            explanation="right where there is one of each kind, but there may be several: sum over all of them.",
            matches=matches_function(lambda shared, specific: shared[0] + specific[:, 0], *_STACKS),
        ),
    ),
)

_PROBABILITY = np.array([[0.7, 0.2, 0.1], [0.5, 0.3, 0.2], [0.1, 0.8, 0.1], [0.6, 0.3, 0.1]])
_TOKENS = ((_PROBABILITY, 1), (np.array([[0.4, 0.3, 0.2, 0.1], [0.1, 0.2, 0.3, 0.4], [0.35, 0.05, 0.3, 0.3]]), 2))


def _shares(probability: np.ndarray, k: int) -> np.ndarray:
    """Return the share of selections of each expert, when every token selects its k most probable."""
    order = np.argsort(-probability, axis=1)[:, :k]
    return np.bincount(order.ravel(), minlength=probability.shape[1]) / order.size


def _imbalance(probability: np.ndarray, k: int) -> float:
    return float(probability.shape[1] * (_shares(probability, k) * probability.mean(0)).sum())


BALANCE = Exercise(
    number="4.6",
    title="how uneven is the router?",
    hints=(
        "Two vectors over the experts: f, the share of the selections of each, and P, its mean probability. Both sum to 1.",
        "The k experts selected by a token have its k largest probabilities: np.argsort(-p, axis=1)[:, :k]. Count them with np.bincount and divide by their number.",
        "The penalty is N times the sum of f · P, with N experts: 1 when both are uniform, N when all selections are one expert.",
    ),
    solution="""
def answer(p, k):
    selected = np.argsort(-p, axis=1)[:, :k]
    f = np.bincount(selected.ravel(), minlength=p.shape[1]) / selected.size
    return p.shape[1] * (f * p.mean(0)).sum()
""",
    parse=parse_function(*_TOKENS),
    accepts=matches_function(_imbalance, *_TOKENS),
    mistakes=(
        Mistake(
            name="without N",
            explanation="the factor N is missing: a uniform router must give 1, whatever the number of experts.",
            matches=matches_function(lambda p, k: _imbalance(p, k) / p.shape[1], *_TOKENS),
        ),
        Mistake(
            name="selections per token",
            explanation="f must sum to 1: divide by the number of selections, not by the number of tokens.",
            matches=matches_function(lambda p, k: k * _imbalance(p, k), *_TOKENS),
        ),
        Mistake(
            name="selections only",
            explanation="this is N Σ f²: selections only, which have no gradient. One factor must be the mean probability.",
            matches=matches_function(lambda p, k: p.shape[1] * (_shares(p, k) ** 2).sum(), *_TOKENS),
        ),
        Mistake(
            name="probabilities only",
            explanation="this is N Σ P²: probabilities only. One factor must be the share of the selections.",
            matches=matches_function(lambda p, k: p.shape[1] * (p.mean(0) ** 2).sum(), *_TOKENS),
        ),
        Mistake(
            name="k ignored",
            explanation="right for k = 1; in general every token selects k experts.",
            matches=matches_function(lambda p, k: _imbalance(p, 1), *_TOKENS),
        ),
    ),
)

TOKEN = Exercise(
    number="4.1",
    title="a token by hand",
    hints=(
        "The token goes through both experts, and their outputs are added.",
        "The formula of this section has the token on the left: x W, a row times a matrix.",
        "Add the two matrices first. Entry j of the output is the sum of x times column j.",
    ),
    solution="""
answer = np.array([1, 2]) @ (np.array([[1, 1], [0, 1]]) + np.array([[0, 2], [1, 0]]))
""",
    parse=parse_array(2),
    accepts=matches_value(lambda: [3, 5]),
    mistakes=(
        Mistake(
            name="columns",
            explanation="this is W x; the token is a row vector, on the left of the matrix.",
            matches=equals([7, 3]),
        ),
        Mistake(
            name="specific only",
            explanation="the shared expert is missing.",
            matches=equals([2, 2]),
        ),
        Mistake(
            name="shared only",
            explanation="the expert of audio is missing.",
            matches=equals([1, 3]),
        ),
        Mistake(
            name="mean",
            explanation="the outputs are added, not averaged.",
            matches=equals([1.5, 2.5]),
        ),
        Mistake(
            name="one after the other",
            explanation="the experts work side by side on the same token, not one on the output of the other.",
            matches=equals([3, 2]),
        ),
    ),
)

_MAPS = ((3, 16, 32), (2, 8, 8), (5, 4, 10))  # modalities, inputs, outputs
_COUNTS = ("before merging", "after merging")


def _counts(*functions: Callable[[int, int, int], tuple[int, int]]) -> Callable[..., bool]:
    checks = [matches_function(function, *_MAPS) for function in functions]
    return lambda answer: any(check(answer) for check in checks)


WEIGHTS = Exercise(
    number="4.2",
    title="weights before and after merging",
    hints=(
        "Every expert is a matrix. How many numbers does one have, and how many matrices are there?",
        "Before merging there is one matrix for each modality, and a shared one.",
        "`merged()` stores the sum of the shared and the specific matrix: one matrix for each modality remains.",
    ),
    solution="""
answer = lambda M, D, E: ((M + 1) * D * E, M * D * E)
""",
    parse=parse_function(*_MAPS, parts=_COUNTS),
    accepts=matches_function(lambda M, D, E: ((M + 1) * D * E, M * D * E), *_MAPS),
    mistakes=(
        Mistake(
            name="shared forgotten",
            explanation="before merging the shared expert has weights of its own.",
            matches=_counts(lambda M, D, E: (M * D * E, M * D * E)),
        ),
        Mistake(
            name="one matrix",
            explanation="the modalities keep different matrices after merging.",
            matches=_counts(lambda M, D, E: ((M + 1) * D * E, D * E)),
        ),
        Mistake(
            name="nothing saved",
            explanation="after merging the shared matrix is not stored by itself: it is contained in the others.",
            matches=_counts(lambda M, D, E: ((M + 1) * D * E, (M + 1) * D * E)),
        ),
        Mistake(
            name="exchanged",
            explanation="first before, then after: merging does not add weights.",
            matches=_counts(lambda M, D, E: (M * D * E, (M + 1) * D * E)),
        ),
    ),
)

PENALTY = Exercise(
    number="4.3",
    title="the penalty by hand",
    hints=(
        "f holds the shares of the tokens. What are they for three tokens and one?",
        "Multiply each share by the mean probability of the same expert, and add.",
        "Then multiply by N, the number of experts. An even router gives 1; this one is not even.",
    ),
    solution="""
answer = 2 * (0.75 * 0.6 + 0.25 * 0.4)
""",
    parse=parse_number,
    accepts=matches_value(lambda: 1.1),
    mistakes=(
        Mistake(
            name="without N",
            explanation="the factor N is missing: with even use the penalty must be 1.",
            matches=equals(0.55),
        ),
        Mistake(
            name="selections only",
            explanation="this is N Σ f²: one factor must be the mean probability.",
            matches=equals(1.25),
        ),
        Mistake(
            name="probabilities only",
            explanation="this is N Σ P²: one factor must be the share of the tokens.",
            matches=equals(1.04),
        ),
        Mistake(
            name="counts, not shares",
            explanation="f holds shares that sum to 1, not numbers of tokens.",
            matches=equals(4.4),
        ),
        Mistake(
            name="tokens, not experts",
            explanation="N is the number of experts, not of tokens.",
            matches=equals(2.2),
        ),
    ),
)

EXERCISES = (TOKEN, WEIGHTS, PENALTY, BITS, MERGE, BALANCE)
