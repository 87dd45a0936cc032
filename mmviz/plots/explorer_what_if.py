"""The Explorer's frame of one edited sample (what-if), on the channels and scales of the recorded ones."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import numpy as np
import xarray as xr

from mmviz.analysis.game import is_labelled
from mmviz.core.errors import DataError
from mmviz.metrics.shapley import shapley_values
from mmviz.plots.explorer import rounded_float32, time_axis_ends
from mmviz.plots.explorer_groups import estimated_lags
from mmviz.plots.explorer_scans import edited_scans

if TYPE_CHECKING:
    from collections.abc import Mapping


def what_if_frame(groups: Mapping[str, xr.Dataset], frame: xr.Dataset) -> xr.Dataset:
    """Return the variables of :func:`mmviz.plots.explorer_frame` that an edit changes, for one sample at one epoch.

    Parameters
    ----------
    groups
        Groups of a Trace of one sample at one epoch, as ``mmviz.recording.what_if`` returns them.
    frame
        The frame of the recorded samples. The hidden states keep its channels and every uint8 map its scale; values beyond a scale are clipped.

    Returns
    -------
    xr.Dataset
        Dimensions ``epoch`` and ``recorded_sample`` have size 1. Always ``prediction``, ``phi``, ``baseline``,
        ``state_valid``, ``signal_NAME`` and ``signal_valid_NAME``; ``game``, ``state``, ``routing``, ``plan``, ``cost``, ``distance``, ``influence``,
        ``scan_norm_k`` where both the frame and the groups have them.

    Raises
    ------
    DataError
        A group is missing, its prefixes are of another kind, or its modalities, steps, outputs or channels differ from the frame.
    """
    for group in ("/samples", "/states", "/prefixes"):
        if group not in groups:
            raise DataError(f"what_if: the result has no group {group}; it holds {', '.join(groups) or 'nothing'}")
    theirs, ours = groups["/prefixes"].attrs.get("label", ""), frame.attrs.get("prefix", "")
    if theirs and ours and theirs != ours:
        raise DataError(
            f"what_if: the prefixes of the result are {theirs!r}, those of the Trace {ours!r}; pass the same prefixes= to mm.record and "
            "mm.recording.what_if"
        )
    valid = groups["/states"]["valid"].transpose("recorded_sample", "modality", "time")
    data: dict[str, Any] = {
        "state_valid": (valid.dims, valid.values),
        **_predictions(groups, frame),
        **_signals(groups, frame),
    }
    if "/clock" in groups:
        data["clock"] = time_axis_ends(groups["/clock"])
    data |= edited_scans(groups, frame)
    if "state" in frame:
        data["state"] = _states(groups["/states"], frame)
    if "routing" in frame and "/routing" in groups:
        weight = groups["/routing"]["weight"].transpose(*frame["routing"].dims)
        data["routing"] = (weight.dims, _bytes(weight.values))
    if "plan" in frame and "/transport" in groups:
        data |= _transport(groups["/transport"], frame)
    if "influence" in frame and "/influence" in groups:
        map_ = groups["/influence"]["influence"].transpose(*frame["influence"].dims)
        data["influence"] = (map_.dims, _bytes(np.sqrt(map_.values / _scale(frame, "influence", 1, map_.ndim))))
    known = {name: xr.as_variable(array) for name, array in data.items() if name in frame}
    _compare(known, frame)
    out = xr.Dataset(known)
    for name in out.data_vars:
        out[name].attrs = dict(frame[name].attrs)
    out.attrs = {key: frame.attrs[key] for key in ("task", "labelled") if key in frame.attrs}
    out.attrs["align"] = frame.attrs.get("align", "")
    return out.assign_coords(modality=frame["modality"].values, epoch=groups["/prefixes"]["epoch"].values)


def _predictions(groups: Mapping[str, xr.Dataset], frame: xr.Dataset) -> dict[str, Any]:
    """Return prediction, game and exact Shapley values, as :func:`mmviz.analysis.prefix_shapley` with its default value."""
    prediction = (
        groups["/prefixes"]["prediction"].transpose("epoch", "recorded_sample", "time", "coalition", "output").values
    )
    column = _explained(groups["/samples"], frame) if frame.attrs["task"] == "classification" else 0
    game = prediction[..., column].astype(np.float64)
    head = ("epoch", "recorded_sample", "time")
    values = {
        "prediction": ((*head, "output"), prediction[..., -1, :]),
        "phi": ((*head, "modality"), shapley_values(game)),
        "baseline": (head, game[..., 0]),
        "game": ((*head, "coalition"), prediction[..., column]),
    }
    return {name: rounded_float32(xr.DataArray(array, dims=dims)).variable for name, (dims, array) in values.items()}


def _explained(samples: xr.Dataset, frame: xr.Dataset) -> int:
    """Return the class whose probability the frame explains for this sample."""
    target = samples["target"].values
    if is_labelled(target):
        return int(target[0])
    same = np.flatnonzero(frame["sample_id"].values == str(samples["id"].values[0]))
    if not len(same):
        raise DataError(
            f"what_if: sample {samples['id'].values[0]!r} has no label and is not in the frame; use a sample of the frame"
        )
    return int(frame["target"].values[same[0]])


def _signals(groups: Mapping[str, xr.Dataset], frame: xr.Dataset) -> dict[str, Any]:
    out: dict[str, Any] = {}
    for name in map(str, frame["modality"].values):
        group = f"/inputs/{name}"
        if group not in groups:
            raise DataError(f"what_if: the result has no group {group}; it holds {', '.join(groups)}")
        value, valid = groups[group]["value"].values, groups[group]["valid"].values
        dims = frame[f"signal_{name}"].dims
        out[f"signal_{name}"] = (dims, np.where(valid[..., None], value, 0).astype(np.float32))
        out[f"signal_valid_{name}"] = (dims[:2], valid)
        if "token" in groups[group]:
            out[f"signal_token_{name}"] = (dims[:2], groups[group]["token"].values)
        if "time" in groups[group]:
            out |= {f"signal_{key}_{name}": (dims[:2], groups[group][key].values) for key in ("time", "end")}
    return out


def _states(group: xr.Dataset, frame: xr.Dataset) -> tuple[tuple[str, ...], np.ndarray]:
    """Return the norms of the frame's channels as levels of the frame: its scale of the layer, its exponent ``power``."""
    norm = (
        group["norm"]
        .transpose("epoch", "recorded_sample", "layer", "modality", "channel", "time")
        .values.astype(np.float64)
    )
    index = np.maximum(
        frame["channel_index"].values.astype(np.int64), 0
    )  # -1: no channel; the page does not draw its row
    if norm.shape[2:4] != index.shape[:2] or index.max() >= norm.shape[4]:
        raise DataError(
            f"what_if: the states of the result have (layer, modality, channel) = {norm.shape[2:5]}, the Trace was recorded with {index.shape[:2]} "
            f"and at least {index.max() + 1} channels; use the run that the Trace was recorded from"
        )
    kept = np.take_along_axis(norm, index[None, None, :, :, :, None], 4)
    share = np.nan_to_num(kept / _scale(frame, "state", 2, 6), nan=1, posinf=1).clip(0, 1)
    return tuple(map(str, frame["state"].dims)), _bytes(share ** (1 / frame["state"].attrs.get("power", 1)))


