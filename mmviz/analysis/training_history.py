"""Training history of one or several runs, as arrays over run and epoch."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import xarray as xr

from mmviz.analysis.per_run import run_marks
from mmviz.analysis.trace_groups import shared_provenance, traces_by_name
from mmviz.core.errors import DataError
from mmviz.metrics.imbalance import LIMITS, imbalance_e1, imbalance_e2


def training(traces: xr.DataTree | Mapping[str, xr.DataTree]) -> xr.Dataset:
    """Return the training history as arrays over run and epoch.

    Parameters
    ----------
    traces
        A Trace, a combined Trace, or several by the name of their run.

    Returns
    -------
    xr.Dataset
        Each numeric variable of ``/history`` with dimensions (run, epoch) or (run, epoch, modality); NaN at epochs, and in
        runs, without it. Where a run recorded ``contribution``, also ``E1`` and ``E2`` (run, epoch): modality imbalance, our
        interpretation, see :func:`mmviz.analysis.imbalance`. Coordinate ``best_epoch`` (run).

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
        for variant, function in (("E1", imbalance_e1), ("E2", imbalance_e2)):
            out[variant] = (dims, function(phi.values))
            out[variant].attrs = {
                "interpretation": f"modality imbalance {variant}, our interpretation; {LIMITS[variant]}"
            }
    out = out.assign_coords(
        run=list(runs), best_epoch=("run", [int(trace.attrs["best_epoch"]) for trace in runs.values()])
    ).transpose("run", "epoch", ...)
    out.attrs = shared_provenance(runs) | run_marks(traces)
    return out


def _history(name: str, trace: xr.DataTree) -> xr.Dataset:
    data = trace["history"].to_dataset()
    if not data.data_vars or not data.sizes.get("epoch"):
        raise DataError(
            f"training: /history of run {name!r} is empty; its training ended before the first epoch was complete"
        )
    numeric = [str(n) for n, v in data.data_vars.items() if v.dtype.kind in "biuf"]
    out = data[numeric].astype(np.float64)
    if "modality" in out.dims and "modality" not in out.coords:
        out = out.assign_coords(modality=list(trace.attrs["modalities"]))
    return out
