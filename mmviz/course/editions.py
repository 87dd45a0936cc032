"""``python -m mmviz course``: write the notebooks as a student's, a teacher's and an nbgrader edition."""

from __future__ import annotations

import argparse
import re
import shutil
import sys
from collections.abc import Callable, Iterator, Sequence
from copy import deepcopy
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mmviz.core.errors import DataError
from mmviz.course.exercises import find
from mmviz.io.atomic import write_bytes_atomic

if TYPE_CHECKING:
    from nbformat import NotebookNode


_WORK = re.compile(r"^answer = \.\.\.", re.MULTILINE)
_CHECK = re.compile(r'^mm\.course\.check\("(?P<number>[\d.]+)", answer(?P<given>.*)\)$', re.MULTILINE)
_SOLVED = re.compile(r'[,;:]? (?:then )?the solution: `mm\.course\.solution\("[\d.]+"\)`')


def exercises_of(book: NotebookNode) -> list[str]:
    """Return the numbers of the exercises of a notebook, in order.

    Raises
    ------
    DataError
        A cell that checks an answer has no line ``answer = ...``, or checks two.
    """
    return [number for cell in book.cells if (number := _number(cell)) is not None]


def teacher(book: NotebookNode) -> NotebookNode:
    """Return the notebook with each solution, its check and the hints below the exercise."""
    return _rewritten(book, _with_solution)


def student(book: NotebookNode) -> NotebookNode:
    """Return the notebook without the references to solutions; the cells for answers stay empty."""
    out = _rewritten(book, lambda cell, _: iter([cell]))
    for cell in out.cells:
        if cell.cell_type == "markdown":
            cell.source = _SOLVED.sub("", cell.source)
    return out


def for_nbgrader(book: NotebookNode) -> NotebookNode:
    """Return the nbgrader source of a notebook: solutions between marks, a locked cell with one point for each check."""
    return _rewritten(book, _graded)


def _rewritten(book: NotebookNode, change: Callable[[NotebookNode, str], Iterator[NotebookNode]]) -> NotebookNode:
    out = deepcopy(book)
    cells: list[NotebookNode] = []
    for cell in out.cells:
        number = _number(cell)
        cells.extend([cell] if number is None else change(cell, number))
    out.cells = cells
    return out


def _number(cell: NotebookNode) -> str | None:
    if cell.cell_type != "code":
        return None
    checks = _CHECK.findall(cell.source)
    if not checks:
        return None
    if len(checks) > 1 or not _WORK.search(cell.source):
        raise DataError(
            f"exercise {checks[0][0]}: its cell must contain one line `answer = ...` and one check; found:\n{cell.source}"
        )
    number: str = checks[0][0]
    return number


def _with_solution(cell: NotebookNode, number: str) -> Iterator[NotebookNode]:
    from nbformat import v4

    exercise = find(number)
    hints = "\n".join(f"{k}. {hint}" for k, hint in enumerate(exercise.hints, 1))
    mistakes = "\n".join(f"- *{mistake.name}*: {mistake.explanation}" for mistake in exercise.mistakes)
    yield cell
    yield v4.new_markdown_cell(f"**Solution of {number}.** Hints:\n\n{hints}\n\nRecognised mistakes:\n\n{mistakes}")
    check = _check(cell)
    yield v4.new_code_cell(f"{exercise.solution.strip()}\nverdict = {check}\nassert verdict, verdict\nverdict")


def _graded(cell: NotebookNode, number: str) -> Iterator[NotebookNode]:
    from nbformat import v4

    name, check = number.replace(".", "-"), _check(cell)
    before = cell.source[: _WORK.search(cell.source).start()]  # type: ignore[union-attr]
    work = v4.new_code_cell(f"{before}### BEGIN SOLUTION\n{find(number).solution.strip()}\n### END SOLUTION")
    work.metadata["nbgrader"] = _mark(f"exercise-{name}", solution=True)
    test = v4.new_code_cell(f"verdict = {check}\nprint(verdict)\nassert verdict")
    test.metadata["nbgrader"] = _mark(f"check-{name}", grade=True, locked=True, points=1)
    yield work
    yield test


def _check(cell: NotebookNode) -> str:
    found = _CHECK.search(cell.source)
    return "" if found is None else found.group()


def _mark(grade_id: str, **flags: Any) -> dict[str, Any]:
    mark = {
        "schema_version": 3,
        "grade_id": grade_id,
        "grade": False,
        "solution": False,
        "locked": False,
        "task": False,
    }
    return mark | flags


_FOLDER = Path(__file__).parents[2]
_PAGES = {"syllabus.md": ("student", "teacher"), "teacher.md": ("teacher",)}


def main(arguments: Sequence[str]) -> int:
    """Write the editions and print their paths."""
    parser = argparse.ArgumentParser(prog="python -m mmviz course", description=__doc__)
    parser.add_argument("--notebooks", type=Path, default=_FOLDER / "notebooks", help="folder of the notebooks")
    parser.add_argument(
        "--pages", type=Path, default=_FOLDER / "docs" / "course", help="folder of syllabus and teacher's page"
    )
    parser.add_argument("--out", type=Path, default=Path("course"), help="output folder; created if missing")
    options = parser.parse_args(arguments)
    for path in write(options.notebooks, options.out, pages=options.pages):
        sys.stdout.write(f"{path}\n")
    sys.stdout.write(
        f"\nnbgrader: (cd {options.out}/nbgrader && nbgrader db upgrade && nbgrader generate_assignment --create NOTEBOOK)\n"
    )
    return 0


def write(notebooks: Path, out: Path, *, pages: Path) -> list[Path]:
    """Write ``student/``, ``teacher/`` and ``nbgrader/`` (its ``source/`` and configuration) below a folder.

    Parameters
    ----------
    notebooks
        Folder of the ``.ipynb`` files.
    out
        Created if missing; files of the same name in it are replaced.
    pages
        Folder of ``syllabus.md`` and ``teacher.md``.

    Returns
    -------
    list of Path
        The written files.

    Raises
    ------
    DataError
        There is no notebook, or a cell with an exercise has the wrong form.
    """
    import nbformat

    found = sorted(notebooks.glob("[0-9]*.ipynb"))
    if not found:
        raise DataError(
            f"--notebooks {notebooks}: contains no notebook (NN_name.ipynb); give the folder notebooks of a clone"
        )
    written: list[Path] = []
    for path in found:
        book = nbformat.read(path, as_version=4)
        written += [
            _save(student(book), out / "student" / path.name),
            _save(teacher(book), out / "teacher" / path.name),
        ]
        if exercises_of(book):
            written.append(_save(for_nbgrader(book), out / "nbgrader" / "source" / path.stem / path.name))
    for network in sorted((notebooks / "networks").glob("*.py")):
        for reader in ("student", "teacher"):
            (out / reader / "networks").mkdir(exist_ok=True)
            written.append(Path(shutil.copy(network, out / reader / "networks" / network.name)))
    for name, readers in _PAGES.items():
        for reader in readers:
            written.append(Path(shutil.copy(pages / name, out / reader / name)))
    config = out / "nbgrader" / "nbgrader_config.py"
    write_bytes_atomic(config, b'c = get_config()\nc.CourseDirectory.course_id = "mmviz"\n')
    return [*written, config]


def _save(book: object, path: Path) -> Path:
    import nbformat

    path.parent.mkdir(parents=True, exist_ok=True)
    write_bytes_atomic(path, nbformat.writes(book).encode("utf-8"))
    return path
