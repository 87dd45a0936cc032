"""Effect of an intervention on predictions: clean minus intervened, and the recovery of a donor's prediction."""

from __future__ import annotations

from typing import TYPE_CHECKING

import torch

if TYPE_CHECKING:
    from collections.abc import Sequence

    from jaxtyping import Float
    from torch import Tensor

    from mmviz.data.spec import Task
    from mmviz.recording.captured_target import CapturedTarget
    from mmviz.recording.intervention_target import Target

_SMALLEST = 1e-6


def predicted(task: Task, logits: Float[Tensor, "*batch output"]) -> Float[Tensor, "*batch output"]:
    """Return class probabilities, or the values of a regression."""
    return logits.softmax(-1) if task.kind == "classification" else logits


def prediction_effects(
    task: Task,
    clean: Float[Tensor, "batch output"],
    cut: Float[Tensor, "batch output"],
    donor: Float[Tensor, "batch output"] | None,
) -> dict[str, Tensor]:
    """Return ``clean``, ``intervened``, ``effect``, for a classification their logits, and with a donor its prediction and ``recovery``."""
    out = {"clean": predicted(task, clean), "intervened": predicted(task, cut)}
    if task.kind == "classification":
        out |= {"clean_logit": clean, "intervened_logit": cut, "effect_logit": clean - cut}
    out["effect"] = out["clean"] - out["intervened"]
    if donor is not None:
        out |= {"donor_prediction": predicted(task, donor), "recovery": recovery(clean, cut, donor)}
    return out


def recovery(clean: Tensor, cut: Tensor, donor: Tensor) -> Tensor:
    """Return (g(cut) − g(clean)) / (g(donor) − g(clean)), g the logit difference of the two predicted classes, or the value."""
    if clean.shape[-1] == 1:
        a, b, c = clean[:, 0], cut[:, 0], donor[:, 0]
    else:
        there, here = donor.argmax(-1, keepdim=True), clean.argmax(-1, keepdim=True)
        a, b, c = ((x.gather(-1, there) - x.gather(-1, here))[:, 0] for x in (clean, cut, donor))
    return torch.where(
        (c - a).abs() > _SMALLEST, (b - a) / torch.where((c - a).abs() > _SMALLEST, c - a, 1.0), torch.nan
    )


def given_value(target: Target | CapturedTarget, shape: Sequence[int], dtype: torch.dtype) -> Tensor | None:
    """Return the given value for all channels of a layer, (*shape); None for ``hold``."""
    if target.value is None:
        return None
    value = torch.as_tensor(target.value, dtype=dtype)
    if value.ndim == 0 or target.channels is None:
        return value.expand(*shape)
    out = torch.zeros(*shape, dtype=dtype)
    out[list(target.channels)] = value
    return out
