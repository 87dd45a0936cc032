"""Exercises of notebook 06: Shapley values of two and of three modalities."""

from collections.abc import Mapping

import numpy as np

from mmviz.course.answers import matches_function, matches_value, parse_array, parse_function
from mmviz.course.exercise import Exercise, Mistake

Result = Mapping[str, np.ndarray]
NOTHING, SOUND, IMAGE, BOTH = range(4)


def _contributions(scores: np.ndarray) -> np.ndarray:
    """Shapley values (audio, image) of a game of two with scores (nothing, audio, image, both)."""
    sound = (scores[SOUND] - scores[NOTHING] + scores[BOTH] - scores[IMAGE]) / 2
    return np.array([sound, scores[BOTH] - scores[NOTHING] - sound])


def _changes(result: Result) -> np.ndarray:
    before, after = (_contributions(np.asarray(result[name], dtype=np.float64)) for name in ("joint", "ogm_ge"))
    return np.array([after[1] - before[1], before[0] - after[0]])


def _single(result: Result) -> np.ndarray:
    return np.array(
        [result["ogm_ge"][IMAGE] - result["joint"][IMAGE], result["joint"][SOUND] - result["ogm_ge"][SOUND]]
    )


def _marginal(result: Result) -> np.ndarray:
    before, after = result["joint"], result["ogm_ge"]
    gained = (after[BOTH] - after[SOUND]) - (before[BOTH] - before[SOUND])
    return np.array([gained, (before[BOTH] - before[IMAGE]) - (after[BOTH] - after[IMAGE])])


CHANGES = Exercise(
    number="6.1",
    title="which contribution changed",
    hints=(
        "A contribution is a mean over two orders: the modality comes first, or it comes second.",
        "For the image: half of (image − nothing), plus half of (both − sound). Compute it for each strategy, then the difference.",
        "v = np.array([result['joint'], result['ogm_ge']]) has a row for each strategy; v[:, IMAGE] is the score of the image only. "
        "Gained: after minus before. Lost: before minus after.",
    ),
    solution="""
v = np.array([result["joint"], result["ogm_ge"]])
image = (v[:, IMAGE] - v[:, NOTHING] + v[:, BOTH] - v[:, SOUND]) / 2
sound = (v[:, SOUND] - v[:, NOTHING] + v[:, BOTH] - v[:, IMAGE]) / 2
answer = [image[1] - image[0], sound[0] - sound[1]]
""",
    parse=parse_array(2, names=("image", ("sound", "audio"))),
    accepts=matches_value(_changes, decimals=3),
    mistakes=(
        Mistake(
            name="single modality only",
            explanation="these are changes of the unimodal scores: the order in which the modality comes second is missing.",
            matches=matches_value(_single, decimals=3),
        ),
        Mistake(
            name="second only",
            explanation="these are changes of the marginal contribution to the other: the order in which the modality comes first is missing.",
            matches=matches_value(_marginal, decimals=3),
        ),
        Mistake(
            name="sign of the loss",
            explanation="the second number is the *decrease* of the sound: before minus after.",
            matches=matches_value(lambda result: _changes(result) * [1, -1], decimals=3),
        ),
        Mistake(
            name="wrong way round",
            explanation="both have the other sign: the change goes from joint to ogm_ge.",
            matches=matches_value(lambda result: -_changes(result), decimals=3),
        ),
        Mistake(
            name="modalities exchanged",
            explanation="first the image, then the sound.",
            matches=matches_value(lambda result: _changes(result)[::-1], decimals=3),
        ),
    ),
    given=("result",),
)


def _shapley3(scores: np.ndarray, weight: tuple[float, float, float] = (1 / 3, 1 / 6, 1 / 3)) -> np.ndarray:
    """Return Shapley values of three modalities; bit m of a subset's number: modality m is available. ``weight``: by the size of the subset before."""
    phi = np.zeros(3)
    for m in range(3):
        for before in range(8):
            if not before >> m & 1:
                phi[m] += weight[before.bit_count()] * (scores[before | 1 << m] - scores[before])
    return phi


def _backwards(scores: np.ndarray) -> np.ndarray:
    """Bits read from the other end: modality 0 is bit 2."""
    return _shapley3(scores[[int(f"{k:03b}"[::-1], 2) for k in range(8)]])


# scores of the subsets 0 … 7: nothing, a, b, ab, c, ac, bc, abc
_PROBES = ((np.array([0.1, 0.9, 0.3, 1.0, 0.2, 0.8, 0.5, 0.95]),), (np.random.default_rng(6).uniform(size=8),))

THREE = Exercise(
    number="6.2",
    title="Shapley values of three modalities",
    hints=(
        "Three modalities can come in six orders. In each order a modality adds: score with it, minus score before it.",
        "The subset before modality m is empty (two of the six orders), one of the others (one order each), or both (two orders).",
        "Loop over m and over the subsets k without it, k >> m & 1 == 0; with it the subset is k | 1 << m. "
        "The weight is 1/3, 1/6 or 1/3, by how many bits k has.",
    ),
    solution="""
def answer(v):
    weight, phi = (1 / 3, 1 / 6, 1 / 3), np.zeros(3)
    for m in range(3):
        for k in (k for k in range(8) if not k >> m & 1):
            phi[m] += weight[k.bit_count()] * (v[k | 1 << m] - v[k])
    return phi
""",
    parse=parse_function(*_PROBES),
    accepts=matches_function(_shapley3, *_PROBES),
    mistakes=(
        Mistake(
            name="equal weights",
            explanation="all subsets have equal weights here; but a modality is first in two of the six orders, and follows one given other modality in only one.",
            matches=matches_function(lambda v: _shapley3(v, (1 / 4, 1 / 4, 1 / 4)), *_PROBES),
        ),
        Mistake(
            name="single modality only",
            explanation="these are the unimodal scores minus v(∅): the marginal contributions to the other subsets are missing.",
            matches=matches_function(lambda v: v[[1, 2, 4]] - v[0], *_PROBES),
        ),
        Mistake(
            name="last only",
            explanation="this is the loss when a modality is removed from all: the orders in which it comes first or second are missing.",
            matches=matches_function(lambda v: v[7] - v[[6, 5, 3]], *_PROBES),
        ),
        Mistake(
            name="first and last",
            explanation="coming first and coming last are averaged; with three modalities one can also come second.",
            matches=matches_function(lambda v: _shapley3(v, (1 / 2, 0.0, 1 / 2)), *_PROBES),
        ),
        Mistake(
            name="bits backwards",
            explanation="modality 0 is the lowest bit: subset 1 is modality 0, subset 4 is modality 2.",
            matches=matches_function(_backwards, *_PROBES),
        ),
        Mistake(
            name="shares",
            explanation="these are shares that sum to one; Shapley values sum to v(all) − v(∅).",
            matches=matches_function(lambda v: _shapley3(v) / _shapley3(v).sum(), *_PROBES),
        ),
    ),
)

EXERCISES = (CHANGES, THREE)
