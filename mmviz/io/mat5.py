"""Read MATLAB 5 .mat files (versions 5 to 7) that hold arrays of numbers or text; every size is checked first."""

import math
import struct
import zlib
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from mmviz.errors import DataError
from mmviz.io.file_kind import looks_like

MAX_INFLATED = 1 << 30
MAX_VARIABLES = 1000
Order = Literal["<", ">"]
_MATRIX, _COMPRESSED = 14, 15
# number of the stored type -> NumPy code; 16 is UTF-8, 17 UTF-16
_STORED = {
    1: "i1",
    2: "u1",
    3: "i2",
    4: "u2",
    5: "i4",
    6: "u4",
    7: "f4",
    9: "f8",
    12: "i8",
    13: "u8",
    16: "u1",
    17: "u2",
}
# number of the class -> NumPy code of the array it means; 4 is text
_CLASSES = {4: "u2", 6: "f8", 7: "f4", 8: "i1", 9: "u1", 10: "i2", 11: "u2", 12: "i4", 13: "u4", 14: "i8", 15: "u8"}
_OTHER = {1: "a cell array", 2: "a structure", 3: "an object", 5: "a sparse matrix", 16: "a function", 17: "an object"}


def is_mat5(start: bytes) -> bool:
    """Whether the first 128 bytes are those of a MATLAB 5 file (not of version 7.3, which is HDF5)."""
    return len(start) >= 128 and start[126:128] in (b"IM", b"MI") and start[124:126] in (b"\x00\x01", b"\x01\x00")


def read_mat5(data: bytes, *, where: str = ".mat file") -> dict[str, NDArray[Any]]:
    """Read every numeric or text variable.

    Parameters
    ----------
    data
        The whole file.
    where
        How to name the file in an error.

    Returns
    -------
    dict
        Name to array, at least two dimensions as MATLAB counts; text as an array without dimensions.

    Raises
    ------
    DataError
        If the file is another one, cut off, or contradicts itself, or a variable is no array of real numbers or text.

    Notes
    -----
    After "MAT-File Format" (The MathWorks, R2024a), chapter 1.
    """
    if not is_mat5(data[:128]):
        raise DataError(f"{where}: not a MATLAB 5 file; it looks like {looks_like(data[:64])}")
    order: Order = "<" if data[126:128] == b"IM" else ">"
    found: dict[str, NDArray[Any]] = {}
    at, left = 128, MAX_INFLATED
    try:
        while at < len(data):
            kind, body, at = _element(data, at, order)
            if kind == _COMPRESSED:
                body, left = _inflate(body, left)
                kind, body, _ = _element(body, 0, order)
            if kind != _MATRIX:
                raise DataError(f"{where}: an element of type {kind} where a variable is expected; the file is damaged")
            name, array = _variable(body, order, where)
            found[name] = array
            if len(found) > MAX_VARIABLES:
                raise DataError(f"{where}: more than {MAX_VARIABLES} variables")
    except (struct.error, zlib.error, IndexError, UnicodeDecodeError, ValueError, OverflowError, MemoryError) as error:
        if isinstance(error, DataError):
            raise
        raise DataError(f"{where}: damaged MATLAB file ({type(error).__name__}: {error!s:.100})") from None
    return found


def _element(data: bytes, at: int, order: Order) -> tuple[int, bytes, int]:
    """Return the type, the content, and where the next element starts."""
    if at + 8 > len(data):
        raise DataError(f"byte {at}: the file is cut off")
    kind, size = struct.unpack_from(order + "II", data, at)
    if kind >> 16:  # the short form: size and up to four bytes in one word
        kind, size = kind & 0xFFFF, kind >> 16
        if size > 4:
            raise DataError(f"byte {at}: a short element of {size} bytes; the file is damaged")
        return kind, data[at + 4 : at + 4 + size], at + 8
    end = at + 8 + size
    if end > len(data):
        raise DataError(f"byte {at}: {size} bytes announced, {len(data) - at - 8} are there; the file is cut off")
    padded = end if kind == _COMPRESSED else at + 8 + -(-size // 8) * 8
    return kind, data[at + 8 : end], padded


def _inflate(data: bytes, left: int) -> tuple[bytes, int]:
    engine = zlib.decompressobj()
    out = engine.decompress(data, left)
    if engine.unconsumed_tail:
        raise DataError(f"more than {MAX_INFLATED} bytes after inflating; refused")
    return out, left - len(out)


def _variable(body: bytes, order: Order, where: str) -> tuple[str, NDArray[Any]]:
    _, flags, at = _element(body, 0, order)
    (word,) = struct.unpack_from(order + "I", flags)
    _, shape_raw, at = _element(body, at, order)
    shape = tuple(int(n) for n in np.frombuffer(shape_raw, order + "i4"))
    _, name_raw, at = _element(body, at, order)
    name = name_raw.decode("ascii")
    klass = word & 0xFF
    if klass not in _CLASSES or word & 0x800:
        what = "complex numbers" if klass in _CLASSES else _OTHER.get(klass, f"of class {klass}")
        raise DataError(f"{where}: variable {name[:60]!r} is {what}; only arrays of real numbers and text are read")
    if not 1 <= len(shape) <= 8 or min(shape) < 0:
        raise DataError(f"{where}: variable {name[:60]!r} has the shape {shape}; the file is damaged")
    stored, raw, _ = _element(body, at, order)
    if stored not in _STORED:
        raise DataError(f"{where}: variable {name[:60]!r} is stored as type {stored}; the file is damaged")
    if klass == 4 and stored in (16, 17):
        return name, np.array(raw.decode({16: "utf-8", 17: "utf-16-le" if order == "<" else "utf-16-be"}[stored]))
    values = np.frombuffer(raw, np.dtype(_STORED[stored]).newbyteorder(order))
    if values.size != math.prod(shape):
        raise DataError(
            f"{where}: variable {name[:60]!r} has {values.size} values for the shape {shape}; the file is damaged"
        )
    if klass == 4:
        if values.dtype.kind != "u":
            raise DataError(f"{where}: variable {name[:60]!r} is text stored as {values.dtype}; the file is damaged")
        points = values.astype(np.uint32)
        return name, np.array("".join(map(chr, points.tolist())))
    with np.errstate(all="ignore"):
        return name, values.astype(_CLASSES[klass]).reshape(shape, order="F")
