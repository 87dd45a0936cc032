"""Answers to the exercises of notebook 06."""

import itertools

import numpy as np
from course_answers import Answers

# scores of (nothing, sound, picture, both), so that all can be worked out by hand. Contributions of (picture, sound):
# joint (0.2 + 0.1) / 2, (0.8 + 0.7) / 2 = 0.15, 0.75; ogm_ge (0.25 + 0.2) / 2, (0.5 + 0.45) / 2 = 0.225, 0.475
RESULT = {"joint": np.array([0.1, 0.9, 0.3, 1.0]), "ogm_ge": np.array([0.1, 0.6, 0.35, 0.8])}


def by_orders(v):
    """Say it the long way: the mean over the six orders."""
    phi = np.zeros(3)
    for order in itertools.permutations(range(3)):
        heard = 0
        for m in order:
            phi[m] += (v[heard | 1 << m] - v[heard]) / 6
            heard |= 1 << m
    return phi


def by_matrix(v):
    """Say it as three rows of weights, as a tuple."""
    a, b, c = np.array([1, 2, 4]), np.array([[3, 5], [3, 6], [5, 6]]), np.array([6, 5, 3])
    first, last = v[a] - v[0], v[7] - v[c]
    second = [sum(v[k] - v[k - a[m]] for k in b[m]) / 6 for m in range(3)]
    return tuple(first / 3 + np.array(second) + last / 3)


def over_subsets(v):
    """Weigh all subsets alike, a likely mistake."""
    return np.array([np.mean([v[k | 1 << m] - v[k] for k in range(8) if not k >> m & 1]) for m in range(3)])


