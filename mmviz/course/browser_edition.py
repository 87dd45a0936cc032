"""``python -m mmviz course browser``: notebooks as pages with their results, live views and models; no installation, no network."""

from __future__ import annotations

import argparse
import html
import re
import shutil
import sys
import zipfile
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from mmviz.core.errors import DataError
from mmviz.course.editions import exercises_of, student
from mmviz.course.html_pages import code_html, outputs_html, page, title_of, to_html
from mmviz.io.atomic import write_bytes_atomic

if TYPE_CHECKING:
    from nbformat import NotebookNode

_NOTEBOOKS = ("00", "01", "02", "03")
_NOTE = (
    "This page is a notebook after a run: text, results, pictures. Sliders of pictures and the live views work here; in a live view with its model "
    "your edits are predicted too. Code cannot be changed and exercises are not checked: that needs the notebook itself."
)


def main(arguments: Sequence[str]) -> int:
    """Run the notebooks, unless their outputs are given, and write the pages."""
    parser = argparse.ArgumentParser(prog="python -m mmviz course browser", description=__doc__)
    parser.add_argument(
        "--only", nargs="+", default=list(_NOTEBOOKS), metavar="NN", help="notebooks (default 00 to 03)"
    )
    parser.add_argument("--out", type=Path, default=Path("course/browser"), help="output folder")
    parser.add_argument("--zip", action="store_true", help="also write the folder as one .zip file beside it")
    parser.add_argument(
        "--studies", type=Path, help="folder of an earlier `python -m mmviz report --run-only`; nothing is run"
    )
    options = parser.parse_args(arguments)
    for path in write(executed(options.studies, options.out, options.only, models=True), options.out):
        sys.stdout.write(f"{path}\n")
    if options.zip:
        sys.stdout.write(f"{zipped(options.out)}\n")
    return 0


def executed(studies: Path | None, out: Path, only: Sequence[str] | None, *, models: bool = False) -> Path:
    """Return a folder with ``studies/NAME.ipynb`` and ``_static``; without ``studies`` the notebooks are run into ``OUT/../studies-run``.

    Raises
    ------
    DataError
        ``studies`` contains no executed notebook, or a notebook failed.
    """
    from mmviz.__main__ import main as command

    if studies is None:
        studies = out.parent / "studies-run"
        words = ["report", "--run-only", "--out", str(studies), *(["--models"] if models else [])]
        if command([*words, *(["--only", *only] if only else [])]):
            raise DataError("the notebooks did not run; see the message above")
    if not list((studies / "studies").glob("*.ipynb")):
        raise DataError(
            f"--studies {studies}: has no folder studies with notebooks; write it: python -m mmviz report --run-only"
        )
    return studies


def write(studies: Path, out: Path) -> list[Path]:
    """Write ``index.html``, ``pages/NAME.html`` and ``_static``; return the written pages.

    Parameters
    ----------
    studies
        Folder of ``python -m mmviz report --run-only``.
    out
        Created if missing.
    """
    import nbformat

    out.mkdir(parents=True, exist_ok=True)
    shutil.copytree(studies / "_static", out / "_static", dirs_exist_ok=True)
    written, items = [], []
    paths = sorted((studies / "studies").glob("[0-9]*.ipynb"))
    for path in paths:
        book = nbformat.read(path, as_version=4)
        title = title_of(book)
        items.append(f'<li><a href="pages/{path.stem}.html">{path.stem[:2]} · {html.escape(title)}</a></li>')
        target = out / "pages" / f"{path.stem}.html"
        target.parent.mkdir(exist_ok=True)
        body = _linked(_body(book), {p.stem for p in paths})
        back = '<p><a href="../index.html">All notebooks</a></p>'
        write_bytes_atomic(target, page(title, f'<main>{back}<p class="note">{_NOTE}</p>{body}{back}</main>').encode())
        written.append(target)
    index = out / "index.html"
    listed = f"<h1>Seeing inside multimodal fusion</h1><p class='note'>{_NOTE}</p><ul>{''.join(items)}</ul>"
    write_bytes_atomic(index, page("mmviz: the course in a browser", f"<main>{listed}</main>").encode())
    return [index, *written]


def _body(book: NotebookNode) -> str:
    parts = []
    for cell in student(book).cells:
        if cell.cell_type == "markdown":
            parts.append(to_html(cell.source))
        elif cell.cell_type == "code" and not cell.source.startswith("%env"):
            code = code_html(cell.source)
            shown = "open" if exercises_of_cell(cell) else ""
            parts += [f"<details {shown}><summary>code</summary>{code}</details>", *outputs_html(cell)]
    return "".join(parts)


def exercises_of_cell(cell: NotebookNode) -> list[str]:
    """Return the numbers of the exercises of one cell."""
    from nbformat import v4

    return exercises_of(v4.new_notebook(cells=[cell]))


def _linked(text: str, names: set[str]) -> str:
    """Return the page with links to the other pages, where the text names a notebook; links out of the folder become text."""
    text = re.sub(r'<a href="(?:\.\./docs/[^"]*)">(.*?)</a>', r"\1", text)
    for name in names:
        text = text.replace(f"<code>{name}</code>", f'<a href="{name}.html"><code>{name}</code></a>')
    return text


def zipped(folder: Path) -> Path:
    """Return the folder as a .zip file beside it."""
    target = folder.with_name(folder.name + ".zip")
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for path in sorted(p for p in folder.rglob("*") if p.is_file()):
            archive.write(path, Path(folder.name) / path.relative_to(folder))
    return target
