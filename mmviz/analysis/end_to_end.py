"""End-to-end attribution: contribution of every modality and step to a prediction, to the streams, and to the predictions for prefixes."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import xarray as xr

from mmviz.analysis.blockwise import blockwise
from mmviz.analysis.lag_means import mean_by_lag
from mmviz.analysis.per_run import per_run
from mmviz.analysis.trace_groups import group_of, provenance, with_clock
from mmviz.core.errors import ConfigError, DataError
from mmviz.core.options import nearest, one_of, takes

if TYPE_CHECKING:
    from jaxtyping import Float, Int

BASELINES = {"zero": "encoder outputs of 0", "mean": "mean encoded step of each modality"}
_PAIR = ["target_modality", "target_block", "source_modality", "source_block"]


@takes(trace="trace")
@per_run
def end_to_end(trace: xr.DataTree, *, target: str | None = None, baseline: str = "zero") -> xr.Dataset:
    r"""Return the signed contribution of every modality and step to the prediction, at the best epoch.

    With all factors of the network that depend on the data held at their values, the output is affine in the encoder outputs: total = bias + Σ share.
    Where the Trace was recorded with the rule ``integrated gradients`` (attribute ``rule``, for a user's module) the shares are those instead: the bias is the
    output at the imputed inputs, ``conservation_error`` the gap of the quadrature, and ``stream`` and ``prefix`` are absent.
    For a class y the total is Σ_k (δ_ky − p_k) logit_k, the logit of the class minus the p-weighted mean logit: the gradient of log p_y with respect to the
    logits, at constant p. It is not log p itself and may be positive.

    Parameters
    ----------
    trace
        Recorded with ``mm.record(..., attribution="auto")`` (the default), of a fusion that can be frozen, or of a differentiable user's module.
    target
        None: log p of the predicted class, or the value of a regression. ``true``: log p of the true class. A class name: log p of that class.

    baseline
        What ``share`` is measured from. ``zero``: encoder outputs of 0, which is what a masked step has. ``mean``: the mean encoded step of the modality
        over the split; the contribution that a modality has by its mean alone moves into the bias. A modality of pure noise has a mean encoded step, so
        only with ``mean`` is its contribution near 0. ``stream`` and ``prefix`` are always measured from zero.

    Returns
    -------
    xr.Dataset
        ``share`` (recorded_sample, modality, time), ``bias``, ``total``, ``conservation_error`` (recorded_sample): contributions in units of the target.
        ``by_modality`` (recorded_sample, modality): sums of ``share`` over time. ``stream`` (recorded_sample, target_modality, target_block,
        source_modality, source_block): norm over channels of the contribution to the streams before pooling, independent of the target;
        ``stream_by_lag`` (recorded_sample, target_modality, source_modality, lag): its mean over pairs of blocks ``lag`` steps apart,
        which is no estimate of a delay (see :func:`mmviz.recording.cross_modal_lag`).
        For causal fusions ``prefix`` (recorded_sample, time, source_modality, source_block), ``prefix_bias`` and ``prefix_total`` (recorded_sample, time): the
        same for the prediction from the steps 0..t, for the class of the whole recording. Coordinate ``target`` (recorded_sample): the class, or ``value``.

    Raises
    ------
    DataError
        If the Trace holds no attribution; or ``target="true"`` without labels.
    ConfigError
        If ``target`` or ``baseline`` is unknown, or a target is given for a regression.

    Notes
    -----
    The method extends MambaLRP (arXiv 2406.07592) to coupled streams and other fusions, see :func:`mmviz.models.frozen_gates.freeze`. Contributions
    are exact for the network with frozen gates; when a step is really removed, the gates change too. :func:`mmviz.analysis.faithfulness` shows how well
    the contributions predict such removals.
    """
    one_of(baseline, BASELINES, "end_to_end: baseline")
    group = group_of(trace, "attribution", _remedy(trace))
    logit = group["logit"].values.astype(np.float64)
    chosen, names = _targets(trace, group, logit, target)
    classes = trace.attrs["task"]["kind"] == "classification"
    weight = _weights(logit, chosen) if classes else np.ones_like(logit)

    def weighted(name: str) -> xr.DataArray:
        return (group[name].astype(np.float64) * xr.DataArray(weight, dims=("recorded_sample", "output"))).sum(
            "output", skipna=False
        )

    out = xr.Dataset({"share": weighted("share"), "bias": weighted("bias"), "total": weighted("logit")})
    if baseline == "mean":
        if "share_of_mean" not in group:
            rule = group.attrs["rule"]
            raise DataError(
                f"end_to_end: baseline='mean', but /attribution (rule {rule!r}) holds no share_of_mean; leave baseline out, or record the Trace again "
                "with attribution='frozen' if the fusion can be frozen"
            )
        of_mean = weighted("share_of_mean")
        out["share"], out["bias"] = (
            out["share"] - of_mean,
            out["bias"] + of_mean.sum(("modality", "time"), skipna=False),
        )
    out["by_modality"] = out["share"].sum("time", skipna=False)
    out["conservation_error"] = abs(out["total"] - out["bias"] - out["by_modality"].sum("modality", skipna=False))
    if "stream" in group:
        out["stream"] = group["stream"].astype(np.float64).transpose("recorded_sample", *_PAIR)
        lags = blockwise(
            mean_by_lag,
            out["stream"],
            core=[_PAIR],
            to=["target_modality", "source_modality", "lag"],
            sizes={"lag": group.sizes["source_block"]},
        )
        out["stream_by_lag"] = lags.assign_coords(lag=group["source_block"].values)
    unit = "nats" if classes else str(trace.attrs["task"].get("unit", "1"))
    if "prefix" in group:
        out = out.assign(_prefixes(group, chosen, classes=classes))
    for name in out.data_vars:
        out[name].attrs = {"long_name": _MEANINGS[str(name)], "units": "1" if str(name).startswith("stream") else unit}
    out = out.assign_coords(target=("recorded_sample", names)).drop_vars("epoch", errors="ignore")
    out.attrs = {
        "target": target or ("predicted" if classes else "value"),
        "meaning": _LOG_P if classes else "predicted value",
        "baseline": baseline,
        "epoch": trace.attrs["best_epoch"],
        **{name: group.attrs[name] for name in ("rule", "steps_per_block", "label", "description")},
        **provenance(trace),
    }
    return with_clock(out, trace)


_LOG_P = "logit of the class minus the p-weighted mean logit (gradient of log p)"
_MEANINGS = {
    "share": "contribution of a modality and step",
    "bias": "bias: part that no step contributes",
    "total": "bias + Σ contributions",
    "by_modality": "contribution of a modality",
    "conservation_error": "|total − bias − Σ contributions|",
    "stream": "contribution to a stream before pooling, norm over channels",
    "stream_by_lag": "mean contribution to a stream at a lag",
    "prefix": "contribution to the prediction for the steps 0..t",
    "prefix_bias": "bias of the prediction for the steps 0..t",
    "prefix_total": "bias + Σ contributions for the steps 0..t",
}


def _remedy(trace: xr.DataTree) -> str:
    reason = next((note for note in trace.attrs.get("notes", []) if note.startswith("No end-to-end attribution")), "")
    return reason or "record it with mmviz.record(..., attribution='auto')"


def _targets(
    trace: xr.DataTree, group: xr.Dataset, logit: Float[np.ndarray, "sample output"], target: str | None
) -> tuple[Int[np.ndarray, " sample"], list[str]]:
    """Return the output that is explained of every recorded sample, and its name."""
    labels = [str(name) for name in group["output"].values]
    if trace.attrs["task"]["kind"] != "classification":
        if target not in (None, "value"):
            raise ConfigError(f"end_to_end: target={target!r} of a regression; leave target out, or pass 'value'")
        return np.zeros(len(logit), int), [labels[0]] * len(logit)
    if target is None:
        chosen = np.nan_to_num(logit, nan=-np.inf).argmax(1)
    elif target == "true" and "true" not in labels:
        truth = trace["samples"].to_dataset()["target"].values[group["recorded_sample"].values]
        if truth.dtype.kind not in "iu":
            raise DataError(
                "end_to_end: target='true', but the Trace has no labels; leave target out for the predicted class"
            )
        chosen = truth.astype(int)
    elif target in labels:
        chosen = np.full(len(logit), labels.index(target))
    else:
        raise ConfigError(
            f"end_to_end: target={target!r:.80} is unknown{nearest(str(target), labels)}; use None (predicted class), 'true', or a class: {', '.join(labels)}"
        )
    return chosen, [labels[k] for k in chosen]


def _weights(
    logit: Float[np.ndarray, "*sample output"], chosen: Int[np.ndarray, " sample"]
) -> Float[np.ndarray, "*sample output"]:
    """Return δ_ky − p_k."""
    odds = np.exp(logit - logit.max(-1, keepdims=True))
    probability = odds / odds.sum(-1, keepdims=True)
    one = np.eye(logit.shape[-1])[chosen]
    return one.reshape(len(one), *(1,) * (logit.ndim - 2), -1) - probability


def _prefixes(group: xr.Dataset, chosen: Int[np.ndarray, " sample"], *, classes: bool) -> dict[str, xr.DataArray]:
    """Return contributions, bias and total of the target at every step."""
    prefix, bias = group["prefix"].astype(np.float64), group["prefix_bias"].astype(np.float64)
    logit = (bias + prefix.sum(("source_modality", "source_block"), skipna=False)).transpose(
        "recorded_sample", "time", "output"
    )
    values = _weights(logit.values, chosen) if classes else np.ones(logit.shape)
    weight = logit.copy(data=values)
    found = {"prefix": prefix, "prefix_bias": bias, "prefix_total": logit}
    return {name: (part * weight).sum("output", skipna=False) for name, part in found.items()}
