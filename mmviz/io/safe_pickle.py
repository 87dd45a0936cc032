"""Reading of pickles of plain containers and NumPy arrays, without executing anything in them; also of object .npy files.

Five checks, one after the other: a size limit; a static pass over the opcodes (`pickle_scan`); CPython's unpickler with a `find_class` of
twelve names, each replaced by an object of ours (`pickle_numpy`); arrays built after every size has been checked; a pass over the result that
admits plain types only. None of them can be switched off.
"""

import io
import os
import pickle
import re
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np

from mmviz.core.errors import ConfigError, UnsafeFileError
from mmviz.io.files import looks_like, open_regular, pickled_object_hint
from mmviz.io.pickle_numpy import (
    ALLOWED_NAMES,
    SCALARS,
    Array,
    ByteBudget,
    NameStub,
    numpy_names,
    require,
    sorted_elements,
)
from mmviz.io.pickle_scan import MAX_OPCODES, scan

MAX_BYTES = 4 << 30
MAX_DEPTH = 6
_START = 4096  # bytes that are looked at to name a file that is refused
_ENCODINGS = ("ASCII", "latin1")
_SLACK = 1024


def load(path: str | Path, *, encoding: str = "ASCII", max_bytes: int = MAX_BYTES) -> Any:
    """Return the content of a pickle file; see `loads`.

    Parameters
    ----------
    path
        The file.
    encoding
        ``"latin1"`` for files written by Python 2.
    max_bytes
        A larger file is refused before it is read.

    Returns
    -------
    object
        As `loads`.

    Raises
    ------
    UnsafeFileError
        As `loads`, or if the file is larger than `max_bytes`.
    DataError
        If the path is no regular file.
    OSError
        If the file cannot be read.
    """
    path = Path(path)
    with open_regular(path) as file:
        before = os.fstat(file.fileno())
        if before.st_size > max_bytes:
            raise UnsafeFileError(
                f"{path.name}: more than {max_bytes} bytes; pass a larger max_bytes if this size is expected"
            )
        value = _read(file, before.st_size, encoding, path.name)
        after = os.fstat(file.fileno())
    if (before.st_size, before.st_mtime_ns) != (after.st_size, after.st_mtime_ns):
        raise UnsafeFileError(f"{path.name}: the file changed while it was read; read it again when it is at rest")
    return value


def loads(data: bytes, *, encoding: str = "ASCII", where: str = "pickle") -> Any:
    """Return the content of a pickle of plain data; nothing in it is executed.

    Parameters
    ----------
    data
        One pickle, protocol 0 to 5, written by Python 2 or 3 and NumPy 1 or 2.
    encoding
        How the 8-bit strings of Python 2 are read: ``"ASCII"`` refuses them where they hold bytes, ``"latin1"`` keeps
        them.
    where
        Name of the source in errors.

    Returns
    -------
    object
        A tree, at most `MAX_DEPTH` deep, of dict (keys: text or whole numbers), list, tuple, str, bytes, int, float,
        bool, None, NumPy scalars and NumPy arrays (often read-only views; byte order as written; dtype bool, integer, float, text, bytes, or
        object holding only text and numbers). A set of text or whole numbers becomes a sorted list, so that its order lasts.

    Raises
    ------
    UnsafeFileError
        For anything else; the message names the type of the file and what it requested.
    ConfigError
        If `encoding` is another one.
    """
    return _read(io.BytesIO(data), len(data), encoding, where)


def _read(file: BinaryIO, size: int, encoding: str, where: str) -> Any:
    """Scan and unpickle from the stream; the content is in memory once, in the returned arrays."""
    if encoding not in _ENCODINGS:
        raise ConfigError(f"safe_pickle: encoding={encoding!r}; use one of {', '.join(map(repr, _ENCODINGS))}")
    start = file.read(_START)
    file.seek(0)
    try:
        tree = _PlainTree(scan(file, size, ALLOWED_NAMES))
        file.seek(0)
        return tree.plain(_Unpickler(file, size, encoding).load(), 0)
    except UnsafeFileError as error:
        reason = str(error)
    except Exception as error:  # noqa: BLE001 - whatever the bytes provoke becomes one refusal
        reason = f"not a well-formed pickle ({type(error).__name__}: {error})"[:300]
    objects = pickled_object_hint(start if start[:1] == b"\x80" else b"") or pickled_object_hint(
        reason.encode("utf-8", "replace")
    )
    hint = "; a file written by Python 2 needs encoding='latin1'" if "codec can't decode" in reason else ""
    raise UnsafeFileError(
        f"{where}: refused, nothing in it was run. It looks like {looks_like(start)}; {reason}{hint}. "
        f"Only plain containers, text, numbers and NumPy arrays are read{f'; it holds {objects}' if objects else ''}."
    )


