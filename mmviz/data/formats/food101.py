"""UPMC Food-101 with titles (``train_titles.csv``), or with the lists of MLA: 101 dishes; titles or BERT tokens, and pictures."""

import csv
import io
import re
from typing import Any

from mmviz.core.errors import DataError
from mmviz.data.dataset import Dataset
from mmviz.data.formats.build import Repairs
from mmviz.data.formats.clip_lists import (
    MAX_LIST,
    Clip,
    bad_line,
    first_lines,
    list_file,
    rows_of,
    with_validation,
)
from mmviz.data.formats.clip_media import Origin, dataset_of_clips
from mmviz.data.report import Report
from mmviz.io.archive import Members
from mmviz.io.content import Content

TITLES = {"train": "train_titles.csv", "valid": "val_titles.csv", "test": "test_titles.csv"}
LISTS = {"train": "my_train_food.txt", "valid": "my_dev_food.txt", "test": "my_test_food.txt"}
_PICTURE = re.compile(r"[^/\\\x00-\x1f]{1,150}\.jpe?g", re.IGNORECASE)
_TITLE_ROW = re.compile(rf"\"?{_PICTURE.pattern}\"?,.*,\"?[a-z_]{{3,60}}\"?", re.IGNORECASE)
_MLA_ROW = re.compile(rf"({_PICTURE.pattern})\s+([a-z_]{{3,60}})", re.IGNORECASE)


def matches(content: Content) -> bool:
    """Return whether the lists have rows ``apple_pie_1.jpg,"Title",apple_pie`` (titles) or ``apple_pie_1.jpg apple_pie`` (MLA)."""
    return content.members is not None and _layout(content.members) is not None


def _layout(members: Members) -> str | None:
    for layout, lists, row in (("titles", TITLES, _TITLE_ROW), ("mla", LISTS, _MLA_ROW)):
        if all(any(row.match(line) for line in first_lines(members, lists[s])) for s in ("train", "test")):
            return layout
    return None


def read(content: Content, repairs: Repairs, *, valid_share: float = 0.0, seed: int = 0, media: Any = None) -> Dataset:
    """Return the recipes of the lists.

    Parameters
    ----------
    content
        Of a folder or archive with the lists and the pictures ``images/train/apple_pie/apple_pie_1.jpg``, in any folders; with the lists of
        MLA also its tokens ``apple_pie_1_token.npy``.
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
        "text" and "image" (a row of the picture per step); classes are the dishes in alphabetical order. The report counts the titles that
        contain the name of their dish.

    Raises
    ------
    DataError, ConfigError
        If a row is not one of the layout, a medium is missing, or as `mmviz.data.from_arrays`.
    """
    report, members = Report(content.where), content.members
    layout = _layout(members) if members is not None else None
    if members is None or layout is None:
        raise DataError(f"{content.where}: neither {TITLES['train']} nor {LISTS['train']} with rows of Food-101")
    lists = TITLES if layout == "titles" else LISTS
    files = {s: name for s, last in lists.items() if (name := list_file(members, last)) is not None}
    named: dict[str, list[tuple[str, str, str | None]]] = {}
    for s, name in files.items():
        if layout == "titles":
            named[s] = _titles(members, name)
        else:
            clips, _ = rows_of(members, name, report, _mla_clip)
            named[s] = [(clip.id, clip.group, None) for clip in clips]
    classes = sorted({label for rows in named.values() for _, label, _ in rows})
    numbers = {label: i for i, label in enumerate(classes)}
    parts = {
        s: [Clip(stem, numbers[label], "", (stem,), text) for stem, label, text in rows] for s, rows in named.items()
    }
    for s, clips in parts.items():
        inside = [
            c for c in clips if c.text is not None and classes[c.label].replace("_", " ").lower() in c.text.lower()
        ]
        first = f"{inside[0].text!r:.80}" if inside else ""
        report.add(
            "note",
            "label in text",
            f"{s} text",
            len(inside),
            first=first,
            action="titles that contain the name of their class",
        )
    notes = (
        f"{len(classes)} classes in alphabetical order; MLA's stat file and other code number them differently.",
        "Titles come from the search by the name of the dish: text alone is strong.",
    )
    origin = Origin(
        "food101", classes, "UPMC Food-101 (X. Wang et al., ICME workshop 2015)" + (", lists of MLA (CVPR 2024)" if layout == "mla" else ""),
        "pictures and pages of others: research use", notes,
    )  # fmt: skip
    parts = with_validation(parts, valid_share, seed)
    return dataset_of_clips(content, parts, ("text", "image"), origin, media, repairs, report)


def _titles(members: Members, name: str) -> list[tuple[str, str, str | None]]:
    text = members.read(name, max_bytes=MAX_LIST).decode("utf-8-sig", "replace")
    rows: list[tuple[str, str, str | None]] = []
    reader = csv.reader(io.StringIO(text, newline=""))
    try:
        for cells in reader:
            place = f"{name}, line {reader.line_num}"
            if not cells:
                continue
            if len(cells) != 3 or not _PICTURE.fullmatch(cells[0]) or not cells[2].strip():
                raise bad_line(place, ",".join(cells), 'apple_pie_1.jpg,"Title",apple_pie')
            rows.append((cells[0].rpartition(".")[0], cells[2].strip(), cells[1].strip()))
    except csv.Error as error:
        raise DataError(f"{name}, line {reader.line_num}: no row of a CSV file ({error})") from None
    if not rows:
        raise DataError(f"{name}: no picture is listed; the file is empty")
    return rows


def _mla_clip(line: str, place: str) -> Clip:
    """Return a clip whose group is its dish."""
    row = _MLA_ROW.fullmatch(line)
    if row is None:
        raise bad_line(place, line, "apple_pie_1.jpg apple_pie")
    return Clip(row[1].rpartition(".")[0], 0, row[2])
