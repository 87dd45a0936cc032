"""``python -m mmviz course slides``: slides of the notebooks as HTML files; arrow keys turn the pages, N shows the full text."""

from __future__ import annotations

import argparse
import html
import re
import shutil
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from mmviz.core.errors import DataError
from mmviz.course.browser_edition import executed
from mmviz.course.html_pages import STYLE, outputs_html, page, title_of, to_html
from mmviz.io.atomic import write_bytes_atomic

if TYPE_CHECKING:
    from nbformat import NotebookNode

_FOLDER = Path(__file__).parents[2]
#: characters of text on one slide before a second one begins
_FULL = 620
_SHOWN = re.compile(r"\*\*[^*\n]{12,}\*\*|(?<!\*)\*(?:Predict|Guess|Before)[^*]+\*(?!\*)")
_BLOCK = re.compile(r"^(?:\$\$|\||!\[|[-*] |\d+\. |<)")

_STYLE = """
html { scroll-snap-type: y mandatory; } body { font-size: clamp(16px, 1.75vw, 30px); }
section.slide { position: relative; min-height: 100vh; scroll-snap-align: start; padding: 4vh 6vw 7vh; display: flex; flex-direction: column; justify-content: center; border-bottom: 1px solid var(--line); }
section.slide h2 { margin: 0 0 .5em; font-size: 1.3em; } section.first h2 { font-size: 1.9em; }
section.slide > h2:first-child:not(:only-child) { margin-top: 0; }
section.slide .part { color: var(--soft); font-size: .62em; position: absolute; bottom: 1.4vh; left: 6vw; right: 6vw; display: flex; justify-content: space-between; }
section.slide iframe { height: 82vh !important; } .figure { max-height: 84vh; overflow: auto; font-size: 16px; } .notes { display: none; color: var(--soft); font-size: .62em; border-top: 1px solid var(--line); margin-top: 1.2em; padding-top: .4em; }
body.notes .notes { display: block; } .predict { color: var(--mark); } pre { font-size: .7em; white-space: pre-wrap; } table { font-size: .82em; }
@media print { @page { size: 297mm 167mm; margin: 0; } section.slide { break-after: page; height: 167mm; min-height: 0; overflow: hidden; } }
"""
_SCRIPT = """
const slides = [...document.querySelectorAll("section.slide")];
const here = () => slides.reduce((best, s, i) => Math.abs(s.getBoundingClientRect().top) < Math.abs(slides[best].getBoundingClientRect().top) ? i : best, 0);
addEventListener("keydown", (e) => {
  if (e.key === "n" || e.key === "N") document.body.classList.toggle("notes");
  const by = { ArrowRight: 1, PageDown: 1, " ": 1, ArrowLeft: -1, PageUp: -1 }[e.key];
  if (!by || e.target.closest("input, select, textarea, button")) return;
  e.preventDefault();
  slides[Math.max(0, Math.min(slides.length - 1, here() + by))].scrollIntoView();
});
"""


@dataclass
class Slide:
    """One slide: its heading, what is shown (HTML), the full text below it (Markdown), and how full it is."""

    heading: str
    shown: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    filled: int = 0


def main(arguments: Sequence[str]) -> int:
    """Write the slides."""
    parser = argparse.ArgumentParser(prog="python -m mmviz course slides", description=__doc__)
    parser.add_argument("--notebooks", type=Path, default=_FOLDER / "notebooks", help="folder of the notebooks")
    parser.add_argument("--out", type=Path, default=Path("course/slides"), help="output folder")
    parser.add_argument("--only", nargs="+", metavar="NN", help="these notebooks")
    parser.add_argument(
        "--run", action="store_true", help="run the notebooks first: slides with their pictures (minutes)"
    )
    parser.add_argument(
        "--studies", type=Path, help="with pictures: folder of an earlier `python -m mmviz report --run-only`"
    )
    options = parser.parse_args(arguments)
    folder = options.notebooks
    if options.run or options.studies:
        studies = executed(options.studies, options.out, options.only)
        folder = studies / "studies"
        shutil.copytree(studies / "_static", options.out / "_static", dirs_exist_ok=True)
    for path in write(folder, options.out, only=options.only):
        sys.stdout.write(f"{path}\n")
    return 0


