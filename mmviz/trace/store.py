"""Save a Trace as one netCDF file (atomically) and load it, into memory or as dask arrays in chunks of samples."""

from __future__ import annotations

import json
import math
import secrets
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
import xarray as xr

from mmviz.core.errors import ConfigError, DataError, MissingDependencyError, MmvizError
from mmviz.core.escape import printable
from mmviz.core.options import takes
from mmviz.io.atomic import atomic_path
from mmviz.io.files import checked_path, open_regular, parse_json
from mmviz.trace.buffered_hdf5 import BufferedFile
from mmviz.trace.schema import validate
from mmviz.trace.version_2 import from_version_2

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence


#: dimensions along samples; lazy arrays are chunked along them
ALONG_SAMPLES = ("sample", "recorded_sample")
_LAZY_CHUNK_BYTES = 8 << 20


def check_chunks(chunks: object) -> None:
    """Raise where ``chunks`` is not an option of `mmviz.trace.load`, or dask is missing."""
    whole = type(chunks) is int and chunks >= 1
    if not (whole or chunks == "auto"):
        raise ConfigError(
            f"load: chunks={chunks!r}, expected a number of samples ≥ 1, 'auto', or None to read everything"
        )
    if find_spec("dask") is None:
        raise MissingDependencyError(
            'load: chunks= needs dask, which is not installed; pip install "mmviz[scale]", or leave chunks out to read everything'
        )


class _StoredArray:
    """A variable in a file, for dask: what the library raises over a file that was changed since it was opened is a DataError."""

    def __init__(self, variable: xr.Variable, name: str, source: Path) -> None:
        self.shape, self.dtype, self.ndim = variable.shape, variable.dtype, variable.ndim
        self._variable, self._name, self._source = variable, name, source

    def __getitem__(self, key: Any) -> np.ndarray:
        try:
            return np.asarray(self._variable[key].values)
        except (OSError, RuntimeError, ValueError, KeyError) as error:
            raise DataError(
                f"{self._source}: values of {self._name} cannot be read ({error!s:.200}); the file was changed or damaged since it was opened: "
                "load it again"
            ) from error


def chunked(tree: xr.DataTree, chunks: int | str, source: Path) -> xr.DataTree:
    """Return an opened tree with the numeric variables along samples as dask arrays, all others in memory."""
    import dask.array as da

    sizes = {d: chunks if isinstance(chunks, int) else _automatic(tree, d) for d in ALONG_SAMPLES}

    def blocked(data: xr.Dataset) -> xr.Dataset:
        mark, lazy = secrets.token_hex(8), {}
        for name, array in data.data_vars.items():
            grown = [d for d in ALONG_SAMPLES if d in array.dims]
            if grown and array.dtype.kind in "fb":
                stored = _StoredArray(array.variable, str(name), source)
                lengths = tuple(_length(str(d), n, sizes) for d, n in array.sizes.items())
                values = da.from_array(
                    stored, chunks=lengths, name=f"{mark}{name}", meta=np.empty((0,) * array.ndim, array.dtype)
                )
                lazy[name] = array.copy(data=values)
            else:
                array.load()
        return data.assign(lazy)

    out = tree.map_over_datasets(blocked)
    out.attrs = tree.attrs
    return out


def _length(dim: str, whole: int, sizes: dict[str, int]) -> int:
    if dim in sizes:
        return min(sizes[dim], whole)
    return 1 if dim == "epoch" else whole


