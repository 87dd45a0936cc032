"""Interventions on hidden states, increments, layer outputs and coupling edges: what the prediction and later states would have been."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import torch
import xarray as xr

from mmviz.core.errors import ConfigError
from mmviz.core.options import takes
from mmviz.data.matching import matched
from mmviz.models.base import Observation
from mmviz.models.batch import batch_of
from mmviz.models.ssm.edited_scan import ScanEdit
from mmviz.models.user_module.model import Adapted
from mmviz.recording.captured_intervention import captured_effect_of
from mmviz.recording.captured_target import CapturedTarget, captured_target
from mmviz.recording.edited_layers import OutputEdit, ScanRecord, edited_layers
from mmviz.recording.intervention_effect import given_value, predicted, prediction_effects
from mmviz.recording.intervention_target import TOKENS, Target, channel_mask, place_names, state_names, target_of
from mmviz.recording.samples import array, chosen_samples, outputs, provenance

if TYPE_CHECKING:
    from collections.abc import Sequence

    from jaxtyping import Bool, Float
    from torch import Tensor

    from mmviz.data.dataset import Split
    from mmviz.data.matching import Matching
    from mmviz.models.base import FusionModel, TokenScan
    from mmviz.models.batch import Steps
    from mmviz.train.run import Run

#: samples per forward pass: every hidden state of them is in memory
_SAMPLES = 16


@takes(run="run")
def intervene(
    run: Run,
    split: Split,
    *,
    state: str | Sequence[str] | None = None,
    increment: str | Sequence[str] | None = None,
    output: str | Sequence[str] | None = None,
    edge: tuple[str, str] | Sequence[tuple[str, str]] | None = None,
    to: str | float | np.ndarray = "zero",
    donor: str | int | Sequence[str] | Sequence[int] | None = None,
    layer: int | None = None,
    step: int = 0,
    stop: int | None = None,
    channels: int | Sequence[int] | None = None,
    recorded_samples: int | Sequence[int] | np.ndarray = 6,
    epoch: int | None = None,
) -> xr.Dataset:
    r"""Return the causal effect of an intervention inside the model on its prediction, its states and its streams.

    The layer's scan runs unchanged up to ``step``, is changed there, and continues from the changed state; everything after it is computed
    anew. The steps before ``step`` keep their values.

    Parameters
    ----------
    run
        A training, or its result loaded, of a fusion with a selective scan; or ``as_run(adapt(..., scans=...))``, a user's module with captured scans.
    split
        For example ``ds["test"]``.
    state
        Names of SSM streams whose hidden state h[m, t] is changed after each step t of the range. A hidden state holds the whole past: to
        change it at step t removes or replaces **all** earlier steps of the stream. Use ``increment`` to localise an effect in time.
        The streams are the modalities (``coupled_mamba``, ``late``), ``"joint"`` (``early``) or ``"tokens"`` (``alignmamba``,
        ``alignmamba2``: one stream for the tokens of all modalities, changed after each token of the range). Of a user's module: the modalities
        with captured scans, or the sites of scans (``"encoders.0.mixer"``), all of whose streams are changed.
    increment
        Names whose increments Δ·B·x, what a step adds to its state, are changed; the direct path D·x stays. For tokens: the modalities.
    output
        Names whose layer output, (time, width), is changed. With tokens: the modalities. Unknown for a user's module.
    edge
        (target, source), or several such pairs: the coupling weights W[target ← source] are changed for the steps of the range; the other
        weights stay as they are.
    to
        ``"zero"``; ``"hold"`` (only ``state``: the value after the first changed step); a number; or an array: (channel, state) for
        ``state`` and ``increment``, (channel,) for ``output``.
    donor
        Id or position of the sample of ``split`` whose own values at the same steps are put in place (a patch), one for all recorded samples
        or one each.
    layer
        Layer from 0; None: every layer with a scan. In a bidirectional layer the forward scan is changed. Of a user's module: the k-th captured
        scan of each modality.
    step, stop
        Changed steps: from ``step`` to ``stop - 1``; None: to the last step. Steps are those of the model, as in a Trace; of a scan that is named by
        its site: its own.
    channels
        Positions of the inner channels (``output``: of the width); None: all.
    recorded_samples
        How many samples (spread evenly over the sorted targets), or their positions.
    epoch
        Epoch whose weights are used; None: the best.

    Returns
    -------
    xr.Dataset
        ``clean``, ``intervened`` and ``effect`` = clean − intervened (recorded_sample, output): class probabilities, or the value of a
        regression; the same as ``clean_logit``, ``intervened_logit``, ``effect_logit`` for a classification. ``prefix_effect``
        (recorded_sample, time, output): ``effect`` for the prediction from the steps 0..t; absent if the fusion is not causal.
        ``state_change`` (recorded_sample, layer, stream, time): ‖h_clean − h_intervened‖₂ over channels and states; ``stream_change``
        (recorded_sample, modality, time): ‖·‖₂ of the change of the features that are pooled. ``changed`` (recorded_sample): whether the
        intervention meets data in this sample; where it is False every effect is 0, and the attribute ``note`` counts these samples.
        A user's module has no ``stream_change`` and no ``prefix_effect``; ``state_change`` is NaN where a modality has no captured scan, and
        ``scan_state_change`` (recorded_sample, scan, scan_stream, scan_step) is the change at the steps of every scan, NaN beyond its size.
        With ``donor``: ``donor_prediction`` (recorded_sample, output) and ``recovery`` (recorded_sample) =
        (g(intervened) − g(clean)) / (g(donor) − g(clean)) with g the logit difference between the predicted classes of donor and
        sample, or the value: 0 no change, 1 the donor's prediction; NaN where both predict the same class, or values within 1e-6.

    Raises
    ------
    ConfigError
        A fusion without a scan, a user's module without captured ones; an unknown stream, edge, layer, step, channel, sample or epoch; none or several of ``state``, ``increment``,
        ``output`` and ``edge``; or an intervention that changes no sample, as after the last valid step.

    Notes
    -----
    Effects are of this model, on inputs to later layers that may lie outside what it met in training. ``recovery`` with a corrupted sample as
    recorded and the clean one as donor is a denoising patch, the reverse a noising patch; they are not symmetric. With one layer and the gates
    held fixed, the effect of an increment on the scan's output is the operator's map, see ``mmkernels.coupled_influence``.

    Examples
    --------
    >>> found = mm.intervene(run, ds["test"], edge=("audio", "video"), step=10)  # doctest: +SKIP
    >>> found["effect"].sel(output="yes")  # doctest: +SKIP
    """
    given = {"state": state, "increment": increment, "output": output, "edge": edge}
    with run.at_epoch(run.best_epoch if epoch is None else epoch) as model:
        options: dict[str, Any] = {
            "to": to, "donor": donor is not None, "layer": layer, "step": step, "stop": stop, "channels": channels
        }  # fmt: skip
        if isinstance(model, Adapted):
            target: Target | CapturedTarget = captured_target(model, given, **options)
        else:
            target = target_of(model, run.info["model"]["name"], given, **options)
        matching = matched(model.spec, split, "intervene")
        rows = chosen_samples(split, recorded_samples)
        donors = None if donor is None else _donors(split, donor, len(rows))
        parts = []
        for i in range(0, len(rows), _SAMPLES):
            steps = model.encode(batch_of(split, rows[i : i + _SAMPLES], matching))
            other = None if donors is None else model.encode(batch_of(split, donors[i : i + _SAMPLES], matching))
            parts.append(effect(model, steps, target, other))
        found = {name: np.concatenate([part[name] for part in parts]) for name in parts[0]}
        return _dataset(run, split, matching, model, target, rows, found)


def effect(
    model: FusionModel, steps: Steps, target: Target | CapturedTarget, donor: Steps | None = None
) -> dict[str, np.ndarray]:
    """Return the variables of :func:`intervene` for encoded samples, for one of our models or a user's module with captured scans."""
    if isinstance(model, Adapted) and isinstance(target, CapturedTarget):
        return captured_effect_of(model, steps, target, donor)
    if isinstance(target, CapturedTarget):
        raise ConfigError(f"intervene: {target.sentence} is of a user's module, and {type(model).__name__} is none")
    return effect_of(model, steps, target, donor)


