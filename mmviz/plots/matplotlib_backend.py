"""Matplotlib backend: draws a figure specification as a matplotlib figure of a given width, for a paper."""

from __future__ import annotations

from functools import lru_cache, singledispatch
from itertools import pairwise
from textwrap import wrap
from typing import TYPE_CHECKING, Any

import numpy as np

from mmviz.core.escape import matplotlib as escaped
from mmviz.plots import theme
from mmviz.plots.figure_spec import (
    Annotation,
    Axis,
    Bars,
    FigureSpec,
    Heatmap,
    Lines,
    Links,
    Mark,
    Panel,
    Points,
    ReferenceLine,
    clipped_to_scale,
    dot_positions,
    drawable,
    finite_runs,
    has_band,
    isolated,
    out_of_range_text,
    scale_label,
    whole_range,
    within_bounds,
)
from mmviz.plots.venue import FONTS

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure


def drawable_text(text: object) -> str:
    r"""Return the text as matplotlib can draw it: no TeX, and \uXXXX for characters that are in none of the fonts."""
    return "".join(c if ord(c) in _font_characters() else f"\\u{ord(c):04x}" for c in escaped(text))


@lru_cache(maxsize=1)
def _font_characters() -> frozenset[int]:
    from matplotlib.font_manager import findfont, get_font

    return frozenset(
        code for name in FONTS for code in get_font(findfont(name, fallback_to_default=False)).get_charmap()
    )


#: points; smaller text cannot be read in print
SMALLEST = 6.0

_SIDES: dict[str, dict[str, Any]] = {
    "right": {"ha": "left", "va": "center", "xytext": (3, 0)},
    "left": {"ha": "right", "va": "center", "xytext": (-3, 0)},
    "above": {"ha": "center", "va": "bottom", "xytext": (0, 3)},
    "below": {"ha": "center", "va": "top", "xytext": (0, -3)},
    "on": {"ha": "center", "va": "center", "xytext": (0, 0)},
}


def draw(spec: FigureSpec, *, width: float, height: float | None = None) -> Figure:
    """Return a figure specification as a matplotlib figure of exactly that width, in inches.

    No global state changes. The caller must hold ``matplotlib.rc_context`` while drawing and while saving.
    """
    from matplotlib.figure import Figure

    if width < 4:
        spec = spec.stacked()
    heights = [spec.height_of(row) for row in range(spec.rows)]
    titled = any(panel.title for panel in spec.panels) or any(spec.letters)
    around = (0.62 if titled else 0.42) * spec.rows + (0.35 if _named(spec) else 0.1)  # titles, axis labels, legend
    tall = sum(heights) / 150 + around if height is None else height
    figure = Figure(figsize=(width, tall), layout="constrained")
    axes = figure.subplots(spec.rows, spec.columns, squeeze=False, height_ratios=heights)
    longest_word = max((len(word) for panel in spec.panels for word in panel.title.split()), default=0)
    heats: dict[tuple[Any, ...], list[tuple[Axes, Any]]] = {}
    linked: dict[tuple[str, str], Axes] = {}
    for i, ax in enumerate(axes.flat):
        if i >= len(spec.panels):
            ax.set_axis_off()
            continue
        panel = spec.panels[i]
        for mark in panel.marks:
            artist = _add(mark, ax, panel)
            if isinstance(mark, Heatmap) and mark.bar:
                heats.setdefault((mark.label, mark.low, mark.high, mark.signed), []).append((ax, artist))
        room = 0.75 * width / spec.columns  # inches, about
        _title(ax, f"{spec.letters[i]} {panel.title}".strip(), room, longest_word)
        bare = spec.bare(i)
        for letter, axis, hidden in (("x", panel.x, bare[0]), ("y", panel.y, bare[1])):
            if axis.link:
                leader = linked.setdefault((letter, axis.link), ax)
                if leader is not ax:
                    (ax.sharex if letter == "x" else ax.sharey)(leader)
            _axis(ax, letter, axis, bare=hidden, whole=whole_range(panel, letter) is not None)
        longest = max((len(text) for _, text in panel.x.ticks or ()), default=0)
        if not bare[0] and len(panel.x.ticks or ()) * (longest + 1) * 0.055 > room * (0.5 if panel.square else 1):
            for label in ax.get_xticklabels():
                label.set(rotation=30, ha="right", rotation_mode="anchor")
        if text := out_of_range_text(panel):
            ax.annotate(drawable_text(text), (0, 0), xycoords="axes fraction", xytext=(2, 2), textcoords="offset points", fontsize=SMALLEST, color=theme.FAINT)  # fmt: skip
        if panel.square:
            fixed = panel.x.span is not None or any(isinstance(m, Heatmap) for m in panel.marks)
            ax.set_aspect("equal", adjustable="box" if fixed else "datalim")
    for (letter, _), leader in linked.items():  # limits from all linked panels, not from the first one alone
        leader.autoscale_view(scalex=letter == "x", scaley=letter == "y")
    for (label, *_), drawn in heats.items():
        image, cells = drawn[0][1], [np.ma.filled(each.get_array().astype(float), np.nan) for _, each in drawn]
        bar = figure.colorbar(image, ax=[ax for ax, _ in drawn], aspect=24, pad=0.02)
        bar.set_label(drawable_text(scale_label(label, cells, image.norm.vmin, image.norm.vmax)))
        bar.outline.set_visible(False)
    _legend(figure, axes)
    figure.draw_without_rendering()  # first layout pass: numbers beside bars move with the axes; saving runs the second
    for ax in axes.flat:
        for side, along in ((ax.xaxis, "x"), (ax.yaxis, "y")):
            _thin(side, along)
    return figure


