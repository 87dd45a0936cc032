"""Groups of the Explorer's frame: overall Shapley values, trajectories, influence, routing, transport, the sample list, training curves."""

from __future__ import annotations

import json

import numpy as np
import xarray as xr

from mmviz.analysis import imbalance, influence, prefix_shapley, retraining, shapley, trajectories
from mmviz.analysis.game import is_labelled
from mmviz.analysis.lag import sequence_lags
from mmviz.analysis.retraining import interval_caution, score_bounds
from mmviz.core.errors import DataError
from mmviz.core.subsets import subset_label
from mmviz.plots.explorer_overview import listed_samples
from mmviz.plots.frames import history_label
from mmviz.plots.shapley import shapley_frame


def overall_shapley_group(trace: xr.DataTree) -> xr.Dataset:
    """Return ``phi_mean``, ``phi_low``, ``phi_high`` (modality) of :func:`mmviz.plots.shapley_frame`: all samples, selected epoch."""
    summary = shapley_frame(shapley(trace))
    part = xr.Dataset({f"phi_{name}": summary[name].astype(np.float32) for name in ("mean", "low", "high")})
    part["phi_mean"].attrs = {name: summary.attrs[name] for name in ("n_samples", "n_groups", "interval")}
    return part


#: attributes of the value by retraining that the page shows
RETRAINING_TEXTS = ("units", "interval", "harm", "harm_text", "budget")


def retraining_group(trace: xr.DataTree) -> xr.Dataset:
    """Return ``retrained``, ``masked`` (statistic, coalition) and ``gap`` (statistic, modality) of :func:`mmviz.analysis.retraining`, or nothing."""
    if "retrained" not in trace.children:
        return xr.Dataset()
    found = retraining(trace)
    part = found[["retrained", "masked", "gap"]].astype(np.float32).drop_vars("statistic")
    labels = [
        subset_label(map(str, found["modality"].values), members, empty="none") for members in found["members"].values
    ]
    low, high, cut = score_bounds(str(found.attrs["units"]))
    best = labels.index(found.attrs["best_subset"]) if found.attrs["best_subset"] else -1
    part["retrained"].attrs = {key: str(found.attrs[key]) for key in RETRAINING_TEXTS} | {
        "best": best,
        "caution": interval_caution(found),
        "bounds": (low, high),
        "cut": cut,
    }
    part.attrs = {}
    return part.assign_coords({key: ("modality", found[key].values.astype(str)) for key in ("verdict", "explanation")})


def trajectory_group(trace: xr.DataTree) -> xr.Dataset:
    """Return ``path`` (recorded_sample, layer, modality, time, axis), ``path_share`` (recorded_sample, layer, axis) and ``path_coupling``.

    The plane of each layer is that of :func:`mmviz.analysis.trajectories`; ``path_share`` is the share of variance it explains;
    ``path_coupling`` (recorded_sample, layer, target_modality, source_modality) is W. A layer whose states are not finite is NaN. Nothing where
    the Trace holds no states ``/operator/h``: the scans of its modalities have different shapes.
    """
    if "operator" not in trace.children or "h" not in trace["operator"]:
        return xr.Dataset()
    planes: list[xr.Dataset | None] = []
    for layer in range(trace["operator"].sizes["layer"]):
        try:
            planes.append(trajectories(trace, layer=layer))
        except DataError:
            planes.append(None)
    operator = trace["operator"].to_dataset()
    sizes = {dim: operator.sizes[dim] for dim in ("recorded_sample", "modality", "time")}
    no_position = np.full((*sizes.values(), 2), np.nan)
    position = np.stack([no_position if p is None else p["position"].values for p in planes], 1)
    share = np.stack([[np.nan, np.nan] if p is None else p["explained"].values for p in planes])
    return xr.Dataset(
        {
            "path": (("recorded_sample", "layer", "modality", "time", "axis"), position.astype(np.float32)),
            "path_share": (
                ("recorded_sample", "layer", "axis"),
                np.broadcast_to(share, (sizes["recorded_sample"], *share.shape)).astype(np.float32),
            ),
            "path_coupling": (
                ("recorded_sample", "layer", "target_modality", "source_modality"),
                operator["W"].values.astype(np.float32),
            ),
        }
    )


def influence_group(trace: xr.DataTree) -> xr.Dataset:
    """Return ``influence`` uint8 (recorded_sample, layer, target_modality, target_block, source_modality, source_block), or nothing; selected epoch.

    (byte / 255)² · scale of the layer is the value of :func:`mmviz.analysis.influence`; the square root keeps small influences visible.
    """
    if "influence" not in trace.children:
        return xr.Dataset()
    influence_map = influence(trace)["map"]
    values = influence_map.transpose(
        "recorded_sample", "layer", "target_modality", "target_block", "source_modality", "source_block"
    )
    quantised, root = quantized_map(values**0.5, "layer")
    quantised.attrs = {"scale": json.dumps([top**2 for top in root])}
    return xr.Dataset({"influence": quantised}, coords={"target_block": influence_map["target_block"].values})


