"""The loss of a task, and the few scores that follow a training epoch by epoch."""

from __future__ import annotations

from typing import TYPE_CHECKING

from torch.nn import functional

from mmviz.metrics.agreement import balanced_accuracy, f1
from mmviz.metrics.values import mean_absolute_error, pearson

if TYPE_CHECKING:
    from jaxtyping import Float, Shaped
    from torch import Tensor

    from mmviz.data.spec import Task


def loss_of(
    task: Task,
    output: Float[Tensor, "batch output"],
    target: Shaped[Tensor, " batch"],
    weight: Float[Tensor, " class"] | None = None,
) -> Float[Tensor, ""]:
    """Return cross-entropy in nat (classification) or mean absolute error (regression; the paper's L1).

    With ``weight`` it is the mean over samples of weight[class] · cross-entropy; it is not divided by the batch's mean weight.
    """
    if task.kind == "classification" and weight is not None:
        return functional.cross_entropy(output, target, weight.to(output), reduction="none").mean()
    if task.kind == "classification":
        return functional.cross_entropy(output, target)
    return functional.l1_loss(output[:, 0], target.to(output.dtype))


def scores_of(task: Task, output: Float[Tensor, "batch output"], target: Shaped[Tensor, " batch"]) -> dict[str, float]:
    """Return the scores that follow a training.

    ``accuracy``, ``balanced_accuracy`` and ``f1_macro`` of a classification, ``mae`` and ``correlation`` of a regression; NaN where
    undefined.
    """
    if task.kind == "classification":
        chosen, labels = output.argmax(-1).cpu().numpy(), target.cpu().numpy()
        return {
            "accuracy": (output.argmax(-1) == target).double().mean().item(),
            "balanced_accuracy": balanced_accuracy(chosen, labels).value,
            "f1_macro": f1(chosen, labels, average="macro").value,
        }
    value, truth = (v.detach().cpu().numpy() for v in (output[:, 0].double(), target.double()))
    return {"mae": mean_absolute_error(value, truth).value, "correlation": pearson(value, truth).value}
