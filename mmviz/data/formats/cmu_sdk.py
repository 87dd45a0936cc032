"""Computational sequences of the CMU-MultimodalSDK (``.csd``), aligned word by word: MOSI, MOSEI, POM and others."""

from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from mmviz.core.errors import ConfigError, DataError
from mmviz.core.options import number, one_of, whole
from mmviz.data.assemble import Description
from mmviz.data.dataset import Dataset
from mmviz.data.formats.build import Repairs, SplitFields, build_dataset
from mmviz.data.formats.computational_sequence import Sequences, open_sequence
from mmviz.data.formats.fields import MAX_VALUES, MOSEI, in_two_classes, listed, one_label, report_left_out
from mmviz.data.formats.mvsa import hashed_words
from mmviz.data.formats.word_alignment import Segment, SegmentSteps, aligned, segments_of, steps_of
from mmviz.data.padding import pad
from mmviz.data.report import Report
from mmviz.io.content import Content
from mmviz.io.files import open_regular
from mmviz.io.hdf5 import is_hdf5

SENTIMENT, EMOTION = (-3.0, 3.0), (0.0, 3.0)
SHARES = {"train": 0.7, "valid": 0.1, "test": 0.2}
#: part of a sequence's name in lower case -> modality
_MODALITIES = {
    "vector": "text",
    "glove": "text",
    "bert": "text",
    "covarep": "audio",
    "opensmile": "audio",
    "facet": "vision",
    "openface": "vision",
}


def matches(content: Content) -> bool:
    """Return whether a folder has HDF5 files with the suffix ``.csd``."""
    if content.kind != "folder" or content.members is None:
        return False
    for name in content.members.names:
        if name.endswith(".csd"):
            with open_regular(content.path / name) as file:
                return is_hdf5(file.read(520))
    return False


