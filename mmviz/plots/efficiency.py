"""Efficiency: time and memory against the length of the sequence, for several models."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import xarray as xr

from mmviz.errors import DataError
from mmviz.plots.intervals import require
from mmviz.plots.picture import Axis, Lines, Panel, Picture
from mmviz.plots.provenance import titled

if TYPE_CHECKING:
    import plotly.graph_objects as go


def efficiency_frame(measured: xr.Dataset) -> xr.Dataset:
    """Return what :func:`plot_efficiency` draws: medians over the repeats, and the range from the least to the largest.

    Parameters
    ----------
    measured
        ``seconds`` and/or ``bytes`` (model, length, repeat), with coordinates ``model`` and ``length``. Attribute ``machine`` is
        shown where given.

    Returns
    -------
    xr.Dataset
        ``milliseconds``, ``mebibytes`` (model, length), and each with ``_low`` and ``_high``. NaN where nothing was measured.

    Raises
    ------
    DataError
        If neither is there, one has other dimensions, or a value is negative.
    """
    dims = ("model", "length", "repeat")
    frame = xr.Dataset()
    for name, unit, factor in (("seconds", "milliseconds", 1e3), ("bytes", "mebibytes", 2**-20)):
        if name in measured:
            values = require("efficiency_frame", measured, name, dims, "a run over lengths").astype(np.float64) * factor
            if bool((values < 0).any()):
                raise DataError(f"efficiency_frame: {name} holds {float(values.min() / factor)}; expected values ≥ 0")
            frame[unit] = values.median("repeat")
            frame[f"{unit}_low"], frame[f"{unit}_high"] = values.min("repeat"), values.max("repeat")
    if not frame.data_vars:
        raise DataError(f"efficiency_frame: expected seconds or bytes {dims}, got {', '.join(map(str, measured))}")
    frame.attrs = {**measured.attrs, "n_repeats": measured.sizes["repeat"]}
    return frame


def efficiency_picture(frame: xr.Dataset) -> Picture:
    """Return the curves of an :func:`efficiency_frame`."""
    panels = tuple(
        _panel(frame, unit, label, title)
        for unit, label, title in (("milliseconds", "ms", "time"), ("mebibytes", "MiB", "memory"))
        if unit in frame
    )
    repeats = frame.attrs["n_repeats"]
    return Picture(
        title=titled("Time and memory against length", frame.attrs),
        subtitle=(
            "; ".join(
                str(s) for s in (frame.attrs.get("machine"), f"median of {repeats} repeats, bands: all of them") if s
            ),
        ),
        panels=panels,
        columns=len(panels),
        heights=(250,),
        width=860 if len(panels) == 2 else 620,
    )


def _panel(frame: xr.Dataset, unit: str, label: str, title: str) -> Panel:
    length = frame["length"].values.astype(float)
    middle, low, high = (frame[n].values for n in (unit, f"{unit}_low", f"{unit}_high"))
    names = [str(n) for n in frame["model"].values]
    lines = tuple(Lines(length, middle[i], name, i, low[i], high[i]) for i, name in enumerate(names))
    top = 1.06 * float(np.nanmax(high, initial=0)) or 1.0
    return Panel(lines, Axis("length, steps", link="length"), Axis(label, span=(0.0, top)), title=title)


def plot_efficiency(measured: xr.Dataset) -> go.Figure:
    """Draw time and memory of every model against length. See :func:`efficiency_frame`."""
    from mmviz.plots.screen import draw

    return draw(efficiency_picture(efficiency_frame(measured)))
