"""Where the encoded samples of each modality point: one dot each, in a plane."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import xarray as xr

from mmviz.plots.intervals import require
from mmviz.plots.picture import Axis, Dots, Panel, Picture
from mmviz.plots.provenance import source_of, titled

if TYPE_CHECKING:
    import plotly.graph_objects as go


def directions_frame(found: xr.Dataset) -> xr.Dataset:
    """Return what :func:`plot_directions` draws: ``position`` (modality, sample, axis), ``within`` (modality), ``explained``.

    Raises
    ------
    DataError
        If ``found`` is not the result of :func:`mmviz.analysis.directions`.
    """
    position = require(
        "directions_frame", found, "position", ("modality", "sample", "axis"), "mmviz.analysis.directions"
    )
    frame = found[["within", "explained"]].assign(position=position)
    frame.attrs = dict(found.attrs)
    return frame


def directions_picture(frame: xr.Dataset) -> Picture:
    """Return the dots of a :func:`directions_frame`; the axes are the same for every frame."""
    names = [str(name) for name in frame["modality"].values]
    dots = tuple(
        Dots(frame["position"].values[m, :, 0], frame["position"].values[m, :, 1], name, m, 3.5)
        for m, name in enumerate(names)
    )
    alike = ", ".join(f"{name} {value:.2f}" for name, value in zip(names, frame["within"].values, strict=True))
    # unit vectors about their mean: seldom farther out than 1.3, never farther than 2
    far = 1.3 if float(np.nanmax(np.abs(frame["position"].values), initial=0.0)) <= 1.3 else 2.1
    return Picture(
        title=titled("Where the encoded samples point", frame.attrs),
        subtitle=(
            f"{source_of(frame.attrs)}; the plane holds {float(frame['explained']):.0%} of their variance",
            f"mean cosine between two samples of a modality: {alike} (1: all in one direction)",
        ),
        panels=(Panel(dots, Axis("first direction", span=(-far, far)), Axis("second", span=(-far, far))),),
        heights=(340,),
        width=560,
    )


def plot_directions(found: xr.Dataset) -> go.Figure:
    """Draw a dot for every sample and modality. ``found`` is from :func:`mmviz.analysis.directions`."""
    from mmviz.plots.screen import draw

    return draw(directions_picture(directions_frame(found)))
