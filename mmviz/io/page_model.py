"""A trained model for a page: its graph of operators, its weights, and the frames of a split. One file, without code in it."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from mmviz.core.errors import DataError
from mmviz.io.atomic import write_bytes_atomic
from mmviz.io.files import open_regular, parse_json
from mmviz.io.page_graph import check_graph
from mmviz.io.stored_frames import StoredFrames

if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Self

    from jaxtyping import Bool, Float

MAGIC = b"MMVIZPM1"
#: largest file that is read, and largest list of nodes and names in it
MAX_FILE, MAX_HEADER = 1 << 30, 64 << 20
_REMEDY = "export the model again with mmviz.recording.export_model and save it"


@dataclass(frozen=True, eq=False)
class PageSplit:
    """Frames of a split as a page stores them.

    Attributes
    ----------
    name
        Name of the split.
    ids
        Sample ids, in the order of the arrays.
    rows
        (sample,) int: positions in the split; all of it, or those that were chosen.
    targets
        (sample,) class numbers in the order of the outputs, or values; None without labels.
    frames
        Modality name to the values (sample, frame, feature), in the units of the data, as they are stored.
    valid
        Modality name to bool (sample, frame): True where a frame was recorded.
    share
        With timestamps: modality name to float64 (sample, frame, 2), begin and end of each frame as a fraction of the interval that the
        model's steps cover; NaN where there is no frame. A static modality has one frame, its average. Else empty.
    clock
        With timestamps: (sample, 2) float64, begin and end of each recording in seconds; else None.
    """

    name: str
    ids: tuple[str, ...]
    rows: np.ndarray
    targets: np.ndarray | None
    frames: Mapping[str, StoredFrames]
    valid: Mapping[str, Bool[np.ndarray, "sample frame"]]
    share: Mapping[str, Float[np.ndarray, "sample frame 2"]] = field(default_factory=dict)
    clock: Float[np.ndarray, "sample 2"] | None = None

    def __len__(self) -> int:
        return len(self.ids)


@dataclass(frozen=True, eq=False)
class PageModel:
    """A trained model that runs in a page, for ``Explorer(trace, model=...)``.

    Made by :func:`mmviz.recording.export_model`. Needs neither torch nor the model's code.

    Attributes
    ----------
    graph
        Operators in plain values: ``version``, ``nodes``, ``inputs``, ``outputs``, ``scans``, ``modalities``, ``steps``. A size is a number, or
        ``{"rows": k}``, k times the number of subsets of a request. A constant has its place in ``weights``.
    weights
        All constants, as ``about["weights"]`` says.
    split
        Frames of the samples that can be opened.
    about
        Plain values: model, epoch, storage of weights and frames, and the largest change of a prediction by this storage.
    """

    graph: dict[str, Any]
    weights: bytes
    split: PageSplit
    about: dict[str, Any]

    def __post_init__(self) -> None:
        check_graph(self.graph, len(self.weights))

    @property
    def modalities(self) -> tuple[str, ...]:
        """Modality names, in the order of the model."""
        return tuple(self.split.frames)

    @property
    def size(self) -> int:
        """Bytes of weights and frames, before compression."""
        return len(self.weights) + sum(part.nbytes for _, part in self.arrays())

    def header(self) -> dict[str, Any]:
        """Return everything except the bytes, in plain values; ``at`` is the place of an array in :meth:`blob`."""
        places, at = {}, len(self.weights)
        for name, part in self.arrays():
            places[name] = at
            at += part.nbytes
        split = self.split
        modalities = [
            {"name": name, **frames.header(), "at": places[f"frames/{name}"], "valid_at": places[f"valid/{name}"]}
            | ({"share_at": places[f"share/{name}"], "share_frames": split.share[name].shape[1]} if split.share else {})
            for name, frames in split.frames.items()
        ]
        return {
            "graph": self.graph,
            "about": self.about,
            "weights": len(self.weights),
            "bytes": at,
            "split": {
                "name": split.name,
                "ids": list(split.ids),
                "rows": split.rows.tolist(),
                "targets": None if split.targets is None else split.targets.tolist(),
                "clock": None if split.clock is None else split.clock.tolist(),
                "modalities": modalities,
            },
        }

    def arrays(self) -> list[tuple[str, np.ndarray]]:
        """Return the arrays of the split by name, as bytes, each padded to a multiple of 8 bytes."""
        split = self.split
        found = [(f"frames/{name}", frames.stored) for name, frames in split.frames.items()]
        found += [(f"valid/{name}", np.packbits(valid, axis=None)) for name, valid in split.valid.items()]
        found += [(f"share/{name}", share.astype("<f8")) for name, share in split.share.items()]
        return [(name, _padded(part)) for name, part in found]

    def blob(self) -> bytes:
        """Return all bytes: the weights, padded to a multiple of 8, then the arrays of the split."""
        return self.weights + b"".join(part.tobytes() for _, part in self.arrays())

    def save(self, path: str | Path) -> Path:
        """Write one file; return its path.

        Raises
        ------
        OSError
            If the folder does not exist, or the disk refuses.
        """
        header = json.dumps(self.header(), separators=(",", ":"), allow_nan=False).encode()
        write_bytes_atomic(path, MAGIC + len(header).to_bytes(8, "little") + header + self.blob())
        return Path(path)

    @classmethod
    def load(cls, path: str | Path) -> Self:
        """Read a file of :meth:`save`; nothing in it is executed.

        Raises
        ------
        DataError
            If it is no such file, is cut short, or its graph or split does not fit together; names what is wrong.
        """
        source = Path(path)
        with open_regular(source, max_bytes=MAX_FILE) as file:
            start = file.read(len(MAGIC) + 8)
            length = int.from_bytes(start[len(MAGIC) :], "little")
            if start[: len(MAGIC)] != MAGIC:
                raise DataError(f"{source} is no model for a page (it does not begin with {MAGIC.decode()}); {_REMEDY}")
            if length > MAX_HEADER:
                raise DataError(f"{source}: the description takes {length} bytes, more than {MAX_HEADER}; {_REMEDY}")
            text, blob = file.read(length), file.read(MAX_FILE + 1)
        try:
            header = parse_json(text, where=str(source))
            return cls._from(header, blob)
        except (DataError, KeyError, TypeError, ValueError, OverflowError, AttributeError) as error:
            reason = error if isinstance(error, DataError) else f"{type(error).__name__}: {error}"
            raise DataError(f"{source} cannot be read as a model for a page: {reason!s:.400}; {_REMEDY}") from None

    @classmethod
    def _from(cls, header: dict[str, Any], blob: bytes) -> Self:
        if len(blob) > MAX_FILE or len(blob) != header["bytes"]:
            raise DataError(f"it holds {len(blob)} bytes of arrays, the description says {header['bytes']}")
        check_graph(header["graph"], header["weights"])
        part = header["split"]
        ids, count = tuple(map(str, part["ids"])), len(part["ids"])
        frames, valid, share = {}, {}, {}
        for entry in part["modalities"]:
            name = str(entry["name"])
            frames[name] = StoredFrames.read(entry, count, blob)
            steps = frames[name].stored.shape[1]
            bits = _read(blob, entry["valid_at"], -(-count * steps // 8), np.uint8, f"valid of {name!r}")
            valid[name] = np.unpackbits(bits, count=count * steps).reshape(count, steps).astype(bool)
            if "share_at" in entry:
                spans = entry["share_frames"]
                if spans not in (1, steps):
                    raise DataError(f"share of {name!r:.80} has {spans!r:.40} frames, expected {steps}")
                values = _read(blob, entry["share_at"], count * spans * 2, np.dtype("<f8"), f"share of {name!r}")
                share[name] = values.reshape(count, spans, 2).copy()
        targets, clock = part["targets"], part["clock"]
        split = PageSplit(
            str(part["name"]),
            ids,
            np.array(part["rows"], np.int64).reshape(count),
            None if targets is None else np.array(targets).reshape(count, *np.shape(targets)[1:]),
            frames,
            valid,
            share,
            None if clock is None else np.array(clock, np.float64).reshape(count, 2),
        )
        return cls(header["graph"], blob[: header["weights"]], split, dict(header["about"]))


def _padded(part: np.ndarray) -> np.ndarray:
    raw = np.ascontiguousarray(part).view(np.uint8).ravel()
    return np.concatenate([raw, np.zeros(-len(raw) % 8, np.uint8)])


def _read(blob: bytes, at: Any, count: int, dtype: Any, what: str) -> np.ndarray:
    size = np.dtype(dtype).itemsize
    if not isinstance(at, int) or at < 0 or at + count * size > len(blob):
        raise DataError(f"{what} lies at byte {at!r:.40} of {len(blob)}")
    return np.frombuffer(blob, dtype, count, at)
