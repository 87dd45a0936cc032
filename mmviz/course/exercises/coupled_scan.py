"""Exercises of notebook 02: half-life, combination of segments, cyclic coupling."""

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

HOW_MANY = ((2,), (3,), (5,), (8,))  # modalities

LONGEST = Exercise(
    number="2.4",
    title="the longest half-life with the literal sum",
    hints=(
        "Write the decay of one step with the half-life T: the state is halved after T steps.",
        "Half in T steps, so the decay of one step is a = 2 ** (-1 / T). With M streams of equal decay, the sum of section 3 is M a.",
        "It does not grow as long as M a ≤ 1. Put in a, take logarithms, and solve for T; it gets shorter with M.",
    ),
    solution="""
answer = lambda M: np.log(2) / np.log(M)
""",
    parse=parse_function(*HOW_MANY),
    accepts=matches_function(lambda M: np.log(2) / np.log(M), *HOW_MANY),
    mistakes=(
        Mistake(
            name="decay",
            explanation="this is the largest decay of one step, 1/M. How many steps does a state with that decay take to fall to a half?",
            matches=matches_function(lambda M: 1 / M, *HOW_MANY),
        ),
        Mistake(
            name="time constant",
            explanation="this is the time in which a state falls to 1/e of itself; the exercise needs the half-life.",
            matches=matches_function(lambda M: 1 / np.log(M), *HOW_MANY),
        ),
        Mistake(
            name="upside down",
            explanation="this grows with the number of modalities. With more of them the sum is larger, so the half-life must get shorter.",
            matches=matches_function(lambda M: np.log(M) / np.log(2), *HOW_MANY),
        ),
        Mistake(
            name="sign",
            explanation="a half-life is a number of steps, so it is positive: a decay below 1 has a negative logarithm.",
            matches=matches_function(lambda M: -np.log(2) / np.log(M), *HOW_MANY),
        ),
    ),
)


def _segments() -> tuple[tuple[np.ndarray, ...], ...]:
    rng = np.random.default_rng(0)
    return tuple(tuple(rng.standard_normal(s) for s in ((3, 3), 3, (3, 3), 3)) for _ in range(2))


SEGMENTS = _segments()  # F and v of the earlier one, F and v of the later one
Pair = tuple[np.ndarray, np.ndarray]
Combine = Callable[[np.ndarray, np.ndarray, np.ndarray, np.ndarray], Pair]


def _combines(*functions: Combine) -> Callable[..., bool]:
    """Return a test whether an answer equals one of these functions."""
    checks = [matches_function(function, *SEGMENTS) for function in functions]
    return lambda answer: any(check(answer) for check in checks)


COMBINE = Exercise(
    number="2.5",
    title="combine two segments of a coupled scan",
    hints=(
        "A segment maps the state h before it to F h + v. The output of the first segment is the input of the second.",
        "Put h₁ = F1 h + v1 into h₂ = F2 h₁ + v2, multiply out, and separate the factor of h from the rest.",
        "The factor of h: F2 @ F1, in this order. The rest: v1 passes through the second segment as well, and v2 is added.",
    ),
    solution="""
answer = lambda F1, v1, F2, v2: (F2 @ F1, F2 @ v1 + v2)
""",
    parse=parse_function(*SEGMENTS, parts=("the matrix", "the vector")),
    accepts=matches_function(lambda F1, v1, F2, v2: (F2 @ F1, F2 @ v1 + v2), *SEGMENTS),
    mistakes=(
        Mistake(
            name="order of the matrices",
            explanation="with numbers the order did not matter, with matrices it does: the earlier segment acts on the state first, so its matrix is nearest to the state.",
            matches=_combines(lambda F1, v1, F2, v2: (F1 @ F2, F2 @ v1 + v2)),
        ),
        Mistake(
            name="segments exchanged",
            explanation="this applies the later segment first.",
            matches=_combines(lambda F1, v1, F2, v2: (F1 @ F2, F1 @ v2 + v1)),
        ),
        Mistake(
            name="not propagated",
            explanation="the input of the first segment must still pass through the second: v1 cannot remain unchanged.",
            matches=_combines(lambda F1, v1, F2, v2: (F2 @ F1, v1 + v2)),
        ),
        Mistake(
            name="element by element",
            explanation="`*` multiplies entry by entry; coupled streams need the matrix product `@`.",
            matches=_combines(
                lambda F1, v1, F2, v2: (F2 * F1, F2 * v1 + v2),
                lambda F1, v1, F2, v2: (F2 * F1, F2 @ v1 + v2),
                lambda F1, v1, F2, v2: (F2 @ F1, F2 * v1 + v2),
            ),
        ),
    ),
)

CYCLIC = np.array([[0.0, 1.0, 0.0], [0.0, 0.0, 1.0], [1.0, 0.0, 0.0]])


def _cyclic_pattern(W: np.ndarray) -> bool:
    """Whether the non-zero entries of W are those of the cyclic coupling."""
    return bool((W[CYCLIC == 0] == 0).all() and (W[CYCLIC == 1] != 0).all())


