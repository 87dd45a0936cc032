"""Groups of the Explorer's frame for a combined Trace: Shapley values of every seed, and agreement of the attribution maps over seeds."""

from __future__ import annotations

import numpy as np
import xarray as xr

from mmviz.analysis import end_to_end, map_agreement, shapley, sign_agreement
from mmviz.core.errors import ConfigError
from mmviz.core.options import nearest
from mmviz.trace.combine import runs


def shown_run(trace: xr.DataTree, run: str | None) -> tuple[str, xr.DataTree]:
    """Return the name and the Trace of the run that the Explorer shows; None: the first one.

    Raises
    ------
    ConfigError
        If the Trace has no run of that name.
    """
    members = runs(trace)
    if run is not None and run not in members:
        raise ConfigError(
            f"Explorer: run={run!r}{nearest(run, members)}; the Trace has {', '.join(map(repr, members))}"
        )
    name = next(iter(members)) if run is None else run
    return name, members[name]


def seed_groups(trace: xr.DataTree, shown: str) -> xr.Dataset:
    """Return how far the seeds of a combined Trace agree.

    ``seed_phi`` (seed, modality): mean Shapley value of every run over all samples, at its selected epoch. Where all runs hold
    an end-to-end attribution, ``attribution_agreement`` (recorded_sample, modality, time): share of the runs whose contribution has the sign
    of the mean over the runs, NaN at steps without data; ``map_agreement`` (recorded_sample): mean rank correlation (Spearman)
    between the maps of two runs, NaN for a single run. All runs are compared for the class that the run ``shown`` predicts, as in :func:`mmviz.plots.explorer_attribution.attribution_group`.

    Parameters
    ----------
    trace
        A combined Trace, or a Trace of one run.
    shown
        Name of the run that is shown.
    """
    members = runs(trace)
    phi = np.stack([shapley(member)["phi"].mean("sample").transpose("modality").values for member in members.values()])
    out = xr.Dataset({"seed_phi": (("seed", "modality"), phi.astype(np.float32))}, coords={"seed": list(members)})
    if all("attribution" in member.children for member in members.values()):
        maps = _shares(members, shown)
        out["attribution_agreement"] = (
            sign_agreement(maps).astype(np.float32).drop_vars(list(maps.coords), errors="ignore")
        )
        agreement = map_agreement(maps, ("modality", "time")).astype(np.float32)
        out["map_agreement"] = agreement.drop_vars(list(agreement.coords), errors="ignore")
    return out


def _shares(members: dict[str, xr.DataTree], shown: str) -> xr.DataArray:
    """Return the contributions (run, recorded_sample, modality, time) to one class per sample; NaN at steps without data."""
    first = members[shown]
    valid = first["states"].to_dataset()["valid"].transpose("recorded_sample", "modality", "time").values
    if first.attrs["task"]["kind"] != "classification":
        each = [end_to_end(member)["share"].values for member in members.values()]
    else:
        predicted = end_to_end(first)["target"].values
        each = [np.full(valid.shape, np.nan) for _ in members]
        for name in dict.fromkeys(predicted.tolist()):
            for share, member in zip(each, members.values(), strict=True):
                found = end_to_end(member, target=name)["share"]
                share[predicted == name] = found.transpose("recorded_sample", "modality", "time").values[
                    predicted == name
                ]
    return xr.DataArray(np.where(valid, np.stack(each), np.nan), dims=("run", "recorded_sample", "modality", "time"))
