"""Arguments of one split as plain arrays: signals, lengths, masks, ids, groups and extras, whatever they came as."""

import itertools
from collections.abc import Mapping, Set
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mmviz.data.as_array import without_torch
from mmviz.data.checks import as_signal
from mmviz.data.given_labels import is_missing
from mmviz.data.masked import Plain, filled, index_of, plain
from mmviz.errors import DataError


def signal_of(values: Any, where: str) -> tuple[NDArray[Any], NDArray[np.bool_] | None]:
    """Return a signal with NaN in cells without a value, and the steps (n, steps) that hold none at all."""
    found = plain(values, where)
    if found.columns is not None:
        _refuse_table(found, where)
    if found.missing is None:
        return as_signal(found.values, where), None
    array = as_signal(filled(found, where), where)
    return array, np.asarray(found.missing.reshape(array.shape).all(axis=2), dtype=bool)


def _refuse_table(found: Plain, where: str) -> None:
    """Refuse a DataFrame whose columns are not all numbers, or name the way to make one step of it."""
    kinds = [
        {type(v).__name__ for v in column if not is_missing(v)} for column in np.asarray(found.values, dtype=object).T
    ]
    odd = [
        i
        for i, names in enumerate(kinds)
        if np.asarray(found.values).dtype.kind == "O" and names & {"str", "Timestamp", "datetime"}
    ]
    if odd and found.columns:
        raise DataError(
            f"{where}: column {found.columns[odd[0]]!r} of the DataFrame holds {', '.join(sorted(kinds[odd[0]]))}; give columns of numbers"
        )
    raise DataError(
        f"{where}: a DataFrame of shape {np.shape(found.values)}; give (n, steps, features): one step with frame.to_numpy()[:, None, :] "
        "and the names of its columns as channels=, or a list of DataFrames, one per sample, through mmviz.data.pad"
    )


def complete(values: Any, where: str, ids: NDArray[np.str_]) -> Any:
    """Return lengths or masks of real steps as they are, refusing cells without a value."""
    found = plain(values, where)
    if found.missing is None:
        return found.values
    rows = found.missing.any(axis=tuple(range(1, found.missing.ndim)))
    at = int(np.argmax(rows))
    raise DataError(
        f"{where}: no value for {int(rows.sum())} samples (first: row {at}, id {str(ids[at])!r}); give a length of 0, or False, where "
        "nothing was recorded"
    )


def refuse_other_order(given: Mapping[str, Any], at: str) -> None:
    """Refuse pandas objects whose row index holds the same labels in another order: rows are taken in their order."""
    indices = {k: i for k, v in given.items() if (i := index_of(v)) is not None}
    for (a, first), (b, other) in itertools.combinations(indices.items(), 2):
        if len(first) == len(other) and not np.array_equal(first, other) and set(first.tolist()) == set(other.tolist()):
            row = next(i for i, (x, y) in enumerate(zip(first.tolist(), other.tolist(), strict=True)) if x != y)
            raise DataError(
                f"{at}{a} and {b} have the same row index in different orders (first: row {row}: {first[row]!r} and {other[row]!r}); "
                f"put them in one order, such as {b}.loc[{a}.index]"
            )


def column_of(values: Any, n: int, where: str) -> NDArray[Any]:
    """Take an array as it is, anything else as n objects; None where a masked array or pandas has no value."""
    found = plain(values, where)
    if found.missing is None and isinstance(found.values, np.ndarray):
        return found.values.copy()
    column = np.empty(n, dtype=object)
    column[:] = list(found.values)
    if found.missing is not None and found.missing.shape == column.shape:
        column[found.missing] = None
    elif found.missing is not None:
        raise DataError(f"{where}: a masked array of shape {found.missing.shape}; give one value per sample")
    return column


def text_of(values: Any, where: str) -> NDArray[np.str_]:
    """Take ids or groups as text; a group may be None, which is unknown, an id may not."""
    if isinstance(values, (Set, Mapping)):
        raise DataError(
            f"{where}: a {type(values).__name__} has no order of rows; give one text per sample in a list or an array"
        )
    values = without_torch(values, where)
    given = values.tolist() if isinstance(values, np.ndarray) else list(values)
    if where.endswith("group"):
        given = ["" if is_missing(v) else v for v in given]
    text = [str(v) for v in given]
    for i, v in enumerate(given):
        if (not isinstance(v, str) and is_missing(v)) or "\0" in text[
            i
        ]:  # NumPy drops trailing NULs, so two ids could become one
            raise DataError(f"{where}: sample {i} is {v!r}; give text without NUL, different for each sample")
    return np.array(text, dtype=np.str_)
