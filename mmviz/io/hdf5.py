"""Reading of HDF5 files (MATLAB 7.3 too), after checks of type and sizes and a trial read in another process."""

import json
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mmviz.core.errors import DataError, MissingDependencyError
from mmviz.io import hdf5_probe
from mmviz.io.files import looks_like, open_regular

MAGIC = b"\x89HDF\r\n\x1a\n"
MAX_BYTES = 16 << 30
_SECONDS = 60.0
_BYTES_PER_SECOND = 10e6


def is_hdf5(start: bytes) -> bool:
    """Return whether the first 520 bytes hold HDF5's signature, at the start or behind MATLAB's header."""
    return start.startswith(MAGIC) or start[512:520] == MAGIC


def probe_hdf5(path: str | Path, read: Sequence[str] = ()) -> dict[str, dict[str, Any]]:
    """Return shape and dtype of the data sets in a file, after a trial read in a separate process.

    Parameters
    ----------
    path
        The file.
    read
        Names of data sets that must survive being read.

    Returns
    -------
    dict
        Name to ``shape`` and ``dtype``, or to ``refused`` with the reason.

    Raises
    ------
    DataError
        If the file is of another type or too large, the library refuses it, dies over it or takes too long, or a name in `read`
        is a link, lies in another file, needs an unusual filter, is not numeric, or would inflate beyond reason.
    MissingDependencyError
        If h5py is not installed.

    Notes
    -----
    The HDF5 library is C and has a large surface: a crafted file can make it crash. The trial read turns a crash into an
    error; the same bytes are then read here the same way.
    """
    return _probed(Path(path), ["--read", *read])


def probe_hdf5_tree(path: str | Path) -> dict[str, dict[str, Any]]:
    """Return shape and dtype of every data set in groups, by its path, after a trial read of each in a separate process.

    Returns
    -------
    dict
        Path such as ``root/data/video/features`` to ``shape`` and ``dtype``, or to ``refused`` with the reason.

    Raises
    ------
    DataError, MissingDependencyError
        As `probe_hdf5`.
    """
    return _probed(Path(path), ["--tree"])


def _probed(path: Path, arguments: list[str]) -> dict[str, dict[str, Any]]:
    with open_regular(path) as file:
        start = file.read(520)
    if not is_hdf5(start):
        raise DataError(f"{path.name}: not an HDF5 file; it looks like {looks_like(start)}")
    size = path.stat().st_size
    if size > MAX_BYTES:
        raise DataError(f"{path.name}: {size} bytes; HDF5 files up to {MAX_BYTES} are read")
    command = [sys.executable, hdf5_probe.__file__, str(path.resolve()), *arguments]
    limit = _SECONDS + size / _BYTES_PER_SECOND
    try:
        done = subprocess.run(command, capture_output=True, timeout=limit, check=False, stdin=subprocess.DEVNULL)  # noqa: S603
    except subprocess.TimeoutExpired:
        raise DataError(f"{path.name}: the trial read did not end in {limit:.0f} s; the file is refused") from None
    try:
        outcome = json.loads(done.stdout)
    except ValueError:
        raise DataError(
            f"{path.name}: the HDF5 library crashed over this file (exit code {done.returncode}), in a separate process; "
            "nothing was read. The file is damaged or crafted: fetch it again."
        ) from None
    if "error" in outcome:
        if outcome["error"].startswith("ModuleNotFoundError"):
            raise MissingDependencyError(f"{path.name}: HDF5 needs h5py; run: pip install h5py")
        raise DataError(
            f"{path.name}: not read as HDF5 ({outcome['error']}); the file is damaged, truncated or unusual"
        )
    return outcome["found"]


class Arrays:
    """Data sets of an open file; rows are read on access."""

    def __init__(self, file: Any, size: int, where: str, kinds: str = hdf5_probe.PLAIN) -> None:
        self._file, self._size, self._where, self._kinds = file, size, where, kinds

    def shape(self, name: str) -> tuple[int, ...]:
        """Return the shape as stored."""
        return tuple(self._get(name).shape)

    def rows(self, name: str, rows: Any = ()) -> NDArray[Any]:
        """Return rows (an index, a slice, or everything) of a numeric data set."""
        try:
            return np.asarray(self._get(name)[rows])
        except (OSError, ValueError, TypeError, IndexError, RuntimeError, MemoryError) as error:
            raise DataError(f"{self._where}: {name!r}: {error!s:.200}") from None

    def texts(self, name: str) -> list[str]:
        """Return the texts of a cell array."""
        try:
            return hdf5_probe.texts(self._file, self._get(name))
        except (hdf5_probe.RefusedError, OSError, ValueError, TypeError, RuntimeError, MemoryError) as error:
            raise DataError(f"{self._where}: {name!r}: {error!s:.200}") from None

    def _get(self, name: str) -> Any:
        try:
            return hdf5_probe.checked(self._file, name, self._size, kinds=self._kinds)
        except (hdf5_probe.RefusedError, OSError, ValueError, KeyError, TypeError, RuntimeError) as error:
            raise DataError(f"{self._where}: {name!r}: {error!s:.200}") from None


@contextmanager
def open_hdf5(path: str | Path, names: Sequence[str]) -> Iterator[Arrays]:
    """Yield the data sets of a file, after a trial read of those named.

    Parameters
    ----------
    path
        The file.
    names
        Of the data sets that will be read, at the top level.

    Yields
    ------
    Arrays
        With the axis order that h5py shows (reversed against MATLAB).

    Raises
    ------
    DataError, MissingDependencyError
        As `probe_hdf5`; DataError also if a name is not there (the message lists what is).
    """
    path = Path(path)
    found = probe_hdf5(path, names)
    missing = [n for n in names if n not in found]
    if missing:
        raise DataError(f"{path.name}: no data set {missing[0]!r}; it has {', '.join(map(repr, list(found)[:40]))}")
    with _opened(path) as file:
        yield Arrays(file, path.stat().st_size, path.name)


@contextmanager
def open_hdf5_tree(path: str | Path) -> Iterator[Arrays]:
    """Yield the data sets in the groups of a file, numbers and text, by their paths; call `probe_hdf5_tree` before.

    Raises
    ------
    DataError
        If the file cannot be opened, or a data set is not plain.
    """
    path = Path(path)
    with _opened(path) as file:
        yield Arrays(file, path.stat().st_size, path.name, hdf5_probe.NESTED)


@contextmanager
def _opened(path: Path) -> Iterator[Any]:
    try:
        file = hdf5_probe.open_file(str(path))
    except OSError as error:
        raise DataError(f"{path.name}: not read as HDF5 ({error!s:.200})") from None
    with file:
        yield file
