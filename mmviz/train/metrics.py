"""Losses and scores of a task, for training and for validation."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import torch
from torch.nn import functional

if TYPE_CHECKING:
    from jaxtyping import Float, Shaped
    from torch import Tensor

    from mmviz.data.spec import Task


def loss_of(task: Task, output: Float[Tensor, "batch output"], target: Shaped[Tensor, " batch"]) -> Float[Tensor, ""]:
    """Return cross-entropy in nat (classification) or mean absolute error (regression; the paper's L1)."""
    if task.kind == "classification":
        return functional.cross_entropy(output, target)
    return functional.l1_loss(output[:, 0], target.to(output.dtype))


def scores_of(task: Task, output: Float[Tensor, "batch output"], target: Shaped[Tensor, " batch"]) -> dict[str, float]:
    """Return ``accuracy`` (classification), or ``mae`` and ``correlation`` (regression; NaN where undefined)."""
    if task.kind == "classification":
        return {"accuracy": (output.argmax(-1) == target).double().mean().item()}
    value, truth = output[:, 0].double(), target.double()
    return {"mae": (value - truth).abs().mean().item(), "correlation": _correlation(value, truth)}


def _correlation(a: Float[Tensor, " batch"], b: Float[Tensor, " batch"]) -> float:
    if len(a) < 2:
        return math.nan
    a, b = a - a.mean(), b - b.mean()
    scale = (a.norm() * b.norm()).item()
    return torch.dot(a, b).item() / scale if scale > 0 else math.nan
