"""Training history of one or several runs, as arrays over run and epoch."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import xarray as xr

from mmviz.analysis.imbalance import imbalance_e1, imbalance_e2
from mmviz.core.errors import ConfigError, DataError


def training(traces: xr.DataTree | Mapping[str, xr.DataTree]) -> xr.Dataset:
    """Return what was noted at every epoch.

    Parameters
    ----------
    traces
        A Trace, or several by the name of their run.

    Returns
    -------
    xr.Dataset
        Each numeric variable of ``/history`` with dimensions (run, epoch) or (run, epoch, modality); NaN at epochs, and in
        runs, that lack it. Where a run noted ``contribution``, also ``E1`` and ``E2`` (run, epoch): readings of the
        equilibrium deviation, see :func:`mmviz.analysis.imbalance`. Coordinate ``best_epoch`` (run).

    Raises
    ------
    DataError
        If a history is empty, or the runs have different modalities.
    """
    runs = traces_by_name("training", traces)
    parts = [_history(name, trace) for name, trace in runs.items()]
    out = xr.concat(parts, dim="run", join="outer", data_vars="all", coords="different", compat="equals")
    if "contribution" in out and out.sizes["modality"] > 1:
        phi = out["contribution"].transpose(..., "modality")
        dims = phi.dims[:-1]
        for reading, function in (("E1", imbalance_e1), ("E2", imbalance_e2)):
            out[reading] = (dims, function(phi.values))
            out[reading].attrs = {
                "interpretation": f"modality imbalance {reading}, our interpretation; 0 is equilibrium"
            }
    out = out.assign_coords(
        run=list(runs), best_epoch=("run", [int(trace.attrs["best_epoch"]) for trace in runs.values()])
    ).transpose("run", "epoch", ...)
    out.attrs = shared_attrs(runs)
    return out


def traces_by_name(place: str, traces: xr.DataTree | Mapping[str, xr.DataTree]) -> dict[str, xr.DataTree]:
    """Return {run name: Trace}; a single Trace gets the name of its model.

    Raises
    ------
    ConfigError
        If there is none, or what is given is no Trace.
    DataError
        If the Traces are not of the same modalities in the same order.
    """
    runs = {traces.attrs["model"]["name"]: traces} if isinstance(traces, xr.DataTree) else dict(traces)
    for name, trace in runs.items():
        if not isinstance(trace, xr.DataTree):
            raise ConfigError(f"{place}: traces[{name!r}] is a {type(trace).__name__}, expected a Trace")
    if not runs:
        raise ConfigError(f"{place}: no Trace was given; pass one, or a dict of name and Trace")
    first = next(iter(runs.values())).attrs["modalities"]
    for name, trace in runs.items():
        if trace.attrs["modalities"] != first:
            raise DataError(
                f"{place}: run {name!r} has the modalities {trace.attrs['modalities']}, the first run has {first}; "
                "compare runs on the same data"
            )
    return runs


def shared_attrs(runs: Mapping[str, xr.DataTree]) -> dict[str, object]:
    """Return the provenance of several runs: a value where they agree, else all of them, by comma."""

    def joined(values: list[object]) -> object:
        distinct = list(dict.fromkeys(values))
        return distinct[0] if len(distinct) == 1 else ", ".join(map(str, distinct))

    traces = list(runs.values())
    return {
        "dataset": joined([t.attrs["dataset"] for t in traces]),
        "split": joined([t.attrs["split"] for t in traces]),
        "model": joined([t.attrs["model"]["name"] for t in traces]),
        "seed": joined([t.attrs["train"]["seed"] for t in traces]),
        "task": joined([t.attrs["task"]["kind"] for t in traces]),
    }


def _history(name: str, trace: xr.DataTree) -> xr.Dataset:
    data = trace["history"].to_dataset()
    if not data.data_vars or not data.sizes.get("epoch"):
        raise DataError(f"training: /history of run {name!r} is empty; its training ended before the first epoch did")
    numeric = [str(n) for n, v in data.data_vars.items() if v.dtype.kind in "biuf"]
    out = data[numeric].astype(np.float64)
    if "modality" in out.dims and "modality" not in out.coords:
        out = out.assign_coords(modality=list(trace.attrs["modalities"]))
    return out
