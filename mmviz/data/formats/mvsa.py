"""MVSA-Single: tweets and pictures from the folder or archive, or ready-made features from an npz."""

import re
import zlib
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from mmviz.core.display import Display
from mmviz.core.errors import ConfigError, DataError
from mmviz.core.options import one_of
from mmviz.data.assemble import Description
from mmviz.data.dataset import Dataset
from mmviz.data.formats.build import Repairs, SplitFields, build_dataset
from mmviz.data.formats.fields import field, numeric, texts
from mmviz.data.padding import pad
from mmviz.data.report import Report
from mmviz.io.content import Content
from mmviz.io.media import read_image

COLUMNS = 64
LONGEST = 64
_WORD = re.compile(r"\w+|[^\w\s]")


def words_of(text: str) -> list[str]:
    """Return the words and marks of a text that `hashed_words` encodes, at most 64."""
    return _WORD.findall(text[: 40 * LONGEST])[:LONGEST]


def hashed_words(texts: Sequence[str]) -> list[NDArray[np.float32]]:
    """Return texts as sequences of hashed words.

    Parameters
    ----------
    texts
        Any text.

    Returns
    -------
    list of ndarray
        (words, 64) each, at most 64 words; an empty text has no step. Column and sign come from the CRC-32 of the word
        in lower case, so they are the same everywhere.

    References
    ----------
    K. Weinberger et al., Feature hashing for large scale multitask learning, ICML 2009.
    """
    out = []
    for text in texts:
        words = [w.lower() for w in words_of(text)]
        x = np.zeros((len(words), COLUMNS), np.float32)
        for i, word in enumerate(words):
            code = zlib.crc32(word.encode("utf-8", "replace"))
            x[i, code % COLUMNS] = 1 if code & 0x80000000 else -1
        out.append(x)
    return out


Convention = Literal["agreement", "merged"]
CLASSES = ("negative", "neutral", "positive")
_ROW = re.compile(r"\s*(\d{1,9})\s*[\t ]\s*(\w+)\s*,\s*(\w+)\s*")
_TAG = re.compile(r"\s*(\d{1,9})\s*,\s*(\w+)\s*")


def one_label(text: str, image: str, convention: Convention) -> str | None:
    """Return one label of two, or None where the tweet is left out.

    Parameters
    ----------
    text, image
        "positive", "neutral" or "negative".
    convention
        "agreement": both must be equal (2592 of MVSA-Single's 4869). "merged": a neutral yields to the other, positive
        against negative is left out (4511).
    """
    if text == image:
        return text
    if convention == "agreement" or {text, image} == {"positive", "negative"}:
        return None
    return image if text == "neutral" else text


def parse_labels(raw: bytes, convention: Convention, where: str) -> dict[str, str | None]:
    """Return the labels of ``labelResultAll.txt`` (``ID<TAB>text,image``) or ``train.txt`` (``guid,tag``).

    Parameters
    ----------
    raw
        The whole file.
    convention
        See `one_label`. A file of single tags was merged already: it does not allow "agreement".
    where
        For errors.

    Returns
    -------
    dict
        Id to label; None for a tweet that the convention leaves out.

    Raises
    ------
    DataError
        If a row is none of these, a label is unknown, an id occurs twice, the file has three annotators (MVSA-Multiple),
        or single tags meet "agreement".
    """
    lines = [line for line in raw.decode("utf-8", "replace").lstrip("\ufeff").splitlines() if line.strip()]
    labels: dict[str, str | None] = {}
    for i, line in enumerate(lines):
        if i == 0 and line.strip().lower().startswith(("id", "guid")):
            continue
        if line.count(",") > 1:
            raise DataError(
                f"{where}, line {i + 1}: {line[:60]!r} has several annotators; this is MVSA-Multiple, not Single"
            )
        two, one = _ROW.fullmatch(line), _TAG.fullmatch(line)
        if two:
            key, words = two[1], [two[2].lower(), two[3].lower()]
        elif one:
            if convention == "agreement":
                raise DataError(
                    f"{where}: single tags after merging; convention='agreement' needs labelResultAll.txt "
                    "with both annotations"
                )
            key, words = one[1], [one[2].lower()] * 2
        else:
            raise DataError(f"{where}, line {i + 1}: {line[:60]!r} is neither 'ID<TAB>text,image' nor 'guid,tag'")
        if not set(words) <= set(CLASSES):
            raise DataError(f"{where}, line {i + 1}: {line[:60]!r}; labels are {', '.join(CLASSES)}")
        if key in labels:
            raise DataError(f"{where}, line {i + 1}: id {key} occurs twice")
        labels[key] = one_label(words[0], words[1], convention)
    return labels


