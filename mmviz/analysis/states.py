"""Hidden-state summaries: magnitudes, half-lives, channels, and principal components of the state trajectories."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import xarray as xr
from scipy.linalg import eigh

from mmviz.analysis.blockwise import blockwise, median, sample_chunks
from mmviz.analysis.per_run import per_run
from mmviz.analysis.recorded_selection import recorded_text
from mmviz.analysis.trace_groups import provenance, require_scan, with_clock
from mmviz.core.errors import DataError
from mmviz.core.options import takes, whole

if TYPE_CHECKING:
    from collections.abc import Iterator


@takes(trace="trace")
@per_run
def states(trace: xr.DataTree, *, channels: int = 32) -> xr.Dataset:
    """Return the hidden-state magnitudes, half-lives and coupling weights of the recorded samples.

    Parameters
    ----------
    trace
        A recorded Trace.
    channels
        How many channels to keep per layer and modality: those whose hidden-state magnitude varies most over time at the best
        epoch, ordered from the longest to the shortest half-life (ties by channel number).

    Returns
    -------
    xr.Dataset
        ``norm`` (epoch, recorded_sample, layer, modality, time, rank): hidden-state magnitude ‖h‖₂ of each selected channel;
        ``size`` (epoch, recorded_sample, layer, modality, time): root mean square of the norm over all channels;
        ``channel`` (layer, modality, rank): the channel at that rank;
        ``half_life`` (layer, modality, channel_all, state): in steps, median over the valid steps of the recorded samples,
        ln 2 / (-Δ·A): half-life by the channel's own decay, without coupling;
        ``coupling`` (epoch, layer, target_modality, source_modality): W;
        ``valid`` (recorded_sample, modality, time): steps with data; at the others a state is held.

    Raises
    ------
    ConfigError
        If ``channels`` is not a positive integer.
    """
    channels = whole(channels, "states: channels", low=1)
    group = trace["states"].to_dataset()
    norm = group["norm"].transpose("epoch", "recorded_sample", "layer", "modality", "time", "channel")
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
    out["size"].attrs = {"long_name": "root mean square of the hidden-state magnitude over channels", "units": "1"}
    out["half_life"].attrs = {"long_name": "half-life of a state by its own decay", "units": "steps"}
    out.attrs = {name: trace.attrs[name] for name in ("dataset", "split", "best_epoch", "backend")}
    out.attrs["recorded"] = recorded_text(trace)
    return with_clock(out, trace)


def _spread(norm: xr.DataArray, valid: xr.DataArray) -> xr.DataArray:
    """Return (layer, modality, channel): the standard deviation over the valid steps, mean over the samples that have any."""
    total = count = xr.DataArray(0)
    for part, there in sample_chunks(norm, valid, dim="recorded_sample"):
        deviation = part.where(there & np.isfinite(part)).std("time")
        total, count = total + deviation.sum("recorded_sample"), count + deviation.notnull().sum("recorded_sample")
    return total / count.where(count > 0)


def _of_channels(norm: np.ndarray, rank: np.ndarray) -> np.ndarray:
    """Return (..., layer, modality, time, rank): the ranked channels."""
    place = np.broadcast_to(rank[..., None, :], (*norm.shape[:-1], rank.shape[-1]))
    return np.take_along_axis(norm, place, -1)


def _half_life(trace: xr.DataTree, valid: xr.DataArray) -> xr.DataArray:
    """Return ln 2 / (-Δ·A) with the median Δ over valid steps; (layer, modality, channel, state)."""
    operator = trace["operator"].to_dataset()
    typical = median(operator["dt"].where(valid), over=("recorded_sample", "time"))
    return (np.log(2) / (-operator["A"].astype(np.float64) * typical)).transpose(
        "layer", "modality", "channel", "state"
    )


@takes(trace="trace")
@per_run
def trajectories(trace: xr.DataTree, *, layer: int = 0) -> xr.Dataset:
    """Return the first two principal components of the hidden states of all modalities and recorded samples.

    Parameters
    ----------
    trace
        Of a model with a scan.
    layer
        Position of the layer.

    Returns
    -------
    xr.Dataset
        ``position`` (recorded_sample, modality, time, axis): principal components of the states (all channels and states of one step
        of one modality as one vector, centred), NaN at steps without data; ``explained`` (axis): share of the
        variance; ``coupling`` (recorded_sample, target_modality, source_modality): W of that layer. Best epoch. Signs are fixed: the entry of a
        direction with the largest magnitude is positive. For a Trace opened with ``chunks``, positions stay lazy.

    Raises
    ------
    DataError
        If the model has no scan, there are fewer than three finite steps, or the captured scans of a user's module differ in shape.
    ConfigError
        If the layer does not exist.
    """
    require_scan(trace, "trajectories")
    operator = trace["operator"].to_dataset()
    if "h" not in operator:
        raise DataError(
            "trajectories: /operator holds no states h, because the captured scans of the modalities differ in their shapes or steps, or are large; "
            "use mmviz.analysis.scan_states for one scan"
        )
    layer = whole(layer, "trajectories: layer", low=0, high=operator.sizes["layer"] - 1)
    valid = trace["states"].to_dataset()["valid"].transpose("recorded_sample", "modality", "time")
    h = operator["h"].isel(layer=layer).transpose("recorded_sample", "modality", "time", "channel", "state")
    count, mean = _count_and_mean(h, valid)
    if count < 3:
        raise DataError(f"trajectories: {count} steps with finite states in layer {layer}; at least 3 are needed")
    variance, directions, total = _strongest(h, valid, count, mean)
    largest = np.take_along_axis(directions, np.abs(directions).argmax(1)[:, None], 1)
    directions = directions * np.where(largest < 0, -1, 1)
    four = ["modality", "time", "channel", "state"]
    position = blockwise(
        _positions,
        h,
        valid,
        core=[four, four[:2]],
        to=["modality", "time", "axis"],
        sizes={"axis": 2},
        mean=mean,
        directions=directions,
    )
    out = xr.Dataset(
        {
            "position": (("recorded_sample", "modality", "time", "axis"), position.data),
            "explained": ("axis", variance / (total or np.nan)),
            "coupling": operator["W"]
            .isel(layer=layer)
            .transpose("recorded_sample", "target_modality", "source_modality"),
        },
        coords={"axis": [1, 2], "modality": h["modality"].values},
    ).drop_vars("layer", errors="ignore")
    out.attrs = {
        "layer": layer,
        "epoch": trace.attrs["best_epoch"],
        **provenance(trace),
    }
    return out


def _flat(h: np.ndarray, valid: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return (recorded_sample, modality, time, entry), and the mask of steps that have data and are finite."""
    flat = h.reshape(*h.shape[:3], -1).astype(np.float64)
    return flat, valid & np.isfinite(flat).all(-1)


