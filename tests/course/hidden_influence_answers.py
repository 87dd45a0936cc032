"""Answers to the exercises of notebook 03."""

import math
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
        equivalent=(3.6, 5 * 0.6**2 * 2),
        wrong={
            "one decay too many": 2.16,
            "one decay too few": 6.0,
            "without ΔB": 1.8,
            "without C": 0.72,
            "no decay": 10.0,
        },
        plausible=(0.36, 0.6, 12, 36, [3.6, 6.0], 1.2, 3.0, 5.0, 7.36, "3.6 steps", 0.0, 4.2, 18.0, 1.296, -3.6, 7.0),
    ),
    "3.2": Answers(
        equivalent=(12, 12.0),
        wrong={"same step": 10, "one step": 11, "one step too many": 13, "lag, not step": 2},
        plausible=(1, 0, 3, [11, 12], 20, "never", None, -12, 22, 9, 14, [10, 12], 11.5),
    ),
    "3.3": Answers(
        equivalent=(
            [6.58, 0.87],
            (math.log(0.5) / math.log(0.9), math.log(0.5) / math.log(0.45)),
            {"total": 6.5788, "lead": 0.86804},
        ),
        wrong={
            "decay of the lead": [6.5788, 1.0],
            "time constants": [9.4912, 1.2523],
            "exchanged": [0.868, 6.5788],
            "sign": [-6.5788, -0.868],
        },
        plausible=(
            [6.6, 0.9],
            [6.58, 0.8],
            6.58,
            [0.9, 0.45],
            [6.58, 6.58],
            [6.58, 3.29],
            [5.0, 0.5],
            [6.58, 1.57],
            [0.152, 1.15],
            [7, 1],
            [6.58, 7.58],
            [22.0, 1.0],
            ["6.58", "0.87"],
        ),
    ),
    "3.4": Answers(
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
    "3.5": Answers(
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
    "3.6": Answers(
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
