"""Parts of the live view's frame that are there where the Trace holds their data."""

from __future__ import annotations

import json

import numpy as np
import xarray as xr

from mmviz.analysis import influence, shapley, trajectories
from mmviz.errors import DataError
from mmviz.plots.shapley import shapley_frame


def overall_part(trace: xr.DataTree) -> xr.Dataset:
    """Return ``phi_mean``, ``phi_low``, ``phi_high`` (modality) of :func:`mmviz.plots.shapley_frame`: all samples, best epoch."""
    summary = shapley_frame(shapley(trace))
    part = xr.Dataset({f"phi_{name}": summary[name].astype(np.float32) for name in ("mean", "low", "high")})
    part["phi_mean"].attrs = {"n_samples": summary.attrs["n_samples"]}
    return part


def paths_part(trace: xr.DataTree) -> xr.Dataset:
    """Return ``path`` (traced, layer, modality, time, axis), ``path_share`` (traced, layer, axis) and ``heard``.

    The plane of each layer is that of :func:`mmviz.analysis.trajectories`; ``path_share`` is the share of variance it shows;
    ``heard`` (traced, layer, modality, source) is W. A layer without a plane (states not finite) is NaN.
    """
    planes: list[xr.Dataset | None] = []
    for layer in range(trace["operator"].sizes["layer"]):
        try:
            planes.append(trajectories(trace, layer=layer))
        except DataError:
            planes.append(None)
    operator = trace["operator"].to_dataset()
    sizes = {dim: operator.sizes[dim] for dim in ("traced", "modality", "time")}
    nowhere = np.full((*sizes.values(), 2), np.nan)
    place = np.stack([nowhere if p is None else p["position"].values for p in planes], 1)
    share = np.stack([[np.nan, np.nan] if p is None else p["explained"].values for p in planes])
    return xr.Dataset(
        {
            "path": (("traced", "layer", "modality", "time", "axis"), place.astype(np.float32)),
            "path_share": (
                ("traced", "layer", "axis"),
                np.broadcast_to(share, (sizes["traced"], *share.shape)).astype(np.float32),
            ),
            "heard": (("traced", "layer", "modality", "source"), operator["W"].values.astype(np.float32)),
        }
    )


def influence_part(trace: xr.DataTree) -> xr.Dataset:
    """Return ``influence`` uint8 (traced, layer, modality, block, source, source_block), or nothing; best epoch.

    (byte / 255)² · scale of its layer is the value of :func:`mmviz.analysis.influence`: a root, as small influences matter.
    """
    if "influence" not in trace.children:
        return xr.Dataset()
    seen = influence(trace)["map"]
    values = seen.transpose("traced", "layer", "modality", "block", "source", "source_block")
    quantised, root = byte_map(values**0.5, "layer")
    quantised.attrs = {"scale": json.dumps([top**2 for top in root])}
    return xr.Dataset({"influence": quantised}, coords={"block": seen["block"].values})


def routing_part(trace: xr.DataTree) -> xr.Dataset:
    """Return ``routing`` uint8 (epoch, traced, layer, modality, time, expert), 255 = weight 1, or nothing."""
    if "routing" not in trace.children:
        return xr.Dataset()
    group = trace["routing"].to_dataset()
    weight = group["weight"].transpose("epoch", "traced", "layer", "modality", "time", "expert")
    share = (weight.fillna(0).clip(0, 1) * 255).round().astype(np.uint8)
    return xr.Dataset({"routing": share.drop_vars(["layer", "owner"], errors="ignore")}).assign_coords(
        expert=[str(name) for name in group["expert"].values],
        owner=("expert", [str(name) for name in group["owner"].values]),
    )


def transport_part(trace: xr.DataTree) -> xr.Dataset:
    """Return ``plan`` and ``cost`` uint8 (traced, pair, time, anchor_time), ``distance`` (epoch, traced, pair), or nothing."""
    if "transport" not in trace.children:
        return xr.Dataset()
    group = trace["transport"].to_dataset()
    maps = {}
    for name in ("plan", "cost"):
        maps[name], scale = byte_map(group[name].transpose("traced", "pair", "time", "anchor_time"), "pair")
        maps[name].attrs = {"scale": json.dumps(scale)}
    distance = group["distance"].transpose("epoch", "traced", "pair").astype(np.float32)
    part = xr.Dataset({**maps, "distance": distance}).drop_vars(["source", "anchor"], errors="ignore")
    return part.assign_coords(
        pair_source=("pair", [str(name) for name in group["source"].values]),
        pair_anchor=("pair", [str(name) for name in group["anchor"].values]),
    )


def byte_map(values: xr.DataArray, per: str) -> tuple[xr.DataArray, list[float]]:
    """Return values ≥ 0 as uint8 and, for each entry of dimension ``per``, what 255 stands for: its largest finite value."""
    known = values.astype(np.float64).where(np.isfinite(values)).drop_vars(list(values.coords), errors="ignore")
    rest = [dim for dim in known.dims if dim != per]
    top = known.max(rest).fillna(0)
    top = top.where(top > 0, 1.0)
    share = (known / top).fillna(0).clip(0, 1).transpose(*values.dims)
    return (share * 255).round().astype(np.uint8), [float(v) for v in top.values]
