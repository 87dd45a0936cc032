"""Answers to the exercises of notebook 09."""

import numpy as np
from course_answers import Answers

ANSWERS = {
    "9.1": Answers(
        equivalent=((6.0, 4.0), {"zeros": 6, "mean": 4}),
        wrong={"same baseline": [6, 6], "outputs": [7, 7], "baselines": [1, 3], "exchanged": [4, 6]},
        plausible=(
            [7, 5],
            6,
            [3, 2],
            [6, 3],
            [6, 5],
            [2, 2],
            [5, 4],
            [6, 2],
            [7, 4],
            [3, 1],
            [0.6, 0.4],
            [-6, -4],
            ["6", "4"],
            [12, 8],
            [6, 7],
        ),
    ),
    "9.2": Answers(
        equivalent=(lambda M: 2**M - M - 2, lambda M: sum(1 for k in range(1, 2**M) if 1 < k.bit_count() < M)),
        wrong={
            "empty subset": lambda M: 2**M - M - 1,
            "all subsets": lambda M: 2**M - 1,
            "pairs only": lambda M: M * (M - 1) / 2,
            "met subsets": lambda M: M + 1,
        },
        plausible=(
            lambda M: 3,
            3,
            lambda M: 2**M,
            lambda M: 2**M - 2,
            lambda M: 2**M - M,
            lambda M: M,
            lambda M: M**2 - M - 2,
            lambda M: 2 ** (M - 1),
            lambda M: M * (M - 1),
            lambda M: (M - 1) * (M - 2) / 2,
            lambda: 3,
            lambda M: 2**M - 3,
            lambda M: 2**M - 2 * M,
            lambda M: M + 2 - 2**M,
        ),
    ),
    "9.3": Answers(
        equivalent=(
            lambda K, x, step: K[:, :step] @ x[:step] - K @ x,
            lambda K, x, step: [-sum(K[t, s] * x[s] for s in range(step, len(x))) for t in range(len(x))],
        ),
        wrong={
            "sign": lambda K, x, step: K[:, step:] @ x[step:],
            "what is left": lambda K, x, step: K[:, :step] @ x[:step],
            "one step late": lambda K, x, step: -K[:, step + 1 :] @ x[step + 1 :],
            "only that step": lambda K, x, step: -K[:, step] * x[step],
            "rows and columns": lambda K, x, step: -K.T[:, step:] @ x[step:],
        },
        plausible=(
            lambda K, x, step: K @ x,
            lambda K, x, step: -K @ x,
            lambda K, x, step: -K[step:] @ x,
            lambda K, x, step: -K[step:, step:] @ x[step:],
            lambda K, x, step: K[:, step:],
            lambda K, x, step: -x[step:],
            lambda K, x: K @ x,
            lambda K, x, step: np.zeros(len(x)),
            lambda K, x, step: -K[:, :step] @ x[:step],
            lambda K, x, step: (K[:, step:] @ x[step:]).sum(),
            lambda K, x, step: -K[:, step:] * x[step:],
            lambda K, x, step: x @ K,
            lambda K, x, step: np.where(np.arange(len(x)) < step, 0, -K @ x),
        ),
    ),
}
