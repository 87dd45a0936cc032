"""Padding of sequences to one length, detection of all-zero padding, and cutting into windows."""

from collections.abc import Iterable, Sequence
from typing import Any, Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from mmviz.core.errors import DataError
from mmviz.core.options import one_of
from mmviz.data.arrays import PlainArray, as_array, plain
from mmviz.data.checks import Side

_Side = Literal["end", "start"]
_AT_ONCE = 1 << 16  # values


def runs(x: NDArray[Any]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return the number of all-zero steps at the start and at the end of each sample.

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


def padded_side(x: NDArray[Any]) -> _Side:
    """Return the side with more all-zero steps; "end" where both have the same number."""
    return _longer_side(*runs(x))


def _longer_side(start: NDArray[np.int64], end: NDArray[np.int64]) -> _Side:
    return "start" if start.sum() > end.sum() else "end"


def real_steps(x: NDArray[Any], side: _Side) -> NDArray[np.bool_]:
    """Return all steps except the run of all-zero steps on one side, bool (n, steps); zeros inside a sequence are real."""
    return _outside_run(runs(x), x.shape[1], side)


def side_and_real_steps(x: NDArray[Any]) -> tuple[_Side, NDArray[np.bool_]]:
    """Return `padded_side` and the `real_steps` of that side, in one pass."""
    found = runs(x)
    side = _longer_side(*found)
    return side, _outside_run(found, x.shape[1], side)


def _outside_run(found: tuple[NDArray[np.int64], NDArray[np.int64]], steps: int, side: _Side) -> NDArray[np.bool_]:
    step = np.arange(steps)
    if side == "start":
        return step >= found[0][:, None]
    return step < (steps - found[1])[:, None]


def pad(sequences: Sequence[ArrayLike], *, side: Side = "end") -> tuple[NDArray[Any], NDArray[np.int64]]:
    """Return sequences padded with 0 to the longest, and their lengths.

    Parameters
    ----------
    sequences
        n arrays or DataFrames (steps_i, features); a length of 0 marks a sample without the modality.
    side
        Where the padding goes.

    Returns
    -------
    padded, lengths
        (n, longest, features) of the common dtype, and (n,); a masked array where a sequence has masked or missing (pandas) cells.

    Raises
    ------
    DataError
        If there is no sequence, one is not numeric (steps, features), or the numbers or names of the features differ.
    """
    one_of(side, ("end", "start"), "side")
    if isinstance(sequences, (str, bytes)) or not isinstance(sequences, Iterable):
        raise DataError(f"pad: sequences is a {type(sequences).__name__}; give a sequence of arrays (steps, features)")
    return padded(list(sequences), "pad", side=side)


def padded(sequences: Sequence[Any], where: str, *, side: Side) -> tuple[NDArray[Any], NDArray[np.int64]]:
    """Return what `pad` returns; errors begin with `where`."""
    given = [plain(s, f"{where}: sequence {i}") for i, s in enumerate(sequences)]
    _refuse_other_columns(given, where)
    arrays = [as_array(g.values, f"{where}: sequence {i}") for i, g in enumerate(given)]
    if not arrays:
        raise DataError(f"{where}: no sequences; give at least one array (steps, features)")
    for i, a in enumerate(arrays):
        if a.ndim != 2 or a.dtype.kind not in "fiub" or a.shape[1] != arrays[0].shape[-1]:
            raise DataError(
                f"{where}: sequence {i} is {a.dtype} of shape {a.shape}, sequence 0 of shape {arrays[0].shape}; "
                "give numbers (steps, features) with the same features"
            )
    lengths = np.array([len(a) for a in arrays])
    whole = np.zeros((len(arrays), int(lengths.max()), arrays[0].shape[1]), np.result_type(*arrays))
    for row, a in zip(whole, arrays, strict=True):
        row[slice(0, len(a)) if side == "end" else slice(len(row) - len(a), None)] = a
    if all(g.missing is None for g in given):
        return whole, lengths
    mask = np.zeros(whole.shape, dtype=bool)
    for row, g in zip(mask, given, strict=True):
        if g.missing is not None:
            row[slice(0, len(g.missing)) if side == "end" else slice(len(row) - len(g.missing), None)] = g.missing
    return np.ma.masked_array(whole, mask=mask), lengths


def _refuse_other_columns(given: Sequence[PlainArray], where: str) -> None:
    """Refuse DataFrames whose columns are not the same ones in the same order."""
    named = [(i, tuple(map(str, g.columns))) for i, g in enumerate(given) if g.columns is not None]
    for i, columns in named[1:]:
        if columns != named[0][1]:
            raise DataError(
                f"{where}: sequence {i} has the columns {', '.join(columns)}, sequence {named[0][0]} {', '.join(named[0][1])}; "
                "put the same columns into one order first"
            )


def windows(recording: NDArray[Any], size: int) -> NDArray[Any]:
    """Return windows of a recording that do not overlap; the remainder at the end is dropped.

    Parameters
    ----------
    recording
        (steps, features).
    size
        Steps per window, at least 1.

    Returns
    -------
    ndarray
        (steps // size, size, features), a view where possible; row k is ``recording[k * size : (k + 1) * size]``.
    """
    count = len(recording) // size
    return recording[: count * size].reshape(count, size, recording.shape[1])