def _thin(side: Any, along: str) -> None:
    """Keep a single tick label where the labels of a short axis would overlap; hidden labels have no extent and are not counted."""
    from matplotlib.ticker import ScalarFormatter

    low, high = sorted(side.get_view_interval())
    ticks = [
        tick
        for tick in side.get_major_ticks()
        if low <= tick.get_loc() <= high and tick.label1.get_text() and tick.label1.get_visible()
    ]
    spans = sorted(getattr(tick.label1.get_window_extent(), f"interval{along}").tolist() for tick in ticks)
    if isinstance(side.get_major_formatter(), ScalarFormatter) and any(a[1] > b[0] for a, b in pairwise(spans)):
        side.set_ticks([ticks[-1].get_loc()])


def _title(ax: Axes, text: str, room: float, longest: int) -> None:
    """Set a panel title, wrapped; smaller, then rotated, where the longest word of all titles is too wide."""
    turned = longest * 0.045 > room
    lines = [text] if turned else wrap(text, max(8, int(room / 0.056)), break_long_words=False) or [""]
    title = ax.set_title("\n".join(drawable_text(line) for line in lines), rotation=90 if turned else 0)
    if longest * 0.06 > room:
        title.set_fontsize(SMALLEST)


def _legend(figure: Figure, axes: np.ndarray) -> None:
    shown: dict[str, Any] = {}
    for ax in axes.flat:
        for handle, label in zip(*ax.get_legend_handles_labels(), strict=True):
            shown.setdefault(label, handle)
    if shown:
        columns = _legend_columns(list(shown), figure.get_figwidth())
        figure.legend(
            shown.values(), shown.keys(), loc="outside upper center", ncols=columns, frameon=False, handlelength=3
        )


