"""Find padding where a file gives no lengths: runs of all-zero steps at one end, never inside a sequence."""

from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

Side = Literal["end", "start"]


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
    for f in range(x.shape[2]):  # one feature at a time: no copy of everything
        real |= x[:, :, f] != 0
    some = real.any(axis=1)
    start = np.where(some, real.argmax(axis=1), x.shape[1])
    end = np.where(some, real[:, ::-1].argmax(axis=1), x.shape[1])
    return start.astype(np.int64), end.astype(np.int64)


def padded_side(x: NDArray[Any]) -> Side:
    """Say on which side more all-zero steps lie; "end" where it is the same."""
    start, end = runs(x)
    return "start" if start.sum() > end.sum() else "end"


def real_steps(x: NDArray[Any], side: Side) -> NDArray[np.bool_]:
    """Mark everything but the run of all-zero steps on one side, bool (n, steps); zeros inside a sequence are real."""
    start, end = runs(x)
    step = np.arange(x.shape[1])
    if side == "start":
        return step >= start[:, None]
    return step < (x.shape[1] - end)[:, None]
