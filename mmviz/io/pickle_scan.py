"""The static pass over a pickle: every opcode is looked at, none is executed."""

import pickletools
from collections.abc import Callable, Collection
from typing import Any, BinaryIO, cast

from mmviz.errors import UnsafeFileError
from mmviz.io.pickle_stack import PickleStack

MAX_OPCODES = 4_000_000
_MEMO_WRITES = frozenset({"PUT", "BINPUT", "LONG_BINPUT"})
_INTEGERS = frozenset({"INT", "LONG", "LONG1"})
_CHECKED = _MEMO_WRITES | _INTEGERS | {"GLOBAL"}
_SMALL = 1 << 10  # no harm to ask for more bytes than there are
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
        (CPython would allocate that many slots), an integer needs more than 64 bits, a dictionary key is neither text nor
        a whole number, containers are nested deeper than `pickle_stack.MAX_NESTING`, there are more than `MAX_OPCODES`
        opcodes, values are left over, or bytes follow the end.
    ValueError
        If `pickletools` finds the bytes malformed; the caller translates.
    """
    stack = PickleStack()
    rules = {code: (name, reader, stack.leaves.get(name), stack.effects.get(name)) for code, name, reader in _RULES}
    read, tell, push, clamped = stream.read, stream.tell, stack.push, cast(BinaryIO, _Clamped(stream, size))
    opcode, count = "", 0
    while opcode != "STOP":
        position = tell()
        code = read(1)
        if code not in rules:
            raise _not_allowed(code, position)
        opcode, reader, leaf, effect = rules[code]
        arg = None if reader is None else reader(clamped)
        count += 1
        if opcode in _CHECKED or count > MAX_OPCODES:
            problem = _problem(opcode, arg, count, allowed_names)
            if problem:
                raise UnsafeFileError(f"byte {position}: {problem}")
        if leaf is not None:
            push(leaf)
        elif effect is not None:
            try:
                effect(arg)
            except UnsafeFileError as error:
                raise UnsafeFileError(f"byte {position}: {error}") from None
    if tell() != size:
        raise UnsafeFileError(f"byte {tell()}: {size - tell()} bytes follow the end (STOP)")
    return count


class _Clamped:
    """A stream that is never asked for more bytes than it has; a file would allocate them before it looks.

    Large blocks of bytes are passed over without reading them: `_block` needs no content.
    """

    def __init__(self, stream: BinaryIO, size: int) -> None:
        self._stream, self._size = stream, size
        self.tell, self.readline = stream.tell, stream.readline

    def read(self, count: int) -> bytes:
        """Read `count` bytes, or what is left."""
        return self._stream.read(count if count <= _SMALL else min(count, self._size - self._stream.tell()))

    def skip(self, count: int) -> None:
        """Pass over `count` bytes; ValueError where fewer are left."""
        at = self._stream.tell()
        if count > self._size - at:
            raise ValueError(f"expected {count} bytes in a block, but only {self._size - at} remain")
        self._stream.seek(at + count)


def _block(width: int) -> Callable[[Any], None]:
    """Return the reader of a block of bytes whose size takes `width` bytes; its content is passed over."""

    def reader(stream: _Clamped) -> None:
        size = stream.read(width)
        if len(size) < width:
            raise ValueError("not enough data in stream to read the size of a block")
        stream.skip(int.from_bytes(size, "little"))

    return reader


# opcode and bytes of its size: BINBYTES, BINBYTES8, BYTEARRAY8
_BLOCKS = {"BINBYTES": _block(4), "BINBYTES8": _block(8), "BYTEARRAY8": _block(8)}
_RULES: list[tuple[bytes, str, Callable[[Any], Any] | None]] = [
    (op.code.encode("latin1"), op.name, _BLOCKS.get(op.name, op.arg.reader if op.arg else None))
    for op in pickletools.opcodes
    if op.name in ALLOWED_OPCODES
]


def _not_allowed(code: bytes, position: int) -> Exception:
    """Return the error for a byte that is no opcode, or one that is not allowed."""
    if not code:
        return ValueError("pickle exhausted before seeing STOP")
    names = [op.name for op in pickletools.opcodes if op.code == code.decode("latin1")]
    if not names:
        return ValueError(f"at position {position}, opcode {code!r} unknown")
    return UnsafeFileError(f"byte {position}: opcode {names[0]}, which no plain data needs")


def _problem(opcode: str, arg: Any, count: int, allowed_names: Collection[tuple[str, str]]) -> str:
    """Say what is wrong with one opcode; the empty string if nothing is."""
    if count > MAX_OPCODES:
        return f"more than {MAX_OPCODES:,} opcodes (store numbers as NumPy arrays, not as Python lists)"
    if opcode in _MEMO_WRITES and not 0 <= arg <= count:
        return f"memo index {arg} after {count} opcodes"
    if opcode in _INTEGERS and not -(2**63) <= arg < 2**64:
        return f"an integer of {arg.bit_length()} bits"
    if opcode == "GLOBAL":
        module, _, name = arg.partition(" ")
        if (module, name) not in allowed_names:
            return f"the name {module[:60]}.{name[:60]}, which no plain data needs"
    return ""
