"""``python -m mmviz course``: the notebooks as a student's, a teacher's and an nbgrader edition."""

from __future__ import annotations

import argparse
import shutil
import sys
from collections.abc import Sequence
from pathlib import Path

from mmviz.course.editions import exercises_of, for_nbgrader, student, teacher
from mmviz.errors import DataError
from mmviz.io.atomic import write_bytes_atomic

_FOLDER = Path(__file__).parents[2]
_PAGES = {"syllabus.md": ("student", "teacher"), "teacher.md": ("teacher",)}


def main(arguments: Sequence[str]) -> int:
    """Write the editions; print what was written."""
    parser = argparse.ArgumentParser(prog="python -m mmviz course", description=__doc__)
    parser.add_argument("--notebooks", type=Path, default=_FOLDER / "notebooks", help="folder of the notebooks")
    parser.add_argument(
        "--pages", type=Path, default=_FOLDER / "docs" / "course", help="folder of syllabus and teacher's page"
    )
    parser.add_argument("--out", type=Path, default=Path("course"), help="folder to write; it is made")
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
        Is made; files of the same name in it are replaced.
    pages
        Folder of ``syllabus.md`` and ``teacher.md``.

    Returns
    -------
    list of Path
        What was written.

    Raises
    ------
    DataError
        There is no notebook, or an exercise is not as it should be.
    """
    import nbformat

    found = sorted(notebooks.glob("[0-9]*.ipynb"))
    if not found:
        raise DataError(f"--notebooks {notebooks}: no notebook there; give the folder of a clone")
    made: list[Path] = []
    for path in found:
        book = nbformat.read(path, as_version=4)
        made += [_save(student(book), out / "student" / path.name), _save(teacher(book), out / "teacher" / path.name)]
        if exercises_of(book):
            made.append(_save(for_nbgrader(book), out / "nbgrader" / "source" / path.stem / path.name))
    for name, readers in _PAGES.items():
        for reader in readers:
            made.append(Path(shutil.copy(pages / name, out / reader / name)))
    config = out / "nbgrader" / "nbgrader_config.py"
    write_bytes_atomic(config, b'c = get_config()\nc.CourseDirectory.course_id = "mmviz"\n')
    return [*made, config]


def _save(book: object, path: Path) -> Path:
    import nbformat

    path.parent.mkdir(parents=True, exist_ok=True)
    write_bytes_atomic(path, nbformat.writes(book).encode("utf-8"))
    return path
