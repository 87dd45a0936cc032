"""The count of mutants: a changed line that a test checks is killed, one that none checks survives; compiled bodies are left out."""

import json
import subprocess
import sys
from pathlib import Path

import mutants
import pytest

pytest.importorskip("cosmic_ray", reason="cosmic-ray is not installed: make mutants installs it")
pytest.importorskip("coverage", reason="coverage is not installed: make mutants installs it")

SOURCE = """\
def doubled(x: int = 3) -> "int":
    return 2 * x


def halved(x):
    return x / 2


@njit(cache=True)
def tripled(x):
    return 3 * x
"""
TESTS = """\
import warnings
from sums import doubled

def test_doubled():
    assert doubled(5) == 10
"""
JUDGE = """\
import json, sys
from pathlib import Path
sys.path[:0] = [sys.argv[1], sys.argv[2]]
import mutants, pytest
tree = Path(sys.argv[2])
if sys.argv[3] == "measure":
    sys.exit(mutants.measure_coverage(tree, ["."], "test_sums.py"))
runner = mutants.Runner(tree, 5)
found = [place for place in mutants.places((tree / "sums.py").read_text()) if "Number" in place[0] or "Mul_Add" in place[0]]
print(json.dumps([runner.judge("sums.py", line, name, occurrence) for name, occurrence, line in found]))
"""


@pytest.fixture
def tree(tmp_path):
    source = SOURCE.replace("@njit", "def njit(**options):\n    return lambda function: function\n\n\n@njit")
    (tmp_path / "sums.py").write_text(source)
    (tmp_path / "test_sums.py").write_text(TESTS)
    return tmp_path


def test_a_checked_line_is_killed_an_unchecked_one_survives_and_the_source_comes_back(tree):
    source = (tree / "sums.py").read_text()
    for step in ("measure", "judge"):
        done = subprocess.run(
            [sys.executable, "-c", JUDGE, str(Path(mutants.__file__).parent), str(tree), step],
            cwd=tree,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stderr + done.stdout
    rows = json.loads(done.stdout.splitlines()[-1])
    assert {(row["line"], row["result"]) for row in rows if row["line"] != 1} == {(2, "killed"), (6, "survived")}
    assert all(row["result"] == "survived" for row in rows if row["line"] == 1)  # no test uses the default
    assert {row["change"] for row in rows if row["line"] == 6} == {
        "- return x / 2 + return x / 3",
        "- return x / 2 + return x / 1",
    }
    assert (tree / "sums.py").read_text() == source


def test_places_lie_neither_in_annotations_nor_in_compiled_bodies():
    pytest.importorskip("cosmic_ray")
    assert {line for _, _, line in mutants.places(SOURCE)} == {1, 2, 6}
    assert not list(mutants.places("def f(x: list[int] | None) -> int | None:\n    y: int | None = x\n    return y\n"))


def test_shares_are_given_with_and_without_equivalent_survivors():
    rows = [
        {"file": "a.py", "change": change, "result": result}
        for change, result in (
            ("- 1 + 2", "killed"),
            ("- 3 + 4", "survived"),
            ("- 5 + 6", "survived"),
            ("", "not decided"),
        )
    ]
    found = mutants.summary(rows, 10, {"a.py: - 3 + 4": {"equivalent": True, "why": "never read"}})
    assert (found["share of all"], found["share without equivalents"]) == (0.333, 0.5)
    assert [row["why"] for row in found["survivors"]] == ["never read", "not read"]


def test_the_interval_is_wilsons():
    assert mutants.interval(51, 60) == [0.739, 0.919]  # (p + z²/2n ± z √(p(1-p)/n + z²/4n²)) / (1 + z²/n), by hand
