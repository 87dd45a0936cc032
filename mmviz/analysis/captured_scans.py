"""Captured scans of a user's module: which there are, and the states and the operator map of one of them."""

from __future__ import annotations

import numpy as np
import xarray as xr

from mmviz.analysis.blockwise import blockwise, sample_chunks
from mmviz.analysis.lag_means import mean_by_lag, pair_counts, sum_over_steps
from mmviz.analysis.per_run import per_run
from mmviz.analysis.recorded_selection import recorded_text
from mmviz.analysis.trace_groups import provenance
from mmviz.core.errors import ConfigError, DataError
from mmviz.core.options import nearest, takes, whole

_MAP = ["stream", "target_step_block", "source_stream", "source_step_block"]
_ABOUT = (
    "site",
    "function",
    "label",
    "modality",
    "modalities",
    "depends_on",
    "alignment",
    "replay_error",
    "description",
)


@takes(trace="trace")
@per_run
def captured_scans(trace: xr.DataTree) -> xr.Dataset:
    """Return the table of the captured scans of a user's module: site, function, modality, shape, replay error, half-life.

    Parameters
    ----------
    trace
        Of a module that was adapted with ``scans=``.

    Returns
    -------
    xr.Dataset
        Over ``scan``, with coordinate ``site``: ``function``; ``modality``, "" where the scan belongs to none or several; ``streams``, ``steps``, ``channels``,
        ``states``; ``replay_error``: max |replay − output| / max |output| for the recorded samples; ``half_life``: median over recorded samples, streams
        and channels, in scan steps; ``alignment``: how scan steps correspond to frames; ``in_states``: whether ``/states`` contains it; ``has_influence``.

    Raises
    ------
    DataError
        If the Trace holds no captured scan.
    """
    nodes = _scans(trace, "captured_scans")
    texts = {
        "function": [node.attrs["function"] for node in nodes],
        "modality": [node.attrs["modality"] for node in nodes],
        "alignment": ["; ".join(dict.fromkeys(node.attrs["alignment"])) for node in nodes],
    }
    sizes = {
        name: [node.sizes[f"scan_{dim}"] for node in nodes]
        for name, dim in (("streams", "stream"), ("steps", "step"), ("channels", "channel"), ("states", "state"))
    }
    flags = {
        "in_states": [bool(node.attrs["in_states"]) for node in nodes],
        "has_influence": ["influence" in node for node in nodes],
    }
    numbers = {
        "replay_error": [float(node.attrs["replay_error"]) for node in nodes],
        "half_life": [_median(node["half_life"].values) for node in nodes],
    }
    out = xr.Dataset(
        {name: ("scan", np.array(column)) for name, column in (texts | sizes | flags | numbers).items()},
        coords={"site": ("scan", np.array([node.attrs["site"] for node in nodes]))},
    )
    out["half_life"].attrs = {"long_name": "median half-life by the state's own decay", "units": "scan steps"}
    out["replay_error"].attrs = {
        "long_name": "largest difference of the replay, relative to the largest output",
        "units": "1",
    }
    out.attrs = {"epoch": trace.attrs["best_epoch"], **provenance(trace), "recorded": recorded_text(trace)}
    return out


