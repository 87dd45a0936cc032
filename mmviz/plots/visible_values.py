"""What of a series can be seen: runs that a line may join, single values between gaps, and values that no axis holds."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from mmviz.plots.picture import Bars, Dots, Heat, Lines

if TYPE_CHECKING:
    from collections.abc import Iterable

    from mmviz.plots.picture import Axis, Panel


def runs(known: np.ndarray) -> list[slice]:
    """Return the places of uninterrupted True values, in order: what a line or a band joins."""
    edges = np.flatnonzero(np.diff(np.concatenate([[False], known, [False]]).astype(np.int8)))
    return [slice(int(a), int(b)) for a, b in edges.reshape(-1, 2)]


def single(known: np.ndarray) -> np.ndarray:
    """Return True where a value stands alone between gaps: a line through it would have no length."""
    out = np.zeros(len(known), dtype=bool)
    for run in runs(known):
        out[run] = run.stop - run.start == 1
    return out


def drawable(mark: Lines, panel: Panel) -> np.ndarray:
    """Return True where a value of a line is finite and, on a logarithmic axis, above 0."""
    return _on(mark.x, panel.x) & _on(mark.y, panel.y)


def banded(mark: Lines, panel: Panel) -> np.ndarray:
    """Return True where a line has a band that can be drawn."""
    if mark.low is None or mark.high is None:
        return np.zeros(len(mark.x), dtype=bool)
    return _on(mark.x, panel.x) & _on(mark.low, panel.y) & _on(mark.high, panel.y)


def left_out(panel: Panel) -> str:
    """Return words for the finite values that the axes of a panel do not hold, "no value" where there is none, or "" where they hold all."""
    zero = beyond = there = held = 0
    for values, axis in _placed(panel):
        finite = values[np.isfinite(values)]
        there, held = there + values.size, held + finite.size
        low = int((finite <= 0).sum()) if axis.log else 0
        zero += low
        if axis.span is not None:
            least, most = min(axis.span), max(axis.span)
            slack = 1e-9 * max(abs(least), abs(most), most - least)
            beyond += int(((finite < least - slack) | (finite > most + slack)).sum()) - low
    if there and not held:
        return "no value"
    said = [f"{zero} value{'s' * (zero != 1)} ≤ 0: not on a logarithmic axis"] if zero else []
    said += [f"{beyond} value{'s' * (beyond != 1)} beyond the axis"] if beyond > 0 else []
    return "; ".join(said)


def scale_label(label: str, parts: Iterable[np.ndarray], low: float, high: float) -> str:
    """Return the label of a colour scale; where cells lie below its first or above its last colour, it says what the end stands for."""
    cells = np.concatenate([np.ravel(z) for z in parts])
    slack = 1e-9 * max(abs(low), abs(high))
    said = [f"≤ {low:.3g}"] if (cells < low - slack).any() else []
    said += [f"≥ {high:.3g}"] if (cells > high + slack).any() else []
    return f"{label} (end: {', '.join(said)})" if said else label


def within(mark: Heat) -> np.ndarray:
    """Return the cells of a map with infinite ones at the ends of its scale; NaN stays blank."""
    out = np.where(np.isposinf(mark.z), mark.high, mark.z)
    return np.where(np.isneginf(out), mark.low, out)


def _on(values: np.ndarray, axis: Axis) -> np.ndarray:
    known = np.isfinite(values)
    return known & (np.asarray(values) > 0) if axis.log else known


def _placed(panel: Panel) -> Iterable[tuple[np.ndarray, Axis]]:
    """Yield the values of every mark along each axis."""
    for mark in panel.marks:
        if isinstance(mark, (Lines, Dots)):
            paired = np.isfinite(mark.x) & np.isfinite(mark.y)
            yield np.where(paired, mark.x, np.nan), panel.x
            yield np.where(paired, mark.y, np.nan), panel.y
        elif isinstance(mark, Bars):
            end = mark.value if mark.base is None else mark.base + mark.value
            yield np.asarray(end, float), panel.x if mark.flat else panel.y
        if isinstance(mark, (Lines, Bars)) and mark.low is not None and mark.high is not None:
            along = panel.x if isinstance(mark, Bars) and mark.flat else panel.y
            yield np.concatenate([mark.low, mark.high]), along
