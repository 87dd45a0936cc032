"""VGGSound: ``vggsound.csv`` of the authors, or lists of DGL; 309 classes of 10 s clips; sound and frames."""

import csv
import re
from typing import Any

from mmviz.core.errors import DataError
from mmviz.data.dataset import Dataset
from mmviz.data.formats.build import Repairs
from mmviz.data.formats.clip_lists import (
    Clip,
    bad_line,
    first_lines,
    lines_of,
    list_file,
    report_version,
    with_validation,
)
from mmviz.data.formats.clip_media import Origin, dataset_of_clips
from mmviz.data.report import Report
from mmviz.data.splits import canonical
from mmviz.io.archive import Members
from mmviz.io.content import Content

WHOLE = "vggsound.csv"
LISTS = {"train": "train.csv", "test": "test.csv"}
_VIDEO = r"[A-Za-z0-9_-]{11}"
_ROW = re.compile(rf"{_VIDEO},\d{{1,6}},.+,\"?(?:train|test)\"?")
_FILE = re.compile(rf"({_VIDEO})_(\d{{1,6}})\.mp4")
_DGL_ROW = re.compile(rf"{_VIDEO}_\d{{6}}\.mp4,.+")


def matches(content: Content) -> bool:
    """Return whether ``vggsound.csv`` has rows ``<video>,<start>,<label>,train``, or two lists rows ``<video>_<start>.mp4,<label>``."""
    if content.members is None:
        return False
    if any(_ROW.fullmatch(row) for row in first_lines(content.members, WHOLE)):
        return True
    return all(any(_DGL_ROW.fullmatch(row) for row in first_lines(content.members, n)) for n in LISTS.values())


def read(content: Content, repairs: Repairs, *, valid_share: float = 0.0, seed: int = 0, media: Any = None) -> Dataset:
    """Return the clips of the list.

    Parameters
    ----------
    content
        Of a folder or archive with the list and the media, named ``<video>_<start>`` with the start in seconds, filled up to six digits or
        not.
    repairs
        Allowed repairs.
    valid_share
        Share of the training clips that is set aside as "valid", at random: there is no validation list.
    seed
        Of `valid_share`.
    media
        How media are read; clips that are no longer online make ``media={"missing": "drop"}`` usual, which counts and names them.

    Returns
    -------
    Dataset
        "audio" and "video"; groups are the source videos. Classes are the labels in alphabetical order, of all clips in the list: published
        code numbers them in the order in which they occur among the clips that were downloaded.

    Raises
    ------
    DataError, ConfigError
        If a line is not one of the layout, a medium is missing, or as `mmviz.data.from_arrays`.
    """
    report, members = Report(content.where), content.members
    if members is None:
        raise DataError(f"{content.where}: give the folder with {WHOLE}")
    rows = _whole(members, report) if list_file(members, WHOLE) else _dgl(members, report)
    classes = sorted({label for _, _, label, _ in rows})
    numbers = {label: i for i, label in enumerate(classes)}
    parts: dict[str, list[Clip]] = {}
    for video, start, label, split in rows:
        names = tuple(dict.fromkeys((f"{video}_{start}", f"{video}_{start:06d}")))
        parts.setdefault(split, []).append(Clip(names[-1], numbers[label], video, names))
    notes = (
        f"{len(classes)} classes in alphabetical order; the full list has 309.",
        "Clips that are online differ from paper to paper.",
    )
    origin = Origin(
        "vggsound", classes, "VGGSound (H. Chen, W. Xie, A. Vedaldi, A. Zisserman, ICASSP 2020)",
        "CC BY 4.0 (list); videos of others", notes,
    )  # fmt: skip
    parts = with_validation(parts, valid_share, seed)
    return dataset_of_clips(content, parts, ("audio", "video"), origin, media, repairs, report)


def _whole(members: Members, report: Report) -> list[tuple[str, int, str, str]]:
    name, rows = list_file(members, WHOLE) or "", []
    for i, line in lines_of(members, name, report):
        cells = _cells(line, f"{name}, line {i}")
        known = (
            len(cells) == 4
            and re.fullmatch(_VIDEO, cells[0])
            and re.fullmatch(r"\d{1,6}", cells[1])
            and cells[2].strip()
        )
        if not known or canonical(cells[3]) not in ("train", "valid", "test"):
            raise bad_line(
                f"{name}, line {i}", line, '---g-f_I2yQ,1,"people marching",test (video, start, label, split)'
            )
        rows.append((cells[0], int(cells[1]), cells[2].strip(), canonical(cells[3])))
    return _some(rows, name)


def _dgl(members: Members, report: Report) -> list[tuple[str, int, str, str]]:
    rows = []
    for split, last in LISTS.items():
        name = list_file(members, last) or ""
        found = []
        for i, line in lines_of(members, name, report):
            cells = _cells(line, f"{name}, line {i}")
            file = _FILE.fullmatch(cells[0])
            label = ",".join(cells[1:]).strip()  # labels have commas, which are not quoted everywhere
            if file is None or not label:
                raise bad_line(f"{name}, line {i}", line, "---g-f_I2yQ_000001.mp4,people marching")
            found.append((file[1], int(file[2]), label, split))
        rows += _some(found, name)
        report_version(members, name, len(found), report)
    return rows


def _cells(line: str, place: str) -> list[str]:
    try:
        return next(csv.reader([line], strict=True), [""])
    except csv.Error as error:
        raise DataError(f"{place}: {line[:80]!r} is no row of a CSV file ({error})") from None


def _some(rows: list[tuple[str, int, str, str]], name: str) -> list[tuple[str, int, str, str]]:
    if not rows:
        raise DataError(f"{name}: no clip is listed; the file is empty")
    return rows
