"""The chains of all modalities in one plane, with the coupling drawn where it acts."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import xarray as xr

from mmviz.errors import ConfigError
from mmviz.plots.intervals import require
from mmviz.plots.picture import Axis, Dots, Lines, Links, Note, Panel, Picture, span_of
from mmviz.plots.provenance import source_of, titled
from mmviz.plots.states import position

if TYPE_CHECKING:
    import plotly.graph_objects as go

_LINKS = "grey: the coupling at a few steps, from what is heard (one step earlier) to who hears it; wider is stronger"


def trajectories_frame(found: xr.Dataset, *, sample: int = 0, links: int = 6) -> xr.Dataset:
    """Return what :func:`plot_trajectories` draws for one traced sample.

    ``position`` (modality, time, axis); ``link_start``, ``link_end`` (link, axis): at ``links`` evenly spaced steps t, from the
    state of a source at t-1 to the state of the modality that hears it at t; ``weight`` (link): W there; ``level`` (link):
    1 to 5, the fifth of the largest weight that it falls in. Links of weight 0, to itself, or without data are left out;
    a model whose modalities share one chain has no W and no links.

    Parameters
    ----------
    found
        From :func:`mmviz.analysis.trajectories`.
    sample
        Position among the traced samples.
    links
        At how many steps the coupling is drawn; 0 for none.

    Raises
    ------
    ConfigError
        If the sample was not traced, or ``links`` is negative.
    DataError
        If ``found`` is something else.
    """
    dims = ("traced", "modality", "time", "axis")
    where = require("trajectories_frame", found, "position", dims, "mmviz.analysis.trajectories")
    position("trajectories_frame", "sample", sample, where.sizes["traced"])
    if type(links) is not int or links < 0:
        raise ConfigError(f"trajectories_frame: links={links!r}, expected an integer ≥ 0")
    path = where.isel(traced=sample)
    W = found["coupling"].isel(traced=sample).transpose("modality", "source").values.astype(np.float64)
    steps: list[int] = (
        np.unique(np.linspace(1, path.sizes["time"] - 1, links).round().astype(int)).tolist() if links else []
    )
    ends = []
    for t in steps:
        for m, n in np.argwhere(np.nan_to_num(W) != 0):
            pair = np.stack([path.values[n, t - 1], path.values[m, t]])
            if m != n and np.isfinite(pair).all():
                ends.append((pair, W[m, n]))
    weight = np.array([w for _, w in ends])
    level = np.ceil(5 * np.abs(weight) / np.abs(weight).max()).astype(int) if len(ends) else np.zeros(0, int)
    lines = np.stack([pair for pair, _ in ends]) if ends else np.zeros((0, 2, 2))
    frame = xr.Dataset(
        {
            "position": path.drop_vars("traced", errors="ignore"),
            "explained": found["explained"],
            "link_start": (("link", "axis"), lines[:, 0]),
            "link_end": (("link", "axis"), lines[:, 1]),
            "weight": ("link", weight),
            "level": ("link", level),
        }
    )
    frame.attrs = {**found.attrs, "sample": int(found["traced"].values[sample]) if "traced" in found.coords else sample}
    return frame


def trajectories_picture(frame: xr.Dataset) -> Picture:
    """Return the paths of a :func:`trajectories_frame`."""
    marks: list[Lines | Links | Dots | Note] = []
    if frame.sizes["link"]:
        start, end = frame["link_start"].values, frame["link_end"].values
        marks.append(Links(start[:, 0], start[:, 1], end[:, 0], end[:, 1], frame["level"].values))
    for i, name in enumerate(frame["modality"].values):
        path = frame["position"].values[i]
        known = path[np.isfinite(path).all(1)]
        marks.append(Lines(path[:, 0], path[:, 1], str(name), i, marked=False))
        if len(known):
            marks.append(Dots(known[:1, 0], known[:1, 1], "", i, 7, hollow=True))
            marks.append(Dots(known[-1:, 0], known[-1:, 1], "", i, 8))
    x, y = frame["position"].values[..., 0], frame["position"].values[..., 1]
    share = frame["explained"].values
    return Picture(
        title=titled("Where each chain goes", frame.attrs),
        subtitle=(
            f"sample {frame.attrs['sample']}, layer {frame.attrs['layer'] + 1}; {source_of(frame.attrs)}; hollow: first step, full: last step",
            *((_LINKS,) if frame.sizes["link"] else ()),
        ),
        panels=(
            Panel(
                tuple(marks),
                Axis(f"first common direction ({share[0]:.0%} of the variance)", span=span_of(x)),
                Axis(f"second ({share[1]:.0%})", span=span_of(y)),
            ),
        ),
        heights=(420,),
    )


def plot_trajectories(found: xr.Dataset, *, sample: int = 0, links: int = 6) -> go.Figure:
    """Draw the states of all modalities of one sample as paths in one plane. See :func:`trajectories_frame`."""
    from mmviz.plots.screen import draw

    return draw(trajectories_picture(trajectories_frame(found, sample=sample, links=links)))
