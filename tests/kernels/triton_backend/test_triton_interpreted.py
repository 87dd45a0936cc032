"""The Triton kernels, run by Triton's interpreter on the CPU, compute what the float64 reference computes."""

import json
import os
import subprocess
import sys
from collections.abc import Callable
from functools import cache
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

pytestmark = [
    pytest.mark.skipif(find_spec("triton") is None, reason="triton is not installed"),
    pytest.mark.timeout(600),
]


def interpret(*arguments: str) -> subprocess.CompletedProcess[str]:
    """Run `interpreted.py` in a process whose Triton interprets its kernels."""
    paths = os.pathsep.join([str(ROOT / "kernels"), os.environ.get("PYTHONPATH", "")])
    settings = {"TRITON_INTERPRET": "1", "PYTHONPATH": paths, "OMP_NUM_THREADS": "1", "OMP_WAIT_POLICY": "passive"}
    command = [sys.executable, "-W", "error::RuntimeWarning", str(HERE / "interpreted.py"), *arguments]
    return subprocess.run(command, env={**os.environ, **settings}, capture_output=True, text=True, check=False)


@pytest.fixture(scope="session")
def found_by() -> Callable[[str], dict[str, Any]]:
    """Return a function that runs groups of cases once and returns what each case found."""

    @cache
    def run(groups: str) -> dict[str, Any]:
        done = interpret(*groups.split())
        assert done.returncode == 0, f"{done.stdout}\n{done.stderr}"
        rows = [json.loads(line) for line in done.stdout.splitlines()]
        assert rows
        return {row["case"]: row["found"] for row in rows}

    return run


@pytest.mark.parametrize("group", ["agreement", "split"])
def test_outputs_and_all_gradients_equal_the_float64_reference(found_by: Callable[..., Any], group: str) -> None:
    cases = found_by(group)
    worst = {case: errors for case, errors in cases.items() if not max(errors.values()) <= 1e-12}
    assert worst == {}
    assert len(cases) >= 4


def test_lower_precision_costs_its_rounding_and_no_more(found_by: Callable[..., Any]) -> None:
    cases = found_by("dtypes")
    worst = {}
    for case, errors in cases.items():
        bound = TOLERANCE[case.removeprefix("dtypes: ").split("-")[0]]
        if not (errors and max(errors.values()) <= bound):
            worst[case] = errors
    assert worst == {}
    assert len(cases) == 5


@pytest.mark.parametrize("group", ["causality", "held", "memory", "strides", "behaviour"])
def test_promises_that_are_exact_hold(found_by: Callable[..., Any], group: str) -> None:
    cases = found_by("causality held memory strides behaviour")
    mine = {case: found for case, found in cases.items() if case.startswith(f"{group}: ")}
    assert mine
    assert {case: found for case, found in mine.items() if found is not True} == {}
