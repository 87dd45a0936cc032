"""Schema of an Explorer frame: variables, dimensions and types that the page needs, and their check."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from mmviz.core.errors import DataError
from mmviz.plots.explorer_scans import site_count

if TYPE_CHECKING:
    import xarray as xr

#: variable -> (dimensions, numpy dtype kinds)
FRAME: dict[str, tuple[tuple[str, ...], str]] = {
    "state_valid": (("recorded_sample", "modality", "time"), "bu"),
    "prediction": (("epoch", "recorded_sample", "time", "output"), "f"),
    "phi": (("epoch", "recorded_sample", "time", "modality"), "f"),
    "baseline": (("epoch", "recorded_sample", "time"), "f"),
}
#: variables of the further views; a frame has all variables of a group or none
GROUPS: dict[str, dict[str, tuple[tuple[str, ...], str]]] = {
    "states": {
        "state": (("epoch", "recorded_sample", "layer", "modality", "channel", "time"), "u"),
        "coupling": (("epoch", "layer", "target_modality", "source_modality"), "f"),
    },
    "memory": {
        "half_life": (("layer", "modality", "channel"), "f"),
        "channel_index": (("layer", "modality", "channel"), "iuf"),
    },
    "paths": {
        "path": (("recorded_sample", "layer", "modality", "time", "axis"), "f"),
        "path_share": (("recorded_sample", "layer", "axis"), "f"),
        "path_coupling": (("recorded_sample", "layer", "target_modality", "source_modality"), "f"),
    },
    "game": {"game": (("epoch", "recorded_sample", "time", "coalition"), "f")},
    "seeds": {"seed_phi": (("seed", "modality"), "f")},
    "agreement over seeds": {
        "attribution_agreement": (("recorded_sample", "modality", "time"), "f"),
        "map_agreement": (("recorded_sample",), "f"),
    },
    "overall": dict.fromkeys(("phi_mean", "phi_low", "phi_high"), (("modality",), "f")),
    "retraining": {
        "retrained": (("statistic", "coalition"), "f"),
        "masked": (("statistic", "coalition"), "f"),
        "gap": (("statistic", "modality"), "f"),
    },
    "training": {"history": (("history_epoch", "curve"), "f")},
    "samples": {
        "listed_phi": (("listed", "modality"), "f"),
        "listed_prediction": (("listed",), "f"),
        "listed_correct": (("listed",), "f"),
        "listed_recorded": (("listed",), "iuf"),
    },
    "overview": {
        **dict.fromkeys(("overview_target", "overview_output", "overview_group"), (("listed",), "f")),
        "overview_value": (("listed", "overview_subset"), "uf"),
        "overview_predicted": (("listed", "overview_subset"), "f"),
    },
    "scores by class": {
        "class_score": (("statistic", "overview_row", "overview_subset"), "f"),
        "class_count": (("overview_row",), "f"),
        "overview_row_of": (("listed",), "f"),
        "mask_cost": (("statistic", "modality"), "f"),
    },
    "confusion": {"confusion": (("overview_subset", "true_class", "predicted_class"), "f")},
    "influence": {
        "influence": (
            ("recorded_sample", "layer", "target_modality", "target_block", "source_modality", "source_block"),
            "u",
        )
    },
    "attribution": {
        "attribution": (("recorded_sample", "modality", "time"), "f"),
        **dict.fromkeys(
            ("attribution_bias", "attribution_total", "attribution_error"),
            (("recorded_sample",), "f"),
        ),
    },
    "attribution along time": {
        "attribution_prefix": (("recorded_sample", "time", "source_modality", "attribution_block"), "u"),
        "attribution_prefix_limit": (("recorded_sample", "time"), "f"),
        "attribution_prefix_bias": (("recorded_sample", "time"), "f"),
        "attribution_prefix_total": (("recorded_sample", "time"), "f"),
    },
    "attribution of streams": {
        "attribution_stream": (
            ("recorded_sample", "target_modality", "attribution_target_block", "source_modality", "attribution_block"),
            "u",
        ),
        "attribution_stream_limit": (("recorded_sample",), "f"),
    },
    "routing": {"routing": (("epoch", "recorded_sample", "layer", "modality", "time", "expert"), "u")},
    "transport": {
        "plan": (("recorded_sample", "pair", "time", "anchor_time"), "u"),
        "cost": (("recorded_sample", "pair", "time", "anchor_time"), "u"),
        "distance": (("epoch", "recorded_sample", "pair"), "f"),
        "estimated_lag": (("recorded_sample", "pair"), "f"),
    },
}
_COORDINATES = ("epoch", "output", "sample_id", "target")
_GROUP_COORDINATES = {
    "states": ("layer",),
    "retraining": ("verdict", "explanation"),
    "seeds": ("seed",),
    "training": ("history_epoch", "curve", "chart", "curve_modality"),
    "samples": ("listed_id", "listed_target", "listed_predicted"),
    "overview": ("overview_subset",),
    "scores by class": ("overview_row",),
    "influence": ("target_block",),
    "attribution": ("attribution_block", "attribution_explained"),
    "routing": ("expert", "expert_modality"),
    "transport": ("pair_source", "pair_anchor"),
}
_TASKS = ("classification", "regression")


def groups_of(frame: xr.Dataset) -> list[str]:
    """Return the groups of :data:`GROUPS` that are in a frame."""
    return [group for group, variables in GROUPS.items() if any(name in frame.variables for name in variables)]


def scan_variables(frame: xr.Dataset) -> dict[str, tuple[tuple[str, ...], str]]:
    """Return the variables of all captured scans in a frame, as in :data:`FRAME`; those of site k end with its number."""
    out: dict[str, tuple[tuple[str, ...], str]] = {}
    for k in range(site_count(frame)):
        stream, channel, step = (f"scan_{name}_{k}" for name in ("stream", "channel", "step"))
        head = ("recorded_sample", stream)
        out |= {
            f"scan_norm_{k}": ((*head, channel, step), "u"),
            f"scan_mean_{k}": ((*head, step), "f"),
            f"scan_half_life_{k}": ((*head, channel), "f"),
            f"scan_quantile_{k}": ((*head, f"scan_point_{k}"), "f"),
            f"scan_until_{k}": ((*head, step), "f"),
            f"scan_index_{k}": ((stream, channel), "f"),
        }
        if f"scan_influence_{k}" in frame:
            blocks = (f"scan_target_block_{k}", f"scan_source_{k}", f"scan_source_block_{k}")
            out[f"scan_influence_{k}"] = ((*head, *blocks), "u")
    return out


def check_frame(frame: xr.Dataset) -> None:
    """Validate a frame of the Explorer, see :func:`mmviz.plots.explorer_frame`.

    Raises
    ------
    DataError
        The first variable, dimension, type or attribute that is missing or invalid.
    """
    groups = groups_of(frame)
    required = dict(FRAME)
    for group in groups:
        required |= GROUPS[group]
    for name, (dims, kinds) in required.items():
        _check_variable(frame, name, dims, kinds)
    for name in (*_COORDINATES, *(name for group in groups for name in _GROUP_COORDINATES.get(group, ()))):
        if name not in frame.coords:
            raise DataError(
                f"frame: coordinate {name!r} is missing; it has {_listed(frame.coords)}; add it with assign_coords"
            )
    for name in map(str, frame["modality"].values):
        _check_variable(frame, f"signal_{name}", ("recorded_sample", f"frame_{name}", f"feature_{name}"), "f")
        _check_variable(frame, f"signal_valid_{name}", ("recorded_sample", f"frame_{name}"), "bu")
        if f"signal_token_{name}" in frame:
            _check_variable(frame, f"signal_token_{name}", ("recorded_sample", f"frame_{name}"), "UOT")
        for key in ("time", "end"):
            if f"signal_{key}_{name}" in frame:
                _check_variable(frame, f"signal_{key}_{name}", ("recorded_sample", f"frame_{name}"), "f")
    if "clock" in frame:
        _check_variable(frame, "clock", ("recorded_sample", "edge"), "f")
    for name, (dims, kinds) in scan_variables(frame).items():
        _check_variable(frame, name, dims, kinds)
    empty = [str(dim) for dim, size in frame.sizes.items() if size == 0]
    if empty:
        raise DataError(f"frame: dimension {empty[0]!r} has size 0; every dimension needs at least one entry")
    maps = [name for name in scan_variables(frame) if name.startswith(("scan_norm", "scan_influence"))]
    for name in ("state", "influence", "attribution_prefix", "attribution_stream", "routing", "plan", "cost", *maps):
        if name in frame and frame[name].dtype != np.uint8:
            raise DataError(f"frame: {name!r} has type {frame[name].dtype}, expected uint8, 255 = its scale")
    _check_task(frame)


def _check_variable(frame: xr.Dataset, name: str, dims: tuple[str, ...], kinds: str) -> None:
    if name not in frame.variables:
        raise DataError(
            f"frame: variable {name!r} is missing; it holds {_listed(frame.data_vars)}; "
            "create frames with mmviz.plots.explorer_frame"
        )
    seen = frame[name]
    if seen.dims != dims:
        raise DataError(f"frame: {name!r} has dimensions {seen.dims}, expected {dims}; transpose or rename them")
    if seen.dtype.kind not in kinds:
        raise DataError(f"frame: {name!r} has type {seen.dtype}, expected a numpy kind of {kinds!r}; cast it")


def _check_task(frame: xr.Dataset) -> None:
    task = frame.attrs.get("task")
    if task not in _TASKS:
        raise DataError(f"frame: attribute 'task' is {task!r}, expected one of {', '.join(_TASKS)}")
    if task == "regression":
        return
    target = frame["target"].values
    valid = target.dtype.kind in "iu" and target.min() >= 0 and target.max() < frame.sizes["output"]
    if not valid:
        raise DataError(
            f"frame: coordinate 'target' is {target.tolist()!r:.200}, expected class indices from 0 to "
            f"{frame.sizes['output'] - 1}, one per recorded sample"
        )


def _listed(names: object) -> str:
    return ", ".join(map(str, names)) or "none"  # type: ignore[call-overload]
