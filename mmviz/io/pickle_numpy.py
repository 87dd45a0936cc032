"""Replacements for the names of a NumPy pickle: every argument from the file is checked before NumPy gets it."""

import math
from collections.abc import Callable, Iterable
from typing import Any, Literal

import numpy as np

from mmviz.core.errors import UnsafeFileError

SCALARS = (str, bytes, int, float, bool, type(None))
_NUMBER_CODES = frozenset(["b1", "i1", "i2", "i4", "i8", "u1", "u2", "u4", "u8", "f2", "f4", "f8"])
_MAX_ITEM_BYTES = 1_000_000
_MAX_DIMENSIONS = 8
_MAX_CODE_POINT = 0x10FFFF


def require(ok: bool, why: str) -> None:
    """Raise UnsafeFileError(why) unless `ok`."""
    if not ok:
        raise UnsafeFileError(why)


def _short(value: Any) -> str:
    """Return text shortened; of anything else the type only, as its representation may be unbounded."""
    return repr(value[:40]) if type(value) is str else f"of type {type(value).__name__}"


class NameStub:
    """Replacement of a name in the file: it can be called, if it is a function, and never changed (BUILD ends in __setstate__)."""

    __slots__ = ("_call",)
    _call: Callable[..., Any] | None

    def __init__(self, call: Callable[..., Any] | None = None) -> None:
        object.__setattr__(self, "_call", call)

    def __call__(self, *args: Any) -> Any:
        """Call the replacing function, which checks its arguments."""
        if self._call is None:
            raise UnsafeFileError("call of a name that is not a function")
        return self._call(*args)

    def __setattr__(self, name: str, value: Any) -> None:
        raise UnsafeFileError(f"an attempt to set {name!r} on a function")

    def __setstate__(self, state: Any) -> None:
        raise UnsafeFileError("BUILD on a function")


class DType:
    """A plain dtype: a code from a short list and a byte order; no fields, no subarray, no metadata."""

    __slots__ = ("code", "order", "ready")

    def __init__(self, code: Any = None, align: Any = None, copy: Any = None) -> None:
        require(type(code) is str and _is_plain(code), f"dtype {_short(code)}")
        self.code, self.order, self.ready = code, "=", False

    def __setstate__(self, state: Any) -> None:
        require(not self.ready and type(state) is tuple and len(state) in (8, 9), "the state of a dtype")
        require(type(state[1]) is str and state[1] in ("<", ">", "|", "="), "the byte order of a dtype")
        require(state[2:5] == (None, None, None), "a dtype with fields or subarrays")
        self.order, self.ready = state[1].replace("|", "="), True
        require(state[5] in (-1, None) or state[5] == self.numpy().itemsize, "the item size of a dtype")

    @property
    def holds_objects(self) -> bool:
        """Whether elements are Python objects."""
        return self.code[0] == "O"

    def numpy(self) -> np.dtype:
        """Build the dtype from values that have been checked."""
        return np.dtype(object if self.holds_objects else self.order + self.code)


def _is_plain(code: str) -> bool:
    if code in ("O", "O8") or code in _NUMBER_CODES:
        return True
    size = code[1:]
    return code[:1] in ("S", "U") and size.isascii() and size.isdigit() and int(size[:8]) <= _MAX_ITEM_BYTES


class ByteBudget:
    """Bytes of content that one load may use: a regular file uses its content once, a crafted one repeatedly."""

    __slots__ = ("_left",)

    def __init__(self, size: int) -> None:
        self._left = size

    def spend(self, size: int) -> None:
        """Subtract `size`; UnsafeFileError below 0."""
        self._left -= size
        require(self._left >= 0, "the same content is used again and again")

    def encode(self, text: str) -> bytes:
        """Return the bytes that protocols 0 to 2 store as text."""
        self.spend(len(text))
        return text.encode("latin1")


