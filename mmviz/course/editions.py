"""Editions of the notebooks for students, teachers and nbgrader: transformations, and ``python -m mmviz course``."""

from __future__ import annotations

import argparse
import re
import shutil
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from copy import deepcopy
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mmviz.core.errors import DataError
from mmviz.course.exercises import find
from mmviz.course.grading import HIDDEN, SOLUTIONS
from mmviz.course.links import documents_named, relinked
from mmviz.io.atomic import write_bytes_atomic

if TYPE_CHECKING:
    from nbformat import NotebookNode


_WORK = re.compile(r"^answer = \.\.\..*\n", re.MULTILINE)
_CHECK = re.compile(r'^mm\.course\.check\("(?P<number>[\d.]+)", answer(?P<given>.*)\)$', re.MULTILINE)
_SOLVED = re.compile(r'[,;:]? (?:then )?(?:and )?the solution: `mm\.course\.solution\("[\d.]+"\)`')


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
    """Return the notebook without solutions: no text refers to them, and a cell makes ``mm.course.solution`` refuse."""
    from nbformat import v4

    out = deepcopy(book)
    for cell in out.cells:
        if cell.cell_type == "markdown":
            cell.source = _SOLVED.sub("", cell.source)
    first = next((k for k, cell in enumerate(out.cells) if cell.cell_type == "code"), len(out.cells))
    out.cells.insert(first, v4.new_code_cell(f"%env {SOLUTIONS}={HIDDEN}", id="no-solutions"))
    return out


def for_nbgrader(book: NotebookNode) -> NotebookNode:
    """Return the nbgrader source of a notebook.

    Each exercise has three cells: a locked one with what is given, which also takes the last exercise's answer away, one for the work with ``answer = ...`` and the
    solution between nbgrader's marks, and a locked one that grades it with one point.
    """
    out = _rewritten(student(book), _graded)
    for cell in out.cells:
        if cell.id == "no-solutions":
            cell.metadata["nbgrader"] = _mark("no-solutions", locked=True)
    return out


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
    found = _CHECK.search(cell.source)
    check = "" if found is None else found.group()
    yield v4.new_code_cell(f"{exercise.solution.strip()}\nverdict = {check}\nassert verdict, verdict\nverdict")


def _graded(cell: NotebookNode, number: str) -> Iterator[NotebookNode]:
    from nbformat import v4

    name = number.replace(".", "-")
    before, after = _WORK.split(cell.source, maxsplit=1)
    start = v4.new_code_cell(
        f"{before}answer = ...  # exercise {number} begins without an answer; yours goes into the next cell"
    )
    start.metadata["nbgrader"] = _mark(f"start-{name}", locked=True)
    solved = f"### BEGIN SOLUTION\n{find(number).solution.strip()}\n### END SOLUTION"
    work = v4.new_code_cell(f"answer = ...  # exercise {number}: replace the dots by your work\n{solved}")
    work.metadata["nbgrader"] = _mark(f"exercise-{name}", solution=True)
    test = v4.new_code_cell(_CHECK.sub(r'mm.course.grade("\g<number>", answer\g<given>)', after))
    test.metadata["nbgrader"] = _mark(f"check-{name}", grade=True, locked=True, points=1)
    yield from (start, work, test)


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
#: pages of docs/course that a student's edition does not contain
_TEACHERS = ("teacher.md", "concept_inventory_key.md", "capstone_solution.md", "jupyterhub.md")
#: seconds of one cell before nbgrader interrupts it; tests/bars/grading.py prints the longest cell of each notebook, trainings included
TIMEOUT = 300
_CONFIG = f'''"""Configuration of nbgrader, written by `python -m mmviz course`."""

import os
import sys
from pathlib import Path

c = get_config()
c.CourseDirectory.course_id = "mmviz"
c.ClearSolutions.code_stub = {{"python": ""}}  # the line `answer = ...` stays
c.Execute.timeout = {TIMEOUT}  # seconds for one cell; nbgrader's own 30 are too few for a training
c.OverwriteCells.add_missing_cells = True  # a graded cell that a student has deleted
os.environ.setdefault("MMVIZ_RUNS", str(Path(__file__).parent / "runs"))  # one training for the whole class
os.environ["{SOLUTIONS}"] = "{HIDDEN}"
# nbgrader starts the program alembic, which an environment that is not activated does not find
os.environ["PATH"] = str(Path(sys.executable).parent) + os.pathsep + os.environ.get("PATH", "")
'''


