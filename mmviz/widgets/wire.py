"""How arrays travel to the browser: differences of neighbours, bytes sorted by weight, one gzip stream; no value changes."""

from __future__ import annotations

import gzip
import math
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Mapping

    import xarray as xr

#: dimensions along which neighbours are alike
_SMOOTH = ("epoch", "time", "block")


def encode(arrays: Mapping[str, xr.DataArray], *, level: int = 9) -> tuple[dict[str, dict[str, Any]], bytes]:
    """Return ``{name: {shape, dtype, at, lags}}`` and the stream; equal arrays give equal bytes.

    bool and uint8 travel as uint8, all else as little-endian float32, in C order. They are read as whole numbers of 8 or 32
    bits; for each lag in turn x[i] is replaced by x[i] - x[i - lag] (modulo 2^8 or 2^32); and a float32 array is stored as
    four planes of bytes, the least significant first. ``at`` is where the array starts in the unzipped stream. ``level`` is gzip's, 0 to 9.
    """
    described: dict[str, dict[str, Any]] = {}
    parts: list[bytes] = []
    at = 0
    for name, array in arrays.items():
        values = _plain(array.values)
        lags = _lags(array)
        raw = _sorted(values.reshape(-1), lags)
        described[name] = {"shape": list(values.shape), "dtype": str(values.dtype), "at": at, "lags": lags}
        parts.append(raw)
        at += len(raw)
    return described, gzip.compress(b"".join(parts), level, mtime=0)


def decode(described: Mapping[str, Mapping[str, Any]], stream: bytes) -> dict[str, np.ndarray]:
    """Return the arrays that :func:`encode` wrote."""
    body = gzip.decompress(stream)
    out = {}
    for name, one in described.items():
        dtype = np.dtype(one["dtype"]).newbyteorder("<")
        count = math.prod(one["shape"])
        raw = np.frombuffer(body, np.uint8, count * dtype.itemsize, one["at"])
        whole = np.ascontiguousarray(raw.reshape(dtype.itemsize, count).T).view(f"<u{dtype.itemsize}").reshape(-1)
        for lag in reversed(one["lags"]):
            rows = np.zeros((-(-count // lag), lag), whole.dtype)
            rows.reshape(-1)[:count] = whole
            whole = np.cumsum(rows, axis=0, dtype=whole.dtype).reshape(-1)[:count]
        out[name] = whole.view(dtype).reshape(one["shape"])
    return out


def _plain(values: np.ndarray) -> np.ndarray:
    kind = np.dtype("u1") if values.dtype.kind == "b" or values.dtype == np.uint8 else np.dtype("<f4")
    return np.ascontiguousarray(values, dtype=kind)


def _lags(array: xr.DataArray) -> list[int]:
    """Return how many elements lie between neighbours along each smooth dimension, where there are two."""
    smooth = [i for i, dim in enumerate(array.dims) if dim in _SMOOTH or str(dim).startswith("frame_")]
    return [math.prod(array.shape[i + 1 :]) for i in smooth if array.shape[i] > 1]


def _sorted(flat: np.ndarray, lags: list[int]) -> bytes:
    whole = flat.view(f"<u{flat.itemsize}").copy()
    for lag in lags:
        whole[lag:] -= whole[:-lag].copy()
    return np.ascontiguousarray(whole.view(np.uint8).reshape(-1, flat.itemsize).T).tobytes()
