"""The curves of a training for the live view, one column each."""

from __future__ import annotations

import numpy as np
import xarray as xr

from mmviz.analysis import equilibrium, prefix_shapley
from mmviz.analysis.explained import is_labelled

#: columns that say nothing about the model
_LEFT_OUT = ("seconds", "seconds_measure", "cost_share")
#: columns that share a chart, or whose name says too little; the first ones stand first
_CHARTS = {
    "contribution": "contribution, held out",
    **dict.fromkeys(("E1", "E2", "E3"), "deviation (readings), held out"),
    "contribution_smoothed": "contribution, smoothed",
    "share": "share of the contribution",
    "deviation": "deviation from even shares",
    "score_alone": "score alone, held out",
    **dict.fromkeys(("worth_of_all", "worth_of_none"), "worth, held out"),
    **dict.fromkeys(("train_loss", "valid_loss"), "loss"),
}


def training_part(trace: xr.DataTree) -> xr.Dataset:
    """Return ``history`` (history_epoch, curve), NaN where an epoch has no value.

    Coordinates of ``curve``: its name; ``chart``: the chart it belongs to (losses share one, so do the modalities of one
    quantity); ``curve_modality``: the modality's name, or "". A training that measured itself (``fit(..., measure=True)``) brings
    contributions and deviations of its held-out slice. Without, there are the mean contributions to the whole sequence of the traced
    samples, and for two and more modalities of labelled samples the deviation E1 of the same samples, which is a reading (see
    :func:`mmviz.analysis.equilibrium`).
    """
    history = trace["history"].to_dataset()
    names = [str(name) for name in trace.attrs["modalities"]]
    columns: list[tuple[str, str, str, xr.DataArray]] = []
    if "contribution" not in history:
        whole = prefix_shapley(trace)["phi"].isel(time=-1).mean("traced")
        columns += [("contribution, traced samples", n, n, whole.isel(modality=m)) for m, n in enumerate(names)]
        if len(names) > 1 and is_labelled(trace["samples"]["target"]):
            even = equilibrium(trace, per_epoch=True)["E1"]
            columns.append(("deviation E1 (a reading)", "E1", "", even))
    told = list(map(str, history.data_vars))
    for key in [*(key for key in _CHARTS if key in told), *(key for key in told if key not in _CHARTS)]:
        values, chart = history[key], _CHARTS.get(key, key.replace("_", " "))
        if key in _LEFT_OUT or values.dtype.kind not in "biuf":
            continue
        if "modality" in values.dims:
            columns += [(chart, n, n, values.isel(modality=m)) for m, n in enumerate(names)]
        else:
            columns.append((chart, key.replace("_", " "), "", values))
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
