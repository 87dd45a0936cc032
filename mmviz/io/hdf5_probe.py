"""Inspection of an HDF5 file in a separate process: a crash of the library over a crafted file ends only this process.

``python hdf5_probe.py PATH [--read NAME ...]`` prints one line of JSON: shape and dtype of every data set at the top level, or an error;
``python hdf5_probe.py PATH --tree`` those of every data set in groups, each of which is read.
It imports nothing of mmviz, so that it starts fast and runs as a script.
"""

import itertools
import json
import math
import sys
from typing import Any

MAX_OBJECTS = 10_000
MAX_NESTED = 400_000  # data sets in groups
MAX_LEVELS = 4
MAX_TEXTS = 100_000
MAX_TEXT = 10_000
MAX_SIGNS = 20_000_000  # of all texts together, which may be one and the same in the file
MAX_CHUNK = 64 << 20
SLAB = 1 << 24
FREE = 256 << 20
MAX_RATIO = 200
SHOWN = 5
PLAIN = "iufbO"  # kinds of values at the top level: numbers and references
NESTED = "iufbS"  # and in groups: numbers and text of a fixed length
FILTERS = (1, 2, 3)  # deflate, shuffle, checksum: what MATLAB and h5py write


class RefusedError(Exception):
    """The file contains something that a data file does not need."""


def open_file(path: str) -> Any:
    """Return a file opened for reading, with the library's search for other files switched off."""
    import h5py

    return h5py.File(path, "r", libver="latest", locking=False)


def require_own(data: Any, name: str) -> None:
    """Refuse a data set that lies in another file, needs an unusual filter or has oversized chunks; nothing is read."""
    if data.external or data.is_virtual:
        raise RefusedError(f"the content of {name!r} lies in another file")
    plist = data.id.get_create_plist()
    filters = [plist.get_filter(i)[0] for i in range(plist.get_nfilters())]
    if any(f not in FILTERS for f in filters):
        raise RefusedError(f"{name!r} needs the filters {filters}; only deflate, shuffle and checksum are run")
    chunk, own = math.prod(data.chunks or ()) * data.dtype.itemsize, (data.size or 0) * data.dtype.itemsize
    if chunk > max(MAX_CHUNK, own):
        raise RefusedError(f"{name!r} is stored in chunks of {chunk} bytes, for {own} bytes in all")


def checked(file: Any, name: str, size: int, *, kinds: str = PLAIN) -> Any:
    """Return a data set of numbers or references; RefusedError for anything else.

    Parameters
    ----------
    file
        An open file.
    name
        Of a data set; ``/`` separates groups.
    size
        Of the file, bytes.
    kinds
        Of values that are allowed: `PLAIN` or `NESTED`.
    """
    import h5py

    parts = name.split("/")
    for i in range(len(parts)):
        if not isinstance(file.get("/".join(parts[: i + 1]), getlink=True), h5py.HardLink):
            raise RefusedError(f"{name!r} is not in the file itself but a link to elsewhere")
    data = file[name]
    if not isinstance(data, h5py.Dataset):
        raise RefusedError(f"{name!r} is a group, not an array")
    require_own(data, name)
    kind = data.dtype  # made anew at every look
    if kind.kind not in kinds or (kind.kind == "O" and h5py.check_ref_dtype(kind) is None):
        raise RefusedError(
            f"{name!r} holds {kind}; only numbers and {'references' if kinds == PLAIN else 'text'} are read"
        )
    shape = data.shape
    bytes_needed = math.prod(shape) * kind.itemsize if shape is not None else 0
    if shape is None or len(shape) > 8 or (bytes_needed > FREE and bytes_needed > MAX_RATIO * size):
        raise RefusedError(f"{name!r} of shape {shape} would need {bytes_needed} bytes; the file has {size}")
    return data


def paths_in(file: Any, name: str) -> list[str]:
    """Return some paths inside a group, three levels deep and `SHOWN` names wide; links are not followed."""
    import h5py

    if not isinstance(file.get(name, getlink=True), h5py.HardLink) or not isinstance(file[name], h5py.Group):
        return []
    out, level = [], [("", file[name])]
    for _ in range(3):
        below = []
        for at, group in level:
            for key in itertools.islice(group, SHOWN):
                if isinstance(group.get(key, getlink=True), h5py.HardLink):
                    out.append(at + key[:200])
                    if isinstance(group[key], h5py.Group):
                        below.append((f"{at}{key[:200]}/", group[key]))
        level = below
    return out


