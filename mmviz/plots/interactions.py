"""Interactions of the modalities: who helps whom, and who says the same."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import xarray as xr

from mmviz.plots.intervals import require
from mmviz.plots.picture import NEUTRAL, Axis, Bars, Note, Panel, Picture, Rule, signed, span_of, ticks_of
from mmviz.plots.provenance import imputed, source_of, titled

if TYPE_CHECKING:
    import plotly.graph_objects as go


def interactions_frame(found: xr.Dataset) -> xr.Dataset:
    """Return what :func:`plot_interactions` draws: ``mean``, ``low``, ``high`` (subset), the mean index and its 95 % interval.

    Raises
    ------
    DataError
        If ``found`` is not the result of :func:`mmviz.analysis.interactions`.
    """
    source = "mmviz.analysis.interactions"
    parts = {
        n: require("interactions_frame", found, f"interaction_{n}", ("subset",), source)
        for n in ("mean", "low", "high")
    }
    frame = xr.Dataset(parts)
    frame.attrs = dict(found.attrs)
    return frame


def interactions_picture(frame: xr.Dataset) -> Picture:
    """Return the bars of an :func:`interactions_frame`."""
    names = [str(n) for n in frame["subset"].values]
    mean, low, high = (frame[n].values for n in ("mean", "low", "high"))
    bars = Bars(np.arange(len(names)), mean, (NEUTRAL,) * len(names), tuple(names), low, high)
    ends = np.nanmax([high, mean, np.zeros_like(mean)], 0)
    notes = [
        Note(float(x), i, f"{signed(v)}{_word(a, b)}")
        for i, (x, v, a, b) in enumerate(zip(ends, mean, low, high, strict=True))
    ]
    return Picture(
        title=titled("How the modalities work together", frame.attrs),
        subtitle=(
            f"{frame.attrs['units']}; {source_of(frame.attrs)}",
            f"Shapley interaction index; above 0 they help each other, below 0 they say the same (named where the interval leaves 0 out); {frame.attrs['n_samples']} samples, lines: 95 %",
            *imputed(frame.attrs),
        ),
        panels=(
            Panel(
                (Rule(0), bars, *notes),
                Axis("mean interaction index", span=span_of(low, high, mean, zero=True, end=0.42)),
                Axis(ticks=ticks_of(names), span=(-0.6, len(names) - 0.4), reverse=True),
            ),
        ),
        heights=(40 + 36 * len(names),),
    )


def _word(low: float, high: float) -> str:
    """Name what the interval leaves no doubt about."""
    return " synergy" if low > 0 else " redundancy" if high < 0 else ""


def plot_interactions(found: xr.Dataset) -> go.Figure:
    """Draw the mean interaction index of each set of modalities. ``found`` is from :func:`mmviz.analysis.interactions`."""
    from mmviz.plots.screen import draw

    return draw(interactions_picture(interactions_frame(found)))