def read(
    content: Content,
    repairs: Repairs,
    *,
    label_sequence: str | None = None,
    word_sequence: str | None = None,
    names: Mapping[str, str] | None = None,
    step: float | None = None,
    mean: Literal["duration", "rows"] = "duration",
    pauses: Literal["drop", "keep"] = "drop",
    longest: int | None = None,
    unify: bool = False,
    label: int | str | None = None,
    target: Literal["regression", "classification"] = "regression",
    encode_text: Callable[[list[str]], Sequence[Any]] | None = None,
    folds: Mapping[str, Sequence[str]] | None = None,
    split: Mapping[str, float] | None = None,
    seed: int = 0,
) -> Dataset:
    """Return the labelled segments, one step per word.

    Parameters
    ----------
    content
        Of a folder with several ``.csd`` files: one of labels, one of words, and those of features.
    repairs
        Allowed repairs. ``nonfinite`` is applied to the rows of features before they are averaged: "zero" counts them as 0, "mask" and
        "mean" leave such rows out.
    label_sequence
        Name of the sequence of labels; default: the one whose name contains "label".
    word_sequence
        Name of the sequence of words; default: the one that holds text.
    names
        Modality to the name of its sequence; default: "text", "audio", "vision" where the name is known, otherwise the name.
    step
        Seconds of a step, in place of words: each segment is cut into equal steps.
    mean
        "duration": rows of features are weighted by how long they overlap with the word. "rows": all rows that overlap count the same, as
        in the SDK.
    pauses
        Whether the pauses between words (``sp``) are steps.
    longest
        Steps per segment; of a longer one the last are kept, as in the SDK, and counted.
    unify
        Leave out the segments of which a modality is missing, as the SDK's ``hard_unify`` does; otherwise the modality is masked.
    label
        Which of several columns, by number or, of MOSEI's seven, by name.
    target
        "regression", or "classification": sentiment is non-negative or not, an emotion is present (above 0) or absent.
    encode_text
        Words of a segment, joined by spaces, -> (words, features); only where there are words and no word vectors. Default:
        `mmviz.data.formats.mvsa.hashed_words` of each word.
    folds
        Split to its videos, such as the SDK's ``standard_folds``; the files do not hold them.
    split, seed
        Shares of the videos, default 0.7 / 0.1 / 0.2, where no folds are given.

    Returns
    -------
    Dataset
        Groups are videos, ids are ``video[segment]``. A word that no row of a sequence overlaps is no step of that modality.

    Raises
    ------
    DataError, ConfigError
        If a file is not of this layout, a sequence is not found, or as `mmviz.data.from_arrays`.
    """
    one_of(mean, ("duration", "rows"), "mean")
    one_of(pauses, ("drop", "keep"), "pauses")
    one_of(target, ("regression", "classification"), "target")
    if step is not None:
        number(step, "step", low=0.01, high=60)
    if longest is not None:
        whole(longest, "longest", low=1)
    report, where = Report(content.where), content.where
    with ExitStack() as stack:
        found = Sequences(
            [stack.enter_context(open_sequence(content.path / n)) for n in (content.members.names if content.members else ()) if n.endswith(".csd")],
            where,
        )  # fmt: skip
        labelled = found.labels(label_sequence)
        spoken = found.words(word_sequence, labelled) if step is None else None
        features = found.features(names, _MODALITIES, labelled)
        segments = segments_of(labelled, report)
        steps = steps_of(segments, spoken, step, pauses, longest, report)
        streams: dict[str, list[NDArray[np.float32]]] = {}
        valid: dict[str, list[NDArray[np.bool_]]] = {}
        for m, sequence in features.items():
            streams[m], valid[m] = aligned(sequence, segments, steps, mean, repairs.nonfinite, report)
        report_left_out(found.unused(), where, "sequences that are neither labels, words nor features", report)
    tokens = None if spoken is None else [s.words for s in steps]
    if "text" not in streams and tokens is not None:
        text, real = _encoded(tokens, encode_text)
        streams, valid = {"text": text} | streams, {"text": real} | valid
    if not streams:
        raise DataError(f"{where}: no sequence of features; it has {listed(found.names())}")
    keep = _kept(segments, steps, valid, unify, report)
    y = np.stack([segments[i].label for i in keep]).astype(np.float64) if keep else np.zeros((0, 1))
    rows = _split_rows(segments, keep, folds, report)
    place = {i: k for k, i in enumerate(keep)}
    found_label = one_label({s: y[[place[i] for i in r]] for s, r in rows.items()}, label, where, report, columns=MOSEI)
    if target == "classification":
        found_label = in_two_classes(found_label)
    raws = {
        s: _fields([segments[i] for i in r], {m: [x[i] for i in r] for m, x in streams.items()},
                   {m: [v[i] for i in r] for m, v in valid.items()}, None if tokens is None else [tokens[i] for i in r], where)
        for s, r in rows.items()
    }  # fmt: skip
    for s, raw in raws.items():
        raw.target = found_label.target[s]
    unit = f"{step:g} s" if step is not None else "one word"
    notes = (
        f"A step is {unit}; rows of features are averaged, {'weighted by their overlap' if mean == 'duration' else 'each the same, as in the SDK'}.",
        "Splits by video." if folds is None else "Splits are the given folds.",
        *((found_label.note,) if found_label.note else ()),
    )
    description = Description(
        "cmu_sdk", found_label.task, found_label.classes, EMOTION if found_label.name in MOSEI[7][1:] else SENTIMENT,
        "CMU-MultimodalSDK (A. Zadeh et al., github CMU-MultiComp-Lab/CMU-MultimodalSDK), computational sequences",
        "the data set's own: research use", notes, {} if step is None else dict.fromkeys(streams, 1 / step),
    )  # fmt: skip
    shares = (split or SHARES) if folds is None else None
    return build_dataset(raws, description, repairs, report, split=shares, by="group", seed=seed)


