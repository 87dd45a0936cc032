"""Read and write .npz files without pickles: every size is compared with the header before a byte is inflated."""

import io
import math
import re
import struct
import zipfile
import zlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mmviz.errors import DataError
from mmviz.io.atomic import atomic_path
from mmviz.io.file_kind import looks_like

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
    zipfile.BadZipFile,
    zlib.error,
    struct.error,
    EOFError,
    RuntimeError,
    NotImplementedError,
    ValueError,
    OverflowError,
    OSError,
    KeyError,
    IndexError,
    MemoryError,
)


def read_npz(source: str | Path | bytes, *, where: str = "", max_bytes: int = MAX_BYTES) -> dict[str, NDArray[Any]]:
    """Read all arrays of a .npz file.

    Parameters
    ----------
    source
        A path, or the whole file.
    where
        How to name the file in an error; the path's name by default.
    max_bytes
        The most that all arrays together may need.

    Returns
    -------
    dict
        Name to array: bool, integers, floats, text or bytes; native byte order is not forced.

    Raises
    ------
    DataError
        If the file is no ZIP archive, holds more than arrays, an object array (that is a pickle), more members than
        `MAX_MEMBERS`, more content than `max_bytes`, or more than `MAX_RATIO` times its own size (a zip bomb); or if a
        member's header and size disagree, or a checksum is wrong. Nothing is inflated beyond what its header asks for.
    """
    where = where or (Path(source).name if not isinstance(source, bytes) else "npz file")
    try:
        # the handle is closed by ZipFile; bytes are wrapped
        with zipfile.ZipFile(io.BytesIO(source) if isinstance(source, bytes) else source) as archive:
            size = len(source) if isinstance(source, bytes) else Path(source).stat().st_size
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
    with path.open("rb") as file:
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
        if info.file_size != 8 + width + length + content:
            raise DataError(
                f"{name}: {info.file_size} bytes for a header of {8 + width + length} and {math.prod(shape)} x "
                f"{dtype.itemsize} bytes; the file is damaged"
            )
        raw = bytearray(content)
        view, at = memoryview(raw), 0
        while at < content:
            piece = file.read(min(_PIECE, content - at))
            if not piece:
                raise DataError(f"{name} ends after {at} of {content} bytes; the file is cut off")
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
    """Write arrays to a compressed .npz file, atomically; never a pickle.

    Parameters
    ----------
    path
        Where; its folder must exist.
    arrays
        Name to array of bool, numbers, text or bytes.

    Raises
    ------
    DataError
        If an array holds objects.
    OSError
        If the disk refuses; an old file is then as it was.
    """
    for name, array in arrays.items():
        if array.dtype.hasobject:
            raise DataError(f"{name!r} is an object array; only numbers, text and bytes are written")
    with atomic_path(path) as temporary, zipfile.ZipFile(temporary, "w", zipfile.ZIP_DEFLATED, compresslevel=4) as z:
        for name, array in arrays.items():
            with z.open(zipfile.ZipInfo(name + ".npy", (1980, 1, 1, 0, 0, 0)), "w", force_zip64=True) as file:
                np.lib.format.write_array(file, np.asanyarray(array), allow_pickle=False)
