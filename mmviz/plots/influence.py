"""The cross-modal influence map: who, when, moves whom, when; and from how long ago."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import xarray as xr

from mmviz.plots.intervals import require
from mmviz.plots.picture import Axis, Heat, Lines, Note, Panel, Picture
from mmviz.plots.provenance import source_of, titled
from mmviz.plots.seconds import seconds_at, seconds_long, timed
from mmviz.plots.states import position

if TYPE_CHECKING:
    import plotly.graph_objects as go

_DEEPEST = -8.0
_KIND = {"influence": "what a unit input does, |K|", "effect": "what this sample's input did, |K·x|"}


def influence_frame(found: xr.Dataset, *, sample: int = 0, layer: int = 0) -> xr.Dataset:
    """Return what :func:`plot_influence` and :func:`plot_influence_lag` draw, of one traced sample and layer.

    ``map`` (modality, block, source, source_block); ``level``: its log₁₀ relative to the largest entry, NaN where there is
    no influence (the future among others), and not below the attribute ``deepest``, which 95 % of them reach; ``share`` (modality, source);
    ``by_lag`` (modality, source, lag).

    Parameters
    ----------
    found
        From :func:`mmviz.analysis.influence`.
    sample, layer
        Positions among the traced samples and the layers.

    Raises
    ------
    ConfigError
        If one of them does not exist.
    DataError
        If ``found`` is something else.
    """
    dims = ("traced", "layer", "modality", "block", "source", "source_block")
    values = require("influence_frame", found, "map", dims, "mmviz.analysis.influence")
    position("influence_frame", "sample", sample, values.sizes["traced"])
    position("influence_frame", "layer", layer, values.sizes["layer"])
    chosen = found[["map", "share", "by_lag"]].isel(traced=sample, layer=layer)
    largest = float(chosen["map"].max())
    relative = chosen["map"].where(chosen["map"] > 0) / (largest if largest > 0 else 1.0)
    level = xr.ufuncs.log10(relative)
    deepest = float(max(_DEEPEST, np.floor(level.quantile(0.05)))) if bool(level.notnull().any()) else -1.0
    frame = chosen.assign(level=level.clip(min=min(deepest, -1.0)))
    frame = frame.transpose("modality", "block", "source", "source_block", "lag")
    frame.attrs = {
        **found.attrs,
        "sample": int(found["traced"].values[sample]) if "traced" in found.coords else sample,
        "layer": layer,
        "deepest": min(deepest, -1.0),
    }
    return frame


def influence_picture(frame: xr.Dataset) -> Picture:
    """Return the M × M blocks of an :func:`influence_frame`."""
    names = [str(n) for n in frame["modality"].values]
    level, share = frame["level"].values, frame["share"].values
    at = frame["block"].values.astype(float) + (frame.attrs["steps_per_block"] - 1) / 2
    count = int(frame.attrs["steps"])
    first, end = seconds_at(frame, np.array([0.0, count - 1.0]), count).tolist()
    at, unit = seconds_at(frame, at, count), "time, s" if timed(frame) else "step"
    source_axis = "time of the source, s" if timed(frame) else "step of the source"
    middle, low = len(names) // 2, first + 0.13 * (end - first)
    deepest = float(frame.attrs["deepest"])
    panels = tuple(
        Panel(
            (
                Heat(level[m, :, n], at, at, deepest, 0.0, "log₁₀ of influence / largest"),
                *([Note(end, low, f"{share[m, n]:.0%}", "left")] if np.isfinite(share[m, n]) else []),
            ),
            Axis(source_axis if n == middle else "", link=f"heard {n}"),
            Axis(f"{heard_by}: {unit}", reverse=True, link=f"hears {m}"),
            title=f"from {source}" if m == 0 else "",
        )
        for m, heard_by in enumerate(names)
        for n, source in enumerate(names)
    )
    return Picture(
        title=titled("Who moves whom, and when", frame.attrs),
        subtitle=(
            f"sample {frame.attrs['sample']}, layer {frame.attrs['layer'] + 1}; {source_of(frame.attrs)}; {_KIND[frame.attrs['kind']]}, mean over channels",
            "percent: share of all that moves the modality of that row; blank: no influence (the future)",
        ),
        panels=panels,
        columns=len(names),
        heights=(max(110, 480 // len(names)),),
        width=780,
        fixed=True,
        gap=(16, 14),
    )


def influence_lag_picture(frame: xr.Dataset) -> Picture:
    """Return the influence by lag of an :func:`influence_frame`, one panel for each modality that hears."""
    names = [str(n) for n in frame["modality"].values]
    lag, values = frame["lag"].values.astype(float), frame["by_lag"].values
    lag = seconds_long(frame, lag, int(frame.attrs["steps"]))
    shown = np.where(values > 0, values, np.nan)
    finite = shown[np.isfinite(shown)]
    least, top = (float(finite.min()), float(finite.max())) if finite.size else (0.1, 1.0)
    panels = tuple(
        Panel(
            tuple(Lines(lag, shown[m, n], f"from {source}", n, marked=False) for n, source in enumerate(names)),
            Axis("lag, s" if timed(frame) else "lag, steps", link="lag"),
            Axis("influence", log=True, span=(max(least / 2, top * 1e-8), top * 2), link="influence"),
            title=f"on {name}",
        )
        for m, name in enumerate(names)
    )
    return Picture(
        title=titled("From how long ago", frame.attrs),
        subtitle=(
            f"sample {frame.attrs['sample']}, layer {frame.attrs['layer'] + 1}; {source_of(frame.attrs)}; {_KIND[frame.attrs['kind']]}, mean over channels and steps",
        ),
        panels=panels,
        columns=min(3, len(panels)),
        heights=(220,),
        width=860,
        gap=(24, 70),
    )


def plot_influence(found: xr.Dataset, *, sample: int = 0, layer: int = 0) -> go.Figure:
    """Draw the influence of every modality and step on every other as M × M maps. See :func:`influence_frame`."""
    from mmviz.plots.screen import draw

    return draw(influence_picture(influence_frame(found, sample=sample, layer=layer)))


def plot_influence_lag(found: xr.Dataset, *, sample: int = 0, layer: int = 0) -> go.Figure:
    """Draw how the influence fades with the steps between. See :func:`influence_frame`."""
    from mmviz.plots.screen import draw

    return draw(influence_lag_picture(influence_frame(found, sample=sample, layer=layer)))
