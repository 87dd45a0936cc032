"""A transport plan: the matrix with its lag line, the cost, the strongest ribbons between two sequences, and the lag."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import xarray as xr

from mmviz.errors import ConfigError
from mmviz.plots import theme
from mmviz.plots.intervals import require
from mmviz.plots.picture import Axis, Heat, Lines, Links, Panel, Picture, Rule, signed
from mmviz.plots.provenance import titled
from mmviz.plots.states import position

if TYPE_CHECKING:
    import plotly.graph_objects as go


def transport_frame(found: xr.Dataset, *, sample: int = 0, ribbons: int = 200) -> xr.Dataset:
    """Return what :func:`plot_transport` draws for one traced sample.

    ``plan``, ``cost`` (time, anchor_time); ``target``, ``lag`` (time); ``ribbon_time``, ``ribbon_anchor``, ``ribbon_mass``,
    ``ribbon_level`` (ribbon): the largest entries of the plan, strongest first (of several that are equally strong, all or
    none, unless the strongest are too many); level 1 to 5 is the fifth of the largest
    mass that it falls in. Attribute ``ribbon_share``: the part of all mass that they carry.

    Parameters
    ----------
    found
        From :func:`mmviz.analysis.transport`.
    sample
        Position among the traced samples.
    ribbons
        At most so many.

    Raises
    ------
    ConfigError
        If the sample was not traced, or ``ribbons`` is not a positive integer.
    DataError
        If ``found`` is something else.
    """
    dims = ("traced", "time", "anchor_time")
    values = require("transport_frame", found, "plan", dims, "mmviz.analysis.transport")
    position("transport_frame", "sample", sample, values.sizes["traced"])
    if type(ribbons) is not int or ribbons < 1:
        raise ConfigError(f"transport_frame: ribbons={ribbons!r}, expected an integer ≥ 1")
    names = ["plan", "cost", "target", "lag", "mean_lag", "entropy", "monotonicity"]
    chosen = found[names].isel(traced=sample, drop=True).transpose("time", "anchor_time")
    plan = chosen["plan"].values
    order = _strongest(plan.ravel(), ribbons)
    start, end = np.unravel_index(order, plan.shape)
    mass = plan.ravel()[order]
    total = float(plan.sum())
    level = np.ceil(5 * mass / mass[0]).astype(int) if len(mass) else np.zeros(0, int)
    frame = chosen.assign(
        ribbon_time=("ribbon", start),
        ribbon_anchor=("ribbon", end),
        ribbon_mass=("ribbon", mass),
        ribbon_level=("ribbon", level),
    )
    frame.attrs = {
        **found.attrs,
        "sample": int(found["traced"].values[sample]) if "traced" in found.coords else sample,
        "ribbon_share": float(mass.sum() / total) if total > 0 else float("nan"),
    }
    return frame


def _strongest(mass: np.ndarray, count: int) -> np.ndarray:
    order = np.argsort(-mass, kind="stable")
    order = order[mass[order] > 0]
    if len(order) <= count:
        return order
    clear = order[mass[order] > mass[order[count]]]
    return clear if len(clear) else order[:count]


def transport_picture(frame: xr.Dataset) -> Picture:
    """Return the panels of a :func:`transport_frame`."""
    source, anchor = str(frame.attrs["source"]), str(frame.attrs["anchor"])
    epoch = f", epoch {frame.attrs['best_epoch']}" if "best_epoch" in frame.attrs else ""
    plan, cost = frame["plan"].values, frame["cost"].values
    time, over = (np.arange(n).astype(float) for n in plan.shape)
    a, b = frame["ribbon_time"].values.astype(float), frame["ribbon_anchor"].values.astype(float)
    finite = cost[np.isfinite(cost)]
    line = Lines(frame["target"].values, time, "", 4, marked=False)
    down = Axis(f"step of {source}", span=(-0.5, len(time) - 0.5), reverse=True)
    across = Axis(f"step of {anchor}", span=(-0.5, len(over) - 0.5))
    panels = (
        Panel((Heat(plan, over, time, 0.0, theme.top_of(plan), "mass"), line), across, down, title="plan"),
        Panel(
            (Heat(cost, over, time, float(finite.min(initial=0)), float(finite.max(initial=0)) or 1.0, "cost"),),
            across, down, title="cost",
        ),
        Panel(
            (Links(a, np.ones_like(a), b, np.zeros_like(b), frame["ribbon_level"].values),),
            Axis("step", span=(-0.5, max(len(time), len(over)) - 0.5)),
            Axis(ticks=((1.0, source), (0.0, anchor)), span=(-0.08, 1.08)),
            title=f"the {frame.sizes['ribbon']} strongest links, {frame.attrs['ribbon_share']:.0%} of the mass",
        ),
        Panel(
            (Rule(0, "y"), Lines(time, frame["lag"].values, "", 4, marked=False)),
            Axis(f"step of {source}"), Axis("steps later in the anchor"), title="lag",
        ),
    )  # fmt: skip
    return Picture(
        title=titled(f"From {source} to {anchor}: transport", frame.attrs),
        subtitle=(
            f"sample {frame.attrs['sample']}{epoch}; mean lag {signed(float(frame['mean_lag']), 2)} steps, order kept "
            f"(γ) {signed(float(frame['monotonicity']), 2)}, entropy {float(frame['entropy']):.2f} nat",
            "dashed in the plan: the mean step of the anchor that a step is carried to",
        ),
        panels=panels,
        columns=2,
        heights=(260, 180),
        width=960,
        gap=(170, 84),
    )


def plot_transport(found: xr.Dataset, *, sample: int = 0, ribbons: int = 200) -> go.Figure:
    """Draw a transport plan as matrix and ribbons, with cost and lag. See :func:`transport_frame`."""
    from mmviz.plots.screen import draw

    return draw(transport_picture(transport_frame(found, sample=sample, ribbons=ribbons)))
