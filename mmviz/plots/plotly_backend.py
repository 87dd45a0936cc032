"""Plotly backend: draws a figure specification as a plotly figure for the screen."""

from __future__ import annotations

from functools import singledispatch
from textwrap import wrap
from typing import TYPE_CHECKING, Any

import numpy as np

from mmviz.core.escape import plotly as escaped
from mmviz.core.escape import visible
from mmviz.plots import hover, theme
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
    alt_text,
    clipped_to_scale,
    dot_positions,
    drawable,
    finite_runs,
    has_band,
    isolated,
    out_of_range_text,
    whole_range,
    within_bounds,
)
from mmviz.plots.slider import name_bars
from mmviz.plots.trust import PAGE, ROWS

if TYPE_CHECKING:
    from collections.abc import Sequence

    import plotly.graph_objects as go


_SIDES = {
    "right": {"xanchor": "left", "xshift": 6},
    "left": {"xanchor": "right", "xshift": -6},
    "above": {"yanchor": "bottom", "yshift": 3},
    "below": {"yanchor": "top", "yshift": -3},
    "on": {},
}


@singledispatch
def add(mark: Mark, figure: go.Figure, panel: Panel, place: dict[str, int]) -> None:
    """Add a mark to the subplot at ``place`` (row and col)."""
    raise TypeError(f"draw: {type(mark).__name__} is not a mark; use the marks of mmviz.plots.figure_spec")


@add.register(Lines)
def _lines(mark: Lines, figure: go.Figure, panel: Panel, place: dict[str, int]) -> None:
    colour, name = theme.colour(mark.style), escaped(mark.name)
    known, reach = drawable(mark, panel), {}
    if mark.low is not None and mark.high is not None:
        band = has_band(mark, panel)
        x, y = _outline(mark, [run for run in finite_runs(band) if run.stop - run.start > 1])
        alone = isolated(band) & known & (not mark.sideways)  # a band of one value has no area
        reach["error_y"] = {
            "type": "data",
            "array": np.where(alone, mark.high - mark.y, 0.0),
            "arrayminus": np.where(alone, mark.y - mark.low, 0.0),
            "thickness": 1.2,
            "width": 0,
            "visible": bool(alone.any()),
        }
        figure.add_scatter(
            x=x, y=y, fill="toself", fillcolor=colour, opacity=0.16, mode="lines", line={"width": 0},
            hoverinfo="skip", legendgroup=name, showlegend=False, **place,
        )  # fmt: skip
    dashes = ",".join(f"{d}px" for d in theme.dash(mark.style)) or "solid"
    figure.add_scatter(
        x=mark.x,
        y=mark.y,
        name=name,
        legendgroup=name,
        mode="lines+markers" if mark.markers or isolated(known).any() else "lines",
        line={"color": colour, "dash": dashes, "width": 2},
        marker={"symbol": theme.symbol(mark.style), "size": 7 if mark.markers else np.where(isolated(known), 7, 0)},
        showlegend=bool(mark.name),
        **reach,
        **place,
    )


def _outline(mark: Lines, parts: list[slice]) -> tuple[np.ndarray, np.ndarray]:
    """Return the outlines of the contiguous parts of a band, separated by NaN."""
    if mark.low is None or mark.high is None or not parts:
        return np.zeros(0), np.zeros(0)
    gap, at = np.array([np.nan]), mark.y if mark.sideways else mark.x
    along = np.concatenate([np.concatenate([at[part], at[part][::-1], gap]) for part in parts])[:-1]
    ends = np.concatenate([np.concatenate([mark.high[part], mark.low[part][::-1], gap]) for part in parts])[:-1]
    return (ends, along) if mark.sideways else (along, ends)


@add.register(Bars)
def _bars(mark: Bars, figure: go.Figure, panel: Panel, place: dict[str, int]) -> None:
    along, over = ("x", "y") if mark.horizontal else ("y", "x")
    reach: dict[str, Any] = {}
    if mark.low is not None and mark.high is not None:
        end = mark.value if mark.base is None else mark.base + mark.value
        low, high = within_bounds(mark)
        known = np.isfinite(low) & np.isfinite(high)
        reach[f"error_{along}"] = {
            "type": "data",
            "array": np.where(known, high - end, 0.0),
            "arrayminus": np.where(known, end - low, 0.0),
            "color": theme.INK,
            "thickness": 1.2,
            "width": 4,
        }
    figure.add_bar(
        **{along: mark.value, over: mark.at},
        base=mark.base,
        orientation="h" if mark.horizontal else "v",
        width=mark.thickness,
        marker={
            "color": [theme.colour(i) for i in mark.styles],
            "pattern": {"shape": [theme.pattern(i) for i in mark.styles], "fgcolor": "white", "size": 7},
            "line": {"width": 0},
        },
        name=escaped(mark.series),
        legendgroup=escaped(mark.series),
        showlegend=bool(mark.series),
        customdata=[escaped(name) for name in mark.names],
        **reach,
        **place,
    )


