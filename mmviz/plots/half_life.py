"""How long the states last: the spread of their half-lives, modality by modality."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import xarray as xr

from mmviz.plots.picture import Axis, Lines, Panel, Picture, Rule, span_of
from mmviz.plots.provenance import titled
from mmviz.plots.states import position, require_layers

if TYPE_CHECKING:
    import plotly.graph_objects as go


def half_life_frame(summary: xr.Dataset, *, layer: int = 0) -> xr.Dataset:
    """Return what :func:`plot_half_life` draws: ``half_life`` (modality, share), in steps.

    The half-life of a state by its own decay, ln 2 / (Δ·|A|) with the median Δ of the traced samples, coupling aside;
    ``share`` of all states (channels × states) last so long or shorter. ``steps``: length of the sequence.

    Raises
    ------
    ConfigError
        If the layer does not exist.
    DataError
        If the model has no scan.
    """
    require_layers("half_life_frame", summary)
    position("half_life_frame", "layer", layer, summary.sizes["layer"])
    values = summary["half_life"].isel(layer=layer).transpose("modality", "channel_all", "state").values
    share = np.linspace(0, 1, 101)
    spread = np.nanquantile(values.reshape(len(values), -1), share, axis=1).T
    frame = xr.Dataset(
        {"half_life": (("modality", "share"), spread), "steps": summary.sizes["time"]},
        coords={"modality": summary["modality"].values, "share": share},
    )
    frame["half_life"].attrs = dict(summary["half_life"].attrs)
    frame.attrs = {**summary.attrs, "layer": layer, "states": int(values[0].size)}
    return frame


def half_life_picture(frame: xr.Dataset) -> Picture:
    """Return the curves of a :func:`half_life_frame`."""
    share, values = frame["share"].values, frame["half_life"].values
    lines = [
        Lines(row, share, str(name), i, marked=False)
        for i, (row, name) in enumerate(zip(values, frame["modality"].values, strict=True))
    ]
    low, high = span_of(np.log10(values))
    steps = int(frame["steps"])
    return Picture(
        title=titled("How long a state lasts", frame.attrs),
        subtitle=(
            f"layer {frame.attrs['layer'] + 1}; half-life by its own decay, ln 2 / (Δ·|A|), of {frame.attrs['states']} states a modality",
        ),
        panels=(
            Panel(
                (Rule(steps, text=f"the sequence: {steps} steps", side="bottom right"), *lines),
                Axis(
                    "half-life, steps", log=True, span=(float(10**low), float(10 ** max(high, np.log10(steps) + 0.1)))
                ),
                Axis("share of the states, cumulative", span=(0.0, 1.02)),
            ),
        ),
        heights=(280,),
    )


def plot_half_life(summary: xr.Dataset, *, layer: int = 0) -> go.Figure:
    """Draw how long the states last. ``summary`` is from :func:`mmviz.analysis.states`; see :func:`half_life_frame`."""
    from mmviz.plots.screen import draw

    return draw(half_life_picture(half_life_frame(summary, layer=layer)))
