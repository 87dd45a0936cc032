"""Ablation: the score of every variant, with its interval over seeds, and the difference from the whole."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import numpy as np
import xarray as xr

from mmviz.errors import ConfigError
from mmviz.plots.intervals import over_seeds, require
from mmviz.plots.picture import NEUTRAL, Axis, Bars, Note, Panel, Picture, Rule, signed, span_of, ticks_of
from mmviz.plots.provenance import titled

if TYPE_CHECKING:
    import plotly.graph_objects as go


def ablation_frame(scores: xr.Dataset, *, reference: str | None = None) -> xr.Dataset:
    """Return what :func:`plot_ablation` draws: ``mean``, ``low``, ``high``, ``count`` (variant), and differences.

    Parameters
    ----------
    scores
        ``score`` (variant, seed) with coordinates ``variant`` and ``seed``. Attributes that are shown where given: ``score``
        (what it is), ``dataset``, ``split``.
    reference
        A variant: ``difference``, ``difference_low``, ``difference_high`` (variant) are of the score minus its score, *paired by
        seed*; NaN for the reference itself. None: no differences.

    Returns
    -------
    xr.Dataset
        Intervals are Student's t at 95 % over the seeds; NaN with one seed.

    Raises
    ------
    DataError
        If ``score`` is not there or has other dimensions.
    ConfigError
        If the reference is no variant.
    """
    values = require("ablation_frame", scores, "score", ("variant", "seed"), "a run over variants and seeds")
    frame = over_seeds(values, "seed")
    if reference is not None:
        names = [str(n) for n in values["variant"].values]
        if reference not in names:
            raise ConfigError(f"ablation_frame: reference={reference!r} is no variant; there are {', '.join(names)}")
        at = names.index(reference)
        paired = over_seeds(values - values.isel(variant=at, drop=True), "seed").where(np.arange(len(names)) != at)
        frame["difference"] = paired["mean"]
        frame["difference_low"], frame["difference_high"] = paired["low"], paired["high"]
    frame.attrs = {
        **scores.attrs,
        "n_seeds": values.sizes["seed"],
        "reference": reference or "",
        "interval": "95 %, Student's t over seeds",
    }
    return frame


def ablation_picture(frame: xr.Dataset) -> Picture:
    """Return the bars of an :func:`ablation_frame`."""
    names = [str(n) for n in frame["variant"].values]
    label = str(frame.attrs.get("score", "score"))
    rows = Axis(ticks=ticks_of(names), span=(-0.6, len(names) - 0.4), reverse=True)
    seeds = frame.attrs["n_seeds"]
    panels = [_bars(frame, names, "mean", "low", "high", Axis(label), rows, "{:.3f}".format)]
    if "difference" in frame:
        panel = _bars(frame, names, "difference", "difference_low", "difference_high",
                      Axis(f"difference from {frame.attrs['reference']}"), rows, signed)  # fmt: skip
        panels.append(panel)
    spread = f"mean of {seeds} seeds, lines: 95 % (Student's t)" if seeds > 1 else "one seed, so no interval"
    return Picture(
        title=titled("What each part is worth", frame.attrs),
        subtitle=(spread + ("; differences are paired by seed" if "difference" in frame else ""),),
        panels=tuple(panels),
        columns=len(panels),
        heights=(40 + 38 * len(names),),
        width=700 if len(panels) == 1 else 900,
        gap=(150, 62),
    )


def _bars(
    frame: xr.Dataset, names: list[str], mean: str, low: str, high: str, x: Axis, y: Axis, form: Callable[[float], str]
) -> Panel:
    value, below, above = (frame[n].values for n in (mean, low, high))
    known = np.isfinite(value)
    at = np.arange(len(names))[known]
    reference = frame.attrs["reference"]
    looks = tuple(0 if names[i] == reference else NEUTRAL for i in at)
    shown = tuple(names[i] for i in at)
    bars = Bars(at, value[known], looks, shown, below[known], above[known])
    ends = np.nanmax([above[known], value[known], np.zeros(len(at))], 0)
    notes = [Note(float(e), float(i), form(v)) for i, e, v in zip(at, ends, value[known], strict=True)]
    span = span_of(below, above, value, zero=True, end=0.22)
    return Panel((Rule(0), bars, *notes), Axis(x.label, span=span), y)


def plot_ablation(scores: xr.Dataset, *, reference: str | None = None) -> go.Figure:
    """Draw the score of every variant with its interval over seeds. See :func:`ablation_frame`."""
    from mmviz.plots.screen import draw

    return draw(ablation_picture(ablation_frame(scores, reference=reference)))
