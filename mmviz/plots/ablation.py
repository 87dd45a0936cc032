"""Scores over seeds: ablation bars with differences from a reference, and curves over the rate of missing data."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING

import numpy as np
import xarray as xr

from mmviz.analysis.over_runs import mean_over
from mmviz.core.errors import ConfigError
from mmviz.plots.figure_registry import register_figure
from mmviz.plots.figure_spec import (
    NEUTRAL,
    Annotation,
    Axis,
    Bars,
    FigureSpec,
    Lines,
    Panel,
    ReferenceLine,
    named_ticks,
    padded_range,
    signed_text,
)
from mmviz.plots.frames import imputation_text, required_variable, title_with_source
from mmviz.plots.plotly_backend import draw

if TYPE_CHECKING:
    import plotly.graph_objects as go


def ablation_frame(scores: xr.Dataset, *, reference: str | None = None) -> xr.Dataset:
    """Return what :func:`plot_ablation` draws: ``mean``, ``low``, ``high``, ``count`` (variant), and differences.

    Parameters
    ----------
    scores
        ``score`` (variant, seed) with coordinates ``variant`` and ``seed``. Attributes that are shown if present: ``score``
        (its name), ``dataset``, ``split``.
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
        If ``score`` is missing or has other dimensions.
    ConfigError
        If the reference is not a variant.
    """
    values = required_variable("ablation_frame", scores, "score", ("variant", "seed"), "a run over variants and seeds")
    frame = mean_over(values, "seed")
    if reference is not None:
        names = [str(n) for n in values["variant"].values]
        if reference not in names:
            raise ConfigError(
                f"ablation_frame: reference={reference!r} is not a variant; use one of {', '.join(names)}"
            )
        at = names.index(reference)
        paired = mean_over(values - values.isel(variant=at, drop=True), "seed").where(np.arange(len(names)) != at)
        frame["difference"] = paired["mean"]
        frame["difference_low"], frame["difference_high"] = paired["low"], paired["high"]
    frame.attrs = {
        **scores.attrs,
        "n_seeds": values.sizes["seed"],
        "reference": reference or "",
        "interval": "95 %, Student's t over seeds",
    }
    return frame


def ablation_spec(frame: xr.Dataset) -> FigureSpec:
    """Return the bars of an :func:`ablation_frame`."""
    names = [str(n) for n in frame["variant"].values]
    label = str(frame.attrs.get("score", "score"))
    rows = Axis(ticks=named_ticks(names), span=(-0.6, len(names) - 0.4), reverse=True, link="variant")
    seeds = frame.attrs["n_seeds"]
    panels = [_bars(frame, names, "mean", "low", "high", Axis(label), rows, "{:.3f}".format)]
    if "difference" in frame:
        panels.append(
            difference_bars(frame, names, "difference", Axis(f"difference from {frame.attrs['reference']}"), rows)
        )
    spread = f"mean of {seeds} seeds, lines: 95 % (Student's t)" if seeds > 1 else "one seed, so no interval"
    return FigureSpec(
        title=title_with_source("Ablation", frame.attrs),
        subtitle=(spread + ("; differences are paired by seed" if "difference" in frame else ""),),
        panels=tuple(panels),
        columns=len(panels),
        heights=(40 + 38 * len(names),),
        width=700 if len(panels) == 1 else 900,
        gap=(44, 62),
    )


def _bars(
    frame: xr.Dataset, names: list[str], mean: str, low: str, high: str, x: Axis, y: Axis, form: Callable[[float], str]
) -> Panel:
    value, below, above = (frame[n].values for n in (mean, low, high))
    known = np.isfinite(value)
    at = np.arange(len(names))[known]
    reference = frame.attrs.get("reference")
    styles = tuple(0 if names[i] == reference else NEUTRAL for i in at)
    shown = tuple(names[i] for i in at)
    bars = Bars(at, value[known], styles, shown, below[known], above[known])
    ends = np.nanmax([above[known], value[known], np.zeros(len(at))], 0)
    notes = [Annotation(float(e), float(i), form(v)) for i, e, v in zip(at, ends, value[known], strict=True)]
    span = padded_range(below, above, value, zero=True, end=0.22)
    return Panel((ReferenceLine(0), bars, *notes), Axis(x.label, span=span), y)


def difference_bars(frame: xr.Dataset, names: list[str], name: str, x: Axis, y: Axis, *, digits: int = 3) -> Panel:
    """Return bars of the differences ``name`` with the intervals ``name_low``, ``name_high`` over rows, as :func:`ablation_spec` draws them."""
    return _bars(frame, names, name, f"{name}_low", f"{name}_high", x, y, partial(signed_text, digits=digits))


@register_figure(ablation_frame, ablation_spec)
def plot_ablation(scores: xr.Dataset, *, reference: str | None = None) -> go.Figure:
    """Draw the score of every variant with its interval over seeds. See :func:`ablation_frame`."""
    return draw(ablation_spec(ablation_frame(scores, reference=reference)))


def missing_frame(scores: xr.Dataset) -> xr.Dataset:
    """Return what :func:`plot_missing` draws: ``mean``, ``low``, ``high``, ``count`` (model, rate).

    Parameters
    ----------
    scores
        ``score`` (model, rate, seed): coordinate ``model`` = names, ``rate`` = share of missing data. Attributes that are
        shown if present: ``score`` (its name), ``protocol`` (how data were removed), ``dataset``, ``split``.

    Returns
    -------
    xr.Dataset
        The interval is Student's t at 95 % over the seeds; NaN with one seed. A NaN score is excluded and not counted.

    Raises
    ------
    DataError
        If ``score`` is missing or has other dimensions.
    """
    values = required_variable(
        "missing_frame", scores, "score", ("model", "rate", "seed"), "a run over rates and seeds"
    )
    frame = mean_over(values, "seed")
    frame.attrs = {**scores.attrs, "n_seeds": values.sizes["seed"], "interval": "95 %, Student's t over seeds"}
    return frame


def missing_spec(frame: xr.Dataset) -> FigureSpec:
    """Return the curves of a :func:`missing_frame`."""
    rate = frame["rate"].values.astype(float)
    mean, low, high = (frame[n].values for n in ("mean", "low", "high"))
    lines = tuple(Lines(rate, mean[i], str(n), i, low[i], high[i]) for i, n in enumerate(frame["model"].values))
    seeds = frame.attrs["n_seeds"]
    spread = f"mean of {seeds} seeds, bands: 95 % (Student's t)" if seeds > 1 else "one seed, so no interval"
    return FigureSpec(
        title=title_with_source("Score against the missing rate", frame.attrs),
        subtitle=("; ".join(str(s) for s in (frame.attrs.get("protocol"), spread) if s), *imputation_text(frame.attrs)),
        panels=(Panel(lines, Axis("missing rate"), Axis(str(frame.attrs.get("score", "score")))),),
        heights=(280,),
    )


@register_figure(missing_frame, missing_spec)
def plot_missing(scores: xr.Dataset) -> go.Figure:
    """Draw the score of every model against the rate of missing data. See :func:`missing_frame`."""
    return draw(missing_spec(missing_frame(scores)))