def _positions(h: np.ndarray, valid: np.ndarray, mean: np.ndarray, directions: np.ndarray) -> np.ndarray:
    flat, known = _flat(h, valid)
    position = np.full((*known.shape, 2), np.nan)
    position[known] = (flat[known] - mean) @ directions.T
    return position


def _rows(h: xr.DataArray, valid: xr.DataArray) -> Iterator[np.ndarray]:
    """Yield (row, entry), block by block of samples: the finite steps with data."""
    for part, there in sample_chunks(h, valid, dim="recorded_sample"):
        flat, known = _flat(part.values, there.values)
        yield flat[known]


def _count_and_mean(h: xr.DataArray, valid: xr.DataArray) -> tuple[int, np.ndarray]:
    parts = [(len(rows), rows.sum(0)) for rows in _rows(h, valid)]
    count = sum(n for n, _ in parts)
    return count, np.sum([total for _, total in parts], axis=0) / max(count, 1)


def _strongest(
    h: xr.DataArray, valid: xr.DataArray, count: int, mean: np.ndarray
) -> tuple[np.ndarray, np.ndarray, float]:
    """Return the two largest squared singular values of the centred rows, their right vectors, and the sum of all squares.

    By the smaller of the two squares; where steps outnumber the entries of a state, a block of them is in memory at a time.
    """
    columns = len(mean)
    small = min(count, columns)
    centred = np.zeros((0, columns))
    if columns == small:
        square = sum((rows - mean).T @ (rows - mean) for rows in _rows(h, valid))
    else:
        centred = np.concatenate([rows - mean for rows in _rows(h, valid)])
        square = centred @ centred.T
    values, vectors = eigh(square, subset_by_index=[max(small - 2, 0), small - 1])
    values, vectors = values[::-1].clip(0), vectors[:, ::-1].T
    if columns > small:
        vectors = vectors @ centred
    length = np.linalg.norm(vectors, axis=1, keepdims=True)
    return values, vectors / np.where(length > 0, length, 1), float(np.trace(square))
