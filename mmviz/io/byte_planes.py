"""Arrays arranged for compression: differences of neighbours, then planes of bytes, the least significant first. No value changes."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from jaxtyping import UInt8


def to_planes(raw: UInt8[np.ndarray, " byte"], width: int, lags: Sequence[int] = (), *, folded: bool = False) -> bytes:
    """Return the bytes of numbers of ``width`` bytes as planes: all first bytes, all second ones, ...

    Before, the numbers are treated as whole ones, and for each lag in turn x[i] is replaced by x[i] - x[i - lag], modulo 2^(8 width).
    ``folded`` then replaces 0, -1, 1, -2, ... by 0, 1, 2, 3, ...; ``lags`` and ``folded`` need a width of 1, 2 or 4.
    """
    if lags or folded:
        whole = raw.view(f"<u{width}").copy()
        for lag in lags:
            whole[lag:] -= whole[:-lag].copy()
        if folded:
            sign = whole.view(f"<i{width}") >> (8 * width - 1)
            whole = (whole << 1) ^ sign.view(whole.dtype)
        raw = whole.view(np.uint8)
    return np.ascontiguousarray(raw.reshape(-1, width).T).tobytes()


def from_planes(
    raw: UInt8[np.ndarray, " byte"], width: int, lags: Sequence[int] = (), *, folded: bool = False
) -> UInt8[np.ndarray, " byte"]:
    """Return the bytes that :func:`to_planes` was given."""
    count = len(raw) // width
    found = np.ascontiguousarray(raw.reshape(width, count).T).reshape(-1)
    if not (lags or folded):
        return found
    whole = found.view(f"<u{width}")
    if folded:
        whole = (whole >> 1) ^ (0 - (whole & 1)).astype(whole.dtype)
    for lag in reversed(lags):
        rows = np.zeros((-(-count // lag), lag), whole.dtype)
        rows.reshape(-1)[:count] = whole
        whole = np.cumsum(rows, axis=0, dtype=whole.dtype).reshape(-1)[:count]
    return whole.view(np.uint8)
