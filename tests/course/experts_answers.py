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
        equivalent=(math.log2(3) / 2, math.log2(math.sqrt(3)), np.array([0.7925]), math.log(3) / math.log(4)),
        wrong={
            "shared expert forgotten": math.log2(3),
            "two modalities": 0.5,
            "experts counted": 2,
            "nats": math.log(3) / 2,
        },
    ),
    "4.2": Answers(
        equivalent=(_loop, lambda shared, specific: np.einsum("sio->io", shared) + np.einsum("mkio->mio", specific)),
        wrong={
            "shared left out": lambda shared, specific: specific.sum(axis=1),
            "mean, not sum": lambda shared, specific: _loop(shared, specific) / (shared.shape[0] + specific.shape[1]),
            "experts of all modalities": lambda shared, specific: np.stack(
                [shared.sum(0) + specific.sum(0).sum(0)] * len(specific)
            ),
            "first expert only": lambda shared, specific: shared[0] + specific[:, 0],
        },
    ),
    "4.3": Answers(
        equivalent=(_uneven,),
        wrong={
            "without N": lambda p, k: _uneven(p, k) / p.shape[1],
            "selections per token": lambda p, k: _uneven(p, k) * k,
            "selections only": lambda p, k: p.shape[1] * (_shares(p, k) ** 2).sum(),
            "probabilities only": lambda p, k: p.shape[1] * (p.mean(0) ** 2).sum(),
            "k ignored": lambda p, k: _uneven(p, 1),
        },
    ),
}
