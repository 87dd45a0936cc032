"""Faithfulness of explanations: output against the share of removed or kept cells, one line per explanation, with bands."""

from __future__ import annotations

from typing import TYPE_CHECKING

import xarray as xr

from mmviz.plots.figure_registry import register_figure
from mmviz.plots.figure_spec import Axis, FigureSpec, Lines, Panel, ReferenceLine, padded_range
from mmviz.plots.frames import provenance_text, recorded_line, required_variable, title_with_source
from mmviz.plots.plotly_backend import draw

if TYPE_CHECKING:
    import plotly.graph_objects as go

_SOURCE = "mmviz.analysis.faithfulness"
_PANELS = {
    "deletion": ("removed: lower is better", "share of the cells removed"),
    "insertion": ("kept, all others removed: higher is better", "share of the cells kept"),
}


def faithfulness_frame(found: xr.Dataset) -> xr.Dataset:
    """Return what :func:`plot_faithfulness` draws: ``deletion`` and ``insertion`` with ``_mean``, ``_low``, ``_high`` (explanation, fraction).

    Parameters
    ----------
    found
        From :func:`mmviz.analysis.faithfulness`.

    Raises
    ------
    DataError
        If it is the result of another analysis.
    """
    names = [f"{curve}_{part}" for curve in _PANELS for part in ("mean", "low", "high")]
    dims = ("explanation", "fraction")
    frame = xr.Dataset({n: required_variable("faithfulness_frame", found, n, dims, _SOURCE) for n in names})
    for name in ("uncut_mean", "after_mean"):
        frame[name] = found[name]
    frame.attrs = dict(found.attrs)
    return frame


def faithfulness_spec(frame: xr.Dataset) -> FigureSpec:
    """Return the two panels of a :func:`faithfulness_frame`."""
    fraction = frame["fraction"].values.astype(float)
    names = [str(n) for n in frame["explanation"].values]
    units, at = frame.attrs["units"], frame.attrs["at"]
    span = padded_range(*(frame[f"{c}_{p}"].values for c in _PANELS for p in ("mean", "low", "high")))
    panels = []
    for curve, (title, label) in _PANELS.items():
        mean, low, high = (frame[f"{curve}_{part}"].values for part in ("mean", "low", "high"))
        lines = tuple(
            Lines(fraction, mean[i], name, i % 8, low[i], high[i], markers=curve == "deletion")
            for i, name in enumerate(names)
        )
        mark = (ReferenceLine(at, text=f"{at:.0%}"),) if curve == "deletion" else ()
        panels.append(
            Panel(
                (*mark, *lines), Axis(label, span=(-0.02, 1.02)), Axis(f"mean {units}", span=span, link="output"), title
            )
        )
    return FigureSpec(
        title=title_with_source("Faithfulness of explanations", frame.attrs),
        subtitle=(
            f"cell: modality and step after the encoders; {frame.attrs['baseline_meaning']}; {provenance_text(frame.attrs)}",
            f"mean and {frame.attrs['interval']}; random: mean of {frame.attrs['orders']} orders",
            *recorded_line(frame.attrs, "samples:"),
        ),
        panels=tuple(panels),
        columns=2,
        heights=(300,),
        width=900,
    )


@register_figure(faithfulness_frame, faithfulness_spec)
def plot_faithfulness(found: xr.Dataset) -> go.Figure:
    """Draw the deletion and insertion curves of every explanation with bands. ``found`` is from :func:`mmviz.analysis.faithfulness`."""
    return draw(faithfulness_spec(faithfulness_frame(found)))
