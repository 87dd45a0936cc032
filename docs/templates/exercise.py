"""An exercise to copy: the half-life of a decay.

In the package: `mmviz/course/exercises/NOTEBOOK.py`, with a tuple `EXERCISES`; it is found by its place. Outside it: the last line of this file.
In the notebook: a task, then one cell with `answer = ...` and `mm.course.check("99.1", answer)`.
Test: equivalent correct answers and at least three wrong ones, in `tests/course/NOTEBOOK_answers.py`.
"""

import numpy as np

import mmviz as mm
from mmviz.course.answers import matches_function, parse_function

DECAYS = ((0.5,), (0.9,), (0.99,))  # arguments with which an answer is called

HALF_LIFE = mm.course.Exercise(
    number="99.1",
    title="half-life of a decay",
    hints=(
        "After T steps a state is a ** T times its initial value.",
        "At the half-life a ** T = 1/2. Take logarithms.",
        "Both sides become logarithms: T times log(a) equals log(1/2). Solve for T.",
    ),
    solution="""
answer = lambda a: np.log(0.5) / np.log(a)
""",
    parse=parse_function(*DECAYS),
    accepts=matches_function(lambda a: np.log(0.5) / np.log(a), *DECAYS),
    mistakes=(
        mm.course.Mistake(
            name="time constant",
            explanation="this is the time until a state falls to 1/e; a half-life is the time until it falls to 1/2.",
            matches=matches_function(lambda a: -1 / np.log(a), *DECAYS),
        ),
        mm.course.Mistake(
            name="sign",
            explanation="a half-life is a number of steps, so it is positive: both logarithms are negative.",
            matches=matches_function(lambda a: np.log(2) / np.log(a), *DECAYS),
        ),
        mm.course.Mistake(
            name="linear decay",
            explanation="this assumes that each step subtracts 1 - a; each step multiplies by a.",
            matches=matches_function(lambda a: 0.5 / (1 - a), *DECAYS),
        ),
    ),
)
EXERCISES = (HALF_LIFE,)
mm.course.register(*EXERCISES)
