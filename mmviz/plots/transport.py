"""Optimal transport between two modalities: plan, cost, strongest links, lag, and the second marginal."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import xarray as xr

from mmviz.analysis.lag import CONVENTION, lag_reason, mass_by_lag
from mmviz.core.errors import ConfigError, DataError
from mmviz.plots import theme
from mmviz.plots.figure_registry import register_figure
from mmviz.plots.figure_spec import (
    NEUTRAL,
    Axis,
    Bars,
    FigureSpec,
    Heatmap,
    Links,
    Panel,
    Points,
    ReferenceLine,
    signed_text,
)
from mmviz.plots.frames import check_position, recorded_line, required_variable, sample_index, title_with_source
from mmviz.plots.plotly_backend import draw

if TYPE_CHECKING:
    import plotly.graph_objects as go


LAGS = ("estimated_lag", "estimated_lag_p", "pooled_lag", "pooled_lag_p")


def transport_frame(found: xr.Dataset, *, sample: int = 0, ribbons: int = 200) -> xr.Dataset:
    """Return what :func:`plot_transport` draws for one recorded sample.

    ``plan``, ``cost`` (time, anchor_time); ``target``, ``lag`` (time); the estimated lags; ``ribbon_time``, ``ribbon_anchor``, ``ribbon_mass``,
    ``ribbon_level`` (ribbon): the largest entries of the plan, in descending order (of equal entries all or none, unless the
    largest are too many); level 1 to 5 is the mass in fifths of the largest one. Attribute ``ribbon_share``: their share of
    the total mass.

    Parameters
    ----------
    found
        From :func:`mmviz.analysis.transport`.
    sample
        Index among the recorded samples.
    ribbons
        Largest number of ribbons.

    Raises
    ------
    ConfigError
        If the sample was not recorded, or ``ribbons`` is not a positive integer.
    DataError
        If ``found`` is not a result of that function.
    """
    dims = ("recorded_sample", "time", "anchor_time")
    values = required_variable("transport_frame", found, "plan", dims, "mmviz.analysis.transport")
    check_position("transport_frame", "sample", sample, values.sizes["recorded_sample"])
    if type(ribbons) is not int or ribbons < 1:
        raise ConfigError(f"transport_frame: ribbons={ribbons!r}, expected an integer ≥ 1")
    names = ["plan", "cost", "target", "lag", *LAGS, "entropy", "monotonicity"]
    missing = [name for name in names if name not in found]
    if missing:
        raise DataError(
            f"transport_frame: the result has no {', '.join(missing)}; it comes from an older version, call mmviz.analysis.transport again"
        )
    chosen = found[names].isel(recorded_sample=sample, drop=True).transpose("time", "anchor_time")
    plan = chosen["plan"].values
    order = _largest(plan.ravel(), ribbons)
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
        "sample": sample_index(found, sample),
        "ribbon_share": float(mass.sum() / total) if total > 0 else float("nan"),
    }
    return frame


def _largest(mass: np.ndarray, count: int) -> np.ndarray:
    order = np.argsort(-mass, kind="stable")
    order = order[mass[order] > 0]
    if len(order) <= count:
        return order
    clear = order[mass[order] > mass[order[count]]]
    return clear if len(clear) else order[:count]


def transport_spec(frame: xr.Dataset) -> FigureSpec:
    """Return the panels of a :func:`transport_frame`."""
    source, anchor = str(frame.attrs["source"]), str(frame.attrs["anchor"])
    epoch = f", epoch {frame.attrs['best_epoch']}" if "best_epoch" in frame.attrs else ""
    plan, cost = frame["plan"].values, frame["cost"].values
    time, over = (np.arange(n).astype(float) for n in plan.shape)
    a, b = frame["ribbon_time"].values.astype(float), frame["ribbon_anchor"].values.astype(float)
    mass = frame["ribbon_mass"].values
    finite = cost[np.isfinite(cost)]
    largest = Points(frame["target"].values, time, f"step of {anchor} with the largest mass", 4, 4)
    down = Axis(f"step of {source}", span=(-0.5, len(time) - 0.5), reverse=True)
    across = Axis(f"step of {anchor}", span=(-0.5, len(over) - 0.5))
    panels = (
        Panel((Heatmap(plan, over, time, 0.0, theme.colour_limit(plan), "mass"), largest), across, down, title="plan"),
        Panel(
            (Heatmap(cost, over, time, float(finite.min(initial=0)), float(finite.max(initial=0)) or 1.0, "cost"),),
            across, down, title="cost",
        ),
        Panel(
            (Links(a, np.ones_like(a), b, np.zeros_like(b), frame["ribbon_level"].values,
                   name=f"{source} → {anchor}", value=mass, quantity="mass"),),
            Axis("step", span=(-0.5, max(len(time), len(over)) - 0.5)),
            Axis(ticks=((1.0, source), (0.0, anchor)), span=(-0.08, 1.08)),
            title=_links_title(frame),
        ),
        Panel(
            (ReferenceLine(0, "y"), Points(time, frame["lag"].values, largest.name, 4, 4)),
            Axis(f"step of {source}", span=(-0.5, len(time) - 0.5)), Axis("lag, steps"), title="lag of the largest mass",
        ),
    )  # fmt: skip
    return FigureSpec(
        title=title_with_source(f"Transport plan from {source} to {anchor}", frame.attrs),
        subtitle=(
            f"sample {frame.attrs['sample']}{epoch}; monotonicity γ {signed_text(float(frame['monotonicity']), 2)}, "
            f"entropy {float(frame['entropy']):.2f} nat",
            f"estimated lag: {_lag_text(frame, 'estimated_lag')}; all recorded samples: {_lag_text(frame, 'pooled_lag')}",
            *recorded_line(frame.attrs, "all recorded samples:"),
            f"links are entries of the plan, wider for more mass; no path is drawn between steps; lag {CONVENTION}",
        ),
        panels=panels,
        columns=2,
        heights=(260, 180),
        width=960,
        gap=(170, 84),
    )


def _links_title(frame: xr.Dataset) -> str:
    """Return which entries of the plan are drawn as links: their number, the smallest mass, and their share of all mass."""
    mass = frame["ribbon_mass"].values
    if not len(mass):
        return "no entry with mass"
    return f"{len(mass)} entries of mass ≥ {mass.min():.2g}: {frame.attrs['ribbon_share']:.0%} of the mass"


def _lag_text(frame: xr.Dataset, name: str) -> str:
    reason = lag_reason(float(frame[f"{name}_p"]))
    return f"none ({reason})" if reason else f"{signed_text(float(frame[name]), 0)} steps"


@register_figure(
    transport_frame,
    transport_spec,
    single_runs="its links are the largest entries of one plan; plot_plan draws the mean of the plans",
)
def plot_transport(found: xr.Dataset, *, sample: int = 0, ribbons: int = 200) -> go.Figure:
    """Draw a transport plan as a heatmap and its largest entries as links, with its cost and lags. See :func:`transport_frame`."""
    return draw(transport_spec(transport_frame(found, sample=sample, ribbons=ribbons)))


def plan_frame(found: xr.Dataset, *, sample: int = 0) -> xr.Dataset:
    """Return what :func:`plot_plan` draws for one recorded sample.

    ``plan`` (time, anchor_time), scaled such that the average row sum is 1; ``received`` (anchor_time): the second marginal, 1 where
    it equals the uniform marginal. Attributes ``transport_cost``: the sum of plan times cost for a total mass of 1;
    ``steps_reached``: anchor steps with mass; ``main_lag``: the lag (anchor_time - time) whose share of the mass exceeds by most what a plan of
    independent steps with the same marginals has there, NaN where none does; ``main_lag_share`` and ``main_lag_independent``: these two
    shares. It describes this plan and has no control; ``estimated_lag`` has one.

    Parameters
    ----------
    found
        From :func:`mmviz.analysis.transport` or :func:`mmviz.analysis.plan_summary`.
    sample
        Index among the recorded samples.

    Raises
    ------
    ConfigError
        If the sample was not recorded.
    DataError
        If ``found`` is not a result of that function.
    """
    dims = ("recorded_sample", "time", "anchor_time")
    source = "mmviz.analysis.transport or plan_summary"
    plans, costs = (required_variable("plan_frame", found, name, dims, source) for name in ("plan", "cost"))
    check_position("plan_frame", "sample", sample, plans.sizes["recorded_sample"])
    chosen = found[["monotonicity"]].isel(recorded_sample=sample, drop=True)
    plan, cost = (values.isel(recorded_sample=sample, drop=True).astype(np.float64) for values in (plans, costs))
    total = float(plan.sum())
    share = plan / total if total > 0 else plan * np.nan
    received = share.sum("time", skipna=False) * plan.sizes["anchor_time"]
    mass, independent = mass_by_lag(plan.values)
    best = int(np.nan_to_num(mass - independent).argmax())
    known = bool(mass[best] - independent[best] > 1e-9)
    frame = chosen.assign(plan=share * plan.sizes["time"], received=received)
    frame.attrs = {
        **found.attrs,
        "sample": sample_index(found, sample),
        "transport_cost": float((share * cost).sum(skipna=False)),
        "steps_reached": int((received > 1e-12).sum()),
        "main_lag": float(best + 1 - plan.sizes["time"]) if known else float("nan"),
        "main_lag_share": float(mass[best]) if known else float("nan"),
        "main_lag_independent": float(independent[best]) if known else float("nan"),
    }
    return frame


def plan_spec(frame: xr.Dataset) -> FigureSpec:
    """Return the heatmap and the bars of a :func:`plan_frame`."""
    source, anchor = str(frame.attrs["source"]), str(frame.attrs["anchor"])
    plan, received = frame["plan"].values, frame["received"].values
    time, over = (np.arange(n).astype(float) for n in plan.shape)
    across = {"span": (-0.5, len(over) - 0.5), "link": "anchor"}
    return FigureSpec(
        title=title_with_source(f"Transport plan from {source} to {anchor}, with its marginal", frame.attrs),
        subtitle=(
            f"transport cost {frame.attrs['transport_cost']:.3f}; {_main_lag_text(frame)}",
            f"monotonicity γ {signed_text(float(frame['monotonicity']), 2)}; anchor steps with mass: {frame.attrs['steps_reached']} of {len(over)}",
        ),
        panels=(
            Panel(
                (Heatmap(plan, over, time, 0.0, 1.0, "share of the step's mass"),),
                Axis(f"step of {anchor}", **across),  # type: ignore[arg-type]
                Axis(f"step of {source}", span=(-0.5, len(time) - 0.5), reverse=True),
            ),
            Panel(
                (Bars(over, received, (NEUTRAL,) * len(over), tuple(f"{anchor} {int(j)}" for j in over), thickness=0.8, horizontal=False),
                 ReferenceLine(1.0, "y", "uniform", "top right")),
                Axis(f"step of {anchor}", **across),  # type: ignore[arg-type]
                Axis("received", span=(0.0, max(2.0, 1.08 * float(np.nanmax(received, initial=0.0))))),
            ),
        ),
        heights=(300, 90),
        gap=(70, 16),
        width=620,
    )  # fmt: skip


def _main_lag_text(frame: xr.Dataset) -> str:
    lag, share, independent = (frame.attrs[f"main_lag{part}"] for part in ("", "_share", "_independent"))
    if not np.isfinite(lag):
        return "no lag has more mass than in a plan of independent steps"
    return f"most excess mass at lag {signed_text(lag, 0)} steps ({share:.0%}; independent steps: {independent:.0%})"


@register_figure(plan_frame, plan_spec)
def plot_plan(found: xr.Dataset, *, sample: int = 0) -> go.Figure:
    """Draw a transport plan as a heatmap, with its second marginal. See :func:`plan_frame`."""
    return draw(plan_spec(plan_frame(found, sample=sample)))
