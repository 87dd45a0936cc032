"""Static analysis of a pickle: every opcode is checked against a list, with its effect on the stack; none is executed."""

import pickletools
from collections.abc import Callable, Collection
from typing import Any, BinaryIO, cast

from mmviz.core.errors import UnsafeFileError

MAX_NESTING = 32
_KEY, _LEAF = 0, 1  # text or a whole number; any other value without elements
_KEYS = (
    "BININT BININT1 BININT2 LONG LONG1 STRING BINSTRING SHORT_BINSTRING UNICODE SHORT_BINUNICODE BINUNICODE BINUNICODE8"
)
_LEAVES = "NONE NEWTRUE NEWFALSE FLOAT BINFLOAT BINBYTES SHORT_BINBYTES BINBYTES8 BYTEARRAY8 GLOBAL"


class PickleStack:
    """Model of the unpickler's stack: nesting depth of each value, and whether it can be a dictionary key.

    CPython hashes a dictionary key by recursion that nothing bounds: a tuple that is nested 200,000 deep ends the process.
    Tuples as keys can also be chosen to collide, which takes quadratic time. Here a key is text or a whole number, and a
    container is nested at most `MAX_NESTING` deep, before the unpickler starts. A container that grows after it was put
    into another one is checked in the result.

    Attributes
    ----------
    leaves
        Opcode to what it pushes, for those that push one value and take none.
    push
        Put such a value on the stack.
    effects
        Opcode to the function that applies it; it takes the opcode's argument and raises UnsafeFileError. An opcode in
        neither has no effect on the stack.
    """

    def __init__(self) -> None:
        self._stack: list[int] = []
        self._marks: list[int] = []
        self._memo: dict[int, int] = {}
        self.push = push = self._stack.append
        self.leaves = dict.fromkeys(_KEYS.split(), _KEY) | dict.fromkeys(_LEAVES.split(), _LEAF)
        self.leaves |= dict.fromkeys(("EMPTY_LIST", "EMPTY_TUPLE", "EMPTY_DICT", "EMPTY_SET"), _LEAF + 1)
        self.effects: dict[str, Callable[[Any], object]] = {
            "TUPLE1": lambda _: push(self._outer(self._pop(1))),
            "TUPLE2": lambda _: push(self._outer(self._pop(2))),
            "TUPLE3": lambda _: push(self._outer(self._pop(3))),
            "INT": lambda arg: push(_LEAF if type(arg) is bool else _KEY),
            "MARK": lambda _: self._marks.append(len(self._stack)),
            "TUPLE": lambda _: push(self._outer(self._pop_mark())),
            "LIST": lambda _: push(self._outer(self._pop_mark())),
            "DICT": lambda _: push(self._outer(self._items(self._pop_mark()))),
            "APPEND": lambda _: self._grow(self._pop(1)),
            "APPENDS": lambda _: self._grow(self._pop_mark()),
            "ADDITEMS": lambda _: self._grow(self._elements(self._pop_mark())),
            "SETITEM": lambda _: self._grow(self._items(self._pop(2))),
            "SETITEMS": lambda _: self._grow(self._items(self._pop_mark())),
            "PUT": self._put,
            "BINPUT": self._put,
            "LONG_BINPUT": self._put,
            "MEMOIZE": lambda _: self._put(len(self._memo)),
            "GET": self._get,
            "BINGET": self._get,
            "LONG_BINGET": self._get,
            "STACK_GLOBAL": self._call,
            "REDUCE": self._call,
            "BUILD": lambda _: self._pop(1),
            "STOP": self._stop,
        }

    def _pop(self, count: int) -> list[int]:
        start = len(self._stack) - count
        if start < (self._marks[-1] if self._marks else 0):
            raise UnsafeFileError("an opcode that takes more values than there are")
        taken = self._stack[start:]
        del self._stack[start:]
        return taken

    def _pop_mark(self) -> list[int]:
        if not self._marks:
            raise UnsafeFileError("an opcode that takes values up to a mark, where no mark is")
        start = self._marks.pop()
        taken = self._stack[start:]
        del self._stack[start:]
        return taken

    def _outer(self, inner: list[int]) -> int:
        depth = 1 + max(_LEAF, *inner) if inner else 1 + _LEAF
        if depth > MAX_NESTING:
            raise UnsafeFileError(f"containers nested deeper than {MAX_NESTING}")
        return depth

    def _items(self, pairs: list[int]) -> list[int]:
        if any(pairs[::2]):
            raise UnsafeFileError("a dictionary key that is neither text nor a whole number")
        return pairs

    def _elements(self, elements: list[int]) -> list[int]:
        if any(elements):
            raise UnsafeFileError("an element of a set that is neither text nor a whole number")
        return elements

    def _grow(self, inner: list[int]) -> None:
        (own,) = self._pop(1)
        self._stack.append(max(own, self._outer(inner)))

    def _call(self, _: object) -> None:
        self._pop(2)
        self._stack.append(_LEAF)

    def _put(self, index: int) -> None:
        (top,) = self._pop(1)
        self._stack.append(top)
        self._memo[index] = top

    def _get(self, index: int) -> None:
        if index not in self._memo:
            raise UnsafeFileError(f"memo index {index}, which was never written")
        self._stack.append(self._memo[index])

    def _stop(self, _: object) -> None:
        if self._marks or len(self._stack) != 1:
            raise UnsafeFileError(
                f"{len(self._stack)} values and {len(self._marks)} marks at the end, expected one value"
            )


