"""SHA-256 of files, and refusal of a file whose digest differs from the expected one."""

import hashlib
from pathlib import Path

from mmviz.core.errors import DataError


def sha256_file(path: str | Path) -> str:
    """Return the sha256 of a file, read in chunks.

    Parameters
    ----------
    path
        The file to read.

    Returns
    -------
    str
        64 lower-case hexadecimal digits.

    Raises
    ------
    OSError
        If the file cannot be read.
    """
    with Path(path).open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def require_sha256(data: bytes, expected: str, *, where: str) -> None:
    """Raise DataError for bytes whose sha256 is not the expected one.

    Checking bytes already in memory, rather than a path, leaves no moment in which the file could change between
    the check and its use.

    Parameters
    ----------
    data
        The whole content of a file.
    expected
        64 hexadecimal digits.
    where
        Name of the file in errors.

    Raises
    ------
    DataError
        If the hashes differ; the message holds both.
    """
    found = hashlib.sha256(data).hexdigest()
    if found != expected.lower():
        raise DataError(
            f"{where} is not the file that was checked: sha256 {found}, expected {expected.lower()}. "
            "Install the exact version again; nothing was read from it."
        )


def require_file(path: str | Path, expected: str) -> None:
    """Raise DataError for a file whose sha256 is not the expected one; the file is not held in memory.

    Parameters
    ----------
    path
        The file.
    expected
        64 hexadecimal digits.

    Raises
    ------
    DataError
        If the hashes differ (the message holds both), or `path` is no file.
    OSError
        If the file cannot be read.
    """
    if not Path(path).is_file():
        raise DataError(f"{path}: not a file; a sha256 can be compared for a file only")
    found = sha256_file(path)
    if found != str(expected).lower():
        raise DataError(
            f"{Path(path).name} is not the file that was checked: sha256 {found}, expected {str(expected).lower()}. "
            "Fetch the right one again; nothing was read from it."
        )
