"""Findings about the data and repairs: each with its count and first occurrence."""

import html
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Literal

from mmviz.core.escape import printable

Level = Literal["note", "repair", "warning"]
_COLUMNS = ("level", "kind", "where", "count", "first", "action")


@dataclass(frozen=True)
class Finding:
    """One kind of finding at one place.

    Attributes
    ----------
    level
        "note": worth knowing; "repair": values were changed; "warning": results may mislead.
    kind
        A short fixed name: "nonfinite", "constant", "absent", "leakage", ...
    where
        Split and modality or argument, such as "train audio".
    count
        How many.
    first
        The first place and the value seen there.
    action
        What was done.
    """

    level: Level
    kind: str
    where: str
    count: int
    first: str = ""
    action: str = ""

    def cells(self) -> tuple[str, ...]:
        """Return the finding as text, one cell per column."""
        return tuple(_visible(str(getattr(self, column))) for column in _COLUMNS)


@dataclass
class Report:
    """Findings of one data set in the order of their detection; may be empty."""

    name: str
    findings: list[Finding] = field(default_factory=list)

    def add(self, level: Level, kind: str, where: str, count: int, *, first: str = "", action: str = "") -> None:
        """Append a finding; a count of 0 is not a finding."""
        if count:
            self.findings.append(Finding(level, kind, where, int(count), first, action))

    def of(self, kind: str) -> list[Finding]:
        """Return the findings of one kind."""
        return [f for f in self.findings if f.kind == kind]

    def count(self, kind: str) -> int:
        """Sum the counts of one kind."""
        return sum(f.count for f in self.of(kind))

    def __len__(self) -> int:
        return len(self.findings)

    def __iter__(self) -> Iterator[Finding]:
        return iter(self.findings)

    def __str__(self) -> str:
        if not self.findings:
            return f"Report on {_visible(self.name)}: nothing to report"
        rows = [_COLUMNS, *(f.cells() for f in self.findings)]
        widths = [max(len(row[i]) for row in rows) for i in range(len(_COLUMNS))]
        lines = ["  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)) for row in rows]
        return "\n".join([f"Report on {_visible(self.name)}", *(line.rstrip() for line in lines)])

    __repr__ = __str__

    def _repr_html_(self) -> str:
        title = f"<caption>Report on {_markup(self.name)}</caption>"
        if not self.findings:
            return f"<table>{title}<tbody><tr><td>nothing to report</td></tr></tbody></table>"
        head = "".join(f'<th scope="col">{column}</th>' for column in _COLUMNS)
        body = "".join(
            "<tr>" + "".join(f"<td>{_markup(cell)}</td>" for cell in f.cells()) + "</tr>" for f in self.findings
        )
        return f"<table>{title}<thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"


def _visible(text: str) -> str:
    """Return text with control, bidirectional and surrogate characters as escapes, on one line."""
    return printable(text, kept="")


def _markup(text: str) -> str:
    """Return text escaped for HTML; `$` too, which a notebook would render as TeX."""
    return html.escape(_visible(text)).replace("$", "&#36;")
