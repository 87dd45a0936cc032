"""Answers to the exercises of notebook 05."""

import numpy as np
from course_answers import Answers

# five steps in the plane: north, east, south, west, and almost north
Y = np.array([[0.0, 1.0], [2.0, 0.0], [0.0, -1.0], [-3.0, 0.0], [0.05, 1.0]])


def _carry(plan, x):
    """Step by step."""
    out = np.zeros((plan.shape[1], x.shape[1]))
    for j in range(plan.shape[1]):
        if plan[:, j].sum() > 0:
            out[j] = np.average(x, axis=0, weights=plan[:, j])
    return out


def _squared(a, b):
    return np.array([[np.sum((p - q) ** 2) for q in b] for p in a])


def _mmd(kernel, cross=2.0, pool=np.mean):
    return lambda x, y, s: (
        pool(kernel(_squared(x, x), s)) + pool(kernel(_squared(y, y), s)) - cross * pool(kernel(_squared(x, y), s))
    )


def _gauss(d, s):
    return np.exp(-d / 2 / s / s)


def _apart(d):
    return d[~np.eye(len(d), dtype=bool)]


ANSWERS = {
    "5.1": Answers(
        equivalent=((0.2, 0.25), {"relaxed": 0.2, "exact": 0.25}, np.array([0.4, 0.5]) / 2),
        wrong={
            "without the mass": [0.4, 0.5],
            "exchanged": [0.25, 0.2],
            "columns, not rows": [0.15, 0.25],
            "diagonal": [0.2, 0.5],
            "means": [0.375, 0.375],
        },
        plausible=(
            0.2,
            [0.2, 0.2],
            [0.1, 0.25],
            [0.2, 0.375],
            [0.25, 0.25],
            [0.1, 0.1],
            [0.3, 0.5],
            [0.2, 1.0],
            [[0.5, 0.0], [0.5, 0.0]],
            [20, 25],
            [0.1, 0.3],
            ["0.2", "0.25"],
            [0.2, 0.3],
            [-0.2, -0.25],
        ),
    ),
    "5.2": Answers(
        equivalent=(lambda T, d: (T - d) * d / d, lambda n, delay: float(n) - delay),
        wrong={
            "only the delay": lambda T, d: d,
            "sum, not mean": lambda T, d: (T - d) * d,
            "sign": lambda T, d: d - T,
            "divided by the delay": lambda T, d: (T - d) / d,
        },
        plausible=(
            lambda T, d: 0,
            lambda T, d: T,
            lambda T, d: T / d,
            lambda T, d: T - 1,
            lambda T, d: d * d / (T - d),
            lambda T, d: (T - d) / 2,
            lambda T, d: T - 2 * d,
            lambda T: T,
            19,
            lambda T, d: -d,
            lambda T, d: T - d - 1,
            lambda T, d: T + d,
            lambda T, d: d / (T - d),
            lambda T, d: (T - d) / T,
        ),
    ),
    "5.3": Answers(
        equivalent=(lambda n, m: (n + m) / (n * m), lambda a, b: a**-1 + b**-1),
        wrong={
            "zero": lambda n, m: 0.0,
            "all pairs are 1": lambda n, m: 2.0,
            "product": lambda n, m: 1 / (n * m),
            "cross term": lambda n, m: 1 / n + 1 / m - 2 / (n * m),
            "both sets together": lambda n, m: 2 / (n + m),
        },
        plausible=(
            lambda n, m: n + m,
            lambda n, m: 1.0,
            lambda n, m: 1 / n**2 + 1 / m**2,
            lambda n, m: 1 / n - 1 / m,
            lambda n, m: 2 / n,
            lambda n: 2 / n,
            0.0,
            lambda n, m: (1 / n + 1 / m) / 2,
            lambda n, m: 1 / (n + m),
            lambda n, m: n * m / (n + m),
            lambda n, m: (1 / n + 1 / m) ** 0.5,
            lambda n, m: float("inf"),
            lambda n, m: 1 / max(n, m),
            lambda n, m: -1 / n - 1 / m,
        ),
    ),
    "5.4": Answers(
        equivalent=(np.repeat(Y[1:2] * 5, 5, 0), Y[[0, 0, 1, 1, 1]].tolist(), Y[[3, 3, 3, 3, 0]].astype(np.float32)),
        wrong={
            "another shape": np.repeat(Y[:1], 6, 0),
            "zeros": np.zeros((5, 2)),
            "y itself": Y * np.array([[1.0], [2.0], [3.0], [0.5], [1.0]]),
            "y in another order": Y[::-1],
            "the mean of y": np.repeat(Y.mean(0, keepdims=True), 5, 0),
            "exact cost too low": Y[[0, 1, 2, 3, 0]],
        },
        given={"y": Y},
        names={"y": Y},
        plausible=(
            Y[:1],
            -Y,
            Y + 1,
            np.ones_like(Y),
            Y[::2],
            0,
            np.cumsum(Y, 0),
            Y[[0, 0, 1, 2, 3]],
            Y.T,
            np.roll(Y, 1, axis=1),
            [[1, 0]] * 4,
            np.array([[0.3, 0.7]] * 5),
            Y[0],
            "y[0]",
        ),
    ),
    "5.5": Answers(
        equivalent=(_carry, lambda plan, x: np.nan_to_num((plan / np.maximum(plan.sum(0), 1e-300)).T @ x)),
        wrong={
            "mass, not mean": lambda plan, x: np.einsum("ij,id->jd", plan, x),
            "divided by a constant": lambda plan, x: len(x) * plan.T @ x,
            "rows, not columns": lambda plan, x: (plan / plan.sum(1)[:, None]).T @ x,
        },
        plausible=(
            lambda plan, x: plan @ x,
            lambda plan, x: plan.T @ x / plan.sum(),
            lambda plan, x: plan.T @ x / plan.sum(0)[:, None],
            lambda plan, x: (plan > 0).T @ x,
            lambda plan, x: x,
            lambda plan, x: x[plan.argmax(0)],
            lambda plan, x: plan.T @ x / plan.sum(0),
            lambda plan, x: (plan / plan.sum()).T @ x * len(plan),
            lambda plan, x: plan * x,
            lambda plan: plan,
            lambda plan, x: _carry(plan, x).T,
            lambda plan, x: plan.T @ x / plan.max(0)[:, None].clip(1e-9),
            lambda plan, x: _carry(plan, x) + (plan.sum(0) == 0)[:, None],
        ),
    ),
    "5.6": Answers(
        equivalent=(_mmd(_gauss),),
        wrong={
            "cross term once": _mmd(_gauss, cross=1),
            "sums, not means": _mmd(_gauss, pool=np.sum),
            "kernel's width": _mmd(lambda d, s: np.exp(-d / s**2)),
            "distance not squared": _mmd(lambda d, s: np.exp(-np.sqrt(d) / (2 * s**2))),
            "unbiased": lambda x, y, s: (
                _apart(_gauss(_squared(x, x), s)).mean()
                + _apart(_gauss(_squared(y, y), s)).mean()
                - 2 * _gauss(_squared(x, y), s).mean()
            ),
            "the root": lambda x, y, s: _mmd(_gauss)(x, y, s) ** 0.5,
        },
        plausible=(
            lambda x, y, s: ((x.mean(0) - y.mean(0)) ** 2).sum(),
            lambda x, y, s: _gauss(_squared(x, y), s).mean(),
            _mmd(_gauss, cross=-2.0),
            lambda x, y, s: 1 - _gauss(_squared(x, y), s).mean(),
            lambda x, y, s: -_mmd(_gauss)(x, y, s),
            lambda x, y, s: 2 * _mmd(_gauss)(x, y, s),
            lambda x, y, s: _gauss(_squared(x, x), s).mean() - _gauss(_squared(x, y), s).mean(),
            _mmd(lambda d, s: np.exp(d / 2 / s / s)),
            _mmd(lambda d, s: d),
            lambda x, y: 0.0,
            _mmd(_gauss, pool=np.max),
            lambda x, y, s: np.exp(-((x - y) ** 2).sum() / 2 / s**2),
            lambda x, y, s: _mmd(_gauss)(x, y, 1.0),
            lambda x, y, s: np.exp(-_squared(x, y)),
        ),
    ),
}
