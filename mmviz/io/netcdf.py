"""Validation of a netCDF 4 file before it is read: all content in the file itself, no cycles, bounded memory."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import h5py
import numpy as np

from mmviz.core.errors import DataError
from mmviz.io.files import open_regular
from mmviz.io.hdf5_probe import FREE, MAX_OBJECTS, MAX_RATIO, RefusedError, require_own

MAX_DEPTH = 8  # groups inside groups
MAX_GROUPS = 1000
MAX_ARRAYS = 3000  # xarray opens each in about 2 ms
MAX_CHUNKS = 50_000  # of one array
MAX_ATTRIBUTES = 1000  # of one object
MAX_ATTRIBUTES_IN_ALL = 30_000
MAX_ATTRIBUTE = 8 << 20  # bytes of all attributes together
_REFERENCE = 16  # bytes of a text of variable length where it is listed: its length, and where it lies


def check_netcdf(path: str | Path) -> None:
    """Raise DataError for a netCDF 4 file that refers to other files, contains cycles, or declares more data than it can hold.

    Parameters
    ----------
    path
        The file.

    Raises
    ------
    DataError
        If an object is reached by a link (soft, external or user-defined) or twice, lies in another file (external storage,
        a virtual data set), needs a filter beyond deflate, shuffle and checksum, has a type that netCDF does not need, a
        reference leads to no listed object, groups are nested deeper than `MAX_DEPTH`, there are more than `MAX_GROUPS` groups or
        `MAX_ARRAYS` arrays, or the arrays together would take more than 256 MiB and 200 times the file: text counts four bytes for
        each character of the longest text of its array, as NumPy stores it. Names the object.
    """
    source = Path(path)
    with open_regular(source) as file:
        size = _size(file)
    try:
        with h5py.File(source, "r") as opened:  # with the locks of xarray: a Trace may be open already
            _Validator(opened, size).run()
    except RefusedError as error:
        raise DataError(f"{source}: {error}; refused, no array was read. Record and save the Trace again.") from None
    except DataError:
        raise
    except Exception as error:  # noqa: BLE001 - the library raises many kinds of errors over damaged files
        raise DataError(
            f"{source} cannot be read as netCDF 4 ({type(error).__name__}: {error!s:.200}); the file is damaged or truncated"
        ) from None


def _size(file: Any) -> int:
    return int(file.seek(0, 2))


class _Validator:
    """One pass over all objects of an open file."""

    def __init__(self, file: h5py.File, size: int) -> None:
        self._file, self._size = file, size
        self._seen: dict[int, str] = {}
        self._references: list[tuple[str, Any]] = []
        self._bytes = self._attribute_bytes = self._groups = self._arrays = self._attributes = 0

    def run(self) -> None:
        self._group(self._file, "/", 0)
        for name, reference in self._references:
            try:
                address = h5py.h5o.get_info(h5py.h5r.dereference(reference, self._file.id)).addr
            except (KeyError, ValueError, RuntimeError):
                address = -1
            _require(address in self._seen, f"{name!r} refers to an object that the file does not list")

    def _group(self, group: h5py.Group, place: str, depth: int) -> None:
        self._object(group, place)
        self._groups += 1
        _require(self._groups <= MAX_GROUPS, f"more than {MAX_GROUPS} groups")
        _require(depth <= MAX_DEPTH, f"groups nested deeper than {MAX_DEPTH} at {place[:80]!r}")
        for name in group:
            inner = f"{place.rstrip('/')}/{name}"
            kind = group.id.links.get_info(name.encode("utf-8", "surrogateescape")).type
            _require(
                kind == h5py.h5l.TYPE_HARD,
                f"{inner[:200]!r} is not in the file itself but a link ({_LINKS.get(kind, 'of an unknown kind')})",
            )
            found = group[name]
            if isinstance(found, h5py.Group):
                self._group(found, inner, depth + 1)
            elif isinstance(found, h5py.Dataset):
                self._object(found, inner)
                self._data(found, inner)
            else:
                raise RefusedError(f"{inner[:200]!r} is neither a group nor an array")

    def _object(self, found: h5py.HLObject, place: str) -> None:
        address = h5py.h5o.get_info(found.id).addr
        if address in self._seen:
            raise RefusedError(
                f"{place[:200]!r} is the same object as {self._seen[address][:200]!r}; each may occur once"
            )
        self._seen[address] = place
        _require(len(self._seen) <= MAX_OBJECTS, f"more than {MAX_OBJECTS} objects")
        count = h5py.h5a.get_num_attrs(found.id)
        _require(count <= MAX_ATTRIBUTES, f"{place[:200]!r} has {count} attributes; at most {MAX_ATTRIBUTES} are read")
        self._attributes += count
        _require(self._attributes <= MAX_ATTRIBUTES_IN_ALL, f"more than {MAX_ATTRIBUTES_IN_ALL} attributes")
        for index in range(count):
            self._attribute(h5py.h5a.open(found.id, index=index), place)

    def _attribute(self, found: Any, place: str) -> None:
        name = f"{place}@{found.name.decode('utf-8', 'replace')}"
        kind, size = found.dtype, math.prod(found.shape)
        self._attribute_bytes += found.get_storage_size()
        _require(
            self._attribute_bytes <= MAX_ATTRIBUTE, f"attributes of more than {MAX_ATTRIBUTE} bytes at {name[:200]!r}"
        )
        if _refers(kind):
            _require(size <= MAX_OBJECTS, f"{name[:200]!r} holds {size} references")
            if not kind.names:  # the list of a scale's users is not followed by any reader
                self._follow(found, name)
        elif h5py.check_string_dtype(kind) is not None:
            _require(
                size <= 1 or kind.kind == "S", f"{name[:200]!r} is an array of {size} texts; only one text is read"
            )
            if kind.kind == "O" and size:
                value = np.empty(found.shape, kind)
                found.read(value)  # many attributes may be one and the same text in the file
                self._attribute_bytes += len(value.item())
        else:
            _require(kind.kind in "iufb", f"{name[:200]!r} has the type {kind}, which netCDF does not need")

    def _follow(self, found: Any, name: str) -> None:
        """Collect references to dimension scales; they are compared with the objects of the file at the end."""
        values = np.empty(found.shape, found.dtype)
        found.read(values)
        for value in values.ravel():
            each = value.ravel().tolist() if isinstance(value, np.ndarray) else [value]
            self._references.extend((name[:200], reference) for reference in each if reference)
            _require(
                len(self._references) <= 16 * MAX_OBJECTS, f"more than {16 * MAX_OBJECTS} references at {name[:200]!r}"
            )

    def _data(self, data: h5py.Dataset, place: str) -> None:
        self._arrays += 1
        _require(self._arrays <= MAX_ARRAYS, f"more than {MAX_ARRAYS} arrays")
        require_own(data, place[:200])
        kind, shape = data.dtype, data.shape
        if data.chunks:
            self._chunks(data, place)
        text = h5py.check_string_dtype(kind)
        _require(
            kind.kind in "iufb" or text is not None,
            f"{place[:200]!r} has the type {kind}; only numbers and text are read",
        )
        _require(shape is not None and len(shape) <= 8, f"{place[:200]!r} has the shape {shape}")
        self._bytes += math.prod(shape) * (_REFERENCE if kind.kind == "O" else kind.itemsize)
        if kind.kind == "O":
            self._bytes += self._text_bytes(data, place)
        most = max(FREE, MAX_RATIO * self._size)
        _require(
            self._bytes <= most,
            f"the arrays up to {place[:200]!r} of shape {shape} would need {self._bytes} bytes; the file has {self._size}",
        )

    def _chunks(self, data: h5py.Dataset, place: str) -> None:
        """Refuse too many chunks, one filter twice, and stored chunks larger than their content, which would inflate without limit."""
        plist = data.id.get_create_plist()
        filters = [plist.get_filter(i)[0] for i in range(plist.get_nfilters())]
        _require(len(set(filters)) == len(filters), f"{place[:200]!r} needs one filter twice: {filters}")
        count = math.prod(-(-n // chunk) for n, chunk in zip(data.shape, data.chunks, strict=True))
        _require(count <= MAX_CHUNKS, f"{place[:200]!r} is stored in {count} chunks; at most {MAX_CHUNKS} are read")
        most = 2 * math.prod(data.chunks) * data.id.get_type().get_size() + 1024
        sizes: list[int] = []
        if filters:
            data.id.chunk_iter(lambda stored: sizes.append(stored.size))
        _require(max(sizes, default=0) <= most, f"{place[:200]!r} has a stored chunk of {max(sizes, default=0)} bytes")

    def _text_bytes(self, data: h5py.Dataset, place: str) -> int:
        """Return the memory for texts of variable length, of which several may share one place in the file.

        That is their total length, and their array in NumPy: four bytes per character, all as wide as the longest.
        """
        plist = data.id.get_create_plist()
        _require(
            plist.fill_value_defined() != h5py.h5d.FILL_VALUE_USER_DEFINED,
            f"{place[:200]!r} is text of variable length with a fill value",
        )
        if not data.size or not data.id.get_storage_size():
            return 0
        _require(not plist.get_nfilters(), f"{place[:200]!r} is text of variable length behind a filter")
        _require(
            self._file.id.get_create_plist().get_sizes() == (8, 8),
            f"{place[:200]!r} is text of variable length in a file whose addresses do not have 8 bytes",
        )
        if data.chunks is None:
            spans = [(data.id.get_offset(), data.id.get_storage_size())]
        else:
            infos = (data.id.get_chunk_info(i) for i in range(data.id.get_num_chunks()))
            spans = [(info.byte_offset, info.size) for info in infos]
        total = longest = 0
        with Path(self._file.filename).open("rb") as raw:
            for offset, size in spans:
                _require(
                    offset is not None and size <= self._size, f"{place[:200]!r} is text stored in an unusual layout"
                )
                raw.seek(offset)
                listed = np.frombuffer(raw.read(size - size % _REFERENCE), np.uint8).reshape(-1, _REFERENCE)
                lengths = listed[:, :4].copy().view("<u4")
                total += int(lengths.sum(dtype=np.uint64))
                longest = max(longest, int(lengths.max(initial=0)))
        return total + 4 * longest * data.size


_LINKS = {h5py.h5l.TYPE_SOFT: "soft", h5py.h5l.TYPE_EXTERNAL: "to another file"}


def _refers(kind: np.dtype) -> bool:
    """Return whether a type is a netCDF reference: one, a list of them, or one with a dimension number."""
    if kind.names:
        return set(kind.names) == {"dataset", "dimension"} and h5py.check_ref_dtype(kind["dataset"]) is h5py.Reference
    inner = h5py.check_vlen_dtype(kind)
    return h5py.check_ref_dtype(kind if inner is None else np.dtype(inner)) is h5py.Reference


def _require(ok: bool, why: str) -> None:
    if not ok:
        raise RefusedError(why)
