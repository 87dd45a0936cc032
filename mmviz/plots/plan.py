"""One transport plan and its second marginal: who goes where, and how much arrives at each step of the anchor."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import xarray as xr

from mmviz.plots.intervals import require
from mmviz.plots.picture import NEUTRAL, Axis, Bars, Heat, Panel, Picture, Rule, signed
from mmviz.plots.provenance import titled
from mmviz.plots.states import position

if TYPE_CHECKING:
    import plotly.graph_objects as go


def plan_frame(found: xr.Dataset, *, sample: int = 0) -> xr.Dataset:
    """Return what :func:`plot_plan` draws for one traced sample.

    ``plan`` (time, anchor_time), scaled so that a step of the source that carries as much as the average step has 1; ``received``
    (anchor_time): what arrives, 1 where it is as much as even shares would be. Attributes ``price``: the sum of plan times cost for a
    total mass of 1; ``reached``: steps of the anchor at which anything arrives; ``moved`` and ``moved_share``: the lag (anchor_time - time)
    by which most mass is moved, and how much of all mass that is. A mean lag would say nothing of a plan with even shares on both
    sides: it is the same for all of them.

    Parameters
    ----------
    found
        From :func:`mmviz.analysis.transport` or :func:`mmviz.analysis.plan_summary`.
    sample
        Position among the traced samples.

    Raises
    ------
    ConfigError
        If the sample was not traced.
    DataError
        If ``found`` is something else.
    """
    dims = ("traced", "time", "anchor_time")
    source = "mmviz.analysis.transport or plan_summary"
    plans, costs = (require("plan_frame", found, name, dims, source) for name in ("plan", "cost"))
    position("plan_frame", "sample", sample, plans.sizes["traced"])
    chosen = found[["monotonicity"]].isel(traced=sample, drop=True)
    plan, cost = (values.isel(traced=sample, drop=True).astype(np.float64) for values in (plans, costs))
    total = float(plan.sum())
    share = plan / total if total > 0 else plan * np.nan
    received = share.sum("time", skipna=False) * plan.sizes["anchor_time"]
    lags = np.arange(1 - plan.sizes["time"], plan.sizes["anchor_time"])
    by_lag = np.array([np.trace(share.values, offset=int(lag)) for lag in lags])
    known = bool(np.isfinite(by_lag).all())
    frame = chosen.assign(plan=share * plan.sizes["time"], received=received)
    frame.attrs = {
        **found.attrs,
        "sample": int(found["traced"].values[sample]) if "traced" in found.coords else sample,
        "price": float((share * cost).sum(skipna=False)),
        "reached": int((received > 1e-12).sum()),
        "moved": int(lags[by_lag.argmax()]) if known else 0,
        "moved_share": float(by_lag.max()) if known else float("nan"),
    }
    return frame


def plan_picture(frame: xr.Dataset) -> Picture:
    """Return the map and the bars of a :func:`plan_frame`."""
    source, anchor = str(frame.attrs["source"]), str(frame.attrs["anchor"])
    plan, received = frame["plan"].values, frame["received"].values
    time, over = (np.arange(n).astype(float) for n in plan.shape)
    across = {"span": (-0.5, len(over) - 0.5), "link": "anchor"}
    return Picture(
        title=titled(f"From {source} to {anchor}: a plan", frame.attrs),
        subtitle=(
            f"it costs {frame.attrs['price']:.3f}; {frame.attrs['moved_share']:.0%} of the mass moves by {signed(frame.attrs['moved'], 0)} steps, more than by any other lag",
            f"order kept (γ) {signed(float(frame['monotonicity']), 2)}; mass arrives at {frame.attrs['reached']} of {len(over)} steps",
        ),
        panels=(
            Panel(
                (Heat(plan, over, time, 0.0, 1.0, "share of a step's mass"),),
                Axis(f"step of {anchor}", **across),  # type: ignore[arg-type]
                Axis(f"step of {source}", span=(-0.5, len(time) - 0.5), reverse=True),
            ),
            Panel(
                (Bars(over, received, (NEUTRAL,) * len(over), tuple(f"{anchor} {int(j)}" for j in over), thickness=0.8, flat=False),
                 Rule(1.0, "y", "even shares", "top right")),
                Axis(f"step of {anchor}", **across),  # type: ignore[arg-type]
                Axis("arrives", span=(0.0, max(2.0, 1.08 * float(np.nanmax(received, initial=0.0))))),
            ),
        ),
        heights=(300, 90),
        gap=(70, 16),
        width=620,
    )  # fmt: skip


def plot_plan(found: xr.Dataset, *, sample: int = 0) -> go.Figure:
    """Draw a transport plan as a map, and what arrives at each step of the anchor. See :func:`plan_frame`."""
    from mmviz.plots.screen import draw

    return draw(plan_picture(plan_frame(found, sample=sample)))
