"""One thread that works on the newest request alone: no queue, and an older result never follows a newer one."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable


class Latest:
    """Work on requests one at a time; while one is worked on, only the newest of those that come in is kept.

    Parameters
    ----------
    work
        From a request to a result; runs in the thread.
    done
        Called there with number, request, result, and None or the exception that ``work`` ended with; numbers only grow.
    """

    def __init__(self, work: Callable[[Any], Any], done: Callable[[int, Any, Any, BaseException | None], None]) -> None:
        self._work, self._done = work, done
        self._changed = threading.Condition()
        self._waiting: tuple[int, Any] | None = None
        self._number = 0
        #: results of requests with a smaller number are no longer wanted
        self._wanted = 0
        self._busy = self._closed = False
        self._thread: threading.Thread | None = None

    def ask(self, request: object) -> int:
        """Put a request in the place of any that waits, and return its number."""
        with self._changed:
            self._number += 1
            self._waiting = (self._number, request)
            if self._thread is None:
                self._thread = threading.Thread(target=self._run, name="mmviz what-if", daemon=True)
                self._thread.start()
            self._changed.notify_all()
            return self._number

    def cancel(self) -> None:
        """Drop what waits, and the result of what is being worked on."""
        with self._changed:
            self._waiting = None
            self._wanted = self._number + 1
            self._changed.notify_all()

    def rest(self, timeout_s: float) -> bool:
        """Wait until nothing is waiting or being worked on; return whether that is so."""
        with self._changed:
            return self._changed.wait_for(lambda: self._waiting is None and not self._busy, timeout_s)

    def close(self) -> None:
        """End the thread when it has finished what it is working on; the result is dropped."""
        self.cancel()
        with self._changed:
            self._closed = True
            self._changed.notify_all()

    def _run(self) -> None:
        while True:
            with self._changed:
                self._changed.wait_for(lambda: self._waiting is not None or self._closed)
                if self._waiting is None:
                    return
                number, request = self._waiting
                self._waiting, self._busy = None, True
            result, error = None, None
            try:
                result = self._work(request)
            except BaseException as raised:  # noqa: BLE001 (whatever it is, a person must read it, and the thread go on)
                error = raised
            with self._changed:
                wanted = number >= self._wanted
            try:
                if wanted:
                    self._done(number, request, result, error)
            finally:
                with self._changed:
                    self._busy = False
                    self._changed.notify_all()
