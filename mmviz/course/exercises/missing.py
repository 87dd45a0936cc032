"""Exercises of notebook 07: a point of the missing-rate curve, the interval of a paired difference."""

from collections.abc import Callable, Mapping

import numpy as np
from scipy.stats import t as student

from mmviz.course.answers import equals, matches_function, matches_value, parse_array, parse_function, parse_number
from mmviz.course.exercise import Exercise, Mistake

Scores = Mapping[str, float]
TWO, ONE = 0.5, 0.2  # IMDer's fractions at the rate 0.4: samples that lose two of their three modalities, and one
RATE = 0.4


def _means(subsets: Scores) -> tuple[float, float, float]:
    """Mean score of the subsets of one modality, of two, and of all three; a name joins its members with " + "."""
    by_size: dict[int, list[float]] = {1: [], 2: [], 3: []}
    for name, score in dict(subsets).items():
        by_size[name.count("+") + 1].append(float(score))
    one, two, three = (float(np.mean(by_size[size])) for size in (1, 2, 3))
    return one, two, three


def _mixed(*weights: float) -> Callable[[Scores], float]:
    """Make the mean of the three means with these weights."""
    return lambda subsets: float(np.dot(weights, _means(subsets)))


def _independent(subsets: Scores) -> float:
    """Return the expected score when each modality is missing independently with probability RATE, given that not all are."""
    available = 1 - RATE
    weights = np.array([3 * available * RATE**2, 3 * available**2 * RATE, available**3])
    return float(np.dot(weights / weights.sum(), _means(subsets)))


CURVE = Exercise(
    number="7.5",
    title="a point of the curve, from the table",
    hints=(
        "At one rate a sample has all three modalities, or two, or one. The accuracy is a mean over these three groups, each with its share of "
        "the samples.",
        "At rate 0.4 half of the samples lose two modalities and a fifth loses one. In the first group one modality is available, each of the three with "
        "equal probability: the mean of the three unimodal scores.",
        "one, two and three are the mean scores of the subsets of that size; the size of a subset is name.count('+') + 1. "
        "The weights are 0.5, 0.2 and 0.3.",
    ),
    solution="""
size = {name: name.count("+") + 1 for name in subsets}
one, two, three = (np.mean([subsets[name] for name in subsets if size[name] == k]) for k in (1, 2, 3))
answer = 0.5 * one + 0.2 * two + 0.3 * three
""",
    parse=parse_number,
    accepts=matches_value(_mixed(TWO, ONE, 1 - TWO - ONE), decimals=3),
    mistakes=(
        Mistake(
            name="groups exchanged",
            explanation="a sample that *loses* two has one left: the weight 0.5 belongs to the subsets of one modality, 0.2 to those of two.",
            matches=matches_value(_mixed(ONE, TWO, 1 - TWO - ONE), decimals=3),
        ),
        Mistake(
            name="complete samples left out",
            explanation="the complete samples are left out: the three shares must add up to 1.",
            matches=matches_value(_mixed(TWO, ONE, 0), decimals=3),
        ),
        Mistake(
            name="independent modalities",
            explanation="this is the other protocol: each modality missing independently with probability 0.4. IMDer gives fractions of samples.",
            matches=matches_value(_independent, decimals=3),
        ),
        Mistake(
            name="linear interpolation",
            explanation="this interpolates between three modalities and one, as if the rate were the share of samples that lose two.",
            matches=matches_value(_mixed(RATE, 0, 1 - RATE), decimals=3),
        ),
        Mistake(
            name="equal weights",
            explanation="this is the mean of all subsets; at rate 0.4 they are not equally frequent.",
            matches=matches_value(_mixed(3 / 7, 3 / 7, 1 / 7), decimals=3),
        ),
    ),
    given=("subsets",),
)


def _reach(differences: np.ndarray, *, quantile: float, ddof: int = 1, root: bool = True) -> float:
    return quantile * float(differences.std(ddof=ddof)) / (np.sqrt(len(differences)) if root else 1.0)


def _interval(**how: object) -> Callable[..., np.ndarray]:
    def of(before: np.ndarray, after: np.ndarray) -> np.ndarray:
        differences = np.asarray(after, dtype=np.float64) - np.asarray(before, dtype=np.float64)
        options = {"quantile": float(student.ppf(0.975, len(differences) - 1))} | how
        reach = _reach(differences, **options)  # type: ignore[arg-type]
        return differences.mean() + np.array([-reach, reach])

    return of


