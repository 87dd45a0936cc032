"""The Triton kernels, run by Triton's interpreter on the CPU, compute what the float64 reference computes."""

import json
import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest

HERE = Path(__file__).parent
ROOT = HERE.parents[2]
TOLERANCE = {
    "torch.float32": 1e-5,
    "torch.bfloat16": 2e-2,
    "torch.float16": 2e-3,
}  # rounding of the results: 2**-9, 2**-12


def older(package: str, *least: int) -> bool:
    """Return whether the installed version is older."""
    return tuple(map(int, version(package).split(".")[:2])) < least


EXACT = "causality held memory strides behaviour"

pytestmark = [
    pytest.mark.skipif(find_spec("triton") is None, reason="triton is not installed"),
    pytest.mark.skipif(
        find_spec("triton") is not None and older("triton", 3, 7) and not older("numpy", 2, 4),
        reason="the interpreter of Triton before 3.7 fails with numpy 2.4 or newer",
    ),
    pytest.mark.timeout(600),
]


def interpret(groups: str) -> subprocess.CompletedProcess[str]:
    """Run `interpreted.py` in a process whose Triton interprets its kernels."""
    paths = os.pathsep.join([str(ROOT / "kernels"), os.environ.get("PYTHONPATH", "")])
    settings = {"TRITON_INTERPRET": "1", "PYTHONPATH": paths, "OMP_NUM_THREADS": "1", "OMP_WAIT_POLICY": "passive"}
    command = [sys.executable, "-W", "error::RuntimeWarning", str(HERE / "interpreted.py"), *groups.split()]
    return subprocess.run(command, env={**os.environ, **settings}, capture_output=True, text=True, check=False)


@cache
def all_found() -> dict[str, Any]:
    """Run all groups once, two processes at a time; return what each case found."""
    with ThreadPoolExecutor(2) as pool:
        runs = list(pool.map(interpret, ["agreement", "split", "dtypes", EXACT]))
    for done in runs:
        assert done.returncode == 0, f"{done.stdout}\n{done.stderr}"
    rows = [json.loads(line) for done in runs for line in done.stdout.splitlines()]
    return {row["case"]: row["found"] for row in rows}


def found_by(group: str) -> dict[str, Any]:
    """Return what the cases of one group found, by the name of the case."""
    return {case.split(": ")[1]: found for case, found in all_found().items() if case.startswith(f"{group}: ")}


@pytest.mark.parametrize("group", ["agreement", "split"])
def test_outputs_and_all_gradients_equal_the_float64_reference(group: str) -> None:
    cases = found_by(group)
    worst = {case: errors for case, errors in cases.items() if not max(errors.values()) <= 1e-12}
    assert worst == {}
    assert len(cases) >= 4


def test_lower_precision_costs_its_rounding_and_no_more() -> None:
    cases = found_by("dtypes")
    worst = {}
    for case, errors in cases.items():
        bound = TOLERANCE[case.split("-")[0]]
        if not (errors and max(errors.values()) <= bound):
            worst[case] = errors
    assert worst == {}
    assert len(cases) == 5


@pytest.mark.parametrize("group", EXACT.split())
def test_promises_that_are_exact_hold(group: str) -> None:
    cases = found_by(group)
    assert cases
    assert {case: found for case, found in cases.items() if found is not True} == {}