CYCLE = Exercise(
    number="2.6",
    title="a cyclic coupling",
    hints=(
        "Row m of W holds the coupling weights of the target m. Write down the only source of each target.",
        "Image receives from text, audio from image, text from audio: each row has a single non-zero entry.",
        "The order is audio, image, text. Row 0 (audio) has its 1 in the column of image, row 1 (image) in that of text, row 2 (text) in that of audio.",
    ),
    solution="""
answer = [[0, 1, 0], [0, 0, 1], [1, 0, 0]]
""",
    parse=parse_array(3, 3),
    accepts=matches_value(lambda: CYCLIC, tolerance=1e-9),
    mistakes=(
        Mistake(
            name="rows and columns",
            explanation="this is the reverse cycle, from text to audio first. Rows are targets, columns are sources.",
            matches=matches_value(lambda: CYCLIC.T, tolerance=1e-9),
        ),
        Mistake(
            name="row sum is not 1",
            explanation="the cycle is right, but the state must be propagated unchanged: a row sum below 1 reduces it, one above 1 increases it.",
            matches=lambda W: _cyclic_pattern(W),
        ),
        Mistake(
            name="non-zero diagonal",
            explanation="a stream with a non-zero diagonal entry keeps part of its state.",
            matches=lambda W: bool((np.diag(W) != 0).any()),
        ),
        Mistake(
            name="two targets",
            explanation="the diagonal is 0, but a source has more than one target: how many non-zero entries may a column have?",
            matches=lambda W: bool(((W != 0).sum(0) > 1).any()) and not is_close(W, CYCLIC),
        ),
    ),
)

STEP = Exercise(
    number="2.1",
    title="one step by hand",
    hints=(
        "The formula of this section has two parts: the new states, then the output.",
        "Each state is multiplied by its own decay, then its own input term is added.",
        "The output is the sum of C times the *new* states, over both of them.",
    ),
    solution="""
answer = np.array([1, 2]) @ (np.array([0.5, 0.8]) * np.array([1, 2]) + np.array([0.3, -0.1]))
""",
    parse=parse_number,
    accepts=matches_value(lambda: 3.8),
    mistakes=(
        Mistake(
            name="no decay",
            explanation="the previous states must decay before the input is added.",
            matches=equals(5.1),
        ),
        Mistake(
            name="no input",
            explanation="the input term of this step is missing: y is computed after the update.",
            matches=equals(3.7),
        ),
        Mistake(
            name="previous state",
            explanation="this is the output of the states before this step.",
            matches=equals(5.0),
        ),
        Mistake(
            name="without C",
            explanation="the new states are summed without their weights C.",
            matches=equals(2.3),
        ),
    ),
)

COUPLED_STEP = Exercise(
    number="2.2",
    title="one coupled step by hand",
    hints=(
        "Coupling replaces h by W h; then each state decays as before.",
        "Row m of W holds the weights of the target m. Only audio's state is not 0: which column counts?",
        "First W h, a weighted sum of the previous states for each row; then multiply both results by the decay.",
    ),
    solution="""
answer = 0.5 * np.array([[0.8, 0.2], [0.4, 0.6]]) @ np.array([1, 0])
""",
    parse=parse_array(2, names=("audio", "image")),
    accepts=matches_value(lambda: [0.4, 0.2]),
    mistakes=(
        Mistake(
            name="rows and columns",
            explanation="this uses the first row of W for both. The states are in the columns: audio's weight in each row counts.",
            matches=equals([0.4, 0.1]),
        ),
        Mistake(
            name="no decay",
            explanation="these are the mixed states W h; they still decay.",
            matches=equals([0.8, 0.4]),
        ),
        Mistake(
            name="not coupled",
            explanation="these are the states of independent streams.",
            matches=equals([0.5, 0.0]),
        ),
        Mistake(
            name="decay twice",
            explanation="the decay is applied twice.",
            matches=equals([0.2, 0.1]),
        ),
    ),
)

LARGEST_WEIGHT = Exercise(
    number="2.3",
    title="the largest equal weight",
    hints=(
        "Without input a step multiplies the states by Φ = diag(S) W. What decides whether they grow?",
        "The spectral radius of Φ must not exceed 1. For W = 1 it is the sum of the decays, see the check of this section.",
        "With all entries equal to w the spectral radius is w times the sum of the decays. Set it equal to 1.",
    ),
    solution="""
answer = 1 / (0.9 + 0.5 + 0.4)
""",
    parse=parse_number,
    accepts=matches_value(lambda: 1 / 1.8, decimals=3),
    mistakes=(
        Mistake(
            name="the sum",
            explanation="this is the spectral radius for w = 1; w must bring it down to 1.",
            matches=equals(1.8, decimals=3),
        ),
        Mistake(
            name="the mean",
            explanation="rows that sum to 1 are safe for every decay below 1. With these decays w may be larger.",
            matches=equals(1 / 3, decimals=3),
        ),
        Mistake(
            name="the largest decay",
            explanation="this looks at the largest decay only; the other two streams add to the sum as well.",
            matches=equals(1 / 0.9, decimals=2),
        ),
        Mistake(
            name="the product",
            explanation="the decays of three streams in one step are added by W, not multiplied.",
            matches=equals(1 / 0.18, decimals=2),
        ),
        Mistake(
            name="mean of the decays",
            explanation="this is 1 divided by the mean of the decays; the spectral radius contains their sum.",
            matches=equals(1 / 0.6, decimals=2),
        ),
    ),
)

EXERCISES = (STEP, COUPLED_STEP, LARGEST_WEIGHT, LONGEST, COMBINE, CYCLE)