def write(notebooks: Path, out: Path, *, only: Sequence[str] | None = None) -> list[Path]:
    """Write ``pages/NAME.html`` for each notebook of a folder, executed or not; return the paths.

    Raises
    ------
    DataError
        There is no such notebook.
    """
    import nbformat

    written = []
    for path in sorted(notebooks.glob("[0-9]*.ipynb")):
        if only and not path.stem.startswith(tuple(only)):
            continue
        book = nbformat.read(path, as_version=4)
        target = out / "pages" / f"{path.stem}.html"
        target.parent.mkdir(parents=True, exist_ok=True)
        write_bytes_atomic(target, _page(title_of(book), slides_of(book)).encode("utf-8"))
        written.append(target)
    if not written:
        raise DataError(f"{notebooks}: contains no notebook of that name; give the folder notebooks of a clone")
    return written


def slides_of(book: NotebookNode) -> list[Slide]:
    """Return the slides of a notebook.

    A heading begins a slide. Shown are its first sentence, what is bold, *Predict ...*, formulas, tables and lists, every picture
    on a slide of its own, and the printed checks; the whole text is in the notes.
    """
    slides: list[Slide] = []
    for cell in book.cells:
        if cell.cell_type == "markdown":
            for part in re.split(r"\n{2,}", cell.source):
                _add_text(slides, part.strip())
        elif cell.cell_type == "code" and slides:
            _add_outputs(slides, outputs_html(cell))
    return [slide for slide in slides if slide.shown or slide.notes]


def _add_text(slides: list[Slide], part: str) -> None:
    lines = part.splitlines()
    if part.startswith("#"):
        slides.append(Slide(lines[0].lstrip("#").strip()))
        part = "\n".join(lines[1:]).strip()
    if not part or not slides:
        return
    for text, mark in _shown(part, first=not slides[-1].shown and not slides[-1].notes):
        if slides[-1].filled and slides[-1].filled + len(text) > _FULL:
            slides.append(Slide(slides[-1].heading))
        slides[-1].shown.append(f'<div class="{mark}">{to_html(text)}</div>')
        slides[-1].filled += len(text)
    slides[-1].notes.append(part)


def _shown(part: str, *, first: bool) -> Iterator[tuple[str, str]]:
    """Yield (Markdown, class) of what a paragraph shows on its slide."""
    if _BLOCK.match(part):
        yield part, "block"
        return
    found = [m.group() for m in _SHOWN.finditer(part)]
    if first and not found:
        found = [re.split(r"(?<=[.?!])\s+(?=[A-Z*])", part, maxsplit=1)[0]]
    for text in found:
        yield text, "predict" if text.startswith("*") and not text.startswith("**") else "block"


def _add_outputs(slides: list[Slide], outputs: Sequence[str]) -> None:
    heading = slides[-1].heading
    for output in outputs:
        if output.startswith("<pre"):
            checks = [line for line in output.removesuffix("</pre>").split("\n") if "check:" in line]
            text = "".join(f"<p>✓ {line.partition('check:')[2].strip()}</p>" for line in checks)
            if text and slides[-1].filled + len(text) > _FULL:
                slides.append(Slide(heading))
            if text:
                slides[-1].shown.append(text)
                slides[-1].filled += len(text)
        else:
            slides.append(Slide(heading, [f'<div class="figure">{output}</div>'], filled=_FULL))
            slides.append(Slide(heading))


def _page(title: str, slides: Sequence[Slide]) -> str:
    count = len(slides)
    parts = []
    for k, slide in enumerate(slides, 1):
        notes = "".join(to_html(text) for text in slide.notes)
        heading = to_html(slide.heading).strip().removeprefix("<p>").removesuffix("</p>")
        parts.append(
            f'<section class="slide{" first" if k == 1 else ""}"><h2>{heading}</h2>{"".join(slide.shown)}'
            f'<div class="notes">{notes}</div><div class="part"><span>{html.escape(title)}</span><span>{k} / {count}</span></div></section>'
        )
    return page(title, "".join(parts), style=STYLE + _STYLE, script=_SCRIPT)
