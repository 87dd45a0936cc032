"""Prototypical modal rebalance (PMR): class prototypes of each modality speed up the weak one and hold back the strong one."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import torch

from mmviz.core.options import number, whole
from mmviz.train.strategies.base import Strategy, Update
from mmviz.train.strategies.features import Features, features_of_split, modality_features
from mmviz.train.strategies.method import Method

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from jaxtyping import Bool, Float, Int, Shaped
    from torch import Tensor

    from mmviz.models.batch import Batch, Steps
    from mmviz.train.strategies.base import Training


@dataclass(frozen=True)
class PmrOptions:
    """Options of PMR.

    Attributes
    ----------
    alpha
        Weight of the prototypical cross-entropy of a weak modality, ≥ 0; the published code uses 1 to 3.
    mu
        Weight of the entropy that holds a strong modality back, ≥ 0.
    entropy_epochs
        Epochs with the entropy term, from the first; the paper has it in the first epochs only.
    last_epoch
        Last epoch of both terms; 0 is the end of the training.
    momentum
        Share of the old prototype in the new one, in [0, 1).
    share
        Share of the training samples from which prototypes are computed at the start of an epoch, in (0, 1]; at least one batch.
    """

    alpha: float = 1.0
    mu: float = 0.01
    entropy_epochs: int = 5
    last_epoch: int = 0
    momentum: float = 0.2
    share: float = 0.1

    def __post_init__(self) -> None:
        for name in ("alpha", "mu"):
            object.__setattr__(self, name, number(getattr(self, name), f"pmr: {name}", low=0))
        for name in ("entropy_epochs", "last_epoch"):
            object.__setattr__(self, name, whole(getattr(self, name), f"pmr: {name}", low=0))
        object.__setattr__(self, "momentum", number(self.momentum, "pmr: momentum", low=0, high=0.999))
        object.__setattr__(self, "share", number(self.share, "pmr: share", low=0, high=1, above=True))


class Pmr(Strategy):
    """Joint training plus a cross-entropy over distances to class prototypes, weighted by how far a modality is behind the strongest one.

    With f the feature of a modality and c_k the mean feature of class k, the prototypical logits are -‖f - c_k‖. The score S of a modality
    is the mean probability of the true class. The weight of its cross-entropy is S_max/S - 1; in the first epochs the
    entropy of a modality that leads is raised, with the weight S/S_min - 1; both are limited to [0, 1]. The history holds ``score/<modality>``,
    ``acceleration/<modality>``, ``restraint/<modality>`` (the two weights) and ``loss/<modality>`` (the prototypical
    cross-entropy). Classification only.

    Notes
    -----
    Source: Fan et al., *PMR: Prototypical Modal Rebalance for Multimodal Learning*, CVPR 2023, arXiv 2211.07089, equations 9 to 13, and
    `fanyunfeng-bit/Modal-Imbalance-PMR`. What is ours, or differs:

    * The feature of a modality is what the fusion receives from it with all others masked, see
      :func:`mmviz.train.strategies.features.modality_features`; of a user's module it is the unimodal output. Our interpretation.
    * More than two modalities are compared with the strongest and the weakest one; for two it is the paper's. Our interpretation.
    * Scores are means over the samples that have the modality. A class without a sample keeps its prototype; before it has one, its
      samples have no prototypical loss. The published code divides 0 by 0.
    * The published code applies the full weight to the weaker modality, without limits and without the entropy term.
    * The samples of the prototypes are drawn from the strategy's own random numbers: with both weights 0 it is joint training bit for bit.
    """

    name = "pmr"
    method = Method(
        "PMR",
        "Fan et al., CVPR 2023, arXiv 2211.07089",
        besides="features of a tenth of the samples at the start of every epoch; where streams are coupled, one more pass of them per modality and batch",
        published_code="full weight on the weaker modality, no entropy term; undefined for a class without a sample",
        ours="features by masking; more than two modalities",
    )
    Options = PmrOptions
    tasks = ("classification",)

    def begin(self, training: Training) -> None:
        """Start without prototypes."""
        super().begin(training)
        self.prototypes: Tensor | None = None
        self.known: Tensor | None = None
        self.alpha = self.mu = 0.0

    def state(self) -> dict[str, Any]:
        """Return the prototypes, and which classes have one."""
        return {} if self.prototypes is None else {"prototypes": self.prototypes, "known": self.known}

    def restore(self, state: Mapping[str, Any]) -> None:
        """Restore the prototypes."""
        if "prototypes" in state:
            self.prototypes = state["prototypes"].to(self.training.device)
            self.known = state["known"].to(self.training.device)

    def before_epoch(self, epoch: int) -> dict[str, float]:
        """Compute the prototypes, in epochs with a term that needs them."""
        options = self.options
        active = not options.last_epoch or epoch <= options.last_epoch
        self.alpha = options.alpha if active else 0.0
        self.mu = options.mu if active and epoch <= options.entropy_epochs else 0.0
        if self._needed:
            with self.training.clock("prototypes"):
                self._compute_prototypes()
        return {}

    @property
    def _needed(self) -> bool:
        return len(self.training.names) > 1 and (self.alpha > 0 or self.mu > 0)

    def _compute_prototypes(self) -> None:
        training = self.training
        samples = training.samples
        size = min(len(samples), max(math.ceil(self.options.share * len(samples)), training.config.batch_size))
        chosen = training.devices.share(np.sort(training.rng.permutation(len(samples))[:size]))
        target = torch.from_numpy(np.array(samples.labels("fit"))[chosen]).to(training.device)
        features = features_of_split(training.model, samples, chosen, device=training.device)
        total, count = class_sums(features, target, training.task.outputs)
        total, count = training.devices.total(total), training.devices.total(count)
        if self.prototypes is None or self.known is None:
            self.prototypes, self.known = torch.zeros_like(total), torch.zeros_like(count, dtype=torch.bool)
        self.prototypes = updated_prototypes(self.prototypes, self.known, total, count, self.options.momentum)
        self.known = self.known | (count > 0)

    def updates(self, batch: Batch, rows: np.ndarray) -> Iterator[Update]:
        """Yield the joint update with the prototypical terms."""
        training, target = self.training, batch.required_target
        steps = training.model.encode(batch)
        if not self._needed or self.prototypes is None or self.known is None:
            yield training.joint(steps, target)
            return
        update, features = self._joint(steps, target)
        with training.clock("rebalance"):
            logits = prototypical_logits(features.value, self.prototypes, self.known)
            valid = features.present & self.known[:, target]
            score, available = self._scores(logits.detach(), valid, target)
            accelerate, restrain = (w.tolist() for w in rebalancing(score, available))
            parts: dict[str, Tensor | float] = {}
            for m, name in enumerate(training.names):
                if not available[m]:
                    continue
                own, classes = logits[m][valid[m]], target[valid[m]]
                entropy = training.loss(own, classes)
                if self.alpha and accelerate[m]:
                    update.loss = update.loss + self.alpha * accelerate[m] * entropy
                if self.mu and restrain[m]:
                    update.loss = update.loss - self.mu * restrain[m] * self._mean(entropies(own))
                parts[f"loss/{name}"] = entropy.detach()
        fraction = training.devices.sample_fraction(len(batch))
        for m, name in enumerate(training.names):
            parts[f"score/{name}"] = float(score[m]) * fraction
            parts[f"acceleration/{name}"], parts[f"restraint/{name}"] = accelerate[m] * fraction, restrain[m] * fraction
        update.parts = {**update.parts, **parts}
        yield update

    def _joint(self, steps: Steps, target: Shaped[Tensor, " batch"]) -> tuple[Update, Features]:
        """Return the joint update and the features of each modality: from the same pass where streams are independent."""
        training, model = self.training, self.training.model
        if model.imputes or not model.independent_streams:
            value, present = modality_features(model, steps)
            if self.prototypes is not None and not present.any():  # no width of its own
                value = value.new_zeros(*present.shape, self.prototypes.shape[-1])
            return training.joint(steps, target), Features(value, present)
        pooled: list[Tensor] = []
        hook = model.pool.register_forward_hook(lambda module, given, output: pooled.append(output[:, :, -1]))
        try:
            update = training.joint(steps, target)
        finally:
            hook.remove()
        return update, Features(pooled[0][:, : len(target)], steps.mask.any(-1))

    @torch.no_grad()
    def _scores(
        self,
        logits: Float[Tensor, "modality batch class"],
        valid: Bool[Tensor, "modality batch"],
        target: Int[Tensor, " batch"],
    ) -> tuple[Float[Tensor, " modality"], Bool[Tensor, " modality"]]:
        """Return the mean probability of the true class over the samples of all devices, and which modalities have any; on the CPU."""
        likelihood = logits.softmax(-1).gather(-1, target[None, :, None].expand(len(logits), -1, 1))[..., 0]
        sums = torch.stack([torch.where(valid, likelihood, 0.0).sum(1), valid.to(likelihood).sum(1)]).double()
        total, count = self.training.devices.total(sums).cpu()
        return total / count.clamp(min=1), count > 0

    def _mean(self, values: Float[Tensor, " row"]) -> Float[Tensor, ""]:
        """Return this device's share of the mean over the rows of all devices."""
        return values.sum() / max(1, len(values)) * self.training.devices.sample_fraction(len(values))


