"""Alignment of modalities: transport plans, distances over training, and directions of encoded samples."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np
import xarray as xr

from mmviz.analysis.blockwise import blockwise, sample_chunks
from mmviz.analysis.lag import CONVENTION, PERMUTATIONS, LagEstimate, estimate_lag, lag_scores, valid_pairs
from mmviz.analysis.per_run import per_run, run_marks
from mmviz.analysis.recorded_selection import recorded_text
from mmviz.analysis.trace_groups import group_of, provenance, shared_provenance, traces_by_name
from mmviz.core.errors import ConfigError, DataError
from mmviz.core.options import takes

if TYPE_CHECKING:
    from jaxtyping import Float


_PLAN = ("recorded_sample", "time", "anchor_time")


def plan_entropy(plan: Float[np.ndarray, "*rest time anchor_time"]) -> Float[np.ndarray, "*rest"]:
    """Return -Σ p ln p of a plan scaled to sum 1, in nat: ln(T) for a one-to-one plan of T steps, ln(T·T') for a uniform plan.

    NaN for a plan without mass.
    """
    p = _scaled(plan)
    return np.where(
        np.isnan(p).any((-2, -1)), np.nan, -np.where(p > 0, p * np.log(np.where(p > 0, p, 1)), 0).sum((-2, -1))
    )


def plan_monotonicity(plan: Float[np.ndarray, "*rest time anchor_time"]) -> Float[np.ndarray, "*rest"]:
    """Return Goodman and Kruskal's γ of a plan: 1 if the order is preserved, -1 if it is reversed, 0 without association.

    Two units of mass drawn from the plan are concordant if the later one in time is also later in the anchor; γ = (concordant - discordant) /
    (concordant + discordant). NaN where no two units differ in both times, as when all mass falls on one step.

    References
    ----------
    .. [1] L. A. Goodman, W. H. Kruskal, Measures of association for cross classifications, 1954.
    """
    p = _scaled(plan)
    room = [(0, 0)] * (p.ndim - 2)
    later = np.pad(p[..., ::-1, :].cumsum(-2)[..., ::-1, :][..., 1:, :], [*room, (0, 1), (0, 0)])  # rows behind
    above = np.pad(later[..., ::-1].cumsum(-1)[..., ::-1][..., 1:], [*room, (0, 0), (0, 1)])
    below = np.pad(later.cumsum(-1)[..., :-1], [*room, (0, 0), (1, 0)])
    concordant, discordant = (p * above).sum((-2, -1)), (p * below).sum((-2, -1))
    known = concordant + discordant > 0
    return np.where(known, (concordant - discordant) / np.where(known, concordant + discordant, 1), np.nan)


@takes(trace="trace")
@per_run
def transport(trace: xr.DataTree, source: str, anchor: str) -> xr.Dataset:
    """Return the transport plan from one modality to its anchor, with lag, entropy and monotonicity.

    Parameters
    ----------
    trace
        Of a model with alignment to an anchor.
    source, anchor
        Names of two modalities that were aligned, in this order.

    Returns
    -------
    xr.Dataset
        Best epoch: ``plan``, ``cost`` (recorded_sample, time, anchor_time); ``target`` (recorded_sample, time): the anchor step that receives most mass
        from the step, NaN where it sends none, or the same to all; ``lag`` = target - time, in steps.
        ``estimated_lag`` (recorded_sample) and ``pooled_lag`` (), over all recorded samples: the lag of the sequences, in steps, from the
        costs; positive: a step of the modality matches a later step of the anchor. NaN unless it stands out from 99 permuted controls;
        ``estimated_lag_p`` and ``pooled_lag_p`` are the p-values, see :func:`mmviz.analysis.lag.estimate_lag` and `lag_reason`. ``entropy`` (recorded_sample), nat; ``monotonicity`` (recorded_sample), see :func:`plan_monotonicity`.
        All recorded epochs: ``distance`` (epoch, recorded_sample). For a Trace opened with ``chunks``, plan and cost stay lazy.

    Raises
    ------
    DataError
        If the Trace holds no plans.
    ConfigError
        If that pair was not aligned; the message names the aligned pairs.
    """
    group = group_of(trace, "transport", _remedy(trace))
    pairs = list(zip(group["source"].values.tolist(), group["anchor"].values.tolist(), strict=True))
    if (source, anchor) not in pairs:
        known = ", ".join(f"{a!r} to {b!r}" for a, b in pairs)
        raise ConfigError(f"transport: {source!r} to {anchor!r} was not aligned; aligned are {known}")
    chosen = group.isel(pair=pairs.index((source, anchor)), drop=True).drop_vars(("source", "anchor"), errors="ignore")
    plan, cost = (chosen[n].astype(np.float64).transpose(*_PLAN) for n in ("plan", "cost"))
    out = _described(plan, cost).assign(
        distance=chosen["distance"].astype(np.float64).transpose("epoch", "recorded_sample")
    )
    out.attrs = {
        "source": source,
        "anchor": anchor,
        **provenance(trace),
        "best_epoch": trace.attrs["best_epoch"],
        "recorded": recorded_text(trace),
    }
    return out


def plan_summary(
    plan: Float[np.ndarray, "*recorded_sample time anchor_time"],
    cost: Float[np.ndarray, "*recorded_sample time anchor_time"],
    *,
    source: str = "x",
    anchor: str = "y",
) -> xr.Dataset:
    """Return the summary of :func:`transport` for a plan given as arrays.

    Parameters
    ----------
    plan, cost
        Mass transported from a step to a step of the anchor, ≥ 0, and the cost per unit; one problem, or several of the same shape.
    source, anchor
        Names for the two sequences.

    Returns
    -------
    xr.Dataset
        As of :func:`transport`, without epochs: ``distance`` (recorded_sample) is the sum of plan times cost.

    Raises
    ------
    ConfigError
        If the two are not of one shape with two or three dimensions, or mass is negative.
    """
    mass, price = (np.asarray(values, dtype=np.float64) for values in (plan, cost))
    if mass.shape != price.shape or mass.ndim not in (2, 3) or (mass < 0).any():
        raise ConfigError(
            f"plan_summary: plan {mass.shape} and cost {price.shape}, smallest mass {mass.min(initial=0)}; give both as (time, anchor_time) "
            "or (recorded_sample, time, anchor_time), mass ≥ 0"
        )
    several = (1,) * (3 - mass.ndim) + mass.shape
    held, charged = (xr.DataArray(values.reshape(several), dims=_PLAN) for values in (mass, price))
    out = _described(held, charged)
    out["distance"] = (held * charged).sum(_PLAN[1:])
    out.attrs = {"source": source, "anchor": anchor}
    return out


def _described(plan: xr.DataArray, cost: xr.DataArray) -> xr.Dataset:
    """Return plan and cost (recorded_sample, time, anchor_time) with target, lags, entropy and monotonicity."""
    target = blockwise(_main_target, plan, cost, core=[["time", "anchor_time"]] * 2, to=["time"]).values
    lag = target - np.arange(plan.sizes["time"])
    entropy, monotonicity = (
        blockwise(f, plan, core=[["time", "anchor_time"]]).values for f in (plan_entropy, plan_monotonicity)
    )
    each, pooled = _lags(plan, cost)
    out = xr.Dataset(
        {
            "plan": plan,
            "cost": cost,
            "target": (("recorded_sample", "time"), target),
            "lag": (("recorded_sample", "time"), lag),
            "estimated_lag": ("recorded_sample", each[:, 0]),
            "estimated_lag_p": ("recorded_sample", each[:, 1]),
            "pooled_lag": pooled[0],
            "pooled_lag_p": pooled[1],
            "entropy": ("recorded_sample", entropy),
            "monotonicity": ("recorded_sample", monotonicity),
        }
    )
    steps, one = ("lag", "estimated_lag", "pooled_lag"), ("estimated_lag_p", "pooled_lag_p", "monotonicity")
    for name, units in {**dict.fromkeys(steps, "steps"), **dict.fromkeys(one, "1"), "entropy": "nat"}.items():
        out[name].attrs = {"units": units}
    for name in steps:
        out[name].attrs["sign"] = CONVENTION
    return out


def _main_target(plan: np.ndarray, cost: np.ndarray) -> np.ndarray:
    """Return the anchor step with most mass of every row; NaN for a row without mass, or with the same mass at all recorded anchor steps."""
    there = valid_pairs(plan, cost)
    most, least = plan.max(-1), np.where(there, plan, np.inf).min(-1)
    return np.where((most > 0) & (most > least * (1 + 1e-6)), plan.argmax(-1).astype(np.float64), np.nan)


def _lags(plan: xr.DataArray, cost: xr.DataArray) -> tuple[Float[np.ndarray, "recorded_sample 2"], tuple[float, float]]:
    """Return the estimated lag and its p-value of each sample, and of all together."""
    time = plan.sizes["time"]
    each: list[LagEstimate] = []
    total = np.zeros((PERMUTATIONS + 2, time + plan.sizes["anchor_time"] - 1))
    for plans, costs in sample_chunks(plan, cost, dim="recorded_sample"):
        for scores in lag_scores(costs.values, valid_pairs(plans.values, costs.values)):
            each.append(estimate_lag(scores, time))
            total += scores
    return np.array(each, dtype=np.float64).reshape(-1, 2), estimate_lag(total, time)


def alignment(traces: xr.DataTree | Mapping[str, xr.DataTree]) -> xr.Dataset:
    """Return the distances between the modalities and their anchors, over training.

    Parameters
    ----------
    traces
        A Trace with a group ``/alignment``, a combined Trace, or several by the name of their run.

    Returns
    -------
    xr.Dataset
        ``ot``, ``mmd``, ``a_distance`` (run, epoch, pair); coordinate ``pair`` = "source → anchor".

    Raises
    ------
    DataError
        If a Trace holds no alignment.
    """
    runs = traces_by_name("alignment", traces)
    parts = []
    for name, trace in runs.items():
        group = group_of(trace, "alignment", f"run {name!r}: {_remedy(trace)}")
        names = [f"{a} → {b}" for a, b in zip(group["source"].values, group["anchor"].values, strict=True)]
        data = group[["ot", "mmd", "a_distance"]].astype(np.float64)
        parts.append(data.drop_vars(("source", "anchor"), errors="ignore").assign_coords(pair=names))
    out = xr.concat(parts, dim="run", join="outer", data_vars="all", coords="different", compat="equals")
    out = out.assign_coords(run=list(runs)).transpose("run", "epoch", "pair")
    out.attrs = shared_provenance(runs) | run_marks(traces)
    return out


def _remedy(trace: xr.DataTree) -> str:
    return (
        f"model {trace.attrs['model']['name']!r} has no alignment that was recorded; train one that aligns "
        "(mmviz.models.available() names the models) and record it again"
    )


def _scaled(plan: np.ndarray) -> np.ndarray:
    p = np.asarray(plan, dtype=np.float64)
    if p.ndim < 2 or (p < 0).any():
        raise ConfigError(f"transport: expected a plan of mass ≥ 0 with two dimensions, got shape {p.shape}")
    total = p.sum((-2, -1), keepdims=True)
    return p / np.where(total > 0, total, np.nan)


def directions(found: xr.Dataset) -> xr.Dataset:
    """Return the directions of encoded samples in a plane and their mean cosines within and between modalities.

    Parameters
    ----------
    found
        From `mmviz.recording.encoded`: ``vector`` (modality, sample, channel).

    Returns
    -------
    xr.Dataset
        ``position`` (modality, sample, axis): the unit vectors in the plane of the two directions along which all of them vary most, about
        their mean: at most 2 apart, all at 0 where they have one direction. ``within`` (modality): mean cosine between
        different samples of a modality, 1 where all have one direction. ``between`` (modality, other): mean cosine between
        samples of two modalities. ``explained``: share of the variance that lies in the plane. NaN where a modality is absent, or a vector is 0.

    Raises
    ------
    DataError
        If ``vector`` is not there or has other dimensions, or no sample has a direction.
    """
    dims = ("modality", "sample", "channel")
    if not isinstance(found, xr.Dataset) or set(found.get("vector", xr.DataArray()).dims) != set(dims):
        raise DataError(f"directions: expected vector {dims} from mmviz.recording.encoded, got {type(found).__name__}")
    vector = found["vector"].transpose(*dims).values.astype(np.float64)
    length = np.linalg.norm(vector, axis=-1, keepdims=True)
    unit = vector / np.where(length > 0, length, np.nan)
    there = np.asarray(np.isfinite(unit).all(-1))
    if not there.any():
        raise DataError("directions: no sample has a finite vector other than 0")
    around = unit - unit[there].mean(0)
    _, size, axes = np.linalg.svd(around[there], full_matrices=False)
    axes = axes * np.sign(axes[np.arange(len(axes)), np.abs(axes).argmax(1)])[:, None]
    plane = np.zeros((2, vector.shape[-1]))
    plane[: len(axes[:2])] = axes[:2]
    whole = float((size**2).sum())
    total = np.where(there[..., None], unit, 0.0).sum(1)
    n = there.sum(1)
    pairs = np.outer(n, n).astype(np.float64) - np.diag(n)
    cosine = total @ total.T - np.diag(n)
    mean = np.where(pairs > 0, cosine / np.where(pairs > 0, pairs, 1), np.nan)
    names = found["modality"].values
    out = xr.Dataset(
        {
            "position": (("modality", "sample", "axis"), around @ plane.T),
            "within": ("modality", np.diag(mean)),
            "between": (("modality", "other"), np.where(np.eye(len(n), dtype=bool), np.nan, mean)),
            "explained": float((size[:2] ** 2).sum() / whole) if whole > 0 else np.nan,
        },
        coords={"modality": names, "other": names, "sample": found["sample"]},
    )
    out["within"].attrs = {"long_name": "mean cosine between samples of a modality", "units": "1"}
    out.attrs = dict(found.attrs)
    return out
