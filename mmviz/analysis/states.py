"""Summaries of the coupled states: how large, how long they last, which channels move."""

from __future__ import annotations

import numpy as np
import xarray as xr

from mmviz.analysis.blockwise import blockwise, median, pieces
from mmviz.analysis.clock import with_clock
from mmviz.arguments import takes
from mmviz.errors import ConfigError


@takes(trace="trace")
def states(trace: xr.DataTree, *, channels: int = 32) -> xr.Dataset:
    """Summarise the states of the traced samples.

    Parameters
    ----------
    trace
        A recorded Trace.
    channels
        How many channels to keep per layer and modality: those whose state norm varies most over time at the best
        epoch, ordered from the longest to the shortest half-life (ties by channel number).

    Returns
    -------
    xr.Dataset
        ``norm`` (epoch, traced, layer, modality, time, rank): Euclidean norm of the states of each kept channel;
        ``size`` (epoch, traced, layer, modality, time): root mean square of the norm over all channels;
        ``channel`` (layer, modality, rank): which channel has that rank;
        ``half_life`` (layer, modality, channel_all, state): in steps, median over the valid steps of the traced samples,
        ln 2 / (-Δ·A): how long a state lasts by its own decay, coupling aside;
        ``coupling`` (epoch, layer, modality, source): W;
        ``valid`` (traced, modality, time): which steps carry data; elsewhere a state is held.

    Raises
    ------
    ConfigError
        If ``channels`` is not a positive integer.
    """
    if type(channels) is not int or channels < 1:
        raise ConfigError(f"states: channels={channels!r}, expected an integer ≥ 1")
    group = trace["states"].to_dataset()
    norm = group["norm"].transpose("epoch", "traced", "layer", "modality", "time", "channel")
    valid = group["valid"]
    half_life = _half_life(trace, valid)
    best = norm.sel(epoch=trace.attrs["best_epoch"])
    spread = _spread(best, valid)
    count = min(channels, norm.sizes["channel"])
    lasting = half_life.median("state").values
    most = np.argsort(-np.nan_to_num(spread.values), axis=-1, kind="stable")[..., :count]
    order = np.argsort(-np.take_along_axis(lasting, most, -1), axis=-1, kind="stable")
    rank = xr.DataArray(np.take_along_axis(most, order, -1), dims=("layer", "modality", "rank"))
    kept = blockwise(
        _of_channels,
        norm,
        rank,
        core=[["layer", "modality", "time", "channel"], ["layer", "modality", "rank"]],
        to=["layer", "modality", "time", "rank"],
        dtype=norm.dtype,
    )
    out = xr.Dataset(
        {
            "norm": kept.drop_vars("channel", errors="ignore"),
            "size": np.sqrt((norm.astype(np.float64) ** 2).mean("channel")),
            "channel": rank,
            "half_life": half_life.rename(channel="channel_all"),
            "coupling": group["coupling"],
            "valid": valid,
        }
    )
    out["norm"].attrs = dict(group["norm"].attrs)
    out["size"].attrs = {"long_name": "root mean square of the state norm over channels", "units": "1"}
    out["half_life"].attrs = {"long_name": "half-life of a state by its own decay", "units": "steps"}
    out.attrs = {name: trace.attrs[name] for name in ("dataset", "split", "best_epoch", "backend")}
    return with_clock(out, trace)


def _spread(norm: xr.DataArray, valid: xr.DataArray) -> xr.DataArray:
    """Return (layer, modality, channel): the standard deviation over the valid steps, mean over the samples that have any."""
    total = count = xr.DataArray(0)
    for part, there in pieces(norm, valid, dim="traced"):
        deviation = part.where(there & np.isfinite(part)).std("time")
        total, count = total + deviation.sum("traced"), count + deviation.notnull().sum("traced")
    return total / count.where(count > 0)


def _of_channels(norm: np.ndarray, rank: np.ndarray) -> np.ndarray:
    """Return (..., layer, modality, time, rank): the channels that are ranked."""
    place = np.broadcast_to(rank[..., None, :], (*norm.shape[:-1], rank.shape[-1]))
    return np.take_along_axis(norm, place, -1)


def _half_life(trace: xr.DataTree, valid: xr.DataArray) -> xr.DataArray:
    """Return ln 2 / (-Δ·A) with the median Δ over valid steps; (layer, modality, channel, state)."""
    operator = trace["operator"].to_dataset()
    typical = median(operator["dt"].where(valid), over=("traced", "time"))
    return (np.log(2) / (-operator["A"].astype(np.float64) * typical)).transpose(
        "layer", "modality", "channel", "state"
    )
