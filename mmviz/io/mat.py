"""Read MATLAB .mat files of versions 5 to 7: arrays of real numbers and text; every size is checked first."""

import math
import struct
import zlib
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from mmviz.core.errors import DataError
from mmviz.io.files import looks_like

MAX_BYTES = 4 << 30  # of all variables in memory
MAX_RATIO = 200
_FREE = 256 << 20  # below this the ratio is not looked at
MAX_VARIABLES = 1000
Order = Literal["<", ">"]
_MATRIX, _COMPRESSED = 14, 15
# number of the stored type -> NumPy code; 16 is UTF-8, 17 UTF-16
_STORED = {
    1: "i1", 2: "u1", 3: "i2", 4: "u2", 5: "i4", 6: "u4", 7: "f4", 9: "f8", 12: "i8", 13: "u8", 16: "u1", 17: "u2",
}  # fmt: skip
# number of the class -> NumPy code of the array it means; 4 is text
_CLASSES = {4: "u2", 6: "f8", 7: "f4", 8: "i1", 9: "u1", 10: "i2", 11: "u2", 12: "i4", 13: "u4", 14: "i8", 15: "u8"}
_OPAQUE = 17
_OTHER = {1: "a cell array", 2: "a structure", 3: "an object", 5: "a sparse matrix", 16: "a function", 17: "an object"}


def is_mat5(start: bytes) -> bool:
    """Return whether the first 128 bytes are the header of a MATLAB 5 file (version 7.3 is HDF5)."""
    return len(start) >= 128 and start[126:128] in (b"IM", b"MI") and start[124:126] in (b"\x00\x01", b"\x01\x00")


class Variables(dict[str, NDArray[Any]]):
    """Variables of a MATLAB file by name.

    Attributes
    ----------
    skipped
        Name to type of the variables that are not arrays of real numbers or text: "a structure", "complex numbers".
    """

    def __init__(self) -> None:
        super().__init__()
        self.skipped: dict[str, str] = {}


def read_mat5(data: bytes, *, where: str = ".mat file") -> Variables:
    """Read every variable that is an array of real numbers or text; skip the others and name them.

    Parameters
    ----------
    data
        The whole file.
    where
        Name of the file in errors.

    Returns
    -------
    Variables
        Name to array, at least two dimensions as in MATLAB; text as an array without dimensions. ``.skipped`` names cell arrays,
        structures, objects, sparse and complex arrays.

    Raises
    ------
    DataError
        If the file is of another type, truncated or inconsistent, or its variables need too much memory.

    Notes
    -----
    After "MAT-File Format" (The MathWorks, R2024a), chapter 1.
    """
    if not is_mat5(data[:128]):
        raise DataError(f"{where}: not a MATLAB 5 file; it looks like {looks_like(data[:64])}")
    order: Order = "<" if data[126:128] == b"IM" else ">"
    found = Variables()
    at, limit = 128, _MemoryLimit(len(data))
    try:
        while at < len(data):
            kind, body, at = _element(data, at, order)
            if kind == _COMPRESSED:
                body = limit.inflate(body)
                kind, body, _ = _element(body, 0, order)
            if kind != _MATRIX:
                raise DataError(f"{where}: an element of type {kind} where a variable is expected; the file is damaged")
            name, array = _variable(body, order, where, limit)
            if name in found or name in found.skipped:
                raise DataError(f"{where}: two variables are named {name[:60]!r}; save the file again")
            if isinstance(array, str):
                found.skipped[name] = array
            elif not name:  # what objects refer to
                continue
            else:
                found[name] = array
            if len(found) + len(found.skipped) > MAX_VARIABLES:
                raise DataError(f"{where}: more than {MAX_VARIABLES} variables")
    except (struct.error, zlib.error, IndexError, UnicodeDecodeError, ValueError, OverflowError, MemoryError) as error:
        if isinstance(error, DataError):
            raise
        raise DataError(f"{where}: damaged MATLAB file ({type(error).__name__}: {error!s:.100})") from None
    return found