def routing_group(trace: xr.DataTree) -> xr.Dataset:
    """Return ``routing`` uint8 (epoch, recorded_sample, layer, modality, time, expert), 255 = weight 1, or nothing."""
    if "routing" not in trace.children:
        return xr.Dataset()
    group = trace["routing"].to_dataset()
    weight = group["weight"].transpose("epoch", "recorded_sample", "layer", "modality", "time", "expert")
    share = (weight.fillna(0).clip(0, 1) * 255).round().astype(np.uint8)
    return xr.Dataset({"routing": share.drop_vars(["layer", "expert_modality"], errors="ignore")}).assign_coords(
        expert=[str(name) for name in group["expert"].values],
        expert_modality=("expert", [str(name) for name in group["expert_modality"].values]),
    )


def transport_group(trace: xr.DataTree) -> xr.Dataset:
    """Return ``plan`` and ``cost`` uint8 (recorded_sample, pair, time, anchor_time), ``distance`` (epoch, recorded_sample, pair), or nothing.

    And ``estimated_lag`` (recorded_sample, pair) of :func:`mmviz.analysis.transport`.
    """
    if "transport" not in trace.children:
        return xr.Dataset()
    group = trace["transport"].to_dataset()
    maps = {}
    for name in ("plan", "cost"):
        maps[name], scale = quantized_map(
            group[name].transpose("recorded_sample", "pair", "time", "anchor_time"), "pair"
        )
        maps[name].attrs = {"scale": json.dumps(scale)}
    distance = group["distance"].transpose("epoch", "recorded_sample", "pair").astype(np.float32)
    lags = estimated_lags(group)
    part = xr.Dataset({**maps, "distance": distance, "estimated_lag": lags}).drop_vars(
        ["source", "anchor"], errors="ignore"
    )
    return part.assign_coords(
        pair_source=("pair", [str(name) for name in group["source"].values]),
        pair_anchor=("pair", [str(name) for name in group["anchor"].values]),
    )


def estimated_lags(group: xr.Dataset) -> xr.DataArray:
    """Return the estimated lag (recorded_sample, pair) of each sequence of a group ``/transport``, NaN where no lag stands out."""
    plan, cost = (
        group[name].transpose("recorded_sample", "pair", "time", "anchor_time").values.astype(np.float64)
        for name in ("plan", "cost")
    )
    return xr.DataArray(sequence_lags(plan, cost).astype(np.float32), dims=("recorded_sample", "pair"))


def quantized_map(values: xr.DataArray, per: str) -> tuple[xr.DataArray, list[float]]:
    """Return values ≥ 0 as uint8 and, for each entry of dimension ``per``, the value of 255: its largest finite value."""
    known = values.astype(np.float64).where(np.isfinite(values)).drop_vars(list(values.coords), errors="ignore")
    rest = [dim for dim in known.dims if dim != per]
    top = known.max(rest).fillna(0)
    top = top.where(top > 0, 1.0)
    share = (known / top).fillna(0).clip(0, 1).transpose(*values.dims)
    return (share * 255).round().astype(np.uint8), [float(v) for v in top.values]


#: text in place of a target where the data have no labels
NO_LABEL = "–"


def sample_list_group(trace: xr.DataTree, *, most: int) -> xr.Dataset:
    """Return one row for each listed sample, at the selected epoch.

    ``listed_phi`` (listed, modality): its Shapley values; ``listed_prediction``: probability of the true class (without labels, of the
    predicted one), or the predicted value; ``listed_correct``: 1, 0, or NaN for a regression and without labels; ``listed_recorded``: its
    index among the recorded samples, or -1. Text coordinates: ``listed_id``, ``listed_target``, ``listed_predicted``.

    Parameters
    ----------
    trace
        Recorded with ``coalitions=True``.
    most
        Largest number of rows, see :func:`mmviz.plots.explorer_overview.listed_samples`. ``listed_phi.attrs["total"]`` is the number of
        all samples.
    """
    phi = shapley(trace)
    samples = trace["samples"].to_dataset()
    prediction = trace["coalitions"].to_dataset()["prediction"].isel(coalition=-1).transpose("sample", "output").values
    recorded_samples = trace["prefixes"].to_dataset()["recorded_sample"].values
    kept = listed_samples(trace, most)
    position = np.full(len(prediction), -1)
    position[recorded_samples] = np.arange(len(recorded_samples))
    target = samples["target"].values
    labelled, no_labels = is_labelled(target), np.full(len(prediction), NO_LABEL)
    if trace.attrs["task"]["kind"] == "classification":
        names = np.asarray(trace.attrs["task"]["classes"], dtype=str)
        predicted = np.nan_to_num(prediction, nan=-1).argmax(1)
        correct = np.where(np.isfinite(prediction).all(1) & labelled, (predicted == target).astype(float), np.nan)
        texts = [names[target] if labelled else no_labels, names[predicted]]
    else:
        correct = np.full(len(prediction), np.nan)
        texts = [np.array([f"{v:.4g}" for v in values]) for values in (target, prediction[:, 0])]
        texts[0] = texts[0] if labelled else no_labels
    part = xr.Dataset(
        {
            "listed_phi": (("listed", "modality"), phi["phi"].transpose("sample", "modality").values[kept]),
            "listed_prediction": ("listed", phi["full"].values[kept]),
            "listed_correct": ("listed", correct[kept]),
            "listed_recorded": ("listed", position[kept]),
        },
        coords={
            "listed_id": ("listed", samples["id"].values[kept]),
            "listed_target": ("listed", texts[0][kept]),
            "listed_predicted": ("listed", texts[1][kept]),
        },
    )
    part = part.astype(np.float32)
    part["listed_phi"].attrs = {"total": len(prediction)}
    return part


