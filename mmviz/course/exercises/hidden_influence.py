"""Notebook 03_hidden_influence."""

from collections.abc import Callable
from typing import Any

import numpy as np

from mmviz.course.answers import a_function, an_array, does, is_near
from mmviz.course.exercise import Exercise, Mistake


def _probes() -> tuple[tuple[Any, ...], ...]:
    rng = np.random.default_rng(0)
    decays, W = rng.uniform(0.3, 1, (6, 3)), rng.uniform(0, 1, (3, 3))
    W /= W.sum(1, keepdims=True)
    return tuple((decays, W, s, t) for s, t in ((2, 2), (1, 2), (0, 5)))


PROBES = _probes()  # decays (step, modality), coupling, source step, later step
Way = Callable[[np.ndarray, np.ndarray, int, int], np.ndarray]


def _carried(a: np.ndarray, W: np.ndarray, s: int, t: int) -> np.ndarray:
    """Return Φ[t] ... Φ[s+1] with Φ[j] = diag(a[j]) W: what is left at step t of the states at step s."""
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


CARRIED = Exercise(
    number="3.1",
    title="what the states carry from step to step",
    hints=(
        "What does one step do to the M states, if nothing comes in? It is a matrix; which one, at step j?",
        "Step j hears and then decays: h becomes diag(a[j]) W h. From s to t the steps s + 1, ..., t do this, one after the other.",
        "Begin with np.eye(M). For j from s + 1 to t multiply np.diag(a[j]) @ W onto it from the left: what comes later stands further left.",
    ),
    solution="""
def answer(a, W, s, t):
    carried = np.eye(len(W))
    for j in range(s + 1, t + 1):
        carried = np.diag(a[j]) @ W @ carried
    return carried
""",
    reads=a_function(*PROBES),
    accepts=does(_carried, *PROBES),
    mistakes=(
        Mistake(
            name="order of the steps",
            says="the steps are in the wrong order: the state meets step s + 1 first, so that matrix stands rightmost.",
            made=does(_backwards, *PROBES),
        ),
        Mistake(
            name="one step too many",
            says="for t = s nothing has happened yet, so it must be the identity: step s itself is not on the way.",
            made=does(lambda a, W, s, t: _carried(a, W, s - 1, t), *PROBES),
        ),
        Mistake(
            name="who decays",
            says="this lets each chain decay before it is heard. In this operator a chain hears first, and the one who hears decays.",
            made=does(_decays_first, *PROBES),
        ),
        Mistake(
            name="decays apart",
            says="all decays in one factor and all couplings in another: that is right only if the chains decay alike, as diag(a) and W do not commute.",
            made=does(lambda a, W, s, t: np.diag(a[s + 1 : t + 1].prod(0)) @ np.linalg.matrix_power(W, t - s), *PROBES),
        ),
        Mistake(
            name="transposed",
            says="this has the one who speaks in the rows. Rows are those who are moved, as in W.",
            made=does(lambda a, W, s, t: _carried(a, W, s, t).T, *PROBES),
        ),
    ),
)

RANKS = Exercise(
    number="3.2",
    title="how many numbers carry the past",
    hints=(
        "All that the first half says to the second passes through what is carried from the one step to the next. How many numbers are that?",
        "M chains of N states carry M · N numbers, if they are all different. One of the three couplings makes them alike.",
        "Under the mean all chains hear the same N numbers, whatever M is; see notebook 02, section 2.",
    ),
    solution="""
answer = [12, 12, 4]
""",
    reads=an_array(3),
    accepts=is_near(lambda: [12, 12, 4]),
    mistakes=(
        Mistake(
            name="all chains count",
            says="under the mean the chains are not M memories: what is carried over is their mean alone.",
            made=is_near(lambda: [12, 12, 12]),
        ),
        Mistake(
            name="one chain",
            says="that is the rank for a single chain, section 1; here there are three side by side.",
            made=is_near(lambda: [4, 4, 4]),
        ),
        Mistake(
            name="states forgotten",
            says="each chain carries N = 4 states, not one number.",
            made=is_near(lambda: [3, 3, 1]),
        ),
        Mistake(
            name="the whole map",
            says="that is the whole map: its diagonal makes it full. Take the rows of the second half, the columns of the first, of all modalities.",
            made=lambda ranks: bool((ranks > 12).any()),
        ),
        Mistake(
            name="alone is less",
            says="the other way round: chains that are alone carry N numbers each, all their own.",
            made=is_near(lambda: [4, 12, 12]),
        ),
    ),
)

LENGTH, WRITTEN, READ = 40, 5, 30


def reach(gates: np.ndarray) -> np.ndarray:
    """Return K[30, s] of every step s for a chain with A = -1, B = C = 1 and these gates, (40,)."""
    until = np.cumsum(gates)
    survives = np.exp(np.clip(until - until[READ], -700, 700))  # minus the sum of the gates after s, up to 30
    return np.where(np.arange(LENGTH) <= READ, survives * gates, 0.0)


def _ratio(gates: np.ndarray) -> float:
    """Return how many times more step 5 moves step 30 than the strongest step between."""
    K = reach(gates)
    return float(K[WRITTEN] / max(K[WRITTEN + 1 : READ].max(), 1e-300))


def _good(gates: np.ndarray) -> bool:
    return bool((gates >= 0).all() and reach(gates)[WRITTEN] >= 0.1 and _ratio(gates) >= 10)


def _when(test: Callable[[np.ndarray], bool]) -> Callable[..., bool]:
    return lambda gates: bool(test(gates))


REMEMBER = Exercise(
    number="3.3",
    title="gates that keep one moment",
    hints=(
        "K[30, s] has two factors: how much of step s was written, and how much of it survives the steps after it. Both are made of gates.",
        "Written: Δ at s. Survives: exp of minus the sum of all Δ after s, up to 30. Step 5 wants the first large and that sum small.",
        "Open the gate at step 5, say Δ = 1, and keep it all but shut at all other steps: Δ = 0.01 or less from step 6 on.",
    ),
    solution="""
answer = np.full(40, 0.001)
answer[5] = 1.0
""",
    reads=an_array(LENGTH),
    accepts=_when(_good),
    mistakes=(
        Mistake(
            name="negative",
            says="a gate below 0 would make the state grow instead of decay; Δ is a step size, 0 at the least.",
            made=_when(lambda gates: bool((gates < 0).any())),
        ),
        Mistake(
            name="all alike",
            says="with one Δ for all steps the latest always counts most: a constant chain cannot choose. Let the gates differ.",
            made=_when(lambda gates: np.ptp(gates) <= 1e-9 * abs(gates).max()),
        ),
        Mistake(
            name="another step",
            says="some other gate up to step 30 is opened wider than that of step 5. Steps are counted from 0.",
            made=_when(lambda gates: int(np.argmax(gates[:READ])) != WRITTEN),
        ),
        Mistake(
            name="forgotten",
            says="step 5 is written, but little of it is left at step 30: each open gate on the way makes the chain forget.",
            made=_when(lambda gates: gates[WRITTEN] >= 0.1 and reach(gates)[WRITTEN] < 0.1),
        ),
        Mistake(
            name="hardly written",
            says="too little of step 5 gets into the state at all: K[30, 5] should be 0.1 or more.",
            made=_when(lambda gates: gates[WRITTEN] < 0.1),
        ),
        Mistake(
            name="not ten times",
            says="step 5 counts, but some step between counts more than a tenth of it: shut those gates further.",
            made=_when(lambda gates: _ratio(gates) < 10),
        ),
    ),
)

EXERCISES = (CARRIED, RANKS, REMEMBER)
