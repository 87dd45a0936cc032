"""MUStARD (sarcasm) and UR-FUNNY (humour) as MultiBench stores them: ``sarcasm.pkl``, ``humor.pkl``; padding in front."""

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mmviz.core.errors import ConfigError, DataError
from mmviz.data.assemble import Description
from mmviz.data.dataset import Dataset
from mmviz.data.formats.build import Repairs, SplitFields, build_dataset
from mmviz.data.formats.fields import field, numeric, split_entries, texts
from mmviz.data.padding import runs
from mmviz.data.report import Report
from mmviz.data.splits import ALIASES, canonical
from mmviz.io.content import Content

#: features of each modality in MultiBench's files
WIDTHS = {"text": 300, "audio": 81, "vision": 371}


def matches(content: Content) -> bool:
    """Return whether the tree is split -> dictionary with ``labels`` and modalities of 300, 81 and 371 features."""
    tree = content.tree
    if content.kind not in ("pickle", "npz") or not isinstance(tree, Mapping):
        return False
    parts = [p for s, p in tree.items() if isinstance(s, str) and canonical(s) in ALIASES and isinstance(p, Mapping)]
    shapes: list[dict[str, tuple[int, ...]]] = [
        {m: getattr(p.get(m), "shape", ()) for m in WIDTHS} for p in parts if "labels" in p
    ]
    return bool(shapes) and all(len(x) == 3 and x[2] == WIDTHS[m] for shape in shapes for m, x in shape.items())


def read(content: Content, repairs: Repairs, *, empty_text: str = "raise") -> Dataset:
    """Return the splits of the file.

    Parameters
    ----------
    content
        Of the file.
    repairs
        Allowed repairs; the audio has -inf, which MultiBench sets to 0 without a word.
    empty_text
        What happens with samples whose text is zero throughout: "raise", "mask" (the text is absent), "drop", as MultiBench does.

    Returns
    -------
    Dataset
        Two classes. Padding is in front: as in MultiBench, a sample begins at the first step whose text is not zero, in every modality.

    Raises
    ------
    DataError, ConfigError
        If a label is neither of two, steps differ between modalities, or as `mmviz.data.from_arrays`.
    """
    if empty_text not in ("raise", "mask", "drop"):
        raise ConfigError(f"empty_text={empty_text!r}; use one of 'raise', 'mask', 'drop'")
    report = Report(content.where)
    parts = split_entries(content.tree, tuple(WIDTHS), content.where, report)
    raws = {s: _split(p, f"{content.where}, {s}", empty_text, report) for s, p in parts.items()}
    notes = (
        "Splits are the file's.", "A label above 0 is positive (sarcasm, or a punchline that was laughed at).",
        "A sample begins at the first word; the modalities are word-aligned.",
    )  # fmt: skip
    description = Description(
        "mustard_ur_funny", "classification", ("negative", "positive"), None,
        "MUStARD (S. Castro et al., ACL 2019) or UR-FUNNY (M. K. Hasan et al., EMNLP 2019), layout of MultiBench",
        "the data set's own: research use", notes,
    )  # fmt: skip
    return build_dataset(raws, description, repairs, report)


def _split(part: Mapping[str, Any], where: str, empty_text: str, report: Report) -> SplitFields:
    inputs = {m: numeric(field(part, m, where), f"{where} {m}", 3) for m in WIDTHS}
    shapes = {m: x.shape[:2] for m, x in inputs.items()}
    if len(set(shapes.values())) > 1:
        raise DataError(f"{where}: samples and steps differ between modalities: {shapes}; the file is damaged")
    n, steps = shapes["text"]
    y = _labels(field(part, "labels", where), n, where)
    start = runs(inputs["text"])[0]
    empty = start == steps
    if empty.any() and empty_text == "raise":
        raise DataError(
            f"{where} text: {int(empty.sum())} of {n} samples are zero throughout (first: row {int(np.argmax(empty))}); pass "
            "empty_text='drop', as MultiBench does, or 'mask' to keep them without text"
        )
    action = "text zero throughout: samples dropped" if empty_text == "drop" else "text zero throughout: masked"
    report.add(
        "repair",
        "empty text",
        where,
        int(empty.sum()),
        first=f"row {int(np.argmax(empty))}" if empty.any() else "",
        action=action,
    )
    start = np.where(empty, np.minimum(runs(inputs["audio"])[0], runs(inputs["vision"])[0]), start)
    real = np.arange(steps) >= start[:, None]
    valid = {m: real & ~empty[:, None] if m == "text" else real for m in inputs}
    keep = np.flatnonzero(~empty) if empty_text == "drop" else np.arange(n)
    whole = SplitFields(inputs, y, _ids(part.get("id"), n, where, report), None, {}, valid)
    return whole.take(keep)


def _labels(given: Any, n: int, where: str) -> NDArray[Any]:
    y = numeric(given, f"{where} labels")
    if y.size != n:
        raise DataError(f"{where} labels: shape {y.shape} for {n} samples; one per sample is expected")
    y = y.reshape(n).astype(np.float64)
    known = [set(np.unique(y[~np.isnan(y)]).tolist()) <= pair for pair in ({0.0, 1.0}, {-1.0, 1.0})]
    if not any(known):
        at = int(np.argmax(~np.isin(y, (-1, 0, 1))))
        raise DataError(f"{where} labels: expected 0 and 1, or -1 and 1 (first other: row {at}: {y[at]})")
    return np.where(np.isnan(y), np.nan, y > 0)


def _ids(given: Any, n: int, where: str, report: Report) -> list[str] | None:
    if given is None:
        report.add("note", "ids", where, n, action="none in the file: numbered")
        return None
    rows = given.tolist() if isinstance(given, np.ndarray) else given
    if isinstance(rows, list) and all(isinstance(r, list) and r for r in rows):
        rows = [r[0] for r in rows]
    names = texts(rows, f"{where} id")
    if len(names) != n:
        raise DataError(f"{where} id: {len(names)} for {n} samples")
    if len(set(names)) < n:
        report.add("note", "ids", where, n - len(set(names)), action="not different: numbered")
        return None
    return names