def _transport(group: xr.Dataset, frame: xr.Dataset) -> dict[str, Any]:
    out: dict[str, Any] = {}
    if "plan" in group:  # of the selected epoch only, as in a Trace
        for name in ("plan", "cost"):
            map_ = group[name].transpose(*frame[name].dims)
            out[name] = (map_.dims, _bytes(map_.values / _scale(frame, name, 1, 4)))
        lags = estimated_lags(group)
        out["estimated_lag"] = (lags.dims, lags.values)
    distance = group["distance"].transpose(*frame["distance"].dims)
    return out | {"distance": (distance.dims, distance.values.astype(np.float32))}


def _scale(frame: xr.Dataset, name: str, axis: int, dims: int) -> np.ndarray:
    """Return the values of 255 along one axis, in a shape that broadcasts over ``dims`` dimensions."""
    found = np.asarray(json.loads(frame[name].attrs["scale"]), np.float64)
    return found.reshape([-1 if k == axis else 1 for k in range(dims)])


def _bytes(share: np.ndarray) -> np.ndarray:
    return np.round(np.nan_to_num(share).clip(0, 1) * 255).astype(np.uint8)


def _compare(known: Mapping[str, xr.Variable], frame: xr.Dataset) -> None:
    for name, array in known.items():
        ours = {str(d): n for d, n in array.sizes.items() if d not in ("epoch", "recorded_sample")}
        theirs = {str(d): n for d, n in frame[name].sizes.items() if d not in ("epoch", "recorded_sample")}
        if ours != theirs:
            raise DataError(
                f"what_if: {name} of the result has sizes {ours}, the frame has {theirs}; use the run that the Trace was recorded from"
            )
