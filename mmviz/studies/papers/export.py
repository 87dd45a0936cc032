"""Export of a paper's figure or table for a venue: PDF, SVG and LaTeX with a caption, and a document that includes all of them."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import mmviz
from mmviz.core.errors import DataError
from mmviz.core.escape import latex
from mmviz.io.atomic import write_bytes_atomic
from mmviz.plots.diagram_file import save_diagram
from mmviz.plots.diagram_spec import Diagram
from mmviz.plots.diagram_tikz import PACKAGES
from mmviz.plots.latex import latex_figure, latex_table
from mmviz.plots.paper_figure import write
from mmviz.plots.venue import venue_of, width_of
from mmviz.studies.cell import code_version
from mmviz.studies.papers.paper_spec import PaperFigure
from mmviz.studies.papers.registry import FIGURES, figure_named

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mmviz.studies.papers.results import PaperResults


_SHOWN = 10


def commit() -> str:
    """Return commit and version with source hash, "abc1234567, 0.1.0+hash"; without a git clone the version alone.

    The hash covers the sources as they are; it differs where a file was changed after the commit.
    """
    found = _head(Path(mmviz.__file__).parents[1] / ".git")
    return f"{found[:_SHOWN]}, {code_version()}" if found else code_version()


def _head(git: Path) -> str:
    """Return the commit that is checked out, read from the files of a git folder, or ""."""
    try:
        head = (git / "HEAD").read_text(encoding="utf-8").strip()
        if not head.startswith("ref: "):
            return head
        name = head.removeprefix("ref: ")
        if (git / name).exists():
            return (git / name).read_text(encoding="utf-8").strip()
        packed = (git / "packed-refs").read_text(encoding="utf-8").splitlines()
        return next((line.split()[0] for line in packed if line.endswith(f" {name}")), "")
    except OSError:
        return ""


def write_figure(name: str, results: PaperResults, *, venue: str, out: str | Path) -> list[Path]:
    """Write a figure or table of a paper for a venue; return the files.

    Parameters
    ----------
    name
        One of :data:`mmviz.studies.papers.FIGURES`.
    results
        Results that it shows.
    venue
        As for :func:`mmviz.plots.paper`. A figure of two columns is reduced to the columns that the venue has.
    out
        Folder; created if missing.

    Returns
    -------
    list of Path
        ``NAME.pdf``, ``NAME.svg`` and ``NAME.tex``; of a diagram also ``NAME.tikz``, which ``NAME.tex`` includes; for a table ``NAME.tex`` only.

    Raises
    ------
    ConfigError
        Unknown name or venue.
    MissingResultError
        Results are missing and must not be computed.
    DataError
        If the folder cannot be written.
    """
    item, sizes = figure_named(name), venue_of(venue)
    created = item.create(results)
    folder = Path(out)
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise DataError(f"figures: {folder} cannot be created ({error}); choose another --out") from error
    caption, columns = created.caption, min(created.columns, len(sizes.widths))
    parts = {
        "caption": f"{caption.shows} Like {item.counterpart}",
        "data": caption.data,
        "seeds": caption.seeds,
        "commit": commit(),
        "interpretation": caption.interpretation,
        "published": caption.published,
        "label": f"{'fig' if isinstance(created, PaperFigure) else 'tab'}:{name}",
        "wide": columns == 2,
    }
    tex = folder / f"{name}.tex"
    if not isinstance(created, PaperFigure):
        options = {"digits": created.digits, "best": created.best, "groups": created.groups, "small": True}
        return [latex_table(created.rows, file=tex, **options, **parts)]  # type: ignore[arg-type]
    spec, width, graphic = created.spec, width_of(sizes, columns), f"{name}.pdf"
    if isinstance(spec, Diagram):
        files = [save_diagram(spec, folder / f"{name}{end}", width=width) for end in (".pdf", ".svg", ".tikz")]
        graphic = f"{name}.tikz"
    else:
        files = [
            write(spec, folder / f"{name}{end}", venue=sizes, width=width, height=None) for end in (".pdf", ".svg")
        ]
    return [*files, latex_figure(graphic, file=tex, **parts)]  # type: ignore[arg-type]


def write_document(names: Sequence[str], *, venue: str, out: str | Path) -> Path:
    """Write ``all.tex``, a document with all written figures and tables in the order of the papers; return its path.

    Parameters
    ----------
    names
        Names of :data:`mmviz.studies.papers.FIGURES` that were written to ``out``.
    venue
        Sets one or two columns; the venue's style file is not needed.
    out
        Folder.

    Returns
    -------
    Path
        The document; typeset it with ``pdflatex all.tex`` in its folder.

    Raises
    ------
    DataError
        If it cannot be written.
    """
    sizes = venue_of(venue)
    double = len(sizes.widths) == 2
    column, gap = sizes.widths[0], sizes.widths[-1] - 2 * sizes.widths[0] if double else 0.0
    lines = [
        rf"\documentclass[10pt{',twocolumn' if double else ''}]{{article}}",
        rf"\usepackage[textwidth={sizes.widths[-1]:.4f}in,textheight=9in]{{geometry}}",
        *([rf"\setlength{{\columnsep}}{{{gap:.4f}in}} % columns of {column:.4f} in"] if double else []),
        r"\usepackage{graphicx,booktabs}",
        *PACKAGES,
        r"\begin{document}",
    ]
    paper = ""
    for name in sorted(names, key=list(FIGURES).index):
        if FIGURES[name].paper != paper:
            lines += [r"\clearpage"] if paper else []  # floats stay with their paper
            paper = FIGURES[name].paper
            lines.append(rf"\section*{{{latex(paper)}}}")
        lines.append(rf"\input{{{name}.tex}}")
    target = Path(out) / "all.tex"
    try:
        write_bytes_atomic(target, ("\n".join([*lines, r"\end{document}"]) + "\n").encode())
    except OSError as error:
        raise DataError(f"figures: {target} cannot be written ({error}); choose another --out") from error
    return target