@takes(trace="trace")
@per_run
def scan_states(trace: xr.DataTree, *, scan: int | str = 0, channels: int = 32) -> xr.Dataset:
    """Return the hidden-state magnitudes, step sizes and half-lives of one captured scan, at the best epoch and its own resolution.

    Parameters
    ----------
    trace
        Of a module that was adapted with ``scans=``.
    scan
        Position among the captured scans, or its site or label, see :func:`captured_scans`.
    channels
        How many channels to keep per stream: those whose magnitude varies most over the valid steps, ordered from the longest to the shortest half-life.

    Returns
    -------
    xr.Dataset
        ``norm`` (recorded_sample, stream, rank, step): ‖h‖₂ of each selected channel; ``size`` (recorded_sample, stream, step): root mean square over all
        channels; ``channel`` (stream, rank); ``half_life`` (recorded_sample, stream, channel_all) in scan steps, by the state's own decay; ``coupling``
        (recorded_sample, stream, source_stream): W; ``valid`` (recorded_sample, stream, step); ``frame`` (stream, step): last frame that a
        step contains, -1 where there is none or it is unknown. Coordinate ``modality`` (stream).

    Raises
    ------
    DataError
        If the Trace holds no captured scan.
    ConfigError
        If there is no such scan, or ``channels`` is not a positive integer.
    """
    channels = whole(channels, "scan_states: channels", low=1)
    node = _scan(trace, scan, "scan_states")
    norm = node["norm"].transpose("recorded_sample", "stream", "step", "channel_all")
    valid = node["valid"].transpose("recorded_sample", "stream", "step")
    total = count = xr.DataArray(0)
    for part, there in sample_chunks(norm, valid, dim="recorded_sample"):
        deviation = part.where(there & np.isfinite(part)).std("step")
        total, count = total + deviation.sum("recorded_sample"), count + deviation.notnull().sum("recorded_sample")
    spread = (total / count.where(count > 0)).transpose("stream", "channel_all")
    lives = node["half_life"].compute()
    lasting = lives.median("recorded_sample").transpose("stream", "channel_all").values
    kept = min(channels, norm.sizes["channel_all"])
    most = np.argsort(-np.nan_to_num(spread.values), axis=-1, kind="stable")[..., :kept]
    order = np.argsort(-np.take_along_axis(lasting, most, -1), axis=-1, kind="stable")
    rank = xr.DataArray(np.take_along_axis(most, order, -1), dims=("stream", "rank"))
    shown = blockwise(
        _of_channels,
        norm,
        rank,
        core=[["stream", "step", "channel_all"], ["stream", "rank"]],
        to=["stream", "rank", "step"],
        dtype=norm.dtype,
    )
    out = xr.Dataset(
        {
            "norm": shown,
            "size": np.sqrt((norm.astype(np.float64) ** 2).mean("channel_all")),
            "channel": rank,
            "half_life": lives,
            "coupling": node["W"],
            "valid": valid,
            "frame": node["frame"],
        }
    ).assign_coords(modality=("stream", np.array(node.attrs["modalities"])))
    out["norm"].attrs = {"long_name": "hidden-state magnitude ‖h‖₂ of a channel", "units": "1"}
    out["size"].attrs = {"long_name": "root mean square of the hidden-state magnitude over channels", "units": "1"}
    out["half_life"].attrs = {"long_name": "half-life of a channel by its own decay", "units": "scan steps"}
    out.attrs = _about(trace, node)
    return out