@add.register(Heatmap)
def _heat(mark: Heatmap, figure: go.Figure, panel: Panel, place: dict[str, int]) -> None:
    known = np.isfinite(mark.z)
    words = {}
    if mark.numbers:
        cells = np.array(
            [
                [format(v, mark.numbers) if ok else "" for v, ok in zip(*row, strict=True)]
                for row in zip(mark.z, known, strict=True)
            ]
        )
        words = {"text": cells, "texttemplate": "%{text}", "textfont": {"size": 12}}
    figure.add_heatmap(
        z=clipped_to_scale(mark),
        x=mark.x,
        y=mark.y,
        zmin=mark.low,
        zmax=mark.high,
        colorscale=theme.SIGNED_COLOURS if mark.signed else theme.STATE_COLOURS,
        showscale=False,
        meta=escaped(mark.label),
        colorbar={"title": {"side": "right"}},
        hoverongaps=False,
        **words,
        **place,
    )
    x, y = dot_positions(mark)
    if len(x):
        marker = {"symbol": "circle", "size": 3, "color": theme.INK}
        figure.add_scatter(x=x, y=y, mode="markers", marker=marker, hoverinfo="skip", showlegend=False, **place)


@add.register(Links)
def _links(mark: Links, figure: go.Figure, panel: Panel, place: dict[str, int]) -> None:
    gap = np.full_like(mark.x0, np.nan)
    for level in range(1, 6):
        chosen = mark.level == level
        if chosen.any():
            figure.add_scatter(
                x=np.stack([mark.x0, mark.x1, gap], 1)[chosen].ravel(),
                y=np.stack([mark.y0, mark.y1, gap], 1)[chosen].ravel(),
                mode="lines",
                line={"color": theme.colour(mark.style), "width": 0.4 * level},
                opacity=0.1 + 0.1 * level,
                hoverinfo="skip",
                showlegend=False,
                **place,
            )
    if mark.value is not None:  # a line reacts to the pointer at its ends only, where many meet
        figure.add_scatter(
            x=(mark.x0 + mark.x1) / 2, y=(mark.y0 + mark.y1) / 2, mode="markers", marker={"opacity": 0, "size": 8},
            customdata=mark.value, showlegend=False, **place,
        )  # fmt: skip


@add.register(Points)
def _dots(mark: Points, figure: go.Figure, panel: Panel, place: dict[str, int]) -> None:
    symbol = theme.symbol(mark.style)
    colour, name = theme.colour(mark.style), escaped(mark.name)
    figure.add_scatter(
        x=mark.x,
        y=mark.y,
        mode="markers",
        name=name,
        legendgroup=name,
        showlegend=bool(mark.name),
        marker={
            "symbol": f"{symbol}-open" if mark.hollow else symbol,
            "size": mark.size * 1.4,
            "color": colour,
        },
        **place,
    )


@add.register(Annotation)
def _note(mark: Annotation, figure: go.Figure, panel: Panel, place: dict[str, int]) -> None:
    _annotate(mark.text, mark.x, mark.y, figure, panel, place, color=theme.INK, **_SIDES[mark.side])


@add.register(ReferenceLine)
def _rule(mark: ReferenceLine, figure: go.Figure, panel: Panel, place: dict[str, int]) -> None:
    upright = mark.along == "x"
    add = figure.add_vline if upright else figure.add_hline
    line = {"color": theme.FAINT, "width": 1, "dash": "dash"}
    add(mark.at, line=line, exclude_empty_subplots=False, **place)
    if mark.text:
        top, right = "top" in mark.side, "right" in mark.side
        plot = figure.get_subplot(**place)
        ends: dict[str, Any] = {
            "xanchor": "left" if right == upright else "right",
            "yanchor": "top" if top == upright else "bottom",
        }
        # along the line the position is relative to the panel, also where that axis is logarithmic
        far = (
            {"yref": f"{plot.yaxis.plotly_name.replace('axis', '')} domain", "y": float(top)}
            if upright
            else {"xref": f"{plot.xaxis.plotly_name.replace('axis', '')} domain", "x": float(right)}
        )
        at = (mark.at, 1.0) if upright else (1.0, mark.at)
        _annotate(mark.text, *at, figure, panel, place, color=theme.FAINT, **ends)
        figure.layout.annotations[-1].update(far)


def _annotate(
    text: str, x: float, y: float, figure: go.Figure, panel: Panel, place: dict[str, int], *, color: str, **side: Any
) -> None:
    """Add a text at a point; on a logarithmic axis plotly expects the logarithm for annotations, unlike for lines."""
    figure.add_annotation(
        x=float(np.log10(x)) if panel.x.log else x,
        y=float(np.log10(y)) if panel.y.log and y > 0 else y,
        text=escaped(text), showarrow=False, font={"color": color}, **side, **place,
    )  # fmt: skip


