"""Labels as arrays of numbers or text: missing entries, one-hot columns, and layouts with several labels per sample."""

from collections.abc import Iterable, Mapping, Sequence, Set
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mmviz.core.errors import DataError
from mmviz.data.arrays import plain

ONE_AT_A_TIME = "multi-label and multi-target data sets are not supported: train one column at a time, target[:, j]"
_TOLERANCE = 1e-3  # of the sum of a row of probabilities


def one_column(
    y: NDArray[Any], n: int, where: str, *, classification: bool, columns: Sequence[Any] = (), missing: Any = None
) -> tuple[NDArray[Any], int, str]:
    """Return a target with one entry per sample; one-hot rows become class numbers.

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
        (n,); the number of classes where the layout defines it, otherwise 0; and the conversion, "" for none.

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
    """Return a description of the layout of a target with several numbers per sample, and what to do."""
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


_NO_TEXT = ("", "nan", "NaN", "<NA>", "NaT")  # what NumPy and pandas write for a missing entry of a text array


@dataclass(frozen=True, eq=False)
class Labels:
    """Labels of some samples.

    Attributes
    ----------
    values
        (n, ...) numbers, or objects of which each is a text; where `missing`, anything.
    missing
        bool of the same shape: True where there is no label.
    categories
        Of a pandas categorical, its categories in their order.
    columns
        Of a pandas DataFrame, the names of its columns.
    """

    values: NDArray[Any]
    missing: NDArray[np.bool_]
    categories: tuple[Any, ...] = ()
    columns: tuple[Any, ...] = ()

    def __len__(self) -> int:
        return len(self.values)

    def take(self, rows: NDArray[np.int64]) -> "Labels":
        """Return some of the labels."""
        return Labels(self.values[rows], self.missing[rows], self.categories, self.columns)

    @property
    def unlabelled(self) -> NDArray[np.bool_]:
        """Samples without a label, or without one of several, bool (n,)."""
        return np.asarray(self.missing.any(axis=tuple(range(1, self.missing.ndim))), dtype=bool)

    @property
    def text(self) -> bool:
        """Whether the labels are names."""
        return self.values.dtype.kind == "O"


def given_labels(values: Any, where: str) -> Labels:
    """Return labels as plain numbers or names, with missing entries marked.

    Parameters
    ----------
    values
        An array, a list, a masked array, or a pandas object.
    where
        For errors, such as "train: target".

    Returns
    -------
    Labels
        In the shape that was given. Missing are: masked entries, None, NaN, pandas.NA and NaT, and empty text.

    Raises
    ------
    DataError
        If there is no row per sample, samples have different numbers of labels, numbers and text are mixed, or the labels are neither.
    """
    found = plain(values, where)
    array = _array(found.values, where)
    missing = np.zeros(array.shape, bool) if found.missing is None else found.missing
    if array.dtype.kind in "USO":
        array, missing = _objects(array, missing, where)
    elif array.dtype.kind not in "fiub":
        raise DataError(
            f"{where} is not numeric but {array.dtype}; give class labels 0, 1, ..., their names, or finite numbers"
        )
    if array.dtype.kind == "f":
        missing = missing | np.isnan(array)
    return Labels(array, missing, found.categories or (), found.columns or ())


def _array(values: Any, where: str) -> NDArray[Any]:
    if isinstance(values, (Set, Mapping)):
        raise DataError(
            f"{where}: a {type(values).__name__} has no order of rows; give one label per sample in a list or an array"
        )
    if not isinstance(values, (np.ndarray, str, bytes)) and isinstance(values, Iterable):
        listed = values if hasattr(values, "__array__") else list(values)
        if isinstance(listed, list) and any(isinstance(v, (set, frozenset, dict)) for v in listed):
            raise DataError(f"{where}: samples with sets of labels; {ONE_AT_A_TIME}, of an array (n, k)")
    else:
        listed = values
    try:
        array = np.asarray(listed)
    except ValueError:
        raise DataError(
            f"{where}: samples with different numbers of labels; {ONE_AT_A_TIME}, of an array (n, k)"
        ) from None
    if array.ndim == 0:
        raise DataError(f"{where}: a {type(values).__name__} ({values!r:.40}) where one row per sample is needed")
    if array.dtype.kind in "USO" and array.ndim == 1 and isinstance(listed, list):  # NumPy turns [0, "a"] into text
        array = np.empty(len(listed), dtype=object)
        array[:] = listed
    return array


def _objects(array: NDArray[Any], missing: NDArray[np.bool_], where: str) -> tuple[NDArray[Any], NDArray[np.bool_]]:
    """Return numbers or an object array of text, and which entries hold no label."""
    flat = [v.decode("utf-8", "replace") if isinstance(v, bytes) else v for v in array.ravel().tolist()]
    gone = missing.ravel() | np.array([is_missing(v) for v in flat], dtype=bool)
    there = [v for v, no in zip(flat, gone, strict=True) if not no]
    if any(isinstance(v, (list, tuple, set, frozenset, dict, np.ndarray)) for v in there):
        shapes = {np.shape(v) for v in there} if all(isinstance(v, (list, tuple, np.ndarray)) for v in there) else set()
        if len(shapes) == 1 and not gone.any():
            again = given_labels(np.array([np.asarray(v) for v in there]), where)
            return again.values.reshape(*array.shape, *again.values.shape[1:]), again.missing.reshape(
                *array.shape, *again.missing.shape[1:]
            )
        raise DataError(f"{where}: samples with different numbers of labels; {ONE_AT_A_TIME}, of an array (n, k)")
    if there and all(isinstance(v, (bool, int, float, np.number, np.bool_)) for v in there):
        numbers = np.asarray(there)
        if numbers.dtype.kind not in "fiub":
            raise DataError(
                f"{where} is not numeric but {numbers.dtype}; give class labels 0, 1, ..., or finite numbers"
            )
        out = np.zeros(len(flat), numbers.dtype)
        out[~gone] = numbers
        return out.reshape(array.shape), gone.reshape(array.shape)
    odd = next((i for i, v in enumerate(flat) if not gone[i] and not isinstance(v, str)), None)
    texts = [v for v in there if isinstance(v, str)]
    if odd is not None:
        word = next((i for i, v in enumerate(flat) if isinstance(v, str) and not gone[i]), odd)
        row = word // (array.size // len(array))
        also = " among numbers" if texts else ""
        raise DataError(
            f"{where} is not numeric{also} (first: row {row}: {flat[word]!r:.60}); give class labels 0, 1, ..., the name of a "
            "class for every sample, or finite numbers"
        )
    out = np.empty(len(flat), dtype=object)
    out[:] = [v.strip() if isinstance(v, str) else "" for v in flat]
    return out.reshape(array.shape), gone.reshape(array.shape)


def is_missing(value: Any) -> bool:
    """Return whether a cell holds no value: None, a masked cell, NaN, pandas.NA, NaT, or the text that stands for one of them."""
    if value is None or value is np.ma.masked:
        return True
    if isinstance(value, str):
        return value.strip() in _NO_TEXT
    if type(value).__name__ in ("NAType", "NaTType"):
        return True
    return isinstance(value, (float, np.floating)) and bool(np.isnan(value))
