"""Read and write .npz files without pickle: sizes are compared with the header before inflating; trees as flat names."""

import io
import json
import math
import re
import struct
import zipfile
import zlib
from collections.abc import Mapping
from pathlib import Path
from typing import IO, Any

import numpy as np
from numpy.typing import NDArray

from mmviz.core.errors import DataError
from mmviz.io.atomic import atomic_path
from mmviz.io.files import checked_path, looks_like, open_regular, parse_json

MAX_BYTES = 16 << 30
MAX_MEMBERS = 500_000
MAX_RATIO = 200
_FREE = 256 << 20  # below this the ratio is not looked at: padding compresses well
_HEADER = re.compile(
    r"\{'descr': '([<>|=])(b1|i[1248]|u[1248]|f[248]|[SU]\d{1,6})', "
    r"'fortran_order': (False|True), 'shape': \(((?:\d{1,15},? ?)*)\), \} *\n"
)
_OBJECT = re.compile(r"'descr': '\|O'")
_MAX_DIMENSIONS = 8
_PIECE = 1 << 24
_BROKEN = (
    zipfile.BadZipFile, zlib.error, struct.error, EOFError, RuntimeError, NotImplementedError, ValueError, OverflowError, OSError,
    KeyError, IndexError, MemoryError,
)  # fmt: skip


def read_npz(source: str | Path | bytes, *, where: str = "", max_bytes: int = MAX_BYTES) -> dict[str, NDArray[Any]]:
    """Return all arrays of a .npz file.

    Parameters
    ----------
    source
        A path, or the whole file.
    where
        Name of the file in errors; the path's name by default.
    max_bytes
        The most that all arrays together may need.

    Returns
    -------
    dict
        Name to array: bool, integers, floats, text or bytes; native byte order is not forced.

    Raises
    ------
    DataError
        If the path is no regular file; if the file is no ZIP archive, holds more than arrays, an object array (that is a pickle), more members than
        `MAX_MEMBERS`, more content than `max_bytes`, or more than `MAX_RATIO` times its own size (a zip bomb); or if a
        member's header and size disagree, or a checksum is wrong. Nothing is inflated beyond what its header asks for.
    """
    where = where or (Path(source).name if not isinstance(source, bytes) else "npz file")
    try:
        with (
            io.BytesIO(source) if isinstance(source, bytes) else open_regular(source) as file,
            zipfile.ZipFile(file) as archive,
        ):
            size = file.seek(0, io.SEEK_END)
            members = _admit(archive, size, where, max_bytes)
            return {info.filename.removesuffix(".npy"): _member(archive, info, where) for info in members}
    except DataError:
        raise
    except FileNotFoundError:
        raise
    except _BROKEN as error:
        start = source[:64] if isinstance(source, bytes) else _start(Path(source))
        raise DataError(
            f"{where}: not a well-formed .npz file ({type(error).__name__}: {str(error)[:200]}); it looks like "
            f"{looks_like(start)}. Fetch or save it again."
        ) from None


def _start(path: Path) -> bytes:
    with open_regular(path) as file:
        return file.read(64)


def _admit(archive: zipfile.ZipFile, size: int, where: str, max_bytes: int) -> list[zipfile.ZipInfo]:
    members = archive.infolist()
    if len(members) > MAX_MEMBERS:
        raise DataError(f"{where}: {len(members)} members; at most {MAX_MEMBERS} are read. Split the file.")
    names = {info.filename for info in members}
    if len(names) < len(members):
        raise DataError(f"{where}: {len(members) - len(names)} names occur twice; save the file again")
    total = sum(info.file_size for info in members)
    if total > max_bytes or (total > _FREE and total > MAX_RATIO * size):
        raise DataError(
            f"{where}: {size} bytes would inflate to {total}; refused as a zip bomb, nothing was inflated. "
            f"The limits are {max_bytes} bytes and {MAX_RATIO} times the file's size."
        )
    for info in members:
        if info.filename.endswith("/data.pkl"):
            raise DataError(
                f"{where}: a torch file (.pt), which is not read; read it with torch.load(path, weights_only=True) and give the arrays, "
                "tensor.numpy(), to mmviz.data.from_arrays"
            )
        if not info.filename.endswith(".npy"):
            raise DataError(
                f"{where}: member {info.filename[:80]!r} is not a .npy array; this is not a file of arrays. Unpack another ZIP archive and give the path of what it holds"
            )
        if info.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED) or info.flag_bits & 0x1:
            raise DataError(f"{where}: member {info.filename[:80]!r} is encrypted or compressed in an unusual way")
        if info.compress_type == zipfile.ZIP_STORED and info.file_size != info.compress_size:
            raise DataError(f"{where}: member {info.filename[:80]!r} contradicts itself about its size")
    return members


def _member(archive: zipfile.ZipFile, info: zipfile.ZipInfo, where: str) -> NDArray[Any]:
    name = f"{where}: {info.filename.removesuffix('.npy')[:80]!r}"
    with archive.open(info) as file:
        return _plain_array(file, info.file_size, name)


