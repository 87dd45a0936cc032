"""Answers to the exercises of notebook 07."""

import numpy as np
from course_answers import Answers
from scipy import stats

# one left: mean 0.4; two: mean 0.7; three: 0.95. At rate 0.4: 0.5 * 0.4 + 0.2 * 0.7 + 0.3 * 0.95 = 0.625
SUBSETS = {"a": 0.3, "b": 0.4, "c": 0.5, "a + b": 0.6, "a + c": 0.7, "b + c": 0.8, "a + b + c": 0.95}
# differences 0.1, 0.2, 0.3: mean 0.2, s 0.1, t 4.3027, so 0.2 ± 0.2484
BEFORE, AFTER = np.array([0.4, 0.5, 0.1]), np.array([0.5, 0.7, 0.4])
_T = stats.t.ppf(0.975, 2)
_APART = stats.t.ppf(0.975, 4) * np.sqrt((BEFORE.var(ddof=1) + AFTER.var(ddof=1)) / 3)

ANSWERS = {
    "7.1": Answers(
        equivalent=(0.625, np.float32(0.625), [0.5 * 0.4 + 0.2 * 0.7 + 0.3 * 0.95]),
        wrong={
            "groups exchanged": 0.2 * 0.4 + 0.5 * 0.7 + 0.3 * 0.95,
            "complete samples left out": 0.5 * 0.4 + 0.2 * 0.7,
            "independent modalities": (3 * 0.6 * 0.16 * 0.4 + 3 * 0.36 * 0.4 * 0.7 + 0.216 * 0.95) / (1 - 0.4**3),
            "linear interpolation": 0.4 * 0.4 + 0.6 * 0.95,
            "equal weights": np.mean(list(SUBSETS.values())),
        },
        given={"subsets": SUBSETS},
        plausible=(
            62.5,
            "62.5%",
            0.63,
            0.6,
            0.7,
            0.375,
            0.5 * 0.4 + 0.5 * 0.95,
            0.4,
            0.2 * 0.4 + 0.3 * 0.7 + 0.5 * 0.95,
            0.95,
            [0.4, 0.7, 0.95],
            0.5 * 0.3 + 0.2 * 0.6 + 0.3 * 0.95,
            1.25,
            0.95 * 0.6,
            0.3 * 0.95,
            0.5 * 0.4 + 0.2 * 0.7 + 0.95,
            0.95 - 0.4 * 0.95,
        ),
    ),
    "7.2": Answers(
        equivalent=(stats.ttest_rel(AFTER, BEFORE).confidence_interval(0.95), (0.2 - 0.24841, 0.2 + 0.24841)),
        wrong={
            "normal, not t": [0.2 - 1.96 * 0.1 / 3**0.5, 0.2 + 1.96 * 0.1 / 3**0.5],
            "not paired": [0.2 - _APART, 0.2 + _APART],
            "spread, not error": [0.2 - _T * 0.1, 0.2 + _T * 0.1],
            "divisor n": [0.2 - _T * 0.1 * (2 / 3) ** 0.5 / 3**0.5, 0.2 + _T * 0.1 * (2 / 3) ** 0.5 / 3**0.5],
            "wrong way round": [-0.2 - 0.24841, -0.2 + 0.24841],
        },
        given={"before": BEFORE, "after": AFTER},
        plausible=(
            [-4.8, 44.8],
            0.2,
            [0.2, 0.248],
            [0.1, 0.3],
            [0.2 - 0.1686, 0.2 + 0.1686],
            [0.0, 0.4],
            [0.4, 0.7],
            [0.1, 0.2, 0.3],
            ["-5%", "45%"],
            [0.2 - 0.1837, 0.2 + 0.1837],
            [-0.248, 0.248],
            [0.2, 0.2],
            [-0.05, 0.45],
            [0.2 - 0.124, 0.2 + 0.124],
            [-0.48, 4.48],
        ),
    ),
}
