"""AVE: ``Annotations.txt`` and the order files of its repository, with the authors' features or the videos; 28 kinds of events."""

import re
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mmviz.core.errors import ConfigError, DataError
from mmviz.data.assemble import Description
from mmviz.data.dataset import Dataset
from mmviz.data.formats.build import Repairs, SplitFields, build_dataset
from mmviz.data.formats.clip_files import Media
from mmviz.data.formats.clip_lists import Clip, bad_line, first_lines, lines_of, list_file, report_version
from mmviz.data.formats.clip_media import Origin, dataset_of_clips
from mmviz.data.formats.fields import numeric
from mmviz.data.report import Report
from mmviz.io.archive import Members
from mmviz.io.content import Content
from mmviz.io.hdf5 import open_hdf5, probe_hdf5

ANNOTATIONS = "Annotations.txt"
ORDERS = {"train": "train_order.h5", "valid": "val_order.h5", "test": "test_order.h5"}
FEATURES = "avadataset"  # name of the data set in every file of features or labels
#: in the order of the label files, which is that of the first appearance in `ANNOTATIONS`
CLASSES = (
    "Church bell", "Male speech, man speaking", "Bark", "Fixed-wing aircraft, airplane", "Race car, auto racing",
    "Female speech, woman speaking", "Helicopter", "Violin, fiddle", "Flute", "Ukulele", "Frying (food)", "Truck", "Shofar",
    "Motorcycle", "Acoustic guitar", "Train horn", "Clock", "Banjo", "Goat", "Baby cry, infant cry", "Bus", "Chainsaw", "Cat", "Horse",
    "Toilet flush", "Rodents, rats, mice", "Accordion", "Mandolin",
)  # fmt: skip
SECONDS = 10
_ROW = re.compile(r"([^&]{1,60})&([A-Za-z0-9_-]{11})&(\w{1,20})&(\d{1,2})&(\d{1,2})")
_AT_ONCE = 64  # rows of visual features in memory


def matches(content: Content) -> bool:
    """Return whether ``Annotations.txt`` has rows ``Church bell&RUhOCu3LNXM&good&0&10``, and the order files are beside it."""
    members = content.members
    if members is None or not all(members.named(last) for last in ORDERS.values()):
        return False
    return any((row := _ROW.fullmatch(line)) and row[1] in CLASSES for line in first_lines(members, ANNOTATIONS))


def read(content: Content, repairs: Repairs, *, media: Any = None) -> Dataset:
    """Return the clips, split by the order files.

    Parameters
    ----------
    content
        Of the folder with ``Annotations.txt``, ``train_order.h5``, ``val_order.h5``, ``test_order.h5`` and the authors' features: HDF5 files
        with a data set ``avadataset`` of shape (clips, 10, 128) for the audio and (clips, 10, 7, 7, 512) or (clips, 10, features) for the
        video. Without features, the videos ``<video>.mp4`` are read.
    repairs
        Allowed repairs.
    media
        How videos are read, by default one step per second: `mmviz.data.formats.Media` or a mapping of its fields. Not for features.

    Returns
    -------
    Dataset
        "audio" and "video", one step per second, 7 × 7 places of the picture averaged; the class is that of the annotation, and
        ``extras`` has the first second of the event and the one after its last. Groups are the source videos. The report counts the videos
        in more than one split, and labels in label files that are not those of the annotations.

    Raises
    ------
    DataError, ConfigError
        If a row or an order is not one of the layout, features or labels belong to other annotations, or as `mmviz.data.from_arrays`.
    """
    members, where, report = content.members, content.where, Report(content.where)
    if members is None or content.kind != "folder":
        raise DataError(f"{where}: HDF5 files are read from folders; unpack the archive")
    name = list_file(members, ANNOTATIONS) or ANNOTATIONS
    clips, events = _annotations(members, name, report)
    orders = _orders(content.path, members, len(clips), report)
    found = _features(content.path, members, len(clips), report)
    if not {"audio", "video"} & set(found):
        return _from_videos(content, clips, orders, media, repairs, report)
    if media is not None:
        raise ConfigError(
            f"{where}: media={media!r:.60}; the folder has features, so that no video is read: leave media out"
        )
    for path in found.pop("labels", []):
        _compare_labels(path, np.array([c.label for c in clips]), report)
    inputs = {m: _steps(paths, m, where) for m, paths in found.items()}
    whole = SplitFields(
        inputs, np.array([c.label for c in clips]), [c.id for c in clips], [c.group for c in clips], {},
        {m: np.ones(x.shape[:2], dtype=bool) for m, x in inputs.items()},
        {"event start": events[:, 0], "event stop": events[:, 1]},
    )  # fmt: skip
    origin = _origin()
    description = Description(
        origin.name, "classification", origin.classes, None, origin.source, origin.licence, origin.notes, dict.fromkeys(inputs, 1.0),
        descriptions={"audio": "VGGish", "video": "VGG-19, last pooling layer, mean over 7 × 7 places"},
    )  # fmt: skip
    description = replace(description, descriptions={m: description.descriptions[m] for m in inputs})
    return build_dataset({s: whole.take(rows) for s, rows in orders.items()}, description, repairs, report)


