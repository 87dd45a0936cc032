"""Fields of the splits from listed clips and their media; missing and damaged media are counted and named."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mmviz.core.errors import DataError
from mmviz.data.assemble import Description
from mmviz.data.dataset import Dataset
from mmviz.data.formats.build import Repairs, SplitFields, build_dataset
from mmviz.data.formats.clip_files import ClipFiles, Media
from mmviz.data.formats.clip_lists import Clip, counts, refuse_repeated
from mmviz.data.formats.clip_streams import ClipReader, Streams
from mmviz.data.formats.fields import MAX_VALUES, report_left_out
from mmviz.data.formats.mvsa import words_of
from mmviz.data.padding import pad
from mmviz.data.report import Report
from mmviz.io.content import Content

_SHOWN = 20  # clips that are named


@dataclass(frozen=True)
class Origin:
    """What a list of clips is: name of the set, its classes in the order of their numbers, authors, rights, notes."""

    name: str
    classes: Sequence[str]
    source: str
    licence: str
    notes: Sequence[str]


def dataset_of_clips(
    content: Content,
    parts: Mapping[str, Sequence[Clip]],
    wanted: Sequence[str],
    origin: Origin,
    media: Any,
    repairs: Repairs,
    report: Report,
    *,
    split: Mapping[str, float] | None = None,
    seed: int = 0,
) -> Dataset:
    """Return the data set of listed clips; see `load_clips`.

    Parameters
    ----------
    content
        Of the folder or archive.
    parts
        Split to its clips; with `split` one entry "", whose groups are assigned to splits with the seed.
    wanted
        Modalities.
    origin
        What the list is.
    media
        `Media`, a mapping of its fields, or None for the defaults.
    repairs, report
        Allowed repairs, and the findings so far.
    split, seed
        Shares of the groups.

    Raises
    ------
    DataError, ConfigError, MissingDependencyError
        As `load_clips` and `mmviz.data.from_arrays`; DataError for a clip that is listed twice.
    """
    if repairs.duplicates == "raise":
        refuse_repeated(parts, content.where)
    if content.members is None:
        raise DataError(f"{content.where}: a single file; give the folder of the lists and the media")
    options = Media.of({} if media is None else media)
    raws, streams = load_clips(parts, wanted, ClipFiles(content.members), options, report, content.where)
    description = Description(
        origin.name, "classification", tuple(origin.classes), None, origin.source, origin.licence, tuple(origin.notes), **streams.about()
    )  # fmt: skip
    return build_dataset(raws, description, repairs, report, split=split, by="group", seed=seed)


def load_clips(
    parts: Mapping[str, Sequence[Clip]],
    wanted: Sequence[str],
    files: ClipFiles,
    media: Media,
    report: Report,
    where: str,
) -> tuple[dict[str, SplitFields], Streams]:
    """Return the fields of each split, and what is known of the modalities.

    Parameters
    ----------
    parts
        Split to its clips.
    wanted
        Modalities, of `SOURCES`; one that no clip has is left out, which is reported.
    files, media
        Where the media are, and how they are read.
    report
        Receives what is missing, damaged, or not listed.
    where
        Name of the folder.

    Raises
    ------
    DataError
        If no clip has a medium, a clip misses one and ``media.missing`` is "raise", a clip has two versions of a medium, or arrays
        differ in their number of features.
    MissingDependencyError
        If videos are to be decoded and PyAV is not installed, or pictures and Pillow is not.
    """
    clips = [clip for part in parts.values() for clip in part]
    reader = ClipReader(files, media, where)
    chosen = {m: kind for m in wanted if (kind := reader.source(m, clips)) is not None}
    for m in wanted:
        if m not in chosen and chosen:
            report.add("warning", "absent", m, len(clips), action=f"no clip has {m}: the modality is left out")
    if not chosen:
        raise DataError(
            f"{where}: the lists name {counts(parts)} clips, of which none has {' or '.join(wanted)} here; put the media (WAV, videos, "
            "folders of frames, .npy arrays) and the lists into one folder"
        )
    streams = reader.read(clips, chosen)
    for kind in dict.fromkeys(chosen.values()):
        report_left_out(files.unlisted(kind, clips) if kind != "row" else [], where, "media of no listed clip", report)
    keep = _without_missing(clips, reader.problems, streams, media, report)
    return _fields(parts, clips, streams, keep, where), streams


def _without_missing(
    clips: Sequence[Clip], problems: Mapping[str, Mapping[int, str]], streams: Streams, media: Media, report: Report
) -> NDArray[np.bool_]:
    """Return which clips stay; refuse or count those of which a medium is missing or damaged."""
    keep = np.ones(len(clips), dtype=bool)
    for m, found in problems.items():
        if not found:
            continue
        named = [f"{clips[i].id} ({reason})" for i, reason in sorted(found.items())]
        shown = "; ".join(named[:_SHOWN]) + (f"; and {len(named) - _SHOWN} more" if len(named) > _SHOWN else "")
        if media.missing == "raise":
            raise DataError(
                f"{report.name}: {len(found)} of {len(clips)} clips have no usable {m}: {shown}. Pass media={{'missing': 'mask'}} to keep them "
                f"without {m}, or media={{'missing': 'drop'}} to leave them out"
            )
        if media.missing == "drop":
            keep[list(found)] = False
        action = "clips kept, modality masked" if media.missing == "mask" else "clips left out"
        report.add("repair", "missing medium", m, len(found), first=shown, action=action)
    empty = np.array([all(x[i] is None for x in streams.values.values()) for i in range(len(clips))]) & keep
    if empty.any():
        first = clips[int(np.argmax(empty))].id
        report.add(
            "repair",
            "missing medium",
            "all modalities",
            int(empty.sum()),
            first=first,
            action="nothing is left: clips left out",
        )
    return keep & ~empty


def _fields(
    parts: Mapping[str, Sequence[Clip]], clips: Sequence[Clip], streams: Streams, keep: NDArray[np.bool_], where: str
) -> dict[str, SplitFields]:
    widths: dict[str, int] = {}
    longest: dict[str, int] = {}
    for m, values in streams.values.items():
        for clip, x in zip(clips, values, strict=True):
            if x is None:
                continue
            if widths.setdefault(m, x.shape[1]) != x.shape[1]:
                raise DataError(
                    f"{where} {m}: {x.shape[1]} features for clip {clip.id!r}, {widths[m]} for those before; they are of two versions"
                )
            longest[m] = max(longest.get(m, 0), len(x))
    needed = sum(len(clips) * longest.get(m, 0) * w for m, w in widths.items())
    if needed > MAX_VALUES:
        raise DataError(
            f"{where}: {needed} values after padding; at most {MAX_VALUES}: choose a smaller size, a longer window or a lower fps"
        )
    out, start = {}, 0
    for split, part in parts.items():
        rows = [i for i in range(start, start + len(part)) if keep[i]]
        start += len(part)
        if not rows:
            raise DataError(f"{where}: no clip of {split} is left; look at the media, or leave the list out")
        inputs, lengths = {}, {}
        for m, values in streams.values.items():
            nothing = np.zeros((0, widths.get(m, 1)), np.float32)
            inputs[m], lengths[m] = pad([nothing if (x := values[i]) is None else x for i in rows])
        tokens, extras = {}, {}
        if streams.texts is not None:
            extras = {"raw_text": [streams.texts[i] for i in rows]}
            words = [words_of(streams.texts[i]) for i in rows]
            plain = inputs["text"].shape[2] and all(len(w) == k for w, k in zip(words, lengths["text"], strict=True))
            tokens = {"text": words} if plain else {}
        target, ids = np.array([clips[i].label for i in rows]), [clips[i].id for i in rows]
        out[split] = SplitFields(inputs, target, ids, [clips[i].group for i in rows], lengths, {}, extras, {}, tokens)
    return out
