"""Group /attribution by integrated gradients: contribution of every modality and step to each raw output, relative to imputed inputs."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import torch
import xarray as xr

from mmviz.core.errors import MissingDependencyError
from mmviz.models.batch import Steps
from mmviz.models.user_module.model import Adapted
from mmviz.recording.samples import array, coordinates, in_output_order, outputs

if TYPE_CHECKING:
    from collections.abc import Callable

    from captum.attr import IntegratedGradients
    from jaxtyping import Float
    from torch import Tensor

    from mmviz.data.matching import Matching
    from mmviz.models.base import FusionModel
    from mmviz.models.batch import Batch

RULE = "integrated gradients"
#: points of the quadrature in a Trace
POINTS = 32
#: with ``attribution="auto"``: most estimated operations, 6 · parameters · frames · samples · points · outputs, about ten seconds on a laptop
AUTO_OPERATIONS = 2e11
_ROWS = 64


class Shares(NamedTuple):
    """Contributions of one batch to every output: of steps, of frames (where they are not the steps), and both ends of the path."""

    steps: Float[np.ndarray, "batch output modality time"]
    frames: dict[str, Float[np.ndarray, "batch output frame"]]
    bias: Float[np.ndarray, "batch output"]
    logit: Float[np.ndarray, "batch output"]


def why_not_integrated(model: FusionModel, batch: Batch) -> str:
    """Return why integrated gradients do not apply to a model, a sentence; "" where they do. ``batch``: one sample."""
    if isinstance(model, Adapted) and model.config.tokens:
        return f"modality {model.config.tokens[0]!r} holds token ids, which have no gradient; wrap the module behind its embedding"
    with torch.enable_grad():
        function, points, _, extra = _path(model, model.encode(batch))
        if not function(*(x.clone().requires_grad_() for x in points), *extra).requires_grad:
            return "the prediction has no gradient with respect to the inputs; remove torch.no_grad() and detach() from the module"
    return ""


def estimated_operations(model: FusionModel, samples: int) -> float:
    """Return the estimated operations for that many recorded samples."""
    weights = sum(p.numel() for p in model.parameters())
    frames = max(m.steps for m in model.spec.modalities)
    return 6.0 * weights * frames * samples * POINTS * model.spec.task.outputs


def integrated_of(model: FusionModel, batch: Batch, chosen: np.ndarray, matching: Matching) -> dict[str, xr.Dataset]:
    """Return the groups ``/attribution`` and ``/attribution_frames/NAME`` of the recorded samples.

    For each output: share = Σ over the channels of (x − x') · ∫ ∂f(x' + α(x − x')) / ∂x dα, by captum. For a user's module x are the frames
    that it receives and x' the imputed ones (its ``missing=``) wherever a frame was recorded; masks stay. For other models x is the encoder output
    and x' is zero. ``bias`` is f(x'); ``conservation_error`` is the gap of the quadrature.

    References
    ----------
    .. [1] M. Sundararajan, A. Taly, Q. Yan, Axiomatic attribution for deep networks, 2017 (equations 1 and 3).
    """
    found = shares(model, batch.ordered(model.spec.names), POINTS)
    error = np.abs(found.logit - found.bias - found.steps.sum((2, 3), dtype=np.float64)).astype(np.float32)
    base = "the imputed frames" if isinstance(model, Adapted) else "encoder outputs of 0"
    data = xr.Dataset(
        {
            "share": (("recorded_sample", "output", "modality", "time"), in_output_order(matching, found.steps)),
            "bias": (("recorded_sample", "output"), matching.outputs(found.bias)),
            "logit": (("recorded_sample", "output"), matching.outputs(found.logit)),
            "conservation_error": (("recorded_sample", "output"), matching.outputs(error)),
        },
        coords={**coordinates(model.spec, chosen), "output": outputs(matching.spec)},
        attrs={
            "rule": RULE,
            "steps_per_block": 1,
            "points": POINTS,
            "baseline": base,
            "label": RULE,
            "description": f"Integrated gradients of the raw output (logit or value) along the straight path from {base} to the sample, {POINTS} points. The shares "
            "and the bias (the output at the start of the path) add up to the output, up to the error of the quadrature, which is stored.",
        },
    )
    meanings = {"share": "contribution to the output", "bias": f"output at {base}", "logit": "raw output: logit, or value",
                "conservation_error": "|output − bias − Σ share|, gap of the quadrature"}  # fmt: skip
    for name, meaning in meanings.items():
        data[name].attrs = {"long_name": meaning, "units": "1"}
    groups = {"/attribution": data}
    for name, parts in found.frames.items():
        group = xr.Dataset(
            {"share": (("recorded_sample", "output", "frame"), in_output_order(matching, parts))},
            coords={"recorded_sample": chosen, "output": outputs(matching.spec)},
            attrs={
                "description": "Integrated gradients of each frame; the share of a step is the sum over its frames."
            },
        )
        group["share"].attrs = {"long_name": "contribution of a frame to the output", "units": "1"}
        groups[f"/attribution_frames/{name}"] = group
    return groups


def shares(model: FusionModel, batch: Batch, points: int) -> Shares:
    """Return the integrated gradients of every output for a batch in the order of the model's modalities.

    Raises
    ------
    MissingDependencyError
        If captum (extra ``explain``) is not installed.
    """
    explain = _captum()
    steps = model.encode(batch)
    function, ends, starts, extra = _path(model, steps)
    parts: list[list[np.ndarray]] = []
    with torch.enable_grad():
        for k in range(model.spec.task.outputs):
            found = explain(function).attribute(
                ends,
                starts,
                target=k,
                additional_forward_args=extra,
                n_steps=points,
                internal_batch_size=max(len(ends[0]), _ROWS),
            )
            parts.append([array(part.sum(-1)) for part in found])
    with torch.no_grad():
        logit, bias = (array(function(*at, *extra)) for at in (ends, starts))
    each = [np.stack([of_output[i] for of_output in parts], 1) for i in range(len(ends))]
    if not isinstance(model, Adapted):
        return Shares(each[0].transpose(0, 1, 3, 2), {}, bias, logit)  # (batch, output, time, modality): see _path
    by_step = np.zeros((len(logit), logit.shape[1], len(model.spec.names), model.steps), np.float32)
    frames = {}
    places = model.frames.step_of_frame(steps)
    for m, modality in enumerate(model.spec.modalities):
        if modality.static:
            by_step[:, :, m] = each[m].sum(-1, keepdims=True) / model.steps
        else:
            at = places[modality.name].numpy()
            for b, k in np.ndindex(*by_step.shape[:2]):
                known = at[b] >= 0
                by_step[b, k, m] = np.bincount(at[b][known], each[m][b, k][known], model.steps)
        if model.align != "pad" or modality.static:
            frames[modality.name] = each[m]
    return Shares(by_step, frames, bias, logit)


def _path(
    model: FusionModel, steps: Steps
) -> tuple[Callable[..., Tensor], tuple[Tensor, ...], tuple[Tensor, ...], tuple[Tensor, ...]]:
    """Return the raw outputs as a function of inputs, the inputs at both ends of the path (sample, start), and its further arguments."""
    if not isinstance(model, Adapted):
        # batch first, as captum requires: (batch, time, modality, width)
        x, mask = steps.x.detach().permute(1, 2, 0, 3), steps.mask.movedim(1, 0)

        def of_steps(values: Tensor, valid: Tensor) -> Tensor:
            return model.fuse(Steps(values.permute(2, 0, 1, 3), valid.movedim(0, 1)))

        return of_steps, (x,), (torch.zeros_like(x),), (mask,)
    names = model.spec.names
    frames, recorded = model.frames.unpack(steps)
    values, *masks = model.inputs(steps)
    imputed = model.imputed_frames(frames, recorded)
    ends = tuple(values[name].detach() for name in names)
    starts = tuple(
        torch.where(recorded[name][..., None], imputed[name].to(end.dtype), end)
        for name, end in zip(names, ends, strict=True)
    )

    def of_frames(*given: Tensor) -> Tensor:
        count = len(names)
        inputs: tuple[dict[str, Tensor], ...] = (dict(zip(names, given[:count], strict=True)),)
        inputs += (dict(zip(names, given[count:], strict=True)),) if masks else ()
        return model.read(model.call_module(inputs), len(given[0]))

    return of_frames, ends, starts, tuple(masks[0][name] for name in names) if masks else ()


def _captum() -> type[IntegratedGradients]:
    try:
        from captum.attr import IntegratedGradients
    except ImportError as error:
        raise MissingDependencyError(
            "record: attribution='integrated gradients' needs captum, which is not installed; install the extra 'explain': pip install 'mmviz[explain]'"
        ) from error
    return IntegratedGradients
