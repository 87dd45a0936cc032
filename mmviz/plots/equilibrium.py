"""The equilibrium deviation over training, for one run or several: three readings side by side."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np
import xarray as xr

from mmviz.analysis.equilibrium import READINGS
from mmviz.errors import ConfigError
from mmviz.plots.intervals import require
from mmviz.plots.picture import Axis, Lines, Panel, Picture
from mmviz.plots.provenance import imputed, titled

if TYPE_CHECKING:
    import plotly.graph_objects as go

    Found = xr.Dataset | Mapping[str, xr.Dataset]


def equilibrium_frame(found: Found) -> xr.Dataset:
    """Return what :func:`plot_equilibrium` draws: ``E1``, ``E2``, ``E3`` (run, epoch), NaN where a run has no such epoch.

    Parameters
    ----------
    found
        From :func:`mmviz.analysis.equilibrium` with ``per_epoch=True``; or several of them, by the name of their run.

    Raises
    ------
    DataError
        If it is something else.
    ConfigError
        If there is none.
    """
    runs = {str(found.attrs.get("model", "run")): found} if isinstance(found, xr.Dataset) else dict(found)
    if not runs:
        raise ConfigError("equilibrium_frame: no run was given; pass what mmviz.analysis.equilibrium returned")
    source = "mmviz.analysis.equilibrium(..., per_epoch=True)"
    parts = [
        xr.Dataset({n: require(f"equilibrium_frame: run {name!r}", data, n, ("epoch",), source) for n in READINGS})
        for name, data in runs.items()
    ]
    frame = xr.concat(parts, dim="run", join="outer", data_vars="all").assign_coords(run=list(runs))
    frame = frame.transpose("run", "epoch")
    frame.attrs = dict(next(iter(runs.values())).attrs)
    return frame


def equilibrium_picture(frame: xr.Dataset) -> Picture:
    """Return the lines of an :func:`equilibrium_frame`."""
    epochs = frame["epoch"].values.astype(float)
    runs = [str(name) for name in frame["run"].values]
    top = float(np.nan_to_num([frame[reading].values for reading in READINGS]).max(initial=0.0)) or 1.0
    panels = tuple(
        Panel(
            tuple(Lines(epochs, frame[reading].values[i], name, i) for i, name in enumerate(runs)),
            Axis("epoch", link="epoch"),
            Axis(span=(0.0, 1.08 * top)),
            title=f"{reading}: {meaning}",
        )
        for reading, meaning in READINGS.items()
    )
    return Picture(
        title=titled("Equilibrium of the modalities over training", frame.attrs),
        subtitle=(
            "three readings of ours of the equilibrium deviation (the published formula is not known); 0 is equilibrium",
            *imputed(frame.attrs),
        ),
        panels=panels,
        heights=(150,),
        gap=(70, 44),
    )


def plot_equilibrium(found: Found) -> go.Figure:
    """Draw the three readings of the equilibrium deviation over epochs. See :func:`equilibrium_frame`."""
    from mmviz.plots.screen import draw

    return draw(equilibrium_picture(equilibrium_frame(found)))
