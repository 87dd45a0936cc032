"""Atomic writing of files: after a crash, the old content or the new one is there, complete."""

import contextlib
import os
import re
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

_TEMPORARY = re.compile(r"\.[0-9a-f]{16}\.part(\.\w+)?")


@contextmanager
def atomic_path(path: str | Path) -> Iterator[Path]:
    """Yield a temporary path in the same folder; it replaces `path` when the block ends without an error.

    On leaving: flush to the disk (fsync), rename over `path` (`os.replace`), fsync the folder. If the block or any of these
    fails, the temporary file is removed and `path` is as it was.

    Parameters
    ----------
    path
        Where the file shall be. Its folder must exist.

    Yields
    ------
    Path
        A path that does not exist yet, with the suffix of `path`; write the file there.

    Raises
    ------
    OSError
        If the folder does not exist, `path` is a folder, pipe or device, the block wrote no file, or the disk refuses. Whatever the block raises passes
        through unchanged.
    """
    path = Path(path)
    temporary = path.with_name(f".{secrets.token_hex(8)}.part{path.suffix}")
    if not path.parent.is_dir():
        raise FileNotFoundError(f"cannot write {path.name}: the folder {path.parent} does not exist; create it first")
    if path.exists() and not path.is_file():
        raise FileExistsError(
            f"cannot write {path.name}: it is no regular file but a folder, pipe or device; give another name"
        )
    try:
        yield temporary
        _sync(temporary)
        temporary.replace(path)
    except BaseException:  # an interrupt too must leave no temporary file
        with contextlib.suppress(OSError):
            temporary.unlink(missing_ok=True)
        raise
    _sync_folder(path.parent)


def write_bytes_atomic(path: str | Path, data: bytes) -> None:
    """Write bytes to a file atomically: a reader sees the old content or the new one.

    Parameters
    ----------
    path
        Where the file shall be. Its folder must exist.
    data
        The whole content.

    Raises
    ------
    OSError
        As `atomic_path`; the old file is then as it was.
    """
    with atomic_path(path) as temporary:
        temporary.write_bytes(data)


def is_temporary(path: Path) -> bool:
    """Return whether a file has a name that `atomic_path` gives to its temporary files."""
    return _TEMPORARY.fullmatch(path.name) is not None


def remove_temporary_files(folder: str | Path) -> None:
    """Remove the temporary files of `atomic_path` that a killed process left in a folder.

    Only for a caller that excludes other writers, such as the holder of the folder's lock.

    Raises
    ------
    OSError
        If the folder cannot be read or a file cannot be removed.
    """
    for path in list(Path(folder).iterdir()):
        if is_temporary(path):
            path.unlink(missing_ok=True)


def _sync(path: Path) -> None:
    # a handle opened for writing: Windows flushes no other
    with path.open("r+b") as file:
        os.fsync(file.fileno())


def _sync_folder(folder: Path) -> None:
    """Flush the rename to the disk; without effect on systems that cannot open a folder."""
    try:
        handle = os.open(folder, os.O_RDONLY)
    except OSError:
        return
    try:
        with contextlib.suppress(OSError):
            os.fsync(handle)
    finally:
        os.close(handle)
