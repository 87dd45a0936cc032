"""Frames of a split as floats or as levels of 8 to 24 bits, as a page stores them."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from mmviz.core.errors import DataError
from mmviz.core.options import one_of

if TYPE_CHECKING:
    from typing import Self

    from jaxtyping import Bool, Float, Int

#: storage -> type of a stored value; the others than floats are levels between the smallest and the largest value of each feature
KINDS = {
    "float32": "<f4",
    "float16": "<f2",
    "uint16": "<u2",
    "uint14": "<u2",
    "uint12": "<u2",
    "uint8": "u1",
    "adaptive": "<u4",
}
#: bits of a level of the storage "adaptive" before it is shifted
ADAPTIVE_BITS = 24
#: storage -> largest level
_TOPS = {"uint16": 65535, "uint14": 16383, "uint12": 4095, "uint8": 255, "adaptive": (1 << ADAPTIVE_BITS) - 1}
_MAX = 1 << 28


@dataclass(frozen=True, eq=False)
class StoredFrames:
    """Values (sample, frame, feature) of one modality.

    Attributes
    ----------
    kind
        One of :data:`KINDS`.
    stored
        (sample, frame, feature), of that type.
    low, step
        (feature,) float32: the value of level 0, and of one level more; None for floats.
    shift
        (sample,) int, 0 to 24, of the storage ``adaptive``: a stored level of this sample is 2^shift levels; else None.
    """

    kind: str
    stored: np.ndarray
    low: Float[np.ndarray, " feature"] | None = None
    step: Float[np.ndarray, " feature"] | None = None
    shift: Int[np.ndarray, " sample"] | None = None

    @classmethod
    def of(
        cls, values: Float[np.ndarray, "sample frame feature"], valid: Bool[np.ndarray, "sample frame"], kind: str
    ) -> Self:
        """Return values in a storage; invalid frames are stored as 0, or as the smallest value. ``adaptive`` begins with a shift of 0.

        Raises
        ------
        ConfigError
            Unknown ``kind``.
        """
        one_of(kind, KINDS, "inputs")
        clean = np.where(valid[..., None], values, 0).astype(np.float32)
        if kind.startswith("float"):
            top = np.finfo(np.dtype(KINDS[kind])).max
            return cls(kind, np.clip(clean, -top, top).astype(KINDS[kind]))
        top = _TOPS[kind]
        real = values[valid].astype(np.float64)
        features = values.shape[-1]
        low, high = (real.min(0), real.max(0)) if len(real) else (np.zeros(features), np.zeros(features))
        step = ((high - low) / top).astype(np.float32)
        low = low.astype(np.float32)
        levels = np.divide(values - low, step, out=np.zeros(values.shape), where=(step > 0) & valid[..., None])
        shift = np.zeros(len(values), np.int64) if kind == "adaptive" else None
        return cls(kind, np.clip(levels.round(), 0, top).astype(KINDS[kind]), low, step, shift)

    @property
    def values(self) -> Float[np.ndarray, "sample frame feature"]:
        """The values as they are read back, float32."""
        if self.low is None or self.step is None:
            return self.stored.astype(np.float32)
        levels = self.stored if self.shift is None else self.stored * 2.0 ** self.shift[:, None, None]
        return (self.low + levels * self.step.astype(np.float64)).astype(np.float32)

    def rows(self, rows: slice | np.ndarray) -> Self:
        """Return the frames of some samples."""
        shift = None if self.shift is None else self.shift[rows]
        return replace(self, stored=self.stored[rows], shift=shift)

    def coarser(self, shift: Int[np.ndarray, " sample"]) -> Self:
        """Return frames of the storage ``adaptive`` with a shift of 0 rounded to that of each sample; any other storage unchanged."""
        if self.shift is None:
            return self
        levels = (self.stored / 2.0 ** shift[:, None, None]).round()
        return replace(self, stored=levels.astype(KINDS[self.kind]), shift=np.asarray(shift, np.int64))

    @property
    def rounding(self) -> Float[np.ndarray, " feature"]:
        """Largest difference between a valid value and its stored form, by feature; 0 for float32. float16 clips beyond 65504."""
        if self.step is not None:
            largest = 0 if self.shift is None else int(self.shift.max(initial=0))
            return 0.5 * 2.0**largest * self.step.astype(np.float64)
        largest = np.abs(self.stored.astype(np.float64)).max((0, 1), initial=0)
        return largest * (2.0**-11 if self.kind == "float16" else 0.0)

    def header(self) -> dict[str, Any]:
        """Return shape and storage in plain values."""
        found: dict[str, Any] = {"kind": self.kind, "frames": self.stored.shape[1], "features": self.stored.shape[2]}
        if self.low is not None and self.step is not None:
            found |= {"low": self.low.tolist(), "step": self.step.tolist()}
        return found | ({} if self.shift is None else {"shift": self.shift.tolist()})

    @classmethod
    def read(cls, entry: dict[str, Any], count: int, blob: bytes) -> Self:
        """Read the frames of a modality from the bytes of a file.

        Raises
        ------
        DataError
            If storage, shape or place is impossible.
        """
        kind, shape = entry["kind"], (count, entry["frames"], entry["features"])
        if kind not in KINDS or not all(isinstance(n, int) and 0 <= n <= _MAX for n in shape):
            raise DataError(f"frames of {entry['name']!r:.80} are {kind!r:.40} of shape {shape!r:.80}")
        size, at = int(np.prod(shape, dtype=object)), entry["at"]
        width = np.dtype(KINDS[kind]).itemsize
        if not isinstance(at, int) or at < 0 or at + size * width > len(blob):
            raise DataError(f"frames of {entry['name']!r:.80} lie at byte {at!r:.40} of {len(blob)}")
        stored = np.frombuffer(blob, KINDS[kind], size, at).reshape(shape)
        if kind.startswith("float"):
            return cls(kind, stored)
        low, step = (np.array(entry[key], np.float32).reshape(shape[2]) for key in ("low", "step"))
        if kind != "adaptive":
            return cls(kind, stored, low, step)
        shift = entry["shift"]
        if len(shift) != count or not all(isinstance(n, int) and 0 <= n <= ADAPTIVE_BITS for n in shift):
            raise DataError(
                f"frames of {entry['name']!r:.80}: shift is {shift!r:.80}, expected {count} whole numbers from 0 to {ADAPTIVE_BITS}"
            )
        return cls(kind, stored, low, step, np.array(shift, np.int64))