def texts(file: Any, data: Any) -> list[str]:
    """Return the texts of a MATLAB cell array, which are references to arrays of code units."""
    if data.size > MAX_TEXTS:
        raise RefusedError(f"{data.name!r} holds {data.size} texts; at most {MAX_TEXTS} are read")
    out, signs = [], 0
    for reference in data[()].ravel():
        target = file[reference]
        if not hasattr(target, "dtype") or target.dtype.kind != "u" or target.size > MAX_TEXT:
            raise RefusedError(f"{data.name!r} refers to something that is no text")
        require_own(target, f"{data.name} -> {target.name}")
        signs += target.size
        if signs > MAX_SIGNS:
            raise RefusedError(f"{data.name!r} holds texts of more than {MAX_SIGNS} signs")
        out.append("".join(chr(c) for c in target[()].ravel().tolist() if c))
    return out


def inspect(path: str, read: list[str]) -> dict[str, Any]:
    """Return shape and dtype of every data set; those named are read once, slab by slab."""
    from pathlib import Path

    size = Path(path).stat().st_size
    found: dict[str, Any] = {}
    sound: dict[str, Any] = {}
    with open_file(path) as file:
        if len(file) > MAX_OBJECTS:
            raise RefusedError(f"{len(file)} objects; at most {MAX_OBJECTS} are read")
        for name in file:
            try:
                data = checked(file, name, size)
            except RefusedError as error:
                if name in read:
                    raise
                found[name] = {"refused": str(error), "paths": paths_in(file, name)}
                continue
            found[name] = {"shape": list(data.shape), "dtype": data.dtype.str}
            if name in read:
                sound[name] = data
        for name in read:
            if name in sound:
                data = sound[name]
                if data.dtype.kind == "O":
                    texts(file, data)
                    continue
                _read_through(data)
    return found


def inspect_tree(path: str) -> dict[str, Any]:
    """Return shape and dtype of every data set at any level up to `MAX_LEVELS`; each that is plain is read once, slab by slab."""
    from pathlib import Path

    size = Path(path).stat().st_size
    found: dict[str, Any] = {}
    with open_file(path) as file:
        for name in _nested(file):
            try:
                data = checked(file, name, size, kinds=NESTED)
            except RefusedError as error:
                found[name] = {"refused": str(error)[:200]}
                continue
            found[name] = {"shape": list(data.shape), "dtype": data.dtype.str}
            _read_through(data)
    return found


def _nested(file: Any) -> list[str]:
    """Return the paths of the data sets; links are not followed, except the hard ones that make up the file."""
    import h5py

    out: list[str] = []
    level = [("", file)]
    for _ in range(MAX_LEVELS):
        below: list[tuple[str, Any]] = []
        for at, group in level:
            for key in group:
                if not isinstance(group.get(key, getlink=True), h5py.HardLink):
                    continue
                if len(out) + len(below) >= MAX_NESTED:
                    raise RefusedError(f"more than {MAX_NESTED} groups and data sets")
                node = group[key]
                if isinstance(node, h5py.Group):
                    below.append((f"{at}{key}/", node))
                elif isinstance(node, h5py.Dataset):
                    out.append(at + key)
        level = below
    return out


def _read_through(data: Any) -> None:
    shape = data.shape
    if not shape:
        data[()]
        return
    row = max(1, math.prod(shape) // max(1, shape[0]) * data.dtype.itemsize)
    step = max(1, SLAB // row)
    for start in range(0, shape[0], step):
        data[start : start + step]


def result_of(arguments: list[str]) -> dict[str, Any]:
    """Return what is printed for the arguments ``PATH --tree`` or ``PATH --read NAME ...``: findings or an error."""
    try:
        return {
            "found": inspect_tree(arguments[0]) if arguments[1:] == ["--tree"] else inspect(arguments[0], arguments[2:])
        }
    except Exception as error:  # noqa: BLE001 - whatever the file provokes is one line for the parent
        return {"error": f"{type(error).__name__}: {error!s:.300}"}


def main() -> int:
    """Print the inspection of one file as JSON, within 8 GiB of address space where the system can limit it."""
    try:
        import resource

        resource.setrlimit(resource.RLIMIT_AS, (8 << 30, 8 << 30))
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    except (ImportError, ValueError, OSError):
        pass
    sys.stdout.write(json.dumps(result_of(sys.argv[1:])) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
