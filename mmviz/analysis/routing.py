"""Expert routing: utilisation of each expert, and mutual information of expert with modality and label."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import xarray as xr

from mmviz.analysis.game import is_labelled
from mmviz.analysis.per_run import per_run
from mmviz.analysis.recorded_selection import recorded_text
from mmviz.analysis.trace_groups import group_of, provenance, with_clock
from mmviz.core.errors import ConfigError
from mmviz.core.options import takes

if TYPE_CHECKING:
    from jaxtyping import Float


def mutual_information(joint: Float[np.ndarray, "*rest left right"]) -> Float[np.ndarray, "*rest"]:
    """Return the mutual information, in bits, of two variables given their joint weights (not yet summing to 1).

    I = Σ p(a,b) log₂ p(a,b) / (p(a) p(b)); NaN where the weights sum to 0 or are not finite.

    Raises
    ------
    ConfigError
        If a weight is negative, or there are fewer than two dimensions.
    """
    weights = np.asarray(joint, dtype=np.float64)
    if weights.ndim < 2 or (weights < 0).any():
        raise ConfigError(
            f"mutual_information: expected weights ≥ 0 with two dimensions, got shape {weights.shape}, smallest {weights.min(initial=0)}"
        )
    total = weights.sum((-2, -1), keepdims=True)
    p = weights / np.where((total > 0) & np.isfinite(total), total, np.nan)
    independent = p.sum(-1, keepdims=True) * p.sum(-2, keepdims=True)
    ratio = np.where(p > 0, p, 1) / np.where(independent > 0, independent, 1)
    bits = np.where(p > 0, p * np.log2(ratio), 0.0).sum((-2, -1))
    return np.where(np.isnan(p).any((-2, -1)), np.nan, np.maximum(bits, 0.0))


@takes(trace="trace")
@per_run
def routing(trace: xr.DataTree) -> xr.Dataset:
    """Return expert weights per token, expert utilisation, and mutual information with modality and label.

    Parameters
    ----------
    trace
        Of a model with experts.

    Returns
    -------
    xr.Dataset
        ``weight`` (epoch, recorded_sample, layer, modality, time, expert), NaN at steps without data; ``usage`` (epoch, layer,
        modality, expert): mean weight over the steps with data of the recorded samples; ``modality_information`` (epoch,
        layer): mutual information, in bits, of expert and modality, with equal weight for every modality (an expert drawn by the
        weights), at most log₂ of the smaller number; for a classification ``label_information`` (epoch, layer): of
        expert and true class, over the steps of the recorded samples, which are few. Coordinate ``expert_modality`` (expert).

    Raises
    ------
    DataError
        If the Trace holds no routing.
    """
    remedy = (
        f"model {trace.attrs['model']['name']!r} has no experts that were recorded; train one with experts "
        "(mmviz.models.available() names the models) and record it again"
    )
    group = group_of(trace, "routing", remedy)
    dims = ("epoch", "recorded_sample", "layer", "modality", "time", "expert")
    weight = group["weight"].astype(np.float64).transpose(*dims)
    valid = trace["states"].to_dataset()["valid"].drop_vars("epoch", errors="ignore")
    weight = weight.where(valid).transpose(*dims)
    usage = weight.mean(("recorded_sample", "time")).compute()
    out = xr.Dataset({"weight": weight, "usage": usage})
    present = usage.dropna("modality", how="all")
    kept = ("epoch", "layer")
    out["modality_information"] = (kept, mutual_information(present.transpose(*kept, "modality", "expert").values))
    out["modality_information"].attrs = {"long_name": "mutual information of expert and modality", "units": "bit"}
    target = trace["samples"].to_dataset()["target"].values
    if trace.attrs["task"]["kind"] == "classification" and is_labelled(target):
        label = target[group["recorded_sample"].values]
        mass = weight.sum(("modality", "time")).compute()  # steps without data have weight 0
        joint = np.stack(
            [
                mass.isel(recorded_sample=label == k).sum("recorded_sample").transpose(*kept, "expert")
                for k in np.unique(label)
            ],
            -2,
        )
        out["label_information"] = (kept, mutual_information(joint))
        out["label_information"].attrs = {"long_name": "mutual information of expert and true class", "units": "bit"}
    out["usage"].attrs = {"long_name": "mean weight of an expert", "units": "1"}
    out.attrs = {
        **provenance(trace),
        "best_epoch": trace.attrs["best_epoch"],
        "n_recorded": int(weight.sizes["recorded_sample"]),
        "recorded": recorded_text(trace),
    }
    return with_clock(out, trace)
