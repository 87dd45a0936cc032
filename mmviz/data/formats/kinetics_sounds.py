"""Kinetics-Sounds with the lists of OGM-GE or DGL: 31 classes of 10 s clips; sound and frames."""

import re
from typing import Any

from mmviz.core.errors import DataError
from mmviz.data.dataset import Dataset
from mmviz.data.formats.build import Repairs
from mmviz.data.formats.clip_lists import Clip, bad_line, first_lines, list_file, rows_of, with_validation
from mmviz.data.formats.clip_media import Origin, dataset_of_clips
from mmviz.data.report import Report
from mmviz.io.content import Content

CLASSES = (
    "blowing_nose", "blowing_out_candles", "bowling", "chopping_wood", "dribbling_basketball", "laughing", "mowing_lawn",
    "playing_accordion", "playing_bagpipes", "playing_bass_guitar", "playing_clarinet", "playing_drums", "playing_guitar",
    "playing_harmonica", "playing_keyboard", "playing_organ", "playing_piano", "playing_saxophone", "playing_trombone",
    "playing_trumpet", "playing_violin", "playing_xylophone", "ripping_paper", "shoveling_snow", "shuffling_cards", "singing",
    "stomping_grapes", "tap_dancing", "tapping_guitar", "tapping_pen", "tickling",
)  # fmt: skip
LISTS = {"train": "my_train.txt", "test": "my_test.txt"}
# the identifier of a video has 11 characters, which may be "_" and "-": one or two times follow it, split from the right
_ROW = re.compile(r"(([A-Za-z0-9_-]{11})(?:_\d{1,6}){1,2})\s*,\s*(\d{1,6})\s*,\s*(\d{1,6})")


def matches(content: Content) -> bool:
    """Return whether ``my_train.txt`` and ``my_test.txt`` have rows ``<video>_<start>[_<end>],<seconds>,<class>``."""
    if content.members is None:
        return False
    return all(any(_ROW.fullmatch(r) for r in first_lines(content.members, last)) for last in LISTS.values())


def read(content: Content, repairs: Repairs, *, valid_share: float = 0.0, seed: int = 0, media: Any = None) -> Dataset:
    """Return the clips of the lists.

    Parameters
    ----------
    content
        Of a folder or archive with the lists and the media, all named after the clip: ``.wav``, ``.npy`` spectra (``train_spec``), videos,
        or folders of frames ``<clip>/frame_00001.jpg``.
    repairs
        Allowed repairs.
    valid_share
        Share of the training list that is set aside as "valid", at random: there is no validation list.
    seed
        Of `valid_share`.
    media
        How media are read, and what happens where one is missing: `mmviz.data.formats.Media` or a mapping of its fields.

    Returns
    -------
    Dataset
        "audio" and "video"; groups are the source videos.

    Raises
    ------
    DataError, ConfigError
        If a line is not one of the layout, a class is beyond the 31, a medium is missing, or as `mmviz.data.from_arrays`.
    """
    report, members = Report(content.where), content.members
    parts: dict[str, list[Clip]] = {}
    families = set()
    for split, last in LISTS.items():
        if members is not None and (name := list_file(members, last)) is not None:
            parts[split], family = rows_of(members, name, report, _clip)
            families.add(family)
    known = None not in families
    notes = (
        "The test list is cut from the training pool of Kinetics-400, not from its validation set.",
        "Lists of OGM-GE (CVPR 2022)."
        if known
        else "Lists of an unknown version: results are not comparable with a published table.",
        "31 classes: code with 34 outputs for these lists (DGL) has three that no clip has.",
    )
    origin = Origin(
        "kinetics_sounds", CLASSES, "Kinetics-Sounds (R. Arandjelovic, A. Zisserman, ICCV 2017), lists of OGM-GE",
        "videos of others: research use", notes,
    )  # fmt: skip
    parts = with_validation(parts, valid_share, seed)
    return dataset_of_clips(content, parts, ("audio", "video"), origin, media, repairs, report)


def _clip(line: str, place: str) -> Clip:
    found = _ROW.fullmatch(line)
    if found is None:
        raise bad_line(place, line, "--4-0ihtnBU_000058_000068,10,4 (clip, seconds, class)")
    name, video, _, label = found.groups()
    if int(label) >= len(CLASSES):
        raise DataError(f"{place}: class {label}; the {len(CLASSES)} classes of Kinetics-Sounds are numbered from 0")
    return Clip(name, int(label), video, (name,))