@dataclass(frozen=True)
class CleanRun:
    """Unchanged forward pass: predictions, streams, the scans of every layer, and where the tokens lie."""

    logits: Tensor
    prefixes: Tensor | None
    streams: Tensor
    record: ScanRecord
    tokens: TokenScan | None
    places: Bool[Tensor, "place batch time"]

    def cells(self, x: Float[Tensor, "stream batch position *rest"]) -> Float[Tensor, "place batch time *rest"]:
        """Return values by position of the scan as values by row and step; zeros before the first token."""
        if self.tokens is None:
            return x
        position = self.tokens.position
        sample = torch.arange(x.shape[1])[None, :, None]
        found = x[0][sample, position.clamp(min=0)]
        return torch.where((position >= 0).view(*position.shape, *(1,) * (x.ndim - 3)), found, 0)

    def positions(
        self, x: Float[Tensor, "place batch time *rest"], length: int
    ) -> Float[Tensor, "stream batch position *rest"]:
        """Return values by row and step as values by position of the scan, zeros elsewhere; the inverse of :meth:`cells`."""
        if self.tokens is None:
            return x
        out = x.new_zeros(x.shape[1], length, *x.shape[3:])
        _, sample, _ = keep = torch.nonzero(self.tokens.valid, as_tuple=True)
        out[sample, self.tokens.position[keep]] = x[keep]
        return out[None]


