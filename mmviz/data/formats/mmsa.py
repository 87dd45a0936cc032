"""MMSA's pickles: CMU-MOSI, CMU-MOSEI, CH-SIMS and CH-SIMS v2, aligned or not, with BERT or GloVe text."""

from collections.abc import Mapping
from typing import Any, Literal

import numpy as np

from mmviz.core.errors import DataError
from mmviz.core.options import one_of, require_known
from mmviz.data.assemble import Description
from mmviz.data.dataset import Dataset
from mmviz.data.formats.build import Repairs, SplitFields, build_dataset
from mmviz.data.formats.fields import field, numeric, one_label, split_entries, texts
from mmviz.data.padding import runs
from mmviz.data.report import Report
from mmviz.data.splits import ALIASES, canonical
from mmviz.io.content import Content

MODALITIES = ("text", "audio", "vision")
CLASSES = ("negative", "neutral", "positive")
# (audio, vision) features -> which set this most likely is
KNOWN = {(5, 20): "cmu_mosi", (74, 35): "cmu_mosei", (33, 709): "ch_sims", (25, 177): "ch_sims_v2"}
_LABELS = {"M": "regression_labels", "T": "regression_labels_T", "A": "regression_labels_A", "V": "regression_labels_V"}
_LABEL_KEYS = {*_LABELS.values(), "classification_labels", "annotations"}
_NOTE_COLUMNS = (
    "Columns are numbered, not named: MOSI's 5 audio columns are 5 of COVAREP's 74 and its 20 vision columns 20 of FACET's "
    "47; which ones is not documented well enough to name them."
)


def matches(content: Content) -> bool:
    """Return whether the tree is split -> dictionary with labels as MMSA calls them."""
    tree = content.tree
    if content.kind not in ("pickle", "npz") or not isinstance(tree, Mapping):
        return False
    parts = [p for s, p in tree.items() if isinstance(p, Mapping) and canonical(str(s)) in ALIASES]
    return any(_LABEL_KEYS & set(p) for p in parts)


def read(
    content: Content,
    repairs: Repairs,
    *,
    target: Literal["regression", "classification"] = "regression",
    label: Literal["M", "T", "A", "V"] | int = "M",
    modalities: tuple[str, ...] | None = None,
) -> Dataset:
    """Return the splits of the file.

    Parameters
    ----------
    content
        Of the file.
    repairs
        Allowed repairs. The range of labels is -1 to 1 where the file has labels per modality (CH-SIMS), else -3 to 3.
    target
        The value, or negative / neutral / positive after ``annotations`` (or ``classification_labels``).
    label
        CH-SIMS: the multimodal label, or that of text, audio or vision. A column number from 0 where there are several columns.
    modalities
        Which to read; None for those of "text", "audio", "vision" that are there.

    Returns
    -------
    Dataset
        Ids are the file's, groups the videos (the part of an id before ``$_$``). ``extras`` hold ``raw_text``,
        ``annotations`` and ``text_bert`` where they are there.

    Raises
    ------
    DataError, ConfigError
        If a key is missing (the keys that are there are listed), or as `mmviz.data.from_arrays`.
    """
    one_of(target, ("regression", "classification"), "target")
    if not isinstance(label, int) or isinstance(label, bool):
        one_of(label, tuple(_LABELS), "label")
    report = Report(content.where)
    present = list(split_entries(content.tree, (*MODALITIES, *_LABEL_KEYS, "id"), content.where, report))
    names = _modalities(content, present, modalities)
    labels = {s: _labels(_part(content, s), f"{content.where}, {s}", target, label) for s in present}
    found = one_label(labels, label if isinstance(label, int) else None, content.where, report)
    raws = {s: _split(content, s, names, found.target[s], report) for s in present}
    sims = any("regression_labels_T" in _part(content, s) for s in present)
    first = raws[present[0]].inputs
    audio, vision = (int(first[m].shape[2]) if m in first else 0 for m in ("audio", "vision"))
    sizes = (audio, vision)
    name = KNOWN.get(sizes, "mmsa")
    known = (
        f"Taken for {name} by its feature sizes {sizes}."
        if sizes in KNOWN
        else f"Feature sizes {sizes} of no known set."
    )
    limits = (-1.0, 1.0) if sims else (-3.0, 3.0)
    several = found.classes is not None  # one-hot, or a column that is present or absent
    classes = found.classes if several else CLASSES if target == "classification" else None
    notes = (known, _NOTE_COLUMNS, *((found.note,) if found.note else ()), "Splits are the file's.")
    source = "MMSA (github thuiar/MMSA), a processed file of its layout"
    description = Description(
        name, found.task if several else target, classes, limits, source, "the data set's own: research use", notes
    )
    return build_dataset(raws, description, repairs, report)


