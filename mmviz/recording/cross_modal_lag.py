"""Lag between the steps of two modalities that move a model's prediction, from steps exchanged between samples."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import torch
import xarray as xr

from mmviz.core.errors import ConfigError
from mmviz.core.options import number, takes, whole
from mmviz.data.matching import matched
from mmviz.models.batch import Steps, batch_of
from mmviz.recording.samples import array, provenance

if TYPE_CHECKING:
    from jaxtyping import Float, Int

    from mmviz.data.dataset import Split
    from mmviz.models.base import FusionModel
    from mmviz.train.run import Run

#: fewest samples, and the standard errors that the total effect of a modality must exceed
FEWEST, ERRORS = 20, 2.0


@takes(run="run")
def cross_modal_lag(
    run: Run,
    split: Split,
    *,
    samples: int = 100,
    donors: int = 2,
    resamples: int = 200,
    tolerance: int = 1,
    stability: float = 0.9,
    seed: int = 0,
    epoch: int | None = None,
) -> xr.Dataset:
    r"""Return by how many steps the decisive steps of one modality come after those of another, with the reason where it is unknown.

    Each encoded step of each modality is replaced by the same step of another sample. The drop of the prediction of the unchanged sample,
    mean over samples and donors, is the profile of a modality over time. The lag of target after source is the mode of the
    cross-correlation of two profiles, argmax_k Σ_t profile[target, t + k] · profile[source, t].

    Parameters
    ----------
    run, split
        A training of any fusion, and for example ``ds["test"]``.
    samples
        Number of samples, spread evenly over the split; at least 20.
    donors
        Other samples per sample whose steps are put in place, ≥ 1. Cost: modalities · steps · donors forward passes.
    resamples
        Bootstrap resamples of the samples.
    tolerance, stability
        The lag is given if at least the share ``stability`` of the resamples has it within ``tolerance`` steps.
    seed
        Of donors and resamples.
    epoch
        Epoch whose weights are used; None: the best.

    Returns
    -------
    xr.Dataset
        ``profile`` (modality, time): drop of the logit of the predicted class minus the logit of the other class (the mean of the others,
        weighted by their probabilities), or of the distance of the predicted value from its mean; ``total`` and ``total_error`` (modality): sum over time and its standard error over samples;
        ``lag``, ``stability``, ``similarity`` (target_modality, source_modality): lag in steps (NaN: unknown), share of the resamples within
        ``tolerance``, cosine of the profiles at that lag; ``reason`` (target_modality, source_modality): why a lag is NaN, "" where it is known.

    Raises
    ------
    ConfigError
        Fewer than 20 samples, or an option out of range.

    Notes
    -----
    This is a statement about the trained model, not about the data: a model that ignores one of the modalities, or predicts from steps of
    other times, has no lag or another one. Events must lie at the same steps in all samples, up to a few steps; otherwise the profiles are
    flat and the lag is NaN. Two modalities that are both decisive in several places have one lag for each pair of places; the mode is the
    strongest of them. Our method: patching of inputs as in activation patching, with donors from the data instead of zeros, as a zero
    step lies outside the data.
    """
    count = whole(samples, "cross_modal_lag: samples", low=FEWEST)
    whole(donors, "cross_modal_lag: donors", low=1)
    whole(resamples, "cross_modal_lag: resamples", low=1)
    whole(tolerance, "cross_modal_lag: tolerance", low=0)
    number(stability, "cross_modal_lag: stability", low=0, high=1)
    if len(split) < FEWEST:
        raise ConfigError(
            f"cross_modal_lag: the {split.name!r} split has {len(split)} samples, at least {FEWEST} are needed for a bootstrap; use a larger one"
        )
    spec, rng = run.model.spec, np.random.default_rng(seed)
    matching = matched(spec, split, "cross_modal_lag")
    rows = np.unique(np.linspace(0, len(split) - 1, min(count, len(split))).round().astype(int))
    with run.at_epoch(run.best_epoch if epoch is None else epoch) as model:
        steps = model.encode(batch_of(split, rows, matching))
        shifts = rng.choice(np.arange(1, len(rows)), min(donors, len(rows) - 1), replace=False)
        effect = exchange_effect(model, steps, shifts)
    profile, total = effect.mean(0), effect.sum(2)
    error = total.std(0, ddof=1) / np.sqrt(len(rows))
    picks = rng.integers(0, len(rows), (resamples, len(rows)))
    profiles = np.stack([effect[pick].mean(0) for pick in picks])
    M, static = len(spec.names), [m.static for m in spec.modalities]
    pairs = {name: np.full((M, M), np.nan) for name in ("lag", "stability", "similarity")}
    reason = np.full((M, M), "", dtype=object)
    for target in range(M):
        for source in range(M):
            idle = [m for m in (target, source) if not total[:, m].mean() > ERRORS * error[m]]
            if target == source:
                reason[target, source] = "the same modality"
            elif static[target] or static[source]:
                reason[target, source] = "a static modality has no time axis"
            elif model.steps < 2:
                reason[target, source] = "the model has one step"
            elif idle:
                name = spec.names[idle[0]]
                reason[target, source] = f"exchanging single steps of {name} has no effect on the prediction"
            else:
                found = _lag(profile[target], profile[source])
                drawn = np.array([_lag(p[target], p[source]).steps for p in profiles])
                share = float((np.abs(drawn - found.steps) <= tolerance).mean())
                pairs["stability"][target, source], pairs["similarity"][target, source] = share, found.cosine
                if share >= stability:
                    pairs["lag"][target, source] = found.steps
                else:
                    reason[target, source] = f"{share:.0%} of the resamples have this lag, fewer than {stability:.0%}"
    names, two = list(spec.names), ("target_modality", "source_modality")
    out = xr.Dataset(
        {
            "profile": (("modality", "time"), profile),
            "total": ("modality", total.mean(0)),
            "total_error": ("modality", error),
            **{name: (two, values) for name, values in pairs.items()},
            "reason": (two, reason.astype(str)),
        },
        coords={"modality": names, "target_modality": names, "source_modality": names, "time": np.arange(model.steps)},
    )
    out["lag"].attrs = {"long_name": "lag of the target's decisive steps after the source's", "units": "steps"}
    out["profile"].attrs = {"long_name": "drop of the prediction when a step is exchanged", "units": "1"}
    out.attrs = provenance(run, split, matching.spec) | {
        "samples": len(rows),
        "donors": len(shifts),
        "resamples": resamples,
        "tolerance": tolerance,
        "required_stability": stability,
        "seed": seed,
    }
    return out


@torch.no_grad()
def exchange_effect(
    model: FusionModel, steps: Steps, shifts: Int[np.ndarray, " donor"]
) -> Float[np.ndarray, "batch modality time"]:
    """Return the drop of the prediction when one step of one modality is replaced by that of another sample, mean over the donors.

    The donor of sample b is sample b + shift, cyclic. Steps that are invalid in either sample stay.
    """
    clean = model.fuse(steps)
    if model.spec.task.kind == "classification":
        predicted = torch.nn.functional.one_hot(clean.argmax(-1), clean.shape[-1]).bool()
        weight = predicted.to(clean.dtype) - clean.masked_fill(predicted, -torch.inf).softmax(-1)
    else:
        weight = torch.sign(clean - clean.mean(0))
    M, batch, T = steps.mask.shape
    out = torch.zeros(batch, M, T, dtype=clean.dtype)
    for shift in shifts.tolist():
        donor = torch.roll(torch.arange(batch), -shift)
        other = torch.where((steps.mask & steps.mask[:, donor])[..., None], steps.x[:, donor], steps.x)
        for m in range(M):
            for t in range(T):
                x = steps.x.clone()
                x[m, :, t] = other[m, :, t]
                out[:, m, t] += (weight * (clean - model.fuse(Steps(x, steps.mask)))).sum(-1)
    return array(out / len(shifts)).astype(np.float64)


@dataclass(frozen=True)
class _Lag:
    steps: int
    cosine: float


def _lag(target: Float[np.ndarray, " time"], source: Float[np.ndarray, " time"]) -> _Lag:
    """Return the mode of the cross-correlation; the smallest lag among equal ones."""
    found = np.correlate(target, source, "full")
    lags = np.arange(len(found)) - len(source) + 1
    order = np.lexsort((np.abs(lags), -found))
    size = float(np.linalg.norm(target) * np.linalg.norm(source))
    return _Lag(int(lags[order[0]]), float(found[order[0]]) / size if size > 0 else float("nan"))
