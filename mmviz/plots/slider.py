"""Several figures of one kind behind one slider: it works in a notebook and in a saved page, without a kernel."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from mmviz.errors import ConfigError
from mmviz.plots.escape import plotly as escaped
from mmviz.plots.shared_scales import share_scales

if TYPE_CHECKING:
    from collections.abc import Mapping

    import plotly.graph_objects as go

_ROOM = 86  # pixels that the slider takes below a figure
_HALF_LETTER = 4.0  # px, of a label's letters
# beside the axes, what of a figure's layout may differ from frame to frame
_MOVES = ("title", "annotations", "shapes", "images")


def with_slider(
    figures: Mapping[str, go.Figure], *, says: str, start: str | None = None, shared: bool = True
) -> go.Figure:
    """Return one figure that shows one of ``figures``, chosen with a slider below it.

    Parameters
    ----------
    figures
        By the label on the slider, in its order; all with the same traces and panels, such as one drawing function makes of
        several settings.
    says
        What stands before the label, for example ``"coupling "``.
    start
        The label shown first. None: the first one.
    shared
        Whether equal axes and colour bars have one scale at all places, so that what is seen at one can be compared with another. With
        ``shared=False`` each place keeps the scales of its figure.

    Returns
    -------
    plotly.graph_objects.Figure
        Data, title, notes and (with ``shared=False``) axes follow the slider; the size is that of the figure shown first.

    Notes
    -----
    A notebook waits for the slider. A page would play all places on opening; ``write_html(file, auto_play=False)`` makes one that waits.

    Raises
    ------
    ConfigError
        No figures, an unknown ``start``, or figures that cannot take each other's place.
    """
    import plotly.graph_objects as go

    labels = list(figures)
    if not labels:
        raise ConfigError("with_slider: figures is empty; give one for each place of the slider")
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
        figures = {label: go.Figure(each) for label, each in figures.items()}  # the given ones stay as they are
        share_scales(list(figures.values()))
    figure = go.Figure(figures[start])
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
                "currentvalue": {"prefix": escaped(says)},
                "pad": {"t": below, "b": 0},
                "x": 0,
                "len": 1,
            }
        ],
        margin_b=below + _ROOM,
        margin_r=right,
    )
    if figure.layout.height is not None:
        figure.layout.height += _ROOM
    return figure


def _moving(figure: go.Figure) -> dict[str, Any]:
    """Return what of a figure's layout a frame must set."""
    layout = figure.layout.to_plotly_json()
    return {name: part for name, part in layout.items() if name in _MOVES or name.startswith(("xaxis", "yaxis"))}
