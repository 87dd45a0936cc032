"""UCF-101 with the official lists: 101 actions, RGB frames and optical flow."""

import re
from typing import Any

from mmviz.core.errors import DataError
from mmviz.core.options import whole
from mmviz.data.dataset import Dataset
from mmviz.data.formats.build import Repairs
from mmviz.data.formats.clip_lists import Clip, bad_line, first_lines, lines_of, list_file, rows_of, with_validation
from mmviz.data.formats.clip_media import Origin, dataset_of_clips
from mmviz.data.report import Report
from mmviz.io.archive import Members
from mmviz.io.content import Content

CLASSES = "classInd.txt"
_CLASS = re.compile(r"(\d{1,4})\s+([A-Za-z0-9_]{1,60})")
_ROW = re.compile(r"([A-Za-z0-9_]{1,60})/(v_[A-Za-z0-9]{1,60}_(g\d{1,3})_c\d{1,3})\.avi(?:\s+(\d{1,4}))?")


def matches(content: Content) -> bool:
    """Return whether there is ``classInd.txt`` with rows ``1 ApplyEyeMakeup``, and a list with rows ``Class/v_Class_g08_c01.avi 1``."""
    if content.members is None or not any(_CLASS.fullmatch(r) for r in first_lines(content.members, CLASSES)):
        return False
    return any(_ROW.fullmatch(r) for k in (1, 2, 3) for r in first_lines(content.members, f"trainlist{k:02d}.txt"))


def read(
    content: Content,
    repairs: Repairs,
    *,
    fold: int = 1,
    valid_share: float = 0.0,
    seed: int = 0,
    media: Any = None,
) -> Dataset:
    """Return the clips of one of the three pairs of lists.

    Parameters
    ----------
    content
        Of a folder or archive with the lists and the media: ``v_*.avi``, or folders of frames ``visual/<clip>/frame_00001.jpg``, and for the
        flow ``u/<clip>/frame000001.jpg`` and ``v/<clip>/...``, grey pictures in which 128 is no motion.
    repairs
        Allowed repairs.
    fold
        1, 2 or 3: the pair ``trainlist01.txt`` and ``testlist01.txt``, ...
    valid_share
        Share of the training list that is set aside as "valid", at random by clip; clips of one group (one video) may be on both sides,
        which the report counts.
    seed
        Of `valid_share`.
    media
        How media are read, and what happens where one is missing: `mmviz.data.formats.Media` or a mapping of its fields.

    Returns
    -------
    Dataset
        "rgb" and "flow" (both components of a step side by side); groups are the source videos, which the lists keep apart.

    Raises
    ------
    DataError, ConfigError
        If a line is not one of the layout, a number contradicts the class in the path, a medium is missing, or as
        `mmviz.data.from_arrays`.
    """
    whole(fold, "fold", low=1, high=3)
    report, members = Report(content.where), content.members
    files = {s: list_file(members, f"{s}list{fold:02d}.txt") for s in ("train", "test")} if members is not None else {}
    if members is None or not all(files.values()):
        raise DataError(
            f"{content.where}: no {', '.join(f'{s}list{fold:02d}.txt' for s, f in files.items() if f is None)}; choose another fold"
        )
    classes = _classes(members, report)
    numbers = {name: i for i, name in enumerate(classes)}

    def clip_of(line: str, place: str) -> Clip:
        found = _ROW.fullmatch(line)
        if found is None or found[1] not in numbers:
            raise bad_line(place, line, f"ApplyEyeMakeup/v_ApplyEyeMakeup_g08_c01.avi 1, with a class of {CLASSES}")
        if found[4] is not None and int(found[4]) != numbers[found[1]] + 1:
            raise DataError(f"{place}: {line[:80]!r}; {CLASSES} numbers this class {numbers[found[1]] + 1}")
        return Clip(found[2], numbers[found[1]], f"{found[1]} {found[3]}", (found[2],))

    parts = {s: rows_of(members, str(name), report, clip_of, versions=False)[0] for s, name in files.items()}
    notes = (
        f"Lists {fold} of 3.",
        "Random splits of all clips (as MIDAS uses) have clips of one video in training and test.",
    )
    origin = Origin(
        "ucf101", classes, "UCF-101 (K. Soomro, A. R. Zamir, M. Shah, 2012)", "videos of others: research use", notes
    )
    parts = with_validation(parts, valid_share, seed)
    return dataset_of_clips(content, parts, ("rgb", "flow"), origin, media, repairs, report)


def _classes(members: Members, report: Report) -> list[str]:
    name = list_file(members, CLASSES) or CLASSES
    found: list[str] = []
    for i, line in lines_of(members, name, report):
        row = _CLASS.fullmatch(line)
        if row is None or int(row[1]) != len(found) + 1 or row[2] in found:
            raise bad_line(f"{name}, line {i}", line, f"{len(found) + 1} and the name of another class")
        found.append(row[2])
    return found
