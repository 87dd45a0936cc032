"""Files of a folder or of a tar archive, by name: bounded in size, confined to the folder, read forward in linear time."""

import gzip
import io
import re
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import BinaryIO, cast

from mmviz.core.errors import DataError
from mmviz.io.files import checked_path, read_regular

MAX_EXTENDED = 1 << 20  # bytes of an extended header: names and times
_BLOCK = 512
_PIECE = 1 << 24
_FILES, _FOLDER = b"\007", b"5"
_RECORD = re.compile(rb"(\d{1,7}) ([^=\n]{1,255})=")
_BROKEN = (EOFError, OSError, ValueError, zlib.error, OverflowError)


@dataclass(frozen=True)
class TarMember:
    """A member of an archive, as its headers describe it.

    Attributes
    ----------
    name
        With ``/`` between folders, as stored; it may lead outside the archive.
    size
        Bytes of content, ≥ 0; 0 of a folder.
    kind
        "file", "folder" or "other": a link, a device, a sparse file.
    """

    name: str
    size: int
    kind: str


class TarStream:
    """Forward reader of a tar archive, plain or gzipped.

    `tarfile` reads an extended header of any announced size into memory, and searches it in quadratic time.

    Parameters
    ----------
    data
        The whole archive.
    """

    def __init__(self, data: bytes) -> None:
        plain = io.BytesIO(data)
        self._stream = cast(BinaryIO, gzip.GzipFile(fileobj=plain)) if data.startswith(b"\x1f\x8b") else plain
        self._left = 0

    def members(self) -> Iterator[TarMember]:
        """Yield the members; content that was not read is skipped.

        Raises
        ------
        DataError
            If a header is damaged, too large, or contradicts itself, or the archive ends inside a member.
        """
        extended: dict[str, str] = {}
        while (header := self._header()) is not None:
            kind, size = header[156:157], _number(header[124:136])
            if kind in (b"x", b"g", b"L", b"K"):
                body = self._extended(size)
                if kind == b"x":
                    extended |= _records(body)
                elif kind == b"g":
                    _refuse_in_global(_records(body))
                elif kind == b"L":
                    extended["path"] = _text(body.rstrip(b"\0"))
                continue
            name = extended.get("path", _name(header))
            if "size" in extended:
                size = _decimal(extended["size"])
            sparse = any(key.startswith("GNU.sparse") for key in extended)
            extended = {}
            folder = kind == _FOLDER or (kind in (b"0", b"\0") and name.endswith("/"))
            what = "folder" if folder else "file" if kind in (b"0", b"\0", b"7") and not sparse else "other"
            self._left = 0 if folder else -(-size // _BLOCK) * _BLOCK
            yield TarMember(name, 0 if folder else size, what)
            self._skip()

    def content(self, member: TarMember) -> bytes:
        """Return the content of the member that was yielded last; DataError where the archive is truncated inside it."""
        found = self._read(member.size)
        self._left -= len(found)
        return found

    def _header(self) -> bytes | None:
        """Return the next header; None at the end of the archive."""
        block = self._stream_read(_BLOCK)
        if not block or not any(block):
            return None
        if len(block) < _BLOCK:
            raise DataError("the archive is truncated inside a header")
        announced = _number(block[148:156])
        blank = block[:148] + b" " * 8 + block[156:]
        if announced != sum(blank) and announced != sum(
            b - 256 if b > 127 else b for b in blank
        ):  # old programs sum signed bytes
            raise DataError("a header whose checksum is wrong")
        return block

    def _extended(self, size: int) -> bytes:
        if size > MAX_EXTENDED:
            raise DataError(f"an extended header of {size} bytes; at most {MAX_EXTENDED} are read")
        body = self._read(size)
        self._read(-size % _BLOCK)
        return body

    def _skip(self) -> None:
        while self._left > 0:
            self._left -= len(self._read(min(_PIECE, self._left)))

    def _read(self, size: int) -> bytes:
        parts, left = [], size
        while left:
            part = self._stream_read(min(_PIECE, left))
            if not part:
                raise DataError(f"the archive is truncated: {left} of {size} bytes are missing")
            parts.append(part)
            left -= len(part)
        return b"".join(parts)

    def _stream_read(self, size: int) -> bytes:
        try:
            return self._stream.read(size)
        except _BROKEN as error:
            raise DataError(f"damaged compression ({type(error).__name__}: {error!s:.100})") from None


def _number(field: bytes) -> int:
    """Return a number of a header: octal digits, or GNU's big-endian form."""
    if field[0] == 0x80:
        return int.from_bytes(field[1:], "big")
    digits = field.strip(b" \0")
    if not re.fullmatch(rb"[0-7]{0,12}", digits):
        raise DataError(f"a header with the number {field[:12]!r}")
    return int(digits or b"0", 8)


def _decimal(text: str) -> int:
    if not re.fullmatch(r"[0-9]{1,18}", text):
        raise DataError(f"an extended header with the size {text[:40]!r}")
    return int(text)


def _name(header: bytes) -> str:
    own, prefix = (header[a:b].split(b"\0", 1)[0] for a, b in ((0, 100), (345, 500)))
    return _text(prefix + b"/" + own if header[257:263] == b"ustar\0" and prefix else own)


def _text(raw: bytes) -> str:
    return raw.decode("utf-8", "surrogateescape")


def _records(body: bytes) -> dict[str, str]:
    """Return the records (``LENGTH KEY=VALUE`` and a line end) of an extended header."""
    found: dict[str, str] = {}
    at = 0
    while at < len(body):
        match = _RECORD.match(body, at, at + 270)
        end = at + int(match[1]) if match else 0
        if match is None or not match.end() < end <= len(body) or body[end - 1 : end] != b"\n":
            raise DataError(f"an extended header that is damaged at its byte {at}")
        found[_text(match[2])] = _text(body[match.end() : end - 1])
        at = end
    return found


def _refuse_in_global(records: dict[str, str]) -> None:
    for key in ("path", "size", "linkpath"):
        if key in records:
            raise DataError(f"a global header that sets {key!r} for every member")


MAX_MEMBERS = 200_000
MAX_FILES = 2_000_000  # of a folder: frames of many clips
MAX_FILE = 4 << 30
MAX_TOTAL = 8 << 30
MAX_RATIO = 200
_FREE = 256 << 20


class Members:
    """Files of a folder or an archive by name.

    Attributes
    ----------
    where
        Name of the folder or archive in errors.
    """

    def __init__(self, where: str, names: dict[str, int], read: Callable[[str], bytes]) -> None:
        self.where, self._sizes, self._read = where, names, read
        self._sorted = sorted(names)
        self._by_last: dict[str, list[str]] | None = None

    @property
    def names(self) -> list[str]:
        """Names with ``/`` between folders, sorted."""
        return self._sorted.copy()

    def __contains__(self, name: object) -> bool:
        return name in self._sizes

    def named(self, last: str) -> list[str]:
        """Names whose last part is `last`, sorted."""
        if self._by_last is None:
            self._by_last = {}
            for name in self._sorted:
                self._by_last.setdefault(name.rpartition("/")[2], []).append(name)
        return self._by_last.get(last, []).copy()

    def read(self, name: str, *, max_bytes: int = MAX_FILE) -> bytes:
        """Return the content of one file.

        Raises
        ------
        DataError
            If there is no such file, or it is larger than `max_bytes`.
        """
        if name not in self._sizes:
            raise DataError(f"{self.where}: no file {name!r}")
        if self._sizes[name] > max_bytes:
            raise DataError(f"{self.where}: {name!r} has {self._sizes[name]} bytes; at most {max_bytes} are read")
        return self._read(name)


def folder_members(path: str | Path) -> Members:
    """Return the files of a folder; links that lead out of it are refused.

    Parameters
    ----------
    path
        The folder.

    Returns
    -------
    Members
        All regular files below it; hidden files and folders are left out.

    Raises
    ------
    DataError
        If a link leads outside or to itself, or there are more than `MAX_FILES` files.
    """
    root = checked_path(path, "folder_members: path").resolve()
    sizes: dict[str, int] = {}
    for found in root.rglob("*"):
        relative = found.relative_to(root)
        if any(part.startswith(".") for part in relative.parts):
            continue
        if found.is_symlink() and not _resolved(found, root).is_relative_to(root):
            raise DataError(f"{root.name}: {relative.as_posix()!r} is a link out of the folder; copy the file instead")
        if found.is_file():
            sizes[relative.as_posix()] = found.stat().st_size
        if len(sizes) > MAX_FILES:
            raise DataError(f"{root.name}: more than {MAX_FILES} files; give the folder of one data set")
    return Members(root.name, sizes, lambda name: read_regular(root / name, max_bytes=MAX_FILE))


def _resolved(link: Path, root: Path) -> Path:
    try:
        return link.resolve()
    except (OSError, RuntimeError):
        raise DataError(f"{root.name}: {link.name!r} is a link to itself; remove it") from None


def tar_members(source: str | Path | bytes, *, where: str = "") -> Members:
    """Return the files of a tar archive, plain or gzipped, read into memory.

    Parameters
    ----------
    source
        A path, or the whole file.
    where
        Name of the archive in errors.

    Returns
    -------
    Members
        Regular files only; directories are skipped.

    Raises
    ------
    DataError
        If a member has an absolute path or one with ``..``, is a link or a device, occurs twice, or the content exceeds
        `MAX_TOTAL` bytes or `MAX_RATIO` times the archive; or if the archive is damaged. Nothing is written to disk.
    """
    where = where or (Path(source).name if not isinstance(source, bytes) else "tar archive")
    data = source if isinstance(source, bytes) else read_regular(source, max_bytes=MAX_FILE)
    try:
        contents = _unpacked(TarStream(data), len(data))
    except DataError as error:
        raise DataError(f"{where}: {error}; fetch the archive again") from None
    return Members(where, {n: len(c) for n, c in contents.items()}, contents.__getitem__)


def _unpacked(archive: TarStream, size: int) -> dict[str, bytes]:
    contents: dict[str, bytes] = {}
    total = 0
    for count, member in enumerate(archive.members()):
        name = _confined(member)
        if count >= MAX_MEMBERS:
            raise DataError(f"more than {MAX_MEMBERS} members")
        if member.kind == "folder":
            continue
        total += member.size
        if total > MAX_TOTAL or (total > _FREE and total > MAX_RATIO * size):
            raise DataError(f"{size} bytes would unpack to more than {total}; refused")
        if name in contents:
            raise DataError(f"{name[:100]!r} occurs twice; make the archive again")
        contents[name] = archive.content(member)
    return contents


def _confined(member: TarMember) -> str:
    """Return the name with ``/``; DataError where it leads outside."""
    path = PurePosixPath(member.name)
    if path.is_absolute() or ".." in path.parts or "\\" in member.name or "\0" in member.name or not path.parts:
        if member.kind == "folder" and not path.parts:  # the archive's own root, "./"
            return ""
        raise DataError(f"member {member.name[:100]!r} leads outside the archive; nothing was read or written")
    if member.kind == "other":
        raise DataError(f"member {member.name[:100]!r} is a link or a device; nothing was read or written")
    return path.as_posix()
