"""Figure specification: panels, axes and marks that both backends draw, and which of their values an axis can show."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence


_ALPHABET = "abcdefghijklmnopqrstuvwxyz"
#: style of a mark that belongs to no modality or series
NEUTRAL = -1


@dataclass(frozen=True)
class Axis:
    """One axis of a panel.

    Attributes
    ----------
    label
        Quantity and unit.
    ticks
        (position, text); they replace the automatic ones.
    span
        Lower and upper end; automatic when None.
    log, reverse, shown
        Logarithmic scale, largest value first, tick labels drawn.
    link
        Axes with the same link move together; in a column only the lowest x axis is labelled, in a row only the first y axis.
    """

    label: str = ""
    ticks: tuple[tuple[float, str], ...] | None = None
    span: tuple[float, float] | None = None
    log: bool = False
    reverse: bool = False
    shown: bool = True
    link: str = ""


@dataclass(frozen=True)
class Lines:
    """One series, with a band between ``low`` and ``high`` where they are finite; ``style`` is its index in :data:`mmviz.plots.theme.STYLES`.

    The band is along y; with ``sideways`` along x, for a series whose x varies.
    """

    x: np.ndarray
    y: np.ndarray
    name: str
    style: int
    low: np.ndarray | None = None
    high: np.ndarray | None = None
    markers: bool = True
    sideways: bool = False


@dataclass(frozen=True)
class Bars:
    """Bars from ``base`` by ``value`` at the positions ``at``, each with a style, a name and, where given, an interval.

    Intervals are drawn within ``bounds``, the values that exist.
    """

    at: np.ndarray
    value: np.ndarray
    styles: tuple[int, ...]
    names: tuple[str, ...]
    low: np.ndarray | None = None
    high: np.ndarray | None = None
    base: np.ndarray | None = None
    series: str = ""
    thickness: float = 0.62
    horizontal: bool = True
    bounds: tuple[float, float] = (-np.inf, np.inf)


@dataclass(frozen=True)
class Heatmap:
    """A matrix ``z`` (row, column) over evenly spaced centres ``x``, ``y``; NaN is blank. ``numbers`` is a format for the cells, ``bar`` draws the colour bar.

    ``dots`` (row, column): cells with a dot, such as those whose sign differs between seeds.
    """

    z: np.ndarray
    x: np.ndarray
    y: np.ndarray
    low: float
    high: float
    label: str
    signed: bool = False
    numbers: str = ""
    bar: bool = True
    dots: np.ndarray | None = None


@dataclass(frozen=True)
class Links:
    """Straight links from (x0, y0) to (x1, y1); ``level`` 1 to 5 sets how wide and dark each is, ``value`` is the ``quantity`` that it shows."""

    x0: np.ndarray
    y0: np.ndarray
    x1: np.ndarray
    y1: np.ndarray
    level: np.ndarray
    style: int = NEUTRAL
    name: str = "links"
    value: np.ndarray | None = None
    quantity: str = "value"


@dataclass(frozen=True)
class Points:
    """Points of one style."""

    x: np.ndarray
    y: np.ndarray
    name: str
    style: int
    size: float = 6.0
    hollow: bool = False


@dataclass(frozen=True)
class Annotation:
    """Text beside a point; ``side`` is right, left, above, below or on."""

    x: float
    y: float
    text: str
    side: str = "right"


@dataclass(frozen=True)
class ReferenceLine:
    """A dashed line across the panel at one value of the axis ``along``, with a text at one of its ends."""

    at: float
    along: str = "x"
    text: str = ""
    side: str = "top right"


Mark = Lines | Bars | Heatmap | Links | Points | Annotation | ReferenceLine


@dataclass(frozen=True)
class Panel:
    """Marks on one pair of axes."""

    marks: tuple[Mark, ...]
    x: Axis = field(default_factory=Axis)
    y: Axis = field(default_factory=Axis)
    title: str = ""
    square: bool = False


@dataclass(frozen=True)
class FigureSpec:
    """Panels in rows, with title and subtitle. Texts are not escaped here; the backends escape them.

    Attributes
    ----------
    title, subtitle
        Drawn on the screen; on paper the caption takes their place. ``subtitle`` has one string per line.
    panels
        Row by row, ``columns`` per row.
    heights
        Of each row, in pixels on the screen; 150 of them are an inch on paper.
    fixed
        True where the panels form a matrix and must not be rearranged on a narrow page.
    row
        Id of the row of :data:`mmviz.plots.trust.ROWS` where it is not that of the plot function, as for another rule of attribution.
    """

    title: str
    subtitle: tuple[str, ...]
    panels: tuple[Panel, ...]
    columns: int = 1
    heights: tuple[float, ...] = (220,)
    width: int = 720
    fixed: bool = False
    gap: tuple[int, int] = (70, 62)
    row: str = ""

    @property
    def rows(self) -> int:
        """Number of rows."""
        return -(-len(self.panels) // self.columns)

    def stacked(self) -> FigureSpec:
        """Return the same panels in one column, for a narrow page; a fixed grid is returned unchanged."""
        if self.fixed or self.columns == 1:
            return self
        heights = tuple(self.height_of(i // self.columns) for i in range(len(self.panels)))
        return replace(self, columns=1, heights=heights)

    def bare(self, i: int) -> tuple[bool, bool]:
        """Return whether the labels of the x axis and of the y axis of panel ``i`` are drawn by a linked neighbour instead."""
        panel, row, column = self.panels[i], i // self.columns, i % self.columns
        below = any(p.x.link == panel.x.link for p in self.panels[i + self.columns :: self.columns])
        before = any(p.y.link == panel.y.link for p in self.panels[row * self.columns : row * self.columns + column])
        return bool(panel.x.link) and below, bool(panel.y.link) and before

    @property
    def letters(self) -> tuple[str, ...]:
        """Letter of each panel on paper, "(a)", "(b)", ...; empty texts for a single panel, a fixed matrix, and more panels than letters."""
        count = len(self.panels)
        if self.fixed or not 2 <= count <= len(_ALPHABET):
            return ("",) * count
        return tuple(f"({letter})" for letter in _ALPHABET[:count])

    def height_of(self, row: int) -> float:
        """Return the height of a row; the last given height applies to all later rows."""
        return self.heights[min(row, len(self.heights) - 1)]


def whole_range(panel: Panel, letter: str) -> tuple[float, float] | None:
    """Return the smallest and largest value along an axis of a panel, "x" or "y", where all are whole numbers, such as steps; None otherwise."""
    axis = panel.x if letter == "x" else panel.y
    parts = [np.ravel(values) for values, along in _placed(panel) if along is axis]
    for mark in panel.marks:
        if isinstance(mark, Heatmap):
            parts.append(np.ravel(getattr(mark, letter)))
        elif isinstance(mark, Links):
            parts += [np.ravel(getattr(mark, f"{letter}{end}")) for end in (0, 1)]
        elif isinstance(mark, Bars) and (letter == "y") == mark.horizontal:
            parts.append(np.ravel(mark.at))
    flat = np.concatenate(parts) if parts else np.zeros(0)
    flat = flat[np.isfinite(flat)]
    whole = flat.size and (flat == np.round(flat)).all()
    return (float(flat.min()), float(flat.max())) if whole else None


def alt_text(spec: FigureSpec, *, longest: int = 1500) -> str:
    """Return the alternative text of a figure: title, subtitle, and the numbers of its bars and lines.

    A text of more than ``longest`` characters is cut, with a remark.
    """
    sentences = [spec.title + ".", *(line.rstrip(".") + "." for line in spec.subtitle)]
    for panel in spec.panels:
        words = [w for w in (_mark_text(mark) for mark in panel.marks) if w]
        axes = ", ".join(axis.label for axis in (panel.x, panel.y) if axis.label)
        head = panel.title or axes
        sentences.append(f"{head}: {'; '.join(words)}." if words else f"{head}.")
    text = " ".join(sentences)
    return text if len(text) <= longest else f"{text[:longest]}… (cut; the frame holds all numbers)"


def _mark_text(mark: Mark) -> str:
    if isinstance(mark, Bars):
        return "; ".join(
            f"{name} {_number(value)}{_interval(mark.low, mark.high, i)}"
            for i, (name, value) in enumerate(zip(mark.names, mark.value, strict=True))
        )
    if isinstance(mark, Lines):
        known = np.flatnonzero(np.isfinite(mark.y))
        if not len(known):
            return f"{mark.name} has no value"
        first, last = known[0], known[-1]
        return (
            f"{mark.name} from {_number(mark.y[first])} at {_number(mark.x[first])} to {_number(mark.y[last])} "
            f"at {_number(mark.x[last])}{'' if mark.sideways else _interval(mark.low, mark.high, last)}"
        )
    if isinstance(mark, Heatmap):
        finite = mark.z[np.isfinite(mark.z)]
        span = f" between {_number(finite.min())} and {_number(finite.max())}" if finite.size else ", all blank"
        return f"{mark.z.shape[0]} by {mark.z.shape[1]} cells of {mark.label}{span}"
    return ""


def _interval(low: np.ndarray | None, high: np.ndarray | None, i: int) -> str:
    if low is None or high is None or not np.isfinite([low[i], high[i]]).all():
        return ""
    return f" ({_number(low[i])} to {_number(high[i])})"


def _number(value: float) -> str:
    return f"{value:.3g}"


def padded_range(
    *values: np.ndarray | None, zero: bool = False, room: float = 0.05, end: float = 0.0
) -> tuple[float, float]:
    """Return an axis range around all finite values, padded by the share ``room`` on both sides and by ``end`` more at the upper end."""
    parts = [np.ravel(v) for v in values if v is not None]
    flat = np.concatenate([*parts, [0.0]]) if zero else np.concatenate(parts)
    finite = flat[np.isfinite(flat)]
    low, high = (float(finite.min()), float(finite.max())) if finite.size else (0.0, 1.0)
    wide = (high - low) or abs(high) or 1.0
    return low - room * wide * (low < 0 or not zero), high + (room + end) * wide


def signed_text(value: float, digits: int = 3) -> str:
    """Return a number with its sign and a true minus; scientific notation where the digits would show 0, "no value" for NaN."""
    if np.isnan(value):
        return "no value"
    small = digits > 2 and 0 < abs(value) < 0.5 * 10.0**-digits
    return (f"{value:+.1e}" if small or abs(value) >= 1e6 else f"{value:+.{digits}f}").replace("-", "−")


def named_ticks(names: Sequence[object]) -> tuple[tuple[float, str], ...]:
    """Return ticks 0, 1, 2, ... with these names."""
    return tuple((float(i), str(name)) for i, name in enumerate(names))


def finite_runs(known: np.ndarray) -> list[slice]:
    """Return the runs of consecutive True values, in order: the stretches that a line or a band connects."""
    edges = np.flatnonzero(np.diff(np.concatenate([[False], known, [False]]).astype(np.int8)))
    return [slice(int(a), int(b)) for a, b in edges.reshape(-1, 2)]


def isolated(known: np.ndarray) -> np.ndarray:
    """Return True where a value is isolated between gaps, so that a line through it has no length."""
    out = np.zeros(len(known), dtype=bool)
    for run in finite_runs(known):
        out[run] = run.stop - run.start == 1
    return out


def drawable(mark: Lines, panel: Panel) -> np.ndarray:
    """Return True where a value of a line is finite and, on a logarithmic axis, above 0."""
    return _on(mark.x, panel.x) & _on(mark.y, panel.y)


def has_band(mark: Lines, panel: Panel) -> np.ndarray:
    """Return True where the band of a line can be drawn."""
    if mark.low is None or mark.high is None:
        return np.zeros(len(mark.x), dtype=bool)
    along, other, at = (panel.x, panel.y, mark.y) if mark.sideways else (panel.y, panel.x, mark.x)
    return _on(at, other) & _on(mark.low, along) & _on(mark.high, along)


def out_of_range_text(panel: Panel) -> str:
    """Return a text that counts the finite values outside the axes of a panel; "no value" if there is none, "" if all are inside."""
    nonpositive = outside = total = finite_total = 0
    for values, axis in _placed(panel):
        finite = values[np.isfinite(values)]
        total, finite_total = total + values.size, finite_total + finite.size
        low = int((finite <= 0).sum()) if axis.log else 0
        nonpositive += low
        if axis.span is not None:
            least, most = min(axis.span), max(axis.span)
            slack = 1e-9 * max(abs(least), abs(most), most - least)
            outside += int(((finite < least - slack) | (finite > most + slack)).sum()) - low
    if total and not finite_total:
        return "no value"
    counts = [f"{nonpositive} value{'s' * (nonpositive != 1)} ≤ 0: not on a logarithmic axis"] if nonpositive else []
    counts += [f"{outside} value{'s' * (outside != 1)} outside the axis"] if outside > 0 else []
    return "; ".join(counts)


def scale_label(label: str, parts: Iterable[np.ndarray], low: float, high: float) -> str:
    """Return the label of a colour scale; it names the end values where cells lie below the first or above the last colour."""
    cells = np.concatenate([np.ravel(z) for z in parts])
    slack = 1e-9 * max(abs(low), abs(high))
    ends = [f"≤ {low:.3g}"] if (cells < low - slack).any() else []
    ends += [f"≥ {high:.3g}"] if (cells > high + slack).any() else []
    return f"{label} (end: {', '.join(ends)})" if ends else label


def dot_positions(mark: Heatmap) -> tuple[np.ndarray, np.ndarray]:
    """Return x and y of the dots of a heatmap; dots on blank cells are omitted."""
    if mark.dots is None:
        return np.zeros(0), np.zeros(0)
    row, column = np.nonzero(mark.dots & np.isfinite(mark.z))
    return mark.x[column], mark.y[row]


def within_bounds(mark: Bars) -> tuple[np.ndarray, np.ndarray]:
    """Return the ends of the intervals of bars, cut at the bounds; NaN without intervals."""
    none = np.full(len(mark.at), np.nan)
    low, high = (none if end is None else np.clip(end, *mark.bounds) for end in (mark.low, mark.high))
    return low, high


def cut_marks(mark: Bars) -> list[Annotation]:
    """Return an arrow at each end of an interval that :func:`within_bounds` cuts."""
    if mark.low is None or mark.high is None:
        return []
    out = []
    ends = zip(mark.at, mark.low, mark.high, strict=True)
    for at, low, high in ends:
        for beyond, end, arrow in (
            (low < mark.bounds[0], mark.bounds[0], "◂▾"),
            (high > mark.bounds[1], mark.bounds[1], "▸▴"),
        ):
            if beyond:
                place = (end, float(at)) if mark.horizontal else (float(at), end)
                out.append(Annotation(*place, arrow[0] if mark.horizontal else arrow[1], "on"))
    return out


def clipped_to_scale(mark: Heatmap) -> np.ndarray:
    """Return the cells of a heatmap with infinite values clipped to the ends of its scale; NaN stays NaN."""
    out = np.where(np.isposinf(mark.z), mark.high, mark.z)
    return np.where(np.isneginf(out), mark.low, out)


def _on(values: np.ndarray, axis: Axis) -> np.ndarray:
    known = np.isfinite(values)
    return known & (np.asarray(values) > 0) if axis.log else known


def _placed(panel: Panel) -> Iterable[tuple[np.ndarray, Axis]]:
    """Yield the values of every mark along each axis, with that axis."""
    for mark in panel.marks:
        if isinstance(mark, (Lines, Points)):
            paired = np.isfinite(mark.x) & np.isfinite(mark.y)
            yield np.where(paired, mark.x, np.nan), panel.x
            yield np.where(paired, mark.y, np.nan), panel.y
        elif isinstance(mark, Bars):
            end = mark.value if mark.base is None else mark.base + mark.value
            yield np.asarray(end, float), panel.x if mark.horizontal else panel.y
        if isinstance(mark, (Lines, Bars)) and mark.low is not None and mark.high is not None:
            along = panel.x if (mark.horizontal if isinstance(mark, Bars) else mark.sideways) else panel.y
            yield np.concatenate(within_bounds(mark) if isinstance(mark, Bars) else (mark.low, mark.high)), along