def _legend_columns(names: list[str], width: float) -> int:
    """Return the largest number of columns of a legend that fits the width in inches, without a row of a single entry below full rows."""
    for rows in range(1, len(names) + 1):
        columns = -(-len(names) // rows)
        longest = [max(map(len, names[start : start + rows])) for start in range(0, len(names), rows)]
        if sum(0.05 * count + 0.55 for count in longest) <= width:
            return columns
    return 1


def _named(spec: FigureSpec) -> bool:
    """Return whether a figure has a legend."""
    marks = [mark for panel in spec.panels for mark in panel.marks]
    return any(
        mark.series if isinstance(mark, Bars) else mark.name
        for mark in marks
        if isinstance(mark, (Bars, Lines, Points))
    )


def _axis(ax: Axes, letter: str, axis: Axis, *, bare: bool, whole: bool) -> None:
    set_, side = (ax.set_xlim, ax.xaxis) if letter == "x" else (ax.set_ylim, ax.yaxis)
    side.set_label_text("" if bare else drawable_text(axis.label))
    if axis.log:
        if axis.span is None and not np.max(side.get_data_interval()) > 0:  # no positive value
            set_((1.0, 10.0))
        (ax.set_xscale if letter == "x" else ax.set_yscale)("log")
        from matplotlib.ticker import FuncFormatter, LogLocator, NullFormatter

        low, high = (side.get_minpos(), side.get_data_interval()[1]) if axis.span is None else sorted(axis.span)
        few = high < 150 * low  # at most two powers of ten: they alone would leave one or two tick labels
        side.set_major_locator(LogLocator(subs=(1, 2, 5) if few else (1,), numticks=6))
        side.set_major_formatter(FuncFormatter(lambda value, _: _power_of_ten(value)))
        side.set_minor_formatter(NullFormatter())
    elif whole and axis.ticks is None:
        from matplotlib.ticker import MaxNLocator

        side.set_major_locator(MaxNLocator(nbins="auto", steps=(1, 2, 5, 10), integer=True))
    if axis.ticks is not None:
        side.set_ticks([at for at, _ in axis.ticks], [drawable_text(text) for _, text in axis.ticks])
        side.set_tick_params(length=0)
        side.grid(False)
    if axis.span is not None:
        set_(axis.span[::-1] if axis.reverse else axis.span)
    elif axis.reverse and not side.get_inverted():
        side.set_inverted(True)
    if not axis.shown and axis.ticks == ():  # a plane without axes, as in a diagram
        ax.spines["bottom" if letter == "x" else "left"].set_visible(False)
    if bare or not axis.shown:
        side.set_tick_params(which="both", labelbottom=False, labelleft=False, length=0)


def _power_of_ten(value: float) -> str:
    """Return the tick label of a logarithmic axis: 0.001 to 10000 as a number, beyond them 10 with its exponent, as mathematics."""
    exponent = round(np.log10(value)) if value > 0 else 0
    return f"{value:g}" if -3 <= exponent <= 4 else rf"$10^{{{exponent}}}$"


@singledispatch
def _add(mark: Mark, ax: Axes, panel: Panel) -> Any:
    raise TypeError(f"draw: {type(mark).__name__} is not a mark; use the marks of mmviz.plots.figure_spec")


@_add.register(Lines)
def _lines(mark: Lines, ax: Axes, panel: Panel) -> Any:
    colour = theme.colour(mark.style)
    band, alone = has_band(mark, panel), np.flatnonzero(isolated(drawable(mark, panel)))
    if mark.low is not None and mark.high is not None:
        for run in finite_runs(band):
            x, low, high = (mark.y if mark.sideways else mark.x)[run], mark.low[run], mark.high[run]
            if mark.sideways:
                ax.fill_betweenx(x, low, high, color=colour, alpha=0.16, linewidth=0, zorder=1)
            elif len(x) == 1:  # a band of one value has no area
                ax.vlines(x, low, high, color=colour, linewidth=0.9, zorder=2)
            else:
                ax.fill_between(x, low, high, color=colour, alpha=0.16, linewidth=0, zorder=1)
    (line,) = ax.plot(
        mark.x,
        mark.y,
        color=colour,
        linestyle=(0, theme.dash(mark.style)) if theme.dash(mark.style) else "-",
        linewidth=1.1,
        marker=theme.marker(mark.style) if mark.markers or len(alone) else None,
        markevery=None if mark.markers else alone.tolist(),
        markersize=3,
        label=drawable_text(mark.name) if mark.name else None,
        zorder=3,
    )
    return line


@_add.register(Bars)
def _bars(mark: Bars, ax: Axes, panel: Panel) -> Any:
    base = np.zeros_like(mark.value) if mark.base is None else mark.base
    label = drawable_text(mark.series) if mark.series else None
    for i, style in enumerate(mark.styles):
        given: dict[str, Any] = {
            "facecolor": theme.colour(style),
            "hatch": 2 * theme.pattern(style),
            "edgecolor": "white",
        }
        given |= {"linewidth": 0, "zorder": 2, "label": None if i else label}
        if mark.horizontal:
            ax.barh(mark.at[i], mark.value[i], left=base[i], height=mark.thickness, **given)
        else:
            ax.bar(mark.at[i], mark.value[i], bottom=base[i], width=mark.thickness, **given)
    if mark.low is not None and mark.high is not None:
        low, high = within_bounds(mark)
        known = np.isfinite(low) & np.isfinite(high)
        draw_reach = ax.hlines if mark.horizontal else ax.vlines
        draw_reach(mark.at[known], low[known], high[known], color=theme.INK, linewidth=0.9, zorder=4)
    return None


@_add.register(Heatmap)
def _heat(mark: Heatmap, ax: Axes, panel: Panel) -> Any:
    styles: dict[str, Any] = {
        "vmin": mark.low,
        "vmax": mark.high,
        "cmap": theme.SIGNED_COLOURS if mark.signed else theme.STATE_COLOURS.lower(),
        "zorder": 1,
    }
    z = np.ma.masked_invalid(clipped_to_scale(mark))
    image: Any
    if mark.z.size > 400:  # one image with one pixel per cell: small, and without seams
        half = [(at[1] - at[0]) / 2 if len(at) > 1 else 0.5 for at in (mark.x, mark.y)]
        extent = (mark.x[0] - half[0], mark.x[-1] + half[0], mark.y[0] - half[1], mark.y[-1] + half[1])
        image = ax.imshow(z, extent=extent, origin="lower", aspect="auto", interpolation="none", **styles)
    else:
        image = ax.pcolormesh(mark.x, mark.y, z, shading="nearest", edgecolors="face", linewidth=0.2, **styles)
    ax.grid(False)
    if mark.numbers:
        for i, j in zip(*np.nonzero(np.isfinite(mark.z)), strict=True):
            r, g, b, _ = image.cmap(image.norm(mark.z[i, j]))
            color = theme.INK if 0.299 * r + 0.587 * g + 0.114 * b > 0.5 else "white"
            ax.annotate(
                format(mark.z[i, j], mark.numbers), (mark.x[j], mark.y[i]), ha="center", va="center", color=color
            )
    x, y = dot_positions(mark)
    if len(x):
        ax.plot(x, y, linestyle="none", marker="o", markersize=1.2, markeredgewidth=0, color=theme.INK, zorder=3)
    return image


@_add.register(Links)
def _links(mark: Links, ax: Axes, panel: Panel) -> Any:
    from matplotlib.collections import LineCollection

    ends = np.stack([np.stack([mark.x0, mark.y0], 1), np.stack([mark.x1, mark.y1], 1)], 1)
    colour = theme.colour(mark.style)
    lines = LineCollection(
        list(ends), colors=colour, linewidths=0.18 * mark.level, alpha=0.1 + 0.1 * mark.level, zorder=2
    )
    return ax.add_collection(lines)


@_add.register(Points)
def _dots(mark: Points, ax: Axes, panel: Panel) -> Any:
    colour = theme.colour(mark.style)
    (line,) = ax.plot(
        mark.x,
        mark.y,
        linestyle="none",
        marker=theme.marker(mark.style),
        markersize=mark.size * 0.7,
        color=colour,
        markerfacecolor="white" if mark.hollow else colour,
        label=drawable_text(mark.name) if mark.name else None,
        zorder=4,
    )
    return line


@_add.register(Annotation)
def _note(mark: Annotation, ax: Axes, panel: Panel) -> Any:
    text = ax.annotate(
        drawable_text(mark.text), (mark.x, mark.y), textcoords="offset points", annotation_clip=False,
        fontsize="small", color=theme.INK, **_SIDES[mark.side]
    )  # fmt: skip
    text.set_in_layout(mark.side != "left")  # it lies inside its panel, which must not shrink because of it
    return text


@_add.register(ReferenceLine)
def _rule(mark: ReferenceLine, ax: Axes, panel: Panel) -> Any:
    line = (ax.axvline if mark.along == "x" else ax.axhline)(
        mark.at, color=theme.FAINT, linewidth=0.7, linestyle=(0, (4, 2)), zorder=1
    )
    if mark.text:
        top, right = "top" in mark.side, "right" in mark.side
        upright = mark.along == "x"
        place = (mark.at, float(top)) if upright else (float(right), mark.at)
        ax.annotate(
            drawable_text(mark.text),
            place,
            xycoords=ax.get_xaxis_transform() if upright else ax.get_yaxis_transform(),
            xytext=(3 if right == upright else -3, -2 if top == upright else 2),
            textcoords="offset points",
            ha="left" if right == upright else "right",
            va="top" if top == upright else "bottom",
            fontsize="small",
            color=theme.FAINT,
        )
    return line
