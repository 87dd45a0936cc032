"""Group of the Explorer's frame for the captured scans of a user's module: hidden states, half-lives and influence of every site.

Sites differ in streams, steps, channels and states, so that the variables and dimensions of site k end with its number: ``scan_norm_0``.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import numpy as np
import xarray as xr

from mmviz.analysis.lag_means import pair_counts
from mmviz.plots import theme
from mmviz.plots.captured_scans import stream_names

if TYPE_CHECKING:
    from collections.abc import Mapping

    from jaxtyping import Bool, Float, Int

#: limits of what a page holds of one site: columns of the state maps, rows for each stream, points of the half-lives, rows of the influence map
MAX_STEPS, MAX_CHANNELS, MIN_CHANNELS, MAX_POINTS, MAX_BLOCKS, MIN_BLOCKS = 512, 32, 8, 64, 192, 32
#: bytes of the state maps of all sites together, and of their influence maps; beyond it every site has fewer channels or coarser blocks
MAX_BYTES = 4_000_000
#: beginnings of the notes of a Trace that state why a model has no captured scans, or which were not captured
NO_SCANS = ("No captured scans", "Not captured: ")
_NORM = ("recorded_sample", "scan_stream", "scan_step", "scan_channel")
_MAP = ("recorded_sample", "scan_stream", "target_step_block", "scan_source", "source_step_block")


def scan_group(trace: xr.DataTree) -> xr.Dataset:
    """Return the captured scans of the recorded samples, or nothing.

    Of site k: ``scan_norm_k`` uint8 (recorded_sample, stream, channel, step), 255 = the attribute ``scale``; ``scan_mean_k`` (recorded_sample, stream, step), the mean
    over all channels, NaN where a step has no data; ``scan_half_life_k`` (recorded_sample, stream, channel), in steps; ``scan_quantile_k`` (recorded_sample, stream, point): the
    half-lives of all channels in ascending order, at most 64 evenly spaced ones; ``scan_until_k`` (recorded_sample, stream, step): where a step ends, as a share of the time
    axis, NaN where its frames are not known; ``scan_index_k`` (stream, channel): the channel of each row, those whose ‖h‖₂ varies
    most, longest half-life first. Where it was recorded, ``scan_influence_k`` uint8 (recorded_sample, stream, target block, source, source block): (byte / 255)² times
    its attribute ``scale``. The attributes of ``scan_norm_k`` describe the site.

    More than 512 steps are averaged in groups (attribute ``pooled``), and blocks of the influence map so that it has at most 192 rows; where the
    maps of all sites would exceed :data:`MAX_BYTES`, there are fewer channels and rows.
    """
    if "scans" not in trace.children:
        return xr.Dataset()
    groups = {int(k): child.to_dataset() for k, child in trace["scans"].children.items()}
    limits = _limits(groups)
    parts = [_site(k, groups[k], _ends(trace, groups[k]), *limits) for k in sorted(groups)]
    return xr.Dataset({name: array for part in parts for name, array in part.data_vars.items()})


def missing_scans(trace: xr.DataTree) -> str:
    """Return the notes of the Trace on scans of a user's module that were not captured, and why; or ""."""
    found = [str(note) for note in trace.attrs.get("notes", []) if str(note).startswith(NO_SCANS)]
    return " ".join(note if note.endswith(".") else f"{note}." for note in found)


def edited_scans(groups: Mapping[str, xr.Dataset], frame: xr.Dataset) -> dict[str, Any]:
    """Return ``scan_norm_k``, ``scan_mean_k``, ``scan_half_life_k`` and ``scan_quantile_k`` of an edited sample, on the channels and scales of the frame.

    {} without captured scans.

    A site whose sizes differ from those of the frame is left out: the page then shows the recorded one.
    """
    out: dict[str, Any] = {}
    for k in range(site_count(frame)):
        if f"/scans/{k}" not in groups:
            continue
        group, recorded = groups[f"/scans/{k}"], frame[f"scan_norm_{k}"]
        norm, valid = _norms(group)
        index = frame[f"scan_index_{k}"].values.astype(int)
        about = recorded.attrs
        if (norm.shape[1], norm.shape[2], norm.shape[3]) != (len(index), about["steps"], about["channels"]):
            continue
        columns = _columns(norm, valid, about["pooled"])
        kept = np.take_along_axis(columns, index[None, :, None], 3).swapaxes(2, 3)
        out[f"scan_norm_{k}"] = (recorded.dims, _levels(kept, about["scale"]))
        out[f"scan_mean_{k}"] = (frame[f"scan_mean_{k}"].dims, columns.mean(-1).astype(np.float32))
        lives, points = _half_lives(group), frame.sizes[f"scan_point_{k}"]
        out[f"scan_half_life_{k}"] = (frame[f"scan_half_life_{k}"].dims, np.take_along_axis(lives, index[None], 2))
        out[f"scan_quantile_{k}"] = (frame[f"scan_quantile_{k}"].dims, _sorted_points(lives, points))
    return out