class _Unpickler(pickle.Unpickler):
    """CPython's unpickler, in which only the names of `pickle_numpy` exist."""

    def __init__(self, file: BinaryIO, size: int, encoding: str) -> None:
        super().__init__(file, encoding=encoding)
        # protocols 0 to 2 spend the content of an array twice: once as text, once as bytes
        self._names = numpy_names(ByteBudget(2 * size + _SLACK))

    def find_class(self, module: str, name: str) -> NameStub:
        require((module, name) in self._names, f"the name {module[:60]}.{name[:60]}, which no plain data needs")
        return self._names[module, name]

    def persistent_load(self, pid: Any) -> Any:
        raise UnsafeFileError("a persistent id")


class _PlainTree:
    """Replacement of array placeholders; every other type, and containers that repeat each other, are refused."""

    def __init__(self, opcodes: int) -> None:
        # each element of a regular tree took an opcode; a shared container is visited more than once
        self._left = min(10 * opcodes + _SLACK, MAX_OPCODES)

    def plain(self, x: Any, depth: int) -> Any:
        self._left -= 1
        require(self._left >= 0, "containers that repeat each other without end")
        require(depth <= MAX_DEPTH, f"containers nested deeper than {MAX_DEPTH}")
        kind = type(x)
        if kind is Array:
            return self._array(x, depth)
        if kind is dict:
            require(all(type(k) in (str, int) for k in x), "a dictionary key that is neither text nor a whole number")
            return {k: self.plain(v, depth + 1) for k, v in x.items()}
        if kind is list:
            return [self.plain(v, depth + 1) for v in x]
        if kind is set:
            self._left -= len(x)
            return sorted_elements(x)
        if kind is tuple:
            return tuple(self.plain(v, depth + 1) for v in x)
        require(kind in SCALARS, f"a value of type {kind.__name__}")
        return x

    def _array(self, x: Array, depth: int) -> Any:
        require(x.ready, "an array without content")
        if x.items is None:
            return x.value if x.shape else x.value[()]  # type: ignore[index]
        if x.shape == () and len(x.items) == 1:  # np.save wraps one dict or list in an object array of no dimensions
            return self.plain(x.items[0], depth + 1)
        require(len(x.items) == int(np.prod(x.shape, dtype=object)), "an object array that changed its size")
        require(all(type(v) in SCALARS for v in x.items), "an object array that holds more than text and numbers")
        self._left -= len(x.items)
        flat = np.empty(len(x.items), dtype=object)
        flat[:] = x.items
        return flat.reshape(x.shape)


_MAGIC = b"\x93NUMPY"
# the only header np.save writes for an object without dimensions
_HEADER = re.compile(rb"\{'descr': '\|O', 'fortran_order': (False|True), 'shape': \(\), \} *\n\Z")


def read_object_npy(data: bytes, *, encoding: str = "ASCII", where: str = ".npy file") -> Any:
    """Return the Python object of an object .npy file of shape ().

    Parameters
    ----------
    data
        The whole file.
    encoding
        As in `safe_pickle.loads`.
    where
        Name of the file in errors.

    Returns
    -------
    object
        What was saved, made of plain types only; see `safe_pickle.loads`.

    Raises
    ------
    UnsafeFileError
        If the header is not that of one Python object, or the pickle behind it is refused.
    """
    if not data.startswith(_MAGIC) or len(data) < 10:
        raise UnsafeFileError(f"{where}: not a .npy file; it looks like {looks_like(data)}")
    width = {1: 2, 2: 4, 3: 4}.get(data[6], 0)
    start = 8 + width
    end = start + int.from_bytes(data[8:start], "little")
    if not width or end > len(data) or not _HEADER.fullmatch(data[start:end]):
        raise UnsafeFileError(
            f"{where}: the header {data[8:80]!r} is not that of one Python object; "
            "read arrays of numbers with numpy.load(..., allow_pickle=False)"
        )
    return loads(data[end:], encoding=encoding, where=where)
