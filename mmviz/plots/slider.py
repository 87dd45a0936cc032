"""Several figures of one kind behind one slider, on shared scales; works in a notebook and in a saved page, without a kernel."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from mmviz.core.errors import ConfigError
from mmviz.core.escape import plotly as escaped
from mmviz.plots.figure_spec import scale_label

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import plotly.graph_objects as go


_AXIS_MARGIN = 0.05  # beside the data, as a share of the axis


def share_scales(figures: Sequence[go.Figure]) -> None:
    """Give corresponding axes of all figures one range, and corresponding colour bars one scale; the figures are changed.

    Axes correspond if they have the same name and type. Axes of categories, of a square panel, and axes that a figure lacks keep their range.
    """
    for name in sorted(set.intersection(*(set(_axes(figure)) for figure in figures))):
        axes = [figure.layout[name] for figure in figures]
        plain = {axis.type or "linear" for axis in axes} in ({"linear"}, {"log"})
        if not plain or any(axis.scaleanchor for axis in axes):
            continue
        found = [_range_of(figure, name) for figure in figures]
        known = [sorted(one) for one in found if one is not None]
        if not known:
            continue
        whole = [min(low for low, _ in known), max(high for _, high in known)]
        for axis in axes:
            back = axis.autorange == "reversed" or (axis.range is not None and axis.range[0] > axis.range[1])
            axis.update(range=whole[::-1] if back else whole, autorange=False)
    for place in range(len(figures[0].data)):
        heats = [figure.data[place] for figure in figures]
        if all(heat.type == "heatmap" and heat.meta == heats[0].meta and heat.zmin is not None for heat in heats):
            low, high = min(heat.zmin for heat in heats), max(heat.zmax for heat in heats)
            for heat in heats:
                heat.update(zmin=low, zmax=high)
    for figure in figures:
        name_bars(figure)


def name_bars(figure: go.Figure) -> None:
    """Label every colour bar, with its end values where cells lie outside the scale. ``meta`` of a heatmap is its label."""
    maps = [trace for trace in figure.data if trace.type == "heatmap"]
    for trace in maps:
        if not trace.showscale:
            continue
        cells = [each.z for each in maps if (each.meta, each.zmin, each.zmax) == (trace.meta, trace.zmin, trace.zmax)]
        trace.colorbar.title.text = scale_label(trace.meta, cells, trace.zmin, trace.zmax)


def _axes(figure: go.Figure) -> list[str]:
    return [name for name in figure.layout.to_plotly_json() if name.startswith(("xaxis", "yaxis"))]


def _range_of(figure: go.Figure, name: str) -> tuple[float, float] | None:
    """Return the range of an axis and of the axes linked with it; None where they show no value."""
    leader = figure.layout[name].matches or name.replace("axis", "")
    names = [n for n in _axes(figure) if leader in (n.replace("axis", ""), figure.layout[n].matches)]
    given = [figure.layout[n].range for n in names if figure.layout[n].range is not None]
    if given:
        return float(min(map(min, given))), float(max(map(max, given)))
    log, letter = figure.layout[name].type == "log", name[0]
    drawn = [
        trace for trace in figure.data if (trace[f"{letter}axis"] or letter) in [n.replace("axis", "") for n in names]
    ]
    parts = [np.ravel(values) for trace in drawn for values in _values(trace, letter)]
    flat = np.concatenate(parts) if parts else np.zeros(0)
    flat = flat[np.isfinite(flat) & (flat > 0)] if log else flat[np.isfinite(flat)]
    if not flat.size:
        return None
    flat = np.log10(flat) if log else flat
    low, high = float(flat.min()), float(flat.max())
    room = 0.0 if all(trace.type == "heatmap" for trace in drawn) else _AXIS_MARGIN * ((high - low) or abs(high) or 1.0)
    return low - room, high + room


def _values(trace: Any, letter: str) -> list[np.ndarray]:
    """Return the values of a trace along an axis: points, ends of bars, of intervals and of cells."""
    if trace[letter] is None:
        return []
    at = np.asarray(trace[letter], dtype=float)
    if trace.type == "heatmap":
        half = abs(at[1] - at[0]) / 2 if len(at) > 1 else 0.5
        return [at - half, at + half]
    if trace.type == "bar":
        if (letter == "x") != (trace.orientation == "h"):
            half = np.max(trace.width) / 2 if trace.width is not None else 0.4
            return [at - half, at + half]
        base = np.asarray(0.0 if trace.base is None else trace.base, dtype=float)
        at = base + at
        out = [at, np.broadcast_to(base, at.shape)]
    else:
        out = [at]
    reach = getattr(trace, f"error_{letter}", None)
    if reach is not None and reach.array is not None:
        up = np.asarray(reach.array, dtype=float)
        down = up if reach.arrayminus is None else np.asarray(reach.arrayminus, dtype=float)
        out += [at + up, at - down]
    return out


_SLIDER_HEIGHT = 86  # px below a figure
_HALF_LETTER = 4.0  # px per character of a label, halved
# parts of the layout that may differ between frames, beside the axes
_MOVES = ("title", "annotations", "shapes", "images")


def with_slider(
    figures: Mapping[str, go.Figure], *, prefix: str, start: str | None = None, shared: bool = True
) -> go.Figure:
    """Return one figure that shows one of ``figures``, chosen with a slider below it.

    Parameters
    ----------
    figures
        By the label on the slider, in its order; all with the same traces and panels, such as one plot function returns for
        several settings.
    prefix
        Text before the label, for example ``"coupling "``.
    start
        Label of the figure that is shown first; the first one when None.
    shared
        Whether corresponding axes and colour bars have one scale for all figures, so that they can be compared. With
        ``shared=False`` each figure keeps its scales.

    Returns
    -------
    plotly.graph_objects.Figure
        Data, title, notes and (with ``shared=False``) axes follow the slider; the size is that of the figure shown first.

    Notes
    -----
    An HTML page plays all figures on opening unless it is written with ``write_html(file, auto_play=False)``.

    Raises
    ------
    ConfigError
        No figures, an unknown ``start``, or figures with different traces.
    """
    import plotly.graph_objects as go

    labels = list(figures)
    if not labels:
        raise ConfigError("with_slider: figures is empty; pass at least one figure")
    start = labels[0] if start is None else start
    if start not in figures:
        raise ConfigError(f"with_slider: start={start!r}; choose one of {', '.join(map(repr, labels))}")
    kinds = {label: [trace.type for trace in each.data] for label, each in figures.items()}
    for label, kind in kinds.items():
        if kind != kinds[start]:
            raise ConfigError(
                f"with_slider: figure {label!r} has traces {kind}, {start!r} has {kinds[start]}; "
                "all figures must have the same trace types"
            )
    if shared:
        figures = {label: go.Figure(each) for label, each in figures.items()}  # the arguments stay unchanged
        share_scales(list(figures.values()))
    from mmviz.plots.spec_figure import SpecFigure

    figure = SpecFigure(figures[start])
    figure.frames = [go.Frame(name=label, data=each.data, layout=_moving(each)) for label, each in figures.items()]
    at_once = {"mode": "immediate", "frame": {"duration": 0, "redraw": True}, "transition": {"duration": 0}}
    steps = [{"label": escaped(label), "method": "animate", "args": [[label], at_once]} for label in labels]
    below = figure.layout.margin.b or 56
    right = max(
        80 if figure.layout.margin.r is None else figure.layout.margin.r, round(_HALF_LETTER * len(labels[-1]))
    )  # the last label is centred on the end
    figure.update_layout(
        sliders=[
            {
                "steps": steps,
                "active": labels.index(start),
                "currentvalue": {"prefix": escaped(prefix)},
                "pad": {"t": below, "b": 0},
                "x": 0,
                "len": 1,
            }
        ],
        margin_b=below + _SLIDER_HEIGHT,
        margin_r=right,
    )
    if figure.layout.height is not None:
        figure.layout.height += _SLIDER_HEIGHT
    return figure


def _moving(figure: go.Figure) -> dict[str, Any]:
    """Return the part of a figure's layout that a frame must set."""
    layout = figure.layout.to_plotly_json()
    return {name: part for name, part in layout.items() if name in _MOVES or name.startswith(("xaxis", "yaxis"))}
