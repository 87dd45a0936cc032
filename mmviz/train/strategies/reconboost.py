"""ReconBoost: modalities are trained in turn, each on the samples that the others do not predict yet, then all together."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import torch
from torch.nn import functional

from mmviz.core.errors import ConfigError
from mmviz.core.options import number, whole
from mmviz.train.frozen_step import frozen, without_step
from mmviz.train.modality_parameters import modality_parameters, require_modality_parameters, unimodal_output
from mmviz.train.strategies.base import Strategy, Update
from mmviz.train.strategies.method import Method

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    import numpy as np
    from jaxtyping import Float, Int
    from torch import Tensor
    from torch.optim import Optimizer

    from mmviz.models.base import FusionModel
    from mmviz.models.batch import Batch, Steps
    from mmviz.train.modality_parameters import Part
    from mmviz.train.strategies.base import Training


@dataclass(frozen=True)
class ReconBoostOptions:
    """Options of ReconBoost.

    Attributes
    ----------
    stage_epochs, joint_epochs
        Epochs of a stage that train one modality, then all; ≥ 1. The published code has 4 and 4.
    weight
        Weight w₁ of the cross-entropy, > 0.
    residual
        Weight w₂ of what the others predict already, from 0 to ``weight``.
    agreement
        Weight of the mean squared difference from the probabilities of the modality of the previous stage, ≥ 0.
    """

    stage_epochs: int = 1
    joint_epochs: int = 1
    weight: float = 5.0
    residual: float = 1.0
    agreement: float = 0.5

    def __post_init__(self) -> None:
        for name in ("stage_epochs", "joint_epochs"):
            object.__setattr__(self, name, whole(getattr(self, name), f"reconboost: {name}", low=1))
        for name, above in (("weight", True), ("residual", False), ("agreement", False)):
            value = number(getattr(self, name), f"reconboost: {name}", low=0, above=above)
            object.__setattr__(self, name, value)
        if self.residual > self.weight:
            raise ConfigError(
                f"reconboost: residual={self.residual:g} is above weight={self.weight:g}, so that samples which the others predict would be "
                "unlearned; give at most the weight"
            )


class ReconBoost(Strategy):
    """Stages in the order of the modalities: first one modality alone, boosted by what the others miss, then all jointly.

    In the first part of a stage the loss of a sample is (w₁ - w₂ q) / K times the cross-entropy of the modality alone, q the probability
    that the others give to the true class: less where they are right already. Nothing of the other modalities changes. In the second part
    the updates are joint. The history holds ``stage/<modality>`` (1 in its epochs), ``loss/<modality>`` and ``others/<modality>`` (mean q).
    Classification only.

    Notes
    -----
    Source: Hua et al., *ReconBoost: Boosting Can Achieve Modality Reconcilement*, ICML 2024, arXiv 2405.09321: alternating
    stages, the residual loss, whose gradient is (w₁ - w₂ q) / K (p - y), the agreement term, joint correction; `huacong/ReconBoost`. What is
    ours, or differs:

    * The prediction of one modality, and that of all others, are the fusion with the rest masked, where the paper sums the logits of separate
      networks times a learned rate. For a sum of logits both are the same. Our interpretation.
    * Where a sample has no other modality, q is 0.
    * The published agreement term is computed from detached outputs, so that it has no gradient; here it has one.
    * The published code drops the last batch of training and test sets, as its targets have a fixed batch size.
    * An optimizer per modality and one for joint updates, where the paper has a new one per stage: moments of one part are not used in
      another. Stages of 1 + 1 epochs instead of 4 + 4, as trainings here are short. The paper starts from trained unimodal networks; here
      every weight starts as it is.
    """

    name = "reconboost"
    method = Method(
        "ReconBoost",
        "Hua et al., ICML 2024, arXiv 2405.09321",
        needs="parameters of each modality; classes",
        forwards=lambda M: 3 if M > 1 else 1,
        besides="in the joint epochs of each stage one pass",
        published_code="its agreement term has no gradient; drops the last batch of training and test sets",
        ours="predictions of one modality and of the others by masking; an optimizer per modality; shorter stages",
    )
    Options = ReconBoostOptions
    tasks = ("classification",)
    _optimizers: dict[str, Optimizer] | None = None

    def prepare(self, model: FusionModel) -> FusionModel:
        """Raise ConfigError for a model in which a modality has no parameters of its own."""
        require_modality_parameters(
            model, self.name, "trains the parameters of one modality while those of the others stay"
        )
        return model

    def optimizers(self, model: FusionModel, adamw: Callable[..., Optimizer]) -> dict[str, Optimizer]:
        """Return one optimizer per modality, and one for joint updates."""
        self._optimizers = {name: adamw() for name in model.spec.names} | {"all": adamw()}
        return dict(self._optimizers)

    def begin(self, training: Training) -> None:
        """Find the modality-specific parameters."""
        super().begin(training)
        self.parts = [modality_parameters(training.model, m) for m in range(len(training.names))]
        self.stage, self.modality = 0, 0
        self._frozen: list[Part] = []

    def before_epoch(self, epoch: int) -> dict[str, float]:
        """Find stage and part of the epoch."""
        names, options = self.training.names, self.options
        self.stage, within = divmod(epoch - 1, options.stage_epochs + options.joint_epochs)
        self.modality = self.stage % len(names) if within < options.stage_epochs else -1
        return {f"stage/{name}": float(m == self.modality) for m, name in enumerate(names)}

    def updates(self, batch: Batch, rows: np.ndarray) -> Iterator[Update]:
        """Yield the joint update, or that of the modality; none where no sample has it."""
        training, m = self.training, self.modality
        steps = training.model.encode(batch)
        self._frozen = []
        if m < 0:
            yield training.joint(steps, batch.required_target)
            return
        here = steps.mask[m].any(-1).nonzero()[:, 0]
        count = float(training.devices.total(torch.tensor(float(len(here)))))
        if not count:
            return
        name = training.names[m]
        own, target = steps, batch.required_target
        if len(here) < len(target):
            own, target = steps.samples(here), target[here]
        loss, others = self._boosted(own, target)
        parts = {f"loss/{name}": loss.sum().detach() / count, f"others/{name}": others.sum() / count}
        self._frozen = [part for k, parts_of in enumerate(self.parts) if k != m for part in parts_of]
        optimizer = None if self._optimizers is None else self._optimizers[name]
        with frozen(optimizer, self._frozen):
            yield Update(loss.sum() / count, optimizer=name, modality=name, parts=parts)

    def after_backward(self, update: Update) -> None:
        """Remove the gradients of the modalities that are not trained."""
        without_step(self._frozen)

    def _boosted(
        self, steps: Steps, target: Int[Tensor, " row"]
    ) -> tuple[Float[Tensor, " row"], Float[Tensor, " row"]]:
        """Return the loss of each sample, and the probability that the other modalities give to its class."""
        training, m, options = self.training, self.modality, self.options
        model, M = training.model, len(training.names)
        only = steps.masked(training.only(m, len(target)))
        training.coalitions.add(only.mask.any(-1))
        output = unimodal_output(model, m, lambda: model.fuse(only))
        others, previous = torch.zeros(len(target), dtype=output.dtype, device=output.device), None
        if M > 1:
            with training.clock("others"), torch.no_grad():
                others = _true_probability(self._predicted(steps.masked(~training.only(m, len(target)))), target)
                others = torch.where(steps.mask.any(-1).sum(0) > 1, others, torch.zeros_like(others))
                if self.stage and options.agreement:
                    before = (m - 1) % M
                    previous = self._predicted(steps.masked(training.only(before, len(target)))).softmax(-1)
                    there = steps.mask[before].any(-1)
        loss = residual_loss(output, target, others, options.weight, options.residual)
        if training.class_weight is not None:
            loss = loss * training.class_weight.to(loss)[target]
        if previous is not None:
            difference = (output.softmax(-1) - previous).square().mean(-1)
            loss = loss + options.agreement * torch.where(there, difference, torch.zeros_like(difference))
        return loss, others

    def _predicted(self, steps: Steps) -> Float[Tensor, "row output"]:
        """Return outputs without dropout, so that no random number is drawn."""
        model = self.training.model
        model.eval()
        try:
            return model.fuse(steps)
        finally:
            model.train()


def residual_loss(
    output: Float[Tensor, "row class"],
    target: Int[Tensor, " row"],
    others: Float[Tensor, " row"],
    weight: float,
    residual: float,
) -> Float[Tensor, " row"]:
    """Return (w₁ - w₂ q) / K · cross-entropy of each sample, in nat; q is what the others give to its class."""
    factor = (weight - residual * others) / output.shape[-1]
    return factor * functional.cross_entropy(output, target, reduction="none")


def _true_probability(output: Float[Tensor, "row class"], target: Int[Tensor, " row"]) -> Float[Tensor, " row"]:
    return output.softmax(-1).gather(1, target[:, None])[:, 0]
