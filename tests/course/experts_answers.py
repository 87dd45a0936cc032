"""Answers to the exercises of notebook 04."""

import math

import numpy as np
from course_answers import Answers


def _loop(shared, specific):
    return np.stack([sum(list(shared) + list(own)) for own in specific])


def _shares(p, k):
    counts = np.zeros(p.shape[1])
    for row in p:
        for j in sorted(range(len(row)), key=lambda j: -row[j])[:k]:
            counts[j] += 1
    return counts / counts.sum()


def _uneven(p, k):
    return sum(p.shape[1] * f * q for f, q in zip(_shares(p, k), p.mean(0), strict=True))


ANSWERS = {
    "4.1": Answers(
        equivalent=((3, 5), np.array([1, 2]) @ np.array([[1, 3], [1, 1]])),
        wrong={
            "columns": [7, 3],
            "specific only": [2, 2],
            "shared only": [1, 3],
            "mean": [1.5, 2.5],
            "one after the other": [3, 2],
        },
        plausible=(
            [1, 5],
            [5, 3],
            8,
            [[1, 3], [1, 1]],
            [3, 4],
            [4, 2],
            [2, 6],
            [3, 3],
            [0, 0],
            [6, 10],
            "3, 5",
            [4, 5],
            [2, 5],
            [4, 7],
        ),
    ),
    "4.2": Answers(
        equivalent=(
            lambda M, D, E: (M * D * E + D * E, M * D * E),
            lambda M, D, E: [D * E * (1 + M), D * E * float(M)],
        ),
        wrong={
            "shared forgotten": lambda M, D, E: (M * D * E, M * D * E),
            "one matrix": lambda M, D, E: ((M + 1) * D * E, D * E),
            "nothing saved": lambda M, D, E: ((M + 1) * D * E, (M + 1) * D * E),
            "exchanged": lambda M, D, E: (M * D * E, (M + 1) * D * E),
        },
        plausible=(
            lambda M, D, E: M * D * E,
            lambda M, D, E: (2 * M * D * E, M * D * E),
            lambda M, D, E: (M * (D + E), D + E),
            lambda M, D, E: ((M + 1) * (D + E), M * (D + E)),
            lambda M, D, E: ((M + 1) * D, M * D),
            lambda M, D, E: (D * E + M, M),
            lambda M, D: (M * D, D),
            lambda M, D, E: (2 * D * E, D * E),
            (2048, 1536),
            lambda M, D, E: ((M + 1) * D * E, M * E),
            lambda M, D, E: (M**2 * D * E, M * D * E),
            lambda M, D, E: ((M + 1) * D * E, M * D * E, 0),
            lambda M, D, E: (M + 1, M),
        ),
    ),
    "4.3": Answers(
        equivalent=(1.1, 2 * (0.75 * 0.6 + 0.25 * 0.4)),
        wrong={
            "without N": 0.55,
            "selections only": 1.25,
            "probabilities only": 1.04,
            "counts, not shares": 4.4,
            "tokens, not experts": 2.2,
        },
        plausible=(
            1.0,
            2.0,
            0.45,
            0.9,
            0.75,
            1.2,
            0.1,
            [0.9, 0.2],
            [0.45, 0.1],
            0.6,
            1.15,
            "1.1",
            -1.1,
            0.0,
            0.48,
            1.5,
        ),
    ),
    "4.4": Answers(
        equivalent=(math.log2(3) / 2, math.log2(math.sqrt(3)), np.array([0.7925]), math.log(3) / math.log(4)),
        wrong={
            "shared expert forgotten": math.log2(3),
            "two modalities": 0.5,
            "experts counted": 2,
            "nats": math.log(3) / 2,
        },
        plausible=(
            0.75,
            2 / 3,
            0.92,
            4,
            1 / 3,
            1.2,
            3,
            math.log2(6),
            "0.79 bit",
            math.log10(3) / 2,
            math.log2(3) / 3,
            0.0,
            math.log2(3) / 4,
            0.6,
            1.5,
            2 * math.log2(3),
            1 - math.log2(3) / 2,
            [0.79, 0.79],
            79.2,
        ),
    ),
    "4.5": Answers(
        equivalent=(_loop, lambda shared, specific: np.einsum("sio->io", shared) + np.einsum("mkio->mio", specific)),
        wrong={
            "shared left out": lambda shared, specific: specific.sum(axis=1),
            "mean, not sum": lambda shared, specific: _loop(shared, specific) / (shared.shape[0] + specific.shape[1]),
            "experts of all modalities": lambda shared, specific: np.stack(
                [shared.sum(0) + specific.sum(0).sum(0)] * len(specific)
            ),
            "first expert only": lambda shared, specific: shared[0] + specific[:, 0],
        },
        plausible=(
            lambda shared, specific: shared + specific,
            lambda shared, specific: shared.sum() + specific.sum(1),
            lambda shared, specific: shared.sum(0) + specific.sum(0),
            lambda shared, specific: shared.sum(0) * specific.sum(1),
            lambda shared, specific: np.concatenate([shared, specific.sum(1)]),
            lambda shared, specific: shared.sum(0),
            lambda shared, specific: shared.mean(0) + specific.sum(1),
            lambda shared, specific: (shared.sum(0) + specific.sum(1)).swapaxes(1, 2),
            lambda shared, specific: shared.max(0) + specific.max(1),
            lambda shared: shared,
            lambda shared, specific: shared.sum(0) @ specific.sum(1),
            lambda shared, specific: shared.sum(0) - specific.sum(1),
            lambda shared, specific: (shared.sum(0) + specific.sum(1)) / 2,
            lambda shared, specific: shared.sum(0) + specific.sum((0, 1)),
            lambda shared, specific: _loop(shared, specific)[::-1],
        ),
    ),
    "4.6": Answers(
        equivalent=(_uneven,),
        wrong={
            "without N": lambda p, k: _uneven(p, k) / p.shape[1],
            "selections per token": lambda p, k: _uneven(p, k) * k,
            "selections only": lambda p, k: p.shape[1] * (_shares(p, k) ** 2).sum(),
            "probabilities only": lambda p, k: p.shape[1] * (p.mean(0) ** 2).sum(),
            "k ignored": lambda p, k: _uneven(p, 1),
        },
        plausible=(
            lambda p, k: _shares(p, k) * p.mean(0),
            lambda p, k: p.shape[1] * _shares(p, k).max(),
            lambda p, k: p.shape[0] * (_shares(p, k) * p.mean(0)).sum(),
            lambda p, k: p.shape[1] * abs(_shares(p, k) - p.mean(0)).sum(),
            lambda p, k: p.shape[1] * (_shares(p, k) * p.sum(0)).sum(),
            lambda p, k: -(_shares(p, k) * np.log(p.mean(0))).sum(),
            lambda p, k: k * (_shares(p, k) * p.mean(0)).sum(),
            lambda p: p.mean(0),
            lambda p, k: _shares(-p, k) @ p.mean(0) * p.shape[1],
            lambda p, k: 1.0,
            lambda p, k: _uneven(p, k) - 1,
            lambda p, k: _shares(p, k),
            lambda p, k: 1 / _uneven(p, k),
        ),
    ),
}
