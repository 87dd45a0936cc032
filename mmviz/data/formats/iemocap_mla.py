"""IEMOCAP with the lists of MLA: four emotions, captions in the list; sound and frames. The lists mix the speakers."""

import re
from typing import Any, Literal

from mmviz.core.errors import DataError
from mmviz.core.options import one_of, whole
from mmviz.data.dataset import Dataset
from mmviz.data.formats.build import Repairs
from mmviz.data.formats.clip_lists import (
    Clip,
    bad_line,
    first_lines,
    list_file,
    rows_of,
    shared_groups,
    with_validation,
)
from mmviz.data.formats.clip_media import Origin, dataset_of_clips
from mmviz.data.report import Report
from mmviz.io.content import Content

CLASSES = ("Angry", "Happy", "Neutral", "Sad")
LISTS = {"train": "my_train_iemo.txt", "valid": "my_dev_iemo.txt", "test": "my_test_iemo.txt"}
_ROW = re.compile(
    r"((Ses0([1-5]))[FM]_[A-Za-z0-9_]{1,40}_([FM])\d{3})\.mp4 \[split\|sign\] (.*?) ?\[split\|sign\] (\w+)"
)


def matches(content: Content) -> bool:
    """Return whether ``my_train_iemo.txt`` and ``my_test_iemo.txt`` have rows ``Ses01F_impro01_F000.mp4 [split|sign] words [split|sign] Sad``."""
    members = content.members
    return members is not None and all(
        any(_ROW.fullmatch(row) for row in first_lines(members, LISTS[s])) for s in ("train", "test")
    )


def read(
    content: Content,
    repairs: Repairs,
    *,
    split: Literal["lists", "session"] = "lists",
    test_session: int = 5,
    valid_share: float = 0.0,
    seed: int = 0,
    media: Any = None,
) -> Dataset:
    """Return the utterances of the lists.

    Parameters
    ----------
    content
        Of a folder or archive with the lists and, if there are any, the media, named after the utterance: ``.mp4``, ``.wav``, ``.npy``
        spectra, or folders of frames.
    repairs
        Allowed repairs.
    split
        "lists": the random split of MLA, in which every speaker is in training and test. "session": one of the five sessions tests, so that
        its two speakers are new.
    test_session
        With "session": which, 1 to 5.
    valid_share
        Share of the training utterances set aside as "valid", at random; MLA's own list of them is not published.
    seed
        Of `valid_share`.
    media
        How media are read, and what happens where one is missing: `mmviz.data.formats.Media` or a mapping of its fields.

    Returns
    -------
    Dataset
        "text", "audio" and "video", those that are there; groups are speakers. Classes Angry, Happy (with Excited), Neutral, Sad.

    Raises
    ------
    DataError, ConfigError
        If a line is not one of the layout, a medium is missing, or as `mmviz.data.from_arrays`.
    """
    one_of(split, ("lists", "session"), "split")
    whole(test_session, "test_session", low=1, high=5)
    report, members = Report(content.where), content.members
    parts: dict[str, list[Clip]] = {}
    for s, last in LISTS.items():
        if members is not None and (name := list_file(members, last)) is not None:
            parts[s], _ = rows_of(members, name, report, _clip)
    total, shared = shared_groups(parts)
    notes = [
        f"{shared} of {total} speakers are in more than one list: scores hold for known speakers. split='session' separates them."
    ]
    if split == "session":
        clips = [clip for part in parts.values() for clip in part]
        test = [clip.id.startswith(f"Ses0{test_session}") for clip in clips]
        parts = {s: [c for c, t in zip(clips, test, strict=True) if t == (s == "test")] for s in ("train", "test")}
        notes = [f"Session {test_session} tests: its speakers are new. MLA's tables use a random split."]
        if not all(parts.values()):
            raise DataError(
                f"{content.where}: no utterance of session {test_session}, or of the others; choose another test_session"
            )
    origin = Origin(
        "iemocap_mla", CLASSES, "IEMOCAP (C. Busso et al., 2008), lists of MLA (CVPR 2024)", "signed release form of the authors",
        (*notes, "Happy includes Excited."),
    )  # fmt: skip
    parts = with_validation(parts, valid_share, seed)
    return dataset_of_clips(content, parts, ("text", "audio", "video"), origin, media, repairs, report)


def _clip(line: str, place: str) -> Clip:
    found = _ROW.fullmatch(line)
    if found is None or found[6] not in CLASSES:
        raise bad_line(
            place, line, "Ses01F_impro01_F000.mp4 [split|sign] words [split|sign] Angry, Happy, Neutral or Sad"
        )
    return Clip(found[1], CLASSES.index(found[6]), f"{found[2]} {found[4]}", (found[1],), found[5].strip())
