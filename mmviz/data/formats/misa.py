"""MISA's pickles: one list per split of ((word ids, vision, audio, words), label, segment)."""

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from mmviz.core.errors import DataError
from mmviz.data.assemble import Description
from mmviz.data.dataset import Dataset
from mmviz.data.formats.build import Repairs, SplitFields, build_dataset
from mmviz.data.formats.fields import numeric, one_label, text, texts
from mmviz.data.padding import pad
from mmviz.data.report import Report
from mmviz.data.splits import ALIASES, canonical, canonical_splits
from mmviz.io.content import Content, tree_of

SPLIT = {"train": 0.6, "valid": 0.2, "test": 0.2}
_SEGMENT = re.compile(r"(.+?)(\[\d+\]|_\d+)$")


def matches(content: Content) -> bool:
    """Return whether the tree is a list of such triples, or the folder holds the three files."""
    if content.members is not None:
        return {"train", "test"} <= set(_files(content.members.names))
    tree = content.tree
    if content.kind not in ("pickle", "npz") or not isinstance(tree, list) or not tree:
        return False
    first = tree[0]
    return isinstance(first, Sequence) and len(first) == 3 and isinstance(first[0], Sequence) and len(first[0]) == 4


def read(
    content: Content,
    repairs: Repairs,
    *,
    encode: Callable[[list[list[str]]], Sequence[Any]] | None = None,
    label: int | None = None,
    split: Mapping[str, float] | None = None,
    seed: int = 0,
) -> Dataset:
    """Return the data set of a folder with three files, or of one file.

    Parameters
    ----------
    content
        Of the file or folder.
    repairs
        Allowed repairs; labels reach from -3 to 3.
    encode
        Words of all samples -> one array (words, features) per sample, for the modality "text". Without it there is no text:
        the file holds only numbers of words in a table that is not in it.
    label
        Which column, where samples have several labels (MOSEI: the sentiment is column 0 of MISA's files).
    split, seed
        One file only: fractions of the splits, assigned by video, default 0.6 / 0.2 / 0.2.

    Returns
    -------
    Dataset
        Word-aligned vision and audio (and text), padded at the end. ``extras["words"]`` holds the words.

    Raises
    ------
    DataError, ConfigError
        If the layout is broken, or as `mmviz.data.from_arrays`.
    """
    report = Report(content.where)
    if content.members is None:
        trees = {"": content.tree}
        split = split or SPLIT
    else:
        split = None
        files = _files(content.members.names)
        trees = {s: tree_of(content.members.read(f), where=f) for s, f in files.items()}
    raws = {s: _split(tree, f"{content.where} {s}".strip(), encode, report) for s, tree in trees.items()}
    found = one_label({s: raw.target for s, raw in raws.items()}, label, content.where, report)
    for s, raw in raws.items():
        raw.target = found.target[s]
    origin = "One file: splits by video." if split else "Splits are the files'."
    description = Description(
        "misa", found.task, found.classes, (-3.0, 3.0), "the layout of MISA (github declare-lab/MISA)",
        "the data set's own: research use", (origin, "All modalities have one step per word.", *((found.note,) if found.note else ())),
    )  # fmt: skip
    return build_dataset(raws, description, repairs, report, split=split, by="group", seed=seed)


def _files(names: Sequence[str]) -> dict[str, str]:
    """Return the files at the top of the folder that are named after a split, ``dev.pkl``, under the names of their splits."""
    stems = {n.removesuffix(".pkl"): n for n in names if n.endswith(".pkl")}
    named = canonical_splits([s for s in stems if canonical(s) in ALIASES], "folder")
    return {split: stems[s] for s, split in named.items()}


def _split(tree: Any, where: str, encode: Callable[..., Any] | None, report: Report) -> SplitFields:
    if not isinstance(tree, list) or not tree:
        raise DataError(f"{where}: a {type(tree).__name__}; a list of samples is expected")
    vision, audio, words, target, ids = [], [], [], [], []
    for i, sample in enumerate(tree):
        at = f"{where}[{i}]"
        if (
            not isinstance(sample, Sequence)
            or len(sample) != 3
            or not isinstance(sample[0], Sequence)
            or len(sample[0]) != 4
        ):
            raise DataError(f"{at}: not ((word ids, vision, audio, words), label, segment)")
        (_, v, a, w), y, name = sample
        vision.append(numeric(v, f"{at} vision", 2))
        audio.append(numeric(a, f"{at} audio", 2))
        words.append(texts(w, f"{at} words"))
        label = numeric(y, f"{at} label").ravel()
        if not len(vision[-1]) == len(audio[-1]) == len(words[-1]) or label.size == 0:
            raise DataError(
                f"{at}: {len(vision[-1])} vision, {len(audio[-1])} audio steps, {len(words[-1])} words, {label.size} labels"
            )
        target.append(label)
        ids.append(text(name.tolist() if isinstance(name, np.ndarray) else name, f"{at} segment"))
    streams: dict[str, Sequence[Any]] = {"vision": vision, "audio": audio}
    if encode is None:
        report.add(
            "note", "text", where, len(ids), action="word numbers without their table: left out, words in extras"
        )
    else:
        streams = {"text": encode(words), **streams}
    padded = {m: pad(x) for m, x in streams.items()}
    sizes = sorted({len(y) for y in target})
    if len(sizes) > 1:
        raise DataError(f"{where}: samples have {sizes[0]} to {sizes[-1]} labels; the file is damaged")
    group = [found[1] if (found := _SEGMENT.match(name)) else "" for name in ids]
    return SplitFields(
        {m: x for m, (x, _) in padded.items()}, np.stack(target), ids, group,
        {m: k for m, (_, k) in padded.items()}, {}, {"words": words},
        tokens={} if encode is None else {"text": words},
    )  # fmt: skip
