"""Exercises of notebook 03: state transition, rank of the past, gates that select one step."""

from collections.abc import Callable
from typing import Any

import numpy as np

from mmviz.course.answers import equals, matches_function, matches_value, parse_array, parse_function, parse_number
from mmviz.course.exercise import Exercise, Mistake


def _probes() -> tuple[tuple[Any, ...], ...]:
    rng = np.random.default_rng(0)
    decays, W = rng.uniform(0.3, 1, (6, 3)), rng.uniform(0, 1, (3, 3))
    W /= W.sum(1, keepdims=True)
    return tuple((decays, W, s, t) for s, t in ((2, 2), (1, 2), (0, 5)))


PROBES = _probes()  # decays (step, modality), coupling, source step, later step
Transition = Callable[[np.ndarray, np.ndarray, int, int], np.ndarray]


def _transition(a: np.ndarray, W: np.ndarray, s: int, t: int) -> np.ndarray:
    """Return Φ[t] ... Φ[s+1] with Φ[j] = diag(a[j]) W, the state transition from step s to step t."""
    out = np.eye(len(W))
    for j in range(s + 1, t + 1):
        out = a[j][:, None] * W @ out
    return out


def _backwards(a: np.ndarray, W: np.ndarray, s: int, t: int) -> np.ndarray:
    out = np.eye(len(W))
    for j in range(s + 1, t + 1):
        out = out @ (a[j][:, None] * W)
    return out


def _decays_first(a: np.ndarray, W: np.ndarray, s: int, t: int) -> np.ndarray:
    out = np.eye(len(W))
    for j in range(s + 1, t + 1):
        out = W @ np.diag(a[j]) @ out
    return out


TRANSITION = Exercise(
    number="3.4",
    title="state transition from step s to step t",
    hints=(
        "Which matrix maps the M states to the next step without input, at step j?",
        "Step j couples and then decays: h becomes diag(a[j]) W h. From s to t these are the steps s + 1, ..., t, in this order.",
        "Begin with np.eye(M). For j from s + 1 to t multiply np.diag(a[j]) @ W from the left: later steps are further left.",
    ),
    solution="""
def answer(a, W, s, t):
    product = np.eye(len(W))
    for j in range(s + 1, t + 1):
        product = np.diag(a[j]) @ W @ product
    return product
""",
    parse=parse_function(*PROBES),
    accepts=matches_function(_transition, *PROBES),
    mistakes=(
        Mistake(
            name="order of the steps",
            explanation="the steps are in the wrong order: step s + 1 acts on the state first, so its matrix is rightmost.",
            matches=matches_function(_backwards, *PROBES),
        ),
        Mistake(
            name="one step too many",
            explanation="for t = s the result must be the identity: step s itself is not included.",
            matches=matches_function(lambda a, W, s, t: _transition(a, W, s - 1, t), *PROBES),
        ),
        Mistake(
            name="order of decay and coupling",
            explanation="this applies the decay of the source before the coupling. In this operator the coupling is first, then the decay of the target.",
            matches=matches_function(_decays_first, *PROBES),
        ),
        Mistake(
            name="decays factored out",
            explanation="all decays in one factor and all couplings in another: that is right only for equal decays, as diag(a) and W do not commute.",
            matches=matches_function(
                lambda a, W, s, t: np.diag(a[s + 1 : t + 1].prod(0)) @ np.linalg.matrix_power(W, t - s), *PROBES
            ),
        ),
        Mistake(
            name="transposed",
            explanation="this has the sources in the rows. Rows are targets, as in W.",
            matches=matches_function(lambda a, W, s, t: _transition(a, W, s, t).T, *PROBES),
        ),
    ),
)

