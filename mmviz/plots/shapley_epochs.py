"""Contributions of the modalities over training: the Shapley values of the traced samples at every recorded epoch."""

from __future__ import annotations

from typing import TYPE_CHECKING

import xarray as xr

from mmviz.plots.intervals import over_seeds, require
from mmviz.plots.picture import Axis, Lines, Panel, Picture, Rule
from mmviz.plots.provenance import imputed, source_of, titled

if TYPE_CHECKING:
    import plotly.graph_objects as go


def shapley_epochs_frame(phi: xr.Dataset) -> xr.Dataset:
    """Return what :func:`plot_shapley_epochs` draws: ``mean``, ``low``, ``high``, ``count`` (epoch, modality).

    Of the contributions to the answer to the whole sequence (the last step). The interval is Student's t over the traced
    samples, which were chosen to cover the targets, not drawn at random: read it as spread, not as a test.

    Raises
    ------
    DataError
        If ``phi`` is not the result of :func:`mmviz.analysis.prefix_shapley`.
    """
    dims = ("epoch", "traced", "time", "modality")
    values = require("shapley_epochs_frame", phi, "phi", dims, "mmviz.analysis.prefix_shapley")
    frame = over_seeds(values.isel(time=-1, drop=True), "traced")
    frame.attrs = {**phi.attrs, "n_traced": values.sizes["traced"], "interval": "95 %, Student's t over traced samples"}
    return frame


def shapley_epochs_picture(frame: xr.Dataset) -> Picture:
    """Return the lines of a :func:`shapley_epochs_frame`."""
    epochs = frame["epoch"].values.astype(float)
    mean, low, high = (frame[n].transpose("modality", "epoch").values for n in ("mean", "low", "high"))
    names = [str(name) for name in frame["modality"].values]
    lines = [Lines(epochs, mean[i], name, i, low[i], high[i]) for i, name in enumerate(names)]
    return Picture(
        title=titled("Contributions over training", frame.attrs),
        subtitle=(
            f"{frame.attrs['units']}; {source_of(frame.attrs)}",
            f"mean of {frame.attrs['n_traced']} traced samples, bands: 95 % (Student's t)",
            *imputed(frame.attrs),
        ),
        panels=(Panel((Rule(0, "y"), *lines), Axis("epoch"), Axis("mean Shapley value")),),
        heights=(260,),
    )


def plot_shapley_epochs(phi: xr.Dataset) -> go.Figure:
    """Draw the mean contribution of each modality at every recorded epoch.

    Parameters
    ----------
    phi
        From :func:`mmviz.analysis.prefix_shapley`.
    """
    from mmviz.plots.screen import draw

    return draw(shapley_epochs_picture(shapley_epochs_frame(phi)))
