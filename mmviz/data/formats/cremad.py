"""CREMA-D with the lists of OGM-GE, of MLA, or of a later repository: 91 actors, six emotions; sound and frames."""

import re
from typing import Any, Literal

from mmviz.core.errors import ConfigError, DataError
from mmviz.core.options import one_of
from mmviz.data.dataset import Dataset
from mmviz.data.formats.build import Repairs
from mmviz.data.formats.clip_lists import (
    Clip,
    bad_line,
    family_of,
    first_lines,
    list_file,
    rows_of,
    shared_groups,
    with_validation,
)
from mmviz.data.formats.clip_media import Origin, dataset_of_clips
from mmviz.data.report import Report
from mmviz.io.archive import Members
from mmviz.io.content import Content

EMOTIONS = {"NEU": "neutral", "HAP": "happy", "SAD": "sad", "FEA": "fear", "DIS": "disgust", "ANG": "anger"}
#: class order of each kind of list: that of OGM-GE's code, and the alphabetical one of the others
ORDER = {"ogm_ge": tuple(EMOTIONS), "mla": tuple(sorted(EMOTIONS)), "unknown": tuple(sorted(EMOTIONS))}
_MLA_NAMES = {"Anger": "ANG", "Disgust": "DIS", "Fear": "FEA", "Happy": "HAP", "Neutral": "NEU", "Sad": "SAD"}
#: file names of the lists of each layout, by split; where there is a validation list, "my_train" is what it leaves of "train"
LISTS: dict[str, dict[str, tuple[str, ...]]] = {
    "ogm_ge": {"train": ("my_train.csv", "train.csv"), "valid": ("val.csv",), "test": ("test.csv",)},
    "mla": {"train": ("my_train_cre.txt",), "test": ("my_test_cre.txt",)},
}
_ID = r"(\d{4})_[A-Z]{3}_([A-Z]{3})_[A-Z]{1,2}"
_ROW = re.compile(rf"({_ID})\s*,\s*([A-Z]{{3}})")
_MLA_ROW = re.compile(rf"({_ID})\.flv\s+(\w+)")
ROWS = {"ogm_ge": _ROW, "mla": _MLA_ROW}
SHARES = {"train": 0.7, "valid": 0.15, "test": 0.15}


def matches(content: Content) -> bool:
    """Return whether there is a list of training clips with rows as ``1088_IOM_NEU_XX,NEU`` or ``1085_IWL_SAD_XX.flv Sad``."""
    return content.members is not None and bool(_layouts(content.members))


def _layouts(members: Members) -> list[str]:
    """Return the layouts of which the folder has a training list and a test list."""
    return [
        layout
        for layout, lists in LISTS.items()
        if all(
            any(ROWS[layout].fullmatch(line) for last in lists[s] for line in first_lines(members, last))
            for s in ("train", "test")
        )
    ]


def read(
    content: Content,
    repairs: Repairs,
    *,
    lists: Literal["ogm_ge", "mla"] | None = None,
    split: Literal["lists", "actor"] = "lists",
    valid_share: float = 0.0,
    seed: int = 0,
    media: Any = None,
) -> Dataset:
    """Return the clips of the lists.

    Parameters
    ----------
    content
        Of a folder or archive with the lists and the media: ``AudioWAV/<id>.wav``, ``Image-01-FPS/<id>/00001.jpg`` or
        ``VideoFlash/<id>.flv``, or ``.npy`` spectra.
    repairs
        Allowed repairs.
    lists
        Which lists, where the folder has those of both layouts: they are different splits.
    split
        "lists", or "actor": no actor is in two splits, shares 0.7 / 0.15 / 0.15 of the actors.
    valid_share
        Share of the training list that is set aside as "valid", at random: neither layout has a validation list.
    seed
        Of `valid_share` and of the split by actor.
    media
        How media are read, and what happens where one is missing: `mmviz.data.formats.Media` or a mapping of its fields.

    Returns
    -------
    Dataset
        "audio" and "video"; groups are actors. The report names the version of each list, and how many actors are in two splits.

    Raises
    ------
    DataError, ConfigError
        If a line is not one of the layout, its label contradicts the name of the clip, a medium is missing, both layouts are there and
        none was chosen, or as `mmviz.data.from_arrays`.
    """
    one_of(lists, (None, *LISTS), "lists")
    one_of(split, ("lists", "actor"), "split")
    members, where = content.members, content.where
    there = _layouts(members) if members is not None else []
    if members is None or (lists is not None and lists not in there):
        raise DataError(f"{where}: no lists of {lists!r}; there are those of {', '.join(there) or 'none'}")
    if lists is None and len(there) > 1:
        raise ConfigError(f"{where}: {_both(members)}; pass lists='ogm_ge' or lists='mla'")
    layout, report = lists or there[0], Report(where)
    parts, families = _parts(members, layout, report)
    known = layout if families == {layout} else "unknown"
    notes = _notes(parts, known, report)
    if split == "actor":
        parts = {"": [clip for clips in parts.values() for clip in clips]}
        notes = (*notes, "Split by actor, which the published tables do not use.")
    else:
        parts = with_validation(parts, valid_share, seed)
    origin = Origin(
        "cremad", tuple(EMOTIONS[e] for e in ORDER[layout]),
        "CREMA-D (H. Cao et al., IEEE Transactions on Affective Computing 2014)", "ODbL (database), the authors ask for a usage form",
        notes,
    )  # fmt: skip
    shares = SHARES if split == "actor" else None
    return dataset_of_clips(content, parts, ("audio", "video"), origin, media, repairs, report, split=shares, seed=seed)


