"""Groups /attribution and /attribution_frames: contribution of every modality and step to the outputs, streams and prefixes, with frozen gates."""

from __future__ import annotations

from importlib.util import find_spec
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import torch
import xarray as xr

from mmviz.core.errors import ConfigError
from mmviz.core.options import one_of
from mmviz.models.batch import batch_of
from mmviz.models.coalitions import CHUNK_BYTES
from mmviz.models.frozen_gates import RULES, FrozenModel, freeze
from mmviz.models.user_module.model import Adapted
from mmviz.recording import integrated_gradients
from mmviz.recording.influence import in_blocks, steps_per_block
from mmviz.recording.samples import array, coordinates, in_output_order, outputs

if TYPE_CHECKING:
    from collections.abc import Iterator

    from jaxtyping import Float
    from torch import Tensor

    from mmviz.data.dataset import Split
    from mmviz.data.matching import Matching
    from mmviz.models.base import FusionModel
    from mmviz.models.batch import Batch
    from mmviz.train.run import Run

#: values of ``mm.record(attribution=)`` besides None
ATTRIBUTIONS = ("auto", *RULES, integrated_gradients.RULE)
LABEL = "end-to-end attribution"
DESCRIPTION = (
    "Contribution to the raw output (logit or value) with all factors that depend on the data held at their values: an affine network in the encoder "
    "outputs. The contributions and the bias add up to the output."
)


def attribution_rule(
    run: Run, split: Split, matching: Matching, chosen: np.ndarray, requested: str | None
) -> tuple[str | None, str]:
    """Return the rule of the attribution to record (None: none is recorded), and a note where ``auto`` records none.

    ``auto`` is ``frozen``; for a user's module, whose gates are unknown, integrated gradients where they are cheap.

    Raises
    ------
    ConfigError
        Another value; or a rule by name that does not apply to the model (the reason is named).
    """
    if requested is None:
        return None, ""
    one_of(requested, ATTRIBUTIONS, "record: attribution (None records none)")
    if requested == integrated_gradients.RULE or (requested == "auto" and isinstance(run.model, Adapted)):
        return _integrated(run, split, matching, chosen, requested)
    rule = "frozen" if requested == "auto" else requested
    try:
        with run.at_epoch(run.best_epoch) as model, torch.no_grad():
            freeze(model, model.encode(batch_of(split, chosen[:1], matching).ordered(model.spec.names)), rule=rule)
    except ConfigError as error:
        if requested != "auto":
            raise ConfigError(f"record: attribution={requested!r}: {error}") from error
        return None, f"No end-to-end attribution: {error}."
    return rule, ""


def _integrated(
    run: Run, split: Split, matching: Matching, chosen: np.ndarray, requested: str
) -> tuple[str | None, str]:
    """Return the rule of integrated gradients, or with ``auto`` None and a note where they do not apply or cost much."""
    named = requested != "auto"
    with run.at_epoch(run.best_epoch) as model:
        reason = why = integrated_gradients.why_not_integrated(
            model, batch_of(split, chosen[:1], matching).ordered(model.spec.names)
        )
        if not named and not reason and find_spec("captum") is None:
            reason = "captum is not installed (extra 'explain')"
        if not named and not reason:
            cost = integrated_gradients.estimated_operations(model, len(chosen))
            if cost > integrated_gradients.AUTO_OPERATIONS:
                reason = (
                    f"integrated gradients of {len(chosen)} samples take about {cost:.0e} operations; record it with attribution="
                    f"{integrated_gradients.RULE!r}"
                )
    if named and why:
        raise ConfigError(f"record: attribution={requested!r}: {why}")
    return (None, f"No end-to-end attribution: {reason}.") if reason else (integrated_gradients.RULE, "")


class Contributions(NamedTuple):
    """Contributions of the source blocks of one sample, from replays of single blocks.

    ``stream`` is the norm over channels, a mean over the steps of a target block; ``prefix`` (None unless the fusion is causal) the signed share in
    the output at every step, ``prefix_bias`` the output at zero encoder outputs.
    """

    stream: np.ndarray
    prefix: np.ndarray | None
    prefix_bias: np.ndarray | None


