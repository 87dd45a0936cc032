"""Unimodal scores of a batch: how well each modality alone predicts it, for strategies that compare modalities."""

from __future__ import annotations

from typing import TYPE_CHECKING

import torch
from torch.nn import functional

from mmviz.train.strategies.unimodal import unimodal_pass

if TYPE_CHECKING:
    from collections.abc import Callable

    from jaxtyping import Float, Int, Shaped
    from torch import Tensor

    from mmviz.data.spec import Task
    from mmviz.models.batch import Steps
    from mmviz.train.strategies.base import Training

    Score = Callable[[Task, Tensor, Tensor, Tensor], Tensor]


def log_scores(
    task: Task,
    output: Float[Tensor, "row output"],
    target: Shaped[Tensor, " row"],
    among: Shaped[Tensor, " any"] | None = None,
) -> Float[Tensor, " row"]:
    """Return log p(true class), or -|error|/MAD of a regression; MAD of the targets ``among``, or given. Larger is better."""
    if task.kind == "classification":
        return -functional.cross_entropy(output, target, reduction="none")
    value = target.to(output.dtype)
    every = value if among is None else among.to(output.dtype)
    spread = (every - every.median()).abs().mean() if len(every) else every.sum()
    return -(output[:, 0] - value).abs() / torch.where(spread > 0, spread, torch.ones_like(spread))


@torch.no_grad()
def unimodal_scores(
    training: Training, steps: Steps, target: Shaped[Tensor, " batch"], score: Score
) -> tuple[Float[Tensor, " modality"], Int[Tensor, " modality"]]:
    """Return the mean score of each modality over the samples that have it, on all devices, and their number.

    Predictions are those of :func:`unimodal_pass` without dropout, so that no random number is drawn. A modality without samples has the score 0.

    Parameters
    ----------
    training
        Model and devices.
    steps, target
        Encoded batch, on this device.
    score
        From task, outputs, targets of the rows, and targets of the rows of all devices to one score per row: :func:`log_scores`.
    """
    model, devices = training.model, training.devices
    model.eval()
    try:
        output, modality, sample = unimodal_pass(model, steps)
    finally:
        model.train()
    each = score(training.task, output, target[sample], devices.gather(target[sample]))
    own = modality == torch.arange(len(training.names), device=modality.device)[:, None]
    count = devices.total(own.sum(1))
    total = devices.total(torch.where(own, each, torch.zeros_like(each)).sum(1))
    return total / count.clamp(min=1), count
