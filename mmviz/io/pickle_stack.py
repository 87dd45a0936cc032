"""The unpickler's stack without its values: how deeply each one is nested, and whether it can be a dictionary key."""

from collections.abc import Callable
from typing import Any

from mmviz.errors import UnsafeFileError

MAX_NESTING = 32
_KEY, _LEAF = 0, 1  # text or a whole number; any other value without elements
_KEYS = (
    "BININT BININT1 BININT2 LONG LONG1 STRING BINSTRING SHORT_BINSTRING UNICODE SHORT_BINUNICODE BINUNICODE BINUNICODE8"
)
_LEAVES = "NONE NEWTRUE NEWFALSE FLOAT BINFLOAT BINBYTES SHORT_BINBYTES BINBYTES8 BYTEARRAY8 GLOBAL"


class PickleStack:
    """Follow the opcodes of a pickle, without its values.

    CPython hashes a dictionary key by recursion that nothing bounds: a tuple that is nested 200,000 deep ends the process.
    Tuples as keys can also be chosen to collide, which takes quadratic time. Here a key is text or a whole number, and a
    container is nested at most `MAX_NESTING` deep, before the unpickler starts. A container that grows after it was put
    into another one is seen by the walk over the result.

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
        self.leaves |= dict.fromkeys(("EMPTY_LIST", "EMPTY_TUPLE", "EMPTY_DICT"), _LEAF + 1)
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
