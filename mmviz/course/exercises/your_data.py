"""Exercises of notebook 09: baseline of a contribution, unmet subsets, a silenced input."""

import numpy as np

from mmviz.course.answers import equals, matches_function, matches_value, parse_array, parse_function
from mmviz.course.exercise import Exercise, Mistake

BASELINE = Exercise(
    number="9.1",
    title="one value, two baselines",
    hints=(
        "With one modality there is one order: its contribution is the output with it minus the output without it.",
        "The output without it is that of the imputed value, not 0 in general.",
        "Compute 2 x + 1 for x = 3 and for both imputed values, and subtract. The 1 cancels.",
    ),
    solution="""
answer = [(2 * 3 + 1) - (2 * 0 + 1), (2 * 3 + 1) - (2 * 1 + 1)]
""",
    parse=parse_array(2, names=("zeros", "mean")),
    accepts=matches_value(lambda: [6, 4]),
    mistakes=(
        Mistake(
            name="same baseline",
            explanation="the two imputations give different outputs without the modality, so different contributions.",
            matches=equals([6, 6], [4, 4]),
        ),
        Mistake(
            name="outputs",
            explanation="the output of the imputed value is not subtracted.",
            matches=equals([7, 7]),
        ),
        Mistake(
            name="baselines",
            explanation="these are the outputs without the modality; subtract them from the output with it.",
            matches=equals([1, 3]),
        ),
        Mistake(
            name="exchanged",
            explanation="first zeros, then the mean.",
            matches=equals([4, 6]),
        ),
    ),
)

_MANY = ((3,), (4,), (6,))  # modalities

UNMET = Exercise(
    number="9.2",
    title="subsets that training never meets",
    hints=(
        "Count all non-empty subsets first.",
        "Training meets each single modality, and all of them together.",
        "For M = 3 only the pairs remain, three of them. Your function must give that.",
    ),
    solution="""
answer = lambda M: 2**M - 1 - M - 1
""",
    parse=parse_function(*_MANY),
    accepts=matches_function(lambda M: 2**M - M - 2, *_MANY),
    mistakes=(
        Mistake(
            name="empty subset",
            explanation="the empty subset is counted; the question is about non-empty ones.",
            matches=matches_function(lambda M: 2**M - M - 1, *_MANY),
        ),
        Mistake(
            name="all subsets",
            explanation="these are all non-empty subsets; training meets some of them.",
            matches=matches_function(lambda M: 2**M - 1, *_MANY),
        ),
        Mistake(
            name="pairs only",
            explanation="right for M = 3; with more modalities there are larger subsets too.",
            matches=matches_function(lambda M: M * (M - 1) / 2, *_MANY),
        ),
        Mistake(
            name="met subsets",
            explanation="this counts the subsets that training meets.",
            matches=matches_function(lambda M: M + 1, *_MANY),
        ),
    ),
)


def _probes() -> tuple[tuple[np.ndarray, np.ndarray, int], ...]:
    rng = np.random.default_rng(9)
    return tuple((np.tril(rng.normal(size=(n, n))), rng.normal(size=n), step) for n, step in ((4, 2), (5, 1), (6, 4)))


_PROBES = _probes()  # influence matrix, input, first silenced step

SILENCE = Exercise(
    number="9.3",
    title="the change of a silenced scan",
    hints=(
        "With fixed dt, B and C the output is y = K x. What is x after the edit?",
        "The input from the step on is 0, the input before is as it was. Subtract the two outputs.",
        "Only the columns of K from that step on contribute, and the sign shows that something is taken away.",
    ),
    solution="""
answer = lambda K, x, step: K @ np.where(np.arange(len(x)) < step, x, 0) - K @ x
""",
    parse=parse_function(*_PROBES),
    accepts=matches_function(lambda K, x, step: -K[:, step:] @ x[step:], *_PROBES),
    mistakes=(
        Mistake(
            name="sign",
            explanation="the change is the output after the edit minus the output before it.",
            matches=matches_function(lambda K, x, step: K[:, step:] @ x[step:], *_PROBES),
        ),
        Mistake(
            name="what is left",
            explanation="this is the output after the edit, not the change.",
            matches=matches_function(lambda K, x, step: K[:, :step] @ x[:step], *_PROBES),
        ),
        Mistake(
            name="one step late",
            explanation="the step itself is silenced as well.",
            matches=matches_function(lambda K, x, step: -K[:, step + 1 :] @ x[step + 1 :], *_PROBES),
        ),
        Mistake(
            name="only that step",
            explanation="all later inputs are silenced too, not only that of one step.",
            matches=matches_function(lambda K, x, step: -K[:, step] * x[step], *_PROBES),
        ),
        Mistake(
            name="rows and columns",
            explanation="rows of K are steps of y, columns are steps of x.",
            matches=matches_function(lambda K, x, step: -K.T[:, step:] @ x[step:], *_PROBES),
        ),
    ),
)

EXERCISES = (BASELINE, UNMET, SILENCE)