LABEL_FILES = ("labelResultAll.txt", "train.txt")
SPLIT = {"train": 0.8, "valid": 0.1, "test": 0.1}
_KEYS = {"id", "text_minilm", "label", "group"}
_PICTURE = re.compile(r"(.*/)?data/(\d{1,9})\.jpg")
_COUNTS = {"agreement": 2592, "merged": 4511}


def matches(content: Content) -> bool:
    """Return whether there are ``data/{id}.jpg`` with texts and a file of labels, or the npz of features."""
    if content.members is not None:
        names = content.members.names
        return any(content.members.named(f) for f in LABEL_FILES) and any(_PICTURE.fullmatch(n) for n in names)
    return content.kind == "npz" and isinstance(content.tree, Mapping) and set(content.tree) >= _KEYS


def read(
    content: Content,
    repairs: Repairs,
    *,
    convention: Convention | None = None,
    size: tuple[int, int] = (32, 32),
    encode_text: Callable[[list[str]], Sequence[Any]] | None = None,
    encode_image: Callable[[list[Any]], Sequence[Any]] | None = None,
    split: Mapping[str, float] | None = None,
    seed: int = 0,
) -> Dataset:
    """Return tweets and pictures as a data set.

    Parameters
    ----------
    content
        Of the folder, the archive or the npz.
    repairs
        Allowed repairs.
    convention
        "agreement" (2592 tweets whose two annotations agree) or "merged" (4511, a neutral label yields to the other). Required where the
        file allows both; files that were merged already allow only "merged".
    size
        Rows and columns the pictures are scaled to.
    encode_text
        Texts -> one array (steps, features) per text; default `mmviz.data.formats.mvsa`.
    encode_image
        Pictures uint8 (rows, columns, 3) -> one array (steps, features) each; default the rows of the scaled picture.
    split, seed
        Fractions of the splits, default 0.8 / 0.1 / 0.1: there is no official split.

    Returns
    -------
    Dataset
        "text" and "image"; classes negative, neutral, positive; ``extras["raw_text"]`` where there is one.

    Raises
    ------
    DataError, ConfigError
        If the convention is missing or not possible, an image or a text is missing, or as `mmviz.data.from_arrays`.
    """
    one_of(convention, (None, "agreement", "merged"), "convention")
    report = Report(content.where)
    if content.members is None:
        if convention == "agreement":
            raise DataError(f"{content.where}: labels merged already; convention='agreement' needs labelResultAll.txt")
        raw, convention = _features(content, report), "merged"
    else:
        raw, convention = _folder(content, report, convention, size, encode_text, encode_image)
    notes = (
        f"Convention: {convention} ({_COUNTS[convention]} tweets in the full set); results of the two are not comparable.",
        "No official split: assigned by sample.",
    )
    description = Description(
        "mvsa_single", "classification", CLASSES, None, "MVSA-Single (T. Niu, S. Zhu, L. Pang, A. El Saddik, MMM 2016)",
        "tweets and pictures of others: research use", notes,
        display={"image": Display("image", colours=3)} if content.members is not None and encode_image is None else {},
    )  # fmt: skip
    return build_dataset({"": raw}, description, repairs, report, split=split or SPLIT, by="sample", seed=seed)


