"""Structure of the source tree: sizes, import circles, private names, import contracts, banned words."""

import ast
import re
import statistics
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PACKAGES = {"mmviz": ROOT / "mmviz", "mmkernels": ROOT / "kernels" / "mmkernels", "bench": ROOT / "kernels" / "bench"}
FILES = {
    ".".join([name, *path.relative_to(folder).with_suffix("").parts]).removesuffix(".__init__"): path
    for name, folder in PACKAGES.items()
    for path in sorted(folder.rglob("*.py"))
}
TREES = {module: ast.parse(path.read_text(encoding="utf-8")) for module, path in FILES.items()}
LARGEST_FILE = 500
MEDIAN_LINES = range(150, 201)


def lines_of(path):
    return path.read_text(encoding="utf-8").count("\n")


def faults(path, tree):
    """Return what a source file must not contain: a line of text for each."""
    found = []
    if lines_of(path) > LARGEST_FILE:
        found.append(f"{lines_of(path)} lines; at most {LARGEST_FILE}")
    if path.stem in {"utils", "helpers", "common", "misc"}:
        found.append(f"its name {path.stem!r} names no idea of the field")
    if not ast.get_docstring(tree):
        found.append("no docstring")
    asserts = [node.lineno for node in ast.walk(tree) if isinstance(node, ast.Assert)]
    if asserts:
        found.append(f"assert in lines {asserts}: checks must hold under python -O")
    calls = [node for node in ast.walk(tree) if isinstance(node, ast.Call)]
    printed = [call.lineno for call in calls if getattr(call.func, "id", "") == "print"]
    if printed:
        found.append(f"print in lines {printed}")
    return found


def test_a_source_file_has_at_most_500_lines_a_docstring_no_assert_and_no_print():
    assert len(FILES) > 400
    found = [f"{module}: {fault}" for module, path in FILES.items() for fault in faults(path, TREES[module])]
    assert not found, "\n".join(found)


@pytest.mark.parametrize(
    ("name", "text", "fault"),
    [
        ("long", '"""Docstring."""\n' + "\n" * LARGEST_FILE, f"{LARGEST_FILE + 1} lines"),
        ("utils", '"""Docstring."""\n', "'utils'"),
        ("bare", "a = 1\n", "no docstring"),
        ("asserts", '"""Docstring."""\nassert True\n', "assert in lines [2]"),
        ("prints", '"""Docstring."""\nprint(1)\n', "print in lines [2]"),
    ],
)
def test_each_fault_of_a_source_file_is_found_alone(name, text, fault, tmp_path):
    path = tmp_path / f"{name}.py"
    path.write_text(text)
    (found,) = faults(path, ast.parse(text))
    assert fault in found


def test_the_median_file_of_mmviz_has_150_to_200_lines():
    lines = [lines_of(path) for path in (ROOT / "mmviz").rglob("*.py")]
    assert round(statistics.median(lines)) in MEDIAN_LINES, f"{len(lines)} files"


def imported_modules(module):
    """Return the modules of ours that a module imports when it is imported; `if TYPE_CHECKING` and functions are left out."""
    found = set()
    for node in TREES[module].body:
        if isinstance(node, ast.ImportFrom) and node.module:
            found |= {f"{node.module}.{name.name}" for name in node.names if f"{node.module}.{name.name}" in FILES}
            found |= {node.module for name in node.names if f"{node.module}.{name.name}" not in FILES}
        elif isinstance(node, ast.Import):
            found |= {name.name for name in node.names}
    return {name for name in found if name in FILES and name != module}


def import_circles(graph):
    """Return the strongly connected components of more than one module (Tarjan's algorithm)."""
    index, low, stack, circles = {}, {}, [], []

    def visit(module):
        index[module] = low[module] = len(index)
        stack.append(module)
        for other in sorted(graph[module]):
            if other not in index:
                visit(other)
                low[module] = min(low[module], low[other])
            elif other in stack:
                low[module] = min(low[module], index[other])
        if low[module] == index[module]:
            circle = stack[stack.index(module) :]
            del stack[stack.index(module) :]
            if len(circle) > 1:
                circles.append(sorted(circle))

    for module in graph:
        if module not in index:
            visit(module)
    return circles


def test_import_circles_finds_a_circle_of_three_and_no_chain():
    graph = {"a": {"b"}, "b": {"c"}, "c": {"a", "d"}, "d": set(), "e": {"d"}}
    assert import_circles(graph) == [["a", "b", "c"]]


def test_no_import_circle_among_the_modules_of_mmviz_mmkernels_and_bench():
    assert import_circles({module: imported_modules(module) for module in FILES}) == []


def test_no_private_name_is_imported_from_another_file():
    private = [
        f"{module}: from {node.module} import {name.name}"
        for module, tree in TREES.items()
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom) and (node.module or "").split(".")[0] in PACKAGES
        for name in node.names
        if name.name.startswith("_") and not name.name.startswith("__")
    ]
    assert private == []


def test_every_package_of_mmviz_stands_in_the_layers_of_the_import_contract():
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]["contracts"]
    (layers,) = [contract["layers"] for contract in contracts if contract["type"] == "layers"]
    listed = {name.strip().removeprefix("mmviz.") for layer in layers for name in layer.split("|")}
    packages = {path.parent.name for path in (ROOT / "mmviz").glob("*/__init__.py")}
    assert packages <= listed, "import-linter does not check them"
    assert listed - packages <= {path.stem for path in (ROOT / "mmviz").glob("*.py")}


def test_no_call_that_takes_text_of_the_data_as_markup():
    calls = ("visualize_text", "force_plot", "plots.text(", ".innerHTML", "insertAdjacentHTML")
    scripts = [*FILES.values(), *(ROOT / "mmviz").rglob("*.js")]
    found = [(p.name, call) for p in scripts for call in calls if call in p.read_text(encoding="utf-8")]
    assert found == []


def test_no_two_test_files_have_the_same_name():
    """Pytest imports a test file by its bare name."""
    names = [path.name for path in (ROOT / "tests").rglob("test_*.py")]
    assert sorted(names) == sorted(set(names))


def test_no_test_file_is_named_after_rows_of_a_table():
    assert [p.name for p in (ROOT / "tests").rglob("*.py") if re.search(r"rows?_\d", p.name)] == []
