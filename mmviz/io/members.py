"""The files of a folder or of a tar archive, by name; nothing outside is ever touched, nothing is unpacked to disk."""

from collections.abc import Callable
from pathlib import Path, PurePosixPath

from mmviz.errors import DataError
from mmviz.io.regular_file import read_regular
from mmviz.io.tar_stream import Member, TarStream

MAX_MEMBERS = 200_000
MAX_FILE = 4 << 30
MAX_TOTAL = 8 << 30
MAX_RATIO = 200
_FREE = 256 << 20


class Members:
    """Names and content of the files in one place.

    Attributes
    ----------
    where
        How the place is called in errors.
    """

    def __init__(self, where: str, names: dict[str, int], read: Callable[[str], bytes]) -> None:
        self.where, self._sizes, self._read = where, names, read

    @property
    def names(self) -> list[str]:
        """Names with ``/`` between folders, sorted."""
        return sorted(self._sizes)

    def __contains__(self, name: object) -> bool:
        return name in self._sizes

    def named(self, last: str) -> list[str]:
        """Names whose last part is `last`, sorted."""
        return [n for n in self.names if n.rpartition("/")[2] == last]

    def read(self, name: str, *, max_bytes: int = MAX_FILE) -> bytes:
        """Read one file.

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
    """List a folder; links that lead out of it are refused.

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
        If a link leads outside or to itself, or there are more than `MAX_MEMBERS` files.
    """
    root = Path(path).resolve()
    sizes: dict[str, int] = {}
    for found in root.rglob("*"):
        relative = found.relative_to(root)
        if any(part.startswith(".") for part in relative.parts):
            continue
        if found.is_symlink() and not _resolved(found, root).is_relative_to(root):
            raise DataError(f"{root.name}: {relative.as_posix()!r} is a link out of the folder; copy the file instead")
        if found.is_file():
            sizes[relative.as_posix()] = found.stat().st_size
        if len(sizes) > MAX_MEMBERS:
            raise DataError(f"{root.name}: more than {MAX_MEMBERS} files; give the folder of one data set")
    return Members(root.name, sizes, lambda name: read_regular(root / name, max_bytes=MAX_FILE))


def _resolved(link: Path, root: Path) -> Path:
    try:
        return link.resolve()
    except (OSError, RuntimeError):
        raise DataError(f"{root.name}: {link.name!r} is a link to itself; remove it") from None


def tar_members(source: str | Path | bytes, *, where: str = "") -> Members:
    """Read a tar archive, plain or gzipped, into memory.

    Parameters
    ----------
    source
        A path, or the whole file.
    where
        How to name the archive in an error.

    Returns
    -------
    Members
        Regular files only; directories are passed over.

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


def _confined(member: Member) -> str:
    """Return the name with ``/``, or refuse one that leads outside."""
    path = PurePosixPath(member.name)
    if path.is_absolute() or ".." in path.parts or "\\" in member.name or "\0" in member.name or not path.parts:
        if member.kind == "folder" and not path.parts:  # the archive's own root, "./"
            return ""
        raise DataError(f"member {member.name[:100]!r} leads outside the archive; nothing was read or written")
    if member.kind == "other":
        raise DataError(f"member {member.name[:100]!r} is a link or a device; nothing was read or written")
    return path.as_posix()
