"""Class balance in training: class weights of the loss, and epochs that read every class equally often."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
import torch

from mmviz.core.errors import ConfigError

if TYPE_CHECKING:
    from jaxtyping import Float, Int
    from torch import Tensor

    from mmviz.data.spec import Task

SAMPLINGS = ("shuffle", "balanced")


def class_weights(
    option: str | Mapping[str, float] | None, task: Task, target: Int[np.ndarray, " sample"]
) -> Float[Tensor, " class"] | None:
    """Return the weight of each class in the loss, float32; None where all count the same.

    Parameters
    ----------
    option
        ``"balanced"``: n / (K · n_c), for n samples of K classes that occur and n_c of class c, so that every class has the same
        weight in total and the mean weight of a sample is 1. A mapping of class names to weights: classes it does not name have 1.
    task
        Names the classes.
    target
        Classes of the training samples.

    Raises
    ------
    ConfigError
        For a regression, an unknown class, or a weight that is not a number ≥ 0.
    """
    if option is None:
        return None
    if task.kind != "classification":
        raise ConfigError(f"fit: class_weight={option!r} for a {task.kind}; only a classification has classes")
    if isinstance(option, str):
        counts = np.bincount(np.asarray(target, dtype=np.int64), minlength=len(task.classes)).astype(float)
        there = counts > 0
        weight = np.ones(len(counts))
        weight[there] = counts.sum() / (there.sum() * counts[there])
        return torch.tensor(weight, dtype=torch.float32)
    unknown = [name for name in option if name not in task.classes]
    if unknown:
        raise ConfigError(
            f"fit: class_weight names {unknown[0]!r}; the classes are {', '.join(map(repr, task.classes))}"
        )
    return torch.tensor([float(option.get(name, 1.0)) for name in task.classes], dtype=torch.float32)


def checked_weight(option: Any) -> str | dict[str, float] | None:
    """Return ``class_weight`` as plain values; ConfigError where it is neither None, "balanced" nor a mapping of numbers ≥ 0."""
    if option is None or option == "balanced":
        return option
    if not isinstance(option, Mapping):
        raise ConfigError(
            f"fit: class_weight={option!r}, expected None, 'balanced' or a mapping of class names to weights"
        )
    for name, value in option.items():
        real = isinstance(value, (int, float)) and not isinstance(value, bool)
        if not isinstance(name, str) or not real or not 0 <= value < float("inf"):
            raise ConfigError(f"fit: class_weight[{name!r}]={value!r}, expected the name of a class and a number ≥ 0")
    if not any(value > 0 for value in option.values()):
        raise ConfigError(f"fit: class_weight={dict(option)!r} has no weight above 0, so no sample would be trained on")
    return {name: float(value) for name, value in option.items()}


def balanced_rows(target: Int[np.ndarray, " sample"], rng: np.random.Generator) -> Int[np.ndarray, " sample"]:
    """Return as many rows as samples, shuffled, in which classes occur equally often (their counts differ by at most one).

    The samples of a small class are repeated, equally often up to one; of a large class a random part is taken.
    """
    classes, rest = np.unique(target), len(target)
    share = np.full(len(classes), rest // len(classes))
    share[rng.permutation(len(classes))[: rest % len(classes)]] += 1
    rows = []
    for c, count in zip(classes, share, strict=True):
        members = np.flatnonzero(target == c)
        repeats = [rng.permutation(members) for _ in range(-(-count // len(members)))]
        rows.append(np.concatenate(repeats or [members])[:count])
    return rng.permutation(np.concatenate(rows))
