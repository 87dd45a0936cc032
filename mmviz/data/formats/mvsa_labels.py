"""MVSA's labels: two annotations per tweet, and two conventions of making one of them that are never mixed."""

import re
from typing import Literal

from mmviz.errors import DataError

Convention = Literal["agreement", "merged"]
CLASSES = ("negative", "neutral", "positive")
_ROW = re.compile(r"\s*(\d{1,9})\s*[\t ]\s*(\w+)\s*,\s*(\w+)\s*")
_TAG = re.compile(r"\s*(\d{1,9})\s*,\s*(\w+)\s*")


def one_label(text: str, image: str, convention: Convention) -> str | None:
    """Make one label of two, or None where the tweet is left out.

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
    """Read ``labelResultAll.txt`` (``ID<TAB>text,image``) or ``train.txt`` (``guid,tag``).

    Parameters
    ----------
    raw
        The whole file.
    convention
        See `one_label`. A file of single tags comes after the merging: "agreement" cannot be made of it.
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
                    f"{where}: single tags, made by the merging rule; convention='agreement' needs labelResultAll.txt "
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
