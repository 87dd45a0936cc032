"""Access to a Trace: its groups (with an error that states how to record them), provenance, clock, and several Traces by name."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import xarray as xr

from mmviz.core.errors import ConfigError, DataError
from mmviz.core.subsets import subset_label
from mmviz.trace.combine import runs as runs_of
from mmviz.trace.schema import is_combined


def group_of(trace: xr.DataTree, name: str, remedy: str) -> xr.Dataset:
    """Return a group of a Trace as a Dataset.

    Raises
    ------
    DataError
        If the Trace does not contain it; ``remedy`` says how to record it.
    """
    if name not in trace.children:
        raise DataError(f"Trace: group /{name} is missing; {remedy}")
    return trace[name].to_dataset()


def coalition_group(trace: xr.DataTree, name: str = "coalitions") -> xr.Dataset:
    """Return the group ``/coalitions`` or ``/prefixes``; DataError where predictions of subsets were not recorded."""
    return group_of(trace, name, "record it with mmviz.record(..., coalitions=True)")


def sample_groups(trace: xr.DataTree) -> np.ndarray:
    """Return the name of the group (recording, speaker, video) of every sample, "" where unknown."""
    return trace["samples"].to_dataset()["group"].values.astype(str)


def trained_coalitions(trace: xr.DataTree | xr.Dataset) -> np.ndarray | None:
    """Return whether training met each coalition; None where the Trace does not contain it (no coalitions, an older run)."""
    if not isinstance(trace, xr.DataTree) or "coalitions" not in trace.children:
        return None
    group = trace["coalitions"].to_dataset()
    return group["trained"].values if "trained" in group else None


def training_coverage(trace: xr.DataTree | xr.Dataset) -> dict[str, Any]:
    """Return the attributes ``untrained`` and ``untrained_subsets`` of a result about coalitions; nothing where this is unknown.

    ``untrained`` is a sentence for captions, "" where training met every non-empty subset; ``untrained_subsets`` are the labels of the others.
    The empty set does not count: no training meets it unless samples lack all modalities.
    """
    trained = trained_coalitions(trace)
    if trained is None:
        return {}
    members = trace["coalitions"].to_dataset()["members"].transpose("coalition", "modality").values
    unmet = [subset_label(trace.attrs["modalities"], row) for row in members[~trained] if row.any()]
    text = f"{len(unmet)} of {len(members) - 1} subsets were not met in training: their values are out of distribution"
    return {"untrained": text if unmet else "", "untrained_subsets": unmet}


def require_scan(trace: xr.DataTree, place: str) -> None:
    """Raise DataError where the model has no scan and so no hidden states; names models that have."""
    if trace["states"].sizes["layer"] == 0:
        raise DataError(
            f"{place}: model {trace.attrs['model']['name']!r} has no scan, so the Trace holds no states (/states has 0 layers); "
            "record a model with states, such as coupled_mamba or late"
        )


def provenance(data: xr.DataTree | xr.Dataset) -> dict[str, object]:
    """Return data set, split, model, seed and kernel backend of a Trace, for the attributes of a result."""
    return {
        **{name: data.attrs[name] for name in ("dataset", "split", "backend")},
        "model": data.attrs["model"]["name"],
        "seed": data.attrs["train"]["seed"],
    }


def with_clock(found: xr.Dataset, trace: xr.DataTree) -> xr.Dataset:
    """Return a result with coordinates ``begin_s`` and ``end_s`` (recorded_sample): the time range of its steps, in seconds.

    Without timestamps in the Trace the result is returned unchanged.
    """
    if "clock" not in trace.children:
        return found
    clock = trace["clock"].to_dataset()
    edges = {"begin_s": clock["start"].isel(time=0), "end_s": clock["stop"].isel(time=-1)}
    return found.assign_coords({name: ("recorded_sample", edge.values, {"units": "s"}) for name, edge in edges.items()})


def traces_by_name(place: str, traces: xr.DataTree | Mapping[str, xr.DataTree]) -> dict[str, xr.DataTree]:
    """Return {run name: Trace}; a single Trace gets the name of its model, a combined Trace is replaced by its runs.

    The runs of a combined Trace in a mapping are named "name, run".

    Raises
    ------
    ConfigError
        If there is none, or an entry is not a Trace.
    DataError
        If the Traces do not have the same modalities in the same order.
    """
    given = traces if isinstance(traces, Mapping) and not isinstance(traces, xr.DataTree) else {"": traces}
    runs: dict[str, xr.DataTree] = {}
    for name, trace in given.items():
        if not isinstance(trace, xr.DataTree):
            raise ConfigError(f"{place}: traces[{name!r}] is a {type(trace).__name__}, expected a Trace")
        if is_combined(trace):
            runs |= {f"{name}, {run}" if name else run: member for run, member in runs_of(trace).items()}
        else:
            runs[name or trace.attrs["model"]["name"]] = trace
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


def shared_provenance(runs: Mapping[str, xr.DataTree]) -> dict[str, object]:
    """Return the provenance of several runs: a value where they agree, otherwise all of them, separated by commas."""
    rows = [provenance(t) | {"task": t.attrs["task"]["kind"]} for t in runs.values()]
    out: dict[str, object] = {}
    for name in ("dataset", "split", "model", "seed", "task"):
        distinct = list(dict.fromkeys(row[name] for row in rows))
        out[name] = distinct[0] if len(distinct) == 1 else ", ".join(map(str, distinct))
    return out
