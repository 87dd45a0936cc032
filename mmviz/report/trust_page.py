"""The page "How far can you trust this picture?": the rows of :mod:`mmviz.plots.trust` with the values that ``make truth`` measured."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from mmviz.core.errors import DataError
from mmviz.plots.trust import ROWS, Row

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

_HEAD = """\
# How far can you trust this picture?

Written by `make truth` from `tests/bars/truth.json`; do not edit. Each section is one question that figures and views are about: what they show, what
they do not show, and what was measured. Values are means over seeds with 95 % intervals (Student's t; none for one seed), unless stated otherwise.
"Output" is p(predicted class) of test samples. "Removed" means that the encoder output of a cell (modality, step) is set to 0. A bar that does not hold
is marked.
"""


def trust_page(measured: Mapping[str, Any]) -> str:
    """Return the page as Markdown; the anchor of a section is the id of its row.

    Parameters
    ----------
    measured
        Content of ``tests/bars/truth.json``: ``measurements`` to name to ``when``, ``code``, ``seeds``, ``planned`` (number of cells), ``cells`` and
        ``rows``, each with ``id``, ``case``, ``what``, ``value``, ``low``, ``high``, ``n``, ``bar``, ``holds``.

    Raises
    ------
    DataError
        If a row belongs to no section.
    """
    rows = [row for one in measured["measurements"].values() for row in one["rows"]]
    unknown = sorted({row["id"] for row in rows} - set(ROWS))
    if unknown:
        raise DataError(f"trust_page: {unknown[0]!r} is no row of mmviz.plots.trust.ROWS; add it there")
    barred = [row for row in rows if row["bar"]]
    missed = [row for row in barred if not row["holds"]]
    parts = [_HEAD, f"{len(barred)} bars, {len(missed)} of them not held.", _versions(measured), _contents(rows)]
    parts += [_section(key, row, [r for r in rows if r["id"] == key]) for key, row in ROWS.items()]
    return "\n\n".join(part.strip("\n") for part in parts if part) + "\n"


def _versions(measured: Mapping[str, Any]) -> str:
    lines = []
    for name, one in measured["measurements"].items():
        done, planned = len(one["cells"]), one["planned"]
        cells = f"{done} of {planned} cells" if planned else "all cases"
        more = "; `make truth` measures the others" if done < planned else ""
        lines.append(f"- {name}: {one['when']}, code {one['code']}, {cells} of {one['seeds']} seeds{more}")
    return "Measured:\n\n" + "\n".join(lines) if lines else ""


def _contents(rows: Sequence[Mapping[str, Any]]) -> str:
    lines = ["| question | figures and views | measured |", "| --- | --- | --- |"]
    for key, row in ROWS.items():
        mine = [r for r in rows if r["id"] == key]
        bars = [r for r in mine if r["bar"]]
        held = f"{sum(bool(r['holds']) for r in bars)} of {len(bars)} bars hold" if bars else f"{len(mine)} values"
        lines.append(f"| [{row.question}](#{key}) | {_drawn(row) or '–'} | {held if mine else 'nothing yet'} |")
    return "\n".join(lines)


def _section(key: str, row: Row, measured: Sequence[Mapping[str, Any]]) -> str:
    drawn = _drawn(row)
    parts = [
        f'<a id="{key}"></a>\n\n## {row.question}',
        f"{drawn}." if drawn else "",
        f"**Shows:** {row.can}",
        f"**Does not show:** {row.cannot}",
        *_tables(measured),
    ]
    if not measured:
        parts.append(
            "**Measured:** nothing yet; exact computations are compared with reference implementations by the tests."
        )
    return "\n\n".join(part for part in parts if part)


def _drawn(row: Row) -> str:
    names = [f"`{name}`" for name in row.figures]
    return ", ".join([*names, *(f"view “{name}”" for name in row.views)])


def _tables(measured: Sequence[Mapping[str, Any]]) -> list[str]:
    """Return a table of cases by quantity for each set of quantities that were measured on the same cases."""
    cases: dict[str, list[str]] = {}
    for row in measured:
        cases.setdefault(row["what"], []).append(row["case"])
    sets = dict.fromkeys(tuple(c) for c in cases.values())
    tables = []
    for chosen in sets:
        quantities = [what for what, of in cases.items() if tuple(of) == chosen]
        cells = {(r["case"], r["what"]): r for r in measured if r["what"] in quantities}
        if len(chosen) < 2:
            lines = ["| measured | value | n | bar |", "| --- | --- | --- | --- |"]
            lines += [_line(row) for row in cells.values()]
        else:
            heads = [f"{what}{_bars([r for (_, w), r in cells.items() if w == what])}" for what in quantities]
            lines = [f"| case | {' | '.join(map(_plain, heads))} |", "| --- |" + " --- |" * len(heads)]
            for case in chosen:
                values = " | ".join(_value(cells[case, what]) for what in quantities)
                lines.append(f"| {_plain(case)} | {values} |")
        tables.append("\n".join(lines))
    return tables


def _line(row: Mapping[str, Any]) -> str:
    what = f"{row['case']}: {row['what']}" if row["case"] else row["what"]
    return f"| {_plain(what)} | {_value(row)} | {row['n']} | {_plain(row['bar']) or '–'} |"


def _bars(rows: Sequence[Mapping[str, Any]]) -> str:
    bars = list(dict.fromkeys(r["bar"] for r in rows if r["bar"]))
    return f" (bar {', '.join(bars)})" if bars else ""


def _value(row: Mapping[str, Any]) -> str:
    if row["value"] is None:
        return "–"
    known = row["low"] is not None and row["high"] is not None
    interval = f" [{_number(row['low'])}, {_number(row['high'])}]" if known else ""
    return f"{_number(row['value'])}{interval}{' **not held**' if row['bar'] and not row['holds'] else ''}"


def _number(value: float) -> str:
    return (f"{value:.3f}" if abs(value) >= 0.01 or value == 0 else f"{value:.2g}").replace("-", "−")


def _plain(text: str) -> str:
    return text.replace("|", "\\|")
