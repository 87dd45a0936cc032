"""Answers to the exercises of notebook 03."""

from functools import reduce

import numpy as np
import torch
from course_answers import Answers

power = np.linalg.matrix_power


def product(matrices):
    """The matrix product, the identity if there are none."""
    return reduce(np.matmul, matrices, np.eye(3))


def in_units(a, W, s, t):
    """Column by column: the transition of a state that is non-zero in stream n only."""
    columns = []
    for h in np.eye(len(W)):
        for j in range(s + 1, t + 1):
            h = a[j] * (W @ h)
        columns.append(h)
    return np.stack(columns, 1)


def gates(at, rest, *more):
    """Forty gates: this wide at step 5, this wide elsewhere, and others at other steps."""
    out = np.full(40, rest, dtype=float)
    out[5] = at
    for step, width in more:
        out[step] = width
    return out


ANSWERS = {
    "3.1": Answers(
        equivalent=(
            lambda a, W, s, t: product([np.diag(a[j]) @ W for j in range(t, s, -1)]),
            lambda a, W, s, t: torch.from_numpy(product([np.einsum("m,mn->mn", a[j], W) for j in range(t, s, -1)])),
            in_units,
        ),
        wrong={
            "order of the steps": lambda a, W, s, t: product([np.diag(a[j]) @ W for j in range(s + 1, t + 1)]),
            "one step too many": lambda a, W, s, t: product([np.diag(a[j]) @ W for j in range(t, s - 1, -1)]),
            "order of decay and coupling": lambda a, W, s, t: product([W * a[j] for j in range(t, s, -1)]),
            "decays factored out": lambda a, W, s, t: np.diag(np.prod(a[s + 1 : t + 1], 0)) @ power(W, t - s),
            "transposed": lambda a, W, s, t: product([W.T * a[j] for j in range(s + 1, t + 1)]),
        },
        plausible=(
            lambda a, W, s, t: np.diag(a[t]) @ W,
            lambda a, W, s, t: power(np.diag(a[t]) @ W, t - s),
            lambda a, W, s, t: power(W, t - s),
            lambda a, W, s, t: product([np.diag(a[j]) @ W for j in range(t - 1, s - 1, -1)]),
            lambda a, W, s, t: product([np.diag(a[j]) * W for j in range(t, s, -1)]),
            lambda a, W, s, t: np.diag(a[t]) @ power(W, t - s),
            lambda a, W, s, t: sum([np.diag(a[j]) @ W for j in range(s + 1, t + 1)]),
            lambda a, W, s, t: a[t] / a[s] * W,
            lambda a, W, s, t: np.prod([np.diag(a[j]) @ W for j in range(s + 1, t + 1)]),
            lambda a, W, s: W,
            lambda a, W, s, t: product([np.diag(a[j]) @ W for j in range(t, s + 1, -1)]),
            lambda a, W, s, t: np.diag(np.prod(a[s + 1 : t + 1], 0)),
            lambda a, W, s, t: a[s + 1 : t + 1] @ W,
        ),
    ),
    "3.2": Answers(
        equivalent=((12.0, 12.0, 4.0), torch.tensor([12, 12, 4])),
        wrong={
            "full rank for the mean": [12, 12, 12],
            "one stream": [4, 4, 4],
            "states forgotten": [3, 3, 1],
            "the whole map": [192, 192, 192],
            "independent streams have less": [4, 12, 12],
        },
        plausible=(
            [12, 4, 4],
            [12, 8, 4],
            [12, 12, 1],
            [4, 4, 12],
            [12, 4, 12],
            [3, 9, 1],
            12,
            [1, 1, 1],
            [4, 12, 4],
            [12, 12],
            [6, 6, 2],
            ["12", "12", "4"],
            [12, 12, 0],
            [12, 12, 3],
            [-12, -12, -4],
        ),
    ),
    "3.3": Answers(
        equivalent=(
            gates(1, 0),
            gates(0.5, 0.01),
            gates(2, 1e-3, (35, 5.0)),
            torch.tensor(gates(1, 0)),
            gates(1, 0, (2, 0.7)),
            gates(10, 0.05),
        ),
        wrong={
            "negative": gates(1, -0.001),
            "all equal": gates(0.1, 0.1),
            "another step": gates(0.1, 0, (6, 1.0)),
            "forgotten": gates(1, 0, (30, 5.0)),
            "gate nearly closed": gates(0.05, 0.001),
            "ratio below ten": gates(0.15, 0.014),
        },
        plausible=(
            gates(0, 1),
            np.zeros(40),
            gates(0, 0, (6, 1.0)),
            gates(1, 0, (6, 1.0), (7, 1.0)),
            gates(1, 0)[1:],
            gates(1, 0.1),
            gates(0, 0, (4, 1.0)),
            np.arange(40) / 40,
            gates(1, 0, (29, 0.2)),
            gates(np.nan, 0),
            5,
        ),
    ),
}
