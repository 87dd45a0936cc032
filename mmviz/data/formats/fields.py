"""Take one field out of a tree that came from a file: the right type and shape, or an error that says what is there."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mmviz.data.report import Report
from mmviz.errors import DataError

MAX_TEXT = 2_000_000


def field(tree: Any, key: str, where: str) -> Any:
    """Return ``tree[key]``.

    Raises
    ------
    DataError
        If `tree` is no dictionary or has no such key; the message lists the keys that are there.
    """
    if not isinstance(tree, Mapping):
        raise DataError(f"{where}: a {type(tree).__name__} where a dictionary with {key!r} is expected")
    if key not in tree:
        raise DataError(f"{where}: no key {key!r}; it has {listed(tree)}")
    return tree[key]


def split_entries(
    tree: Mapping[Any, Any], wanted: Collection[str], where: str, report: Report
) -> dict[str, Mapping[str, Any]]:
    """Return the dictionaries of a file that are splits, and count what else lies beside them.

    Parameters
    ----------
    tree
        Of the file.
    wanted
        A split has at least one of these keys.
    where
        File, for the report.
    report
        Receives a "left out" finding for each other entry, with its samples where it has any.

    Returns
    -------
    dict
        Name in the file to content, in the order of the file.
    """
    found: dict[str, Mapping[str, Any]] = {}
    for key, part in tree.items():
        if isinstance(key, str) and isinstance(part, Mapping) and set(part) & set(wanted):
            found[key] = part
            continue
        rows = rows_in(part)
        report.add("warning", "left out", where, rows, first=repr(key)[:60], action="no split of this layout: not read")
    return found


def rows_in(part: Any) -> int:
    """Return how many samples an entry that is left out may hold: its longest array or list, at least 1."""
    columns = part.values() if isinstance(part, Mapping) else ()
    sizes = [len(v) for v in columns if isinstance(v, (list, tuple)) or (isinstance(v, np.ndarray) and v.ndim)]
    return max([1, *sizes])


def listed(names: Any) -> str:
    """List names for an error, at most twenty."""
    shown = [repr(n)[:40] for n in list(names)[:20]]
    return ", ".join(shown) + (", ..." if len(list(names)) > len(shown) else "") if shown else "nothing"


def numeric(value: Any, where: str, *ndims: int) -> NDArray[Any]:
    """Return an array of real numbers with one of the numbers of dimensions, or raise DataError."""
    try:
        array = np.asarray(value)
        if array.dtype.kind == "O" and array.ndim == 1:  # numbers that were stored one by one
            array = np.asarray(array.tolist())
    except (ValueError, TypeError, OverflowError) as error:
        raise DataError(
            f"{where}: no plain array ({error!s:.100}); ragged sequences go through mmviz.data.pad"
        ) from None
    if array.dtype.kind not in "fiub":
        raise DataError(f"{where}: values of type {array.dtype}; numbers are expected")
    if ndims and array.ndim not in ndims:
        raise DataError(f"{where}: shape {array.shape}; expected {' or '.join(map(str, ndims))} dimensions")
    return array


def at_least(values: NDArray[Any], threshold: float) -> NDArray[np.float64]:
    """Give 1 where a value reaches the threshold, 0 where not, and NaN where it is NaN: a missing label stays missing."""
    return np.where(np.isnan(values.astype(np.float64)), np.nan, values >= threshold)


def texts(value: Any, where: str) -> list[str]:
    """Return a list of text; bytes are read as UTF-8, what is not becomes U+FFFD."""
    if isinstance(value, np.ndarray):
        if value.ndim != 1:
            raise DataError(f"{where}: shape {value.shape}; one text per sample is expected")
        value = value.tolist()
    if not isinstance(value, Sequence) or isinstance(value, (str, bytes)):
        raise DataError(f"{where}: a {type(value).__name__}; one text per sample is expected")
    return [text(v, f"{where}[{i}]") for i, v in enumerate(value)]


def text(value: Any, where: str) -> str:
    """Return one text; numbers are written out."""
    if isinstance(value, (str, np.str_)):
        out = str(value)
    elif isinstance(value, (bytes, np.bytes_)):
        out = bytes(value).decode("utf-8", "replace")
    elif isinstance(value, (int, np.integer)) and not isinstance(value, bool):
        out = str(int(value))
    else:
        raise DataError(f"{where}: a {type(value).__name__}; text is expected")
    if len(out) > MAX_TEXT:
        raise DataError(f"{where}: a text of {len(out)} characters; at most {MAX_TEXT} are read")
    return out
