"""SHA-256 of files and of source code, and refusal of a file whose digest differs from the expected one."""

import hashlib
from collections.abc import Iterable
from functools import cache
from pathlib import Path

from mmviz.core.errors import DataError
from mmviz.io.files import checked_path, open_regular


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
    DataError
        If the path is not valid, or no regular file.
    FileNotFoundError, PermissionError
        As `open`.
    """
    with open_regular(path) as file:
        return hashlib.file_digest(file, "sha256").hexdigest()  # type: ignore[arg-type]  # a BufferedReader


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
    if not checked_path(path, "require_file: path").is_file():
        raise DataError(f"{path}: not a file; a sha256 can be compared for a file only")
    found = sha256_file(path)
    if found != str(expected).lower():
        raise DataError(
            f"{Path(path).name} is not the file that was checked: sha256 {found}, expected {str(expected).lower()}. "
            "Fetch the right one again; nothing was read from it."
        )


@cache
def version_of(places: tuple[str, ...], *, kernels: bool = True) -> str:
    """Return ``VERSION+HASH`` of the code in this process: 12 hexadecimal digits over its sources.

    Bytes are hashed except for line ends; comments count too. Nothing outside the two packages counts: store the versions of torch and NumPy
    beside it.

    Parameters
    ----------
    places
        Folders and files of the package ``mmviz`` that count, such as ``"models"`` or ``"experiments/cell.py"``.
    kernels
        Whether the sources of the kernels count as well.
    """
    import mmkernels

    import mmviz

    package, other = Path(mmviz.__file__).parent, Path(mmkernels.__file__).parent
    files = [*_sources(package / place for place in places), *(_sources([other]) if kernels else ())]
    named = {path.relative_to((other if other in path.parents else package).parent).as_posix(): path for path in files}
    digest = hashlib.sha256()
    for name in sorted(named):
        digest.update(f"{name}\0".encode())
        digest.update(named[name].read_bytes().replace(b"\r\n", b"\n") + b"\0")
    return f"{mmviz.__version__}+{digest.hexdigest()[:12]}"


def _sources(places: Iterable[Path]) -> Iterable[Path]:
    for place in places:
        yield from [place] if place.suffix == ".py" else place.rglob("*.py")
