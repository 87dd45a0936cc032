"""Version of the code that computed a number: package version and a hash of the sources that can change it."""

import hashlib
from collections.abc import Iterable
from functools import cache
from pathlib import Path

import mmkernels

import mmviz


@cache
def version_of(places: tuple[str, ...], *, kernels: bool = True) -> str:
    """Return ``VERSION+HASH`` of the code in this process: 12 hexadecimal digits over its sources.

    Bytes are hashed, line ends apart: a comment counts too, as no rule could tell a harmless edit from one that changes a result. Nothing
    outside the two packages counts; the versions of torch and NumPy are to be kept beside it.

    Parameters
    ----------
    places
        Folders and files of the package ``mmviz`` that count, such as ``"models"`` or ``"experiments/cell.py"``.
    kernels
        Whether the sources of the kernels count as well.
    """
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
