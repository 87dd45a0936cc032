"""The manners of the house that a script can see."""

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
SOURCES = sorted([*(ROOT / "mmviz").rglob("*.py"), *(ROOT / "kernels").rglob("*.py")])


@pytest.mark.parametrize("path", SOURCES, ids=lambda p: str(p.relative_to(ROOT)))
def test_a_file_holds_one_idea_says_it_first_and_is_no_monster(path):
    text = path.read_text(encoding="utf-8")
    assert text.count("\n") <= 500
    assert path.stem not in {"utils", "helpers", "common", "misc"}
    tree = ast.parse(text)
    assert ast.get_docstring(tree)
    asserts = [node.lineno for node in ast.walk(tree) if isinstance(node, ast.Assert)]
    assert asserts == [], "checks must survive python -O"
    printed = [n.lineno for n in ast.walk(tree) if isinstance(n, ast.Call) and getattr(n.func, "id", "") == "print"]
    assert printed == []


def test_no_figure_of_others_that_takes_data_text_as_markup_is_called():
    calls = ("visualize_text", "force_plot", "plots.text(", ".innerHTML", "insertAdjacentHTML")
    scripts = [*SOURCES, *(ROOT / "mmviz").rglob("*.js")]
    found = [(p.name, call) for p in scripts for call in calls if call in p.read_text(encoding="utf-8")]
    assert found == []


def test_no_two_test_files_have_one_name():
    """Pytest imports a test file by its bare name."""
    names = [path.name for path in (ROOT / "tests").rglob("test_*.py")]
    assert sorted(names) == sorted(set(names))
