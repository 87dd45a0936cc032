"""A Trace whose values stay in their file: dask arrays in blocks of samples."""

from __future__ import annotations

import math
import secrets
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any

from mmviz.errors import ConfigError, MissingDependencyError

if TYPE_CHECKING:
    import xarray as xr

#: dimensions that grow with the number of samples
GROWING = ("sample", "traced")
_BLOCK_BYTES = 8 << 20


def check_chunks(chunks: object) -> None:
    """Raise where `mmviz.trace.load` cannot take these ``chunks``."""
    whole = type(chunks) is int and chunks >= 1
    if not (whole or chunks == "auto"):
        raise ConfigError(
            f"load: chunks={chunks!r}, expected a number of samples ≥ 1, 'auto', or None to read everything"
        )
    if find_spec("dask") is None:
        raise MissingDependencyError(
            'load: chunks= needs dask, which is not installed; pip install "mmviz[scale]", or leave chunks out to read everything'
        )


def in_blocks(tree: xr.DataTree, chunks: int | str) -> xr.DataTree:
    """Return a tree that was opened, not read, with every number that belongs to a sample as a dask array."""
    sizes = {d: chunks if isinstance(chunks, int) else _automatic(tree, d) for d in GROWING}

    def blocked(data: xr.Dataset) -> xr.Dataset:
        mark, lazy = secrets.token_hex(8), {}
        for name, array in data.data_vars.items():
            grown = [d for d in GROWING if d in array.dims]
            if grown and array.dtype.kind in "fb":
                lazy[name] = array.chunk(
                    {d: _length(str(d), n, sizes) for d, n in array.sizes.items()}, token=f"{mark}{name}"
                )
        return data.assign(lazy)

    out = tree.map_over_datasets(blocked)
    out.attrs = tree.attrs
    return out


def _length(dim: str, whole: int, sizes: dict[str, int]) -> int:
    if dim in sizes:
        return min(sizes[dim], whole)
    return 1 if dim == "epoch" else whole


def _automatic(tree: xr.DataTree, dim: str) -> int:
    """Return how many samples of the widest variable along this dimension make a block; a power of two, as chunks in the file are."""
    widest = 1
    for node in tree.subtree:
        for array in node.data_vars.values():
            kept: dict[Any, int] = {d: n for d, n in array.sizes.items() if d not in (*GROWING, "epoch")}
            if dim in array.dims and array.dtype.kind in "fb":
                widest = max(widest, array.dtype.itemsize * math.prod(kept.values()))
    return 1 << (max(1, _BLOCK_BYTES // widest).bit_length() - 1)
