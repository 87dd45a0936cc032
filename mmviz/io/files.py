"""Files of unknown origin: recognition of the type, opening of regular files up to a size limit, JSON up to a nesting limit."""

import json
import math
import os
import re
import stat
from pathlib import Path
from typing import Any, BinaryIO

from mmviz.core.errors import DataError, MmvizError

_ARRAYS = "give the arrays to mmviz.data.from_arrays"
_TABLES = "give the table to mmviz.data.from_frame"
_PACKED = "(decompress it first)"
_SIGNATURES: tuple[tuple[bytes, str], ...] = (
    (b"version https://git-lfs.github.com/spec/", "a Git LFS pointer, not the file itself (run `git lfs pull`)"),
    (b"PK\x03\x04", "a ZIP archive (an .npz or a torch checkpoint)"),
    (b"\x1f\x8b", f"a gzip file {_PACKED}"),
    (b"\x93NUMPY", f"a .npy file, one array without names (read it with numpy.load and {_ARRAYS})"),
    (b"\x89HDF\r\n\x1a\n", "an HDF5 or netCDF file"),
    (b"BZh", f"a bzip2 file {_PACKED}"),
    (b"\xfd7zXZ", f"an xz file {_PACKED}"),
    (b"\x28\xb5\x2f\xfd", f"a zstandard file {_PACKED}"),
    (b"7z\xbc\xaf\x27\x1c", f"a 7z archive {_PACKED}"),
    (b"Rar!\x1a\x07", f"a RAR archive {_PACKED}"),
    (b"%PDF", "a PDF document"),
    (b"PAR1", f"a Parquet table (read it with pandas.read_parquet and {_TABLES})"),
    (b"ARROW1", f"an Arrow or Feather table (read it with pandas.read_feather and {_TABLES})"),
    (b"FEA1", f"a Feather table (read it with pandas.read_feather and {_TABLES})"),
    (b"SQLite format 3", f"a SQLite database (read it with pandas.read_sql and {_TABLES})"),
    (b"CDF\x01", f"a netCDF 3 file (read it with xarray.open_dataset and {_ARRAYS})"),
    (b"CDF\x02", f"a netCDF 3 file (read it with xarray.open_dataset and {_ARRAYS})"),
    (b"OggS", f"a sound file (Ogg); compute features of it first and {_ARRAYS}"),
    (b"fLaC", f"a sound file (FLAC); compute features of it first and {_ARRAYS}"),
    (b"ID3", f"a sound file (MP3); compute features of it first and {_ARRAYS}"),
    (b"\xff\xd8\xff", f"a picture (JPEG); decode it first and {_ARRAYS}"),
    (b"\x89PNG", f"a picture (PNG); decode it first and {_ARRAYS}"),
    (b"\x1aE\xdf\xa3", f"a video (Matroska or WebM); compute features of it first and {_ARRAYS}"),
)
_PICKLED = (
    (re.compile(rb"pandas[.\n]"), "a pandas object: save its arrays, such as frame.to_numpy()"),
    (re.compile(rb"torch[._\n]"), "torch tensors: save them as arrays, tensor.numpy(), or read them with torch.load(path, weights_only=True)"),
    (re.compile(rb"numpy\.ma[.\n]"), "masked arrays: save array.filled(numpy.nan), or give them to mmviz.data.from_arrays"),
)  # fmt: skip
_TABLE = re.compile(rb"[\x09\x20-\x7e\x80-\xff]+[,;\t][\x09\x20-\x7e\x80-\xff]*\r?\n?")
_FIRST_LINE = 200