def _features(content: Content, report: Report) -> SplitFields:
    tree, where = content.tree, content.where
    label = numeric(field(tree, "label", where), f"{where} label", 1)
    image = next((k for k in tree if str(k).startswith("image")), "image")
    x = {
        "text": numeric(field(tree, "text_minilm", where), f"{where} text_minilm", 2),
        "image": numeric(field(tree, image, where), f"{where} {image}", 2),
    }
    ids = texts(field(tree, "id", where), f"{where} id")
    if len({len(label), len(ids), *(len(a) for a in x.values())}) > 1 or not np.isfinite(label).all():
        raise DataError(
            f"{where}: {len(label)} labels, {len(ids)} ids, {[len(a) for a in x.values()]} features; the file is damaged"
        )
    keep = np.flatnonzero(label >= 0)
    report.add("note", "label", where, len(label) - len(keep), action="no label: left out")
    valid = dict.fromkeys(x, np.ones((len(keep), 1), dtype=bool))
    return SplitFields(
        {m: a[keep][:, None] for m, a in x.items()}, label[keep], [ids[i] for i in keep], None, {}, valid
    )


def _folder(
    content: Content,
    report: Report,
    convention: Convention | None,
    size: tuple[int, int],
    encode_text: Any,
    encode_image: Any,
) -> tuple[SplitFields, Convention]:
    members = content.members
    if members is None or min(size) < 1 or max(size) > 1024:
        raise ConfigError(f"{content.where}: size={size}; give rows and columns from 1 to 1024")
    file = next(n for f in LABEL_FILES for n in members.named(f))
    if convention is None:
        if file.endswith(LABEL_FILES[0]):
            raise ConfigError(
                f"{content.where}: pass convention='agreement' (2592 tweets whose annotations agree) or 'merged' (4511); they are not comparable"
            )
        convention = "merged"
    labels = parse_labels(members.read(file, max_bytes=1 << 26), convention, file)
    pictures = {m[2]: n for n in members.names if (m := _PICTURE.fullmatch(n))}
    kept = sorted((k for k, v in labels.items() if v is not None), key=int)
    report.add("note", "label", file, len(labels) - len(kept), action=f"left out by the convention {convention!r}")
    report.add("note", "label", file, len(set(pictures) - set(labels)), action="pictures without a label: left out")
    missing = [k for k in kept if k not in pictures or f"{pictures[k][:-4]}.txt" not in members]
    if missing or not kept:
        raise DataError(
            f"{content.where}: {len(missing)} of {len(kept)} labelled tweets are missing an image or a text (first: {missing[:1]})"
        )
    words = [_text(members.read(f"{pictures[k][:-4]}.txt", max_bytes=1 << 20)) for k in kept]
    other = [k for k, (_, utf8) in zip(kept, words, strict=True) if not utf8]
    report.add(
        "note",
        "encoding",
        "text",
        len(other),
        first=f"id {other[0]}" if other else "",
        action="not UTF-8: read as Windows-1252",
    )
    raw_text = [w for w, _ in words]
    shown = [read_image(members.read(pictures[k], max_bytes=1 << 26), size=size, where=pictures[k]) for k in kept]
    rows = encode_image(shown) if encode_image else [p.reshape(len(p), -1) / np.float32(255) for p in shown]
    streams = {"text": pad((encode_text or hashed_words)(raw_text)), "image": pad(rows)}
    target = np.array([CLASSES.index(labels[k] or "") for k in kept])
    return SplitFields(
        {m: x for m, (x, _) in streams.items()}, target, kept, None, {m: k for m, (_, k) in streams.items()},
        {}, {"raw_text": raw_text}, tokens={} if encode_text else {"text": [words_of(text) for text in raw_text]},
    ), convention  # fmt: skip


def _text(raw: bytes) -> tuple[str, bool]:
    """Return text decoded as UTF-8, else as Windows-1252 (a superset of Latin-1), and whether it was UTF-8."""
    try:
        return raw.decode("utf-8").strip(), True
    except UnicodeDecodeError:
        return raw.decode("cp1252", "replace").strip(), False
