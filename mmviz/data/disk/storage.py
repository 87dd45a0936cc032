"""Files of a stored data set: the index ``dataset.json`` and safetensors files written in chunks."""

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from safetensors import SafetensorError, safe_open

from mmviz.core.errors import DataError
from mmviz.data.report import Finding, Report
from mmviz.io.atomic import atomic_path
from mmviz.io.digest import sha256_file
from mmviz.io.files import parse_json, read_regular

NAME = "dataset.json"
FORMAT = 1
_LARGEST = 512 << 20
_MEMORY = 1 << 30


def is_stored(folder: str | Path) -> bool:
    """Return whether a folder was written by `to_disk`: it holds ``dataset.json``, which `read_index` checks."""
    try:
        return (Path(folder) / NAME).is_file()
    except (OSError, ValueError):  # too long, or a NUL inside
        return False


def read_index(folder: Path) -> dict[str, Any]:
    """Return the index.

    Raises
    ------
    DataError
        If it is not there, not JSON, larger than 512 MiB or than 1 GiB in memory, or of another format.
    """
    path = folder / NAME
    try:
        index = parse_json(read_regular(path, max_bytes=_LARGEST), where=str(path), max_memory=_MEMORY)
    except FileNotFoundError:
        raise DataError(f"{path} is not there; give a folder that mmviz.data.to_disk wrote") from None
    except (OSError, DataError) as error:
        raise DataError(f"{path} cannot be read ({error})") from error
    if not isinstance(index, dict) or index.get("format") != FORMAT:
        seen = index.get("format") if isinstance(index, dict) else type(index).__name__
        raise DataError(f"{path} has format {seen!r}, this mmviz reads {FORMAT}; write the set again")
    return index


def report_to_json(report: Report) -> dict[str, Any]:
    """Return a report as plain values."""
    return {"name": report.name, "findings": [asdict(f) for f in report]}


def report_from_json(plain: dict[str, Any]) -> Report:
    """Return the report that `report_to_json` wrote; DataError where a value has another type."""
    report = Report(plain["name"], [Finding(**f) for f in plain["findings"]])
    texts = [report.name, *(v for f in report for v in (f.level, f.kind, f.where, f.first, f.action))]
    if not all(type(text) is str for text in texts) or not all(type(f.count) is int for f in report):
        raise DataError("the stored report holds values that are no text or no whole number; write the set again")
    return report


_CODES = {"f2": "F16", "f4": "F32", "f8": "F64", "b1": "BOOL"} | {
    f"{kind}{size}": f"{kind.upper()}{8 * size}" for kind in "iu" for size in (1, 2, 4, 8)
}
Tensor = tuple[np.dtype[Any], tuple[int, ...], Iterable[NDArray[Any]]]


def storable(array: NDArray[Any]) -> bool:
    """Return whether safetensors supports the dtype."""
    return array.dtype.str[1:] in _CODES


def one_chunk(array: NDArray[Any]) -> Tensor:
    """Return an array as a tensor of one chunk."""
    return array.dtype, array.shape, [array]


