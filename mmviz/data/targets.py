"""Targets of all splits: class numbers or finite values, limits of a regression, and counts of the classes."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
from numpy.typing import NDArray

from mmviz.core.errors import ConfigError, DataError
from mmviz.data.label_layout import Labels, one_column
from mmviz.data.report import Report
from mmviz.data.spec import Task, TaskKind

if TYPE_CHECKING:
    from mmviz.data.dataset import Split


_HIGH = 0.4  # of the way from chance to 1
_FEW = 5


def report_classes(splits: Mapping[str, Split], training: str, task: Task, report: Report) -> None:
    """Report class counts of splits that are imbalanced, and classes with few or no samples.

    ``imbalance`` (warning): the accuracy of always predicting the largest class is at least 40 % of the way from chance, 1/K, to 1.
    ``few samples`` (warning): a class has from 1 to 4 training samples. ``class absent`` (note): a class occurs in training and not in
    another labelled split, so that its score does not cover it.
    """
    if task.kind != "classification":
        return
    counts = {
        name: np.bincount(split.target, minlength=len(task.classes))
        for name, split in splits.items()
        if split.target is not None and split.target.ndim == 1 and len(split.target)
    }
    for name, count in counts.items():
        listed = ", ".join(f"{c} {n}" for c, n in zip(task.classes, count, strict=True))
        top, chance = count.max() / count.sum(), 1 / len(task.classes)
        if len(task.classes) > 1 and top >= chance + _HIGH * (1 - chance):
            action = f"majority baseline {top:.2f}: compare with it, or read balanced accuracy and macro F1; fit has class_weight= and sampling="
            report.add("warning", "imbalance", f"{name} target", int(count.max()), first=listed, action=action)
    if training not in counts:
        return
    there = counts[training]
    few = [f"{c} {n}" for c, n in zip(task.classes, there, strict=True) if 0 < n < _FEW]
    report.add(
        "warning",
        "few samples",
        f"{training} target",
        len(few),
        first=", ".join(few),
        action="classes kept: too few to learn from",
    )
    for name, count in counts.items():
        gone = [c for c, n, known in zip(task.classes, count, there, strict=True) if not n and known]
        if name != training:
            action = "scores of this split do not cover them"
            report.add("note", "class absent", f"{name} target", len(gone), first=", ".join(gone), action=action)


OutOfRange = Literal["raise", "clip", "drop"]
Place = Callable[[int], str]


def within(
    y: NDArray[np.float32],
    limits: tuple[float, float],
    where: str,
    report: Report,
    *,
    labels: OutOfRange,
    place: Place,
) -> tuple[NDArray[np.float32], NDArray[np.bool_]]:
    """Return values inside a stated range and which samples to keep; others are refused, clipped or dropped.

    Parameters
    ----------
    y
        (n,) finite.
    limits
        Lowest and highest value allowed.
    where
        Name of the split.
    report
        Receives a "label" finding.
    labels
        "raise" refuses, "clip" moves values to the limit, "drop" removes the samples.
    place
        Row to its name in errors.

    Returns
    -------
    y, keep
        The values, (n,), and which samples stay, bool (n,).

    Raises
    ------
    DataError
        If `labels` is "raise" and a value lies outside.
    """
    low, high = limits
    # a limit such as 0.1 is compared in the precision of the labels
    outside = (y < np.float32(low)) | (y > np.float32(high))
    keep = np.ones(len(y), dtype=bool)
    if not outside.any():
        return y, keep
    at = int(np.flatnonzero(outside)[0])
    first = f"{place(at)}: {y[at]}"
    if labels == "raise":
        raise DataError(
            f"{where}: {int(outside.sum())} labels outside {low} to {high} (first: {first}). "
            'Pass labels="clip" or labels="drop", or widen label_range.'
        )
    action = "clipped" if labels == "clip" else "samples dropped"
    report.add("repair", "label", where, int(outside.sum()), first=first, action=action)
    if labels == "clip":
        return np.clip(y, np.float32(low), np.float32(high)), keep
    return y, ~outside


MAX_CLASSES = 100_000


@dataclass(frozen=True, eq=False)
class SplitLabels:
    """Labels of one split, its number of samples, and the names of its rows in errors."""

    labels: Labels | None
    n: int
    place: Place


def missing_labels(labels: Labels | None) -> NDArray[np.bool_] | None:
    """Return which samples of a partly labelled split have no label, bool (n,); None where all or none have one."""
    if labels is None or not len(labels):
        return None
    missing = labels.unlabelled
    return missing if missing.any() and not missing.all() else None


def refuse_partly_labelled(labels: Labels | None, place: Place, where: str) -> None:
    """Raise DataError where some samples have a label and others have none."""
    missing = missing_labels(labels)
    if missing is not None:
        raise DataError(
            f"{where}: {int(missing.sum())} of {len(missing)} samples have no label (first: {place(int(np.argmax(missing)))}); pass "
            "labels='drop' to leave them out, or put them into a split of their own with target None, which can be predicted"
        )


def targets_of(
    given: Mapping[str, SplitLabels], kind: TaskKind, classes: Sequence[str] | None, report: Report
) -> tuple[dict[str, NDArray[Any] | None], Task]:
    """Return the target of every split, and the task.

    Parameters
    ----------
    given
        Split name to labels; the training split first.
    kind
        Whether labels are classes or values.
    classes
        Names of the classes in the order of their numbers; None to derive them from the labels.
    report
        Receives conversions, splits without labels, and classes without a training sample.

    Returns
    -------
    targets, task
        int64 (n,) or float32 (n,), or None for a split without labels.

    Raises
    ------
    DataError
        If a split is partly labelled, or labels have a layout, type or value that does not fit the task.
    ConfigError
        If two classes have the same name.
    """
    columns: dict[str, Labels] = {}
    count = 0
    for split, g in given.items():
        labels, k = _column(split, g, kind, report)
        if labels is not None:
            columns[split] = labels
            count = _same_count(count, k, split)
    targets: dict[str, NDArray[Any] | None] = dict.fromkeys(given)
    if kind == "classification":
        found, names = _classes(columns, given, classes, count, report)
        targets |= found
        return targets, Task("classification", names, len(names))
    for split, labels in columns.items():
        targets[split] = _values(labels, f"{split}: target", given[split].place)
    return targets, Task("regression", (), 1)


def _column(split: str, given: SplitLabels, kind: TaskKind, report: Report) -> tuple[Labels | None, int]:
    """Return labels (n,) of one split, and the number of classes where the layout defines it."""
    labels, where = given.labels, f"{split}: target"
    if labels is None or (len(labels) and labels.missing.all()):
        report.add("note", "unlabelled", split, given.n, action="no labels: for prediction only")
        return None, 0
    values, k, action = one_column(
        labels.values, given.n, where, classification=kind == "classification", columns=labels.columns,
        missing=labels.missing,
    )  # fmt: skip
    refuse_partly_labelled(labels, given.place, where)
    missing = labels.unlabelled
    report.add("note", "label", split, given.n if action else 0, action=action)
    if k and labels.columns and not all(isinstance(c, (int, np.integer)) for c in labels.columns):
        names = tuple(map(str, labels.columns))
        text = np.empty(given.n, dtype=object)
        text[:] = [names[i] for i in values]
        return Labels(text, missing, names), 0
    return Labels(values, missing, labels.categories), k


def _same_count(before: int, k: int, split: str) -> int:
    if before and k and before != k:
        raise DataError(f"{split}: target is one-hot of {k} classes, another split of {before}; give the same columns")
    return before or k


def _classes(
    columns: Mapping[str, Labels],
    given: Mapping[str, SplitLabels],
    classes: Sequence[str] | None,
    count: int,
    report: Report,
) -> tuple[dict[str, NDArray[Any]], tuple[str, ...]]:
    names = None if classes is None else tuple(map(str, classes))
    if names is not None and len(set(names)) < len(names):
        raise ConfigError(f"classes: {names} holds a name twice")
    if names is not None and count and count != len(names):
        raise DataError(f"target is one-hot of {count} classes, classes= names {len(names)}: {names}; name each column")
    kinds = {labels.text for labels in columns.values()}
    if len(kinds) > 1:
        text, numbers = (next(s for s, c in columns.items() if c.text is wanted) for wanted in (True, False))
        raise DataError(f"target: {text} holds names of classes and {numbers} numbers; give one of both everywhere")
    if kinds == {True}:
        if names is None:
            names = _made_names(columns)
            listed = ", ".join(f"{i} = {name!r}" for i, name in enumerate(names[:20]))
            action = "classes numbered: " + listed + (", ..." if len(names) > 20 else "")
            report.add("note", "class names", "target", len(names), action=action)
        targets = {s: _by_name(c, names, f"{s}: target", given[s].place) for s, c in columns.items()}
    else:
        if (
            classes is not None and names and all(isinstance(c, (int, np.integer)) for c in classes)
        ):  # values, not places
            columns = {s: _as_names(c) for s, c in columns.items()}
            targets = {s: _by_name(c, names, f"{s}: target", given[s].place) for s, c in columns.items()}
        else:
            targets = {s: _numbers(c, names, f"{s}: target", given[s].place) for s, c in columns.items()}
        if names is None and targets:
            highest = max(int(y.max()) for y in targets.values())
            names = tuple(str(k) for k in range(max(highest + 1, count)))
    _check(targets, names or (), given, report)
    return targets, names or ()


def _as_names(labels: Labels) -> Labels:
    """Return whole numbers as text."""
    text = np.empty(len(labels), dtype=object)
    text[:] = [f"{v:g}" if labels.values.dtype.kind == "f" else str(int(v)) for v in labels.values.tolist()]
    return Labels(text, labels.missing)


def _made_names(columns: Mapping[str, Labels]) -> tuple[str, ...]:
    """Return the categories of a pandas categorical where all splits have the same, otherwise the sorted names."""
    orders = {labels.categories for labels in columns.values()}
    if len(orders) == 1 and (order := next(iter(orders))):
        return tuple(str(c).strip() for c in order)
    names = {str(v) for labels in columns.values() for v in labels.values}
    whole = all(n.isascii() and n.lstrip("-").isdigit() for n in names)
    return tuple(sorted(names, key=(lambda n: (int(n), n)) if whole else (lambda n: (0, n))))


def _by_name(labels: Labels, names: tuple[str, ...], where: str, place: Place) -> NDArray[np.int64]:
    index = {name.strip(): i for i, name in enumerate(names)}
    unknown = [i for i, v in enumerate(labels.values) if v not in index]
    if unknown:
        raise DataError(
            f"{where}: {len(unknown)} labels are none of the classes {names} (first: {place(unknown[0])}: "
            f"{labels.values[unknown[0]]!r:.60}); name all classes, in the spelling of the labels"
        )
    return np.array([index[v] for v in labels.values], dtype=np.int64)


def _numbers(labels: Labels, names: tuple[str, ...] | None, where: str, place: Place) -> NDArray[np.int64]:
    y = labels.values
    wide = y.astype(np.float64)  # a half-precision label is compared as the number it is
    bad = ~np.isfinite(wide) | (wide < 0) | (wide != np.floor(wide)) | (wide >= MAX_CLASSES)
    if bad.any():
        at = int(np.flatnonzero(bad)[0])
        signs = np.isin(wide, (-1, 1)).all()
        mark = bool((wide[bad] == -1).all())
        hint = "; if -1 marks samples without a label, give NaN there and labels='drop'" if mark else ""
        hint = "; labels -1 and 1 become classes by (target > 0).astype(int)" if signs else hint
        raise DataError(
            f"{where}: {int(bad.sum())} bad labels (first: {place(at)}: {y[at]}); give whole numbers from 0, "
            f"below {MAX_CLASSES}{hint}"
        )
    if names is not None and wide.max() >= len(names):
        at = int(np.flatnonzero(wide >= len(names))[0])
        from_one = "; if labels count from 1, give target - 1" if wide.min() == 1 and wide.max() == len(names) else ""
        raise DataError(
            f"{where}: label {y[at]} of {place(at)} is beyond the {len(names)} classes {names}; name all classes{from_one}"
        )
    return y.astype(np.int64)


def _values(labels: Labels, where: str, place: Place) -> NDArray[np.float32]:
    y = labels.values
    if labels.text:
        raise DataError(
            f"{where} is not numeric (first: {place(0)}: {y[0]!r:.60}); a regression takes finite numbers: "
            "convert with .astype(float), or set task='classification'"
        )
    bad = ~np.isfinite(y)
    if bad.any():
        at = int(np.flatnonzero(bad)[0])
        raise DataError(f"{where}: {int(bad.sum())} bad labels (first: {place(at)}: {y[at]}); give finite numbers")
    with np.errstate(over="ignore"):
        cast = y.astype(np.float32)
    if not np.isfinite(cast).all():
        at = int(np.flatnonzero(~np.isfinite(cast))[0])
        raise DataError(f"{where}: {place(at)} is {y[at]}, beyond float32; rescale it")
    return cast


def _check(
    targets: Mapping[str, NDArray[Any]], names: tuple[str, ...], given: Mapping[str, SplitLabels], report: Report
) -> None:
    """Refuse a single class; count the classes without a training sample, and the samples of them in other splits."""
    if not targets:
        return
    if len(names) < 2:
        raise DataError(
            f"target: only one class ({', '.join(names)}); a classification needs two: name all classes with classes= if the others do not occur here"
        )
    reference = next(iter(targets))
    seen = set(np.unique(targets[reference]).tolist())
    missing = sorted(set(range(len(names))) - seen)
    first = f"class {names[missing[0]]!r}" if missing else ""
    from_one = all((y > 0).all() for y in targets.values())
    action = "no sample; kept as an output" + ("; if labels count from 1, give target - 1" if from_one else "")
    report.add("warning", "class", reference, len(missing), first=first, action=action)
    for split, y in targets.items():
        new = ~np.isin(y, sorted(seen))
        at = int(np.flatnonzero(new)[0]) if new.any() else 0
        first = f"{given[split].place(at)}: class {names[y[at]]!r}" if new.any() else ""
        action = f"of a class that {reference} does not have: they cannot be predicted correctly"
        report.add("warning", "unseen class", split, int(new.sum()), first=first, action=action)
