"""Host of the page's kernels in Python: the module in wasmtime, its memory, and calls on NumPy arrays (for tests)."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["MODULE_PATH", "Kernels", "OutOfBoundsError", "reason_against_wasm"]

#: The module; `mmkernels.wasm.build` writes it.
MODULE_PATH = Path(__file__).parent / "kernels.wasm"
PAGE_BYTES = 65536
#: Bytes before and after each buffer that no kernel may change. As float32 they are NaN, so a value read there spoils the result.
GUARD_BYTES = 64
GUARD = 0xFF
#: Bytes at the low end of the stack, which grows down from below ``__heap_base`` and does not reach them.
STACK_END = 4096


class OutOfBoundsError(RuntimeError):
    """A kernel wrote outside of its buffers."""


def reason_against_wasm() -> str | None:
    """Return why the kernels cannot run in Python here, or None."""
    try:
        import wasmtime  # noqa: F401
    except ImportError:
        return "the package wasmtime is missing: pip install wasmtime"
    return None


class Kernels:
    """The functions of ``kernels.wasm``, called on NumPy arrays.

    Arrays are copied into the module's memory, with guard bytes around each of them; after a call the guards are checked and the results are copied
    back. One call at a time.

    Parameters
    ----------
    path
        The module; None: the one of this package.
    pages
        Memory at the start, in pages of 64 KiB. It grows where a call needs more.

    Raises
    ------
    RuntimeError
        If wasmtime is missing.
    """

    def __init__(self, path: Path | None = None, pages: int = 2) -> None:
        reason = reason_against_wasm()
        if reason:
            raise RuntimeError(f"mmkernels.wasm cannot run: {reason}")
        import wasmtime

        self._store = wasmtime.Store()
        module = wasmtime.Module(self._store.engine, (path or MODULE_PATH).read_bytes())
        self._memory = wasmtime.Memory(self._store, wasmtime.MemoryType(wasmtime.Limits(pages, None)))
        exports: Any = wasmtime.Instance(self._store, module, [self._memory]).exports(self._store)
        self._exports = exports
        self._base: int = int(self._exports["__heap_base"].value(self._store))

    @property
    def names(self) -> list[str]:
        """Names of the functions."""
        return [name for name in self._exports if name != "__heap_base"]

    @property
    def first_address(self) -> int:
        """Address of the first array of a call without `last`: pass it for a result in place."""
        return -(-(self._base + GUARD_BYTES) // 16) * 16

    def size(self, name: str, *sizes: int) -> int:
        """Return what a function of integers returns, such as the size of scratch memory."""
        return int(self._exports[name](self._store, *sizes))

    def call(self, name: str, *arguments: Any, last: int | None = None) -> list[NDArray[Any] | None]:
        """Call a function.

        Parameters
        ----------
        name
            Of the function.
        arguments
            Arrays (float32, int32, uint8), None for an absent one, and numbers, in the order of the C signature.
        last
            Position of the array that is placed at the very end of the memory, where a read beyond it traps. None: none.

        Returns
        -------
        The arrays after the call, in the order of the arguments; None for the others.

        Raises
        ------
        OutOfBoundsError
            If bytes outside of the buffers have changed.
        """
        arrays = {i: np.ascontiguousarray(value) for i, value in enumerate(arguments) if isinstance(value, np.ndarray)}
        places = self._places({i: array.nbytes for i, array in arrays.items()}, last)
        memory = self._memory.get_buffer_ptr(self._store)
        view = np.ctypeslib.as_array(memory)
        view[:STACK_END] = GUARD  # an absent array has the address 0
        view[self._base :] = GUARD
        for i, array in arrays.items():
            view[places[i] : places[i] + array.nbytes] = array.reshape(-1).view(np.uint8)
        numbers = [places.get(i, 0 if value is None else value) for i, value in enumerate(arguments)]
        self._exports[name](self._store, *numbers)
        view = np.ctypeslib.as_array(self._memory.get_buffer_ptr(self._store))
        results: list[NDArray[Any] | None] = [None] * len(arguments)
        outside = np.ones(len(view), bool)
        outside[: self._base] = False
        for i, array in arrays.items():
            span = slice(places[i], places[i] + array.nbytes)
            results[i] = view[span].copy().view(array.dtype).reshape(array.shape)
            outside[span] = False
        changed = np.flatnonzero(outside & (view != GUARD))
        if len(changed):
            raise OutOfBoundsError(
                f"{name}: {len(changed)} bytes outside of its buffers have changed, the first at {changed[0]}"
            )
        return results

    def _places(self, sizes: dict[int, int], last: int | None) -> dict[int, int]:
        """Return the address of each buffer, 16-byte aligned except for the last one; grow the memory."""
        places, at = {}, self.first_address
        for i, size in sizes.items():
            if i != last:
                at = -(-at // 16) * 16
                places[i], at = at, at + size + GUARD_BYTES
        need = at + (sizes[last] if last is not None else 0)
        lack = need - self._memory.data_len(self._store)
        if lack > 0:
            self._memory.grow(self._store, -(-lack // PAGE_BYTES))
        if last is not None:
            places[last] = self._memory.data_len(self._store) - sizes[last]
        return places
