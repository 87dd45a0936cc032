"""Exercises of notebook 10: size of a scaled font, a value from a bar, a mean with its standard deviation."""

import numpy as np

from mmviz.course.answers import equals, matches_function, matches_value, parse_array, parse_function, parse_number
from mmviz.course.exercise import Exercise, Mistake

_PAGES = ((6.5, 3.25, 8.0), (5.0, 6.0, 10.0), (4.0, 3.0, 9.0))  # drawn width, column width (inches), points

SCALED = Exercise(
    number="10.1",
    title="a scaled font",
    hints=(
        "Scaling a figure to the width of a column scales its texts too.",
        "The factor is the width on the page relative to the width at which it was drawn.",
        "A figure of twice the column's width is halved, and so are its letters. Write that as a formula.",
    ),
    solution="""
answer = lambda drawn, column, points: points * column / drawn
""",
    parse=parse_function(*_PAGES),
    accepts=matches_function(lambda drawn, column, points: points * column / drawn, *_PAGES),
    mistakes=(
        Mistake(
            name="upside down",
            explanation="a figure that is wider than its column is made smaller, and its letters with it.",
            matches=matches_function(lambda drawn, column, points: points * drawn / column, *_PAGES),
        ),
        Mistake(
            name="not scaled",
            explanation="the letters are scaled with the figure.",
            matches=matches_function(lambda drawn, column, points: points, *_PAGES),
        ),
        Mistake(
            name="area",
            explanation="the height of a letter is a length; it scales with the factor, not with its square.",
            matches=matches_function(lambda drawn, column, points: points * (column / drawn) ** 2, *_PAGES),
        ),
        Mistake(
            name="factor only",
            explanation="this is the factor; multiply the size of the letters by it.",
            matches=matches_function(lambda drawn, column, points: column / drawn, *_PAGES),
        ),
    ),
)

BAR = Exercise(
    number="10.2",
    title="a value from a bar",
    hints=(
        "The bars begin at 0, so their lengths are proportional to the values.",
        "How much value is one inch? The longer bar shows it.",
        "Multiply the value of the longer bar by the ratio of the two lengths.",
    ),
    solution="""
answer = 0.3 * 0.5 / 1.2
""",
    parse=parse_number,
    accepts=matches_value(lambda: 0.125, decimals=3),
    mistakes=(
        Mistake(
            name="upside down",
            explanation="the shorter bar has the smaller value.",
            matches=equals(0.72, decimals=3),
        ),
        Mistake(
            name="ratio",
            explanation="this is the ratio of the lengths; multiply the known value by it.",
            matches=equals(0.5 / 1.2, decimals=3),
        ),
        Mistake(
            name="inches",
            explanation="lengths in inches are not values: use the printed value of the longer bar.",
            matches=equals(0.5, 0.6, decimals=3),
        ),
        Mistake(
            name="difference",
            explanation="the difference of the lengths was used; the values are proportional to the lengths.",
            matches=equals(0.3 * 0.7 / 1.2, 0.3 - 0.7, decimals=3),
        ),
    ),
)

_SCORES = np.array([0.52, 0.55, 0.61])

SPREAD = Exercise(
    number="10.3",
    title="a mean with its standard deviation",
    hints=(
        "The mean first. Then the squared distances from it.",
        "The mean was computed from the same scores, so the divisor is smaller than their number.",
        "np.std has an argument ddof for that divisor.",
    ),
    solution="""
scores = np.array([0.52, 0.55, 0.61])
answer = [scores.mean(), scores.std(ddof=1)]
""",
    parse=parse_array(2),
    accepts=matches_value(lambda: [_SCORES.mean(), _SCORES.std(ddof=1)], decimals=3),
    mistakes=(
        Mistake(
            name="divisor n",
            explanation="np.std divides by n by default; a sample's standard deviation divides by n − 1.",
            matches=equals([0.56, float(_SCORES.std())], decimals=3),
        ),
        Mistake(
            name="standard error",
            explanation="this is the standard error of the mean; the caption states the standard deviation of a run.",
            matches=equals([0.56, float(_SCORES.std(ddof=1) / np.sqrt(3))], decimals=3),
        ),
        Mistake(
            name="variance",
            explanation="the second number is the variance; take its root.",
            matches=equals([0.56, float(_SCORES.var(ddof=1))], decimals=3),
        ),
        Mistake(
            name="median",
            explanation="the first number is the median; a mean is required.",
            matches=lambda answer: bool(abs(answer[0] - 0.55) < 1e-3),
        ),
        Mistake(
            name="range",
            explanation="the second number is the range of the scores or half of it, not their standard deviation.",
            matches=equals([0.56, 0.09], [0.56, 0.045], tolerance=1e-9),
        ),
    ),
)

EXERCISES = (SCALED, BAR, SPREAD)