#: samples, spread evenly over the split, of the mean encoded step
_MEAN_SAMPLES, _ROWS = 256, 64


@torch.no_grad()
def mean_step(run: Run, split: Split, matching: Matching) -> Float[Tensor, "modality 1 1 width"]:
    """Return the mean encoded step of each modality at the best epoch, see :func:`mean_step_of`."""
    with run.at_epoch(run.best_epoch) as model:
        return mean_step_of(model, split, matching)


@torch.no_grad()
def mean_step_of(model: FusionModel, split: Split, matching: Matching) -> Float[Tensor, "modality 1 1 width"]:
    """Return the mean encoded step of each modality, over the valid steps of at most 256 samples of the split."""
    rows = np.unique(np.linspace(0, len(split) - 1, min(_MEAN_SAMPLES, len(split))).round().astype(int))
    total, count = torch.zeros(()), torch.zeros(())
    for start in range(0, len(rows), _ROWS):
        steps = model.encode(batch_of(split, rows[start : start + _ROWS], matching).ordered(model.spec.names))
        total = total + steps.x.sum((1, 2), keepdim=True)
        count = count + steps.mask.sum((1, 2))[:, None, None, None]
    return total / count.clamp(min=1)


def attribution_of(
    model: FusionModel,
    batch: Batch,
    chosen: np.ndarray,
    matching: Matching,
    rule: str,
    mean: Float[Tensor, "modality 1 1 width"],
) -> dict[str, xr.Dataset]:
    """Return the groups of the recorded samples at the best epoch; ``mean`` as from :func:`mean_step`."""
    steps = model.encode(batch.ordered(model.spec.names))
    frozen = freeze(model, steps, rule=rule)
    at_steps, at_mean = frozen.contributions_of((frozen.steps.x, mean))
    share, of_mean, bias, logit = (array(part) for part in (at_steps, at_mean, frozen.bias(), frozen.logit))
    width = steps_per_block(model.steps)
    replayed = [contributions(frozen, sample, width) for sample in range(len(chosen))]
    first = np.arange(0, model.steps, width)
    names = list(model.spec.names)
    error = np.abs(logit - bias - share.sum((2, 3), dtype=np.float64)).astype(np.float32)
    pair = ("target_modality", "target_block", "source_modality", "source_block")
    data = xr.Dataset(
        {
            "share": (("recorded_sample", "output", "modality", "time"), in_output_order(matching, share)),
            "share_of_mean": (("recorded_sample", "output", "modality", "time"), in_output_order(matching, of_mean)),
            "bias": (("recorded_sample", "output"), matching.outputs(bias)),
            "logit": (("recorded_sample", "output"), matching.outputs(logit)),
            "conservation_error": (("recorded_sample", "output"), matching.outputs(error)),
            "stream": (("recorded_sample", *pair), np.stack([found.stream for found in replayed])),
        },
        coords={
            **coordinates(model.spec, chosen),
            "output": outputs(matching.spec),
            "target_modality": names,
            "source_modality": names,
            "target_block": first,
            "source_block": first,
        },
        attrs={
            "rule": rule,
            "steps_per_block": width,
            "label": LABEL,
            "description": f"{DESCRIPTION} Rule {rule!r}: {RULES[rule]}.",
        },
    )
    if frozen.causal:
        prefix = np.stack([found.prefix for found in replayed if found.prefix is not None])
        at_zero = np.stack([found.prefix_bias for found in replayed if found.prefix_bias is not None])
        data["prefix"] = (("recorded_sample", "output", "time", *pair[2:]), in_output_order(matching, prefix))
        data["prefix_bias"] = (("recorded_sample", "output", "time"), in_output_order(matching, at_zero))
    for name, meaning in _MEANINGS.items():
        if name in data:
            data[name].attrs = {"long_name": meaning, "units": "1"}
    return {"/attribution": data} | _frames(model, batch, share, chosen, matching)


