"""One label per sample out of a file that may hold several: one value, one-hot classes, or columns of which one is chosen."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mmviz.data.choice import nearest
from mmviz.data.report import Report
from mmviz.data.spec import TaskKind
from mmviz.data.target_layout import is_one_hot, layout_of
from mmviz.errors import ConfigError, DataError

PRESENCE = ("absent", "present")


@dataclass(frozen=True, eq=False)
class Label:
    """The label that was read from every split.

    Attributes
    ----------
    target
        Split name to (n,) numbers, or None where a split has no labels.
    task, classes
        What they are.
    note
        Which column was read, for ``spec.notes``; "" where there is only one.
    """

    target: dict[str, NDArray[Any] | None]
    task: TaskKind
    classes: tuple[str, ...] | None = None
    note: str = ""


def one_label(
    labels: Mapping[str, NDArray[Any] | None],
    column: int | str | None,
    where: str,
    report: Report,
    *,
    names: Mapping[int, Sequence[str]] | None = None,
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
    called = tuple((names or {}).get(shape[0], ())) if presence else ()
    j = _chosen(column, whole, called, where)
    columns = {s: y.argmax(2)[:, j] if presence else y[:, j] for s, y in given.items()}
    name = f"{called[j]!r}, " if called else ""
    note = f"Label: {name}column {j} of {shape[0]}."
    for s, y in columns.items():
        report.add("note", "label", f"{where}, {s}", len(y), action=f"{name}column {j} of {given[s].shape}")
    binary = presence or bool(np.isin(np.concatenate(list(columns.values())), (0, 1)).all())
    made = Label(empty | columns, "regression", None, note)
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
        raise DataError(f"{where} labels of shape {whole.shape}: {layout}. Say which one by {choice}")
    if isinstance(column, str) and column.lower() in called:
        return called.index(column.lower())
    if isinstance(column, str) or not 0 <= column < k:
        raise ConfigError(
            f"{where} labels: {k} columns; label={column!r}{nearest(column, called)} is not one of them; use {choice}"
        )
    return int(column)
