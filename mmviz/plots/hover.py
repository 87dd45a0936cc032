"""Hover text of every mark: name, each quantity with the name and unit of its axis, and the interval."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from mmviz.core.escape import plotly as escaped
from mmviz.plots.figure_spec import Axis, Bars, FigureSpec, Heatmap, Lines, Links, Panel, Points, drawable, has_band

if TYPE_CHECKING:
    from collections.abc import Sequence


Named = Lines | Bars | Heatmap | Points | Links


class Quantities(NamedTuple):
    """Names, with units, of what the two axes of a panel show; "" where an axis has no quantity, as the order of subsets."""

    x: str
    y: str


def quantities(spec: FigureSpec, i: int) -> Quantities:
    """Return the quantities of panel ``i``: its labels; where a neighbour carries the label, that of the row or column.

    A panel whose y axis has no label shows the quantity of its title.
    """
    panel, row, column = spec.panels[i], i // spec.columns, i % spec.columns
    beside = spec.panels[row * spec.columns : (row + 1) * spec.columns]
    below = spec.panels[column :: spec.columns]
    x = _named(panel.x, [p.x for p in below] + [p.x for p in beside])
    y = _named(panel.y, [p.y for p in beside])
    return Quantities(x, y or ("" if panel.y.ticks is not None else panel.title))


def _named(axis: Axis, others: Sequence[Axis]) -> str:
    if axis.label:
        return axis.label
    if axis.ticks is not None and not axis.link:
        return ""
    same = [other.label for other in others if other.label and (other.link == axis.link or axis.ticks is None)]
    return same[0] if same else ""


def name_of(mark: Named, panel: Panel, spec: FigureSpec) -> str:
    """Return the name of a mark: its own, otherwise that of its panel, of its axes, or of the figure."""
    own = mark.label if isinstance(mark, Heatmap) else mark.series if isinstance(mark, Bars) else mark.name
    return own or panel.title or panel.y.label or panel.x.label or spec.title


def template(mark: Named, panel: Panel, spec: FigureSpec, i: int) -> str:
    """Return the hover template of a mark in panel ``i``: its name in bold, then one line per quantity, then ``hovertext``."""
    if isinstance(mark, Links):
        return f"<b>{escaped(mark.name)}</b><br>{escaped(mark.quantity)}: %{{customdata:.4g}}<extra></extra>"
    named = quantities(spec, i)
    lines = [f"<b>{escaped(name_of(mark, panel, spec))}</b>"]
    if panel.title and panel.title != name_of(mark, panel, spec):
        lines.append(escaped(panel.title))
    if isinstance(mark, Bars):
        along, over = ("x", "y") if mark.horizontal else ("y", "x")
        other = getattr(named, over)
        lines.append(f"{escaped(other)}: %{{customdata}}" if other else "%{customdata}")
        lines.append(f"{escaped(getattr(named, along) or 'value')}: %{{{along}:.4g}}")
    else:
        lines += [_line(letter, getattr(named, letter), getattr(panel, letter)) for letter in "xy"]
    if isinstance(mark, Heatmap):
        lines.append(f"{escaped(mark.label)}: %{{z:.4g}}")
    elif isinstance(mark, (Lines, Bars)) and mark.low is not None:
        lines.append("%{hovertext}")
    return "<br>".join(line for line in lines if line) + "<extra></extra>"


def _line(letter: str, name: str, axis: Axis) -> str:
    """Return the line of one coordinate: its number, or the name of the category; "" for a position without a name."""
    if axis.ticks is None:
        return f"{escaped(name or letter)}: %{{{letter}:.4g}}"
    if not axis.ticks:
        return f"{escaped(name)}: %{{{letter}:.4g}}" if name and not axis.shown else ""
    return f"{escaped(name)}: %{{{letter}}}" if name else f"%{{{letter}}}"


def interval_texts(mark: Lines | Bars, panel: Panel) -> list[str]:
    """Return the interval of every value as a text; "" where there is none."""
    if mark.low is None or mark.high is None:
        return [""] * len(mark.at if isinstance(mark, Bars) else mark.x)
    if isinstance(mark, Bars):
        known = np.isfinite(mark.low) & np.isfinite(mark.high)
    else:
        known = has_band(mark, panel) & drawable(mark, panel)
    first, last = mark.bounds if isinstance(mark, Bars) else (-np.inf, np.inf)

    def end(v: float) -> str:
        return f"< {first:.4g}" if v < first else f"> {last:.4g}" if v > last else f"{v:.4g}"

    return [
        f"interval: {end(low)} to {end(high)}".replace("-", "−") if ok else "no interval"
        for low, high, ok in zip(mark.low, mark.high, known, strict=True)
    ]