def _origin() -> Origin:
    notes = (
        "The class of a clip is that of its annotation; labels per second are not targets, the seconds of the event are in extras.",
        "Clips of one video with two annotations are two samples; PMR leaves them out.",
    )
    source = "AVE (Y. Tian, J. Shi, B. Li, Z. Duan, C. Xu, ECCV 2018)"
    return Origin("ave", CLASSES, source, "videos of others: research use", notes)


def _annotations(members: Members, name: str, report: Report) -> tuple[list[Clip], NDArray[np.int64]]:
    clips: list[Clip] = []
    events: list[tuple[int, int]] = []
    for i, line in lines_of(members, name, report):
        row = _ROW.fullmatch(line)
        if row is None and i == 1 and line.lower().startswith("category&"):
            report.add("note", "list", f"{name}, line 1", 1, first=line[:60], action="taken as a header")
            continue
        if row is None or row[1] not in CLASSES or not int(row[4]) <= int(row[5]) <= SECONDS:
            raise bad_line(
                f"{name}, line {i}",
                line,
                "Church bell&RUhOCu3LNXM&good&0&10: a class of AVE, video, quality, seconds from and to",
            )
        clips.append(Clip(f"{row[2]}_{len(clips)}", CLASSES.index(row[1]), row[2], (row[2],)))
        events.append((int(row[4]), int(row[5])))
    if not clips:
        raise DataError(f"{name}: no clip is annotated; the file is empty")
    report_version(members, name, len(clips), report)
    seconds = np.array(events)
    empty = np.flatnonzero(seconds[:, 0] == seconds[:, 1])
    first = clips[int(empty[0])].id if len(empty) else ""
    report.add("note", "label", name, len(empty), first=first, action="events of no second: kept with their class")
    return clips, seconds


def _orders(folder: Path, members: Members, n: int, report: Report) -> dict[str, NDArray[np.int64]]:
    """Return the rows of each split, in the order of their numbers."""
    out: dict[str, NDArray[np.int64]] = {}
    for split, last in ORDERS.items():
        name = list_file(members, last) or last
        with open_hdf5(folder / name, ["order"]) as file:
            order = numeric(file.rows("order"), f"{name} order", 1)
        bad = (order < 0) | (order >= n) if order.dtype.kind in "iu" else np.ones(len(order), dtype=bool)
        if bad.any():
            at = int(np.argmax(bad))
            raise DataError(
                f"{name}: {int(bad.sum())} rows are none of the {n} annotations (first: entry {at}: {order[at]}); they count from 0"
            )
        if not len(order):
            raise DataError(f"{name}: no row; the file is empty")
        out[split] = np.sort(order.astype(np.int64))
    rows, times = np.unique(np.concatenate(list(out.values())), return_counts=True)
    if (times > 1).any():
        raise DataError(
            f"{folder.name}: {int((times > 1).sum())} rows are listed twice in the order files (first: row {int(rows[times > 1][0])})"
        )
    report.add("warning", "left out", ANNOTATIONS, n - len(rows), action="annotations of no split: not read")
    return out