def _forward(model: FusionModel, steps: Steps, edits: dict[int, ScanEdit | OutputEdit]) -> CleanRun:
    """Run the model with these edits."""
    observation = Observation()
    with edited_layers(model, edits, states=True) as record:
        streams = model.streams(steps, observation)
    with edited_layers(model, edits):
        logits = model.fuse(steps)
    prefixes = None
    if model.causal:
        with edited_layers(model, edits):
            prefixes = model.fuse_prefixes(steps)
    tokens = next((scan for scan in observation.tokens if not scan.backward), None)
    places = steps.mask if tokens is None else tokens.valid
    places = places.any(0, keepdim=True) if tokens is None and len(place_names(model)) == 1 else places
    return CleanRun(logits, prefixes, streams, record, tokens, places)


@torch.no_grad()
def effect_of(model: FusionModel, steps: Steps, target: Target, donor: Steps | None = None) -> dict[str, np.ndarray]:
    """Return the variables of :func:`intervene` for encoded samples, sample first; ``donor``: the encoded donor of each sample."""
    clean = _forward(model, steps, {})
    other = None if donor is None else _forward(model, donor, {})
    changed = _changed(model, steps, clean, target)
    edits = {layer: _edit(model, clean, other, target, layer, changed) for layer in target.layers}
    cut = _forward(model, steps, edits) if bool(changed.any()) else clean
    task = model.spec.task
    out = {"changed": changed}
    out |= prediction_effects(task, clean.logits, cut.logits, None if other is None else other.logits)
    if clean.prefixes is not None and cut.prefixes is not None:
        out["prefix_effect"] = predicted(task, clean.prefixes) - predicted(task, cut.prefixes)
    pairs = zip(clean.record.states, cut.record.states, strict=True)
    out["state_change"] = torch.stack([clean.cells(a - b).flatten(3).norm(dim=-1) for a, b in pairs]).permute(
        2, 0, 1, 3
    )
    out["stream_change"] = (clean.streams - cut.streams).norm(dim=-1).transpose(0, 1)
    for name in ("effect", "effect_logit", "prefix_effect", "state_change", "stream_change"):
        if name in out:  # samples without a change differ in rounding only, as their steps ran one by one
            out[name][~changed] = 0.0
    return {name: x.numpy() if x.dtype == torch.bool else array(x) for name, x in out.items()}


def _changed(model: FusionModel, steps: Steps, clean: CleanRun, target: Target) -> Bool[Tensor, " batch"]:
    """Return whether the intervention meets data in a sample: at or after its last valid step nothing depends on it."""
    valid, inside, weight = clean.places, torch.zeros(steps.mask.shape[-1], dtype=torch.bool), _weight(target)
    inside[target.start : target.stop] = True
    if target.component == "edge":
        found = torch.zeros(valid.shape[1], dtype=torch.bool)
        for to, source in target.edges:
            weights = torch.stack([clean.record.inputs[layer].W[:, to, source] for layer in target.layers])
            begun = valid[source].cumsum(-1) - valid[source].int() > 0  # the source has a state before the step
            found |= (valid[to] & inside & begun).any(-1) & (weights != weight).any(0)
        return found
    if target.component == "state":
        chosen = valid if state_names(model) == (TOKENS,) else valid[list(target.streams)]
        return chosen.any(0).any(-1) & valid[..., target.start :].any(-1).any(0)
    return (valid[list(target.streams)] & inside).any(-1).any(0)