def main(arguments: Sequence[str]) -> int:
    """Write the editions and print their paths."""
    parser = argparse.ArgumentParser(prog="python -m mmviz course", description=__doc__)
    parser.add_argument("--notebooks", type=Path, default=_FOLDER / "notebooks", help="folder of the notebooks")
    parser.add_argument(
        "--pages", type=Path, default=_FOLDER / "docs" / "course", help="folder of syllabus and teacher's pages"
    )
    parser.add_argument("--out", type=Path, default=Path("course"), help="output folder; created if missing")
    options = parser.parse_args(arguments)
    for path in write(options.notebooks, options.out, pages=options.pages):
        sys.stdout.write(f"{path}\n")
    sys.stdout.write(f"\nnbgrader: (cd {options.out}/nbgrader && nbgrader generate_assignment --create NOTEBOOK)\n")
    return 0


def write(notebooks: Path, out: Path, *, pages: Path) -> list[Path]:
    """Write ``student/``, ``teacher/`` and ``nbgrader/`` (its ``source/`` and configuration) below a folder.

    Documents ``docs/NAME.md`` that a notebook names are copied beside it; links lead to the files of the same edition.

    Parameters
    ----------
    notebooks
        Folder of the ``.ipynb`` files, in the folder of the project.
    out
        Created if missing; files of the same name in it are replaced.
    pages
        Folder of the syllabus and the other pages.

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

    notebooks, pages = notebooks.resolve(), pages.resolve()
    books = {path: nbformat.read(path, as_version=4) for path in sorted(notebooks.glob("[0-9]*.ipynb"))}
    if not books:
        raise DataError(
            f"--notebooks {notebooks}: contains no notebook (NN_name.ipynb); give the folder notebooks of a clone"
        )
    every = sorted(pages.glob("*.md"))
    students = [page for page in every if page.name not in _TEACHERS]
    written = _edition({path: student(book) for path, book in books.items()}, students, out / "student")
    written += _edition({path: teacher(book) for path, book in books.items()}, every, out / "teacher")
    for path, book in books.items():
        if exercises_of(book):
            written += _edition({path: for_nbgrader(book)}, [], out / "nbgrader" / "source" / path.stem)
    config = out / "nbgrader" / "nbgrader_config.py"
    write_bytes_atomic(config, _CONFIG.encode("utf-8"))
    return [*written, config]


def _edition(books: Mapping[Path, NotebookNode], pages: Sequence[Path], out: Path) -> list[Path]:
    """Write notebooks, pages, and the networks and documents that they name, into one folder."""
    import nbformat

    (folder,) = {path.parent for path in books}
    cells = [cell for book in books.values() for cell in book.cells]
    documents = documents_named((cell.source for cell in cells if cell.cell_type == "markdown"), folder.parent)
    placed = {path: Path(path.name) for path in (*books, *pages)}
    placed |= {path: Path("docs") / path.name for path in documents}
    written = []
    for path, book in books.items():
        for cell in book.cells:
            if cell.cell_type == "markdown":
                cell.source = relinked(cell.source, path, placed[path], placed)
        written.append(_save(nbformat.writes(book), out / path.name))
    for page in (*pages, *documents):
        text = relinked(page.read_text(encoding="utf-8"), page, placed[page], placed)
        written.append(_save(text, out / placed[page]))
    if any("from networks." in cell.source for cell in cells):
        for network in sorted((folder / "networks").glob("*.py")):
            (out / "networks").mkdir(exist_ok=True)
            written.append(Path(shutil.copy(network, out / "networks" / network.name)))
    return written


def _save(text: str, path: Path) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    write_bytes_atomic(path, text.encode("utf-8"))
    return path