def read_npy(data: bytes, *, where: str = ".npy file") -> NDArray[Any]:
    """Return the plain array of numbers or text in the bytes of a .npy file.

    Raises
    ------
    DataError
        If it is an object array, which only a pickle can hold, or its header and its size disagree.
    """
    return _plain_array(io.BytesIO(data), len(data), where)


def _plain_array(file: IO[bytes], size: int, name: str) -> NDArray[Any]:
    start = file.read(10)
    width = {1: 2, 2: 4, 3: 4}.get(start[6] if len(start) == 10 else 0, 0)
    if start[:6] != b"\x93NUMPY" or not width:
        raise DataError(f"{name} is not a .npy array; it looks like {looks_like(start)}")
    rest = file.read(2) if width == 4 else b""
    length = int.from_bytes(start[8:10] + rest, "little")
    if length > 4096:
        raise DataError(f"{name} has a header of {length} bytes; a plain array needs less than 4096")
    header = file.read(length).decode("latin1")
    dtype, shape, fortran = _parse(header, name)
    content = math.prod(shape) * dtype.itemsize
    if size != 8 + width + length + content:
        raise DataError(
            f"{name}: {size} bytes for a header of {8 + width + length} and {math.prod(shape)} x "
            f"{dtype.itemsize} bytes; the file is damaged"
        )
    raw = bytearray(content)
    view, at = memoryview(raw), 0
    while at < content:
        piece = file.read(min(_PIECE, content - at))
        if not piece:
            raise DataError(f"{name} ends after {at} of {content} bytes; the file is truncated")
        view[at : at + len(piece)] = piece
        at += len(piece)
    if file.read(1):  # also makes the archive compare the checksum
        raise DataError(f"{name} goes on after its {content} bytes; the file is damaged")
    return _array(raw, dtype, shape, fortran=fortran, name=name)


def _parse(header: str, name: str) -> tuple[np.dtype[Any], tuple[int, ...], bool]:
    if _OBJECT.search(header):
        raise DataError(
            f"{name} is an object array, which only a pickle can hold; it is not read. Save numbers and text as plain "
            "arrays, and ragged sequences as one array and its lengths (mmviz.data.pad)."
        )
    found = _HEADER.fullmatch(header)
    if not found:
        raise DataError(f"{name}: the header {header[:80]!r} is not that of a plain array")
    order, code, fortran, sizes = found.groups()
    shape = tuple(int(s) for s in re.findall(r"\d+", sizes))
    if len(shape) > _MAX_DIMENSIONS:
        raise DataError(f"{name}: {len(shape)} dimensions; at most {_MAX_DIMENSIONS} are read")
    return np.dtype(order.replace("|", "=") + code), shape, fortran == "True"


def _array(raw: bytearray, dtype: np.dtype[Any], shape: tuple[int, ...], *, fortran: bool, name: str) -> NDArray[Any]:
    if math.prod(shape) == 0 or dtype.itemsize == 0:
        return np.zeros(shape, dtype)
    if dtype.kind == "U" and np.frombuffer(raw, np.dtype("u4").newbyteorder(dtype.byteorder)).max() > 0x10FFFF:
        raise DataError(f"{name}: text with invalid code points; the file is damaged")
    if dtype.kind == "b" and np.frombuffer(raw, np.uint8).max() > 1:
        raise DataError(f"{name}: truth values other than 0 and 1; the file is damaged")
    return np.frombuffer(raw, dtype).reshape(shape, order="F" if fortran else "C")


def write_npz(path: str | Path, arrays: Mapping[str, NDArray[Any]]) -> None:
    """Write arrays to an .npz file, atomically; not compressed, and never a pickle.

    Parameters
    ----------
    path
        Where; its folder must exist.
    arrays
        Name to array of bool, numbers, text or bytes.

    Raises
    ------
    DataError
        If an array holds objects, or the path is not valid.
    OSError
        If the disk refuses; an old file is then as it was.
    """
    checked_path(path, "write_npz: path")
    for name, array in arrays.items():
        if array.dtype.hasobject:
            raise DataError(f"{name!r} is an object array; only numbers, text and bytes are written")
    with atomic_path(path) as temporary, zipfile.ZipFile(temporary, "w") as z:
        for name, array in arrays.items():
            with z.open(zipfile.ZipInfo(name + ".npy", (1980, 1, 1, 0, 0, 0)), "w", force_zip64=True) as file:
                np.lib.format.write_array(file, np.asanyarray(array), allow_pickle=False)


MAX_DEPTH = 16
_ESCAPES = str.maketrans({"%": "%25", "/": "%2F", "#": "%23", "@": "%40"})
_NUMBERS = (bool, int, float, np.number, np.bool_)


