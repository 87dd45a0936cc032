"""Compiles the Triton kernels for GPUs that need not be there; prints registers and spilled bytes as JSON."""

import json
import re
import subprocess
import sys
import tempfile
from pathlib import Path

import triton
from mmkernels.gpu.sinkhorn import TILE, soft_mean, soft_rows
from triton.backends.compiler import GPUTarget
from triton.compiler import ASTSource

TOOL = Path(triton.__file__).parent / "backends/nvidia/bin/cuobjdump"
POINTERS = ("x", "y", "h", "k", "soft", "out")


def compiled(arch: int) -> dict[str, dict[str, int]]:
    """Compile both kernels for one compute capability."""
    found = {}
    constants = {name: TILE[name] for name in ("BN", "BM", "BD")}
    for kernel in (soft_rows, soft_mean):
        types = {n: "*fp32" if n in POINTERS else "constexpr" if n in constants else "i32" for n in kernel.arg_names}
        attributes = {(i,): [["tt.divisibility", 16]] for i, n in enumerate(kernel.arg_names) if n in POINTERS}
        source = ASTSource(fn=kernel, signature=types, constexprs=constants, attrs=attributes)
        options = {"num_warps": TILE["num_warps"]}
        made = triton.compile(source, target=GPUTarget("cuda", arch, 32), options=options)
        with tempfile.TemporaryDirectory() as folder:
            file = Path(folder) / "kernel.cubin"
            file.write_bytes(made.asm["cubin"])
            usage = subprocess.run([TOOL, "-res-usage", file], capture_output=True, text=True, check=True).stdout
        stack, registers = (int(re.search(rf"{name}:(\d+)", usage)[1]) for name in ("STACK", "REG"))  # type: ignore[index]
        found[kernel.__name__] = {"registers": registers, "stack": stack, "shared": made.metadata.shared}
    return found


if __name__ == "__main__":
    sys.stdout.write(json.dumps({arch: compiled(int(arch)) for arch in sys.argv[1:]}))
