"""Efficiency: time and memory against sequence length, and the exponent of their growth."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import xarray as xr

from mmviz.core.errors import DataError
from mmviz.plots.figure_registry import register_figure
from mmviz.plots.figure_spec import Annotation, Axis, FigureSpec, Lines, Panel
from mmviz.plots.frames import required_variable, title_with_source
from mmviz.plots.plotly_backend import draw

if TYPE_CHECKING:
    import plotly.graph_objects as go


def efficiency_frame(measured: xr.Dataset) -> xr.Dataset:
    """Return what :func:`plot_efficiency` draws: medians over the repeats, with minimum and maximum.

    Parameters
    ----------
    measured
        ``seconds`` and/or ``bytes`` (model, length, repeat), with coordinates ``model`` and ``length``. Attribute ``machine`` is
        shown where given.

    Returns
    -------
    xr.Dataset
        ``milliseconds``, ``mebibytes`` (model, length), and each with ``_low`` and ``_high``. NaN where not measured.

    Raises
    ------
    DataError
        If both are missing, one has other dimensions, or a value is negative.
    """
    dims = ("model", "length", "repeat")
    frame = xr.Dataset()
    for name, unit, factor in (("seconds", "milliseconds", 1e3), ("bytes", "mebibytes", 2**-20)):
        if name in measured:
            values = (
                required_variable("efficiency_frame", measured, name, dims, "a run over lengths").astype(np.float64)
                * factor
            )
            if bool((values < 0).any()):
                raise DataError(f"efficiency_frame: {name} holds {float(values.min() / factor)}; expected values ≥ 0")
            frame[unit] = values.median("repeat")
            frame[f"{unit}_low"], frame[f"{unit}_high"] = values.min("repeat"), values.max("repeat")
    if not frame.data_vars:
        raise DataError(f"efficiency_frame: expected seconds or bytes {dims}, got {', '.join(map(str, measured))}")
    frame.attrs = {**measured.attrs, "n_repeats": measured.sizes["repeat"]}
    return frame


def efficiency_spec(frame: xr.Dataset) -> FigureSpec:
    """Return the curves of an :func:`efficiency_frame`."""
    panels = tuple(
        _linear_panel(frame, unit, label, title)
        for unit, label, title in (("milliseconds", "ms", "time"), ("mebibytes", "MiB", "memory"))
        if unit in frame
    )
    repeats = frame.attrs["n_repeats"]
    return FigureSpec(
        title=title_with_source("Time and memory against length", frame.attrs),
        subtitle=(
            "; ".join(
                str(s)
                for s in (frame.attrs.get("machine"), f"median of {repeats} repeats, bands: minimum to maximum")
                if s
            ),
        ),
        panels=panels,
        columns=len(panels),
        heights=(250,),
        width=860 if len(panels) == 2 else 620,
    )


def _linear_panel(frame: xr.Dataset, unit: str, label: str, title: str) -> Panel:
    length = frame["length"].values.astype(float)
    middle, low, high = (frame[n].values for n in (unit, f"{unit}_low", f"{unit}_high"))
    names = [str(n) for n in frame["model"].values]
    lines = tuple(Lines(length, middle[i], name, i, low[i], high[i]) for i, name in enumerate(names))
    top = 1.06 * float(np.nanmax(high, initial=0)) or 1.0
    return Panel(lines, Axis("length, steps", link="length"), Axis(label, span=(0.0, top)), title=title)


@register_figure(efficiency_frame, efficiency_spec)
def plot_efficiency(measured: xr.Dataset) -> go.Figure:
    """Draw time and memory of every model against length. See :func:`efficiency_frame`."""
    return draw(efficiency_spec(efficiency_frame(measured)))


_PANELS = (("milliseconds", "ms", "time"), ("mebibytes", "MiB", "peak memory"))
_FROM = {
    "milliseconds": "cpu",
    "mebibytes": "mebibytes",
}  # variables that the exponents are fitted to: CPU time where it was measured


def growth_frame(measured: xr.Dataset) -> xr.Dataset:
    """Return what :func:`plot_growth` draws: time and memory by length, and the exponents of their growth.

    Parameters
    ----------
    measured
        ``milliseconds`` and/or ``mebibytes`` (model, length), as from ``mmviz.studies.efficiency.as_dataset``; with ``low`` and ``high`` of the former, and
        ``cpu``, where measured. NaN where not measured.

    Returns
    -------
    xr.Dataset
        The same, lengths ascending, and ``exponent_of_milliseconds``, ``exponent_of_mebibytes`` (model, until): the log-log slope from one
        length to the next; ``slope_of_milliseconds``, ``slope_of_mebibytes`` (model): the slope of the least-squares line through all
        lengths. The exponents of time are those of ``cpu``, if present. Coordinate ``until``: the longer length.

    Raises
    ------
    DataError
        If both are missing, one has other dimensions, there are fewer than two lengths, or a value is not above 0.
    """
    present = [name for name, _, _ in _PANELS if name in measured]
    if not present:
        raise DataError(
            f"growth_frame: expected milliseconds or mebibytes (model, length), got {', '.join(map(str, measured))}"
        )
    frame = measured.sortby("length")
    length = frame["length"].values.astype(np.float64)
    if len(length) < 2:
        raise DataError(f"growth_frame: {len(length)} length; expected two or more")
    for name in present:
        values = required_variable("growth_frame", frame, name, ("model", "length"), "a study over lengths")
        if bool((values <= 0).any()):
            raise DataError(f"growth_frame: {name} holds {float(values.min())}; expected values above 0")
        base = frame.get(_FROM[name], values)
        logs = np.log(base.transpose("model", "length").values.astype(np.float64))
        frame[f"exponent_of_{name}"] = ("model", "until"), np.diff(logs, axis=1) / np.diff(np.log(length))
        frame[f"slope_of_{name}"] = "model", np.array([_slope(np.log(length), each) for each in logs])
    return frame.assign_coords(until=frame["length"].values[1:])


def _slope(x: np.ndarray, y: np.ndarray) -> float:
    """Return the slope of the least-squares line through the finite values of y; NaN for fewer than two."""
    known = np.isfinite(y)
    return float(np.polyfit(x[known], y[known], 1)[0]) if known.sum() > 1 else np.nan


def growth_spec(frame: xr.Dataset) -> FigureSpec:
    """Return the curves of a :func:`growth_frame`."""
    panels = tuple(_log_panel(frame, name, label, title) for name, label, title in _PANELS if name in frame)
    bands = "bands: quartiles" if {"low", "high"} <= set(frame.data_vars) else ""
    settings = ", ".join(f"{name} {frame.attrs[name]}" for name in ("width", "batch", "threads") if name in frame.attrs)
    details = (
        frame.attrs.get("machine"),
        frame.attrs.get("mode"),
        settings,
        bands,
        "number at the end of a line: exponent" + (" (of CPU time)" if "cpu" in frame else ""),
    )
    return FigureSpec(
        title=title_with_source("Scaling with sequence length", frame.attrs),
        subtitle=("; ".join(str(part) for part in details if part),),
        panels=panels,
        columns=len(panels),
        heights=(260,),
        width=880 if len(panels) == 2 else 640,
    )


def _log_panel(frame: xr.Dataset, name: str, label: str, title: str) -> Panel:
    length = frame["length"].values.astype(float)
    values = frame[name].transpose("model", "length").values
    slopes = frame[f"slope_of_{name}"].values
    bands = name == "milliseconds" and {"low", "high"} <= set(frame.data_vars)
    low, high = (frame[n].transpose("model", "length").values if bands else None for n in ("low", "high"))
    marks: list[Lines | Annotation] = []
    for i, model in enumerate(frame["model"].values):
        band = (None, None) if low is None or high is None else (low[i], high[i])
        marks.append(Lines(length, values[i], str(model), i, *band))
        known = np.flatnonzero(np.isfinite(values[i]) & (values[i] > 0))
        if np.isfinite(slopes[i]) and len(known):
            end = known[-1]
            marks.append(Annotation(length[end], values[i, end], f"{slopes[i]:.1f}", "right"))
    every = np.concatenate([np.ravel(one) for one in (values, low, high) if one is not None])
    shown = np.log10(every[np.isfinite(every) & (every > 0)])
    decades = (np.floor(shown.min()), np.ceil(shown.max() + 0.1)) if shown.size else (0.0, 1.0)
    span = (float(10.0 ** decades[0]), float(10.0 ** max(decades[1], decades[0] + 1)))
    room = (length[-1] / length[0]) ** 0.06
    across = Axis(
        "length, steps",
        ticks=tuple((at, f"{at:.0f}") for at in length.tolist()),
        span=(length[0] / room, length[-1] * room**3),
        log=True,
        link="length",
    )
    return Panel(tuple(marks), across, Axis(label, log=True, span=span), title=title)


@register_figure(growth_frame, growth_spec)
def plot_growth(measured: xr.Dataset) -> go.Figure:
    """Draw time and memory of every model against length, both axes logarithmic. See :func:`growth_frame`."""
    return draw(growth_spec(growth_frame(measured)))