def looks_like(data: bytes) -> str:
    """Return the type of a file by its first bytes, as a phrase for errors.

    Parameters
    ----------
    data
        The first bytes of a file; 64 suffice.

    Returns
    -------
    str
        A short phrase such as ``"a ZIP archive (an .npz or a torch checkpoint)"``, or "an unknown kind of file"; with the way in where
        this package does not read the kind.
    """
    if not data:
        return "an empty file"
    for magic, kind in _SIGNATURES:
        if data.startswith(magic):
            return kind
    if data[:4] == b"RIFF":
        what = "a sound file (WAV)" if data[8:12] == b"WAVE" else "a RIFF file (AVI or WebP)"
        return f"{what}; compute features of it first and {_ARRAYS}"
    if data[4:8] == b"ftyp":
        return f"a video or sound file (MP4); compute features of it first and {_ARRAYS}"
    if data[8:9] == b"{" and 2 <= int.from_bytes(data[:8], "little") < 1 << 40:
        return f"a safetensors file (read it with safetensors.numpy.load_file and {_ARRAYS})"
    if data[4:8] == b"\0\0\0\0" and int.from_bytes(data[:4], "little") > 0 and data[0] != 0x80:
        return f"a TFRecord file (read it with TensorFlow and {_ARRAYS})"
    start = data[:64].lstrip().lower()
    if start.startswith((b"<!doctype html", b"<html", b"<?xml", b"<head")):
        return "an HTML or XML page (an error page saved as a file?)"
    if data[:1] == b"\x80" and len(data) > 1 and data[1] <= 5:
        return f"a pickle of protocol {data[1]}"
    if start.startswith((b"{", b"[")):
        return f"a JSON file (read it with json or pandas.read_json and {_ARRAYS})"
    if _TABLE.match(data[:_FIRST_LINE]):
        return f"a table of text, CSV or TSV (read it with pandas.read_csv and {_TABLES})"
    return "an unknown kind of file"


def pickled_object_hint(data: bytes) -> str:
    """Return which objects a refused pickle holds and how to save them instead; "" where unknown."""
    return next((what for pattern, what in _PICKLED if pattern.search(data)), "")


_NOT_REGULAR = (
    (stat.S_ISDIR, "a folder"),
    (stat.S_ISFIFO, "a named pipe"),
    (stat.S_ISCHR, "a device"),
    (stat.S_ISBLK, "a device"),
    (stat.S_ISSOCK, "a socket"),
)


