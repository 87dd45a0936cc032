"""Labels as they were given: plain arrays of numbers or text, with the entries marked that hold no label."""

from collections.abc import Iterable, Mapping, Set
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mmviz.data.masked import plain
from mmviz.data.target_layout import ONE_AT_A_TIME
from mmviz.errors import DataError

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
        """Copy some."""
        return Labels(self.values[rows], self.missing[rows], self.categories, self.columns)

    @property
    def unlabelled(self) -> NDArray[np.bool_]:
        """Which samples lack a label, or one of several, bool (n,)."""
        return np.asarray(self.missing.any(axis=tuple(range(1, self.missing.ndim))), dtype=bool)

    @property
    def text(self) -> bool:
        """Whether the labels are names."""
        return self.values.dtype.kind == "O"


def given_labels(values: Any, where: str) -> Labels:
    """Take labels as plain numbers or names.

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
    """Whether a cell holds no value: None, a masked cell, NaN, pandas.NA, NaT, or the text that stands for one of them."""
    if value is None or value is np.ma.masked:
        return True
    if isinstance(value, str):
        return value.strip() in _NO_TEXT
    if type(value).__name__ in ("NAType", "NaTType"):
        return True
    return isinstance(value, (float, np.floating)) and bool(np.isnan(value))
