"""A figure's LaTeX: the picture that was written, and a caption that says what the numbers are of."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from mmviz.errors import ConfigError
from mmviz.plots.printed.caption import caption_of, checked_label
from mmviz.plots.printed.latex_file import write_latex

if TYPE_CHECKING:
    from collections.abc import Sequence

_HEAD = "% Written by mmviz.plots.printed.latex_figure; needs \\usepackage{graphicx}.\n"


def latex_figure(
    graphic: str | Path,
    *,
    file: str | Path,
    caption: str,
    data: str,
    seeds: Sequence[int],
    commit: str,
    reading: str = "",
    printed: str = "",
    imputation: str = "",
    label: str = "",
    wide: bool = False,
) -> Path:
    r"""Write a figure environment around a picture that :func:`mmviz.plots.paper` wrote; it is included at its own size.

    Parameters
    ----------
    graphic
        The picture as ``\includegraphics`` is to name it: letters, digits and ``. - _ /`` only.
    file
        Ends in ``.tex``. An older file is replaced.
    caption, data, seeds, commit, reading, printed, imputation, label
        See :func:`mmviz.plots.latex_table`.
    wide
        Over both columns of the page (``figure*``).

    Raises
    ------
    ConfigError
        If ``file``, ``graphic`` or ``label`` is not as said.
    DataError
        If the file cannot be written.
    """
    name = Path(graphic).as_posix()
    if Path(file).suffix != ".tex":
        raise ConfigError(f"latex_figure: file={str(file)!r}, expected a name that ends in .tex")
    if not name or not all(c.isascii() and (c.isalnum() or c in ".-_/") for c in name):
        raise ConfigError(f"latex_figure: graphic={name!r}, expected letters, digits and . - _ / only")
    kind = "figure*" if wide else "figure"
    said = caption_of(
        caption, data=data, seeds=seeds, commit=commit, reading=reading, printed=printed, imputation=imputation
    )
    lines = [
        rf"\begin{{{kind}}}",
        r"\centering",
        rf"\includegraphics{{{name}}}",
        rf"\caption{{{said}}}",
        *([rf"\label{{{checked_label(label)}}}"] if label else []),
        rf"\end{{{kind}}}",
    ]
    return write_latex(lines, file, head=_HEAD, caller="latex_figure")
