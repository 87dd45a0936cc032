"""Compiles the ceiling once per machine, with whatever C++ compiler there is, and loads it without PyTorch's headers."""

import ctypes
import hashlib
import os
import subprocess
import tempfile
from functools import cache
from pathlib import Path

from bench.machine import EMULATE_AVX2, compiler, flags

SOURCES = [Path(__file__).with_name(name) for name in ("coupled.cpp", "vector.h")]
OPTIONS = [
    "-std=c++17",
    "-O3",
    "-fopenmp",
    "-fno-math-errno",
    "-fno-trapping-math",
    "-ffp-contract=fast",
    "-shared",
    "-fPIC",
]


@cache
def library() -> tuple[ctypes.CDLL | None, str | None]:
    """Return the compiled library, or None and the reason."""
    command = compiler()
    if command is None:
        return None, "no C++ compiler"
    emulated = os.environ.get("NUMBA_CPU_NAME") == EMULATE_AVX2["NUMBA_CPU_NAME"]
    options = [*OPTIONS, "-march=haswell" if emulated else "-march=native"]
    source = Path(__file__).with_name("coupled.cpp")
    text = b"".join(path.read_bytes() for path in SOURCES)
    mark = hashlib.sha256(text + " ".join([command, *options, *flags()]).encode()).hexdigest()[:16]
    folder = Path(__file__).parent / "build"
    target = folder / f"coupled-{mark}.so"
    if not target.exists():
        folder.mkdir(exist_ok=True)
        with tempfile.TemporaryDirectory(dir=folder) as work:
            made = Path(work) / "coupled.so"
            done = subprocess.run(
                [command, *options, "-o", str(made), str(source)], capture_output=True, text=True, check=False
            )
            if done.returncode != 0:
                return None, f"{command} could not compile it: {done.stderr.strip()[-300:]}"
            made.replace(target)
    return ctypes.CDLL(str(target)), None
