"""Which code computed a number: the version, and one hash over the sources that can change it."""

import hashlib
from functools import cache
from pathlib import Path

import mmkernels

import mmviz

# what lies between bytes and a measured number; plots, widgets, the command line and the tables cannot change one
STAGES = ("io", "data", "models", "train", "metrics", "trace", "analysis")
OWN = ("cell.py", "measure.py", "source.py", "work.py")


@cache
def code_version() -> str:
    """Return ``VERSION+HASH`` of the code in this process: 12 hexadecimal digits over every source file that counts.

    Those are the stages from ``io`` to ``analysis``, the kernels, and of this stage the files that run and measure a cell. Bytes are
    hashed, line ends apart: a comment counts too, as no rule could tell a harmless edit from one that changes a result.
    Nothing outside the two packages counts; the versions of torch and NumPy are written into each row instead.
    """
    package, kernels = Path(mmviz.__file__).parent, Path(mmkernels.__file__).parent
    folders = [package / stage for stage in STAGES] + [kernels]
    files = [path for folder in folders for path in folder.rglob("*.py")]
    files += [package / "experiments" / name for name in OWN]
    named = {
        path.relative_to((kernels if kernels in path.parents else package).parent).as_posix(): path for path in files
    }
    digest = hashlib.sha256()
    for name in sorted(named):
        digest.update(f"{name}\0".encode())
        digest.update(named[name].read_bytes().replace(b"\r\n", b"\n") + b"\0")
    return f"{mmviz.__version__}+{digest.hexdigest()[:12]}"
