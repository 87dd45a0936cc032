"""Compiler of the page's kernels: C sources to one WebAssembly module, byte for byte the same everywhere.

``python -m mmkernels.wasm.build`` writes ``kernels.wasm``; with ``--check`` it compares and writes nothing. The compiler is the package
``ziglang`` (clang with a linker for WebAssembly); its version is part of the result.
"""

import argparse
import subprocess
import sys
import tempfile
from importlib import metadata, util
from pathlib import Path

from mmkernels.wasm.host import MODULE_PATH

__all__ = ["COMPILER_VERSION", "build_module", "main", "reason_against"]

COMPILER_VERSION = "0.17.1"
FOLDER = Path(__file__).parent
STACK_BYTES = 16384
#: The module imports its memory. The stack lies below ``__heap_base`` and the host's buffers above: the default stack of 1 MB would
#: lie over buffers that begin lower.
FLAGS = (
    "-target",
    "wasm32-freestanding",
    "-mcpu=generic+simd128",
    "-O3",
    "-std=c11",
    "-ffreestanding",
    "-fno-builtin",
    "-fno-vectorize",
    "-fno-slp-vectorize",
    "-fno-unroll-loops",
    "-ffp-contract=off",
    "-Wall",
    "-Wextra",
    "-Werror",
    "-nostdlib",
    "-s",
    "-Wl,--no-entry",
    "-Wl,--import-memory",
    "-Wl,--export=__heap_base",
    f"-Wl,-z,stack-size={STACK_BYTES}",
)


def reason_against() -> str | None:
    """Return why the compiler cannot run here, or None."""
    if util.find_spec("ziglang") is None:
        return f"the compiler is missing: pip install ziglang=={COMPILER_VERSION}"
    found = metadata.version("ziglang")
    if found != COMPILER_VERSION:
        return f"ziglang {found} is installed and gives other bytes: pip install ziglang=={COMPILER_VERSION}"
    return None


def build_module() -> bytes:
    """Compile the C sources of this folder; return the WebAssembly module.

    Raises
    ------
    RuntimeError
        If the compiler is missing or of another version, or refuses a source; the message contains what it wrote.
    """
    reason = reason_against()
    if reason:
        raise RuntimeError(f"kernels.wasm cannot be built: {reason}")
    sources = sorted(path.relative_to(FOLDER).as_posix() for path in (FOLDER / "src").glob("*.c"))
    with tempfile.TemporaryDirectory() as folder:
        target = Path(folder) / "kernels.wasm"
        command = [sys.executable, "-m", "ziglang", "cc", *FLAGS, "-o", str(target), *sources]
        done = subprocess.run(  # noqa: S603  our own sources, with the compiler of the environment
            command, cwd=FOLDER, capture_output=True, text=True, check=False
        )
        if done.returncode or not target.exists():
            raise RuntimeError(f"kernels.wasm cannot be built: the compiler returned {done.returncode}.\n{done.stderr}")
        return target.read_bytes()


def main(arguments: list[str] | None = None) -> int:
    """Write the module, or compare it with ``--check``; return the exit status, 1 where the bytes differ."""
    parser = argparse.ArgumentParser(prog="python -m mmkernels.wasm.build", description=__doc__)
    parser.add_argument("--check", action="store_true", help="compare with the stored module and write nothing")
    check = parser.parse_args(arguments).check
    module = build_module()
    stored = MODULE_PATH.read_bytes() if MODULE_PATH.exists() else b""
    if not check:
        MODULE_PATH.write_bytes(module)
    state = "as stored" if module == stored else "differs from the stored module" if check else "written"
    sys.stdout.write(f"kernels.wasm: {len(module)} bytes, {state}\n")
    return int(check and module != stored)


if __name__ == "__main__":
    sys.exit(main())
