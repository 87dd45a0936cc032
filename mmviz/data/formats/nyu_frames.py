"""Frames of an RGB-D set: shrink them, take them row by row, or take windows around single pixels."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mmviz.data.formats.repairs import Raw
from mmviz.errors import ConfigError, DataError


@dataclass(frozen=True, eq=False)
class Frames:
    """All frames of a set.

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
    """Average equal blocks: (n, rows, columns, ...) to (n, *size, ...).

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
    """Give pictures as sequences of their rows: rgb (n, rows, columns x 3), depth (n, rows, columns)."""
    rgb = frames.rgb[rows]
    return {"rgb": rgb.reshape(*rgb.shape[:2], rgb.shape[2] * rgb.shape[3]), "depth": frames.depth[rows]}


def dominant(frames: Frames) -> NDArray[np.int64]:
    """Return the class that covers most labelled pixels of each frame (the first of several), or -1."""
    counts = np.stack([(frames.label == k).sum(axis=(1, 2)) for k in range(len(frames.names))], axis=1)
    return np.where(counts.any(axis=1), counts.argmax(axis=1), -1)


def pixels(frames: Frames, rows: NDArray[np.int64], window: int, per_frame: int, seed: int) -> Raw:
    """Choose labelled pixels of some frames and take the window around each.

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
    Raw
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
    return Raw({"rgb": np.stack(rgb), "depth": np.stack(depth)}, np.array(target), ids, group, {}, valid)