def site_count(frame: xr.Dataset) -> int:
    """Return the number of captured scans in a frame."""
    return sum(str(name).startswith("scan_norm_") for name in frame.data_vars)


def _site(
    k: int, group: xr.Dataset, ends: Float[np.ndarray, "sample stream step"], count: int, blocks: int
) -> xr.Dataset:
    norm, valid = _norms(group)
    streams, steps, channels = norm.shape[1:]
    names = _texts(group.attrs.get("modalities"))
    half_life = _half_lives(group)
    index = _rows(norm, valid, half_life, min(count, channels))
    pooled = -(-steps // MAX_STEPS)
    columns = _columns(norm, valid, pooled)
    kept = np.take_along_axis(columns, index[None, :, None], 3).swapaxes(2, 3)
    scale = theme.colour_limit(kept)
    stream, channel, step = f"scan_stream_{k}", f"scan_channel_{k}", f"scan_step_{k}"
    head = ("recorded_sample", stream)
    part = xr.Dataset(
        {
            f"scan_norm_{k}": ((*head, channel, step), _levels(kept, scale)),
            f"scan_mean_{k}": ((*head, step), columns.mean(-1).astype(np.float32)),
            f"scan_half_life_{k}": (
                (*head, channel),
                np.take_along_axis(half_life, index[None], 2),
            ),
            f"scan_quantile_{k}": ((*head, f"scan_point_{k}"), _sorted_points(half_life, min(channels, MAX_POINTS))),
            f"scan_until_{k}": ((*head, step), _last_of(ends, pooled).astype(np.float32)),
            f"scan_index_{k}": ((stream, channel), index.astype(np.float32)),
        }
    )
    part[f"scan_norm_{k}"].attrs = {
        **{key: str(group.attrs.get(key, "")) for key in ("site", "function", "modality", "description")},
        "alignment": "; ".join(dict.fromkeys(_texts(group.attrs.get("alignment")))),
        "streams": json.dumps(stream_names(names if len(names) == streams else [""] * streams)),
        "steps": steps,
        "channels": channels,
        "states": int(group.sizes.get("scan_state", 0)),
        "replay_error": float(group.attrs.get("replay_error", np.nan)),
        "scale": float(scale),
        "pooled": int(pooled),
        "no_influence": "" if "influence" in group else str(group.attrs.get("influence_note") or _NO_INFLUENCE),
    }
    return part.assign(_influence(k, group, steps, blocks)) if "influence" in group else part


_NO_INFLUENCE = "the Trace holds no influence map of this site"


def _norms(
    group: xr.Dataset,
) -> tuple[Float[np.ndarray, "sample stream step channel"], Bool[np.ndarray, "sample stream step"]]:
    """Return ‖h‖₂ and the steps with data."""
    norm = group["norm"].transpose(*_NORM).values.astype(np.float64)
    valid = (
        group["valid"].transpose(*_NORM[:3]).values.astype(bool) if "valid" in group else np.ones(norm.shape[:3], bool)
    )
    return norm, valid


def _half_lives(group: xr.Dataset) -> Float[np.ndarray, "sample stream channel"]:
    """Return the half-lives in steps, float32; NaN where the group holds none."""
    if "half_life" not in group:
        return np.full([group.sizes[dim] for dim in ("recorded_sample", "scan_stream", "scan_channel")], np.nan, "f4")
    found = group["half_life"].transpose("recorded_sample", "scan_stream", "scan_channel").values
    return found.astype(np.float32)


def _sorted_points(lives: Float[np.ndarray, "sample stream channel"], count: int) -> np.ndarray:
    """Return ``count`` evenly spaced ones of the half-lives in ascending order."""
    places = np.linspace(0, lives.shape[-1] - 1, count).round().astype(int)
    return np.sort(lives, -1)[..., places]


def _columns(
    norm: Float[np.ndarray, "sample stream step channel"], valid: Bool[np.ndarray, "sample stream step"], pooled: int
) -> Float[np.ndarray, "sample stream column channel"]:
    """Return means over the valid ones of ``pooled`` neighbouring steps; NaN where none is."""
    known = np.where(valid[..., None], norm, 0.0)
    if pooled == 1:
        return np.where(valid[..., None], norm, np.nan)
    starts = np.arange(0, norm.shape[2], pooled)
    held = np.add.reduceat(valid.astype(np.float64), starts, axis=2)[..., None]
    return np.add.reduceat(known, starts, axis=2) / np.where(held > 0, held, np.nan)


def _rows(
    norm: Float[np.ndarray, "sample stream step channel"],
    valid: Bool[np.ndarray, "sample stream step"],
    half_life: Float[np.ndarray, "sample stream channel"],
    count: int,
) -> Int[np.ndarray, "stream row"]:
    """Return the channels whose ‖h‖₂ varies most over the valid steps, mean over the samples, ordered by their median half-life."""
    held = valid[..., None] & np.isfinite(norm)
    steps = np.maximum(held.sum(2), 1)
    mean = np.where(held, norm, 0.0).sum(2) / steps
    deviation = np.sqrt((np.where(held, norm - mean[:, :, None], 0.0) ** 2).sum(2) / steps)
    most = np.argsort(-deviation.mean(0), axis=-1, kind="stable")[:, :count]
    lasting = np.take_along_axis(np.median(half_life, 0), most, -1)
    return np.take_along_axis(most, np.argsort(-lasting, axis=-1, kind="stable"), -1)


def _levels(norm: np.ndarray, scale: float) -> np.ndarray:
    """Return values as uint8, 255 = the scale; values that are not finite become 255."""
    share = np.nan_to_num(norm / scale, nan=1.0, posinf=1.0).clip(0, 1)
    return np.round(share * 255).astype(np.uint8)


def _influence(k: int, group: xr.Dataset, steps: int, most: int) -> dict[str, Any]:
    """Return the influence map with at most ``most`` rows; coarser blocks are means over the pairs of steps."""
    values = np.nan_to_num(group["influence"].transpose(*_MAP).values.astype(np.float64))
    streams, blocks = values.shape[1:3]
    width = int(group.attrs.get("steps_per_block", -(-steps // blocks)))
    together = -(-blocks // max(1, most // streams))
    if together > 1:
        pairs = pair_counts(blocks, steps, width).astype(np.float64)
        starts = np.arange(0, blocks, together)
        weighted = values * pairs[:, None]
        for axis in (2, 4):
            weighted = np.add.reduceat(weighted, starts, axis=axis)
        values = weighted / np.add.reduceat(np.add.reduceat(pairs, starts, 0), starts, 1)[:, None]
    top = float(values.max(initial=0.0)) or 1.0
    dims = (
        "recorded_sample",
        f"scan_stream_{k}",
        f"scan_target_block_{k}",
        f"scan_source_{k}",
        f"scan_source_block_{k}",
    )
    level = np.round(np.sqrt((values / top).clip(0, 1)) * 255).astype(np.uint8)
    return {f"scan_influence_{k}": (dims, level, {"scale": top, "width": width * together})}


def _texts(value: object) -> list[str]:
    """Return a list of texts, as it is stored in the attributes of a group: a list, or its JSON."""
    found = json.loads(value) if isinstance(value, str) and value.startswith("[") else value
    return [str(text) for text in found] if isinstance(found, (list, tuple, np.ndarray)) else [str(found or "")]


def _ends(trace: xr.DataTree, group: xr.Dataset) -> Float[np.ndarray, "sample stream step"]:
    """Return where each scan step ends, as a share of the time axis: with its last frame; NaN where the frames are not known."""
    samples, streams, steps = (group.sizes[dim] for dim in _NORM[:3])
    out = np.full((samples, streams, steps), np.nan)
    if "frame" not in group:
        return out
    last, names = group["frame"].transpose("scan_stream", "scan_step").values, _texts(group.attrs.get("modalities"))
    for m in range(streams):
        name = names[m] if m < len(names) else ""
        inputs = trace["inputs"][name].to_dataset() if name in trace["inputs"].children else None
        known = last[m] >= 0
        if inputs is None or not known.any() or last[m].max() >= inputs.sizes["frame"]:
            continue
        if "clock" not in trace.children:
            out[:, m, known] = (last[m][known] + 1) / inputs.sizes["frame"]
        elif "end" in inputs:
            clock = trace["clock"].to_dataset()
            begin, length = clock["start"].values[:, :1], clock["stop"].values[:, -1:] - clock["start"].values[:, :1]
            out[:, m, known] = (inputs["end"].values[:, last[m][known]] - begin) / length
    return out


def _last_of(ends: Float[np.ndarray, "sample stream step"], pooled: int) -> Float[np.ndarray, "sample stream column"]:
    """Return the end of the last step of each column."""
    steps = ends.shape[-1]
    return ends[..., np.minimum(np.arange(pooled - 1, steps + pooled - 1, pooled), steps - 1)]


def _limits(groups: Mapping[int, xr.Dataset]) -> tuple[int, int]:
    """Return how many channels of each stream, and how many rows of each influence map, a page holds."""
    cells = sum(
        one.sizes["recorded_sample"] * one.sizes["scan_stream"] * min(one.sizes["scan_step"], MAX_STEPS)
        for one in groups.values()
    )
    maps = sum(one.sizes["recorded_sample"] for one in groups.values() if "influence" in one)
    rows = np.sqrt(MAX_BYTES / max(maps, 1))
    return (
        int(np.clip(MAX_BYTES // max(cells, 1), MIN_CHANNELS, MAX_CHANNELS)),
        int(np.clip(rows, MIN_BLOCKS, MAX_BLOCKS)),
    )
