"""Opening of files and folders by content, never by name: pickle, npz, MATLAB, HDF5, tar or folder."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from mmviz.core.errors import DataError
from mmviz.io.archive import Members, folder_members, tar_members
from mmviz.io.files import is_folder, looks_like, open_regular, read_regular
from mmviz.io.hdf5 import is_hdf5, probe_hdf5
from mmviz.io.mat import is_mat5, read_mat5
from mmviz.io.npz import read_tree
from mmviz.io.safe_pickle import load, loads

Kind = Literal["pickle", "npz", "mat5", "hdf5", "folder", "tar"]
MAX_MAT5 = 4 << 30


@dataclass(frozen=True, eq=False)
class Content:
    """Content of a file or folder.

    Attributes
    ----------
    where
        Its name in errors.
    path
        Its path.
    kind
        Type of the file.
    tree
        Of a pickle, an npz or a MATLAB 5 file: dictionaries, lists and arrays. Of HDF5: name to shape and dtype; the
        content is read by `mmviz.io.hdf5.open_hdf5`. Otherwise None.
    members
        Of a folder or a tar archive; otherwise None.
    """

    where: str
    path: Path
    kind: Kind
    tree: Any
    members: Members | None = None


def open_content(path: str | Path, *, encoding: str = "ASCII") -> Content:
    """Return the content of a file or folder.

    Parameters
    ----------
    path
        A file or a folder.
    encoding
        "latin1" for pickles written by Python 2.

    Returns
    -------
    Content
        In memory, except the files of a folder and the arrays of HDF5.

    Raises
    ------
    DataError
        If the content is of no known type, its reader refuses it, or the path is a pipe or a device.
    OSError
        If the file cannot be opened.
    """
    path = Path(path)
    if is_folder(path):
        return Content(path.name, path, "folder", None, folder_members(path))
    with open_regular(path) as file:
        start = file.read(520)
    kind = kind_of(start)
    if kind == "npz":
        return Content(path.name, path, kind, read_tree(path))
    if kind == "hdf5":
        return Content(path.name, path, kind, probe_hdf5(path))
    if kind == "mat5":
        return Content(path.name, path, kind, read_mat5(read_regular(path, max_bytes=MAX_MAT5), where=path.name))
    if kind == "tar":
        return Content(path.name, path, kind, None, tar_members(path))
    return Content(path.name, path, "pickle", load(path, encoding=encoding))


def tree_of(data: bytes, *, where: str, encoding: str = "ASCII") -> Any:
    """Return the tree in the bytes of a pickle, an npz or a MATLAB 5 file, as `open_content` does."""
    kind = kind_of(data[:520])
    if kind == "npz":
        return read_tree(data, where=where)
    if kind == "mat5":
        return read_mat5(data, where=where)
    if kind in ("hdf5", "tar"):
        raise DataError(f"{where}: it looks like {looks_like(data[:64])}; give its path instead")
    return loads(data, encoding=encoding, where=where)


def kind_of(start: bytes) -> Kind:
    """Return the type by the first 520 bytes; "pickle", whose reader names what it finds, where no other type matches."""
    if start.startswith((b"PK\x03\x04", b"PK\x05\x06")):
        return "npz"
    if is_hdf5(start):
        return "hdf5"
    if is_mat5(start):
        return "mat5"
    if start.startswith(b"\x1f\x8b") or start[257:262] == b"ustar":
        return "tar"
    return "pickle"
