"""What the report says of classes: a majority that a constant prediction would profit from, and classes with few samples."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Mapping

    from mmviz.data.dataset import Split
    from mmviz.data.report import Report
    from mmviz.data.spec import Task

_HIGH = 0.4  # of the way from chance to 1
_FEW = 5


def report_classes(splits: Mapping[str, Split], training: str, task: Task, report: Report) -> None:
    """Add the class counts of each split where they are uneven, and the classes with few or no samples.

    ``imbalance`` (warning): the accuracy of always predicting the largest class is at least 40 % of the way from chance, 1/K, to 1.
    ``few samples`` (warning): a class has from 1 to 4 training samples. ``class absent`` (note): a class occurs in training and not in
    another labelled split, so that its score says nothing of it.
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
        action="classes kept: hardly learned",
    )
    for name, count in counts.items():
        gone = [c for c, n, known in zip(task.classes, count, there, strict=True) if not n and known]
        if name != training:
            action = "scores of this split say nothing of them"
            report.add("note", "class absent", f"{name} target", len(gone), first=", ".join(gone), action=action)
