"""The grading path, measured: every notebook with exercises, a perfect submission, nbgrader; points, seconds and the longest cell.

``python tests/bars/grading.py [--only 02_coupled_scan ...] [--out FOLDER]`` writes ``grading.json`` beside this file unless ``--only`` is
given. Each notebook is graded twice: the first trains into the cache of the class, the second loads from it.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from datetime import datetime
from pathlib import Path

import nbformat

from mmviz.course import find
from mmviz.course.class_report import read
from mmviz.course.editions import TIMEOUT, write

ROOT = Path(__file__).parents[2]


def nbgrader(course, *words):
    """Run a command of nbgrader in the folder of the course; its output, or an error with it."""
    environment = {name: value for name, value in os.environ.items() if name not in ("MMVIZ_RUNS", "MMVIZ_SOLUTIONS")}
    done = subprocess.run(
        [sys.executable, "-m", "nbgrader", *words],
        cwd=course,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise RuntimeError(f"nbgrader {' '.join(words)}:\n{done.stdout}\n{done.stderr}")
    return done.stderr


def submit(course, student, assignment, works):
    """Write a submission: the released notebook with ``works``, exercise -> text of its work cell (None deletes the cell)."""
    book = nbformat.read(course / "release" / assignment / f"{assignment}.ipynb", as_version=4)
    kept = []
    for cell in book.cells:
        number = cell.metadata.get("nbgrader", {}).get("grade_id", "").removeprefix("exercise-").replace("-", ".")
        if cell.metadata.get("nbgrader", {}).get("solution"):
            cell.source = works.get(number, cell.source) or ""
        kept.append(cell)
    book.cells = kept
    folder = course / "submitted" / student / assignment
    folder.mkdir(parents=True)
    for path in (course / "release" / assignment).rglob("*"):
        if path.is_file() and path.suffix != ".ipynb":
            (folder / path.relative_to(course / "release" / assignment)).parent.mkdir(parents=True, exist_ok=True)
            (folder / path.relative_to(course / "release" / assignment)).write_bytes(path.read_bytes())
    nbformat.write(book, folder / f"{assignment}.ipynb")


def exercises(course, assignment):
    """Return the numbers of the exercises of a released notebook."""
    book = nbformat.read(course / "release" / assignment / f"{assignment}.ipynb", as_version=4)
    marks = [cell.metadata.get("nbgrader", {}) for cell in book.cells]
    return [mark["grade_id"].removeprefix("exercise-").replace("-", ".") for mark in marks if mark.get("solution")]


def solutions(numbers):
    """Return the work cells of a perfect submission."""
    return {number: find(number).solution.strip() for number in numbers}


def longest_cell(path):
    """Return the seconds of the longest cell of an executed notebook."""
    timed = [cell.metadata.get("execution", {}) for cell in nbformat.read(path, as_version=4).cells]
    pairs = [(t.get("iopub.execute_input"), t.get("shell.execute_reply")) for t in timed]
    return max((datetime.fromisoformat(b) - datetime.fromisoformat(a)).total_seconds() for a, b in pairs if a and b)


def graded(course, assignment):
    """Grade a perfect submission twice; return points, seconds and the longest cell, without and with cached trainings."""
    row = {}
    nbgrader(course, "generate_assignment", assignment, "--create")
    for student in ("first", "second"):
        submit(course, student, assignment, solutions(exercises(course, assignment)))
        before = os.times()
        start = time.perf_counter()
        nbgrader(course, "autograde", assignment, "--student", student)
        after = os.times()
        cpu = after.children_user + after.children_system - before.children_user - before.children_system
        path = course / "autograded" / student / assignment / f"{assignment}.ipynb"
        row[student] = {
            "seconds": round(time.perf_counter() - start, 1),
            "cpu_seconds": round(cpu, 1),
            "longest_cell_s": round(longest_cell(path), 1),
        }
    scores = [s for s in read(course / "autograded") if s.notebook == assignment]
    row["points"] = [sum(s.points for s in scores), sum(s.of for s in scores)]
    row["missed"] = [f"{s.student} {s.exercise}: {s.mistake}" for s in scores if s.points < s.of or s.mistake]
    return row


def main():
    """Grade the notebooks and print a table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", nargs="+", help="names of notebooks")
    parser.add_argument("--out", type=Path, help="folder of the course (default: a temporary one)")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        out = options.out or Path(scratch)
        write(ROOT / "notebooks", out, pages=ROOT / "docs" / "course")
        course = out / "nbgrader"
        rows = {}
        for folder in sorted((course / "source").iterdir()):
            if not options.only or folder.name in options.only:
                rows[folder.name] = row = graded(course, folder.name)
                print(
                    f"{folder.name:20} {row['points'][0]:g} of {row['points'][1]:g} points (two submissions)", end="; "
                )
                print(
                    *(
                        f"{k}: {v['seconds']} s, longest cell {v['longest_cell_s']} s"
                        for k, v in row.items()
                        if "seconds" in v
                    ),
                    sep="; ",
                    flush=True,
                )
                for missed in row["missed"]:
                    print(f"  {missed}")
    if not options.only:
        found = {"timeout_s": TIMEOUT, "cores": os.cpu_count(), "notebooks": rows}
        Path(__file__).with_suffix(".json").write_text(json.dumps(found, indent=1) + "\n", encoding="utf-8")
    return int(any(row["points"][0] < row["points"][1] for row in rows.values()))


if __name__ == "__main__":
    sys.exit(main())
