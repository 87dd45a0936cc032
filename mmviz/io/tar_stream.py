"""Read the members of a tar archive one after another: every header is bounded and read once, in linear time."""

import gzip
import io
import re
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO, cast

from mmviz.errors import DataError

MAX_EXTENDED = 1 << 20  # bytes of an extended header: names and times
_BLOCK = 512
_PIECE = 1 << 24
_FILES, _FOLDER = b"\007", b"5"
_RECORD = re.compile(rb"(\d{1,7}) ([^=\n]{1,255})=")
_BROKEN = (EOFError, OSError, ValueError, zlib.error, OverflowError)


@dataclass(frozen=True)
class Member:
    """One member, as its headers describe it.

    Attributes
    ----------
    name
        With ``/`` between folders, as stored; nothing says that it stays inside the archive.
    size
        Bytes of content, ≥ 0; 0 of a folder.
    kind
        "file", "folder" or "other": a link, a device, a sparse file.
    """

    name: str
    size: int
    kind: str


class TarStream:
    """A tar archive, plain or gzipped, read forward.

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

    def members(self) -> Iterator[Member]:
        """Yield the members; content that was not read is passed over.

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
            yield Member(name, 0 if folder else size, what)
            self._skip()

    def content(self, member: Member) -> bytes:
        """Return the content of the member that was yielded last; DataError where the archive is cut off inside it."""
        found = self._read(member.size)
        self._left -= len(found)
        return found

    def _header(self) -> bytes | None:
        """Return the next header; None at the end of the archive."""
        block = self._stream_read(_BLOCK)
        if not block or not any(block):
            return None
        if len(block) < _BLOCK:
            raise DataError("the archive is cut off inside a header")
        told = _number(block[148:156])
        blank = block[:148] + b" " * 8 + block[156:]
        if told != sum(blank) and told != sum(
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
                raise DataError(f"the archive is cut off: {left} of {size} bytes are missing")
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