#: columns of the history that are not drawn: running time, and a constant
NOT_DRAWN = ("seconds", "seconds_monitor", "cost_share", "contribution_samples")
#: column of the history -> title of its chart; these charts come first, in this order
CHARTS = {
    **dict.fromkeys(("value_full_model", "value_baseline"), "values v(all) and v(∅), held-out"),
    "unimodal_score": "unimodal score, held-out",
    "contribution": "Shapley value, held-out",
    **dict.fromkeys(("EDM", "EDM_share"), "equilibrium deviation EDM (not a measure of quality), held-out"),
    **dict.fromkeys(("E1", "E2", "E3"), "imbalance (our interpretations; not a measure of quality), held-out"),
    "contribution_smoothed": "Shapley value, smoothed",
    "share": "share of the Shapley value",
    "deviation": "deviation from equal shares",
    **dict.fromkeys(("train_loss", "valid_loss"), "loss"),
    "loss": "unimodal loss",  # by modality: not in the chart of the losses of the whole model
}


def training_curve_group(trace: xr.DataTree) -> xr.Dataset:
    """Return ``history`` (history_epoch, curve), NaN where an epoch has no value.

    Coordinates of ``curve``: its name; ``chart``: title of its chart (the losses share one, as do the modalities of one quantity);
    ``curve_modality``: the modality's name, or "". Where the training did not measure contributions (``fit(..., monitor=True)``), the
    curves are the mean Shapley values of the recorded samples for the whole sequence and, for labelled samples with two or more
    modalities, their imbalance E1 (our interpretation, see :func:`mmviz.analysis.imbalance`).
    """
    history = trace["history"].to_dataset()
    names = [str(name) for name in trace.attrs["modalities"]]
    columns: list[tuple[str, str, str, xr.DataArray]] = []
    if "contribution" not in history:
        whole = prefix_shapley(trace)["phi"].isel(time=-1).mean("recorded_sample")
        # the recorded samples are chosen, not random: no estimate for the split
        columns += [
            ("Shapley value, mean of the recorded samples (chosen, not random)", n, n, whole.isel(modality=m))
            for m, n in enumerate(names)
        ]
        if len(names) > 1 and is_labelled(trace["samples"]["target"]):
            e1 = imbalance(trace, per_epoch=True)["E1"]
            columns.append(
                ("imbalance E1 of the recorded samples (our interpretation; not a measure of quality)", "E1", "", e1)
            )
    keys = list(map(str, history.data_vars))
    for key in [*(key for key in CHARTS if key in keys), *(key for key in keys if key not in CHARTS)]:
        values, chart = history[key], CHARTS.get(key, history_label(key))
        if key in NOT_DRAWN or values.dtype.kind not in "biuf":
            continue
        if "modality" in values.dims:
            columns += [(chart, n, n, values.isel(modality=m)) for m, n in enumerate(names)]
        else:
            columns.append((chart, history_label(key), "", values))
    known = [c for c in columns if "epoch" in c[3].coords]
    epochs = np.unique(np.concatenate([c[3]["epoch"].values for c in known])).astype(int)
    table = np.full((len(epochs), len(known)), np.nan, np.float32)
    for k, (_, _, _, values) in enumerate(known):
        table[np.searchsorted(epochs, values["epoch"].values), k] = values.values
    return xr.Dataset(
        {"history": (("history_epoch", "curve"), table)},
        coords={
            "history_epoch": epochs,
            "curve": [c[1] for c in known],
            "chart": ("curve", [c[0] for c in known]),
            "curve_modality": ("curve", [c[2] for c in known]),
        },
    )
