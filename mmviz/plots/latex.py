"""LaTeX: figure environments and booktabs tables, each with a caption that states data, seeds, interpretation and code version."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np

from mmviz.core.errors import ConfigError, DataError
from mmviz.core.escape import latex
from mmviz.io.atomic import write_bytes_atomic

_LONGEST = 2000


def latex_caption(
    shows: str,
    *,
    data: str,
    seeds: Sequence[int],
    commit: str,
    interpretation: str = "",
    published: str = "",
    imputation: str = "",
) -> str:
    r"""Return the text of a caption in LaTeX, with every part escaped.

    Parameters
    ----------
    shows
        What the figure or table shows.
    data, seeds, commit
        Data set and split, seeds, and commit of the code of the numbers.
    interpretation
        Our interpretations of unpublished formulas that the numbers depend on.
    published
        Which numbers are published elsewhere, and where; they were not measured here.
    imputation
        Imputation of missing modalities: the attribute of that name of the analysis.
    """
    sentences = [shows.rstrip(".") + ".", f"Data: {data}.", f"Seeds: {', '.join(map(str, seeds)) or 'none'}."]
    sentences += [f"{imputation[0].upper()}{imputation[1:].rstrip('.')}."] if imputation else []
    sentences += [f"Our interpretation: {interpretation.rstrip('.')}."] if interpretation else []
    sentences += [f"Published elsewhere, not measured here: {published.rstrip('.')}."] if published else []
    return " ".join(latex(part, longest=_LONGEST) for part in sentences) + rf" Code: \texttt{{{latex(commit)}}}."


def checked_label(label: str) -> str:
    r"""Return a label for ``\ref`` unchanged.

    Raises
    ------
    ConfigError
        If it contains characters other than letters, digits and : - . _
    """
    if not all(c.isascii() and (c.isalnum() or c in ":-._") for c in label):
        raise ConfigError(f"label={label!r}, expected letters, digits and : - . _ only")
    return label


def write_latex(lines: Sequence[str], file: str | Path, *, head: str, caller: str) -> Path:
    """Write lines of LaTeX below a head comment; return the path.

    Raises
    ------
    DataError
        If the file cannot be written; the message begins with ``caller``.
    """
    target = Path(file)
    try:
        write_bytes_atomic(target, (head + "\n".join(lines) + "\n").encode())
    except OSError as error:
        raise DataError(
            f"{caller}: {target} cannot be written ({error}); an older file of that name is intact"
        ) from error
    return target


_FIGURE_HEAD = (
    "% Written by mmviz.plots.latex.latex_figure; needs \\usepackage{graphicx}, or what the .tikz file names.\n"
)


def latex_figure(
    graphic: str | Path,
    *,
    file: str | Path,
    caption: str,
    data: str,
    seeds: Sequence[int],
    commit: str,
    interpretation: str = "",
    published: str = "",
    imputation: str = "",
    label: str = "",
    wide: bool = False,
) -> Path:
    r"""Write a LaTeX figure environment that includes a file of :func:`mmviz.plots.paper` at its own size; return the path.

    Parameters
    ----------
    graphic
        Path for ``\includegraphics``, or, if it ends in ``.tikz``, for ``\input``: letters, digits and ``. - _ /`` only.
    file
        Path that ends in ``.tex``; an existing file is replaced.
    caption, data, seeds, commit, interpretation, published, imputation, label
        See :func:`mmviz.plots.latex_table`.
    wide
        Whether it spans both columns of the page (``figure*``).

    Raises
    ------
    ConfigError
        If ``file``, ``graphic`` or ``label`` is invalid.
    DataError
        If the file cannot be written.
    """
    name = Path(graphic).as_posix()
    if Path(file).suffix != ".tex":
        raise ConfigError(f"latex_figure: file={str(file)!r}, expected a name that ends in .tex")
    if not name or not all(c.isascii() and (c.isalnum() or c in ".-_/") for c in name):
        raise ConfigError(f"latex_figure: graphic={name!r}, expected letters, digits and . - _ / only")
    kind = "figure*" if wide else "figure"
    text = latex_caption(
        caption,
        data=data,
        seeds=seeds,
        commit=commit,
        interpretation=interpretation,
        published=published,
        imputation=imputation,
    )
    lines = [
        rf"\begin{{{kind}}}",
        r"\centering",
        rf"\{'input' if name.endswith('.tikz') else 'includegraphics'}{{{name}}}",
        rf"\caption{{{text}}}",
        *([rf"\label{{{checked_label(label)}}}"] if label else []),
        rf"\end{{{kind}}}",
    ]
    return write_latex(lines, file, head=_FIGURE_HEAD, caller="latex_figure")


# at its own width, scaled down to the column where it would be wider
_FIT = r"\resizebox{\ifdim\width>\linewidth\linewidth\else\width\fi}{!}{%"
_TABLE_HEAD = "% Written by mmviz.plots.latex_table; needs \\usepackage{booktabs,graphicx}.\n"


def latex_table(
    rows: Sequence[Mapping[str, object]],
    *,
    file: str | Path,
    caption: str,
    data: str,
    seeds: Sequence[int],
    commit: str,
    interpretation: str = "",
    label: str = "",
    digits: int = 3,
    best: Mapping[str, str] | None = None,
    groups: Mapping[str, Sequence[str]] | None = None,
    published: str = "",
    imputation: str = "",
    small: bool = False,
    wide: bool = False,
) -> Path:
    r"""Write rows as a LaTeX table (``booktabs``) that is never wider than the column; return the path.

    Parameters
    ----------
    rows
        One dict per row; the first defines the columns and their order. A value is text (escaped), a number (rounded), None or NaN
        (a dash), or (mean, half width) for a number with its interval.
    file
        Path that ends in ``.tex``; an existing file is replaced.
    caption
        What the table shows.
    data, seeds, commit
        Data set and split, seeds, and commit of the code of the numbers; appended to the caption.
    interpretation
        Our interpretations of unpublished formulas that the numbers depend on; appended to the caption.
    label
        For ``\ref``.
    digits
        Digits after the decimal point.
    best
        Column to "max" or "min": its best number is bold (all of them if they agree to ``digits``).
    groups
        Heading to the columns below it, such as published numbers; drawn with a rule and a gap on either side. The columns of a group
        must be adjacent.
    published
        Which numbers are published elsewhere and were not measured here; appended to the caption.
    imputation
        Imputation of missing modalities: ``phi.attrs["imputation"]``; appended to the caption.
    small
        Small font and narrow gaps, for many columns.
    wide
        Whether it spans both columns of the page (``table*``).

    Raises
    ------
    ConfigError
        If an option is invalid or names an unknown column.
    DataError
        If there are no rows, a row has other columns than the first, or the file cannot be written.
    """
    columns = _columns(rows)
    if Path(file).suffix != ".tex":
        raise ConfigError(f"latex_table: file={str(file)!r}, expected a name that ends in .tex")
    if type(digits) is not int or not 0 <= digits <= 10:
        raise ConfigError(f"latex_table: digits={digits!r}, expected an integer from 0 to 10")
    for column, way in (best or {}).items():
        if column not in columns or way not in ("max", "min"):
            raise ConfigError(
                f"latex_table: best={{{column!r}: {way!r}}}, expected max or min for one of {', '.join(columns)}"
            )
    shown = {c: _cells([row[c] for row in rows], digits, (best or {}).get(c)) for c in columns}
    numeric = {c: any(_is_number(row[c]) for row in rows) for c in columns}
    kind = "table*" if wide else "table"
    text = latex_caption(
        caption,
        data=data,
        seeds=seeds,
        commit=commit,
        interpretation=interpretation,
        published=published,
        imputation=imputation,
    )
    heads, gaps = _headings(columns, groups or {})
    lines = [
        rf"\begin{{{kind}}}",
        r"\centering",
        *([r"\small\setlength{\tabcolsep}{3.5pt}"] if small else []),
        rf"\caption{{{text}}}",
        *([rf"\label{{{checked_label(label)}}}"] if label else []),
        _FIT,
        rf"\begin{{tabular}}{{{''.join(gaps[c] + ('r' if numeric[c] else 'l') for c in columns)}}}",
        r"\toprule",
        *heads,
        " & ".join(latex(c) for c in columns) + r" \\",
        r"\midrule",
        *(" & ".join(shown[c][i] for c in columns) + r" \\" for i in range(len(rows))),
        r"\bottomrule",
        r"\end{tabular}}",
        rf"\end{{{kind}}}",
    ]
    return write_latex(lines, file, head=_TABLE_HEAD, caller="latex_table")


def _headings(columns: list[str], groups: Mapping[str, Sequence[str]]) -> tuple[list[str], dict[str, str]]:
    """Return the lines above the column names, and the separator before each column."""
    first: dict[str, tuple[str, int]] = {}
    taken: set[int] = set()
    for head, members in groups.items():
        places = [columns.index(c) for c in members if c in columns]
        whole = (
            bool(places) and len(places) == len(members) and places == list(range(places[0], places[0] + len(places)))
        )
        if not whole or taken & set(places):
            raise ConfigError(
                f"latex_table: groups={{{head!r}: {list(members)!r}}}, expected adjacent columns, each in one group: "
                f"{', '.join(columns)}"
            )
        taken |= set(places)
        first[columns[places[0]]] = (head, len(places))
    gaps = dict.fromkeys(columns, "")
    above, rules, place = [], [], 0
    while place < len(columns):
        head, count = first.get(columns[place], ("", 1))
        if head:
            above.append(rf"\multicolumn{{{count}}}{{c}}{{{latex(head)}}}")
            rules.append(rf"\cmidrule(lr){{{place + 1}-{place + count}}}")
        else:
            above.append("")
        if place and (head or (place - 1) in taken):
            gaps[columns[place]] = r"@{\hspace{2em}}"
        place += count
    return ([" & ".join(above) + r" \\", "".join(rules)] if groups else []), gaps


def _columns(rows: Sequence[Mapping[str, object]]) -> list[str]:
    if not rows:
        raise DataError("latex_table: rows is empty; pass at least one dict")
    columns = list(rows[0])
    for i, row in enumerate(rows):
        if list(row) != columns:
            raise DataError(f"latex_table: rows[{i}] has the columns {list(row)}, rows[0] has {columns}")
    return columns


def _is_number(value: object) -> bool:
    return isinstance(value, (int, float, np.number, tuple)) and not isinstance(value, bool)


def _mean_of(value: object) -> float:
    first = value[0] if isinstance(value, tuple) else value
    return float(first) if isinstance(first, (int, float, np.number)) and not isinstance(first, bool) else float("nan")


def _cells(values: list[object], digits: int, way: str | None) -> list[str]:
    out = [_cell(value, digits) for value in values]
    means = np.round([_mean_of(value) for value in values], digits)
    if way is None or not np.isfinite(means).any():
        return out
    top = np.nanmax(means) if way == "max" else np.nanmin(means)
    return [rf"\textbf{{{cell}}}" if mean == top else cell for cell, mean in zip(out, means, strict=True)]


def _cell(value: object, digits: int) -> str:
    if value is None:
        return "--"
    if isinstance(value, tuple):
        if len(value) != 2:
            raise DataError(f"latex_table: the cell {value!r} has {len(value)} values, expected (mean, half width)")
        mean, reach = (_cell(v, digits) for v in value)
        return mean if reach == "--" else rf"{mean} \ensuremath{{\pm}} {reach}"
    if isinstance(value, (float, np.floating)):
        number = float(value)
        if np.isnan(number):
            return "--"
        return f"{number:.{digits}f}".replace("-", r"\ensuremath{-}") if np.isfinite(number) else latex(number)
    return latex(value)
