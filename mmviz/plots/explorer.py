"""The frame of the live view: everything the browser shows, as named arrays."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import xarray as xr

from mmviz.analysis import prefix_shapley, states
from mmviz.errors import DataError
from mmviz.plots import theme


def explorer_frame(trace: xr.DataTree, *, channels: int = 32) -> xr.Dataset:
    """Return what :class:`mmviz.widgets.Explorer` shows.

    ``state`` uint8 (epoch, traced, layer, modality, time, channel), 255 = ``scale`` of its layer; ``state_valid``;
    ``prediction`` (epoch, traced, time, output): the answer from the steps up to this one; ``contribution`` and
    ``baseline`` (…, modality): exact Shapley values of that answer; ``coupling``; ``half_life`` (layer, modality, channel), median over
    the states, in steps; per modality ``signal_<name>`` and ``signal_valid_<name>``.

    Parameters
    ----------
    trace
        Recorded with ``coalitions=True``.
    channels
        Channels shown per layer and modality, see :func:`mmviz.analysis.states`.

    Raises
    ------
    DataError
        If the Trace holds no coalitions.
    """
    if "prefixes" not in trace.children:
        raise DataError("Explorer: the Trace was recorded with coalitions=False; record it again with coalitions=True")
    summary = states(trace, channels=channels)
    prefixes = trace["prefixes"].to_dataset()
    phi = prefix_shapley(trace)
    traced = prefixes["traced"].values
    samples = trace["samples"].to_dataset().isel(sample=traced)
    state, scale = _quantised(summary["norm"], summary["valid"])
    typical = summary["half_life"].median("state").isel(channel_all=summary["channel"])
    frame = xr.Dataset(
        {
            "state": state,
            "state_valid": summary["valid"],
            "prediction": prefixes["answer"].isel(coalition=-1).astype(np.float32),
            "contribution": phi["phi"].astype(np.float32),
            "baseline": phi["baseline"].astype(np.float32),
            "coupling": summary["coupling"].astype(np.float32),
            "half_life": typical.rename(rank="channel").drop_vars("channel_all", errors="ignore").astype(np.float32),
            **_signals(trace),
        },
    )
    frame = frame.assign_coords(
        sample_id=("traced", samples["id"].values),
        target=("traced", samples["target"].values),
        layer=np.arange(1, frame.sizes["layer"] + 1),
        channel=np.arange(frame.sizes["channel"]),
        channel_index=(("layer", "modality", "channel"), summary["channel"].values),
    )
    frame["state"].attrs = {"scale": json.dumps(scale), "long_name": "state norm", "unit": "1"}
    frame.attrs = _attrs(trace, phi)
    return frame


def _quantised(norm: xr.DataArray, valid: xr.DataArray) -> tuple[xr.DataArray, list[float]]:
    """Return uint8 on one scale per layer (:func:`mmviz.plots.theme.top_of` the valid steps); diverged states saturate."""
    norm = norm.astype(np.float64)
    scale = [theme.top_of(norm.isel(layer=i).where(valid).values) for i in range(norm.sizes["layer"])]
    share = (norm / xr.DataArray(scale, dims="layer")).fillna(1).clip(0, 1)
    return (share * 255).round().astype(np.uint8).rename(rank="channel"), scale


def _signals(trace: xr.DataTree) -> dict[str, xr.DataArray]:
    out: dict[str, xr.DataArray] = {}
    for name in trace.attrs["modalities"]:
        data = trace["inputs"][name].to_dataset()
        renamed = data.rename(frame=f"frame_{name}", feature=f"feature_{name}")
        signal = renamed["value"].astype(np.float32).where(renamed["valid"], np.float32(0))
        signal.attrs = {"unit": data["value"].attrs.get("units", ""), "rate_hz": data.attrs["rate_hz"] or ""}
        out[f"signal_{name}"] = signal
        out[f"signal_valid_{name}"] = renamed["valid"]
    return out


def _attrs(trace: xr.DataTree, phi: xr.Dataset) -> dict[str, Any]:
    return {
        "title": f"Coupled states — {trace.attrs['dataset']}",
        "dataset": trace.attrs["dataset"],
        "split": trace.attrs["split"],
        "model": trace.attrs["model"]["name"],
        "task": trace.attrs["task"]["kind"],
        "target_name": phi.attrs["units"],
        "best_epoch": trace.attrs["best_epoch"],
        "align": trace.attrs["steps"]["align"],
        "notes": json.dumps(trace.attrs["notes"]),
    }