class Array:
    """An array that is being rebuilt: `value` for numbers and text, `items` and `shape` for Python objects."""

    __slots__ = ("_budget", "items", "ready", "shape", "value")

    def __init__(self, budget: ByteBudget) -> None:
        self._budget = budget
        self.ready = False
        self.value: np.ndarray | None = None
        self.items: list | None = None
        self.shape: tuple[int, ...] = ()

    def __setstate__(self, state: Any) -> None:
        require(type(state) is tuple and len(state) == 5, "the state of an array")
        _, shape, dtype, fortran, raw = state
        self.fill(raw, dtype, shape, fortran=bool(fortran))

    def fill(self, raw: Any, dtype: Any, shape: Any, *, fortran: bool) -> None:
        """Set the content; UnsafeFileError unless dtype, shape and content agree exactly."""
        require(not self.ready, "an array that is filled twice")
        require(type(dtype) is DType, "an array whose dtype is not a dtype")
        require(type(shape) is tuple and len(shape) <= _MAX_DIMENSIONS, "the shape of an array")
        require(all(type(n) is int and n >= 0 for n in shape), "the shape of an array")
        self.ready, self.shape = True, shape
        if dtype.holds_objects:
            require(type(raw) is list and len(raw) == math.prod(shape), "the elements of an object array")
            require(not (fortran and len(shape) > 1), "an object array in Fortran order")
            self._budget.spend(len(raw))
            self.items = raw
        else:
            raw = self._budget.encode(raw) if type(raw) is str else raw
            require(type(raw) in (bytes, bytearray), f"the content of an array is of type {type(raw).__name__}")
            self._budget.spend(len(raw))
            self.value = _from_bytes(bytes(raw), dtype.numpy(), shape, "F" if fortran else "C")


def _from_bytes(raw: bytes, dtype: np.dtype, shape: tuple[int, ...], order: Literal["C", "F"]) -> np.ndarray:
    size = math.prod(shape)
    require(len(raw) == size * dtype.itemsize, f"{len(raw)} bytes for an array of {size} x {dtype.itemsize} bytes")
    if size == 0:
        return np.empty(0, dtype).reshape(shape)
    require(dtype.itemsize > 0, "an array whose elements have no bytes")
    if dtype.kind == "U":
        points = np.frombuffer(raw, np.dtype("u4").newbyteorder(dtype.byteorder))
        require(int(points.max()) <= _MAX_CODE_POINT, "a text array with invalid code points")
    if dtype.kind == "b":
        require(max(raw) <= 1, "a boolean array with values other than 0 and 1")
    return np.frombuffer(raw, dtype).reshape(shape, order=order)


def sorted_elements(given: Iterable[Any]) -> list[str | int]:
    """Return the elements of a set, text or whole numbers, each once and sorted: a set has no order that lasts."""
    found = list(given)
    require(all(type(v) in (str, int) for v in found), "a set of something else than text and whole numbers")
    return sorted(dict.fromkeys(found), key=lambda v: (type(v) is str, v))


def numpy_names(budget: ByteBudget) -> dict[tuple[str, str], NameStub]:
    """Return the replacements of the names for one load.

    Parameters
    ----------
    budget
        Shared by all calls of this load.

    Returns
    -------
    dict
        (module, name) to replacement.
    """
    ndarray = NameStub()

    def reconstruct(subtype: Any = None, shape: Any = None, code: Any = None) -> Array:
        require(subtype is ndarray and shape == (0,) and code in (b"b", "b"), "the arguments of _reconstruct")
        return Array(budget)

    def frombuffer(raw: Any = None, dtype: Any = None, shape: Any = None, order: Any = None) -> Array:
        require(order in ("C", "F"), "the order of an array")
        array = Array(budget)
        array.fill(raw, dtype, shape, fortran=order == "F")
        return array

    def scalar(dtype: Any = None, raw: Any = None) -> Array:
        require(type(dtype) is DType and not dtype.holds_objects, "a scalar that is an object")
        return frombuffer(raw, dtype, (), "C")

    def encode(text: Any = None, codec: Any = None) -> bytes:
        require(type(text) is str and codec == "latin1", f"_codecs.encode with codec {_short(codec)}")
        return budget.encode(text)

    def empty_bytes() -> bytes:
        return b""

    def elements(given: Any = None) -> list[str | int]:
        require(type(given) is list, "a set of something else than a list")
        budget.spend(len(given))
        return sorted_elements(given)

    names = {
        # a set of text or whole numbers, as protocols 0 to 3 write it, under its name in Python 2 and 3
        ("__builtin__", "set"): NameStub(elements),
        ("builtins", "set"): NameStub(elements),
        # how protocols 0 to 2 write b"", under its name in Python 2 and 3
        ("__builtin__", "bytes"): NameStub(empty_bytes),
        ("builtins", "bytes"): NameStub(empty_bytes),
        ("numpy", "ndarray"): ndarray,
        ("numpy", "dtype"): NameStub(DType),
        ("_codecs", "encode"): NameStub(encode),
    }
    for core in ("numpy.core", "numpy._core"):
        names[f"{core}.multiarray", "_reconstruct"] = NameStub(reconstruct)
        names[f"{core}.multiarray", "scalar"] = NameStub(scalar)
        names[f"{core}.numeric", "_frombuffer"] = NameStub(frombuffer)
    return names


ALLOWED_NAMES = frozenset(numpy_names(ByteBudget(0)))
