"""Open files that other people made: a regular file, of a bounded size, and nothing that blocks or never ends."""

import os
import stat
from pathlib import Path
from typing import BinaryIO

from mmviz.errors import DataError

_KINDS = (
    (stat.S_ISDIR, "a folder"),
    (stat.S_ISFIFO, "a named pipe"),
    (stat.S_ISCHR, "a device"),
    (stat.S_ISBLK, "a device"),
    (stat.S_ISSOCK, "a socket"),
)


def open_regular(path: str | Path, *, max_bytes: int | None = None) -> BinaryIO:
    """Open a regular file for reading; a pipe or a device, which could block or never end, is refused.

    Parameters
    ----------
    path
        The file. A link to a regular file is followed.
    max_bytes
        A larger file is refused before it is read.

    Returns
    -------
    file
        Buffered, at its start; the caller closes it.

    Raises
    ------
    DataError
        If the path is a folder, a pipe, a device or a socket, a link to itself, too long, not a valid path, or the file is
        larger than `max_bytes`.
    FileNotFoundError, PermissionError
        As `open`.
    """
    shown = str(path)[:200]
    try:
        # without O_NONBLOCK, opening a named pipe waits for a writer
        handle = os.open(
            path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_CLOEXEC", 0) | getattr(os, "O_BINARY", 0)
        )
    except (FileNotFoundError, PermissionError):
        if Path(path).is_dir():  # Windows opens no folder
            raise DataError(f"{shown} is a folder; give a file") from None
        raise
    except (OSError, ValueError) as error:  # a loop of links, a name that is too long, a NUL inside
        raise DataError(
            f"{shown!r} cannot be opened ({error.args[-1] if not isinstance(error, OSError) else error.strerror}); give the path of a file"
        ) from None
    try:
        _require_regular(os.fstat(handle), shown, max_bytes)
    except BaseException:
        os.close(handle)
        raise
    return os.fdopen(handle, "rb")


def _require_regular(found: os.stat_result, shown: str, max_bytes: int | None) -> None:
    for is_kind, name in _KINDS:
        if is_kind(found.st_mode):
            raise DataError(f"{shown} is {name}; give a regular file")
    if max_bytes is not None and found.st_size > max_bytes:
        raise DataError(f"{shown} has {found.st_size} bytes, more than the limit of {max_bytes}")


def is_folder(path: str | Path) -> bool:
    """Whether a path is a folder; False where it is nothing, or no valid path."""
    try:
        return stat.S_ISDIR(os.stat(path).st_mode)  # noqa: PTH116 - Path.is_dir raises for a name that is too long
    except (OSError, ValueError):
        return False


def read_regular(path: str | Path, *, max_bytes: int) -> bytes:
    """Read a regular file of at most `max_bytes`; raises as `open_regular`, and DataError where the file grows meanwhile."""
    with open_regular(path, max_bytes=max_bytes) as file:
        data = file.read(os.fstat(file.fileno()).st_size)
        more = file.read(1)
    if more:
        raise DataError(
            f"{str(path)[:200]} grew while it was read, or does not tell its size; copy it and read the copy"
        )
    return data