RANKS = Exercise(
    number="3.5",
    title="rank of the past",
    hints=(
        "All influence of the first half on the second passes through the hidden states between them. How many numbers are that?",
        "M streams of N states have M · N numbers, if they are independent. One of the three couplings makes them equal.",
        "With mean coupling all streams receive the same N numbers, whatever M is; see notebook 02, section 2.",
    ),
    solution="""
answer = [12, 12, 4]
""",
    parse=parse_array(3),
    accepts=matches_value(lambda: [12, 12, 4]),
    mistakes=(
        Mistake(
            name="full rank for the mean",
            explanation="with mean coupling only the mean of the streams is propagated.",
            matches=matches_value(lambda: [12, 12, 12]),
        ),
        Mistake(
            name="one stream",
            explanation="that is the rank for a single stream, section 1; here there are three.",
            matches=matches_value(lambda: [4, 4, 4]),
        ),
        Mistake(
            name="states forgotten",
            explanation="each stream has N = 4 states, not one.",
            matches=matches_value(lambda: [3, 3, 1]),
        ),
        Mistake(
            name="the whole map",
            explanation="that is the rank of the whole map, which is full. Take the rows of the second half, the columns of the first, of all modalities.",
            matches=lambda ranks: bool((ranks > 12).any()),
        ),
        Mistake(
            name="independent streams have less",
            explanation="the other way round: independent streams have N numbers each.",
            matches=matches_value(lambda: [4, 12, 12]),
        ),
    ),
)

LENGTH, SOURCE, TARGET = 40, 5, 30


def reach(gates: np.ndarray) -> np.ndarray:
    """Return K[30, s] of every step s for a stream with A = -1, B = C = 1 and these gates, (40,)."""
    until = np.cumsum(gates)
    decay = np.exp(np.clip(until - until[TARGET], -700, 700))  # minus the sum of the gates after s, up to 30
    return np.where(np.arange(LENGTH) <= TARGET, decay * gates, 0.0)


def _ratio(gates: np.ndarray) -> float:
    """Return the influence of step 5 on step 30, relative to the largest of the steps between."""
    K = reach(gates)
    return float(K[SOURCE] / max(K[SOURCE + 1 : TARGET].max(), 1e-300))


def _good(gates: np.ndarray) -> bool:
    return bool((gates >= 0).all() and reach(gates)[SOURCE] >= 0.1 and _ratio(gates) >= 10)


def _test(test: Callable[[np.ndarray], bool]) -> Callable[..., bool]:
    return lambda gates: bool(test(gates))


SELECT = Exercise(
    number="3.6",
    title="gates that select one step",
    hints=(
        "K[30, s] has two factors: the input gate at step s, and the decay over the steps after it. Both are functions of the gates.",
        "Input: Δ at s. Decay: exp of minus the sum of all Δ after s, up to 30. For step 5 the first must be large and that sum small.",
        "Open the gate at step 5, for example Δ = 1, and keep it nearly closed at all other steps: Δ = 0.01 or less from step 6 on.",
    ),
    solution="""
answer = np.full(40, 0.001)
answer[5] = 1.0
""",
    parse=parse_array(LENGTH),
    accepts=_test(_good),
    mistakes=(
        Mistake(
            name="negative",
            explanation="a gate below 0 would make the state grow instead of decay; Δ is a step size ≥ 0.",
            matches=_test(lambda gates: bool((gates < 0).any())),
        ),
        Mistake(
            name="all equal",
            explanation="with one Δ for all steps the latest step always has the largest influence. Let the gates differ.",
            matches=_test(lambda gates: np.ptp(gates) <= 1e-9 * abs(gates).max()),
        ),
        Mistake(
            name="another step",
            explanation="some other gate up to step 30 is opened wider than that of step 5. Steps are counted from 0.",
            matches=_test(lambda gates: int(np.argmax(gates[:TARGET])) != SOURCE),
        ),
        Mistake(
            name="forgotten",
            explanation="the gate of step 5 is open, but its input has decayed at step 30: each open gate between increases the decay.",
            matches=_test(lambda gates: gates[SOURCE] >= 0.1 and reach(gates)[SOURCE] < 0.1),
        ),
        Mistake(
            name="gate nearly closed",
            explanation="the gate of step 5 admits too little of its input: K[30, 5] should be 0.1 or more.",
            matches=_test(lambda gates: gates[SOURCE] < 0.1),
        ),
        Mistake(
            name="ratio below ten",
            explanation="a step between has more than a tenth of the influence of step 5: close those gates further.",
            matches=_test(lambda gates: _ratio(gates) < 10),
        ),
    ),
)

