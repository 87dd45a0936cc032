"""The static pass over a pickle: every opcode is looked at, none is executed."""

import pickletools
from collections.abc import Collection
from typing import Any, BinaryIO, cast

from mmviz.errors import UnsafeFileError

MAX_OPCODES = 4_000_000
_MEMO_WRITES = frozenset({"PUT", "BINPUT", "LONG_BINPUT"})
# opcode and bytes of its size: BINBYTES, BINBYTES8, BYTEARRAY8
_BLOCKS = frozenset([(b"B", 4), (b"\x8e", 8), (b"\x96", 8)])
_LARGE = 1 << 16
_INTEGERS = frozenset({"INT", "LONG", "LONG1"})
# What CPython and NumPy write for containers, text, numbers and arrays, protocols 0 to 5. Left out on purpose:
# INST, OBJ, NEWOBJ, NEWOBJ_EX (build objects), PERSID, BINPERSID, EXT1, EXT2, EXT4 (names from elsewhere),
# NEXT_BUFFER, READONLY_BUFFER (data from elsewhere), LONG4 (integers of 2 GB), sets, DUP, POP, POP_MARK.
ALLOWED_OPCODES = frozenset(
    [
        "PROTO",
        "FRAME",
        "STOP",
        "MARK",
        "NONE",
        "NEWTRUE",
        "NEWFALSE",
        "INT",
        "BININT",
        "BININT1",
        "BININT2",
        "LONG",
        "LONG1",
        "FLOAT",
        "BINFLOAT",
        "STRING",
        "BINSTRING",
        "SHORT_BINSTRING",
        "BINBYTES",
        "SHORT_BINBYTES",
        "BINBYTES8",
        "BYTEARRAY8",
        "UNICODE",
        "SHORT_BINUNICODE",
        "BINUNICODE",
        "BINUNICODE8",
        "EMPTY_LIST",
        "LIST",
        "APPEND",
        "APPENDS",
        "EMPTY_TUPLE",
        "TUPLE",
        "TUPLE1",
        "TUPLE2",
        "TUPLE3",
        "EMPTY_DICT",
        "DICT",
        "SETITEM",
        "SETITEMS",
        "GET",
        "BINGET",
        "LONG_BINGET",
        "PUT",
        "BINPUT",
        "LONG_BINPUT",
        "MEMOIZE",
        "GLOBAL",
        "STACK_GLOBAL",
        "REDUCE",
        "BUILD",
    ]
)


def scan(stream: BinaryIO, size: int, allowed_names: Collection[tuple[str, str]]) -> int:
    """Walk the opcodes of a pickle without executing them.

    `pickletools` also checks every declared length against the bytes that are there, which CPython's unpickler does
    only after it has allocated them.

    Parameters
    ----------
    stream
        At the start of one pickle, nothing after it.
    size
        Bytes in the stream.
    allowed_names
        Pairs (module, name) that the opcode ``GLOBAL`` may ask for. The names of ``STACK_GLOBAL`` are only known when
        the pickle runs: the unpickler must check them.

    Returns
    -------
    int
        The number of opcodes.

    Raises
    ------
    UnsafeFileError
        If an opcode is not in `ALLOWED_OPCODES`, a name is not allowed, a memo index exceeds the number of opcodes
        (CPython would allocate that many slots), an integer needs more than 64 bits, there are more than
        `MAX_OPCODES` opcodes, or bytes follow the end.
    ValueError
        If `pickletools` finds the bytes malformed; the caller translates.
    """
    count, opcode = 0, "nothing"
    for count, (op, arg, position) in enumerate(pickletools.genops(cast(BinaryIO, _Clamped(stream, size))), start=1):
        opcode = op.name
        problem = _problem(opcode, arg, count, allowed_names)
        if problem:
            raise UnsafeFileError(f"byte {position}: {problem}")
    if stream.tell() != size:
        raise UnsafeFileError(f"byte {stream.tell()}: {size - stream.tell()} bytes follow the end ({opcode})")
    return count


class _Passed:
    """Stands for a block of bytes that was passed over: `pickletools` looks at nothing but its length."""

    def __init__(self, size: int) -> None:
        self._size = size

    def __len__(self) -> int:
        return self._size


class _Clamped:
    """A stream that is never asked for more bytes than it has, and passes over large blocks without reading them.

    A file would allocate the bytes before it looks whether they are there. `pickletools` reads the opcode (1 byte), the
    size (4 or 8 bytes) and the block; only opcodes whose block it hands on unseen are passed over.
    """

    def __init__(self, stream: BinaryIO, size: int) -> None:
        self._stream, self._size = stream, size
        self._code = self._before = b""
        self._one = stream.read
        self.tell, self.readline = stream.tell, stream.readline

    def read(self, count: int) -> bytes | _Passed:
        """Read `count` bytes, or what is left."""
        if count == 1:  # an opcode, most often: as little as can be done
            self._code, self._before = self._before, self._one(1)
            return self._before
        left = self._size - self._stream.tell()
        if _LARGE < count <= left and (self._code, len(self._before)) in _BLOCKS:
            self._stream.seek(count, 1)
            self._code = self._before = b""
            return _Passed(count)
        piece = self._stream.read(min(count, left))
        self._code, self._before = self._before, piece
        return piece


def _problem(opcode: str, arg: Any, count: int, allowed_names: Collection[tuple[str, str]]) -> str:
    """Say what is wrong with one opcode; the empty string if nothing is."""
    if count > MAX_OPCODES:
        return f"more than {MAX_OPCODES:,} opcodes (store numbers as NumPy arrays, not as Python lists)"
    if opcode not in ALLOWED_OPCODES:
        return f"opcode {opcode}, which no plain data needs"
    if opcode in _MEMO_WRITES and not 0 <= arg <= count:
        return f"memo index {arg} after {count} opcodes"
    if opcode in _INTEGERS and not -(2**63) <= arg < 2**64:
        return f"an integer of {arg.bit_length()} bits"
    if opcode == "GLOBAL":
        module, _, name = arg.partition(" ")
        if (module, name) not in allowed_names:
            return f"the name {module[:60]}.{name[:60]}, which no plain data needs"
    return ""