def class_sums(
    features: Features, target: Int[Tensor, " sample"], classes: int
) -> tuple[Float[Tensor, "modality class width"], Float[Tensor, "modality class"]]:
    """Return the sum of the features of each class over the samples that have the modality, and their number, in float64."""
    value = torch.where(features.present[..., None], features.value, 0.0).double()
    M, _, width = value.shape
    total = value.new_zeros(M, classes, width).index_add(1, target, value)
    return total, value.new_zeros(M, classes).index_add(1, target, features.present.double())


def updated_prototypes(
    old: Float[Tensor, "modality class width"],
    known: Bool[Tensor, "modality class"],
    total: Float[Tensor, "modality class width"],
    count: Float[Tensor, "modality class"],
    momentum: float,
) -> Float[Tensor, "modality class width"]:
    """Return (1 - momentum)·mean + momentum·old; the mean where there is no old one, the old one where no sample has the class."""
    mean = total / count.clamp(min=1)[..., None]
    mixed = torch.where(known[..., None], (1 - momentum) * mean + momentum * old, mean)
    return torch.where(count[..., None] > 0, mixed, old)


def prototypical_logits(
    feature: Float[Tensor, "modality batch width"],
    prototypes: Float[Tensor, "modality class width"],
    known: Bool[Tensor, "modality class"],
) -> Float[Tensor, "modality batch class"]:
    """Return minus the Euclidean distance to each prototype; a class without a prototype has the probability 0.

    The gradient of a feature that equals its prototype is zero.
    """
    value = feature if feature.dtype == torch.float64 else feature.float()
    distance = torch.cdist(value, prototypes.to(value), compute_mode="donot_use_mm_for_euclid_dist")
    return (-distance).masked_fill(~known[:, None], torch.finfo(value.dtype).min / 4)


def entropies(logits: Float[Tensor, "row class"]) -> Float[Tensor, " row"]:
    """Return the entropy of each prediction in nat."""
    log = logits.log_softmax(-1)
    return -(log.exp() * log).sum(-1)


def rebalancing(
    score: Float[Tensor, " modality"], available: Bool[Tensor, " modality"]
) -> tuple[Float[Tensor, " modality"], Float[Tensor, " modality"]]:
    """Return the weights of the cross-entropy, S_max/S - 1, and of the entropy, S/S_min - 1, in [0, 1]; 0 for a modality without samples."""
    largest = torch.where(available, score, -math.inf).max()
    least = torch.where(available, score, math.inf).min()
    weights = ((largest / score - 1).clamp(0, 1), (score / least - 1).clamp(0, 1))
    return tuple(torch.where(available & w.isfinite(), w, 0.0) for w in weights)  # type: ignore[return-value]
