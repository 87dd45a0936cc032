"""Missing data: how the score falls as more is taken away."""

from __future__ import annotations

from typing import TYPE_CHECKING

import xarray as xr

from mmviz.plots.intervals import over_seeds, require
from mmviz.plots.picture import Axis, Lines, Panel, Picture
from mmviz.plots.provenance import imputed, titled

if TYPE_CHECKING:
    import plotly.graph_objects as go


def missing_frame(scores: xr.Dataset) -> xr.Dataset:
    """Return what :func:`plot_missing` draws: ``mean``, ``low``, ``high``, ``count`` (model, rate).

    Parameters
    ----------
    scores
        ``score`` (model, rate, seed): coordinate ``model`` = names, ``rate`` = share of what is missing. Attributes that are
        shown where given: ``score`` (what it is), ``protocol`` (how it was taken away), ``dataset``, ``split``.

    Returns
    -------
    xr.Dataset
        The interval is Student's t at 95 % over the seeds; NaN with one seed. A NaN score is left out and not counted.

    Raises
    ------
    DataError
        If ``score`` is not there or has other dimensions.
    """
    values = require("missing_frame", scores, "score", ("model", "rate", "seed"), "a run over rates and seeds")
    frame = over_seeds(values, "seed")
    frame.attrs = {**scores.attrs, "n_seeds": values.sizes["seed"], "interval": "95 %, Student's t over seeds"}
    return frame


def missing_picture(frame: xr.Dataset) -> Picture:
    """Return the curves of a :func:`missing_frame`."""
    rate = frame["rate"].values.astype(float)
    mean, low, high = (frame[n].values for n in ("mean", "low", "high"))
    lines = tuple(Lines(rate, mean[i], str(n), i, low[i], high[i]) for i, n in enumerate(frame["model"].values))
    seeds = frame.attrs["n_seeds"]
    spread = f"mean of {seeds} seeds, bands: 95 % (Student's t)" if seeds > 1 else "one seed, so no interval"
    return Picture(
        title=titled("When modalities are missing", frame.attrs),
        subtitle=("; ".join(str(s) for s in (frame.attrs.get("protocol"), spread) if s), *imputed(frame.attrs)),
        panels=(Panel(lines, Axis("share missing"), Axis(str(frame.attrs.get("score", "score")))),),
        heights=(280,),
    )


def plot_missing(scores: xr.Dataset) -> go.Figure:
    """Draw the score of every model against the share that is missing. See :func:`missing_frame`."""
    from mmviz.plots.screen import draw

    return draw(missing_picture(missing_frame(scores)))
