"""Notebook 06_imbalance."""

from collections.abc import Mapping

import numpy as np

from mmviz.course.answers import a_function, an_array, does, is_near
from mmviz.course.exercise import Exercise, Mistake

Result = Mapping[str, np.ndarray]
NOTHING, SOUND, PICTURE, BOTH = range(4)


def _contributions(scores: np.ndarray) -> np.ndarray:
    """Shapley values (audio, image) of a game of two with scores (nothing, audio, image, both)."""
    sound = (scores[SOUND] - scores[NOTHING] + scores[BOTH] - scores[PICTURE]) / 2
    return np.array([sound, scores[BOTH] - scores[NOTHING] - sound])


def _moved(result: Result) -> np.ndarray:
    before, after = (_contributions(np.asarray(result[name], dtype=np.float64)) for name in ("joint", "ogm_ge"))
    return np.array([after[1] - before[1], before[0] - after[0]])


def _alone(result: Result) -> np.ndarray:
    return np.array(
        [result["ogm_ge"][PICTURE] - result["joint"][PICTURE], result["joint"][SOUND] - result["ogm_ge"][SOUND]]
    )


def _last(result: Result) -> np.ndarray:
    before, after = result["joint"], result["ogm_ge"]
    gained = (after[BOTH] - after[SOUND]) - (before[BOTH] - before[SOUND])
    return np.array([gained, (before[BOTH] - before[PICTURE]) - (after[BOTH] - after[PICTURE])])


WHO_MOVED = Exercise(
    number="6.1",
    title="which contribution moved",
    hints=(
        "A contribution is a mean over two orders: the modality comes first, or it comes second.",
        "For the picture: half of (picture − nothing), plus half of (both − sound). Take it of each strategy, then the difference.",
        "v = np.array([result['joint'], result['ogm_ge']]) has a row for each strategy; v[:, PICTURE] is the picture alone. "
        "Gained: after minus before. Lost: before minus after.",
    ),
    solution="""
v = np.array([result["joint"], result["ogm_ge"]])
picture = (v[:, PICTURE] - v[:, NOTHING] + v[:, BOTH] - v[:, SOUND]) / 2
sound = (v[:, SOUND] - v[:, NOTHING] + v[:, BOTH] - v[:, PICTURE]) / 2
answer = [picture[1] - picture[0], sound[0] - sound[1]]
""",
    reads=an_array(2),
    accepts=is_near(_moved, tolerance=1e-3),
    mistakes=(
        Mistake(
            name="alone only",
            says="these are changes of the accuracy of each modality alone: the order in which it comes second is left out.",
            made=is_near(_alone, tolerance=1e-3),
        ),
        Mistake(
            name="second only",
            says="these are changes of what each adds to the other: the order in which it comes first is left out.",
            made=is_near(_last, tolerance=1e-3),
        ),
        Mistake(
            name="sign of the loss",
            says="the second number is how much the sound *lost*: before minus after.",
            made=is_near(lambda result: _moved(result) * [1, -1], tolerance=1e-3),
        ),
        Mistake(
            name="wrong way round",
            says="both have the other sign: the change goes from joint to ogm_ge.",
            made=is_near(lambda result: -_moved(result), tolerance=1e-3),
        ),
        Mistake(
            name="modalities exchanged",
            says="first the picture, then the sound.",
            made=is_near(lambda result: _moved(result)[::-1], tolerance=1e-3),
        ),
    ),
    given=("result",),
)


def _shapley3(scores: np.ndarray, weight: tuple[float, float, float] = (1 / 3, 1 / 6, 1 / 3)) -> np.ndarray:
    """Contributions of three modalities; bit m of a subset's number: modality m is heard. ``weight``: by how many come before."""
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
    title="contributions of three",
    hints=(
        "Three modalities can come in six orders. In each order a modality adds: score with it, minus score before it.",
        "Before modality m there may be nobody (two of the six orders), one of the others (one order each), or both (two orders).",
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
    reads=a_function(*_PROBES),
    accepts=does(_shapley3, *_PROBES),
    mistakes=(
        Mistake(
            name="equal weights",
            says="every subset counts the same here; but in two of the six orders nobody comes before a modality, in one just this other.",
            made=does(lambda v: _shapley3(v, (1 / 4, 1 / 4, 1 / 4)), *_PROBES),
        ),
        Mistake(
            name="alone only",
            says="these are the scores of each modality alone, above nothing: what it adds when others are there is left out.",
            made=does(lambda v: v[[1, 2, 4]] - v[0], *_PROBES),
        ),
        Mistake(
            name="last only",
            says="this is what is lost when a modality goes: what it adds when it comes first or second is left out.",
            made=does(lambda v: v[7] - v[[6, 5, 3]], *_PROBES),
        ),
        Mistake(
            name="first and last",
            says="coming first and coming last are averaged; with three modalities one can also come second.",
            made=does(lambda v: _shapley3(v, (1 / 2, 0.0, 1 / 2)), *_PROBES),
        ),
        Mistake(
            name="bits backwards",
            says="modality 0 is the lowest bit: subset 1 is modality 0 alone, subset 4 is modality 2 alone.",
            made=does(_backwards, *_PROBES),
        ),
        Mistake(
            name="shares",
            says="these are shares that sum to one; contributions sum to the score of all, minus that of nothing.",
            made=does(lambda v: _shapley3(v) / _shapley3(v).sum(), *_PROBES),
        ),
    ),
)

EXERCISES = (WHO_MOVED, THREE)
