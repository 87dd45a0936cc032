"""Exclusive lock of a folder for the process that writes to it; the system releases it when the process ends."""

from __future__ import annotations

import contextlib
import errno
import json
import os
import socket
import sys
import time
import weakref
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mmviz.core.errors import InUseError
from mmviz.io.files import checked_path, read_regular

if TYPE_CHECKING:
    from collections.abc import Iterator

NAME = ".lock"
_CLAIM = ".lock-owner"  # where the file system has no locks
_LARGEST = 4096
_UNSUPPORTED = {
    errno.ENOLCK,
    errno.ENOSYS,
    errno.EINVAL,
    getattr(errno, "EOPNOTSUPP", 95),
    getattr(errno, "ENOTSUP", 95),
}
_POLL = 0.25  # seconds


class FolderLock:
    """An exclusive lock of a folder, on the file ``.lock`` inside it.

    The operating system holds the lock (``flock``), which ends with the process; the file holds its owner, for the message. Where the file system has no such locks, a file that is created exclusively stands for it, and is taken
    over when its process no longer exists. A process that is forked from the holder does not hold the lock.

    Parameters
    ----------
    folder
        Must exist.
    """

    def __init__(self, folder: str | Path) -> None:
        self.folder = Path(folder)
        self._handle: int | None = None
        self._claimed = False

    def acquire(self) -> None:
        """Acquire the lock without waiting.

        Raises
        ------
        InUseError
            If another process, or another thread of this one, holds it; names process, host and time.
        OSError
            If the folder cannot be written.
        """
        path = self.folder / NAME
        while True:
            handle = os.open(
                path, os.O_RDWR | os.O_CREAT | getattr(os, "O_CLOEXEC", 0) | getattr(os, "O_NOFOLLOW", 0), 0o666
            )
            try:
                held = _exclusive(handle)
                if held is None:
                    self._claim()
                elif not held:
                    self._refuse(path)
                if held is None or _is_same(handle, path):
                    self._handle = handle
                    os.truncate(handle, 0)
                    os.pwrite(handle, _owner(), 0) if hasattr(os, "pwrite") else os.write(handle, _owner())
                    _HELD.add(self)
                    return
            except BaseException:
                os.close(handle)
                raise
            os.close(handle)  # its holder has removed the file in the meantime

    def release(self) -> None:
        """Release the lock and remove its file; without effect where it is not held."""
        handle, self._handle = self._handle, None
        if handle is None:
            return
        for name in (NAME, *((_CLAIM,) if self._claimed else ())):
            with contextlib.suppress(OSError):
                (self.folder / name).unlink()
        os.close(handle)

    def forget(self) -> None:
        """Close the file without releasing the lock, in a process that was forked from the holder."""
        handle, self._handle = self._handle, None
        if handle is not None:
            os.close(handle)

    def _refuse(self, path: Path) -> None:
        raise InUseError(_refusal(self.folder, _read_owner(path)))

    def _claim(self) -> None:
        claim = self.folder / _CLAIM
        for _ in range(2):
            try:
                handle = os.open(claim, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o666)
            except FileExistsError:
                owner = _read_owner(claim)
                if _may_live(owner):
                    raise InUseError(_refusal(self.folder, owner, claim)) from None
                claim.unlink(missing_ok=True)
                continue
            os.write(handle, _owner())
            os.close(handle)
            self._claimed = True
            return
        raise InUseError(_refusal(self.folder, _read_owner(claim), claim))


@contextlib.contextmanager
def locked(folder: str | Path) -> Iterator[None]:
    """Hold the lock of a folder for the duration of a block; raises as `FolderLock.acquire`."""
    lock = FolderLock(folder)
    lock.acquire()
    try:
        yield
    finally:
        lock.release()


def holder_of(folder: str | Path) -> str:
    """Return the holder of the lock of a folder as text for messages; "" where it is free; DataError for a path that is not valid."""
    path = checked_path(folder, "holder_of: folder") / NAME
    try:
        handle = os.open(path, os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0))
    except OSError:
        return ""
    try:
        free = _exclusive(handle, shared=True)
    except OSError:
        free = True
    finally:
        os.close(handle)
    owner = _read_owner(path if free is not None else path.with_name(_CLAIM))
    return _named(owner) if free is False or (free is None and owner and _may_live(owner)) else ""


def wait_until_free(folder: str | Path) -> None:
    """Block until no process holds the lock of a folder; an interrupt ends the waiting."""
    while holder_of(folder):
        time.sleep(_POLL)


_HELD: weakref.WeakSet[FolderLock] = weakref.WeakSet()
if hasattr(os, "register_at_fork"):

    def _forget_all() -> None:
        for lock in list(_HELD):
            lock.forget()

    os.register_at_fork(after_in_child=_forget_all)


def _exclusive(handle: int, *, shared: bool = False) -> bool | None:
    """Try to lock an open file; return whether it is locked, None where the file system has no locks."""
    try:
        if sys.platform == "win32":
            import msvcrt

            os.lseek(handle, 1 << 30, os.SEEK_SET)  # beyond the content, which others read
            msvcrt.locking(handle, msvcrt.LK_NBLCK, 1)
            os.lseek(handle, 0, os.SEEK_SET)
        else:
            import fcntl

            fcntl.flock(handle, (fcntl.LOCK_SH if shared else fcntl.LOCK_EX) | fcntl.LOCK_NB)
    except (BlockingIOError, PermissionError):
        return False
    except OSError as error:
        if error.errno in _UNSUPPORTED:
            return None
        raise
    return True


def _is_same(handle: int, path: Path) -> bool:
    try:
        return os.path.samestat(os.fstat(handle), path.lstat())
    except FileNotFoundError:
        return False


def _owner() -> bytes:
    now = datetime.now(UTC).isoformat(timespec="seconds")
    return json.dumps(
        {"pid": os.getpid(), "host": socket.gethostname(), "since": now, "start": _start_of(os.getpid())}
    ).encode()


def _read_owner(path: Path) -> dict[str, Any]:
    """Return the owner in a lock file; {} where it cannot be read (it is written shortly after the lock is acquired)."""
    try:
        found = json.loads(read_regular(path, max_bytes=_LARGEST))  # a pipe would block
    except (OSError, ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) and type(found.get("pid")) is int else {}


def _may_live(owner: dict[str, Any]) -> bool:
    """Return whether the owner's process may still exist; True for another host, where it cannot be checked."""
    if not owner or owner.get("host") != socket.gethostname():
        return True
    start = _start_of(owner["pid"])
    return start is not None and owner.get("start") in (None, start)


def _start_of(pid: int) -> str | None:
    """Return the start time of a process of this host, in the system's unit; "" where it is not known, None without the process."""
    try:
        return Path(f"/proc/{pid}/stat").read_text(encoding="ascii", errors="replace").rpartition(")")[2].split()[19]
    except (OSError, IndexError):
        pass
    try:
        os.kill(pid, 0) if sys.platform != "win32" else None
    except (ProcessLookupError, OverflowError):
        return None
    except OSError:
        return ""
    return None if Path("/proc/self/stat").exists() else ""


def _named(owner: dict[str, Any]) -> str:
    if not owner:
        return "another process"
    return f"process {owner['pid']} on {str(owner.get('host'))[:80]!r} (since {str(owner.get('since'))[:40]})"


def _refusal(folder: Path, owner: dict[str, Any], claim: Path | None = None) -> str:
    remove = "" if claim is None else f", or delete {claim} if that process no longer exists"
    return f"{folder} is in use: {_named(owner)} is writing to it; wait until it has ended{remove}, or choose another folder"
