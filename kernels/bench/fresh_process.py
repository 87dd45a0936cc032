"""Calls one function of the benchmark in a new process: threads and vector instructions are chosen when it starts."""

import importlib
import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]


def environment(threads: int, *, emulate_avx2: bool = False) -> dict[str, str]:
    """Return the environment of a process with this many threads that finds mmkernels, bench and mmviz.

    Threads wait for work as PyTorch ships them (they spin for a while), the usual setting.
    """
    from mmkernels.timing.machine import EMULATE_AVX2  # here: a process that measures the import must not import first

    found = dict(os.environ)
    path = [str(ROOT / "kernels"), str(ROOT), *filter(None, [found.get("PYTHONPATH")])]
    found["PYTHONPATH"] = os.pathsep.join(path)
    found.pop("OMP_WAIT_POLICY", None)
    found["TOKENIZERS_PARALLELISM"] = "false"
    for name in ("OMP_NUM_THREADS", "MKL_NUM_THREADS", "NUMBA_NUM_THREADS"):
        found[name] = str(threads)
    return found | (EMULATE_AVX2 if emulate_avx2 else {})


def call(
    function: str, threads: int, *, emulate_avx2: bool = False, also: dict[str, str] | None = None, **arguments: Any
) -> Any:
    """Call "package.module:name" with JSON arguments in a fresh process and return its JSON result.

    `also` are more settings of its environment.

    Raises
    ------
    RuntimeError
        If the process fails; the message contains the end of its output.
    """
    with tempfile.TemporaryDirectory() as folder:
        result = Path(folder) / "result.json"
        command = [sys.executable, "-m", "bench.fresh_process", function, json.dumps(arguments), str(result)]
        done = subprocess.run(
            command,
            env=environment(threads, emulate_avx2=emulate_avx2) | (also or {}),
            cwd=ROOT,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
        )
        if done.returncode != 0 or not result.exists():
            printed = done.stdout.strip()[-2000:] or "no output"
            raise RuntimeError(f"bench: {function}({arguments}) ended with {done.returncode}: {printed}")
        return json.loads(result.read_text(encoding="utf-8"))


def main() -> None:
    """Serve one call: FUNCTION ARGUMENTS RESULT."""
    function, arguments, result = sys.argv[1:4]
    import torch

    torch.set_num_threads(int(os.environ["OMP_NUM_THREADS"]))
    module, name = function.split(":")
    found = getattr(importlib.import_module(module), name)(**json.loads(arguments))
    Path(result).write_text(json.dumps(found), encoding="utf-8")


if __name__ == "__main__":
    main()
