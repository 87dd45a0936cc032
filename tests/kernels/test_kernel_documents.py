"""What the documents of mmkernels show is what happens."""

import doctest
import tomllib
from pathlib import Path

import mmkernels
import pytest
from mmkernels import scan

KERNELS = Path(mmkernels.__file__).parents[1]
OPTIONS = doctest.ELLIPSIS


def test_every_example_in_the_readme_gives_what_it_shows() -> None:
    result = doctest.testfile(str(KERNELS / "README.md"), module_relative=False, optionflags=OPTIONS)
    assert result.attempted >= 15
    assert result.failed == 0


def test_the_example_of_the_operator_gives_what_it_shows() -> None:
    result = doctest.testmod(scan, optionflags=OPTIONS)
    assert result.attempted >= 5
    assert result.failed == 0


@pytest.mark.parametrize("name", ["numba", "reference", "mamba_ssm"])
def test_the_table_of_backends_names_each(name: str) -> None:
    assert f"| `{name}` |" in (KERNELS / "mmkernels" / "scan.md").read_text(encoding="utf-8")
    assert name in {row.backend for row in mmkernels.backends("coupled_scan")}


def test_the_library_builds_for_itself_from_what_it_imports() -> None:
    described = tomllib.loads((KERNELS / "pyproject.toml").read_text(encoding="utf-8"))
    assert described["project"]["name"] == "mmkernels"
    needed = {line.split(">=")[0] for line in described["project"]["dependencies"]}
    assert needed == {"torch", "numba", "numpy"}
