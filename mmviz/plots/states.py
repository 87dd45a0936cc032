"""Coupled states of one sample: a heat map per modality, channels over steps."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import xarray as xr

from mmviz.errors import ConfigError, DataError
from mmviz.plots import theme
from mmviz.plots.picture import Axis, Heat, Panel, Picture
from mmviz.plots.seconds import seconds_at, timed

if TYPE_CHECKING:
    import plotly.graph_objects as go


def states_frame(summary: xr.Dataset, *, sample: int = 0, epoch: int | None = None, layer: int = 0) -> xr.Dataset:
    """Return what :func:`plot_states` draws: ``norm`` (modality, rank, time), NaN where a step carries no data.

    Parameters
    ----------
    summary
        From :func:`mmviz.analysis.states`.
    sample
        Position among the traced samples.
    epoch
        A recorded epoch; the best one when None.
    layer
        Position of the layer.

    Raises
    ------
    ConfigError
        If one of them was not recorded.
    DataError
        If the model has no scan.
    """
    require_layers("states_frame", summary)
    chosen = summary.attrs["best_epoch"] if epoch is None else epoch
    if chosen not in summary["epoch"].values:
        raise ConfigError(
            f"states_frame: epoch={epoch!r} was not recorded; recorded are {summary['epoch'].values.tolist()}"
        )
    position("states_frame", "sample", sample, summary.sizes["traced"])
    position("states_frame", "layer", layer, summary.sizes["layer"])
    picked = summary[["norm", "channel", "valid"]].sel(epoch=chosen).isel(traced=sample, layer=layer)
    picked["norm"] = picked["norm"].where(picked["valid"])
    frame = picked.transpose("modality", "rank", ...)
    frame.attrs = {
        **summary.attrs,
        "epoch": int(chosen),
        "sample": int(summary["traced"].values[sample]),
        "layer": layer,
    }
    return frame


def require_layers(place: str, summary: xr.Dataset) -> None:
    """Raise DataError where the summary is of a model without a scan, which has no states."""
    if summary.sizes.get("layer") == 0:
        raise DataError(
            f"{place}: the Trace holds no states (0 layers), because its model has no scan; record a model with states, such "
            "as coupled_mamba or late"
        )


def position(place: str, name: str, value: int, size: int) -> None:
    """Raise ConfigError where a position does not exist."""
    if type(value) is not int or not 0 <= value < size:
        raise ConfigError(f"{place}: {name}={value!r}, expected a position from 0 to {size - 1}")


def states_picture(frame: xr.Dataset) -> Picture:
    """Return the heat maps of a :func:`states_frame`."""
    top = theme.top_of(frame["norm"].values)
    steps, ranks = (np.arange(frame.sizes[d]).astype(float) for d in ("time", "rank"))
    steps = seconds_at(frame, steps, len(steps))
    names = [str(n) for n in frame["modality"].values]
    panels = tuple(
        Panel(
            (Heat(frame["norm"].isel(modality=i).values, steps, ranks, 0.0, top, "state norm"),),
            Axis("time, s" if timed(frame) else "step", link="time"),
            Axis(name, shown=False, reverse=True, ticks=()),
        )
        for i, name in enumerate(names)
    )
    return Picture(
        title=f"Coupled states — {frame.attrs['dataset']}, sample {frame.attrs['sample']}",
        subtitle=(
            f"layer {frame.attrs['layer'] + 1}, epoch {frame.attrs['epoch']}; the {frame.sizes['rank']} liveliest channels of "
            "each modality, long half-lives on top;",
            "the last colour stands for the largest 0.5 % of the norms",
        ),
        panels=panels,
        heights=(120,),
        gap=(70, 14),
    )


def plot_states(summary: xr.Dataset, *, sample: int = 0, epoch: int | None = None, layer: int = 0) -> go.Figure:
    """Draw the state norms of one sample, one heat map per modality on one colour scale. See :func:`states_frame`."""
    from mmviz.plots.screen import draw

    return draw(states_picture(states_frame(summary, sample=sample, epoch=epoch, layer=layer)))
