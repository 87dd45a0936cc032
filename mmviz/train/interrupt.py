"""Ctrl-C during training: the first finishes the step and returns what was reached, the second is immediate."""

from __future__ import annotations

import signal
import threading
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from types import FrameType, TracebackType
    from typing import Self


class Interruptible:
    """A context in which SIGINT sets :attr:`requested` instead of raising; the old handler comes back on leaving.

    Outside the main thread Python delivers no signals; there the context does nothing.

    Parameters
    ----------
    also
        Further signals that ask for the same.
    """

    def __init__(self, *also: signal.Signals) -> None:
        self.requested = False
        self._signals = (signal.SIGINT, *also)
        self._before: dict[signal.Signals, object] = {}

    def __enter__(self) -> Self:
        if threading.current_thread() is threading.main_thread():
            self._before = {each: signal.signal(each, self._note) for each in self._signals}
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for each, before in self._before.items():
            signal.signal(each, before)  # type: ignore[arg-type]
        self._before = {}

    def _note(self, number: int, frame: FrameType | None) -> None:
        if self.requested:
            raise KeyboardInterrupt
        self.requested = True
