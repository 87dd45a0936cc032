"""The layout of MulT and MultiBench: ``mosi_data.pkl``, ``mosi_data_noalign.pkl``, ``mosei_senti_data.pkl``."""

import re
from collections.abc import Mapping
from typing import Any, Literal

import numpy as np

from mmviz.core.errors import DataError
from mmviz.core.options import one_of
from mmviz.data.assemble import Description
from mmviz.data.dataset import Dataset
from mmviz.data.formats.build import Repairs, SplitFields, build_dataset
from mmviz.data.formats.fields import MOSEI, field, in_two_classes, numeric, one_label, split_entries, text
from mmviz.data.report import Report
from mmviz.data.splits import ALIASES, canonical
from mmviz.io.content import Content

MODALITIES = ("text", "audio", "vision")
EMOTIONS = {4: ("neutral", "happy", "sad", "angry")}  # IEMOCAP, in the order of MulT's eval_iemocap
_SEGMENT = re.compile(r"(.+)\[\d+\]|(.+)_\d+")


def matches(content: Content) -> bool:
    """Return whether the tree is split -> dictionary with ``labels`` and modalities."""
    tree = content.tree
    if content.kind not in ("pickle", "npz") or not isinstance(tree, Mapping):
        return False
    parts = {str(s): p for s, p in tree.items() if isinstance(p, Mapping) and set(p) & set(MODALITIES)}
    return any(canonical(s) in ALIASES and "labels" in p for s, p in parts.items())


def read(
    content: Content,
    repairs: Repairs,
    *,
    label: int | str | None = None,
    target: Literal["regression", "classification"] = "regression",
) -> Dataset:
    """Return the splits of the file.

    Parameters
    ----------
    content
        Of the file.
    repairs
        Allowed repairs; labels reach from -3 to 3.
    label
        Which column, where there is more than one (emotions): its number from 0, or "neutral", "happy", "sad", "angry" of IEMOCAP's
        labels (n, 4, 2), or "sentiment", "happy", "sad", "anger", "surprise", "disgust", "fear" of CMU-MOSEI's seven columns. A column
        that is present or absent is a classification, another one a regression.
    target
        "classification": a value becomes negative or non-negative, a named emotion of CMU-MOSEI present (above 0) or absent.

    Returns
    -------
    Dataset
        One-hot labels (n, k) are k classes. A split without labels can be predicted. Padding is found by all-zero steps, on the side where they lie. Ids are the file's where they differ, else
        numbered; groups are the videos where an id shows one.

    Raises
    ------
    DataError, ConfigError
        If there are several labels and none was chosen, or as `mmviz.data.from_arrays`.
    """
    one_of(target, ("regression", "classification"), "target")
    report = Report(content.where)
    parts = split_entries(content.tree, MODALITIES, content.where, report)
    labels = {s: _labels(p, f"{content.where}, {s}") for s, p in parts.items()}
    found = one_label(labels, label, content.where, report, names=EMOTIONS, columns=MOSEI)
    if target == "classification":
        found = in_two_classes(found)
    raws = {s: _split(p, found.target[s], f"{content.where}, {s}", report) for s, p in parts.items()}
    notes = (
        *((found.note,) if found.note else ()),
        "Splits are the file's.",
        "Columns are numbered, not named: which ones they are is not documented.",
    )
    description = Description(
        "mult", found.task, found.classes, (0.0, 3.0) if found.name in MOSEI[7][1:] else (-3.0, 3.0), "the layout of MulT (github yaohungt/Multimodal-Transformer)",
        "the data set's own: research use", notes,
    )  # fmt: skip
    return build_dataset(raws, description, repairs, report)


def _labels(part: Mapping[str, Any], where: str) -> Any:
    return numeric(part["labels"], f"{where} labels", 1, 2, 3) if "labels" in part else None


def _split(part: Mapping[str, Any], target: Any, where: str, report: Report) -> SplitFields:
    names = [m for m in MODALITIES if m in part]
    inputs = {m: numeric(field(part, m, where), f"{where} {m}", 3) for m in names}
    ids, group = _names(part.get("id"), len(next(iter(inputs.values()))), where, report)
    return SplitFields(inputs, target, ids, group)


def _names(given: Any, n: int, where: str, report: Report) -> tuple[Any, Any]:
    """Ids and videos; MulT's MOSI has (segment, start, end), some files have nothing useful."""
    if given is None:
        report.add("note", "ids", where, n, action="none in the file: numbered")
        return None, None
    rows = given.tolist() if isinstance(given, np.ndarray) else given
    if not isinstance(rows, list) or len(rows) != n:
        raise DataError(f"{where} id: {len(rows) if isinstance(rows, list) else type(rows).__name__} for {n} samples")
    while all(isinstance(r, list) and r for r in rows) and rows:
        rows = [r[0] for r in rows]
    names = [text(r, f"{where} id") for r in rows]
    found = [_SEGMENT.fullmatch(name) for name in names]
    group = [(m[1] or m[2]) if m else "" for m in found]
    if len(set(names)) < n:
        report.add("note", "ids", where, n - len(set(names)), action="not different: numbered")
        return None, group
    return names, group
