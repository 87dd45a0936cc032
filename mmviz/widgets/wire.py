"""How arrays travel to the browser: differences along time, bytes sorted by weight, one gzip stream; no value changes."""

from __future__ import annotations

import gzip
import math
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Mapping

    import xarray as xr

#: the dimension along which neighbours are alike, the first of these that an array has
_SMOOTH = ("time", "block")


def encode(arrays: Mapping[str, xr.DataArray]) -> tuple[dict[str, dict[str, Any]], bytes]:
    """Return ``{name: {shape, dtype, at, lag}}`` and the stream; equal arrays give equal bytes.

    bool and uint8 travel as uint8, all else as little-endian float32, in C order. As whole numbers of 8 or 32 bits,
    element i holds x[i] - x[i - lag] (modulo 2^8 or 2^32; none for ``lag`` 0), and a float32 array is stored as four planes
    of bytes, the least significant first. ``at`` is where the array starts in the unzipped stream.
    """
    described: dict[str, dict[str, Any]] = {}
    parts: list[bytes] = []
    at = 0
    for name, array in arrays.items():
        values = _plain(array.values)
        lag = _lag(array)
        raw = _sorted(values.reshape(-1), lag)
        described[name] = {"shape": list(values.shape), "dtype": str(values.dtype), "at": at, "lag": lag}
        parts.append(raw)
        at += len(raw)
    return described, gzip.compress(b"".join(parts), 6, mtime=0)


def decode(described: Mapping[str, Mapping[str, Any]], stream: bytes) -> dict[str, np.ndarray]:
    """Return the arrays that :func:`encode` wrote."""
    body = gzip.decompress(stream)
    out = {}
    for name, one in described.items():
        dtype = np.dtype(one["dtype"]).newbyteorder("<")
        count = math.prod(one["shape"])
        raw = np.frombuffer(body, np.uint8, count * dtype.itemsize, one["at"])
        whole = np.ascontiguousarray(raw.reshape(dtype.itemsize, count).T).view(f"<u{dtype.itemsize}").reshape(-1)
        if one["lag"]:
            rows = np.zeros((-(-count // one["lag"]), one["lag"]), whole.dtype)
            rows.reshape(-1)[:count] = whole
            whole = np.cumsum(rows, axis=0, dtype=whole.dtype).reshape(-1)[:count]
        out[name] = whole.view(dtype).reshape(one["shape"])
    return out


def _plain(values: np.ndarray) -> np.ndarray:
    kind = np.dtype("u1") if values.dtype.kind == "b" or values.dtype == np.uint8 else np.dtype("<f4")
    return np.ascontiguousarray(values, dtype=kind)


def _lag(array: xr.DataArray) -> int:
    dims = [str(dim) for dim in array.dims]
    smooth = [i for i, dim in enumerate(dims) if dim in _SMOOTH or dim.startswith("frame_")]
    return math.prod(array.shape[smooth[0] + 1 :]) if smooth else 0


def _sorted(flat: np.ndarray, lag: int) -> bytes:
    whole = flat.view(f"<u{flat.itemsize}")
    if lag:
        whole = whole.copy()
        whole[lag:] -= flat.view(whole.dtype)[:-lag] if lag < whole.size else whole[:0]
    return np.ascontiguousarray(whole.view(np.uint8).reshape(-1, flat.itemsize).T).tobytes()
