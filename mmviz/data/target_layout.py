"""Layouts of targets with more than one number per sample: one-hot becomes a class, everything else is refused by name."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mmviz.errors import DataError

ONE_AT_A_TIME = "multi-label and multi-target data sets are not supported: train one column at a time, target[:, j]"
_TOLERANCE = 1e-3  # of the sum of a row of probabilities


def one_column(
    y: NDArray[Any], n: int, where: str, *, classification: bool, columns: Sequence[Any] = (), missing: Any = None
) -> tuple[NDArray[Any], int, str]:
    """Return a target with one entry per sample.

    Parameters
    ----------
    y
        Whatever array was given, (n,), (n, 1) or one-hot (n, k).
    n
        Number of samples.
    where
        Of what, for errors, such as "train: target".
    classification
        Whether the target is classes.
    columns
        Names of the columns, for errors.
    missing
        bool, of the shape of `y`: entries without a value; or None.

    Returns
    -------
    y, classes, action
        (n,); the number of classes where the layout says it, otherwise 0; and what was done, "" where nothing was.

    Raises
    ------
    DataError
        If there is no row per sample, or the layout is multi-label, multi-target, probabilities or per step; the message names it.
    """
    if y.ndim == 0 or len(y) != n:
        raise DataError(f"{where} of shape {y.shape} for {n} samples; give ({n},)")
    if y.ndim == 1:
        return y, 0, ""
    if y.size == n:
        return y.reshape(n), 0, f"shape {y.shape}: taken as ({n},)"
    if 0 in y.shape[1:]:
        raise DataError(f"{where} of shape {y.shape} has no columns; give ({n},)")
    empty = np.zeros(y.shape, bool) if missing is None else missing
    if classification and y.ndim == 2 and is_one_hot(y[~empty.any(axis=1)]):
        index = np.where(empty, 0, y).argmax(axis=1).astype(np.float64)
        index[empty.any(axis=1)] = np.nan
        whole = index if empty.any() else index.astype(np.int64)
        return whole, y.shape[1], f"one-hot {y.shape}: converted by target.argmax(1)"
    raise DataError(f"{where} of shape {y.shape}: {layout_of(y, classification=classification, columns=columns)}")


def is_one_hot(y: NDArray[Any]) -> bool:
    """Whether the last axis holds exactly one 1 and otherwise 0, for at least one row."""
    if y.dtype.kind not in "fiub" or y.ndim < 2 or y.shape[-1] < 2 or not len(y):
        return False
    return bool(((y == 0) | (y == 1)).all() and (y.sum(axis=-1) == 1).all())


def layout_of(y: NDArray[Any], *, classification: bool, columns: Sequence[Any] = ()) -> str:
    """Say in words what a target with several numbers per sample is, and what to do."""
    named = f" ({', '.join(map(str, columns))})" if len(columns) else ""
    k = y.shape[1]
    if y.ndim == 3 and y.shape[2] == 2 and is_one_hot(y):
        return (
            f"{k} labels per sample{named}, each one-hot (absent, present); {ONE_AT_A_TIME}, "
            "which is here target[:, j].argmax(1)"
        )
    if y.ndim > 2:
        return f"several labels per sample or one per step; {ONE_AT_A_TIME}"
    if y.dtype.kind not in "fiub":
        return f"{k} labels per sample{named}; {ONE_AT_A_TIME}"
    if is_one_hot(y):
        return f"one-hot classes{named}; set task='classification', or give target.argmax(1)"
    finite = np.isfinite(y.astype(np.float64))
    if classification and np.isin(y[finite], (0, 1)).all():
        return f"{k} labels per sample{named}, several or none of them 1 (multi-label); {ONE_AT_A_TIME}"
    shares = y.dtype.kind == "f" and finite.all() and (y >= 0).all() and (np.abs(y.sum(axis=1) - 1) < _TOLERANCE).all()
    if classification and shares:
        return (
            f"probabilities of {k} classes{named} (soft labels), which are not supported; "
            "give the most probable class, target.argmax(1)"
        )
    return f"{k} targets per sample{named} (multi-target); {ONE_AT_A_TIME}"