@takes(trace="trace")
@per_run
def scan_influence(trace: xr.DataTree, *, scan: int | str = 0) -> xr.Dataset:
    """Return the operator map of one captured scan, the effect of a unit input x[n, s] on its output y[m, t], at the best epoch.

    Parameters
    ----------
    trace
        Of a module that was adapted with ``scans=``, recorded with ``influence=True``.
    scan
        Position among the captured scans, or its site or label, see :func:`captured_scans`.

    Returns
    -------
    xr.Dataset
        ``map`` (recorded_sample, stream, target_step_block, source_stream, source_step_block): mean |K| over channels (attribute ``influence_channels``) and pairs of
        steps of two blocks; ``total`` and ``share`` (recorded_sample, stream, source_stream); ``by_lag`` (recorded_sample, stream, source_stream, lag), lag in scan
        steps. Coordinate ``modality`` (stream).

    Raises
    ------
    DataError
        If the Trace holds no captured scan, or no map of this one.
    ConfigError
        If there is no such scan.

    Notes
    -----
    The map is exact for this scan with its gates held fixed, from its input x to its output y. It is one operation inside the module: no attribution of
    the prediction, and no estimate of a delay in the data.
    """
    node = _scan(trace, scan, "scan_influence")
    if "influence" not in node:
        raise DataError(
            f"scan_influence: no operator map of {node.attrs['site']!r} was recorded; record it with mmviz.record(..., influence=True). A scan of more than 16 "
            "streams, or a very long and wide one, has none"
        )
    width, steps = int(node.attrs["steps_per_block"]), int(node.sizes["step"])
    values = node["influence"].astype(np.float64).transpose("recorded_sample", *_MAP)
    blocks = values.sizes["target_step_block"]
    pair = ["stream", "source_stream"]
    total = blockwise(sum_over_steps, values, core=[_MAP], to=pair, pairs=pair_counts(blocks, steps, width)).compute()
    received = total.sum("source_stream")
    by_lag = blockwise(mean_by_lag, values, core=[_MAP], to=[*pair, "lag"], sizes={"lag": blocks}).compute()
    out = xr.Dataset(
        {"map": values, "total": total, "share": total / received.where(received > 0), "by_lag": by_lag},
        coords={"lag": np.arange(blocks) * width},
    ).assign_coords(modality=("stream", np.array(node.attrs["modalities"])))
    out["map"].attrs = {"long_name": "effect of a unit input of the scan on its output", "units": "1"}
    out["share"].attrs = {"long_name": "share of the total influence on a target stream", "units": "1"}
    out["by_lag"].attrs = {"long_name": "mean influence at a lag", "units": "1"}
    averaged = str(node.attrs.get("influence_channels", ""))
    out.attrs = {**_about(trace, node), "steps": steps, "steps_per_block": width, "influence_channels": averaged}
    return out


def _scans(trace: xr.DataTree, place: str) -> list[xr.Dataset]:
    if "scans" not in trace.children or not trace["scans"].children:
        raise DataError(
            f"{place}: the Trace holds no captured scan; adapt the module with mmviz.models.adapt(..., scans='auto') and record it. For a model of "
            "mmviz.models.build see mmviz.analysis.states and influence"
        )
    return [child.to_dataset() for child in trace["scans"].children.values()]


def _scan(trace: xr.DataTree, scan: int | str, place: str) -> xr.Dataset:
    """Return one captured scan, its dimensions without the prefix of the schema."""
    nodes = _scans(trace, place)
    sites, labels = ([str(node.attrs[key]) for node in nodes] for key in ("site", "label"))
    if type(scan) is int and 0 <= scan < len(nodes):
        k = scan
    elif isinstance(scan, str) and scan in sites:
        k = sites.index(scan)
    elif isinstance(scan, str) and labels.count(scan) == 1:
        k = labels.index(scan)
    else:
        raise ConfigError(
            f"{place}: scan={scan!r:.80}{nearest(str(scan), sites)}; give a position from 0 to {len(nodes) - 1}, or one of {', '.join(sites)}"
        )
    renamed = {
        "scan_stream": "stream", "scan_step": "step", "scan_channel": "channel_all", "scan_state": "state", "scan_source": "source_stream",
    }  # fmt: skip
    node = nodes[k].rename({old: new for old, new in renamed.items() if old in nodes[k].dims})
    node.attrs["scan"] = k
    return node


def _of_channels(norm: np.ndarray, rank: np.ndarray) -> np.ndarray:
    """Return (..., stream, rank, step): the ranked channels."""
    place = np.broadcast_to(rank[..., None, :], (*norm.shape[:-1], rank.shape[-1]))
    return np.swapaxes(np.take_along_axis(norm, place, -1), -1, -2)


def _median(values: np.ndarray) -> float:
    known = values[~np.isnan(values)]
    return float(np.median(known)) if known.size else float("nan")


def _about(trace: xr.DataTree, node: xr.Dataset) -> dict[str, object]:
    about = {name: node.attrs[name] for name in _ABOUT if name in node.attrs}
    return {"scan": node.attrs["scan"], **about, "epoch": trace.attrs["best_epoch"], **provenance(trace)}