ENTRY = Exercise(
    number="3.1",
    title="one entry of K by hand",
    hints=(
        "The formula of this section has three kinds of factors. Which steps do the decays belong to?",
        "The input enters at step 1 without decay. Then the state decays at step 2 and at step 3.",
        "K is C times the decays of the later steps times ΔB.",
    ),
    solution="""
answer = 5 * 0.6**2 * 2
""",
    parse=parse_number,
    accepts=matches_value(lambda: 3.6),
    mistakes=(
        Mistake(
            name="one decay too many",
            explanation="the input of step 1 does not decay in step 1 itself.",
            matches=equals(2.16),
        ),
        Mistake(
            name="one decay too few",
            explanation="between the input and the output there are two updates of the state.",
            matches=equals(6.0),
        ),
        Mistake(
            name="without ΔB",
            explanation="the factor ΔB at the source step is missing.",
            matches=equals(1.8),
        ),
        Mistake(
            name="without C",
            explanation="this is the state; the output multiplies it by C.",
            matches=equals(0.72),
        ),
        Mistake(
            name="no decay",
            explanation="this is the effect within the same step; two steps later the state has decayed.",
            matches=equals(10.0),
        ),
    ),
)

PATH = Exercise(
    number="3.2",
    title="the path through a third stream",
    hints=(
        "W multiplies the states of the previous step.",
        "No modality has an influence on another one in the same step. What does image hold after the pulse, and when?",
        "Each entry of W on the path takes one step. Count the entries.",
    ),
    solution="""
answer = 10 + 2
""",
    parse=parse_number,
    accepts=matches_value(lambda: 12, tolerance=1e-9),
    mistakes=(
        Mistake(
            name="same step",
            explanation="W couples the previous states, so the pulse cannot reach another stream in its own step.",
            matches=equals(10, tolerance=1e-9),
        ),
        Mistake(
            name="one step",
            explanation="at that step it reaches image; audio does not receive from text directly.",
            matches=equals(11, tolerance=1e-9),
        ),
        Mistake(
            name="one step too many",
            explanation="the output of a step is computed from the new states of that same step.",
            matches=equals(13, tolerance=1e-9),
        ),
        Mistake(
            name="lag, not step",
            explanation="this is the lag; add the step of the pulse.",
            matches=equals(2, tolerance=1e-9),
        ),
    ),
)

HALF_LIVES = Exercise(
    number="3.3",
    title="two half-lives",
    hints=(
        "After k steps the total has the factor a^k. Which factor has the lead?",
        "The lead decays by the product of a and λ in every step.",
        "A factor r per step halves in log(0.5) / log(r) steps.",
    ),
    solution="""
answer = [np.log(0.5) / np.log(0.9), np.log(0.5) / np.log(0.9 * 0.5)]
""",
    parse=parse_array(2, names=("total", "lead")),
    accepts=matches_value(lambda: np.log(0.5) / np.log([0.9, 0.45]), decimals=2),
    mistakes=(
        Mistake(
            name="decay of the lead",
            explanation="the lead also decays by a, as all influence does.",
            matches=equals(np.log(0.5) / np.log([0.9, 0.5]), decimals=2),
        ),
        Mistake(
            name="time constants",
            explanation="these are the times until 1/e is left; a half-life is the time until a half is left.",
            matches=equals(-1 / np.log([0.9, 0.45]), decimals=2),
        ),
        Mistake(
            name="exchanged",
            explanation="first the total, then the lead; the lead decays faster.",
            matches=equals(np.log(0.5) / np.log([0.45, 0.9]), decimals=2),
        ),
        Mistake(
            name="sign",
            explanation="a half-life is positive: both logarithms are negative.",
            matches=equals(np.log(2) / np.log([0.9, 0.45]), decimals=2),
        ),
    ),
)

EXERCISES = (ENTRY, PATH, HALF_LIVES, TRANSITION, RANKS, SELECT)
