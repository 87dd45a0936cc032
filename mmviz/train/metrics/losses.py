"""The loss of a task, and the few scores that follow a training epoch by epoch."""

from __future__ import annotations

from typing import TYPE_CHECKING

from torch.nn import functional

from mmviz.metrics.values import mean_absolute_error, pearson

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
    value, truth = (v.detach().cpu().numpy() for v in (output[:, 0].double(), target.double()))
    return {"mae": mean_absolute_error(value, truth).value, "correlation": pearson(value, truth).value}