def _fields(
    segments: list[Segment],
    streams: Mapping[str, list[NDArray[np.float32]]],
    valid: Mapping[str, list[NDArray[np.bool_]]],
    tokens: list[list[str]] | None,
    where: str,
) -> SplitFields:
    """Return the padded steps of some segments; steps that no row overlaps are not valid."""
    inputs, masks = {}, {}
    for m, sequences in streams.items():
        longest, width = max(len(x) for x in sequences), sequences[0].shape[1]
        if len(sequences) * longest * width > MAX_VALUES:
            raise DataError(
                f"{where} {m}: {len(sequences)} segments of up to {longest} steps and {width} features; at most {MAX_VALUES} values: pass longest="
            )
        inputs[m], _ = pad(sequences)
        masks[m] = pad([v[:, None] for v in valid[m]])[0][:, :, 0]
    words = {} if tokens is None else {"text": tokens}
    texts = {} if tokens is None else {"raw_text": [" ".join(t) for t in tokens]}
    whole = (
        "text" in masks
        and tokens is not None
        and all(v.sum() == len(t) for v, t in zip(masks["text"], tokens, strict=True))
    )
    return SplitFields(
        inputs, None, [s.id for s in segments], [s.video for s in segments], {}, masks, texts, {}, words if whole else {}
    )  # fmt: skip


def _encoded(
    tokens: list[list[str]], encode: Callable[[list[str]], Sequence[Any]] | None
) -> tuple[list[NDArray[np.float32]], list[NDArray[np.bool_]]]:
    if encode is None:
        made = [np.concatenate([_one_word(w) for w in words]) if words else _one_word("")[:0] for words in tokens]
    else:
        made = [np.asarray(x, np.float32) for x in encode([" ".join(words) for words in tokens])]
        if [x.shape[:1] for x in made] != [(len(words),) for words in tokens] or any(x.ndim != 2 for x in made):
            raise ConfigError("encode_text: return one array (words, features) for each text")
    return made, [np.ones(len(x), dtype=bool) for x in made]


def _one_word(word: str) -> NDArray[np.float32]:
    found = hashed_words([word])[0]
    return found[:1] if len(found) else np.zeros((1, found.shape[1]), np.float32)


def _kept(
    segments: list[Segment],
    steps: list[SegmentSteps],
    valid: Mapping[str, list[NDArray[np.bool_]]],
    unify: bool,
    report: Report,
) -> list[int]:
    """Return the segments that stay: those with any modality, or with `unify` those with every one."""
    some = {m: [bool(v.any()) for v in per] for m, per in valid.items()}
    need = all if unify else any
    keep = [i for i in range(len(segments)) if need(some[m][i] for m in some)]
    gone = [s.id for i, s in enumerate(segments) if i not in set(keep)] if len(keep) < len(segments) else []
    action = (
        "a modality is missing: segments left out (unify=True)" if unify else "no modality at all: segments left out"
    )
    report.add(
        "repair" if unify else "warning",
        "left out",
        report.name,
        len(gone),
        first=gone[0] if gone else "",
        action=action,
    )
    if not keep:
        raise DataError(
            f"{report.name}: no segment has {'every' if unify else 'any'} modality; the sequences are of other videos than the labels"
        )
    return keep


def _split_rows(
    segments: list[Segment], keep: list[int], folds: Mapping[str, Sequence[str]] | None, report: Report
) -> dict[str, list[int]]:
    """Return the kept segments of each fold; a video in two folds is refused, one in none is counted."""
    if folds is None:
        return {"": keep}
    where: dict[str, str] = {}
    for name, videos in folds.items():
        for video in videos:
            if where.setdefault(video, name) != name:
                raise ConfigError(
                    f"folds: the video {video!r} is in {where[video]!r} and in {name!r}; put each into one"
                )
    rows: dict[str, list[int]] = {name: [] for name in folds}
    none: list[int] = []
    for i in keep:
        fold = where.get(segments[i].video)
        (none if fold is None else rows[fold]).append(i)
    report.add(
        "warning",
        "left out",
        report.name,
        len(none),
        first=segments[none[0]].id if none else "",
        action="segments of videos in no fold: not read",
    )
    empty = [name for name, found in rows.items() if not found]
    if empty:
        raise ConfigError(
            f"folds: no labelled video of {empty[0]!r} is in the files; the names are those such as {segments[0].video!r}"
        )
    return rows