def write_tree(path: str | Path, tree: Any) -> None:
    """Write a tree of dictionaries, lists, arrays, text and numbers to an .npz file.

    Parameters
    ----------
    path
        Where; its folder must exist.
    tree
        As `safe_pickle.load` returns it.

    Raises
    ------
    DataError
        If a part cannot be written.
    OSError
        If the disk refuses.

    Notes
    -----
    One member per leaf. Keys are joined by ``/``; ``#3`` is the fourth element of a list; a name that ends in ``@json`` is
    UTF-8 of JSON (text, mixed scalars, None), ``@bytes`` raw bytes. Tuples come back as lists, NumPy scalars as arrays
    without dimensions.
    """
    leaves: dict[str, NDArray[Any]] = {}
    _flatten(tree, "", leaves)
    write_npz(path, leaves)


def read_tree(source: str | Path | bytes, *, where: str = "") -> Any:
    """Return the tree of an .npz file; a file of flat names gives one dictionary of arrays.

    Parameters
    ----------
    source
        A path, or the whole file.
    where
        Name of the file in errors.

    Returns
    -------
    dict or list
        With the keys as text; whole-number keys come back as text.

    Raises
    ------
    DataError
        As `read_npz`; or if names contradict each other.
    """
    where = where or (Path(source).name if not isinstance(source, bytes) else "npz file")
    root: dict[str, Any] = {}
    for name, array in read_npz(source, where=where).items():
        *branches, leaf = name.split("/")
        if len(branches) > MAX_DEPTH:
            raise DataError(f"{where}: {name[:80]!r} is nested deeper than {MAX_DEPTH}")
        node = root
        for branch in branches:
            node = node.setdefault(branch, {})
            if not isinstance(node, dict):
                raise DataError(f"{where}: {name[:80]!r} lies inside another array; save the file again")
        stem, _, kind = leaf.partition("@")
        if stem in node:
            raise DataError(f"{where}: {name[:80]!r} occurs twice; save the file again")
        node[stem] = _decode(array, kind, f"{where}: {name[:80]!r}")
    return _restore(root, where)


def _flatten(x: Any, at: str, leaves: dict[str, NDArray[Any]], depth: int = 0) -> None:
    if depth > MAX_DEPTH:
        raise DataError(f"{at[:80]!r} is nested deeper than {MAX_DEPTH}; it cannot be written")
    prefix = f"{at}/" if at else ""
    if isinstance(x, dict):
        if not x:
            leaves[f"{at}@json"] = _json({})
        for key, value in x.items():
            _flatten(value, prefix + str(key).translate(_ESCAPES), leaves, depth + 1)
    elif isinstance(x, np.ndarray) and x.dtype.kind != "O":
        leaves[at] = x
    elif isinstance(x, (list, tuple)) and any(isinstance(v, (dict, list, tuple, np.ndarray, bytes)) for v in x):
        for i, value in enumerate(x):
            _flatten(value, f"{prefix}#{i}", leaves, depth + 1)
    elif isinstance(x, (bytes, bytearray)):
        leaves[f"{at}@bytes"] = np.frombuffer(bytes(x), np.uint8)
    elif isinstance(x, _NUMBERS):
        leaves[at] = np.asarray(x)
    elif isinstance(x, (list, tuple)) and x and len({type(v) for v in x}) == 1 and isinstance(x[0], _NUMBERS):
        array = np.asarray(x)
        leaves[at if array.dtype.kind != "O" else f"{at}@json"] = array if array.dtype.kind != "O" else _json(list(x))
    else:
        leaves[f"{at}@json"] = _json(x.tolist() if isinstance(x, np.ndarray) else x)


def _json(x: Any) -> NDArray[np.uint8]:
    try:
        text = json.dumps(x, default=lambda v: v.item() if isinstance(v, np.generic) else _refuse(v))
    except (TypeError, ValueError, RecursionError) as error:
        raise DataError(f"a value of type {type(x).__name__} cannot be written without a pickle ({error})") from None
    return np.frombuffer(text.encode("ascii"), np.uint8)


def _refuse(value: Any) -> Any:
    raise TypeError(f"{type(value).__name__} inside")


def _decode(array: NDArray[Any], kind: str, where: str) -> Any:
    if not kind:
        return array
    if kind not in ("json", "bytes") or array.dtype != np.uint8 or array.ndim != 1:
        raise DataError(f"{where}: neither an array nor text of ours; save the file again")
    raw = array.tobytes()
    if kind == "bytes":
        return raw
    return parse_json(raw, where=f"{where}: damaged text", nan=True)


def _restore(node: Any, where: str, depth: int = 0) -> Any:
    if not isinstance(node, dict) or depth > MAX_DEPTH:
        return node
    if set(node) == {""} and depth == 0:
        return node[""]
    if node and all(k.startswith("#") for k in node):
        try:
            order = {int(k[1:]): v for k, v in node.items() if k[1:].isascii() and k[1:].isdigit() and len(k) < 10}
        except ValueError:
            order = {}
        if sorted(order) != list(range(len(node))):
            raise DataError(f"{where}: elements of a list are missing; save the file again")
        return [_restore(order[i], where, depth + 1) for i in range(len(node))]
    return {_unescape(k): _restore(v, where, depth + 1) for k, v in node.items()}


def _unescape(key: str) -> str:
    for code, sign in (("%40", "@"), ("%23", "#"), ("%2F", "/"), ("%25", "%")):
        key = key.replace(code, sign)
    return key