def _edit(
    model: FusionModel,
    clean: CleanRun,
    other: CleanRun | None,
    target: Target,
    layer: int,
    changed: Bool[Tensor, " batch"],
) -> ScanEdit | OutputEdit:
    """Return the edit of one layer."""
    inputs = clean.record.inputs[layer]
    dtype, length = inputs.A.dtype, inputs.x.shape[2]
    cells = torch.zeros_like(clean.places)
    tokens = target.component == "state" and clean.tokens is not None
    rows = list(range(len(cells)) if tokens else target.streams)
    cells[rows, :, target.start : target.stop] = changed[:, None]
    if target.component == "output":
        shape = clean.record.outputs[layer].shape[-1:]
        new = given_value(target, shape, dtype) if other is None else other.record.outputs[layer]
        if new is None:
            raise ConfigError("intervene: an output cannot be held; give a value or a donor")
        return OutputEdit(cells, channel_mask(target.channels, *shape), new)
    count, states = inputs.A.shape[1:]
    picked = channel_mask(target.channels, count)
    if target.component == "edge":
        W = torch.full_like(inputs.W, torch.nan)
        for to, source in target.edges:
            W[changed, to, source] = _weight(target)
        return ScanEdit("edge", cells, picked, W)
    where = clean.positions(cells, length)
    if other is not None:
        theirs = other.record.inputs[layer]
        values = other.record.states[layer]
        if target.component == "increment":
            values = (theirs.dt * theirs.x)[..., None] * theirs.B[..., None, :]
            values = values if theirs.mask is None else torch.where(theirs.mask[..., None, None], values, 0.0)
        own = other.cells(values)
        if target.component == "increment" and other.tokens is not None:  # a step without a token adds nothing
            own = torch.where(other.tokens.valid[..., None, None], own, 0.0)
        return ScanEdit(target.component, where, picked, clean.positions(own, length))
    return ScanEdit(target.component, where, picked, given_value(target, (count, states), dtype))


def _weight(target: Target) -> float:
    """Return the new coupling weight; NaN for another component."""
    return float(target.value) if target.component == "edge" and target.value is not None else float("nan")


def _donors(split: Split, donor: Any, count: int) -> np.ndarray:
    """Return the position of the donor of each recorded sample."""
    given = [donor] * count if isinstance(donor, (str, int, np.integer)) else list(donor)
    if len(given) != count:
        raise ConfigError(f"intervene: {len(given)} donors for {count} recorded samples; give one, or one each")
    ids = {str(name): i for i, name in enumerate(split.ids)}
    rows = []
    for one in given:
        row = ids.get(one, -1) if isinstance(one, str) else one
        if isinstance(row, bool) or not isinstance(row, (int, np.integer)) or not 0 <= row < len(split):
            raise ConfigError(
                f"intervene: donor {one!r:.80} is not in the {split.name!r} split, which has {len(split)} samples; its first ids are "
                f"{', '.join(map(str, split.ids[:5]))}"
            )
        rows.append(int(row))
    return np.array(rows)


def _dataset(
    run: Run,
    split: Split,
    matching: Matching,
    model: FusionModel,
    target: Target | CapturedTarget,
    rows: np.ndarray,
    found: dict[str, np.ndarray],
) -> xr.Dataset:
    """Return the result of :func:`intervene`."""
    if not found["changed"].any():
        last = (
            "is absent, or has no valid step there" if target.component != "edge" else "has no weight to change there"
        )
        raise ConfigError(
            f"intervene: {target.sentence}: no effect, as in each of the {len(rows)} samples the target {last}; choose an earlier step or other samples"
        )
    dims = {
        "changed": (), "state_change": ("layer", "stream", "time"), "stream_change": ("modality", "time"), "recovery": (),
        "prefix_effect": ("time", "output"), "scan_state_change": ("scan", "scan_stream", "scan_step"),
    }  # fmt: skip
    data = {}
    for name, values in found.items():
        inner = dims.get(name, ("output",))
        data[name] = (("recorded_sample", *inner), matching.outputs(values) if "output" in inner else values)
    out = xr.Dataset(
        data,
        coords={
            "recorded_sample": rows,
            "sample_id": ("recorded_sample", np.asarray(split.ids, dtype=str)[rows]),
            "output": outputs(matching.spec),
            "stream": list(model.spec.names if isinstance(model, Adapted) else place_names(model)),
            "modality": list(model.spec.names),
            "time": np.arange(model.steps),
        },
    )
    if isinstance(model, Adapted):
        out = out.assign_coords(scan=[site.site for site in model.sites])
        out["scan_state_change"].attrs = {"long_name": "‖h_clean − h_intervened‖₂ at the steps of a scan", "units": "1"}
    quantity = "probability" if model.spec.task.kind == "classification" else "value"
    out["effect"].attrs = {"long_name": f"clean − intervened {quantity}", "units": "1"}
    out["state_change"].attrs = {"long_name": "‖h_clean − h_intervened‖₂", "units": "1"}
    untouched = int((~found["changed"]).sum())
    out.attrs = provenance(run, split, matching.spec) | {
        "intervention": target.sentence,
        "component": target.component,
        "step": target.start,
        "stop": target.stop,
        "note": f"no effect in {untouched} of {len(rows)} samples: nothing to change there" if untouched else "",
    }
    return out
