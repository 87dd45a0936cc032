"""Fields of a file's tree: checked type and shape, concatenated sequences, one label column of several."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mmviz.core.errors import ConfigError, DataError
from mmviz.core.options import nearest
from mmviz.data.label_layout import is_one_hot, layout_of
from mmviz.data.report import Report
from mmviz.data.spec import TaskKind

MAX_TEXT = 2_000_000


def field(tree: Any, key: str, where: str) -> Any:
    """Return ``tree[key]``.

    Raises
    ------
    DataError
        If `tree` is not a dictionary or has no such key; the message lists the keys that are there.
    """
    if not isinstance(tree, Mapping):
        raise DataError(f"{where}: a {type(tree).__name__} where a dictionary with {key!r} is expected")
    skipped = getattr(tree, "skipped", {})
    if key in skipped:
        raise DataError(f"{where}: {key!r} is {skipped[key]}; save it as an array of real numbers or text")
    if key not in tree:
        raise DataError(f"{where}: no key {key!r}; it has {listed(tree)}")
    return tree[key]


def split_entries(
    tree: Mapping[Any, Any], keys: Collection[str], where: str, report: Report
) -> dict[str, Mapping[str, Any]]:
    """Return the dictionaries of a file that are splits; report the other entries.

    Parameters
    ----------
    tree
        Of the file.
    keys
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
        if isinstance(key, str) and isinstance(part, Mapping) and set(part) & set(keys):
            found[key] = part
            continue
        rows = rows_in(part)
        report.add("warning", "left out", where, rows, first=repr(key)[:60], action="no split of this layout: not read")
    return found


def report_left_out(names: Sequence[str], where: str, action: str, report: Report) -> None:
    """Add a warning that counts files or rows that are not read and shows the first of them."""
    first = repr(names[0])[:80] if names else ""
    report.add("warning", "left out", where, len(names), first=first, action=f"{action}: not read")


def rows_in(part: Any) -> int:
    """Return the number of samples that an entry may hold: the size of its longest array or list, at least 1."""
    columns = part.values() if isinstance(part, Mapping) else ()
    sizes = [len(v) for v in columns if isinstance(v, (list, tuple)) or (isinstance(v, np.ndarray) and v.ndim)]
    return max([1, *sizes])


def listed(names: Any) -> str:
    """Return names as text for an error, at most twenty."""
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
    """Return 1 where a value reaches the threshold, 0 where not, NaN where it is NaN: a missing label stays missing."""
    return np.where(np.isnan(values.astype(np.float64)), np.nan, values >= threshold)


def texts(value: Any, where: str) -> list[str]:
    """Return a list of text; bytes are decoded as UTF-8, invalid ones become U+FFFD."""
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


MAX_VALUES = 2_000_000_000


def cut_and_pad(x: NDArray[Any], lengths: Any, where: str) -> tuple[NDArray[Any], NDArray[np.int64]]:
    """Return sequences cut from one long array and padded at the end, and their lengths.

    Parameters
    ----------
    x
        (sum of lengths, features).
    lengths
        Whole numbers (n,).
    where
        For errors.

    Returns
    -------
    padded, lengths
        (n, longest, features) and int64 (n,).

    Raises
    ------
    DataError
        If a length is negative or no whole number, they do not add up to the array, or the padded array would hold more
        than `MAX_VALUES` values.
    """
    k = numeric(lengths, where, 1)
    if k.dtype.kind not in "iu" or (k.size and (int(k.min()) < 0 or int(k.max()) > len(x))):
        first = next((i for i, v in enumerate(k.tolist()) if not (0 <= v <= len(x) and v % 1 == 0)), 0) if k.size else 0
        raise DataError(
            f"{where}: length {k[first] if k.size else k} of sample {first}; give whole numbers from 0 to {len(x)}"
        )
    k = k.astype(np.int64)
    if int(k.sum()) != len(x) or len(k) == 0:
        raise DataError(f"{where}: {len(k)} lengths add up to {int(k.sum())}, the array has {len(x)} steps")
    longest = max(int(k.max()), 1)
    if len(k) * longest * x.shape[1] > MAX_VALUES:
        raise DataError(f"{where}: {len(k)} x {longest} x {x.shape[1]} values after padding; at most {MAX_VALUES}")
    padded = np.zeros((len(k), longest, x.shape[1]), x.dtype)
    padded[np.arange(longest) < k[:, None]] = x
    return padded, k


PRESENCE = ("absent", "present")


@dataclass(frozen=True, eq=False)
class Label:
    """One label per sample of every split.

    Attributes
    ----------
    target
        Split name to (n,) numbers, or None where a split has no labels.
    task, classes
        What they are.
    note
        Which column was read, for ``spec.notes``; "" where there is only one.
    name
        Of that column; "" where it is not known.
    """

    target: dict[str, NDArray[Any] | None]
    task: TaskKind
    classes: tuple[str, ...] | None = None
    note: str = ""
    name: str = ""