_MEANINGS = {
    "share": "contribution to the output",
    "share_of_mean": "part of the contribution that the mean encoded step of the modality has",
    "bias": "output at zero encoder outputs",
    "logit": "raw output: logit, or value",
    "conservation_error": "|output − bias − Σ share|",
    "stream": "contribution to the stream before pooling, norm over channels",
    "prefix": "contribution to the output for the steps 0..t",
    "prefix_bias": "output for the steps 0..t at zero encoder outputs",
}


@torch.no_grad()
def contributions(frozen: FrozenModel, sample: int, width: int, *, chunk_bytes: int = CHUNK_BYTES) -> Contributions:
    """Return the contributions of every source block of one sample: replays of inputs that keep one block, minus the replay at zero.

    Parameters
    ----------
    frozen
        Result of :func:`mmviz.models.frozen_gates.freeze`.
    sample
        Position in its batch.
    width
        Steps per block.
    chunk_bytes
        Bytes of encoded steps per forward pass; influences the result only within rounding.
    """
    x, mask = frozen.steps.x[:, sample], frozen.steps.mask[:, sample]
    M, T, _ = x.shape
    count = -(-T // width)
    cells = [(m, b) for m in range(M) for b in range(count) if bool(mask[m, b * width : (b + 1) * width].any())]
    stream = np.zeros((M, count, M, count), np.float32)
    K = frozen.logit.shape[1]
    prefix = np.zeros((K, T, M, count), np.float32) if frozen.causal else None
    at_zero = frozen.evaluate(torch.zeros_like(x)[:, None], torch.tensor([sample], device=x.device))
    size = max(1, chunk_bytes // max(1, x.numel() * x.element_size()))
    for held in (cells[i : i + size] for i in range(0, len(cells), size)):
        rows = x.new_zeros(M, len(held), *x.shape[1:])
        for row, (m, b) in enumerate(held):
            rows[m, row, b * width : (b + 1) * width] = x[m, b * width : (b + 1) * width]
        found = frozen.evaluate(rows, torch.full((len(held),), sample, device=x.device))
        m, b = np.array(held).T
        moved = array((found.streams - at_zero.streams).norm(dim=-1))
        stream[:, :, m, b] = in_blocks(moved, 2, width).transpose(0, 2, 1)
        if prefix is not None and found.prefixes is not None and at_zero.prefixes is not None:
            prefix[:, :, m, b] = array(found.prefixes - at_zero.prefixes).transpose(2, 1, 0)
    return Contributions(stream, prefix, None if at_zero.prefixes is None else array(at_zero.prefixes)[0].T)


def averaged_modalities(model: FusionModel) -> Iterator[str]:
    """Yield the modalities whose steps are averages of frames, or repeat a frame."""
    for modality in model.spec.modalities:
        if model.align != "pad" or modality.static:
            yield modality.name


@torch.no_grad()
def _frames(
    model: FusionModel, batch: Batch, share: np.ndarray, chosen: np.ndarray, matching: Matching
) -> dict[str, xr.Dataset]:
    """Return the shares of the recorded frames.

    A step is encoded after averaging, so its frames are not distinguished by the model: each frame takes the part of the step's share that is its weight
    in the average, which keeps the sum. This is our interpretation.
    """
    groups = {}
    for name in averaged_modalities(model):
        m = model.spec.names.index(name)
        parts = [
            share[i, :, m].astype(np.float64) @ model.frame_weights(batch.sample(i), name)[0].double().cpu().numpy()
            for i in range(len(chosen))
        ]
        data = xr.Dataset(
            {
                "share": (
                    ("recorded_sample", "output", "frame"),
                    in_output_order(matching, np.stack(parts).astype(np.float32)),
                )
            },
            coords={"recorded_sample": chosen, "output": outputs(matching.spec)},
            attrs={
                "description": "The share of a step is divided among its frames by their weights in the step's average."
            },
        )
        data["share"].attrs = {"long_name": "contribution of a frame to the output", "units": "1"}
        groups[f"/attribution_frames/{name}"] = data
    return groups