_READABLE = 680  # px: title and subtitle are wrapped for an output of this width; the figure is as wide as its output
_FEW_STEPS = 8  # of an axis of whole numbers; with more, plotly labels no halves
_MOST_TICKS = 12  # of a logarithmic axis; beyond, not every power of ten gets a tick


def draw(spec: FigureSpec) -> go.Figure:
    """Return a figure specification as a plotly figure; ``layout.meta["description"]`` holds its alternative text."""
    from plotly.subplots import make_subplots

    from mmviz.plots.spec_figure import SpecFigure

    rows, columns = spec.rows, spec.columns
    heights = [spec.height_of(row) for row in range(rows)]
    across, down = spec.gap
    inner = sum(heights) + down * (rows - 1)
    titled = any(panel.title for panel in spec.panels)
    figure = make_subplots(
        rows=rows,
        cols=columns,
        row_heights=heights,
        horizontal_spacing=min(across / (spec.width - 130), 0.8 / max(columns - 1, 1)) if columns > 1 else 0,
        vertical_spacing=down / inner if rows > 1 else 0,
        subplot_titles=[escaped(panel.title) for panel in spec.panels] if titled else None,
        figure=SpecFigure.of(spec),
    )
    figure.update_annotations(font={"size": 13, "color": theme.INK})
    heats: dict[tuple[Any, ...], list[int]] = {}
    remarks: list[tuple[dict[str, int], str]] = []
    for i, panel in enumerate(spec.panels):
        place = {"row": i // columns + 1, "col": i % columns + 1}
        bare_x, bare_y = spec.bare(i)
        figure.update_xaxes(_axis(panel.x, bare=bare_x, whole=whole_range(panel, "x")), **place)
        figure.update_yaxes(_axis(panel.y, bare=bare_y, whole=whole_range(panel, "y")), **place)
        if panel.square:
            anchor = figure.get_subplot(**place).yaxis.plotly_name.replace("axis", "")
            figure.update_xaxes(scaleanchor=anchor, constrain="domain", **place)
            figure.update_yaxes(constrain="domain", **place)
        if text := out_of_range_text(panel):
            remarks.append((place, text))
        for mark in panel.marks:
            if isinstance(mark, Heatmap) and mark.bar:
                heats.setdefault((mark.label, mark.low, mark.high, mark.signed), []).append(len(figure.data))
            first = len(figure.data)
            add(mark, figure, panel, place)
            _describe(figure.data[first:], mark, spec, i)
    _link(figure, spec)
    _legend_once(figure)
    for traces in heats.values():
        _one_bar(figure, traces)
    name_bars(figure)
    for place, text in remarks:
        _add_remark(figure, text, place)
    named = any(trace.showlegend for trace in figure.data)
    readable = min(spec.width, _READABLE)
    lines = [part for line in spec.subtitle for part in wrap(visible(line), int(readable / 6.3)) or [""]]
    subtitle = "<br>".join(escaped(line) for line in lines)
    titles = wrap(visible(spec.title), int(readable / 7.8)) or [""]
    below = named and bool(heats)
    head = 50 + 17 * len(lines) + 17 + 22 * titled + 19 * (len(titles) - 1)
    foot = 56 + 40 * below
    height = round(inner + head + foot)
    theme.apply_layout(figure, title="<br>".join(map(escaped, titles)), subtitle=subtitle, height=height)
    figure.update_layout(
        barmode="overlay",
        bargap=0,
        margin={"t": head, "b": foot, "r": 30},
        meta={"description": visible(alt_text(spec), longest=2000), **({"row": spec.row} if spec.row else {})},
        legend={"orientation": "h", "y": -60 / inner, "yanchor": "top", "x": 0} if below else {"x": 1.02, "y": 1},
        showlegend=named,
    )
    return figure


def _describe(traces: Sequence[Any], mark: Mark, spec: FigureSpec, i: int) -> None:
    """Name the traces of a mark in panel ``i`` and give those that react to the pointer their hover text."""
    if isinstance(mark, (Annotation, ReferenceLine)):
        return
    for trace in traces:
        name = escaped(hover.name_of(mark, spec.panels[i], spec))
        if trace.hoverinfo == "skip":  # bands, dots, links: their values are in the hover text of the mark
            trace.name = f"{name}, {_PART.get(type(mark), 'interval')}"
            continue
        trace.name = trace.name or name
        trace.hovertemplate = hover.template(mark, spec.panels[i], spec, i)
        if isinstance(mark, (Lines, Bars)) and mark.low is not None:
            trace.hovertext = hover.interval_texts(mark, spec.panels[i])


_PART: dict[type, str] = {Heatmap: "dots", Links: "lines"}


def link_row(figure: go.Figure, name: str) -> go.Figure:
    """Add the row of the page "How far can you trust this picture?" to a figure and return it; without a row it is returned unchanged.

    A text in the lower right corner shows on hover what the figure does not show; ``layout.meta["trust"]`` is the address of the row.
    """
    own = (figure.layout.meta or {}).get("row")
    key = own or next((key for key, row in ROWS.items() if name in row.figures), None)
    if key is None:
        return figure
    lines = (ROWS[key].question, f"Does not show: {ROWS[key].cannot}", f"Measured values: {PAGE}#{key}")
    below, wide = (figure.layout.margin.b or 56) + _ROOM, int(_READABLE / 6)
    figure.update_layout(
        meta={**(figure.layout.meta or {}), "trust": f"{PAGE}#{key}"},
        margin={"b": below},
        height=(figure.layout.height or 450) + _ROOM,
    )
    return figure.add_annotation(
        text="How far can you trust this picture?",
        hovertext="<br>".join(escaped(part) for line in lines for part in wrap(line, wide)),
        x=1, y=0, xref="paper", yref="paper", xanchor="right", yanchor="bottom", yshift=_ROOM - below,
        showarrow=False, font={"size": 10, "color": theme.FAINT}, hoverlabel={"bgcolor": "white", "font": {"color": theme.INK, "size": 10}},
        captureevents=True,
    )  # fmt: skip


#: height in pixels that the text on trust adds below a figure
_ROOM = 22


def _axis(axis: Axis, *, bare: bool, whole: tuple[float, float] | None) -> dict[str, Any]:
    out: dict[str, Any] = {
        "title": {"text": "" if bare else escaped(axis.label), "standoff": 6},
        "zeroline": False,
        "automargin": True,
    }
    if axis.ticks is not None:
        out |= {
            "tickmode": "array",
            "tickvals": [at for at, _ in axis.ticks],
            "ticktext": [escaped(text) for _, text in axis.ticks],
            "showgrid": False,
        }
    elif whole is not None and whole[1] - whole[0] <= _FEW_STEPS:
        out["dtick"] = 1  # plotly would label halves of steps
    span = axis.span
    if axis.log:
        out["type"] = "log"
        span = None if span is None else (float(np.log10(span[0])), float(np.log10(span[1])))
        decades = 1 if span is None else int(np.ceil((span[1] - span[0]) / _MOST_TICKS))
        out |= {"dtick": decades, "exponentformat": "power"}
    if span is not None:
        out["range"] = list(span[::-1] if axis.reverse else span)
    elif axis.reverse:
        out["autorange"] = "reversed"
    if bare or not axis.shown:
        out |= {"showticklabels": False, "ticks": ""}
    return out


def _link(figure: go.Figure, spec: FigureSpec) -> None:
    """Make axes with the same link move together."""
    first: dict[tuple[str, str], str] = {}
    for i, panel in enumerate(spec.panels):
        subplot = figure.get_subplot(i // spec.columns + 1, i % spec.columns + 1)
        for letter, axis, drawn in (("x", panel.x, subplot.xaxis), ("y", panel.y, subplot.yaxis)):
            if axis.link:
                name = drawn.plotly_name.replace("axis", "")
                leader = first.setdefault((letter, axis.link), name)
                if leader != name:
                    drawn.matches = leader


def _legend_once(figure: go.Figure) -> None:
    seen: set[str] = set()
    for trace in figure.data:
        if trace.showlegend:
            trace.showlegend = trace.name not in seen
            seen.add(trace.name)


def _add_remark(figure: go.Figure, text: str, place: dict[str, int]) -> None:
    """Add the count of values outside the axes to a panel."""
    plot = figure.get_subplot(**place)
    x, y = (axis.plotly_name.replace("axis", "") for axis in (plot.xaxis, plot.yaxis))
    figure.add_annotation(
        text=escaped(text), x=0, y=0, xref=f"{x} domain", yref=f"{y} domain", xanchor="left", yanchor="bottom",
        showarrow=False, font={"size": 11, "color": theme.FAINT},
    )  # fmt: skip


def _one_bar(figure: go.Figure, traces: list[int]) -> None:
    """Place one colour bar beside the panels that share it."""
    domains = []
    for i in traces:
        trace = figure.data[i]
        x, y = (figure.layout[f"{a[0]}axis{a[1:]}"].domain for a in (trace.xaxis or "x", trace.yaxis or "y"))
        domains.append((x, y))
        trace.showscale = i == traces[0]
    low, high = min(y[0] for _, y in domains), max(y[1] for _, y in domains)
    figure.data[traces[0]].colorbar.update(
        x=max(x[1] for x, _ in domains) + 0.012, xanchor="left", y=(low + high) / 2, len=high - low, thickness=11
    )