def _unpaired(before: np.ndarray, after: np.ndarray) -> np.ndarray:
    a, b = (np.asarray(values, dtype=np.float64) for values in (before, after))
    n = len(a)
    reach = float(student.ppf(0.975, 2 * n - 2)) * np.sqrt((a.var(ddof=1) + b.var(ddof=1)) / n)
    return b.mean() - a.mean() + np.array([-reach, reach])


CHANCE = Exercise(
    number="7.6",
    title="is the difference significant?",
    hints=(
        "The runs come in pairs: the same seed, the same data, another training. Compute the differences, one for each seed, and use only these.",
        "The interval is mean ± t · s / √n, of the differences: s is their standard deviation with the divisor n − 1 (ddof=1), t the 97.5 % point of "
        "Student's t with n − 1 degrees of freedom.",
        "from scipy import stats; stats.t.ppf(0.975, n - 1) is t. For three seeds it is 4.3, not 1.96.",
    ),
    solution="""
from scipy import stats
d = np.asarray(after) - np.asarray(before)
reach = stats.t.ppf(0.975, len(d) - 1) * d.std(ddof=1) / np.sqrt(len(d))
answer = [d.mean() - reach, d.mean() + reach]
""",
    parse=parse_array(2),
    accepts=matches_value(_interval(), decimals=3),
    mistakes=(
        Mistake(
            name="normal, not t",
            explanation="1.96 is for many seeds. With few seeds the standard deviation is uncertain too: use Student's t with n − 1 degrees of freedom.",
            matches=lambda answer, before, after: any(
                matches_value(_interval(quantile=q), decimals=3)(answer, before=before, after=after)
                for q in (1.96, 1.959963984540054, 2.0)
            ),
        ),
        Mistake(
            name="not paired",
            explanation="this treats the two groups as independent. Run k of one and run k of the other have the same seed: compute the differences first.",
            matches=matches_value(_unpaired, decimals=3),
        ),
        Mistake(
            name="spread, not error",
            explanation="this is the interval of a single *difference*, not of their mean: divide by √n.",
            matches=matches_value(_interval(root=False), decimals=3),
        ),
        Mistake(
            name="divisor n",
            explanation="np.std divides by n; a standard deviation that is estimated together with its mean divides by n − 1 (ddof=1).",
            matches=matches_value(_interval(ddof=0), decimals=3),
        ),
        Mistake(
            name="wrong way round",
            explanation="the sign is the other way: after minus before, and the lower end first.",
            matches=lambda answer, before, after: any(
                matches_value(_interval(), decimals=3)(turned, before=before, after=after)
                for turned in (-answer[::-1], -answer, answer[::-1])
            ),
        ),
    ),
    given=("before", "after"),
)

_MANY = ((2,), (3,), (5,))  # modalities

SUBSETS = Exercise(
    number="7.1",
    title="how many subsets?",
    hints=(
        "A subset is a decision for each modality.",
        "Each of the M decisions has two outcomes: available or masked.",
        "One of the subsets is empty; it does not count. Compare with the seven of section 1.",
    ),
    solution="""
answer = lambda M: 2**M - 1
""",
    parse=parse_function(*_MANY),
    accepts=matches_function(lambda M: 2**M - 1, *_MANY),
    mistakes=(
        Mistake(
            name="empty subset",
            explanation="this counts the empty subset too.",
            matches=matches_function(lambda M: 2**M, *_MANY),
        ),
        Mistake(
            name="all modalities left out",
            explanation="the subset of all modalities counts as well.",
            matches=matches_function(lambda M: 2**M - 2, *_MANY),
        ),
        Mistake(
            name="square",
            explanation="every further modality doubles the number of subsets.",
            matches=matches_function(lambda M: M**2, *_MANY),
        ),
        Mistake(
            name="pairs",
            explanation="these are subsets of one and of two modalities; there are larger ones.",
            matches=matches_function(lambda M: M * (M + 1) / 2, *_MANY),
        ),
        Mistake(
            name="orders",
            explanation="this counts orders; a subset has none.",
            matches=matches_function(lambda M: float(np.prod(np.arange(1, M + 1))), *_MANY),
        ),
    ),
)

_FRACTIONS = ((0.5, 0.2), (0.1, 0.1), (0.0, 0.9))  # samples that lose two modalities, and one