#: labels of CMU-MOSEI, in the order of CMU_MOSEI_Labels.csd and of the pickles that were made from it
MOSEI = {7: ("sentiment", "happy", "sad", "anger", "surprise", "disgust", "fear")}
OPINION = ("negative", "non-negative")


def in_two_classes(found: Label) -> Label:
    """Return a label of values as two classes: of a named emotion absent or present (above 0), else negative or non-negative."""
    if found.classes is not None:
        return found
    emotion = found.name in MOSEI[7][1:]
    made = {
        s: None if y is None else at_least(y, np.nextafter(0, 1) if emotion else 0) for s, y in found.target.items()
    }
    note = f"{found.note} Present: above 0." if emotion else f"{found.note} Non-negative: 0 or more.".strip()
    return replace(found, target=made, task="classification", classes=PRESENCE if emotion else OPINION, note=note)


def one_label(
    labels: Mapping[str, NDArray[Any] | None],
    column: int | str | None,
    where: str,
    report: Report,
    *,
    names: Mapping[int, Sequence[str]] | None = None,
    columns: Mapping[int, Sequence[str]] | None = None,
) -> Label:
    """Return one label per sample.

    Parameters
    ----------
    labels
        Split name to numbers (n, ...), all of one layout; None where a split has no labels.
    column
        Which column of several, by number from 0 or by name; None where there is but one.
    where
        The file, for errors.
    report
        Receives a "label" note for what was converted.
    names
        Number of columns that are one-hot (absent, present), to the names of these columns.
    columns
        Number of other columns to their names.

    Returns
    -------
    Label
        A value (n,) or (n, 1, ...) is a regression. One-hot rows (n, k) are k classes. A column of several is a classification into
        absent and present where it is one-hot or holds but 0 and 1, otherwise a regression.

    Raises
    ------
    DataError
        If there are several columns and none was chosen, with the layout and the columns; or splits differ in layout.
    ConfigError
        If there is no such column.
    """
    given = {s: _squeezed(y) for s, y in labels.items() if y is not None}
    shapes = {y.shape[1:] for y in given.values()}
    if len(shapes) > 1:
        listed = ", ".join(f"{s} {y.shape}" for s, y in given.items())
        raise DataError(f"{where} labels: splits of different layouts: {listed}; the file is damaged")
    shape = next(iter(shapes), ())
    empty: dict[str, Any] = dict.fromkeys(labels)
    if not shape:
        if column not in (None, 0):
            raise ConfigError(f"{where} labels: one column; label={column!r} is not one of them")
        return Label(empty | given, "regression")
    whole = np.concatenate(list(given.values()))
    if column is None and len(shape) == 1 and is_one_hot(whole):
        for s, y in given.items():
            report.add(
                "note", "label", f"{where}, {s}", len(y), action=f"one-hot {y.shape}: converted by target.argmax(1)"
            )
        return Label(
            empty | {s: y.argmax(1) for s, y in given.items()}, "classification", tuple(map(str, range(shape[0])))
        )
    presence = len(shape) == 2 and shape[1] == 2 and is_one_hot(whole)
    if len(shape) > 1 and not presence:
        raise DataError(f"{where} labels of shape {whole.shape}: {layout_of(whole, classification=False)}")
    called = tuple(((names if presence else columns) or {}).get(shape[0], ()))
    j = _chosen(column, whole, called, where)
    chosen = {s: y.argmax(2)[:, j] if presence else y[:, j] for s, y in given.items()}
    name = f"{called[j]!r}, " if called else ""
    note = f"Label: {name}column {j} of {shape[0]}."
    for s, y in chosen.items():
        report.add("note", "label", f"{where}, {s}", len(y), action=f"{name}column {j} of {given[s].shape}")
    binary = presence or bool(np.isin(np.concatenate(list(chosen.values())), (0, 1)).all())
    made = Label(empty | chosen, "regression", None, note, called[j] if called else "")
    return replace(made, task="classification", classes=PRESENCE) if binary else made


def _squeezed(y: NDArray[Any]) -> NDArray[Any]:
    """Return (n, ...) without axes of length 1; no column at all stays an axis of length 0."""
    return y.reshape(len(y), *(k for k in y.shape[1:] if k != 1))


def _chosen(column: int | str | None, whole: NDArray[Any], called: tuple[str, ...], where: str) -> int:
    k = whole.shape[1]
    choice = f"label=0 to {k - 1}" + (f" or a name: {', '.join(map(repr, called))}" if called else "")
    if k == 0:
        raise DataError(f"{where} labels of shape {whole.shape}: no column; the file is damaged")
    if column is None:
        layout = layout_of(whole, classification=False, columns=called)
        raise DataError(f"{where} labels of shape {whole.shape}: {layout}. Select one by {choice}")
    if isinstance(column, str) and column.lower() in called:
        return called.index(column.lower())
    if isinstance(column, str) or not 0 <= column < k:
        raise ConfigError(
            f"{where} labels: {k} columns; label={column!r}{nearest(column, called)} is not one of them; use {choice}"
        )
    return int(column)
