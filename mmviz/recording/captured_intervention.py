"""Effect of an intervention on the captured scans of a user's module."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import torch

from mmviz.core.errors import ConfigError
from mmviz.models.capture import capture
from mmviz.models.capture.edits import sample_states
from mmviz.models.ssm.edited_scan import ScanEdit
from mmviz.recording.captured_states import layers_of, scan_step_at
from mmviz.recording.captured_target import changed_positions
from mmviz.recording.intervention_effect import given_value, prediction_effects
from mmviz.recording.intervention_target import channel_mask
from mmviz.recording.samples import array

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from jaxtyping import Bool
    from torch import Tensor

    from mmviz.models.batch import Steps
    from mmviz.models.capture import CapturedScan
    from mmviz.models.capture.edits import AnyEdit
    from mmviz.models.user_module.model import Adapted
    from mmviz.recording.captured_target import CapturedTarget, ScanStreams


class CapturedPass(NamedTuple):
    """Prediction of one pass, and the captured scans in the order of ``model.sites``."""

    logits: Tensor
    scans: list[CapturedScan]


def captured_pass(model: Adapted, steps: Steps, edits: Mapping[int, Sequence[AnyEdit]]) -> CapturedPass:
    """Run a user's module with edits of its scans, position of the site to edits; its own code runs unchanged apart from these scans."""
    with capture(model.module, edits={call_name(model, k): list(found) for k, found in edits.items()}) as scans:
        logits = model.fuse(steps)
    return CapturedPass(logits, [scans[site.site] for site in model.sites])


def call_name(model: Adapted, site: int) -> str:
    """Return the name of one call of a scan, for ``capture(edits=)``: with its number, as the path alone is every call of that module."""
    name = model.sites[site].site
    return name if "#" in name else f"{name}#1"


@torch.no_grad()
def captured_effect_of(
    model: Adapted, steps: Steps, target: CapturedTarget, donor: Steps | None = None
) -> dict[str, np.ndarray]:
    """Return the variables of :func:`mmviz.intervene` for encoded samples, sample first; ``donor``: the encoded donor of each sample.

    ``state_change`` (sample, layer, modality, time) at the ends of the model's steps, NaN where a modality has no captured scan;
    ``scan_state_change`` (sample, scan, stream, step) at the steps of every captured scan, NaN beyond its size.
    """
    clean = captured_pass(model, steps, {})
    other = None if donor is None else captured_pass(model, donor, {})
    edits: dict[int, list[ScanEdit]] = {}
    for place in target.places:
        edits.setdefault(place.site, []).append(_edit(model, steps, target, place, clean, other))
    changed = torch.stack([_meets(edit, clean.scans[k]) for k, found in edits.items() for edit in found]).any(0)
    cut = captured_pass(model, steps, edits) if bool(changed.any()) else clean
    out = prediction_effects(model.spec.task, clean.logits, cut.logits, None if other is None else other.logits)
    out |= _state_changes(model, steps, clean, cut)
    for name in ("effect", "effect_logit", "state_change", "scan_state_change"):
        if name in out:
            out[name][~changed] = torch.where(out[name][~changed].isnan(), torch.nan, 0.0)
    return {"changed": changed.numpy(), **{name: array(x) for name, x in out.items()}}


def _edit(
    model: Adapted,
    steps: Steps,
    target: CapturedTarget,
    place: ScanStreams,
    clean: CapturedPass,
    other: CapturedPass | None,
) -> ScanEdit:
    """Return the edit of one scan."""
    inputs = clean.scans[place.site].inputs
    where = changed_positions(model, place, steps, (target.start, target.stop), inputs, own_steps=target.own_steps)
    channels, states = inputs.A.shape[1:]
    picked = channel_mask(target.channels, channels)
    if target.component == "edge":
        W = torch.full_like(inputs.W, torch.nan)
        for to, source in place.edges:
            W[:, to, source] = float(target.value) if target.value is not None else torch.nan
        return ScanEdit("edge", where, picked, W)
    if other is None:
        return ScanEdit(target.component, where, picked, given_value(target, (channels, states), inputs.A.dtype))
    theirs = other.scans[place.site]
    if theirs.inputs.x.shape != inputs.x.shape:
        raise ConfigError(
            f"intervene: the scan at {theirs.site!r} has shape {tuple(theirs.inputs.x.shape)} for the donors and {tuple(inputs.x.shape)} for the recorded "
            "samples (stream, sample, step, channel), so there is no state at the same step; choose other donors"
        )
    if target.component == "state":
        return ScanEdit("state", where, picked, theirs.states())
    x, dt, _, B, _, _, _, mask = theirs.inputs
    increment = (dt * x)[..., None] * B[..., None, :]
    return ScanEdit(
        "increment", where, picked, increment if mask is None else torch.where(mask[..., None, None], increment, 0.0)
    )


def _meets(edit: ScanEdit, scan: CapturedScan) -> Bool[Tensor, " batch"]:
    """Return whether an edit changes something in a sample: an unmasked position, or a weight that is another one."""
    inputs = scan.inputs
    where = edit.where if inputs.mask is None else edit.where & inputs.mask
    found = where.any(-1).any(0)
    if edit.kind == "edge" and edit.value is not None:
        found &= ((edit.value != inputs.W) & ~edit.value.isnan()).any(-1).any(-1)
    return found.cpu()


def _state_changes(model: Adapted, steps: Steps, clean: CapturedPass, cut: CapturedPass) -> dict[str, Tensor]:
    """Return ‖h_clean − h_intervened‖₂ at the model's steps, and at those of every scan."""
    layers, rows = layers_of(model), steps.mask.shape[1]
    most = (max(site.streams for site in model.sites), max(site.steps for site in model.sites))
    by_scan = torch.full((rows, len(model.sites), *most), torch.nan)
    by_layer = torch.full((rows, len(layers), len(model.spec.names), model.steps), torch.nan)
    cells = [
        (y, m, cell, [scan_step_at(model, cell.site, stream, steps) for stream in cell.streams])
        for y, layer in enumerate(layers)
        for m, cell in enumerate(layer)
        if cell is not None
    ]
    for k, (one, two) in enumerate(zip(clean.scans, cut.scans, strict=True)):
        for b in range(rows):
            change = (
                (sample_states(one, b) - sample_states(two, b)).flatten(2).norm(dim=-1).float().cpu()
            )  # stream, step
            by_scan[b, k, : len(change), : change.shape[1]] = change
            start = torch.cat([torch.zeros(len(change), 1), change], 1)  # first the state before all steps
            for y, m, cell, at in cells:
                if cell.site == k:
                    found = [start[s, places[b] + 1] for s, places in zip(cell.streams, at, strict=True)]
                    by_layer[b, y, m] = torch.stack(found).norm(dim=0)
    return {"state_change": by_layer, "scan_state_change": by_scan}