def _features(folder: Path, members: Members, n: int, report: Report) -> dict[str, list[Path]]:
    """Return the files of "audio", "video" and "labels" by the shapes that they hold."""
    found: dict[str, list[Path]] = {}
    for name in members.names:
        if not name.endswith((".h5", ".hdf5")) or name.rpartition("/")[2] in ORDERS.values():
            continue
        shape = tuple(probe_hdf5(folder / name).get(FEATURES, {}).get("shape", ()))
        if shape in ((n, len(CLASSES) + 1), (n, SECONDS, len(CLASSES) + 1)):
            role = "labels"
        elif len(shape) in (3, 5) and shape[:2] == (n, SECONDS):
            role = "audio" if shape[2:] == (128,) else "video"
        else:
            action = f"{FEATURES!r} of shape {shape}: not read" if shape else f"no {FEATURES!r} in it: not read"
            report.add("warning", "left out", name, 1, action=action)
            continue
        found.setdefault(role, []).append(folder / name)
    return found


def _steps(paths: list[Path], modality: str, where: str) -> NDArray[np.float32]:
    """Return (clips, 10, features), places of the picture averaged, a few clips at a time."""
    if len(paths) > 1:
        raise ConfigError(
            f"{where}: {len(paths)} files of {modality} features ({paths[0].name}, {paths[1].name}); keep one of them in the folder"
        )
    with open_hdf5(paths[0], [FEATURES]) as file:
        n, steps, features = (shape := file.shape(FEATURES))[0], shape[1], shape[-1]
        out = np.zeros((n, steps, features), np.float32)
        for start in range(0, n, _AT_ONCE):
            rows = numeric(file.rows(FEATURES, slice(start, start + _AT_ONCE)), f"{paths[0].name} {FEATURES}")
            with np.errstate(all="ignore"):  # values that are not finite are reported later
                out[start : start + _AT_ONCE] = rows.mean(axis=(2, 3)) if rows.ndim == 5 else rows
    return out


def _compare_labels(path: Path, label: NDArray[np.int64], report: Report) -> None:
    """Count the clips of which a label file has another class than the annotation; refuse a file of other annotations."""
    with open_hdf5(path, [FEATURES]) as file:
        y = numeric(file.rows(FEATURES), f"{path.name} {FEATURES}", 2, 3)
    events = y[..., : len(CLASSES)] if y.ndim == 2 else y[..., : len(CLASSES)].sum(axis=1)
    other = events.argmax(axis=1) != label
    other &= events.max(axis=1) > 0
    first = f"row {int(np.argmax(other))}: {CLASSES[int(events[np.argmax(other)].argmax())]!r}" if other.any() else ""
    if 2 * other.sum() > len(label):
        raise DataError(
            f"{path.name}: {int(other.sum())} of {len(label)} classes are not those of {ANNOTATIONS} (first: {first}); the rows are in another order"
        )
    report.add(
        "warning",
        "label",
        path.name,
        int(other.sum()),
        first=first,
        action="another class than the annotation, which is kept",
    )


def _from_videos(
    content: Content,
    clips: list[Clip],
    orders: Mapping[str, NDArray[np.int64]],
    media: Any,
    repairs: Repairs,
    report: Report,
) -> Dataset:
    options = media if isinstance(media, Media) else {"fps": 1.0, "window": 1.0} | dict(media or {})
    parts = {s: [clips[i] for i in rows.tolist()] for s, rows in orders.items()}
    return dataset_of_clips(content, parts, ("audio", "video"), _origin(), options, repairs, report)
