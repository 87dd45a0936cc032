"""The layout of MulT and MultiBench: ``mosi_data.pkl``, ``mosi_data_noalign.pkl``, ``mosei_senti_data.pkl``."""

import re
from collections.abc import Mapping
from typing import Any

import numpy as np

from mmviz.data.dataset import Dataset
from mmviz.data.formats.fields import field, numeric, text
from mmviz.data.formats.repairs import Meaning, Raw, Repairs, dataset
from mmviz.data.report import Report
from mmviz.errors import DataError
from mmviz.io.content import Content

SPLITS = ("train", "valid", "dev", "test")
MODALITIES = ("text", "audio", "vision")
_SEGMENT = re.compile(r"(.+)\[\d+\]|(.+)_\d+")


def matches(content: Content) -> bool:
    """Whether the tree is split -> dictionary with ``labels`` and modalities."""
    tree = content.tree
    if content.kind not in ("pickle", "npz") or not isinstance(tree, Mapping):
        return False
    splits = [tree[s] for s in SPLITS if isinstance(tree.get(s), Mapping)]
    return bool(splits) and all("labels" in s and set(s) & set(MODALITIES) for s in splits)


def read(content: Content, repairs: Repairs, *, label: int = 0) -> Dataset:
    """Read the splits of the file.

    Parameters
    ----------
    content
        Of the file.
    repairs
        What may be repaired; labels reach from -3 to 3.
    label
        Which column, where there is more than one (emotions).

    Returns
    -------
    Dataset
        Padding is found by all-zero steps, on the side where they lie. Ids are the file's where they differ, else
        numbered; groups are the videos where an id shows one.

    Raises
    ------
    DataError, ConfigError
        As `mmviz.data.from_arrays`.
    """
    report = Report(content.where)
    raws = {}
    for s in SPLITS:
        if s in content.tree:
            raws["valid" if s == "dev" else s] = _split(content.tree[s], f"{content.where}, {s}", label, report)
    notes = ("Splits are the file's.", "Columns are numbered, not named: which ones they are is not documented.")
    meaning = Meaning(
        "mult", "regression", None, (-3.0, 3.0), "the layout of MulT (github yaohungt/Multimodal-Transformer)",
        "the data set's own: research use", notes,
    )  # fmt: skip
    return dataset(raws, meaning, repairs, report)


def _split(part: Any, where: str, label: int, report: Report) -> Raw:
    if not isinstance(part, Mapping):
        raise DataError(f"{where}: a {type(part).__name__}; a dictionary of arrays is expected")
    names = [m for m in MODALITIES if m in part]
    inputs = {m: numeric(field(part, m, where), f"{where} {m}", 3) for m in names}
    y = numeric(field(part, "labels", where), f"{where} labels", 1, 2, 3)
    y = y.reshape(len(y), -1) if y.size else y.reshape(len(y), 0)
    if not 0 <= label < y.shape[1]:
        raise DataError(f"{where} labels: {y.shape[1]} columns; label={label} is not one of them")
    ids, group = _names(part.get("id"), len(y), where, report)
    return Raw(inputs, y[:, label], ids, group)


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
