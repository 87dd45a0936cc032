"""Loss of a task, metrics of every epoch, and ``score``: the metrics used in the papers' tables, by the names of `mmviz.metrics`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

import numpy as np
from numpy.typing import ArrayLike
from torch.nn import functional

from mmviz.core.errors import ConfigError, DataError
from mmviz.data.label_layout import ONE_AT_A_TIME
from mmviz.data.spec import Task
from mmviz.metrics.classification import accuracy, balanced_accuracy, classification, f1, polarity
from mmviz.metrics.regression import mean_absolute_error, pearson, regression, sentiment
from mmviz.metrics.score import Metrics

if TYPE_CHECKING:
    from jaxtyping import Float, Shaped
    from torch import Tensor

__all__ = [
    "Metrics",
    "accuracy",
    "classification",
    "f1",
    "loss_of",
    "mean_absolute_error",
    "pearson",
    "polarity",
    "regression",
    "score",
    "scores_of",
    "sentiment",
]


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
    """Return the metrics of one epoch.

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


def score(
    task: Task,
    prediction: ArrayLike,
    target: ArrayLike | None,
    *,
    convention: Literal["mosi", "sims", "polarity"] | None = None,
) -> Metrics:
    """Return the metrics of predictions, ``score(ds.spec.task, run.predict(ds["test"]), ds["test"].target, convention="mosi")``.

    Parameters
    ----------
    task
        Task of the data set.
    prediction
        As `Run.predict` returns it: probabilities (n, classes), or values (n,).
    target
        Labels (n,).
    convention
        A regression: "mosi" or "sims", see `sentiment`. A classification into negative, neutral, positive: "polarity". None gives the
        metrics that need no convention.

    Returns
    -------
    Metrics
        Values by name, with the convention of each in words.

    Raises
    ------
    ConfigError
        If the convention does not belong to the task.
    DataError
        If the shapes do not match, or there are no labels.
    """
    if target is None:
        raise DataError("score: target is None, the split has no labels; score a labelled split")
    if np.ndim(target) > 1:
        raise DataError(f"score: target of shape {np.shape(target)}, expected one label per sample; {ONE_AT_A_TIME}")
    allowed = {"classification": (None, "polarity"), "regression": (None, "mosi", "sims")}[task.kind]
    if convention not in allowed:
        raise ConfigError(f"score: convention={convention!r} for a {task.kind}; use one of {allowed}")
    if convention == "mosi" or convention == "sims":
        return sentiment(prediction, target, convention=convention)
    if convention == "polarity":
        return polarity(prediction, target)
    return classification(prediction, target) if task.kind == "classification" else regression(prediction, target)
