"""Append chunks of samples to the netCDF file of a Trace."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Self

import h5netcdf
import numpy as np

from mmviz.core.errors import DataError
from mmviz.trace.store import write_tree

if TYPE_CHECKING:
    from collections.abc import Mapping

    import xarray as xr

    from mmviz.trace.buffered_hdf5 import BufferedFile


class NetcdfAppender:
    """Appends chunks of samples to a netCDF file: the first chunk is a complete Trace with all groups, types and attributes, the others follow in any order.

    Parameters
    ----------
    disk
        Written at once and with every chunk; stays open.
    tree
        The Trace of the first chunk.
    sizes
        Dimension to its final length. Groups whose first chunk has that length are complete.
    per_chunk
        Dimension to the length of a chunk, for the layout of the file.

    Notes
    -----
    HDF5 stores each variable in chunks along these dimensions, each compressed separately: a reader of some samples
    decompresses only their chunks.
    """

    def __init__(
        self, disk: BufferedFile, tree: xr.DataTree, sizes: Mapping[str, int], per_chunk: Mapping[str, int]
    ) -> None:
        incomplete = {
            node.path: [d for d, size in sizes.items() if node.sizes.get(d, size) < size] for node in tree.subtree
        }
        write_tree(tree, disk, per_chunk, {place: dims for place, dims in incomplete.items() if dims})
        self._disk = disk
        self._left = {(place, d): sizes[d] - tree[place].sizes[d] for place, dims in incomplete.items() for d in dims}
        self._file: Any = h5netcdf.File(disk, "r+")
        for place, dim in self._left:
            self._file[place].resize_dimension(dim, sizes[dim])

    def write(self, groups: Mapping[str, xr.Dataset], dim: str, start: int) -> None:
        """Write a chunk: every variable with that dimension, from ``start`` on; the others are stored with the first chunk."""
        for place, data in groups.items():
            count = data.sizes.get(dim, 0)
            if not count:
                continue
            group = self._file[place]
            for name, variable in data.variables.items():
                if dim in variable.dims:
                    at = tuple(slice(start, start + count) if d == dim else slice(None) for d in variable.dims)
                    stored = group.variables[name]
                    if variable.size:
                        stored[at] = np.asarray(variable.values, dtype=stored.dtype)
            self._left[place, dim] -= count
        self._disk.check()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: object, *_: object) -> None:
        self._file.close()
        if kind is None:
            self._disk.check()
            if short := {place: n for place, n in self._left.items() if n}:
                raise DataError(
                    f"Trace: {short} samples of these groups were not written, or written twice; record it again"
                )
