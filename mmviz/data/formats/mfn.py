"""MFN's word-aligned sets: arrays ``{modality}_{split}`` in one npz, or ``X_{split}.h5`` and ``y_{split}.h5`` in a folder."""

from collections.abc import Mapping
from typing import Any, Literal

import numpy as np

from mmviz.data.choice import one_of
from mmviz.data.dataset import Dataset
from mmviz.data.formats.fields import at_least, field, listed, numeric
from mmviz.data.formats.repairs import Meaning, Raw, Repairs, dataset
from mmviz.data.report import Report
from mmviz.errors import ConfigError, DataError
from mmviz.io.content import Content
from mmviz.io.hdf5 import open_hdf5

SPLITS = ("train", "valid", "test")
MODALITIES = ("text", "audio", "video")
# widths that add up to a file's: MOSI as MFN's own configuration gives them
SIZES = {325: {"text": 300, "audio": 5, "video": 20}}


def matches(content: Content) -> bool:
    """Whether the npz has ``y_train`` and modalities by split, or the folder the six HDF5 files."""
    if content.kind == "folder" and content.members is not None:
        return {"X_train.h5", "y_train.h5", "X_test.h5", "y_test.h5"} <= set(content.members.names)
    tree = content.tree
    if content.kind != "npz" or not isinstance(tree, Mapping):
        return False
    return any(f"y_{s}" in tree and any(f"{m}_{s}" in tree for m in MODALITIES) for s in SPLITS)


def read(
    content: Content,
    repairs: Repairs,
    *,
    target: Literal["regression", "classification"] = "regression",
    threshold: float | None = None,
    splits: tuple[str, ...] = SPLITS,
    sizes: Mapping[str, int] | None = None,
) -> Dataset:
    """Read the splits.

    Parameters
    ----------
    content
        Of the npz or the folder.
    repairs
        What may be repaired; labels have no stated range.
    target, threshold
        The value, or whether it is at least `threshold` (0 for a file whose labels reach below 0, else 3.5, the middle
        that ICT-MMMO's baselines use).
    splits
        Which to read. A modality that one of them lacks is left out, and the report says so.
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
    tree = content.tree if content.members is None else _folder(content, splits, sizes)
    names = [m for m in MODALITIES if all(f"{m}_{s}" in tree for s in splits)]
    for m in MODALITIES:
        lacking = [s for s in splits if f"{m}_{s}" not in tree]
        if lacking and len(lacking) < len(splits):
            report.add("warning", "absent", f"{', '.join(lacking)} {m}", len(lacking), action=f"no {m} there: left out")
    if not names:
        raise DataError(f"{content.where}: no modality in all of {', '.join(splits)}; it has {listed(tree)}")
    raws = {}
    values = {s: numeric(field(tree, f"y_{s}", content.where), f"{content.where} y_{s}", 1, 2, 3) for s in splits}
    values = {s: y.reshape(len(y)) if y.size == len(y) else y for s, y in values.items()}
    if threshold is None:
        threshold = 0.0 if any(bool((y < 0).any()) for y in values.values()) else 3.5
    for s in splits:
        x = {m: numeric(tree[f"{m}_{s}"], f"{content.where} {m}_{s}", 3) for m in names}
        raws[s] = Raw(x, at_least(values[s], threshold) if target == "classification" else values[s])
    report.add(
        "note", "ids", content.where, len(splits), action="no ids and no videos in the file: leakage is not checkable"
    )
    classes = (f"below {threshold:g}", f"at least {threshold:g}") if target == "classification" else None
    meaning = Meaning(
        "mfn", target, classes, None, "the layout of MFN (github pliang279/MFN)", "the data set's own: research use",
        ("Word-aligned.", "Splits are the file's."),
    )  # fmt: skip
    return dataset(raws, meaning, repairs, report)


def _folder(content: Content, splits: tuple[str, ...], sizes: Mapping[str, int] | None) -> dict[str, Any]:
    tree: dict[str, Any] = {}
    for s in splits:
        with open_hdf5(content.path / f"y_{s}.h5", ["data"]) as file:
            tree[f"y_{s}"] = file.rows("data")
        with open_hdf5(content.path / f"X_{s}.h5", ["data"]) as file:
            x = numeric(file.rows("data"), f"X_{s}.h5", 3)
        parts = sizes or SIZES.get(x.shape[2])
        if parts is None or sum(parts.values()) != x.shape[2]:
            raise ConfigError(
                f"X_{s}.h5: {x.shape[2]} features in one array; pass sizes={{'text': 300, 'audio': ..., 'video': ...}} that add up to it"
            )
        edges = np.cumsum([0, *parts.values()])
        tree |= {f"{m}_{s}": x[:, :, a:b] for m, a, b in zip(parts, edges, edges[1:], strict=False)}
    return tree
