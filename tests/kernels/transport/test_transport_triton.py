"""The Triton kernels: right in the interpreter, and compiled without spills for GPUs that need not be there."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import mmkernels
import pytest

pytest.importorskip("triton", reason="triton is not installed (it exists for Linux)")
HERE, KERNELS = Path(__file__).parent, Path(mmkernels.__file__).parents[1]


def _alone(script: str, *arguments: object, **more: str) -> Any:
    """Run a script of this folder in a process of its own: Triton decides at import whether it interprets."""
    environment = {k: v for k, v in os.environ.items() if k != "TRITON_INTERPRET"}
    environment |= {"PYTHONPATH": str(KERNELS), "OMP_NUM_THREADS": "1", **more}
    command = [sys.executable, str(HERE / script), *map(str, arguments)]
    done = subprocess.run(command, env=environment, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr[-2000:]
    return json.loads(done.stdout)


CASES = [
    ("cosine", "none", 70, 65, 40),
    ("cosine", "gaps", 5, 130, 3),
    ("sqeuclidean", "gaps", 66, 20, 33),
    ("sqeuclidean", "none", 1, 1, 1),
]


def test_in_the_interpreter_value_potentials_and_gradients_are_those_of_numba() -> None:
    found = _alone("points_interpreted.py", json.dumps(CASES), TRITON_INTERPRET="1")
    for case, errors in zip(CASES, found, strict=True):
        assert errors.pop("iterations") == 0
        assert set(errors) == {"value", "f", "g", "dx", "dy", "da"}
        if case[2] == 1:
            del errors["da"]  # there is one weight, and it is 1: nothing but rounding is left
        assert max(errors.values()) <= 1e-5, (case, errors)


def test_the_kernels_compile_without_spills_for_gpus_that_need_not_be_there() -> None:
    found = _alone("points_compiled.py", 80, 90, 100)
    assert set(found) == {"80", "90", "100"}
    for arch, kernels in found.items():
        assert set(kernels) == {"soft_rows", "soft_mean"}
        for name, use in kernels.items():
            assert use["stack"] == 0, (arch, name, use)
            assert use["registers"] <= 255, (arch, name, use)
            assert use["shared"] <= 99 * 1024, (arch, name, use)
