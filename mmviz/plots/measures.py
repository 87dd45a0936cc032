"""All measures of a Trace in one figure: a panel for each object (data, model, geometry) and unit, a heading with the meaning of each measure."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import xarray as xr

from mmviz.core.errors import DataError
from mmviz.plots.figure_registry import register_figure
from mmviz.plots.figure_spec import (
    NEUTRAL,
    Annotation,
    Axis,
    Bars,
    FigureSpec,
    Mark,
    Panel,
    Points,
    cut_marks,
    padded_range,
    signed_text,
    within_bounds,
)
from mmviz.plots.frames import provenance_text, required_variable, title_with_source
from mmviz.plots.plotly_backend import draw

if TYPE_CHECKING:
    import plotly.graph_objects as go

_SOURCE = "mmviz.analysis.measures"
#: measure -> values that it can take; of the others, a difference of accuracies or probabilities is from -1 to 1
_BOUNDS = {
    "PID of the predictions": (0.0, np.inf),
    "Share of interaction": (0.0, 1.0),
    "InterSHAP": (0.0, 1.0),
    "MM-SHAP": (0.0, 1.0),
    "Conditional utilisation rate": (-1.0, 1.0),
    "Modality gap": (0.0, 2.0),
    "Which modality": (0.0, 1.0),
    "Cosine margin": (-2.0, 2.0),
}
_HOLLOW = "hollow: value where nothing is found: 95 % quantile of the null, chance, or 0"
#: pixels of a line, and above the first; place of a reference below its bar, in lines
_ROW, _ABOVE, _BESIDE = 23, 8, 0.37


def measures_frame(found: xr.Dataset) -> xr.Dataset:
    """Return what :func:`plot_measures` draws, (row): ``value``, ``low``, ``high``, ``reference``.

    Coordinates ``object``, ``measure``, ``entry``, ``value_units``, ``meaning`` (row). A measure that the Trace does not allow keeps its row, without value.

    Raises
    ------
    DataError
        If ``found`` is not the result of :func:`mmviz.analysis.measures`, or no measure has a value.
    """
    parts = {
        name: required_variable("measures_frame", found, name, ("row",), _SOURCE)
        for name in ("value", "low", "high", "reference")
    }
    texts = ("object", "measure", "entry", "value_units", "meaning")
    frame = xr.Dataset(
        {name: ("row", values.values) for name, values in parts.items()},
        coords={name: ("row", found[name].values.astype(str)) for name in texts},
    )
    if not np.isfinite(frame["value"].values).any():
        raise DataError(f"measures_frame: no measure has a value; the reasons are in 'interval' of {_SOURCE}")
    spans = {text for text in found["interval"].values.astype(str) if text.startswith("95 %")}
    frame.attrs = dict(found.attrs) | {
        "interval": spans.pop() if len(spans) == 1 else "95 % intervals, see the column interval of the table"
    }
    return frame


def measures_spec(frame: xr.Dataset) -> FigureSpec:
    """Return the panels of a :func:`measures_frame`."""
    key = list(zip(frame["object"].values, frame["value_units"].values, strict=True))
    panels, heights, cut = [], [], False
    named: list[object] = []
    for kind, units in dict.fromkeys(key):
        part = frame.isel(row=[i for i, one in enumerate(key) if one == (kind, units)])
        panel, lines = _panel(part, str(units), list(frame.attrs["modalities"]))
        if kind not in named:
            panel = replace(panel, title=f"{kind.capitalize()}: {frame.attrs['objects'][kind]}")
            named.append(kind)
        cut |= any(isinstance(mark, Annotation) and mark.side == "on" for mark in panel.marks)
        panels.append(panel)
        heights.append(float(_ABOVE + _ROW * lines))
    value, reference = frame["value"].values, frame["reference"].values
    missing = not np.isfinite(value).all()
    return FigureSpec(
        title=title_with_source("Measures of imbalance and interaction", frame.attrs),
        subtitle=(
            f"{provenance_text(frame.attrs)}; {frame.attrs['limits']}",
            f"lines: {frame.attrs['interval']}; none where every sample has the same value",
            *((_HOLLOW,) if np.isfinite(reference).any() else ()),
            *(("An interval reaches beyond the possible values: cut there (arrow).",) if cut else ()),
            *(("no value: the reason is in the column interval of the table",) if missing else ()),
            *((str(frame.attrs["untrained"]),) if frame.attrs.get("untrained") else ()),
        ),
        panels=tuple(panels),
        heights=tuple(heights),
        width=900,
        gap=(70, 64),
    )


def _panel(part: xr.Dataset, units: str, modalities: list[str]) -> tuple[Panel, int]:
    """Return the panel of one object and unit, and its number of lines: values and headings."""
    measures, entries = part["measure"].values.astype(str), part["entry"].values.astype(str)
    at, headings, line = np.zeros(len(measures)), [], 0
    for name in dict.fromkeys(measures):
        rows = np.flatnonzero(measures == name)
        headings.append((float(line), f"{name}: {part['meaning'].values[rows[0]]}"))
        at[rows] = line + 1 + np.arange(len(rows))
        line += 1 + len(rows)
    value, low, high, reference = (part[name].values for name in ("value", "low", "high", "reference"))
    unit = units.startswith("difference") and np.nanmax(np.abs(value), initial=0) <= 1
    marks: list[Mark] = []
    tips = np.nanmax([value, np.zeros(len(value)), np.nan_to_num(reference, nan=-np.inf)], 0)
    least = np.nanmin([value, np.zeros(len(value))], 0)
    for name in dict.fromkeys(measures):
        rows = np.flatnonzero(measures == name)
        ends = _BOUNDS.get(name, (-1.0, 1.0) if unit else (-np.inf, np.inf))
        bars = Bars(
            at[rows],
            value[rows],
            tuple(modalities.index(entry) if entry in modalities else NEUTRAL for entry in entries[rows]),
            tuple(f"{name}, {entry}" for entry in entries[rows]),
            low[rows],
            high[rows],
            bounds=(
                np.fmin(ends[0], np.nanmin(value[rows], initial=0)),
                np.fmax(ends[1], np.nanmax(value[rows], initial=0)),
            ),
            thickness=0.44,
        )
        marks += [bars, *cut_marks(bars)]
        drawn = within_bounds(bars)
        tips[rows], least[rows] = np.fmax(tips[rows], drawn[1]), np.fmin(least[rows], drawn[0])
    span = padded_range(tips, least, zero=True, room=0.03, end=0.12)
    marks += [
        Annotation(float(x), float(y), signed_text(0.0 if abs(v) < 1e-6 else float(v)))
        for x, y, v in zip(tips, at, value, strict=True)
        if np.isfinite(value).any()  # of an empty panel both backends write "no value" themselves
    ]
    known = np.isfinite(reference)
    if known.any():
        marks.append(Points(reference[known], at[known] + _BESIDE, "", NEUTRAL, 7, hollow=True))
    marks += [Annotation(span[0], y, text) for y, text in headings]
    ticks = tuple((float(y), str(entry) or "–") for y, entry in zip(at, entries, strict=True))
    return Panel(tuple(marks), Axis(units, span=span), Axis(ticks=ticks, span=(-0.7, line - 0.4), reverse=True)), line


@register_figure(measures_frame, measures_spec)
def plot_measures(found: xr.Dataset) -> go.Figure:
    """Draw all measures of a Trace with their intervals, by the object that they belong to. ``found`` is from :func:`mmviz.analysis.measures`."""
    return draw(measures_spec(measures_frame(found)))
