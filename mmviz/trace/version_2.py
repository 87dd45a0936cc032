"""Conversion of a Trace of schema version 2 (mmviz 0.1 before the renaming) to the current names of variables and dimensions."""

from __future__ import annotations

from typing import TYPE_CHECKING

import xarray as xr

if TYPE_CHECKING:
    from collections.abc import Mapping

#: group -> old name of a variable, coordinate or dimension -> its name in version 3
RENAMED: dict[str, dict[str, str]] = {
    "coalitions": {"answer": "prediction"},
    "prefixes": {"answer": "prediction"},
    "influence": {"modality": "target_modality", "block": "target_block", "source": "source_modality"},
    "routing": {"owner": "expert_modality"},
    "states": {"source": "source_modality"},
    "operator": {"source": "source_modality"},
    "history": {
        "score_alone": "unimodal_score",
        "worth_of_all": "value_full_model",
        "worth_of_none": "value_baseline",
        "clipped": "clipped_steps",
        "seconds_measure": "seconds_monitor",
        "turn": "update_order",
        "kept": "available_share",
        "contribution_now": "batch_contribution",
        "blend": "blend_weight",
        "blend_all": "blend_weight_joint",
    },
}
#: dimension of every group with recorded samples
EVERYWHERE = {"traced": "recorded_sample"}
#: matrices of coupling weights: the rows are targets
COUPLINGS = {"states": "coupling", "operator": "W"}


def from_version_2(trace: xr.DataTree) -> xr.DataTree:
    """Return the Trace with the names of schema version 3; no value changes and lazy values stay lazy.

    Parameters
    ----------
    trace
        A tree whose attribute ``schema`` is 2.
    """
    groups = {"/": xr.Dataset()}
    for node in trace.subtree:
        if node.path != "/":
            groups[node.path] = _renamed(node.path.split("/")[1], node.to_dataset())
    out = xr.DataTree.from_dict(groups)
    out.attrs = {**trace.attrs, "schema": 3}
    return out


def _renamed(group: str, data: xr.Dataset) -> xr.Dataset:
    coupling = COUPLINGS.get(group, "")
    if coupling in data and "modality" in data[coupling].dims:
        target = data[coupling].rename(_present({"modality": "target_modality"}, data[coupling]))
        data = data.drop_vars(coupling).assign({coupling: target})
    if "says" in data.attrs:
        data = data.assign_attrs(description=data.attrs["says"])  # quoted: the name in files of version 2
        del data.attrs["says"]
    return data.rename(_present(RENAMED.get(group, {}) | EVERYWHERE, data))


def _present(names: Mapping[str, str], data: xr.Dataset | xr.DataArray) -> dict[str, str]:
    there = {
        *map(str, data.dims),
        *map(str, data.coords),
        *(map(str, data.data_vars) if isinstance(data, xr.Dataset) else ()),
    }
    return {old: new for old, new in names.items() if old in there}