def _parts(members: Members, layout: str, report: Report) -> tuple[dict[str, list[Clip]], set[str | None]]:
    order = ORDER[layout]

    def clip_of(line: str, place: str) -> Clip | None:
        found = ROWS[layout].fullmatch(line)
        if found is None:
            if layout == "ogm_ge" and place.endswith(", line 1") and not line[:1].isdigit():
                report.add("note", "list", place, 1, first=line[:60], action="taken as a header")
                return None
            raise bad_line(place, line, "1085_IWL_SAD_XX.flv Sad" if layout == "mla" else "1088_IOM_NEU_XX,NEU")
        clip, actor, emotion, label = found.groups()
        code = _MLA_NAMES.get(label, "") if layout == "mla" else label
        if code not in EMOTIONS or code != emotion:
            raise DataError(
                f"{place}: {line[:80]!r}; the label {label!r} is not the emotion {emotion!r} in the name of the clip"
            )
        return Clip(clip, order.index(code), actor, (clip,))

    parts: dict[str, list[Clip]] = {}
    families: set[str | None] = set()
    files = {s: {n: f for n in names if (f := list_file(members, n))} for s, names in LISTS[layout].items()}
    for split, found in files.items():
        if found:
            whole_list = split == "train" and not files.get("valid")
            name = list(found.values())[-1 if whole_list else 0]
            parts[split], family = rows_of(members, name, report, clip_of)
            families.add(family)
    return parts, families


def _notes(parts: dict[str, list[Clip]], known: str, report: Report) -> tuple[str, ...]:
    total, shared = shared_groups(parts)
    notes = [
        f"{shared} of {total} actors are in more than one list: scores hold for known speakers. split='actor' separates them."
    ]
    if known == "ogm_ge":
        notes.append(
            "Lists of OGM-GE (CVPR 2022); class numbers are those of its code, later repositories number alphabetically."
        )
    elif known == "mla":
        n, action = 673, "of its test clips are in OGM-GE's training list: results of the two are not comparable"
        report.add("warning", "list", "MLA (CVPR 2024) beside OGM-GE (CVPR 2022)", n, action=action)
        notes.append("Lists of MLA (CVPR 2024), another split than OGM-GE's: results of the two are not comparable.")
    else:
        notes.append("Lists of an unknown version: results are not comparable with a published table.")
    return tuple(notes)


def _both(members: Members) -> str:
    """Return a sentence on the overlap of the two layouts' lists."""
    clips: dict[tuple[str, str], set[str]] = {}
    for layout, lists in LISTS.items():
        for split in ("train", "test"):
            text = b"\n".join(members.read(n, max_bytes=1 << 26) for last in lists[split] for n in members.named(last))
            clips[layout, split] = {m[1] for m in ROWS[layout].finditer(text.decode("utf-8", "replace"))}
    test = clips["mla", "test"]
    known = all(
        family_of(members.read(n, max_bytes=1 << 26))
        for last in ("test.csv", "my_test_cre.txt")
        for n in members.named(last)
    )
    return (
        f"lists of OGM-GE and of MLA{'' if known else ' (of unknown version)'}, which are different splits: "
        f"{len(test & clips['ogm_ge', 'train'])} of MLA's {len(test)} test clips are in OGM-GE's training list"
    )
