"""Answers to the exercises of notebook 08."""

import numpy as np
from course_answers import Answers

# 100 MB at 1000 steps, and 10 GB: a hundred times the memory, so ten times the length
MEASURED = {"lengths": (250, 500, 1000), "peak": [1.2e7, 3e7, 1e8], "memory": 1e10}

ANSWERS = {
    "8.1": Answers(
        equivalent=(
            lambda length, heads, batch: (
                np.zeros((batch, heads, length, length), np.float32).nbytes
                if length < 1000
                else 4 * batch * heads * length * length
            ),
            lambda length, heads, batch: batch * heads * float(length) ** 2 * 32 / 8,
        ),
        wrong={
            "numbers, not bytes": lambda length, heads, batch: batch * heads * length * length,
            "bits": lambda length, heads, batch: 32 * batch * heads * length * length,
            "float64": lambda length, heads, batch: 8 * batch * heads * length * length,
            "one head": lambda length, heads, batch: 4 * batch * length * length,
            "one sample": lambda length, heads, batch: 4 * heads * length * length,
            "linear": lambda length, heads, batch: 4 * batch * heads * length,
            "half of it": lambda length, heads, batch: 4 * batch * heads * length * length / 2,
        },
        plausible=(
            lambda length, heads, batch: 4 * length * heads * batch**2,
            lambda length, heads, batch: 4 * length**2 * (heads + batch),
            lambda length, heads, batch: 4 * batch * (heads * length) ** 2,
            lambda length, heads, batch: 4 * batch * heads * length**2 / 2**20,
            lambda length, heads, batch: 4 * batch * heads * length**2 * 64,
            lambda length, heads, batch: 12 * batch * heads * length**2,
            lambda length, heads, batch: 4 * length**2,
            lambda length, heads, batch: 4 * batch * heads * length**3,
            lambda length: 4 * length**2,
            lambda length, heads, batch: 4 * batch * heads * length * (length + 1) / 2,
            lambda length, heads, batch: 4 * batch * length**2 / heads,
            lambda length, heads, batch: 32 * length,
            4 * 500**2 * 8,
            lambda length, heads, batch: 4e-9 * batch * heads * length**2,
        ),
    ),
    "8.2": Answers(
        equivalent=(10_000, 10_500.0, np.float32(9_000)),
        wrong={
            "linear growth": 100_000,
            "kibibytes": 320_000,
            "a factor, not a length": 10.0,
            "from the shortest": 250 * np.sqrt(1e10 / 1.2e7),
        },
        given=MEASURED,
        plausible=(
            2_000,
            5_000,
            20_000,
            15_000,
            0,
            -10_000,
            [10_000, 20_000],
            "10000",
            1e10,
            1_000,
            1e6,
            100.0,
            3_000,
            50_000,
            None,
        ),
    ),
    "8.3": Answers(
        equivalent=(
            lambda M, D, E, N: M * (M + 1) * E * N / (M * (M - 1) * 2 * D),
            lambda M, D, E, N: np.roots([2 * M * (M - 1) * D, -M * (M + 1) * E * N, 0]).max(),
        ),
        wrong={
            "half of the attention": lambda M, D, E, N: (M + 1) * E * N / ((M - 1) * D),
            "one pair": lambda M, D, E, N: M * (M + 1) * E * N / (2 * D),
            "without coupling": lambda M, D, E, N: E * N / (2 * (M - 1) * D),
            "upside down": lambda M, D, E, N: 2 * (M - 1) * D / ((M + 1) * E * N),
        },
        plausible=(
            lambda M, D, E, N: (M + 1) * E * N / (2 * D),
            lambda M, D, E, N: M * E * N / (2 * (M - 1) * D),
            lambda M, D, E, N: (M + 1) * E / (2 * (M - 1) * D),
            lambda M, D, E, N: E * N / (2 * D),
            lambda M, D, E, N: (M + 1) * E * N / (2 * M * D),
            lambda M, D, E, N: (M + 1) * E * N * D / (2 * (M - 1)),
            lambda M, D, E, N: ((M + 1) * E * N / (2 * (M - 1) * D)) ** 0.5,
            lambda M, D, E, N: (M - 1) * E * N / (2 * (M + 1) * D),
            lambda M, D: M / D,
            lambda M, D, E, N: 0,
            lambda M, D, E, N: (M + 1) * E * N / (4 * (M - 1) * D),
            lambda M, D, E, N: (M + 1) * E * N // (2 * (M - 1) * D) + 1,
            lambda M, D, E, N: 2 * (M + 1) * E * N / (M * (M - 1) * D),
            32,
        ),
    ),
}
