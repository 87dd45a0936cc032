"""Alignment of computational sequences: labelled segments, their words or steps, and the mean of what overlaps each."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mmviz.core.errors import DataError
from mmviz.data.formats.computational_sequence import ComputationalSequence
from mmviz.data.report import Report

PAUSE = "sp"
SHORTEST = 1e-5  # seconds of a label's interval, and of an overlap


@dataclass(frozen=True, eq=False)
class Segment:
    """A labelled interval of a video.

    Attributes
    ----------
    id
        ``video[number]``, as the SDK names it.
    video
        Name of the video.
    start, stop
        Seconds.
    label
        (columns,).
    """

    id: str
    video: str
    start: float
    stop: float
    label: NDArray[Any]


def segments_of(sequence: ComputationalSequence, report: Report) -> list[Segment]:
    """Return the labelled intervals of every video that are not shorter than `SHORTEST`."""
    out: list[Segment] = []
    short: list[Segment] = []
    for video in sequence.videos():
        intervals, rows = sequence.read(video)
        for i, ((start, stop), row) in enumerate(zip(intervals.tolist(), rows, strict=True)):
            segment = Segment(f"{video}[{i}]", video, start, stop, np.asarray(row))
            (out if stop - start >= SHORTEST else short).append(segment)
    report.add(
        "warning",
        "left out",
        sequence.name,
        len(short),
        first=short[0].id if short else "",
        action=f"segments shorter than {SHORTEST} s: not read",
    )
    if not out:
        raise DataError(f"{sequence.where}: no labelled segment; the file is another one or damaged")
    return out


class SegmentSteps:
    """Steps of one segment: (n, 2) seconds and, where they are words, n texts."""

    def __init__(self, intervals: NDArray[np.float64], words: list[str]) -> None:
        self.intervals, self.words = intervals, words


def steps_of(
    segments: list[Segment],
    words: ComputationalSequence | None,
    step: float | None,
    pauses: str,
    longest: int | None,
    report: Report,
) -> list[SegmentSteps]:
    """Return the steps of each segment: its words, clipped to it, or equal parts of about `step` seconds; dropped and cut ones are counted."""
    out: list[SegmentSteps] = []
    dropped, cut, empty = 0, [], []
    texts: dict[str, tuple[NDArray[np.float64], list[str]]] = {}
    for segment in segments:
        if words is None:
            count = max(1, round((segment.stop - segment.start) / (step or 1)))
            if count > 1_000_000:
                raise DataError(
                    f"{report.name}: segment {segment.id} of {segment.stop - segment.start:.0f} s; give a longer step"
                )
            edges = np.linspace(segment.start, segment.stop, count + 1)
            made = SegmentSteps(np.stack([edges[:-1], edges[1:]], axis=1), [])
        else:
            if segment.video not in texts:
                texts[segment.video] = words.texts(segment.video) if segment.video in words else (np.zeros((0, 2)), [])
            intervals, spoken = texts[segment.video]
            clipped = np.clip(intervals, segment.start, segment.stop)
            inside = np.flatnonzero(clipped[:, 1] - clipped[:, 0] > SHORTEST)
            keep = [i for i in inside.tolist() if pauses == "keep" or spoken[i] != PAUSE]
            dropped += len(inside) - len(keep)
            keep.sort(key=lambda i, c=clipped: (c[i, 0], i))  # type: ignore[misc]
            made = SegmentSteps(clipped[keep], [spoken[i] for i in keep])
        if longest is not None and len(made.intervals) > longest:
            cut.append(segment.id)
            made = SegmentSteps(made.intervals[-longest:], made.words[-longest:])
        if not len(made.intervals):
            empty.append(segment.id)
        out.append(made)
    report.add("note", "pauses", report.name, dropped, action="pauses between words: no steps")
    report.add(
        "repair",
        "cut",
        report.name,
        len(cut),
        first=cut[0] if cut else "",
        action=f"segments longer than {longest} steps: the last are kept",
    )
    report.add(
        "note", "absent", report.name, len(empty), first=empty[0] if empty else "", action="segments without a word"
    )
    return out


def aligned(
    sequence: ComputationalSequence,
    segments: list[Segment],
    steps: list[SegmentSteps],
    mean: str,
    nonfinite: str,
    report: Report,
) -> tuple[list[NDArray[np.float32]], list[NDArray[np.bool_]]]:
    """Return the mean of the rows that overlap each step, and the steps that any row overlaps."""
    out: list[NDArray[np.float32]] = []
    valid: list[NDArray[np.bool_]] = []
    width, changed, first = sequence.width, 0, ""
    current: tuple[str, NDArray[Any], NDArray[Any]] | None = None
    missing: dict[str, None] = {}
    for segment, step in zip(segments, steps, strict=True):
        n = len(step.intervals)
        if segment.video not in sequence:
            missing[segment.video] = None
            out.append(np.zeros((n, width), np.float32))
            valid.append(np.zeros(n, dtype=bool))
            continue
        if current is None or current[0] != segment.video:
            intervals, rows = sequence.read(segment.video)
            rows, intervals, count, place = _finite(rows, intervals, nonfinite, f"{sequence.where} {segment.video}")
            changed, first = changed + count, first or place
            current = (segment.video, intervals, rows)
        _, intervals, rows = current
        near = (intervals[:, 1] > segment.start) & (intervals[:, 0] < segment.stop)
        starts, stops, x = intervals[near, 0], intervals[near, 1], rows[near]
        overlap = np.minimum(step.intervals[:, 1:], stops) - np.maximum(step.intervals[:, :1], starts)
        overlap = np.where(overlap > SHORTEST, overlap, 0.0)
        weight = overlap if mean == "duration" else (overlap > 0).astype(np.float64)
        total = weight.sum(axis=1)
        there = total > 0
        with np.errstate(over="ignore"):
            out.append((weight @ x / np.where(there, total, 1)[:, None]).astype(np.float32))
        valid.append(there)
    action = {
        "zero": "0 before averaging",
        "mask": "rows left out of the mean",
        "mean": "rows left out of the mean",
    }.get(nonfinite, "")
    report.add("repair", "nonfinite", sequence.name, changed, first=first, action=action)
    report.add(
        "warning",
        "absent",
        sequence.name,
        len(missing),
        first=next(iter(missing), ""),
        action="labelled videos without this sequence: masked",
    )
    return out, valid


def _finite(
    rows: NDArray[Any], intervals: NDArray[Any], nonfinite: str, where: str
) -> tuple[NDArray[np.float64], NDArray[Any], int, str]:
    x = rows.astype(np.float64)
    bad = ~np.isfinite(x)
    if not bad.any():
        return x, intervals, 0, ""
    row, column = (int(v) for v in np.argwhere(bad)[0])
    place = f"{where}, row {row}, column {column}: {x[row, column]}"
    if nonfinite == "raise":
        raise DataError(
            f"{where}: {int(bad.sum())} values are not finite (first: row {row}, column {column}: {x[row, column]}); pass nonfinite='zero', 'mask' or 'mean'"
        )
    if nonfinite == "zero":
        return np.where(bad, 0, x), intervals, int(bad.sum()), place
    fine = ~bad.any(axis=1)
    return x[fine], intervals[fine], int((~fine).sum()), place
