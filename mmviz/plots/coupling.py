"""The learned coupling W: who hears whom, in every layer."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import xarray as xr

from mmviz.errors import ConfigError, DataError
from mmviz.plots.picture import Axis, Heat, Panel, Picture, ticks_of
from mmviz.plots.provenance import titled
from mmviz.plots.states import require_layers

if TYPE_CHECKING:
    import plotly.graph_objects as go


def coupling_frame(summary: xr.Dataset, *, epoch: int | None = None) -> xr.Dataset:
    """Return what :func:`plot_coupling` draws: ``coupling`` (layer, modality, source), W at one epoch.

    Parameters
    ----------
    summary
        From :func:`mmviz.analysis.states`.
    epoch
        A recorded epoch; the best one when None.

    Raises
    ------
    ConfigError
        If the epoch was not recorded.
    DataError
        If the model has no scan, or one chain for all modalities and so no W.
    """
    require_layers("coupling_frame", summary)
    chosen = summary.attrs["best_epoch"] if epoch is None else epoch
    if chosen not in summary["epoch"].values:
        raise ConfigError(
            f"coupling_frame: epoch={epoch!r} was not recorded; recorded are {summary['epoch'].values.tolist()}"
        )
    if not bool(summary["coupling"].notnull().any()):
        raise DataError(
            "coupling_frame: W is not recorded, because one chain serves all modalities of this model; record a model with a "
            "chain for each modality, such as coupled_mamba, or draw plot_influence, which needs no W"
        )
    frame = summary[["coupling"]].sel(epoch=chosen).astype(np.float64).transpose("layer", "modality", "source")
    frame.attrs = {**summary.attrs, "epoch": int(chosen)}
    return frame


def coupling_picture(frame: xr.Dataset) -> Picture:
    """Return the matrices of a :func:`coupling_frame`."""
    names = [str(n) for n in frame["modality"].values]
    at = np.arange(len(names)).astype(float)
    values = frame["coupling"].values
    signed = bool((values < 0).any())
    top = float(np.nanmax(np.abs(values), initial=0)) or 1.0
    panels = tuple(
        Panel(
            (Heat(matrix, at, at, -top if signed else 0.0, top, "W", signed, ".2f", bar=False),),
            Axis("is heard", ticks=ticks_of(names), link="heard"),
            Axis("hears", ticks=ticks_of(names), reverse=True, link="hears"),
            title=f"layer {i + 1}",
            square=True,
        )
        for i, matrix in enumerate(values)
    )
    return Picture(
        title=titled("Who hears whom: the coupling W", frame.attrs),
        subtitle=(f"epoch {frame.attrs['epoch']}; a row is a modality, its entries what it takes from each",),
        panels=panels,
        columns=min(len(panels), 3),
        heights=(90 + 42 * len(names),),
        width=max(360, 130 + min(len(panels), 3) * (110 + 46 * len(names))),
        fixed=len(panels) <= 2 and max(map(len, names)) <= 8,
    )


def plot_coupling(summary: xr.Dataset, *, epoch: int | None = None) -> go.Figure:
    """Draw the coupling W of every layer. See :func:`coupling_frame`."""
    from mmviz.plots.screen import draw

    return draw(coupling_picture(coupling_frame(summary, epoch=epoch)))
