"""Draw a picture with plotly: a plain figure, for the screen."""

from __future__ import annotations

from textwrap import wrap
from typing import TYPE_CHECKING, Any

import numpy as np

from mmviz.plots import theme
from mmviz.plots.escape import plotly as escaped
from mmviz.plots.escape import visible
from mmviz.plots.picture import Axis, Heat, Picture, described
from mmviz.plots.shared_scales import name_bars
from mmviz.plots.strokes import add
from mmviz.plots.visible_values import left_out

if TYPE_CHECKING:
    import plotly.graph_objects as go

_MOST_TICKS = 12  # of a logarithmic axis; above that, not every power of ten has one


def draw(picture: Picture) -> go.Figure:
    """Return the picture as a plain plotly figure; ``layout.meta["description"]`` says in words what it shows."""
    from plotly.subplots import make_subplots

    rows, columns = picture.rows, picture.columns
    heights = [picture.height_of(row) for row in range(rows)]
    across, down = picture.gap
    inner = sum(heights) + down * (rows - 1)
    titled = any(panel.title for panel in picture.panels)
    figure = make_subplots(
        rows=rows,
        cols=columns,
        row_heights=heights,
        horizontal_spacing=min(across / (picture.width - 130), 0.8 / max(columns - 1, 1)) if columns > 1 else 0,
        vertical_spacing=down / inner if rows > 1 else 0,
        subplot_titles=[escaped(panel.title) for panel in picture.panels] if titled else None,
    )
    figure.update_annotations(font={"size": 13, "color": theme.INK})
    heats: dict[tuple[Any, ...], list[int]] = {}
    lacking: list[tuple[dict[str, int], str]] = []
    for i, panel in enumerate(picture.panels):
        place = {"row": i // columns + 1, "col": i % columns + 1}
        bare_x, bare_y = picture.bare(i)
        figure.update_xaxes(_axis(panel.x, bare=bare_x), **place)
        figure.update_yaxes(_axis(panel.y, bare=bare_y), **place)
        if panel.square:
            anchor = figure.get_subplot(**place).yaxis.plotly_name.replace("axis", "")
            figure.update_xaxes(scaleanchor=anchor, constrain="domain", **place)
            figure.update_yaxes(constrain="domain", **place)
        if text := left_out(panel):
            lacking.append((place, text))
        for mark in panel.marks:
            if isinstance(mark, Heat) and mark.bar:
                heats.setdefault((mark.label, mark.low, mark.high, mark.signed), []).append(len(figure.data))
            add(mark, figure, panel, place)
    _link(figure, picture)
    _legend_once(figure)
    for traces in heats.values():
        _one_bar(figure, traces)
    name_bars(figure)
    for place, text in lacking:
        _tell(figure, text, place)
    named = any(trace.showlegend for trace in figure.data)
    told = [part for line in picture.subtitle for part in wrap(visible(line), int(picture.width / 6.3)) or [""]]
    subtitle = "<br>".join(escaped(line) for line in told)
    below = named and bool(heats)
    head = 50 + 17 * len(told) + 17 + 22 * titled
    foot = 56 + 40 * below
    height = round(inner + head + foot)
    theme.dress(figure, title=escaped(picture.title), subtitle=subtitle, width=picture.width, height=height)
    figure.update_layout(
        barmode="overlay",
        bargap=0,
        margin={"t": head, "b": foot, "r": 30},
        meta={"description": visible(described(picture), longest=2000)},
        legend={"orientation": "h", "y": -60 / inner, "yanchor": "top", "x": 0} if below else {"x": 1.02, "y": 1},
        showlegend=named,
    )
    return figure


def _axis(axis: Axis, *, bare: bool) -> dict[str, Any]:
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


def _link(figure: go.Figure, picture: Picture) -> None:
    """Axes of one link move together."""
    first: dict[tuple[str, str], str] = {}
    for i, panel in enumerate(picture.panels):
        subplot = figure.get_subplot(i // picture.columns + 1, i % picture.columns + 1)
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


def _tell(figure: go.Figure, text: str, place: dict[str, int]) -> None:
    """Say in a panel which values its axes do not hold."""
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
