"""``python -m mmviz course handout``: every exercise with task, solution, hints and recognised mistakes, as one page to print."""

from __future__ import annotations

import argparse
import html
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from mmviz.core.errors import DataError
from mmviz.course.editions import exercises_of
from mmviz.course.exercises import find
from mmviz.course.html_pages import code_html, page, title_of, to_html
from mmviz.io.atomic import write_bytes_atomic

_FOLDER = Path(__file__).parents[2]
_BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome", "msedge")
_TASK = re.compile(r"^#{2,4} .*$", re.MULTILINE)
_SOLVED = re.compile(r"\n?[^\n]*mm\.course\.(?:hint|solution)\([^\n]*", re.MULTILINE)


def main(arguments: Sequence[str]) -> int:
    """Write the handout."""
    parser = argparse.ArgumentParser(prog="python -m mmviz course handout", description=__doc__)
    parser.add_argument("--notebooks", type=Path, default=_FOLDER / "notebooks", help="folder of the notebooks")
    parser.add_argument(
        "--out",
        type=Path,
        default=Path("solutions.html"),
        help="output file; .html, or .pdf where Chromium or Chrome is installed",
    )
    options = parser.parse_args(arguments)
    text = handout(options.notebooks)
    if options.out.suffix == ".pdf":
        _print(text, options.out.resolve())
    else:
        write_bytes_atomic(options.out, text.encode("utf-8"))
    sys.stdout.write(f"{options.out}\n")
    return 0


def handout(notebooks: Path) -> str:
    """Return the page: for each notebook its exercises, each with task, solution, hints and mistakes.

    Raises
    ------
    DataError
        The folder contains no notebook with an exercise.
    """
    import nbformat

    parts = ["<h1>Exercises and solutions</h1>", '<p class="note">For teachers. Not for publication.</p>']
    for path in sorted(notebooks.glob("[0-9]*.ipynb")):
        book = nbformat.read(path, as_version=4)
        if not exercises_of(book):
            continue
        parts.append(f"<h2>{html.escape(path.stem[:2])} · {html.escape(title_of(book))}</h2>")
        before = ""
        for cell in book.cells:
            if cell.cell_type == "markdown":
                before = cell.source
            numbers = exercises_of(nbformat.v4.new_notebook(cells=[cell]))
            parts += [_exercise(number, before) for number in numbers]
    if len(parts) == 2:
        raise DataError(
            f"--notebooks {notebooks}: contains no notebook with an exercise; give the folder notebooks of a clone"
        )
    return page("Exercises and solutions", f"<main>{''.join(parts)}</main>")


def _exercise(number: str, text: str) -> str:
    """Return a section; the task is the text above the work cell, from its last heading."""
    exercise = find(number)
    headings = list(_TASK.finditer(text))
    task = text[headings[-1].end() :] if headings else text
    hints = "".join(f"<li>{to_html(hint)}</li>" for hint in exercise.hints)
    rows = "".join(
        f"<tr><td>{html.escape(mistake.name)}</td><td>{to_html(mistake.explanation)}</td></tr>"
        for mistake in exercise.mistakes
    )
    return (
        f"<section><h3>{html.escape(number)} · {html.escape(exercise.title)}</h3>{to_html(_SOLVED.sub('', task).strip())}"
        f"<p><b>Solution</b></p>{code_html(exercise.solution.strip())}<p><b>Hints</b></p><ol>{hints}</ol>"
        f"<table><tr><th>recognised mistake</th><th>what the student reads</th></tr>{rows}</table></section>"
    )


def _print(text: str, out: Path) -> None:
    browser = next(filter(None, map(shutil.which, _BROWSERS)), None)
    if browser is None:
        raise DataError(
            f"--out {out.name}: no Chromium or Chrome was found; write .html, and print it to PDF from a browser"
        )
    with tempfile.TemporaryDirectory() as folder:
        source = Path(folder) / "handout.html"
        source.write_text(text, encoding="utf-8")
        words = [
            "--headless=new",
            "--no-sandbox",
            "--disable-gpu",
            "--no-pdf-header-footer",
            f"--user-data-dir={folder}/profile",
        ]
        done = subprocess.run(  # noqa: S603 - a browser of this machine, our own page
            [browser, *words, f"--print-to-pdf={out}", source.as_uri()], capture_output=True, text=True, check=False
        )
    if done.returncode or not out.exists():
        raise DataError(f"{browser} could not print the handout: {done.stderr[-500:]}")