ANSWERS = {
    "6.1": Answers(
        equivalent=((0.34, 0.02, 0.31), {"gap": 0.34, "representation": 0.02, "head": 0.31}),
        wrong={
            "signs": [-0.34, -0.02, -0.31],
            "untrained": [0.34, 0.01, 0.31],
            "retrained minus probe": [0.34, 0.02, 0.03],
            "head from the model alone": [0.34, 0.02, 0.33],
            "representation and head exchanged": [0.34, 0.31, 0.02],
        },
        plausible=(
            [0.34, 0.02],
            0.34,
            [34, 2, 31],
            [0.34, 0.03, 0.31],
            [0.34, 0.02, 0.32],
            [0.34, -0.02, 0.31],
            [0.31, 0.02, 0.34],
            [0.64, 0.63, 0.61],
            ["34%", "2%", "31%"],
            [0.34, 0.0, 0.34],
            [0.03, 0.02, 0.31],
            [0.94, 1.24, 0.91],
            [0.3, 0.02, 0.31],
        ),
    ),
    "6.2": Answers(
        equivalent=((0.55, 0.25), {"sound": 0.55, "image": 0.25}),
        wrong={
            "alone": [0.5, 0.2],
            "last": [0.6, 0.3],
            "baseline forgotten": [0.65, 0.35],
            "modalities exchanged": [0.25, 0.55],
            "shares": [0.55 / 0.8, 0.25 / 0.8],
        },
        plausible=(
            [0.7, 0.4],
            [1.1, 0.5],
            [0.55, 0.45],
            [55, 25],
            0.55,
            [0.3, 0.6],
            [0.75, 0.25],
            [0.8, 0.2],
            [0.275, 0.125],
            [0.6, 0.2],
            [-0.55, -0.25],
            [0.5, 0.3],
            [0.7, 0.3],
            ["0.55", "0.25"],
        ),
    ),
    "6.3": Answers(
        equivalent=(2 / 9, 0.222, (abs(0.625 - 1 / 3) + abs(0.375 - 1 / 3) + 1 / 3) / 3),
        wrong={
            "negative not clipped": 0.3175,
            "no shares": (1 / 6 + 1 / 30 + 13 / 30) / 3,
            "E2": 0.2569,
            "sum, not mean": 2 / 3,
            "absolute values": (2 / 9 + 0 + 2 / 9) / 3,
        },
        plausible=(
            0.22,
            0.2,
            22.2,
            "22%",
            0.333,
            0.25,
            0.7,
            0.4,
            0.0,
            1.0,
            [0.625, 0.375, 0.0],
            0.23,
            0.444,
            0.125,
            -0.222,
            0.1875,
        ),
    ),
    "6.4": Answers(
        equivalent=(lambda M, epochs: epochs * M + epochs, lambda n, e: (n + 1) * float(e)),
        wrong={
            "joint update forgotten": lambda M, epochs: M * epochs,
            "upside down": lambda M, epochs: epochs / (M + 1),
            "epochs only": lambda M, epochs: epochs,
            "added": lambda M, epochs: M + 1 + epochs,
        },
        plausible=(
            lambda M, epochs: 3 * epochs,
            lambda M, epochs: 2 * epochs,
            lambda M, epochs: 2**M * epochs,
            lambda M: M + 1,
            12,
            lambda M, epochs: M + epochs,
            lambda M, epochs: M**2 * epochs,
            lambda M, epochs: (M - 1) * epochs,
            lambda M, epochs: None,
            lambda M, epochs: (M + 1) * epochs + 1,
            lambda M, epochs: epochs / M,
            lambda M, epochs: M + 1,
            lambda M, epochs: M * epochs + 1,
        ),
    ),
    "6.5": Answers(
        equivalent=((0.075, 0.275), np.array([0.075, 0.275], dtype=np.float32)),
        wrong={
            "single modality only": [0.05, 0.3],
            "second only": [0.1, 0.25],
            "sign of the loss": [0.075, -0.275],
            "wrong way round": [-0.075, -0.275],
            "modalities exchanged": (0.275, 0.075),
        },
        given={"result": RESULT},
        names={"NOTHING": 0, "SOUND": 1, "IMAGE": 2, "BOTH": 3},
        plausible=(
            [7.5, 27.5],
            [0.275, -0.075],
            [0.15, 0.3],
            [0.08, 0.28],
            0.075,
            [0.15, 0.55],
            [0.225, 0.475],
            [0.15, 0.75],
            [0.0375, 0.1375],
            ["7.5%", "27.5%"],
            {"image": 0.075},
            [0.5, 0.37],
            [0.2, -0.2],
            [1.5, 0.633],
            [-0.075, 0.275],
            [0.0, 0.0],
        ),
    ),
    "6.6": Answers(
        equivalent=(by_orders, by_matrix),
        wrong={
            "equal weights": over_subsets,
            "single modality only": lambda v: np.array([v[1], v[2], v[4]]) - v[0],
            "last only": lambda v: [v[7] - v[6], v[7] - v[5], v[7] - v[3]],
            "first and last": lambda v: (v[[1, 2, 4]] - v[0] + v[7] - v[[6, 5, 3]]) / 2,
            "bits backwards": lambda v: by_orders(v[[0, 4, 2, 6, 1, 5, 3, 7]])[[0, 1, 2]],
            "shares": lambda v: by_orders(v) / (v[7] - v[0]),
        },
        plausible=(
            lambda v: v[[1, 2, 4]],
            lambda v: by_orders(v) * 6,
            lambda v: by_orders(v).sum(),
            lambda v: by_orders(v)[::-1],
            lambda v: by_orders(v) / 3,
            lambda v: np.array([v[[1, 3, 5, 7]].mean(), v[[2, 3, 6, 7]].mean(), v[[4, 5, 6, 7]].mean()]),
            lambda v: by_orders(v) + v[0] / 3,
            lambda v: -by_orders(v),
            lambda v: [by_orders(v)[0]],
            lambda v: v[7] - v[0],
            lambda v: by_orders(v) + v[0],
            lambda a, b, c: a,
            lambda v: v[1:4],
            lambda v: np.diff(v),
            lambda v: by_orders(1 - v),
            lambda v: by_orders(np.log(v)),
        ),
    ),
}
