"""What the documents of the transport operators show is what happens."""

import doctest
import subprocess
import sys
from pathlib import Path

import mmkernels
import pytest
from mmkernels.transport import costs, entropic, relaxed

KERNELS = Path(mmkernels.__file__).parents[1]
README = KERNELS / "mmkernels" / "transport" / "README.md"


def test_every_example_in_the_readme_gives_what_it_shows() -> None:
    result = doctest.testfile(str(README), module_relative=False)
    assert result.attempted >= 10
    assert result.failed == 0


@pytest.mark.parametrize("module", [costs, entropic, relaxed])
def test_the_example_of_an_operator_gives_what_it_shows(module: object) -> None:
    result = doctest.testmod(module)  # type: ignore[arg-type]
    assert result.attempted >= 3
    assert result.failed == 0


def test_the_table_names_each_backend_of_each_operator() -> None:
    lines = README.read_text(encoding="utf-8").splitlines()
    for operator in ("entropic_plan", "unbalanced_plan", "relaxed_plan", "exact_plan", "entropic_value"):
        for row in mmkernels.backends(operator):
            line = next(line for line in lines if line.startswith(f"| `{row.backend}` |"))
            assert f"`{operator}`" in line or row.backend == "reference"


def test_importing_the_library_imports_nothing_heavy() -> None:
    code = (
        "import sys, mmkernels; from mmkernels import transport; "
        "print([name for name in ('numba', 'ot', 'scipy', 'mmkernels.gpu.sinkhorn') if name in sys.modules])"
    )
    environment = {"PYTHONPATH": str(KERNELS), "OMP_NUM_THREADS": "1", "PATH": "/usr/bin:/bin"}
    done = subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, text=True)
    assert done.stdout.strip() == "[]", done.stdout + done.stderr
