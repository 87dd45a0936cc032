"""Diagnosing and re-learning: the parameters of a modality are moved back to their initial values, the more its features overfit."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import torch

from mmviz.core.errors import ConfigError
from mmviz.core.options import number, one_of, whole
from mmviz.train.modality_parameters import modality_parameters, require_modality_parameters
from mmviz.train.strategies.features import features_of_split
from mmviz.train.strategies.joint import Joint
from mmviz.train.strategies.method import Method

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from jaxtyping import Float, Int
    from torch import Tensor

    from mmviz.data.dataset import Split
    from mmviz.models.base import FusionModel
    from mmviz.train.modality_parameters import Part
    from mmviz.train.strategies.base import Training

#: the paper re-learns after epochs 20, 40 and 60 of 90
_SHARE = 20 / 90
_STARTS = 10  # of the clustering, the best of which counts


@dataclass(frozen=True)
class RelearningOptions:
    """Options of diagnosing and re-learning.

    Attributes
    ----------
    every
        Epochs between two diagnoses; 0 takes 2/9 of the epochs (20 of 90 in the paper).
    times
        Number of diagnoses, ≥ 1.
    strength
        λ of the share tanh(λ · gap) that is reset, ≥ 0.
    train_samples
        Training samples that are clustered: ``as_held_out``, as many as are held out, or ``all`` (as published).
    """

    every: int = 0
    times: int = 3
    strength: float = 3.0
    train_samples: str = "as_held_out"

    def __post_init__(self) -> None:
        for name, low in (("every", 0), ("times", 1)):
            object.__setattr__(self, name, whole(getattr(self, name), f"relearning: {name}", low=low))
        object.__setattr__(self, "strength", number(self.strength, "relearning: strength", low=0))
        one_of(self.train_samples, ("as_held_out", "all"), "relearning: train_samples")


class Relearning(Joint):
    """Joint training that at times moves the parameters of each modality back towards their initial values.

    A diagnosis clusters the features of a modality into as many clusters as there are classes, once for training samples and once for held-out ones.
    The purity is the share of samples in the majority class of their cluster, and the gap |purity of training - purity of held-out| measures how
    much the encoder overfits. Then θ ← α θ_initial + (1 - α) θ with α = tanh(λ gap). The history holds ``reset/<modality>`` (α; 0 in
    other epochs), ``purity/<modality>`` and ``purity_held_out/<modality>``. Classification only: a purity needs classes.

    Notes
    -----
    Source: Wei et al., *Diagnosing and Re-learning for Balanced Multimodal Learning*, ECCV 2024, arXiv 2407.09705: purity gap, soft
    re-initialisation with λ = 3, three times in 90 epochs; `GeWu-Lab/Diagnosing_Relearning_ECCV2024`. What is ours, or differs:

    * The features are those of :func:`mmviz.train.strategies.features.modality_features`, with all other modalities masked.
    * A small set has a higher purity than a large one of the same distribution, so that a gap would show where nothing overfits. As many
      training samples are drawn as are held out; ``train_samples="all"`` is the published form. Our interpretation.
    * The held-out samples belong to the training split; the validation split, by which the epoch is selected, is not used. The published code
      has a validation set of its own; the code of a benchmark uses its test set.
    * A diagnosis takes place before an epoch, so that the stored weights of every epoch are those that were validated.
    * The published code selects weights by name; here they are :func:`mmviz.train.modality_parameters.modality_parameters`. As there, the
      optimizer keeps its moments, and buffers such as running statistics stay.
    * K-means starts 10 times, with the seed 0.
    """

    name = "relearning"
    method = Method(
        "Diagnosing & Re-learning",
        "Wei et al., ECCV 2024, arXiv 2407.09705",
        needs="parameters of each modality; a held-out part of the training split; classes",
        besides="three times: features of the held-out subset and of as many training samples, clustered",
        published_code="selects weights by the name of the modality; compares sets of different sizes",
        ours="features with all other modalities masked; as many training samples as held-out ones",
    )
    Options = RelearningOptions
    tasks = ("classification",)
    needs_held_out = True

    def prepare(self, model: FusionModel) -> FusionModel:
        """Raise ConfigError for a model in which a modality has no parameters of its own."""
        require_modality_parameters(model, self.name, "resets the parameters of each modality")
        return model

    def begin(self, training: Training) -> None:
        """Copy the initial values of the modality-specific parameters."""
        super().begin(training)
        self.parts = [modality_parameters(training.model, m) for m in range(len(training.names))]
        self.initial = [[part.parameter.detach()[part.rows].clone() for part in own] for own in self.parts]
        self.done = 0

    def state(self) -> dict[str, Any]:
        """Return the initial values and the number of diagnoses."""
        values = {f"initial/{m}/{i}": value for m, own in enumerate(self.initial) for i, value in enumerate(own)}
        return {"done": self.done, **values}

    def restore(self, state: Mapping[str, Any]) -> None:
        """Restore the initial values and the number of diagnoses."""
        self.done = int(state["done"])
        for m, own in enumerate(self.initial):
            self.initial[m] = [state[f"initial/{m}/{i}"].to(value) for i, value in enumerate(own)]

    def before_epoch(self, epoch: int) -> dict[str, float]:
        """Diagnose and reset where it is due."""
        training = self.training
        every = self.options.every or max(1, round(_SHARE * training.config.epochs))
        if epoch == 1 or (epoch - 1) % every or self.done >= self.options.times:
            return {f"reset/{name}": 0.0 for name in training.names}
        with training.clock("diagnosis"):
            purity, held_out = self._purities()
        gap = torch.tensor(np.nan_to_num(np.abs(purity - held_out)))
        share = torch.tanh(self.options.strength * training.devices.mean(gap[None])).tolist()
        for parts, initial, alpha in zip(self.parts, self.initial, share, strict=True):
            mix(parts, initial, alpha)
        self.done += 1
        row: dict[str, float] = {}
        for key, values in (("reset", share), ("purity", purity), ("purity_held_out", held_out)):
            row |= {f"{key}/{name}": float(value) for name, value in zip(training.names, values, strict=True)}
        return row

    def _purities(self) -> tuple[Float[np.ndarray, " modality"], Float[np.ndarray, " modality"]]:
        """Return the purities of training samples and of held-out samples."""
        training, held_out = self.training, self.training.held_out
        if held_out is None:
            raise ConfigError("relearning: no subset of the training split is held out; give held_out= to fit")
        rows = np.arange(len(training.samples))
        if self.options.train_samples == "as_held_out":
            rows = np.sort(training.rng.permutation(rows)[: len(held_out)])
        return self._purity(training.samples, rows), self._purity(held_out, np.arange(len(held_out)))

    def _purity(self, split: Split, rows: Int[np.ndarray, " sample"]) -> Float[np.ndarray, " modality"]:
        """Return the purity of the clusters of each modality over the samples that have it; NaN where none has."""
        training = self.training
        features = features_of_split(training.model, split, rows, device=training.device)
        labels, values = np.asarray(split.labels("fit"))[rows], features.value.cpu().double().numpy()
        classes = training.task.outputs
        return np.array(
            [
                purity(clusters(x[here], classes), labels[here], classes)
                for x, here in zip(values, features.present.cpu().numpy(), strict=True)
            ]
        )


def clusters(x: Float[np.ndarray, "sample width"], count: int) -> Int[np.ndarray, " sample"]:
    """Return the k-means cluster of each sample; features are scaled to -1..1 first, constant ones to 0.

    There are at most as many clusters as different samples. Values that are not finite put all samples into one cluster.
    """
    from sklearn.cluster import KMeans  # half a second to import, which only a diagnosis needs
    from threadpoolctl import threadpool_limits

    if not len(x) or not np.isfinite(x).all():
        return np.zeros(len(x), dtype=np.int64)
    low, span = x.min(0), np.ptp(x, axis=0)
    scaled = np.where(span > 0, 2 * (x - low) / np.where(span > 0, span, 1) - 1, 0.0)
    count = min(count, len(np.unique(scaled, axis=0)))
    with threadpool_limits(1):  # several threads add in an order of their own
        return KMeans(count, n_init=_STARTS, random_state=0).fit(scaled).labels_.astype(np.int64)


def purity(cluster: Int[np.ndarray, " sample"], label: Int[np.ndarray, " sample"], classes: int) -> float:
    """Return the share of samples in the majority class of their cluster; NaN without samples."""
    if not len(label):
        return float("nan")
    counts = np.bincount(cluster * classes + label, minlength=classes * (cluster.max() + 1))
    return float(counts.reshape(-1, classes).max(1).sum() / len(label))


@torch.no_grad()
def mix(parts: Iterable[Part], initial: Iterable[Tensor], share: float) -> None:
    """Set every part to share · initial + (1 - share) · value."""
    for part, value in zip(parts, initial, strict=True):
        part.parameter[part.rows].lerp_(value, share)
