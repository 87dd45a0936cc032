"""Coupled states of one sample: a heat map per modality, channels over steps."""

from __future__ import annotations

from typing import TYPE_CHECKING

import xarray as xr

from mmviz.errors import ConfigError
from mmviz.plots import theme
from mmviz.plots.escape import plotly as escaped

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
    """
    chosen = summary.attrs["best_epoch"] if epoch is None else epoch
    if chosen not in summary["epoch"].values:
        raise ConfigError(
            f"states_frame: epoch={epoch!r} was not recorded; recorded are {summary['epoch'].values.tolist()}"
        )
    for name, value, dim in (("sample", sample, "traced"), ("layer", layer, "layer")):
        if not 0 <= value < summary.sizes[dim]:
            raise ConfigError(f"states_frame: {name}={value!r}, expected a position from 0 to {summary.sizes[dim] - 1}")
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


def plot_states(summary: xr.Dataset, *, sample: int = 0, epoch: int | None = None, layer: int = 0) -> go.Figure:
    """Draw the state norms of one sample, one heat map per modality on one colour scale. See :func:`states_frame`."""
    from plotly.subplots import make_subplots

    frame = states_frame(summary, sample=sample, epoch=epoch, layer=layer)
    names = [escaped(name) for name in frame["modality"].values]
    figure = make_subplots(rows=len(names), cols=1, shared_xaxes=True, vertical_spacing=0.03)
    for i, _ in enumerate(names):
        figure.add_heatmap(
            z=frame["norm"].isel(modality=i).values,
            coloraxis="coloraxis",
            customdata=frame["channel"].isel(modality=i).values[:, None].repeat(frame.sizes["time"], 1),
            hovertemplate="step %{x}, channel %{customdata}: %{z:.3f}<extra></extra>",
            row=i + 1,
            col=1,
        )
    for i, name in enumerate(names):
        figure.update_yaxes(
            title={"text": name, "standoff": 4},
            showticklabels=False,
            ticks="",
            autorange="reversed",
            row=i + 1,
            col=1,
        )
    figure.update_xaxes(title={"text": "step"}, row=len(names), col=1)
    figure.update_layout(
        coloraxis={
            "cmin": 0,
            "cmax": theme.top_of(frame["norm"].values),
            "colorscale": theme.STATE_COLOURS,
            "colorbar": {"title": {"text": "state norm"}, "thickness": 12},
        }
    )
    title = f"Coupled states — {escaped(frame.attrs['dataset'])}, sample {frame.attrs['sample']}"
    subtitle = (
        f"layer {frame.attrs['layer'] + 1}, epoch {frame.attrs['epoch']}; the {frame.sizes['rank']} liveliest channels of each "
        "modality, long half-lives on top;<br>the last colour stands for the largest 0.5 % of the norms"
    )
    return theme.dress(figure, title=title, subtitle=subtitle, width=720, height=150 + 130 * len(names))
