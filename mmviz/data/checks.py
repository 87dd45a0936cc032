"""Checks of signals: shape, finite values, real steps, sentinel values."""

from collections.abc import Callable
from typing import Any, Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from mmviz.core.errors import DataError
from mmviz.data.arrays import as_array
from mmviz.data.report import Report

Nonfinite = Literal["raise", "mask", "zero", "mean"]
NONFINITE: tuple[Nonfinite, ...] = ("raise", "mask", "zero", "mean")
Side = Literal["end", "start"]
Floats = NDArray[np.float32]
Mask = NDArray[np.bool_]
Place = Callable[..., str]
_SENTINELS = {float(np.float32(v)) for s in (999.0, 9999.0, 99999.0, 999999.0, 1e20, 1e30, 9.96921e36) for v in (s, -s)}
_EXACT = 2.0**24  # float32 represents every whole number up to it
_WHOLE = 2.0**53  # every float64 beyond it is a whole number
_DONE = {"mask": "steps masked", "zero": "values set to 0", "mean": "values set to the training mean of their feature"}


def as_signal(values: ArrayLike, where: str) -> NDArray[Any]:
    """Return one modality of one split as a numeric array (n, steps, features).

    Parameters
    ----------
    values
        What the user gave.
    where
        Split and modality, for errors.

    Returns
    -------
    ndarray
        Numeric, three dimensions; not copied, not cast.

    Raises
    ------
    DataError
        If the sequences are ragged or objects, the values are not real numbers, the number of dimensions is not 3, or
        there are no steps or no features.
    """
    array = as_array(values, where)
    if array.dtype.kind == "O":
        kinds = sorted({type(v).__name__ for v in array.ravel()[:1000]})
        raise DataError(
            f"{where}: an object array of {', '.join(kinds) or 'nothing'}; give numbers (n, steps, features), or n sequences "
            "(steps, features), which may have different lengths"
        )
    m = where.split()[-1]
    if array.dtype.kind not in "fiub":
        hint = f"; raw text needs encoders={{{m!r}: mmviz.data.encoders.minilm()}}" if array.dtype.kind in "US" else ""
        raise DataError(f"{where}: values of dtype {array.dtype}; give real numbers{hint}")
    if array.ndim != 3:
        hint = f"; give one step with x[:, None, :] or axes={{{m!r}: 'features'}}, one feature with axes={{{m!r}: 'steps'}}"
        image = f"; images need encoders={{{m!r}: mmviz.data.encoders.image_patches(8)}}"
        hint = hint if array.ndim == 2 else image if array.ndim == 4 else ""
        raise DataError(f"{where}: shape {array.shape}; give (n, steps, features){hint}")
    if 0 in array.shape[1:]:
        raise DataError(f"{where}: shape {array.shape} has no steps or no features; leave the modality out")
    return array


def mask_from_lengths(lengths: ArrayLike, steps: int, place: Place, where: str, *, side: Side) -> Mask:
    """Return the mask of real steps of given lengths.

    Parameters
    ----------
    lengths
        Whole numbers 0..steps, (n,); 0 means that the modality is absent for the sample.
    steps
        Width of the padded array.
    place
        Row to the name of its sample in errors.
    where
        Split and modality, for errors.
    side
        Where the padding lies.

    Returns
    -------
    ndarray
        bool (n, steps).

    Raises
    ------
    DataError
        If a length is negative, fractional, not a number, or more than `steps`, or there is more than one for a sample.
    """
    length = as_array(lengths, f"{where}: lengths")
    if length.ndim != 1:
        raise DataError(
            f"{where}: lengths of shape {length.shape}; give one per sample, ({len(np.atleast_1d(length))},)"
        )
    if length.dtype.kind not in "fiu":
        raise DataError(f"{where}: lengths of dtype {length.dtype}; give whole numbers")
    bad = (length < 0) | (length > steps)
    if length.dtype.kind == "f":
        bad |= ~np.isfinite(length) | (length != np.floor(length))
    if bad.any():
        at = int(np.flatnonzero(bad)[0])
        raise DataError(
            f"{where}: {int(bad.sum())} impossible lengths (first: {place(at)}: {length[at]}); "
            f"give whole numbers from 0 to {steps}"
        )
    step = np.arange(steps)
    count = length.astype(np.int64)[:, None]
    return step < count if side == "end" else step >= steps - count


def as_mask(valid: ArrayLike, shape: tuple[int, int], where: str) -> Mask:
    """Return a mask of real steps as bool (n, steps); DataError for another shape or values other than 0 and 1."""
    mask = as_array(valid, f"{where}: valid")
    if mask.shape != shape:
        raise DataError(f"{where}: valid has shape {mask.shape}, the signal has {shape}; give one value per step")
    if mask.dtype.kind != "b" and not (mask.dtype.kind in "iu" and np.isin(mask, (0, 1)).all()):
        raise DataError(f"{where}: valid of dtype {mask.dtype}; give booleans, True where the step is real")
    return mask.astype(bool)


def refuse_swapped_padding(x: NDArray[Any], valid: Mask, where: str, *, side: Side) -> None:
    """Raise DataError where padding lies on the other side: most of it holds values, and the other end holds none.

    Raises
    ------
    DataError
        If so.
    """
    padding, other = ~valid, ~valid[:, ::-1]
    if not padding.any():
        return
    zero = (x == 0).all(axis=2)
    if zero[padding].mean() < 0.5 and zero[other].mean() > 0.95:
        right = "start" if side == "end" else "end"
        raise DataError(
            f"{where}: with padding at the {side}, {1 - zero[padding].mean():.0%} of the padded steps hold values, while "
            f"{zero[other].mean():.0%} of the steps at the {right} are zero; pass padding={right!r}"
        )


