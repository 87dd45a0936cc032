"""Find padding where a file gives no lengths: runs of all-zero steps at one end, never inside a sequence."""

from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

Side = Literal["end", "start"]
_AT_ONCE = 1 << 16  # values


def runs(x: NDArray[Any]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Count the all-zero steps at the start and at the end of each sample.

    Parameters
    ----------
    x
        (n, steps, features).

    Returns
    -------
    start, end
        (n,) each; a sample that is zero throughout counts all its steps on both sides.
    """
    real = np.zeros(x.shape[:2], dtype=bool)
    if x.shape[1] == 0:
        return np.zeros(len(x), np.int64), np.zeros(len(x), np.int64)
    some_at_once = max(1, _AT_ONCE // (x.shape[0] * x.shape[1] or 1))
    for f in range(0, x.shape[2], some_at_once):  # a few features at a time: no copy of everything
        real |= (x[:, :, f : f + some_at_once] != 0).any(axis=2)
    if real[:, 0].all() and real[:, -1].all():
        return np.zeros(len(x), np.int64), np.zeros(len(x), np.int64)
    some = real.any(axis=1)
    start = np.where(some, real.argmax(axis=1), x.shape[1])
    end = np.where(some, real[:, ::-1].argmax(axis=1), x.shape[1])
    return start.astype(np.int64), end.astype(np.int64)


def padded_side(x: NDArray[Any]) -> Side:
    """Say on which side more all-zero steps lie; "end" where it is the same."""
    return _side(*runs(x))


def _side(start: NDArray[np.int64], end: NDArray[np.int64]) -> Side:
    return "start" if start.sum() > end.sum() else "end"


def real_steps(x: NDArray[Any], side: Side) -> NDArray[np.bool_]:
    """Mark everything but the run of all-zero steps on one side, bool (n, steps); zeros inside a sequence are real."""
    return _real(runs(x), x.shape[1], side)


def side_and_real_steps(x: NDArray[Any]) -> tuple[Side, NDArray[np.bool_]]:
    """Return `padded_side` and the `real_steps` of that side; the array is gone through once."""
    found = runs(x)
    side = _side(*found)
    return side, _real(found, x.shape[1], side)


def _real(found: tuple[NDArray[np.int64], NDArray[np.int64]], steps: int, side: Side) -> NDArray[np.bool_]:
    step = np.arange(steps)
    if side == "start":
        return step >= found[0][:, None]
    return step < (steps - found[1])[:, None]