def open_regular(path: str | Path, *, max_bytes: int | None = None) -> BinaryIO:
    """Return a regular file opened for reading; a pipe or a device, which could block or never end, is refused.

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
    for is_kind, name in _NOT_REGULAR:
        if is_kind(found.st_mode):
            raise DataError(f"{shown} is {name}; give a regular file")
    if max_bytes is not None and found.st_size > max_bytes:
        raise DataError(f"{shown} has {found.st_size} bytes, more than the limit of {max_bytes}")


_LONGEST_NAME, _LONGEST_PATH = 255, 4095


def checked_path(path: str | Path, where: str, error: type[MmvizError] = DataError) -> Path:
    """Return a path, or raise where no system can have it: an empty one, one with a NUL inside, a name or path that is too long.

    Parameters
    ----------
    path
        The file or folder; it need not exist.
    where
        Function and argument, for the error.
    error
        Type of the error.
    """
    text, remedy = os.fspath(path), "give the path of a file or folder"
    if not text:
        raise error(f"{where} is an empty path; {remedy}")
    try:
        encoded = os.fsencode(text)
    except UnicodeEncodeError:
        raise error(f"{where}={text[:80]!r} contains characters that a path cannot have; {remedy}") from None
    if b"\0" in encoded:
        raise error(f"{where}={text[:80]!r} contains a NUL character; {remedy}")
    longest = max((len(os.fsencode(part)) for part in Path(text).parts), default=0)
    if longest > _LONGEST_NAME or len(encoded) > _LONGEST_PATH:
        raise error(
            f"{where}={text[:80]!r}... is too long ({len(encoded)} bytes, one name of {longest}); a name has at most {_LONGEST_NAME} bytes "
            f"and a path {_LONGEST_PATH}"
        )
    return Path(text)


def is_folder(path: str | Path) -> bool:
    """Return whether a path is a folder; False where it does not exist or is not valid."""
    try:
        return stat.S_ISDIR(os.stat(path).st_mode)  # noqa: PTH116 - Path.is_dir raises for a name that is too long
    except (OSError, ValueError):
        return False


def read_regular(path: str | Path, *, max_bytes: int) -> bytes:
    """Return the bytes of a regular file of at most `max_bytes`; raises as `open_regular`, and DataError where it grows while it is read."""
    with open_regular(path, max_bytes=max_bytes) as file:
        data = file.read(os.fstat(file.fileno()).st_size)
        more = file.read(1)
    if more:
        raise DataError(f"{str(path)[:200]} grew while it was read, or has no defined size; copy it and read the copy")
    return data


MAX_DEPTH = 64
MAX_MEMORY = 1 << 30
_VALUE, _MAPPING = 64, 232  # bytes of a value in its container, and of a mapping, in Python


def parse_json(
    text: str | bytes, *, where: str, max_depth: int = MAX_DEPTH, max_memory: int = MAX_MEMORY, nan: bool = False
) -> Any:
    """Return the values of JSON text.

    Parameters
    ----------
    text
        The whole text; bytes are UTF-8.
    where
        Name of the source in errors.
    max_depth
        Limit of the nesting of objects and arrays.
    max_memory
        Limit of `memory_of_json`, in bytes.
    nan
        Accept NaN and Infinity, which are not JSON; a number beyond float64 is infinite.

    Raises
    ------
    DataError
        If the text is not JSON, not UTF-8, nested too deeply, would take too much memory, has a number that is not finite (without
        `nan`), or an object names a key twice (of which one value would be lost).
    """
    needed = memory_of_json(text)
    if needed > max_memory:
        raise DataError(
            f"{where}: {len(text)} characters of JSON whose values would take up to {needed} bytes, more than {max_memory}; the file is damaged or crafted"
        )
    numbers: dict[str, Any] = {} if nan else {"parse_constant": _constant, "parse_float": _finite}
    try:
        found = json.loads(
            text if isinstance(text, str) else text.decode("utf-8"), object_pairs_hook=_object, **numbers
        )
    except RecursionError:
        raise DataError(f"{where}: JSON nested deeper than {max_depth}; the file is damaged or crafted") from None
    except DataError as error:
        raise DataError(f"{where}: {error}") from None
    except ValueError as error:
        raise DataError(f"{where}: not JSON ({error!s:.200}); the file is damaged, or another one") from None
    _require_depth(found, where, max_depth)
    return found


def memory_of_json(text: str | bytes) -> int:
    """Return an upper estimate of the bytes that JSON text and its values take in memory; only separators are counted."""
    comma, array, mapping = (b",", b"[", b"{") if isinstance(text, bytes) else (",", "[", "{")
    values = text.count(comma) + text.count(array)  # type: ignore[arg-type]  # of one type
    return (2 if text.isascii() else 8) * len(text) + _VALUE * values + _MAPPING * text.count(mapping)  # type: ignore[arg-type]


def _constant(name: str) -> Any:
    raise DataError(f"{name} in place of a number; write the file again")


def _finite(text: str) -> float:
    value = float(text)
    if not math.isfinite(value):
        raise DataError(f"the number {text[:40]} exceeds float64; write the file again")
    return value


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        seen: set[str] = set()
        twice = next(key for key, _ in pairs if key in seen or seen.add(key))  # type: ignore[func-returns-value]
        raise DataError(f"the key {twice[:80]!r} occurs twice in one JSON object; write the file again")
    return found


def _require_depth(found: Any, where: str, most: int) -> None:
    level = [found]
    for _ in range(most):
        level = [
            inner
            for outer in level
            if type(outer) in (dict, list)
            for inner in (outer.values() if type(outer) is dict else outer)
            if type(inner) in (dict, list)
        ]
        if not level:
            return
    raise DataError(f"{where}: JSON nested deeper than {most}; the file is damaged or crafted")
