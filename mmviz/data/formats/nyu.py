"""NYU-Depth V2, labelled: RGB and depth as two modalities, from the official .mat (v7.3) or a reduced npz."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from mmviz.core.display import Display
from mmviz.core.errors import ConfigError, DataError
from mmviz.core.options import one_of
from mmviz.data.assemble import Description
from mmviz.data.dataset import Dataset
from mmviz.data.formats.build import Repairs, SplitFields, build_dataset
from mmviz.data.formats.fields import field, listed, numeric, texts
from mmviz.data.report import Report
from mmviz.io.content import MAX_MAT5, Content
from mmviz.io.files import read_regular
from mmviz.io.hdf5 import Arrays, open_hdf5
from mmviz.io.mat import read_mat5

KINDS = (
    "bedroom", "kitchen", "living room", "bathroom", "dining room", "office", "home office", "classroom",
    "bookstore",
)  # fmt: skip
OTHERS = "others"


def scene_classes(scenes: list[str], classes: int) -> tuple[NDArray[np.int64], list[str]]:
    """Return the classes of the file's scene types.

    Parameters
    ----------
    scenes
        As the file has them, such as "living_room".
    classes
        10, or 9: the frames of other kinds get -1.

    Returns
    -------
    labels, names
        int64 (n,) and the names in their order.

    Notes
    -----
    The nine names are those of the public 10-class preparations of this set; that AlignMamba-2 means the same ten is a
    our interpretation. 19 classes is SUN RGB-D's convention, not this set's.
    """
    plain = [re.sub(r"[\s_]+", " ", s.strip().lower()) for s in scenes]
    other = len(KINDS) if classes > len(KINDS) else -1
    labels = np.array([KINDS.index(s) if s in KINDS else other for s in plain], dtype=np.int64)
    return labels, [*KINDS, OTHERS] if classes > len(KINDS) else list(KINDS)


@dataclass(frozen=True, eq=False)
class Frames:
    """Frames of an RGB-D data set.

    Attributes
    ----------
    rgb
        float32 (n, rows, columns, 3), 0 to 1.
    depth
        float32 (n, rows, columns), metres.
    label
        int (n, rows, columns): class of each pixel from 0, -1 where none.
    names
        Of the classes of pixels.
    scenes
        Kind of room per frame, or None.
    is_train
        bool (n,), or None.
    """

    rgb: NDArray[np.float32]
    depth: NDArray[np.float32]
    label: NDArray[np.int64]
    names: list[str]
    scenes: list[str] | None
    is_train: NDArray[np.bool_] | None


def shrink(x: NDArray[Any], size: tuple[int, int], where: str) -> NDArray[np.float32]:
    """Return the means of equal blocks: (n, rows, columns, ...) to (n, *size, ...).

    Raises
    ------
    ConfigError
        If `size` does not divide rows and columns.
    """
    n, rows, columns, *rest = x.shape
    if min(size) < 1 or rows % size[0] or columns % size[1]:
        raise ConfigError(f"{where}: size={size} does not divide {rows} x {columns}; choose one that does")
    if (rows, columns) == tuple(size):
        return x.astype(np.float32)
    blocks = x.reshape(n, size[0], rows // size[0], size[1], columns // size[1], *rest)
    with np.errstate(over="ignore", invalid="ignore"):  # what is not finite afterwards is found and counted later
        return blocks.mean(axis=(2, 4), dtype=np.float32)


def image_rows(frames: Frames, rows: NDArray[np.int64]) -> dict[str, NDArray[np.float32]]:
    """Return pictures as sequences of their rows: rgb (n, rows, columns x 3), depth (n, rows, columns)."""
    rgb = frames.rgb[rows]
    return {"rgb": rgb.reshape(*rgb.shape[:2], rgb.shape[2] * rgb.shape[3]), "depth": frames.depth[rows]}


def dominant(frames: Frames) -> NDArray[np.int64]:
    """Return the class that covers most labelled pixels of each frame (the first of several), or -1."""
    counts = np.stack([(frames.label == k).sum(axis=(1, 2)) for k in range(len(frames.names))], axis=1)
    return np.where(counts.any(axis=1), counts.argmax(axis=1), -1)


def pixels(frames: Frames, rows: NDArray[np.int64], window: int, per_frame: int, seed: int) -> SplitFields:
    """Return windows around randomly chosen labelled pixels of some frames.

    Parameters
    ----------
    frames
        All frames.
    rows
        Which ones.
    window
        Odd width; pixels nearer to the edge than half of it are not chosen.
    per_frame
        How many of each frame, fewer where there are fewer.
    seed
        Of the choice; a frame's choice does not depend on the others.

    Returns
    -------
    SplitFields
        "rgb" (n, window, window x 3) and "depth" (n, window, window); groups are frames.
    """
    half = window // 2
    rgb, depth, target, ids, group = [], [], [], [], []
    height, width = frames.label.shape[1], frames.label.shape[2]
    inner = np.zeros((height, width), dtype=bool)
    for i in rows.tolist():
        inner[half : height - half, half : width - half] = True
        candidates = np.argwhere(inner & (frames.label[i] >= 0))
        rng = np.random.default_rng([seed, i])
        for r, c in rng.permutation(candidates)[:per_frame].tolist():
            around, across = slice(r - half, r + half + 1), slice(c - half, c + half + 1)
            rgb.append(frames.rgb[i, around, across].reshape(window, -1))
            depth.append(frames.depth[i, around, across])
            target.append(frames.label[i, r, c])
            ids.append(f"{i}_{r}_{c}")
            group.append(str(i))
    if not ids:
        raise DataError("target='pixel': no labelled pixel in any frame of a split")
    valid = {m: np.ones((len(ids), window), dtype=bool) for m in ("rgb", "depth")}
    return SplitFields({"rgb": np.stack(rgb), "depth": np.stack(depth)}, np.array(target), ids, group, {}, valid)


_NPZ = {"rgb", "depth_u8", "label13", "is_train", "names13"}
_MAT = {"images", "depths"}
_FULL = (480, 640)
METRES_PER_UNIT = 10 / 255


def matches(content: Content) -> bool:
    """Return whether the HDF5 file has images and depths, or the npz the reduced arrays."""
    if content.kind not in ("hdf5", "npz") or not isinstance(content.tree, Mapping):
        return False
    return set(content.tree) >= (_MAT if content.kind == "hdf5" else _NPZ)


def read(
    content: Content,
    repairs: Repairs,
    *,
    target: Literal["scene", "dominant", "pixel"] | None = None,
    classes: int = 10,
    splits: str | Path | Mapping[str, Any] | None = None,
    size: tuple[int, int] = (60, 80),
    window: int = 9,
    per_frame: int = 20,
    seed: int = 0,
) -> Dataset:
    """Return frames, or pixels with their surroundings, as a data set.

    Parameters
    ----------
    content
        Of the .mat or the npz.
    repairs
        Allowed repairs.
    target
        "scene": the kind of room (the official file only); "dominant": the class that covers most labelled pixels of the
        frame (our interpretation, for files without scenes); "pixel": a sample is a window around one labelled pixel, the
        class is the pixel's. Default scene where the file has it, else dominant.
    classes
        Of scenes: 10 (nine kinds and "others") or 9 (others left out, counted).
    splits
        The official ``splits.mat``, or {"train": frame numbers from 0, "test": ...}. By default ``splits.mat`` beside the
        file; the npz holds the split itself.
    size
        Rows and columns to shrink to, by means of equal blocks; they must divide 480 x 640 (the npz: 60 x 80).
    window, per_frame, seed
        With "pixel": width of the window (odd), how many pixels of each frame, and the seed of their choice.

    Returns
    -------
    Dataset
        "rgb" (rows, columns x 3, 0 to 1) and "depth" (rows, columns, metres): a row of the picture is a step. Ids are frame
        numbers from 0, as in the official file.

    Raises
    ------
    DataError, ConfigError
        If there is no split, no scene types, or as `mmviz.data.from_arrays`.
    """
    one_of(target, (None, "scene", "dominant", "pixel"), "target")
    one_of(classes, (9, 10), "classes")
    if target == "pixel" and (window % 2 != 1 or not 1 <= window <= min(size) or per_frame < 1):
        raise ConfigError(
            f"window={window}, per_frame={per_frame}: give an odd window inside {size} and at least one pixel"
        )
    report = Report(content.where)
    frames = _from_npz(content, size) if content.kind == "npz" else _from_mat(content, size, target)
    if target is None:
        target = "scene" if frames.scenes is not None else "dominant"
    rows = _split(content, frames, splits)
    outside = np.setdiff1d(np.arange(len(frames.depth)), np.concatenate(list(rows.values())))
    first = f"frame {int(outside[0])}" if len(outside) else ""
    report.add("note", "left out", content.where, len(outside), first=first, action="of no split: not read")
    if target == "pixel":
        raws = {s: pixels(frames, r, window, per_frame, seed) for s, r in rows.items()}
        names = frames.names
    elif target == "dominant":
        label = dominant(frames)
        none = sum(int((label[r] < 0).sum()) for r in rows.values())
        report.add("repair", "label", content.where, none, action="no labelled pixel: frames left out")
        raws = {s: _frames(frames, r[label[r] >= 0], label) for s, r in rows.items()}
        names = frames.names
    else:
        if frames.scenes is None:
            raise DataError(
                f"{content.where}: no scene types here; it has {listed(content.tree)}. Use target='dominant'."
            )
        label, names = scene_classes(frames.scenes, classes)
        left_out = int((label < 0).sum())
        report.add("repair", "label", content.where, left_out, action="other kinds of scenes: frames left out")
        raws = {s: _frames(frames, r[label[r] >= 0], label) for s, r in rows.items()}
    notes = (
        f"Target: {target}. Frames shrunk to {size[0]} x {size[1]}.",
        "A step is a row of the picture, from top to bottom; time does not pass.",
        "Depth: metres; in-painted in the official file." if content.kind == "hdf5" else "Depth: 8 bit, 10 m / 255.",
    )
    description = Description(
        "nyu_depth_v2", "classification", names, None, "NYU-Depth V2 (N. Silberman, D. Hoiem, P. Kohli, R. Fergus, ECCV 2012)",
        "none stated by the authors; research use", notes, {}, {"rgb": "intensity (0 to 1)", "depth": "m"},
        display={"rgb": Display("image", colours=3), "depth": Display("image")},
    )  # fmt: skip
    return build_dataset(raws, description, repairs, report)


def _frames(frames: Frames, rows: Any, label: Any) -> SplitFields:
    group = None if frames.scenes is None else [frames.scenes[i] for i in rows]
    valid = {m: np.ones((len(rows), frames.depth.shape[1]), dtype=bool) for m in ("rgb", "depth")}
    extras = {} if group is None else {"scene": group}
    return SplitFields(image_rows(frames, rows), label[rows], [str(i) for i in rows], None, {}, valid, extras)


def _split(content: Content, frames: Frames, given: Any) -> dict[str, Any]:
    n = len(frames.depth)
    if given is None and frames.is_train is not None:
        return {"train": np.flatnonzero(frames.is_train), "test": np.flatnonzero(~frames.is_train)}
    if given is None:
        beside = content.path.parent / "splits.mat"
        if not beside.is_file():
            raise DataError(
                f"{content.where}: no split; put the authors' splits.mat beside the file or pass splits= "
                "(its path, or {'train': frame numbers from 0, 'test': ...})"
            )
        given = beside
    if isinstance(given, (str, Path)):
        tree = read_mat5(read_regular(given, max_bytes=MAX_MAT5), where=Path(given).name)
        given = {s: field(tree, f"{s}Ndxs", Path(given).name).ravel().astype(int) - 1 for s in ("train", "test")}
    rows = {s: numeric(r, f"splits {s}", 1) for s, r in given.items()}
    for s, r in rows.items():
        if r.dtype.kind not in "iu" or len(r) == 0 or int(r.min()) < 0 or int(r.max()) >= n:
            raise DataError(
                f"splits {s}: frame numbers {r.min() if len(r) else 'none'}..{r.max() if len(r) else ''}; the file has {n}"
            )
    return {s: r.astype(np.int64) for s, r in rows.items()}


def _from_npz(content: Content, size: tuple[int, int]) -> Frames:
    tree, where = content.tree, content.where
    rgb = numeric(field(tree, "rgb", where), f"{where} rgb", 4)
    depth = numeric(field(tree, "depth_u8", where), f"{where} depth_u8", 3)
    label = numeric(field(tree, "label13", where), f"{where} label13", 3)
    train = numeric(field(tree, "is_train", where), f"{where} is_train", 1).astype(bool)
    names = texts(field(tree, "names13", where), f"{where} names13")[1:]
    if not rgb.shape == (*depth.shape, 3) or depth.shape != label.shape or len(train) != len(depth) or 0 in depth.shape:
        raise DataError(
            f"{where}: rgb {rgb.shape}, depth {depth.shape}, labels {label.shape}, split {train.shape}; they do not belong together"
        )
    if label.dtype.kind not in "iu" or int(label.min()) < 0 or int(label.max()) > len(names) or len(names) < 2:
        raise DataError(
            f"{where}: labels {label.min()} to {label.max()} for {len(names)} names; they do not belong together"
        )
    small = (np.float32(METRES_PER_UNIT) * shrink(depth, size, where), shrink(rgb, size, where) / np.float32(255))
    step = (depth.shape[1] // size[0], depth.shape[2] // size[1])
    return Frames(
        small[1],
        small[0],
        label[:, step[0] // 2 :: step[0], step[1] // 2 :: step[1]].astype(int) - 1,
        names,
        None,
        train,
    )


def _from_mat(content: Content, size: tuple[int, int], target: str | None) -> Frames:
    found, where = content.tree, content.where
    scenes = "sceneTypes" in found and "shape" in found["sceneTypes"]
    dense = target in ("pixel", "dominant") or not scenes
    names = ["images", "depths", *(["sceneTypes"] if scenes else []), *(["labels"] if dense else [])]
    with open_hdf5(content.path, names) as file:
        shapes = {m: file.shape(m) for m in names}
        n = shapes["depths"][0] if shapes["depths"] else 0
        full = shapes["depths"][1:]
        if (
            n == 0
            or shapes["images"] != (n, 3, *full)
            or len(full) != 2
            or shapes.get("labels", (n, *full)) != (n, *full)
        ):
            raise DataError(f"{where}: shapes {shapes}; expected (n, 3, columns, rows) and (n, columns, rows)")
        rgb, depth = np.zeros((n, *size, 3), np.float32), np.zeros((n, *size), np.float32)
        label = np.zeros((n, *size), np.int64)
        for i in range(n):  # one frame at a time: the file is larger than most laptops' memory
            rgb[i] = shrink(_plain(file, "images", i).transpose(2, 1, 0)[None], size, where)[0] / 255
            depth[i] = shrink(_plain(file, "depths", i).T[None], size, where)[0]
            if dense:
                step = (full[1] // size[0], full[0] // size[1])
                label[i] = _plain(file, "labels", i).T[step[0] // 2 :: step[0], step[1] // 2 :: step[1]]
        kinds = file.texts("sceneTypes") if scenes else None
    if kinds is not None and len(kinds) != n:
        raise DataError(f"{where}: {len(kinds)} scene types for {n} frames")
    present = np.unique(label[label > 0])
    lookup = np.searchsorted(present, label)
    label = np.where(label > 0, lookup, -1)
    return Frames(rgb, depth, label, [f"label {k}" for k in present], kinds, None)


def _plain(file: Arrays, name: str, i: int) -> Any:
    return numeric(file.rows(name, i), name, 2, 3)
