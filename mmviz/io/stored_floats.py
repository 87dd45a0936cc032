"""Storage of floats in two, three or four bytes, and as levels of equal distance, as the page reads it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from mmviz.core.options import one_of

if TYPE_CHECKING:
    from jaxtyping import Float, UInt16

#: name -> bytes of a value
FLOATS = {"float32": 4, "float24": 3, "float16": 2}
#: name -> storage in a graph of the page
STORES = {"float32": "f4", "float24": "f3", "float16": "f2"}
#: storage of an array in levels of equal distance, and the most bits of a level
LEVELS, MAX_LEVEL_BITS = "u2", 16


def rounded(values: Float[np.ndarray, "..."], kind: str) -> Float[np.ndarray, "..."]:
    """Return float32 values as they are read back from a storage of :data:`FLOATS`; a float16 overflow becomes the largest float16.

    ``float24`` keeps the upper three bytes of a float32 (16 bits of precision), rounded to nearest.

    Raises
    ------
    ConfigError
        Unknown ``kind``.
    """
    one_of(kind, FLOATS, "weights")
    values = np.asarray(values, np.float32)
    if kind == "float16":
        top = np.finfo(np.float16).max
        return np.clip(values, -top, top).astype(np.float16).astype(np.float32)
    if kind == "float24":
        bits = np.ascontiguousarray(values).view(np.uint32).astype(np.uint64)
        kept = np.minimum(bits + 0x80, 0xFFFFFFFF).astype(np.uint32) & np.uint32(0xFFFFFF00)
        found = kept.view(np.float32).reshape(values.shape)
        return np.where(np.isfinite(values) & np.isfinite(found), found, values)
    return values


def packed(values: Float[np.ndarray, "..."], kind: str) -> bytes:
    """Return the bytes of values in a storage of :data:`FLOATS`, little-endian."""
    found = np.ascontiguousarray(rounded(values, kind)).ravel()
    if kind == "float16":
        return found.astype("<f2").tobytes()
    raw = found.astype("<f4")
    return raw.tobytes() if kind == "float32" else raw.view(np.uint8).reshape(-1, 4)[:, 1:].tobytes()


def to_levels(
    values: Float[np.ndarray, "..."], bits: int
) -> tuple[UInt16[np.ndarray, "..."], dict[str, Any]] | tuple[None, None]:
    """Return values as levels of equal distance between -max|values| and max|values|, and ``{"step", "zero"}``; (None, None) if one is not finite.

    A level is (value / step) rounded to nearest, plus ``zero``, the level of the value 0; there are 2^bits - 1 of them, ``bits`` from 2 to 16.
    """
    largest = float(np.abs(values).max(initial=0))
    if not np.isfinite(largest):
        return None, None
    zero = (1 << (bits - 1)) - 1
    step = float(np.float32(largest / zero)) or 1.0
    levels = np.clip(np.rint(np.asarray(values, np.float64) / step), -zero, zero) + zero
    return levels.astype("<u2"), {"step": step, "zero": zero}


def from_levels(levels: UInt16[np.ndarray, "..."], step: float, zero: int) -> Float[np.ndarray, "..."]:
    """Return the float32 values of levels as :func:`to_levels` gives them."""
    return ((levels.astype(np.float64) - zero) * step).astype(np.float32)