MAX_OPCODES = 4_000_000
_MEMO_WRITES = frozenset({"PUT", "BINPUT", "LONG_BINPUT"})
_INTEGERS = frozenset({"INT", "LONG", "LONG1"})
_CHECKED = _MEMO_WRITES | _INTEGERS | {"GLOBAL"}
_SMALL = 1 << 10  # no harm to ask for more bytes than there are
# What CPython and NumPy write for containers, text, numbers and arrays, protocols 0 to 5. Left out on purpose:
# INST, OBJ, NEWOBJ, NEWOBJ_EX (build objects), PERSID, BINPERSID, EXT1, EXT2, EXT4 (names from elsewhere),
# NEXT_BUFFER, READONLY_BUFFER (data from elsewhere), LONG4 (integers of 2 GB), FROZENSET, DUP, POP, POP_MARK.
ALLOWED_OPCODES = frozenset((
    "PROTO", "FRAME", "STOP", "MARK", "NONE", "NEWTRUE", "NEWFALSE", "INT", "BININT", "BININT1", "BININT2", "LONG",
    "LONG1", "FLOAT", "BINFLOAT", "STRING", "BINSTRING", "SHORT_BINSTRING", "BINBYTES", "SHORT_BINBYTES",
    "BINBYTES8", "BYTEARRAY8", "UNICODE", "SHORT_BINUNICODE", "BINUNICODE", "BINUNICODE8", "EMPTY_LIST", "LIST",
    "APPEND", "APPENDS", "EMPTY_SET", "ADDITEMS", "EMPTY_TUPLE", "TUPLE", "TUPLE1", "TUPLE2", "TUPLE3", "EMPTY_DICT", "DICT", "SETITEM",
    "SETITEMS", "GET", "BINGET", "LONG_BINGET", "PUT", "BINPUT", "LONG_BINPUT", "MEMOIZE", "GLOBAL", "STACK_GLOBAL",
    "REDUCE", "BUILD",
))  # fmt: skip


def scan(stream: BinaryIO, size: int, allowed_names: Collection[tuple[str, str]]) -> int:
    """Check the opcodes of a pickle without executing them; return their number.

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
    """A stream that limits each read to the bytes that are left; a file would allocate the announced size first.

    Large blocks of bytes are skipped without reading them: `_block` needs no content.
    """

    def __init__(self, stream: BinaryIO, size: int) -> None:
        self._stream, self._size = stream, size
        self.tell, self.readline = stream.tell, stream.readline

    def read(self, count: int) -> bytes:
        """Return `count` bytes, or what is left."""
        return self._stream.read(count if count <= _SMALL else min(count, self._size - self._stream.tell()))

    def skip(self, count: int) -> None:
        """Skip `count` bytes; ValueError where fewer are left."""
        at = self._stream.tell()
        if count > self._size - at:
            raise ValueError(f"expected {count} bytes in a block, but only {self._size - at} remain")
        self._stream.seek(at + count)


def _block(width: int) -> Callable[[Any], None]:
    """Return the reader of a block of bytes whose size field takes `width` bytes; the content is skipped."""

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
    """Return the error for an unknown opcode or one that is not allowed."""
    if not code:
        return ValueError("pickle exhausted before seeing STOP")
    names = [op.name for op in pickletools.opcodes if op.code == code.decode("latin1")]
    if not names:
        return ValueError(f"at position {position}, opcode {code!r} unknown")
    return UnsafeFileError(f"byte {position}: opcode {names[0]}, which no plain data needs")


def _problem(opcode: str, arg: Any, count: int, allowed_names: Collection[tuple[str, str]]) -> str:
    """Return what is wrong with one opcode; "" where nothing is."""
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
