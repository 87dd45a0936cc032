"""File object for HDF5 that buffers writes after a disk error, since a failed write inside HDF5 ends the process."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, Self

if TYPE_CHECKING:
    from pathlib import Path


class BufferedFile(io.RawIOBase):
    """Unbuffered file that keeps in memory what could not be written, and reports the error afterwards.

    When a write fails while HDF5 flushes or closes a file, its library is left in a state in which it crashes (2.0, by a
    segmentation fault at exit). Here the first failure is stored in ``error``; later bytes stay in memory and are
    read from there. Callers run `check` between chunks, so memory holds one chunk at most.

    Parameters
    ----------
    path
        An existing file; written at any position.
    """

    def __init__(self, path: Path) -> None:
        super().__init__()
        self._file = path.open("r+b", buffering=0)
        self._at = 0
        self._end = self._file.seek(0, io.SEEK_END)
        self._kept: list[tuple[int, bytes]] = []
        self.error: OSError | None = None

    def check(self) -> None:
        """Raise the stored OSError, if there is one."""
        if self.error is not None:
            raise self.error

    def readable(self) -> bool:
        """Return True."""
        return True

    def writable(self) -> bool:
        """Return True."""
        return True

    def seekable(self) -> bool:
        """Return True."""
        return True

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        """Set the position."""
        self._at = offset + {io.SEEK_SET: 0, io.SEEK_CUR: self._at, io.SEEK_END: self._end}[whence]
        return self._at

    def tell(self) -> int:
        """Return the position."""
        return self._at

    def write(self, data) -> int:  # type: ignore[no-untyped-def]  # any buffer
        """Write all bytes, to the disk or after a failure to memory."""
        raw = memoryview(data).cast("B")
        done = 0
        while self.error is None and done < len(raw):
            try:
                self._file.seek(self._at + done)
                done += self._file.write(raw[done:]) or 0
            except OSError as error:
                self.error = error
        if done < len(raw):
            self._kept.append((self._at + done, bytes(raw[done:])))
        self._at += len(raw)
        self._end = max(self._end, self._at)
        return len(raw)

    def readinto(self, buffer) -> int:  # type: ignore[no-untyped-def]
        """Read from disk and memory; zeros where nothing was written."""
        view = memoryview(buffer).cast("B")
        count = max(0, min(len(view), self._end - self._at))
        view[:count] = bytes(count)
        self._file.seek(self._at)
        done = 0
        while done < count and (more := self._file.readinto(view[done:count])):
            done += more
        for at, part in self._kept:
            first, last = max(at, self._at), min(at + len(part), self._at + count)
            if first < last:
                view[first - self._at : last - self._at] = part[first - at : last - at]
        self._at += count
        return count

    def truncate(self, size: int | None = None) -> int:
        """Set the length."""
        self._end = self._at if size is None else size
        if self.error is None:
            try:
                self._file.truncate(self._end)
            except OSError as error:
                self.error = error
        return self._end

    def close(self) -> None:
        """Close the file; a failure is stored in ``error``."""
        if not self.closed:
            try:
                self._file.close()
            except OSError as error:
                self.error = self.error or error
        super().close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: object, *_: object) -> None:
        self.close()
        if kind is None:
            self.check()