def _element(data: bytes, at: int, order: Order) -> tuple[int, bytes, int]:
    """Return type and content of an element, and the position of the next one."""
    if at + 8 > len(data):
        raise DataError(f"byte {at}: the file is truncated")
    kind, size = struct.unpack_from(order + "II", data, at)
    if kind >> 16:  # the short form: size and up to four bytes in one word
        kind, size = kind & 0xFFFF, kind >> 16
        if size > 4:
            raise DataError(f"byte {at}: a short element of {size} bytes; the file is damaged")
        return kind, data[at + 4 : at + 4 + size], at + 8
    end = at + 8 + size
    if end > len(data):
        raise DataError(f"byte {at}: {size} bytes announced, {len(data) - at - 8} are there; the file is truncated")
    padded = end if kind == _COMPRESSED else at + 8 + -(-size // 8) * 8
    return kind, data[at + 8 : end], padded


class _MemoryLimit:
    """Limit of the bytes that are inflated and of the bytes that all variables take in memory.

    Parameters
    ----------
    size
        Of the file, bytes.
    """

    def __init__(self, size: int) -> None:
        self._most = min(MAX_BYTES, max(_FREE, MAX_RATIO * size))
        self._inflated = self._taken = 0

    def inflate(self, data: bytes) -> bytes:
        """Return the inflated bytes of a variable; DataError beyond the limit."""
        engine = zlib.decompressobj()
        out = engine.decompress(data, self._most - self._inflated + 1)
        self._inflated += len(out)
        if self._inflated > self._most:
            raise DataError(f"more than {self._most} bytes after inflating; refused")
        return out

    def take(self, size: int, name: str) -> None:
        """Count the bytes of a variable before it is allocated; DataError beyond the limit."""
        self._taken += size
        if self._taken > self._most:
            raise DataError(f"the variables up to {name[:60]!r} would take more than {self._most} bytes; refused")


def _variable(body: bytes, order: Order, where: str, limit: _MemoryLimit) -> tuple[str, NDArray[Any] | str]:
    """Return the name of a variable and its array, or what it is where it is not read."""
    _, flags, at = _element(body, 0, order)
    (word,) = struct.unpack_from(order + "I", flags)
    klass = word & 0xFF
    _, shape_raw, at = _element(body, at, order)
    if klass == _OPAQUE:  # strings, tables and other objects have no shape
        return shape_raw.decode("ascii"), _OTHER[klass]
    shape = tuple(int(n) for n in np.frombuffer(shape_raw, order + "i4"))
    _, name_raw, at = _element(body, at, order)
    name = name_raw.decode("ascii")
    if klass not in _CLASSES or word & 0x800:
        return name, "complex numbers" if klass in _CLASSES else _OTHER.get(klass, f"of class {klass}")
    if not 1 <= len(shape) <= 8 or min(shape) < 0:
        raise DataError(f"{where}: variable {name[:60]!r} has the shape {shape}; the file is damaged")
    stored, raw, _ = _element(body, at, order)
    if stored not in _STORED:
        raise DataError(f"{where}: variable {name[:60]!r} is stored as type {stored}; the file is damaged")
    if klass == 4:
        limit.take(4 * len(raw), name)
        return name, np.array(_text(raw, stored, order, f"{where}: variable {name[:60]!r}"))
    values = np.frombuffer(raw, np.dtype(_STORED[stored]).newbyteorder(order))
    if values.size != math.prod(shape):
        raise DataError(
            f"{where}: variable {name[:60]!r} has {values.size} values for the shape {shape}; the file is damaged"
        )
    meant = np.dtype(_CLASSES[klass])
    limit.take(values.size * meant.itemsize, name)
    with np.errstate(all="ignore"):
        array = values.astype(meant)
        if meant.kind in "iu" and not np.can_cast(values.dtype, meant) and not (array == values).all():
            raise DataError(
                f"{where}: variable {name[:60]!r} has values that {meant} does not hold; the file is damaged"
            )
    return name, array.reshape(shape, order="F")


def _text(raw: bytes, stored: int, order: Order, name: str) -> str:
    """Return the text of UTF-16 code units, of which some characters take two."""
    if stored == 16:
        return raw.decode("utf-8")
    units = np.frombuffer(raw, np.dtype(_STORED[stored]).newbyteorder(order))
    if units.dtype.kind != "u" or (units.size and int(units.max()) > 0xFFFF):
        raise DataError(f"{name} is text stored as {units.dtype}; the file is damaged")
    return units.astype("<u2").tobytes().decode("utf-16-le")
