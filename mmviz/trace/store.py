"""A Trace on disk: one netCDF file, written atomically; loading gives back what was saved."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import xarray as xr

from mmviz.errors import DataError
from mmviz.io.atomic import atomic_path
from mmviz.trace.schema import validate

_HDF5_MAGIC = b"\x89HDF\r\n\x1a\n"


def save(trace: xr.DataTree, path: str | Path) -> Path:
    """Write a Trace to one netCDF 4 file; an existing file is replaced in one step.

    Attributes are stored as JSON text, so None, booleans, lists and dicts survive. Floating point arrays are
    compressed without loss.

    Raises
    ------
    DataError
        If the tree is not a valid Trace, an attribute cannot be written as JSON, or the file cannot be written.
    """
    validate(trace)
    target = Path(path)
    tree = trace.map_over_datasets(_encode)
    tree.attrs = _to_json(trace.attrs, "/")
    encoding = {
        node.path: {
            str(name): {"zlib": True, "complevel": 1}
            for name, v in node.data_vars.items()
            if v.dtype.kind == "f" and v.size
        }
        for node in tree.subtree
    }
    try:
        with atomic_path(target) as temporary:
            tree.to_netcdf(temporary, engine="h5netcdf", encoding=encoding)
    except OSError as error:
        raise DataError(f"{target} cannot be written ({error}); an older file of that name is intact") from error
    return target


def load(path: str | Path) -> xr.DataTree:
    """Read a Trace into memory. Needs no torch.

    Raises
    ------
    DataError
        If the file is not there, not netCDF 4, or not a Trace of this schema.
    """
    source = Path(path)
    try:
        with source.open("rb") as file:
            head = file.read(8)
    except OSError as error:
        raise DataError(f"{source} cannot be read ({error}); give the path of a saved Trace") from error
    if head != _HDF5_MAGIC:
        raise DataError(f"{source} is not a netCDF 4 file: it starts with {head!r}; give the path of a saved Trace")
    try:
        with xr.open_datatree(source, engine="h5netcdf") as opened:
            stored = opened.load()
    except (OSError, ValueError, KeyError) as error:
        raise DataError(f"{source} cannot be read as netCDF 4 ({error}); the file is damaged or cut off") from error
    tree = stored.map_over_datasets(_decode)
    tree.attrs = _from_json(stored.attrs, source)
    validate(tree)
    return tree


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
                f"Trace: {name}{list(index)} = {text!r} holds a NUL or a lone surrogate, which netCDF text cannot hold; "
                "replace the character in the data"
            )


def _decode(data: xr.Dataset) -> xr.Dataset:
    out = data.copy()
    out.attrs = _from_json(data.attrs, "group")
    for name in list(out.variables):
        variable = out[name].variable
        attrs = _from_json(variable.attrs, name)
        if variable.dtype.kind in "OT":
            out[name] = (variable.dims, variable.values.astype(str))
        out[name].attrs = attrs
        out[name].encoding = {}
    return out


def _to_json(attrs: dict[Any, Any], place: str) -> dict[str, str]:
    try:
        return {str(name): json.dumps(value) for name, value in attrs.items()}
    except (TypeError, ValueError) as error:
        raise DataError(
            f"Trace: an attribute of {place} cannot be written as JSON ({error}); use plain values"
        ) from error


def _from_json(attrs: dict[Any, Any], place: object) -> dict[str, Any]:
    try:
        return {str(name): json.loads(value) for name, value in attrs.items()}
    except (TypeError, ValueError) as error:
        raise DataError(
            f"Trace: an attribute of {place} is not JSON ({error}); the file was not written by mmviz"
        ) from error