def write_tensors(path: Path, tensors: Mapping[str, Tensor]) -> dict[str, Any]:
    """Write tensors whose values arrive in chunks, atomically, with one chunk in memory.

    `safetensors.numpy.save_file` needs every tensor in memory; the format (8 bytes of header length, JSON, raw little-
    endian values) is simple enough to write directly, and `safetensors` itself reads the result.

    Parameters
    ----------
    path
        The file.
    tensors
        Name to dtype, shape and an iterable of arrays that make up the shape along its first axis.

    Returns
    -------
    dict
        ``file``, ``bytes`` and ``sha256``, for the index.

    Raises
    ------
    DataError
        If the chunks do not fill the shape.
    OSError
        If the disk refuses.
    """
    header: dict[str, dict[str, Any]] = {}
    at = 0
    for name, (dtype, shape, _) in tensors.items():
        size = dtype.itemsize * int(np.prod(shape, dtype=np.int64))
        header[name] = {"dtype": _CODES[dtype.str[1:]], "shape": list(shape), "data_offsets": [at, at + size]}
        at += size
    text = json.dumps(header).encode()
    text += b" " * (-len(text) % 8)
    digest = hashlib.sha256()
    with atomic_path(path) as temporary, temporary.open("wb") as file:
        for part in (len(text).to_bytes(8, "little"), text):
            file.write(part)
            digest.update(part)
        for name, (dtype, _, chunks) in tensors.items():
            written = 0
            for chunk in chunks:
                raw = np.ascontiguousarray(chunk, dtype.newbyteorder("<")).reshape(-1).view(np.uint8).data
                file.write(raw)
                digest.update(raw)
                written += len(raw)
            begin, end = header[name]["data_offsets"]
            if written != end - begin:
                raise DataError(
                    f"{path.name}: {name} got {written} bytes for {end - begin}; the source changed meanwhile"
                )
    return {"file": path.name, "bytes": 8 + len(text) + at, "sha256": digest.hexdigest()}


class StoredFile:
    """A checked file of the folder: inside it, with the size and (optionally) sha256 of the index."""

    def __init__(self, folder: Path, entry: Mapping[str, Any], *, verify: bool) -> None:
        name = entry["file"]
        self.path = folder / name
        if not isinstance(name, str) or Path(name).name != name or not name.endswith(".safetensors"):
            raise DataError(
                f"{folder}: the index names {name!r}, which is not a file of this folder; write the set again"
            )
        try:
            size = self.path.stat().st_size
        except OSError as error:
            raise DataError(f"{self.path} cannot be read ({error}); the folder is incomplete") from error
        if not self.path.is_file() or self.path.is_symlink():
            raise DataError(f"{self.path} is not a regular file; write the set again")
        if size != entry["bytes"]:
            raise DataError(f"{self.path} has {size} bytes, the index has {entry['bytes']}; write the set again")
        if verify and (found := sha256_file(self.path)) != entry["sha256"]:
            raise DataError(f"{self.path} has sha256 {found}, the index has {entry['sha256']}; write the set again")
        try:
            with safe_open(self.path, "numpy") as file:  # refuses overlaps, holes, sizes beyond the file
                self.names = tuple(file.keys())
            with self.path.open("rb") as raw:
                length = int.from_bytes(raw.read(8), "little")
                self._header = json.loads(raw.read(length))
        except (SafetensorError, ValueError) as error:
            raise DataError(f"{self.path} is not a safetensors file ({error}); write the set again") from error
        self._data, self.bytes = 8 + length, size

    def read(self, name: str, dtype: Any, shape: tuple[int, ...]) -> NDArray[Any]:
        """Return one tensor; DataError where it is missing or of another type or shape (-1 in `shape` is any)."""
        self.require(name, dtype, shape)
        with safe_open(self.path, "numpy") as file:
            return file.get_tensor(name)

    def any(self, name: str) -> NDArray[Any]:
        """Return one tensor of whatever type."""
        with safe_open(self.path, "numpy") as file:
            return file.get_tensor(name)

    def shape(self, name: str) -> list[int]:
        """Return the shape of one tensor."""
        return [int(k) for k in self._header[name]["shape"]]

    def require(self, name: str, dtype: Any, shape: tuple[int, ...]) -> int:
        """Return the byte in the file where a tensor begins, after the check of `read`."""
        found = self._header.get(name)
        if found is None:
            raise DataError(f"{self.path} has no tensor {name!r}, only {', '.join(self.names)}; write the set again")
        fits = len(found["shape"]) == len(shape) and all(
            w in (-1, s) for w, s in zip(shape, found["shape"], strict=True)
        )
        if found["dtype"] != _CODES[np.dtype(dtype).str[1:]] or not fits:
            raise DataError(
                f"{self.path}: {name} is {found['dtype']} {found['shape']}, expected {np.dtype(dtype).name} {list(shape)}; "
                "write the set again"
            )
        return self._data + int(found["data_offsets"][0])
