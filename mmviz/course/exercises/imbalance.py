"""Notebook 06_imbalance."""

from collections.abc import Mapping

import numpy as np

from mmviz.course.comparing import is_near
from mmviz.course.exercise import Exercise, Mistake
from mmviz.course.reading import an_array

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

EXERCISES = (WHO_MOVED,)
