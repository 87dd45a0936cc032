"""Coupled influence map and its summaries: totals and shares per pair of modalities, mean influence by lag."""

from __future__ import annotations

import numpy as np
import xarray as xr

from mmviz.analysis.blockwise import blockwise
from mmviz.analysis.lag_means import mean_by_lag, pair_counts, sum_over_steps
from mmviz.analysis.per_run import per_run
from mmviz.analysis.trace_groups import group_of, provenance, with_clock
from mmviz.core.options import one_of, takes

_MAP = ["layer", "target_modality", "target_block", "source_modality", "source_block"]
KINDS = ("influence", "effect")


@takes(trace="trace")
@per_run
def influence(trace: xr.DataTree, *, kind: str = "influence") -> xr.Dataset:
    """Return the coupled influence map, the effect of x[n, s] on y[m, t], at the best epoch.

    Parameters
    ----------
    trace
        Recorded with ``influence=True``, of a model with a scan.
    kind
        ``influence``: of a unit input, |K|; ``effect``: of this sample's input, |K·x|.

    Returns
    -------
    xr.Dataset
        ``map`` (recorded_sample, layer, target_modality, target_block, source_modality, source_block): mean over the channels and the pairs of steps of two
        blocks; ``total`` (recorded_sample, layer, target_modality, source_modality): sum of it over all pairs of steps; ``share``: the same,
        divided by its sum over ``source_modality`` (NaN where a modality receives nothing); ``by_lag`` (recorded_sample, layer,
        target_modality, source_modality, lag): mean over the pairs of blocks ``lag`` blocks apart, coordinate ``lag`` in steps.

    Raises
    ------
    DataError
        If the Trace holds no influence map.
    ConfigError
        If ``kind`` is unknown.

    Notes
    -----
    The map is exact for the inputs of the operator with its gates held fixed; it is not the derivative of the model. A row or column is an SSM stream
    of a layer: above layer 1 the streams are mixed, and a stream no longer belongs to its modality alone. :func:`end_to_end` attributes a prediction to
    modalities and steps.
    ``by_lag`` shows how the operator decays. It does not estimate a delay between modalities: an increment stays in the hidden state, so that
    its influence is largest soon after it and not when it is used (a known delay was its largest lag in 0 of 6 models). For a delay
    see :func:`mmviz.recording.cross_modal_lag`.
    """
    one_of(kind, KINDS, "influence: kind")
    model = trace.attrs["model"]["name"]
    remedy = f"record it with mmviz.record(..., influence=True), of a model with a scan (this one is {model!r}; coupled_mamba has one)"
    group = group_of(trace, "influence", remedy)
    values = (
        group[kind]
        .astype(np.float64)
        .transpose("recorded_sample", "layer", "target_modality", "target_block", "source_modality", "source_block")
    )
    width = int(group.attrs["steps_per_block"])
    steps = trace["states"].sizes["time"]
    starts = np.arange(values.sizes["target_block"]) * width
    pairs = pair_counts(values.sizes["target_block"], steps, width)
    to = ["layer", "target_modality", "source_modality"]
    total = blockwise(sum_over_steps, values, core=[_MAP], to=to, pairs=pairs).values
    received = total.sum(-1, keepdims=True)
    by_lag = blockwise(
        mean_by_lag, values, core=[_MAP], to=[*to, "lag"], sizes={"lag": values.sizes["target_block"]}
    ).values
    four = ("recorded_sample", "layer", "target_modality", "source_modality")
    out = xr.Dataset(
        {
            "map": values.drop_vars("epoch", errors="ignore"),
            "total": (four, total),
            "share": (four, total / np.where(received > 0, received, np.nan)),
            "by_lag": ((*four, "lag"), by_lag),
        },
        coords={"lag": starts},
    )
    out["share"].attrs = {"long_name": "share of the total influence on a target modality", "units": "1"}
    out["map"].attrs = {**group[kind].attrs, "steps_per_block": width}
    out["by_lag"].attrs = {"long_name": "mean influence at a lag", "units": "1"}
    out.attrs = {
        "kind": kind,
        "epoch": trace.attrs["best_epoch"],
        "steps": int(steps),
        "steps_per_block": width,
        **provenance(trace),
    }
    return with_clock(out, trace)
