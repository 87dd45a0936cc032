"""MVSA-Single with the lists of MLA: 2074 of the tweets; texts or BERT tokens, and pictures."""

import re
from typing import Any

from mmviz.data.dataset import Dataset
from mmviz.data.formats.build import Repairs
from mmviz.data.formats.clip_lists import Clip, bad_line, counts, first_lines, list_file, rows_of, with_validation
from mmviz.data.formats.clip_media import Origin, dataset_of_clips
from mmviz.data.report import Report
from mmviz.io.content import Content

CLASSES = ("positive", "neutral", "negative")  # the order of MLA's stat file; `mvsa` has another
LISTS = {"train": "my_train_mvsa.txt", "valid": "my_dev_mvsa.txt", "test": "my_test_mvsa.txt"}
_ROW = re.compile(r"(\d{1,9})\.jpg\s+(positive|neutral|negative)")


def matches(content: Content) -> bool:
    """Return whether ``my_train_mvsa.txt`` and ``my_test_mvsa.txt`` have rows ``477.jpg positive``."""
    members = content.members
    return members is not None and all(
        any(_ROW.fullmatch(row) for row in first_lines(members, LISTS[s])) for s in ("train", "test")
    )


def read(content: Content, repairs: Repairs, *, valid_share: float = 0.0, seed: int = 0, media: Any = None) -> Dataset:
    """Return the tweets of the lists.

    Parameters
    ----------
    content
        Of a folder or archive with the lists and, named after the tweet, the pictures and the texts (``477.txt``) or MLA's tokens
        (``477_token.npy``).
    repairs
        Allowed repairs.
    valid_share
        Share of the training list that is set aside as "valid", at random.
    seed
        Of `valid_share`.
    media
        How media are read, and what happens where one is missing: `mmviz.data.formats.Media` or a mapping of its fields.

    Returns
    -------
    Dataset
        "text" and "image" (a row of the picture per step); classes positive, neutral, negative.

    Raises
    ------
    DataError, ConfigError
        If a line is not one of the layout, a medium is missing, or as `mmviz.data.from_arrays`.
    """
    report, members = Report(content.where), content.members
    parts: dict[str, list[Clip]] = {}
    for s, last in LISTS.items():
        if members is not None and (name := list_file(members, last)) is not None:
            parts[s], _ = rows_of(members, name, report, _clip)
    notes = (
        f"Lists: {counts(parts)}. They are a subset of the 4511 tweets of the usual filtering: numbers on MVSA from other papers are on other data.",
        "Classes are in the order positive, neutral, negative.",
    )  # fmt: skip
    origin = Origin(
        "mvsa_mla", CLASSES, "MVSA-Single (T. Niu et al., MMM 2016), lists of MLA (CVPR 2024)", "tweets and pictures of others: research use",
        notes,
    )  # fmt: skip
    parts = with_validation(parts, valid_share, seed)
    return dataset_of_clips(content, parts, ("text", "image"), origin, media, repairs, report)


def _clip(line: str, place: str) -> Clip:
    found = _ROW.fullmatch(line)
    if found is None:
        raise bad_line(place, line, "477.jpg positive (or neutral, negative)")
    return Clip(found[1], CLASSES.index(found[2]), "", (found[1],))
