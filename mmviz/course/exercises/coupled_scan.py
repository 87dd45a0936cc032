"""Notebook 02_coupled_scan."""

from collections.abc import Callable
from typing import Any

import numpy as np

from mmviz.course.answers import a_function, an_array, does, is_near, near
from mmviz.course.exercise import Exercise, Mistake

HOW_MANY = ((2,), (3,), (5,), (8,))  # modalities

LONGEST = Exercise(
    number="2.1",
    title="the longest memory that the literal sum bears",
    hints=(
        "Write the decay of one step with the half-life T: the state is halved after T steps.",
        "Half in T steps, so the decay of one step is a = 2 ** (-1 / T). With M chains that all decay so, the sum of section 3 is M a.",
        "It does not grow as long as M a ≤ 1. Put in a, take logarithms, and solve for T; it gets shorter with M.",
    ),
    solution="""
answer = lambda M: np.log(2) / np.log(M)
""",
    reads=a_function(*HOW_MANY),
    accepts=does(lambda M: np.log(2) / np.log(M), *HOW_MANY),
    mistakes=(
        Mistake(
            name="decay",
            says="this is the largest decay of one step, 1/M. How many steps does a state with that decay take to fall to a half?",
            made=does(lambda M: 1 / M, *HOW_MANY),
        ),
        Mistake(
            name="time constant",
            says="this is the time in which a state falls to 1/e of itself; a half-life is asked for.",
            made=does(lambda M: 1 / np.log(M), *HOW_MANY),
        ),
        Mistake(
            name="upside down",
            says="this grows with the number of modalities. More of them add up to more: the memory that they bear must get shorter.",
            made=does(lambda M: np.log(M) / np.log(2), *HOW_MANY),
        ),
        Mistake(
            name="sign",
            says="a half-life is a number of steps, so it is positive: a decay below 1 has a negative logarithm.",
            made=does(lambda M: -np.log(2) / np.log(M), *HOW_MANY),
        ),
    ),
)


def _stretches() -> tuple[tuple[np.ndarray, ...], ...]:
    rng = np.random.default_rng(0)
    return tuple(tuple(rng.standard_normal(s) for s in ((3, 3), 3, (3, 3), 3)) for _ in range(2))


STRETCHES = _stretches()  # F and v of the earlier one, F and v of the later one
Pair = tuple[np.ndarray, np.ndarray]
Combine = Callable[[np.ndarray, np.ndarray, np.ndarray, np.ndarray], Pair]


def _side_by_side(combine: Combine) -> Callable[..., np.ndarray]:
    """Make one array of what a function returns as a pair of a matrix and a vector."""
    return lambda *stretches: np.column_stack([np.asarray(part, dtype=np.float64) for part in combine(*stretches)])


def _read_pair(answer: Any) -> list[np.ndarray]:
    return a_function(*STRETCHES)(_side_by_side(answer) if callable(answer) else answer)


def _combines(*ways: Combine) -> Callable[..., bool]:
    """Whether an answer does one of these."""
    checks = [does(_side_by_side(way), *STRETCHES) for way in ways]
    return lambda answer: any(check(answer) for check in checks)


COMBINE = Exercise(
    number="2.2",
    title="combine two stretches of a coupled scan",
    hints=(
        "A stretch of time takes the state h that enters it to F h + v. What comes out of the first enters the second.",
        "Put h₁ = F1 h + v1 into h₂ = F2 h₁ + v2, multiply out, and read off what stands before h and what stands alone.",
        "Before h: F2 @ F1, in this order. Alone: v1 goes through the second stretch as well, and v2 is added.",
    ),
    solution="""
answer = lambda F1, v1, F2, v2: (F2 @ F1, F2 @ v1 + v2)
""",
    reads=_read_pair,
    accepts=_combines(lambda F1, v1, F2, v2: (F2 @ F1, F2 @ v1 + v2)),
    mistakes=(
        Mistake(
            name="order of the matrices",
            says="with numbers the order did not matter, with matrices it does: the state meets the earlier stretch first, so that one stands nearest to it.",
            made=_combines(lambda F1, v1, F2, v2: (F1 @ F2, F2 @ v1 + v2)),
        ),
        Mistake(
            name="stretches exchanged",
            says="this lets the later stretch happen first.",
            made=_combines(lambda F1, v1, F2, v2: (F1 @ F2, F1 @ v2 + v1)),
        ),
        Mistake(
            name="not carried on",
            says="what the first stretch put into the state must still pass through the second: v1 cannot come out unchanged.",
            made=_combines(lambda F1, v1, F2, v2: (F2 @ F1, v1 + v2)),
        ),
        Mistake(
            name="element by element",
            says="`*` multiplies entry by entry; chains that hear each other need the matrix product `@`.",
            made=_combines(
                lambda F1, v1, F2, v2: (F2 * F1, F2 * v1 + v2),
                lambda F1, v1, F2, v2: (F2 * F1, F2 @ v1 + v2),
                lambda F1, v1, F2, v2: (F2 @ F1, F2 * v1 + v2),
            ),
        ),
    ),
)

RING = np.array([[0.0, 1.0, 0.0], [0.0, 0.0, 1.0], [1.0, 0.0, 0.0]])


def _leaks(W: np.ndarray) -> bool:
    """Whether the right places are filled, but with something else than 1."""
    return bool((W[RING == 0] == 0).all() and (W[RING == 1] != 0).all())


HANDED_ON = Exercise(
    number="2.3",
    title="a coupling that hands the state on",
    hints=(
        "Row m of W says what chain m hears. Write down, for each chain, the only one that it should hear.",
        "Image takes over from text, audio from image, text from audio: each row has a single entry that is not 0.",
        "The order is audio, image, text. Row 0 (audio) has its 1 in the column of image, row 1 (image) in that of text, row 2 (text) in that of audio.",
    ),
    solution="""
answer = [[0, 1, 0], [0, 0, 1], [1, 0, 0]]
""",
    reads=an_array(3, 3),
    accepts=is_near(lambda: RING, tolerance=1e-9),
    mistakes=(
        Mistake(
            name="rows and columns",
            says="this hands the state on the other way round, from text to audio first. A row is the chain that hears, a column the one that is heard.",
            made=is_near(lambda: RING.T, tolerance=1e-9),
        ),
        Mistake(
            name="not whole",
            says="the way is right, but the state must be handed on whole: a row that sums to less than 1 loses some of it, one with more makes some.",
            made=lambda W: _leaks(W),
        ),
        Mistake(
            name="some stays",
            says="a chain that hears itself keeps some of the state: look at the diagonal.",
            made=lambda W: bool((np.diag(W) != 0).any()),
        ),
        Mistake(
            name="to two at once",
            says="nobody hears itself, but a state goes to more than one chain: how many entries other than 0 may a column have?",
            made=lambda W: bool(((W != 0).sum(0) > 1).any()) and not near(W, RING),
        ),
    ),
)

EXERCISES = (LONGEST, COMBINE, HANDED_ON)
