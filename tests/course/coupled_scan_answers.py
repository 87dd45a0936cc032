"""Answers to the exercises of notebook 02."""

import math

import numpy as np
import torch
from course_answers import Answers


def homogeneous(F1, v1, F2, v2):
    """The same by one product of matrices with a row 0, ..., 0, 1 below."""
    first, second = (np.block([[F, v[:, None]], [np.zeros(len(v)), np.ones(1)]]) for F, v in ((F1, v1), (F2, v2)))
    both = second @ first
    return both[:-1, :-1], both[:-1, -1]


ANSWERS = {
    "2.1": Answers(
        equivalent=(0.5 * 1 + 0.3 + 2 * (0.8 * 2 - 0.1), np.array([1, 2]) @ np.array([0.8, 1.5])),
        wrong={"no decay": 5.1, "no input": 3.7, "previous state": 5.0, "without C": 2.3},
        plausible=([0.8, 1.5], 4.8, 0.8, 1.5, 1.4, 3.0, 2.2, 6.6, [0.8, 3.0], "3.8 steps", 1.9, -3.8, 3.1, 4.0, 0.38),
    ),
    "2.2": Answers(
        equivalent=((0.4, 0.2), 0.5 * np.array([[0.8, 0.2], [0.4, 0.6]]) @ [1, 0], {"audio": 0.4, "image": 0.2}),
        wrong={
            "rows and columns": [0.4, 0.1],
            "no decay": [0.8, 0.4],
            "not coupled": [0.5, 0],
            "decay twice": [0.2, 0.1],
        },
        plausible=(
            [0.2, 0.4],
            0.4,
            [0.4, 0.0],
            [0.4, 0.3],
            [0.8, 0.2],
            [0.5, 0.5],
            [1.3, 0.9],
            [0.4, -0.2],
            [0.6, 0.4],
            [[0.4, 0.1], [0.2, 0.3]],
            [0.0, 0.0],
            [4, 2],
            [0.3, 0.2],
        ),
    ),
    "2.3": Answers(
        equivalent=(1 / 1.8, 0.556, 5 / 9, np.float32(0.5556)),
        wrong={
            "the sum": 1.8,
            "the mean": 1 / 3,
            "the largest decay": 1 / 0.9,
            "the product": 1 / 0.18,
            "mean of the decays": 1 / 0.6,
        },
        plausible=(
            1.0,
            0.5,
            0.6,
            0.18,
            0.9,
            0.56,
            1 / 5.4,
            3 * 0.6,
            [0.9, 0.5, 0.4],
            0.0,
            0.444,
            2 / 1.8,
            1 / 1.5,
            lambda: 1,
            55.6,
        ),
    ),
    "2.4": Answers(
        equivalent=(
            lambda M: 1 / math.log2(M),
            lambda M: torch.tensor(math.log(2) / math.log(M)),
            lambda M: -1 / np.log2(1 / M),
        ),
        wrong={
            "decay": lambda M: 1 / M,
            "time constant": lambda M: 1 / math.log(M),
            "upside down": math.log2,
            "sign": lambda M: math.log(2) / math.log(1 / M),
        },
        plausible=(
            lambda M: M * np.log(2),
            lambda M: np.log(M),
            lambda M: np.log(2) / M,
            lambda M: np.log(0.5) / np.log(1 - 1 / M),
            lambda M: np.log(2) / (M - 1),
            lambda M: 2 ** (-1 / M),
            lambda M: 0.6309,
            lambda M: np.log(2) / np.log(M + 1),
            lambda M: 0.69 / np.log(M),
            lambda M: np.log(2) / np.log10(M),
            lambda: 0.63,
            0.63,
            lambda M: None,
            lambda M: -1 / np.log(M),
            lambda M: 1 / (M * np.log(2)),
            lambda M: math.log(0.5, M),
            lambda M: M ** (-1 / 2),
            lambda M: np.log(2) / np.log(3),
        ),
    ),
    "2.5": Answers(
        equivalent=(
            homogeneous,
            lambda F1, v1, F2, v2: [np.einsum("ij,jk->ik", F2, F1), (F2 * v1).sum(1) + v2],
        ),
        wrong={
            "order of the matrices": lambda F1, v1, F2, v2: (F1 @ F2, F2 @ v1 + v2),
            "segments exchanged": lambda F1, v1, F2, v2: (F1 @ F2, F1 @ v2 + v1),
            "not propagated": lambda F1, v1, F2, v2: (F2 @ F1, v1 + v2),
            "element by element": lambda F1, v1, F2, v2: (F2 * F1, F2 * v1 + v2),
        },
        plausible=(
            lambda F1, v1, F2, v2: (F1 @ F2, v1 + v2),
            lambda F1, v1, F2, v2: (F2 @ F1, F1 @ v2 + v1),
            lambda F1, v1, F2, v2: (F1 + F2, v1 + v2),
            lambda F1, v1, F2, v2: F2 @ F1,
            lambda F1, v1, F2, v2: (F2 @ F1, F2 @ (v1 + v2)),
            lambda F1, v1, F2, v2: (F2 @ F1, v1 @ F2 + v2),
            lambda F1, v1, F2, v2: (F2 @ v1 + v2, F2 @ F1),
            lambda F1, v1, F2, v2: (F2.T @ F1, F2 @ v1 + v2),
            lambda F1, v1: (F1, v1),
            lambda F1, v1, F2, v2: (F2 @ F1, F2 @ v1 - v2),
            lambda F1, v1, F2, v2: (F2 @ F1, F2 @ v1),
            lambda F1, v1, F2, v2: (F1, v1, F2, v2),
            lambda F1, v1, F2, v2: ((F2 @ F1).T, F2 @ v1 + v2),
            lambda F1, v1, F2, v2: (F2 @ F1, F2 @ F1 @ v1 + v2),
        ),
    ),
    "2.6": Answers(
        equivalent=(np.roll(np.eye(3), 1, axis=1), torch.eye(3)[[1, 2, 0]]),
        wrong={
            "rows and columns": np.roll(np.eye(3), 1, axis=0),
            "row sum is not 1": [[0, 0.5, 0], [0, 0, 0.5], [0.5, 0, 0]],
            "non-zero diagonal": np.eye(3),
            "two targets": [[0, 0.5, 0.5], [0.5, 0, 0.5], [0.5, 0.5, 0]],
        },
        plausible=(
            np.full((3, 3), 1 / 3),
            [[0, 1, 0], [1, 0, 0], [0, 0, 1]],
            [[0, 0, 1], [0, 1, 0], [1, 0, 0]],
            [2, 0, 1],
            [1, 2, 0],
            [[0, 1, 0], [0, 0, 1], [0, 0, 0]],
            [[0, -1, 0], [0, 0, -1], [-1, 0, 0]],
            [[0, 1, 0], [0, 0, 1]],
            np.ones((3, 3)),
            [[0, 1, 0], [0, 1, 0], [1, 0, 0]],
            [[0, 1, 0, 0], [0, 0, 1, 0], [0, 0, 0, 1], [1, 0, 0, 0]],
            "cyclic",
            np.zeros((3, 3)),
        ),
    ),
}
