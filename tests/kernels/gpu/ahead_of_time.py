"""Compiles a kernel for a GPU that need not be there, and reads registers, spills and instructions off the machine code."""

import re
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import triton
from triton.backends.compiler import GPUTarget
from triton.compiler import ASTSource

TOOL = Path(triton.__file__).parent / "backends/nvidia/bin/cuobjdump"
ADDRESS = r"/\*([0-9a-f]{4,5})\*/\s+(?:@!?U?P\d+\s+)?"
BYTES = {"mask": "*u8"}
HALF = {"fp32": "fp32", "fp64": "fp64", "bf16": "fp32", "fp16": "fp32"}


@dataclass(frozen=True)
class Compiled:
    """What the machine code says.

    `spilled` counts every load and store of local memory and the bytes of the stack (cuobjdump's own LOCAL stays 0
    where ptxas spills to the stack); `loop` are the instructions of the longest innermost loop, by name.
    """

    registers: int
    spilled: int
    shared: int
    loop: dict[str, int]

    @property
    def n_loop(self) -> int:
        return sum(self.loop.values())


def signature(kernel: Any, data: str, constants: dict[str, Any], types: dict[str, str]) -> dict[str, str]:
    """Return the type of every argument: `types` by name, integers by their names, the rest pointers to `data`."""
    found = {}
    for name in kernel.arg_names:
        if name in constants:
            found[name] = "constexpr"
        elif name in types:
            found[name] = types[name]
        elif name.startswith("n_") or name in ("w_step", "chunk", "segment"):
            found[name] = "i32"
        else:
            found[name] = f"*{data}"
    return found


def compile_for(arch: int, kernel: Any, data: str, constants: dict[str, Any], types: dict[str, str]) -> Compiled:
    """Compile for compute capability `arch` (80, 90, 100); `data` is the dtype of the caller's tensors."""
    found = signature(kernel, data, constants, {**BYTES, **types})
    aligned = {
        (i,): [["tt.divisibility", 16]]
        for i, (name, kind) in enumerate(found.items())
        if kind.startswith("*") or name == "n_channel"
    }
    source = ASTSource(fn=kernel, signature=found, constexprs=constants, attrs=aligned)
    built = triton.compile(source, target=GPUTarget("cuda", arch, 32), options={"num_warps": 1})
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "kernel.cubin"
        path.write_bytes(built.asm["cubin"])
        usage, code = (
            subprocess.run([TOOL, option, path], capture_output=True, text=True, check=True).stdout
            for option in ("-res-usage", "-sass")
        )
    registers, stack, shared, local = map(
        int, re.search(r"REG:(\d+) STACK:(\d+) SHARED:(\d+) LOCAL:(\d+)", usage).groups()
    )
    spills = len(re.findall(r"\b(?:LDL|STL)\b", code))
    return Compiled(registers, spills + stack + local, shared, longest_innermost_loop(code))


def longest_innermost_loop(code: str) -> dict[str, int]:
    """Return the instructions, by name, of the longest loop that contains no other loop."""
    instructions = [(int(at, 16), name) for at, name in re.findall(ADDRESS + r"([A-Z0-9_.]+)", code)]
    jumps = re.findall(ADDRESS + r"BRA(?:\.\w+)*\s+(?:!?U?P\w+,\s*)?(0x[0-9a-f]+)", code)
    loops = [(int(to, 16), int(at, 16)) for at, to in jumps if int(to, 16) < int(at, 16)]
    inner = [a for a in loops if not any(b != a and a[0] <= b[0] and b[1] <= a[1] for b in loops)]
    if not inner:
        return {}
    first, last = max(inner, key=lambda loop: loop[1] - loop[0])
    counts: dict[str, int] = {}
    for at, name in instructions:
        if first <= at <= last:
            counts[name.split(".")[0]] = counts.get(name.split(".")[0], 0) + 1
    return counts