REMOVED = Exercise(
    number="7.2",
    title="the removed share",
    hints=(
        "How many modalities does one sample lose on average?",
        "A sample of the first group loses two, one of the second group loses one, the others none.",
        "The mean number of lost modalities, relative to the three of each sample.",
    ),
    solution="""
answer = lambda two, one: (2 * two + one) / 3
""",
    parse=parse_function(*_FRACTIONS),
    accepts=matches_function(lambda two, one: (2 * two + one) / 3, *_FRACTIONS),
    mistakes=(
        Mistake(
            name="samples counted",
            explanation="this is the share of incomplete samples, not of missing modalities.",
            matches=matches_function(lambda two, one: two + one, *_FRACTIONS),
        ),
        Mistake(
            name="modalities per sample",
            explanation="this is the mean number of missing modalities of a sample; a share is relative to the three it has.",
            matches=matches_function(lambda two, one: 2 * two + one, *_FRACTIONS),
        ),
        Mistake(
            name="equal weights",
            explanation="a sample that loses two modalities counts twice.",
            matches=matches_function(lambda two, one: (two + one) / 3, *_FRACTIONS),
        ),
        Mistake(
            name="exchanged",
            explanation="the first argument is the fraction that loses two.",
            matches=matches_function(lambda two, one: (2 * one + two) / 3, *_FRACTIONS),
        ),
        Mistake(
            name="what is left",
            explanation="this is the share of available modalities.",
            matches=matches_function(lambda two, one: 1 - (2 * two + one) / 3, *_FRACTIONS),
        ),
    ),
)

_RATES = ((3, 0.5), (2, 0.4), (4, 0.1))  # modalities, probability

COMPLETE = Exercise(
    number="7.3",
    title="modality dropout",
    hints=(
        "First without the repetition: with which probability is nothing masked?",
        "A repeated draw makes this a conditional probability: given that not all are masked.",
        "Divide the probability that none is masked by the probability that at least one is left.",
    ),
    solution="""
answer = lambda M, p: (1 - p) ** M / (1 - p**M)
""",
    parse=parse_function(*_RATES),
    accepts=matches_function(lambda M, p: (1 - p) ** M / (1 - p**M), *_RATES),
    mistakes=(
        Mistake(
            name="not repeated",
            explanation="this includes draws that mask all; they are repeated, so all other cases become more probable.",
            matches=matches_function(lambda M, p: (1 - p) ** M, *_RATES),
        ),
        Mistake(
            name="all masked",
            explanation="p is the probability of masking a modality, not of keeping it.",
            matches=matches_function(lambda M, p: p**M / (1 - p**M), *_RATES),
        ),
        Mistake(
            name="one modality",
            explanation="this is for one modality; a complete sample has all M of them.",
            matches=matches_function(lambda M, p: 1 - p, *_RATES),
        ),
        Mistake(
            name="subtracted",
            explanation="the probability of the repeated draws is not subtracted: all others are divided by what remains.",
            matches=matches_function(lambda M, p: (1 - p) ** M - p**M, *_RATES),
        ),
    ),
)

_NARROWER = 4.303 / np.sqrt(3) / (2.262 / np.sqrt(10))

SEEDS = Exercise(
    number="7.4",
    title="ten seeds instead of three",
    hints=(
        "Compute t / √n for both numbers of seeds.",
        "Two things change: t, and the root of n.",
        "The factor is the half-width for three seeds divided by that for ten; s cancels.",
    ),
    solution="""
answer = 4.303 / np.sqrt(3) / (2.262 / np.sqrt(10))
""",
    parse=parse_number,
    accepts=matches_value(lambda: _NARROWER, decimals=1),
    mistakes=(
        Mistake(
            name="without t",
            explanation="t changes as well: with few seeds the standard deviation is uncertain.",
            matches=equals(np.sqrt(10 / 3), decimals=1),
        ),
        Mistake(
            name="without the root",
            explanation="the width falls with the root of n.",
            matches=equals(4.303 / 2.262 * 10 / 3, decimals=1),
        ),
        Mistake(
            name="t only",
            explanation="n changes as well, not only t.",
            matches=equals(4.303 / 2.262, decimals=1),
        ),
        Mistake(
            name="number of seeds",
            explanation="this is the ratio of the numbers of seeds.",
            matches=equals(10 / 3, decimals=2),
        ),
        Mistake(
            name="upside down",
            explanation="the interval with ten seeds is the narrower one, so the factor is above 1.",
            matches=equals(1 / _NARROWER, decimals=2),
        ),
    ),
)

EXERCISES = (SUBSETS, REMOVED, COMPLETE, SEEDS, CURVE, CHANCE)