def clean(
    x: NDArray[Any], valid: Mask, place: Place, where: str, report: Report, *, nonfinite: Nonfinite
) -> tuple[Floats, Mask, Mask | None]:
    """Return a signal as float32 with non-finite values treated and padding set to 0, its mask, and its missing cells.

    Parameters
    ----------
    x
        (n, steps, features), any real dtype.
    valid
        bool (n, steps).
    place
        Row, and position inside the sample, to its name in errors.
    where
        Split and modality, for errors.
    report
        Receives "nonfinite", "overflow", "padding" and "rounded" findings.
    nonfinite
        "raise" refuses; "zero" replaces each value by 0; "mask" removes the whole step (its values become 0 and `valid`
        False, so a mask may have holes); "mean" leaves the cells to `mmviz.data.statistics`, and removes a step where no feature has
        a value.

    Returns
    -------
    x, valid, missing
        New float32 and bool arrays; with "mean" the cells of valid steps that have no value, bool as `x`, otherwise None.

    Raises
    ------
    DataError
        If `nonfinite` is "raise" and a real step holds NaN, ±inf, or a number beyond float32.
    """
    with np.errstate(over="ignore"):
        cast = x.astype(np.float32, order="C")
    _report_rounded(x, cast, valid, place, where, report)
    finite, holes = np.isfinite(cast), ~valid[:, :, None]
    if finite.all() and not holes.any():
        return cast, valid.copy(), None
    bad = ~finite & valid[:, :, None]
    if bad.any():
        i, t, f = (int(k) for k in np.argwhere(bad)[0])
        count, overflow = int(bad.sum()), int((bad & np.isfinite(x)).sum())
        first = place(i, f", step {t}, feature {f}: {x[i, t, f]}")
        if nonfinite == "raise":
            beyond = f", {overflow} of them finite but beyond float32" if overflow else ""
            empty = int((bad & np.isnan(x)).sum())
            gone = f", {empty} of them missing (NaN or masked)" if empty else ""
            raise DataError(
                f"{where}: {count} non-finite values{beyond}{gone} (first: {first}). "
                'Pass nonfinite="mask" to remove those steps, nonfinite="mean" to set the values to the training mean of their feature, '
                'or nonfinite="zero" to set them to 0.'
            )
        report.add("repair", "nonfinite", where, count - overflow, first=first, action=_DONE[nonfinite])
        report.add("repair", "overflow", where, overflow, first=first, action=_DONE[nonfinite])
        if nonfinite != "zero":
            lost = bad.any(axis=2) if nonfinite == "mask" else bad.all(axis=2)
            valid = valid & ~lost
            holes = ~valid[:, :, None]
    padding = holes & (x != 0)
    kept = np.where(finite & ~holes, cast, np.float32(0))
    leftover = padding & ~bad.any(axis=2, keepdims=True)
    report.add("repair", "padding", where, int(leftover.sum()), action="values in padding set to 0")
    return kept, valid.copy(), (bad & ~holes if nonfinite == "mean" and bad.any() else None)


def _report_rounded(x: NDArray[Any], cast: Floats, valid: Mask, place: Place, where: str, report: Report) -> None:
    """Warn of whole numbers that float32 cannot represent, such as seconds since 1970 or numbers of customers as a feature."""
    if x.dtype.itemsize < 4 or x.dtype == np.float32:
        return
    size = np.abs(cast)
    large = (size >= _EXACT) & np.isfinite(size) & valid[:, :, None]
    if x.dtype.kind == "f":
        large &= size < _WHOLE
    if not large.any():
        return
    rounded = large & (cast.astype(np.float64) != x) & (np.floor(x) == x)
    if rounded.any():
        i, t, f = (int(k) for k in np.argwhere(rounded)[0])
        first = place(i, f", step {t}, feature {f}: {x[i, t, f]} becomes {cast[i, t, f]:.12g}")
        action = "whole numbers beyond 2^24 are rounded to float32; subtract an offset, or leave out what is a date or an identifier"
        report.add("warning", "rounded", where, int(rounded.sum()), first=first, action=action)


def report_sentinels(x: Floats, valid: Mask, place: Place, where: str, report: Report) -> None:
    """Warn of a common marker of missing values that is the minimum or maximum and occurs at least twice.

    Parameters
    ----------
    x, valid
        (n, steps, features) and (n, steps), as `clean` returns them.
    place, where
        For the report.
    report
        Receives a "sentinel" warning.
    """
    for extreme in {float(x.min()), float(x.max())} & _SENTINELS:
        cells = (x == np.float32(extreme)) & valid[:, :, None]
        count = int(cells.sum())
        if count > 1:
            i, t, f = (int(k) for k in np.argwhere(cells)[0])
            action = "kept as a value; if it marks missing cells, give NaN there and choose nonfinite="
            report.add(
                "warning",
                "sentinel",
                where,
                count,
                first=place(i, f", step {t}, feature {f}: {extreme:g}"),
                action=action,
            )


def refuse_empty(n: int, where: str) -> None:
    """Raise DataError if a split has no samples."""
    if n == 0:
        raise DataError(f"{where}: no samples; leave the split out or give it some")