def _automatic(tree: xr.DataTree, dim: str) -> int:
    """Return the number of samples of the widest variable per chunk; a power of two, as the chunks in the file."""
    widest = 1
    for node in tree.subtree:
        for array in node.data_vars.values():
            kept: dict[Any, int] = {d: n for d, n in array.sizes.items() if d not in (*ALONG_SAMPLES, "epoch")}
            if dim in array.dims and array.dtype.kind in "fb":
                widest = max(widest, array.dtype.itemsize * math.prod(kept.values()))
    return 1 << (max(1, _LAZY_CHUNK_BYTES // widest).bit_length() - 1)


_CHUNK_BYTES = 1 << 20
_ATTRIBUTE_MEMORY = 64 << 20  # bytes for the values of one attribute
#: attributes that are only read by people; names of modalities and classes are compared with other places of the file
_DESCRIPTIVE = ("created", "dataset", "description", "licence", "long_name", "mmviz", "notes", "run", "source", "units")
#: a Trace has no packed numbers, dates or encoded text: an attribute that names one would widen an array after its size was checked
_AS_STORED: dict[str, Any] = {
    "mask_and_scale": False,
    "decode_times": False,
    "decode_timedelta": False,
    "concat_characters": False,
}
_HDF5_MAGIC = b"\x89HDF\r\n\x1a\n"


@takes(trace="trace", path="path")
def save(trace: xr.DataTree, path: str | Path) -> Path:
    """Write a Trace to one netCDF 4 file, atomically; an existing file is replaced.

    Attributes are stored as JSON text, so None, booleans, lists and dicts survive. Floating point arrays are
    compressed without loss.

    Raises
    ------
    DataError
        If the tree is not a valid Trace, an attribute cannot be written as JSON, or the file cannot be written.
    """
    validate(trace)
    target = checked_path(path, "save: path")
    try:
        with atomic_path(target) as temporary:
            temporary.touch()
            with BufferedFile(temporary) as file:
                write_tree(trace, file)
    except OSError as error:
        raise DataError(f"{target} cannot be written ({error}); an older file of that name is unchanged") from error
    return target


def write_tree(
    trace: xr.DataTree,
    file: BufferedFile,
    per_chunk: Mapping[str, int] | None = None,
    unlimited: Mapping[str, Sequence[str]] | None = None,
) -> None:
    """Write a tree to an open file, as `save` without validation and atomic replacement.

    Parameters
    ----------
    per_chunk
        Dimension to the number of samples per chunk; None: all of them.
    unlimited
        Group to dimensions of unlimited length.

    Raises
    ------
    OSError, DataError
        As `save`.
    """
    tree = trace.map_over_datasets(_encode)
    tree.attrs = _to_json(trace.attrs, "/")
    encoding = {
        node.path: {str(name): _layout(v, per_chunk or {}) for name, v in node.data_vars.items() if v.size}
        for node in tree.subtree
    }
    tree.to_netcdf(file, engine="h5netcdf", encoding=encoding, unlimited_dims=unlimited)
    file.check()


@takes(path="path")
def load(path: str | Path, *, chunks: int | Literal["auto"] | None = None) -> xr.DataTree:
    """Read a Trace into memory, or open it and leave its values in the file. Needs no torch.

    Parameters
    ----------
    path
        A file of :func:`save` or ``record(..., path=...)``.
    chunks
        None: read everything. A number: variables along samples are dask arrays in chunks of that many samples (and one epoch),
        read when they are computed; every analysis accepts such a Trace, processes it in chunks, and keeps results of the size of
        the Trace lazy. ``"auto"``: chunks of about 8 MiB. ``trace.close()`` closes the file.

    Raises
    ------
    DataError
        If the file is not there, not netCDF 4, or not a Trace of this schema; or if its content is stored in other files, has circular
        links, or would need far more memory than the size of the file (see `mmviz.io.netcdf.check_netcdf`).
    ConfigError
        If ``chunks`` is another value.
    MissingDependencyError
        If ``chunks`` is given and dask is not installed.
    """
    if chunks is not None:
        check_chunks(chunks)
    source = Path(path)
    _require_netcdf(source)
    try:
        opened = xr.open_datatree(source, engine="h5netcdf", cache=False, **_AS_STORED)
        if chunks is None:
            with opened:
                opened = opened.load()
    except Exception as error:  # the library raises many kinds of errors over damaged files
        raise DataError(
            f"{source} cannot be read as netCDF 4 ({error!s:.300}); the file is damaged or truncated"
        ) from error
    try:
        tree = opened.map_over_datasets(_decode)
        tree.attrs = _from_json(opened.attrs, source)
        tree = from_version_2(tree) if tree.attrs.get("schema") == 2 else tree
        validate(tree)
        if chunks is not None:
            tree = chunked(tree, chunks, source)
    except BaseException as error:
        opened.close()
        if isinstance(error, MmvizError) or not isinstance(error, Exception):
            raise
        raise DataError(f"{source} is not a Trace ({error!r:.300}); the file was not written by mmviz") from error
    tree.set_close(opened.close)
    return tree


def _require_netcdf(source: Path) -> None:
    """Refuse what is not a netCDF 4 file, or one that `mmviz.io.netcdf` refuses."""
    from mmviz.io.netcdf import check_netcdf  # imports h5py

    try:
        with open_regular(source) as file:
            head = file.read(8)
    except OSError as error:
        raise DataError(f"{source} cannot be read ({error}); give the path of a saved Trace") from error
    if head != _HDF5_MAGIC:
        raise DataError(f"{source} is not a netCDF 4 file: it starts with {head!r}; give the path of a saved Trace")
    check_netcdf(source)


def _layout(variable: xr.DataArray, per_chunk: Mapping[str, int]) -> dict[str, Any]:
    """Return the encoding of a variable in the file: floating point values compressed, samples in chunks of about 1 MiB."""
    how: dict[str, Any] = {"zlib": True, "complevel": 1} if variable.dtype.kind == "f" else {}
    grown = [d for d in ALONG_SAMPLES if d in variable.dims]
    if grown and variable.dtype.kind in "fb":
        dim = grown[0]
        fixed = {d: 1 if d == "epoch" else n for d, n in variable.sizes.items() if d != dim}
        one = variable.dtype.itemsize * math.prod(fixed.values())
        most = min(_CHUNK_BYTES // one, per_chunk.get(str(dim), variable.sizes[dim]), variable.sizes[dim])
        fixed[dim] = 1 << (max(1, most).bit_length() - 1)
        how["chunksizes"] = tuple(fixed[d] for d in variable.dims)
    return how


def _encode(data: xr.Dataset) -> xr.Dataset:
    out = data.copy()
    out.attrs = _to_json(data.attrs, "group")
    for name, variable in out.variables.items():
        variable.attrs = _to_json(variable.attrs, str(name))
        if variable.dtype.kind == "U":
            _check_text(str(name), variable.values)
    return out


def _check_text(name: str, values: np.ndarray) -> None:
    for index, text in np.ndenumerate(values):
        if "\x00" in text or any("\ud800" <= c <= "\udfff" for c in text):
            raise DataError(
                f"Trace: {name}{list(index)} = {text!r} contains a NUL or a lone surrogate, which netCDF text cannot store; "
                "replace the character in the data"
            )


def _decode(data: xr.Dataset) -> xr.Dataset:
    out = data.copy()
    out.encoding = {}
    out.attrs = _from_json(data.attrs, "group")
    for name in list(out.variables):
        variable = out[name].variable
        attrs = _from_json({key: value for key, value in variable.attrs.items() if key != "_FillValue"}, name)
        if variable.dtype.kind in "OT":
            out[name] = (variable.dims, variable.values.astype(str))
        out[name].attrs = attrs
        out[name].encoding = {}
    return out


def _printable(value: Any) -> Any:
    """Return text, or a list of text, with control characters as escapes: xarray prints the attributes of a Trace as they are."""
    if isinstance(value, list):
        return [_printable(inner) for inner in value]
    return printable(value) if isinstance(value, str) else value


def _to_json(attrs: dict[Any, Any], place: str) -> dict[str, str]:
    try:
        return {str(name): json.dumps(value) for name, value in attrs.items()}
    except (TypeError, ValueError) as error:
        raise DataError(
            f"Trace: an attribute of {place} cannot be written as JSON ({error}); use plain values"
        ) from error


def _from_json(attrs: dict[Any, Any], place: object) -> dict[str, Any]:
    try:
        found = {
            str(name): parse_json(value, where=f"attribute {name!r}", max_memory=_ATTRIBUTE_MEMORY, nan=True)
            for name, value in attrs.items()
        }
        return {name: _printable(value) if name in _DESCRIPTIVE else value for name, value in found.items()}
    except (TypeError, ValueError, AttributeError) as error:
        raise DataError(
            f"Trace: an attribute of {place} is not JSON ({error}); the file was not written by mmviz"
        ) from error