def _modalities(content: Content, splits: list[str], modalities: tuple[str, ...] | None) -> list[str]:
    if modalities is None:
        found = [m for m in MODALITIES if any(m in _part(content, s) for s in splits)]
        if not found:
            keys = ", ".join(map(repr, content.tree[splits[0]]))
            raise DataError(f"{content.where}: none of {', '.join(MODALITIES)}; {splits[0]} has {keys}")
        return found
    require_known(modalities, MODALITIES, "modalities")
    return list(modalities)


def _part(content: Content, split: str) -> Mapping[str, Any]:
    part = content.tree[split]
    if not isinstance(part, Mapping):
        raise DataError(f"{content.where}, {split}: a {type(part).__name__}; a dictionary of arrays is expected")
    return part


def _labels(part: Mapping[str, Any], where: str, target: str, label: str | int) -> Any:
    """Return the labels of one split, or None where it has none of any kind."""
    if not _LABEL_KEYS & set(part):
        return None
    if target == "classification":
        return _classes(part, where)
    key = _LABELS["M" if isinstance(label, int) else label]
    return numeric(field(part, key, where), f"{where} {key}", 1, 2, 3)


def _split(content: Content, s: str, names: list[str], y: Any, report: Report) -> SplitFields:
    where = f"{content.where}, {s}"
    part = _part(content, s)
    inputs = {m: numeric(field(part, m, where), f"{where} {m}", 3) for m in names}
    ids = texts(field(part, "id", where), f"{where} id")
    lengths: dict[str, Any] = {}
    for m in ("audio", "vision"):
        if m in inputs and f"{m}_lengths" in part:
            lengths[m] = numeric(part[f"{m}_lengths"], f"{where} {m}_lengths", 1)
    if "text" in inputs and "text_bert" in part:
        _bert_lengths(inputs["text"], part["text_bert"], f"{where} text_bert", lengths, report)
    extras: dict[str, Any] = {k: texts(part[k], f"{where} {k}") for k in ("raw_text", "annotations") if k in part}
    if "text_bert" in part:
        extras["text_bert"] = numeric(part["text_bert"], f"{where} text_bert", 3)
    return SplitFields(inputs, y, ids, [i.split("$_$")[0] for i in ids], lengths, {}, extras)


def _bert_lengths(text: Any, bert: Any, where: str, lengths: dict[str, Any], report: Report) -> None:
    """Set the lengths of the text from the token mask where it has no all-zero steps: BERT writes values into padding."""
    mask = numeric(bert, where, 3)
    start, end = runs(text)
    if mask.shape[:2] != (len(text), 3) or mask.shape[2] != text.shape[1] or start.any() or end.any():
        return
    with np.errstate(all="ignore"):
        lengths["text"] = mask[:, 1].sum(axis=1)
    report.add("note", "lengths", where, len(text), action="text: the sum of the token mask")


def _classes(part: Mapping[str, Any], where: str) -> Any:
    if "annotations" in part:
        names = [a.strip().lower() for a in texts(part["annotations"], f"{where} annotations")]
        if set(names) <= set(CLASSES):
            return np.array([CLASSES.index(n) for n in names])
    return numeric(field(part, "classification_labels", where), f"{where} classification_labels", 1)
