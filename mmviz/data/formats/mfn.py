"""MFN's word-aligned sets: arrays ``{modality}_{split}`` in one npz, or ``X_{split}.h5`` and ``y_{split}.h5`` in a folder."""

import re
from collections.abc import Mapping
from typing import Any, Literal

import numpy as np

from mmviz.core.errors import ConfigError, DataError
from mmviz.core.options import one_of
from mmviz.data.assemble import Description
from mmviz.data.dataset import Dataset
from mmviz.data.formats.build import Repairs, SplitFields, build_dataset
from mmviz.data.formats.fields import at_least, field, listed, numeric, one_label
from mmviz.data.report import Report
from mmviz.data.splits import ALIASES, canonical, canonical_splits
from mmviz.io.content import Content
from mmviz.io.hdf5 import open_hdf5

SPLITS = ("train", "valid", "test")
_FILE = re.compile(r"y_(.+)\.h5")
MODALITIES = ("text", "audio", "video")
# widths that add up to a file's: MOSI as MFN's own configuration gives them
SIZES = {325: {"text": 300, "audio": 5, "video": 20}}


def matches(content: Content) -> bool:
    """Return whether the npz has ``y_train`` and modalities by split, or the folder the six HDF5 files."""
    if content.kind == "folder" and content.members is not None:
        return {"train", "test"} <= set(map(canonical, _of_files(content)))
    tree = content.tree
    if content.kind != "npz" or not isinstance(tree, Mapping):
        return False
    return any(any(f"{m}_{s}" in tree for m in MODALITIES) for s in _suffixes(tree) if canonical(s) in ALIASES)


def read(
    content: Content,
    repairs: Repairs,
    *,
    target: Literal["regression", "classification"] = "regression",
    threshold: float | None = None,
    splits: tuple[str, ...] = SPLITS,
    label: int | None = None,
    sizes: Mapping[str, int] | None = None,
) -> Dataset:
    """Return the splits of the file or folder.

    Parameters
    ----------
    content
        Of the npz or the folder.
    repairs
        Allowed repairs; labels have no stated range.
    target, threshold
        The value, or whether it is at least `threshold` (0 for a file whose labels reach below 0, else 3.5, the middle
        that ICT-MMMO's baselines use).
    splits
        Which to read. A modality that is missing from one of them is left out, which is reported.
    label
        Which column, where the file has several labels per sample (MOSEI's emotions).
    sizes
        Folder only: features per modality in the order they are concatenated; known for a width of 325.

    Returns
    -------
    Dataset
        Padding is found by all-zero steps. The files name no samples and no videos: ids are numbers, leakage by video
        cannot be checked.

    Raises
    ------
    DataError, ConfigError
        As `mmviz.data.from_arrays`.
    """
    one_of(target, ("regression", "classification"), "target")
    for s in splits:
        one_of(s, SPLITS, "splits")
    report = Report(content.where)
    there = _suffixes(content.tree) if content.members is None else _of_files(content)
    called = {split: s for s, split in canonical_splits(there, content.where).items()}
    for split, s in called.items():
        if split not in splits:
            report.add(
                "warning", "left out", content.where, 1, first=repr(s), action="a split not in splits=: not read"
            )
    tree = _by_split(content.tree, called) if content.members is None else _folder(content, called, splits, sizes)
    names = [m for m in MODALITIES if all(f"{m}_{s}" in tree for s in splits)]
    for m in MODALITIES:
        absent_in = [s for s in splits if f"{m}_{s}" not in tree]
        if absent_in and len(absent_in) < len(splits):
            report.add(
                "warning", "absent", f"{', '.join(absent_in)} {m}", len(absent_in), action=f"no {m} there: left out"
            )
    if not names:
        raise DataError(f"{content.where}: no modality in all of {', '.join(splits)}; it has {listed(tree)}")
    raws = {}
    values = {s: numeric(field(tree, f"y_{s}", content.where), f"{content.where} y_{s}", 1, 2, 3) for s in splits}
    found = one_label(values, label, content.where, report)
    target = target if found.classes is None else found.task
    values = {s: np.asarray(y) for s, y in found.target.items()}
    if threshold is None:
        threshold = 0.0 if any(bool((y < 0).any()) for y in values.values()) else 3.5
    for s in splits:
        x = {m: numeric(tree[f"{m}_{s}"], f"{content.where} {m}_{s}", 3) for m in names}
        binary = target == "classification" and found.classes is None
        raws[s] = SplitFields(x, at_least(values[s], threshold) if binary else values[s])
    report.add(
        "note", "ids", content.where, len(splits), action="no ids and no videos in the file: leakage is not checkable"
    )
    classes: tuple[str, ...] | None = (
        (f"below {threshold:g}", f"at least {threshold:g}") if target == "classification" else None
    )
    classes = classes if found.classes is None else found.classes
    description = Description(
        "mfn", target, classes, None, "the layout of MFN (github pliang279/MFN)", "the data set's own: research use",
        ("Word-aligned.", "Splits are the file's.", *((found.note,) if found.note else ())),
    )  # fmt: skip
    return build_dataset(raws, description, repairs, report)


def _suffixes(tree: Mapping[str, Any]) -> list[str]:
    """Return the splits that the arrays of a file are named after."""
    return [k.removeprefix("y_") for k in tree if isinstance(k, str) and k.startswith("y_")]


def _of_files(content: Content) -> list[str]:
    names = content.members.names if content.members is not None else []
    return [m[1] for n in names if (m := _FILE.fullmatch(n)) and f"X_{m[1]}.h5" in names]


def _by_split(tree: Mapping[str, Any], called: Mapping[str, str]) -> dict[str, Any]:
    """Return the arrays under the names "train", "valid" and "test"."""
    first = {"y", *MODALITIES}
    return dict(tree) | {
        f"{m}_{split}": tree[f"{m}_{s}"] for split, s in called.items() for m in first if f"{m}_{s}" in tree
    }


def _folder(
    content: Content, called: Mapping[str, str], splits: tuple[str, ...], sizes: Mapping[str, int] | None
) -> dict[str, Any]:
    tree: dict[str, Any] = {}
    for s in splits:
        at = called.get(s, s)
        with open_hdf5(content.path / f"y_{at}.h5", ["data"]) as file:
            tree[f"y_{s}"] = file.rows("data")
        with open_hdf5(content.path / f"X_{at}.h5", ["data"]) as file:
            x = numeric(file.rows("data"), f"X_{at}.h5", 3)
        parts = sizes or SIZES.get(x.shape[2])
        if parts is None or sum(parts.values()) != x.shape[2]:
            raise ConfigError(
                f"X_{s}.h5: {x.shape[2]} features in one array; pass sizes={{'text': 300, 'audio': ..., 'video': ...}} that add up to it"
            )
        edges = np.cumsum([0, *parts.values()])
        tree |= {f"{m}_{s}": x[:, :, a:b] for m, a, b in zip(parts, edges, edges[1:], strict=False)}
    return tree
