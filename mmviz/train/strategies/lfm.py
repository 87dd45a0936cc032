"""Learning to rebalance multimodal optimization by matching (LFM): unimodal predictions are drawn together first, and fitted later."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import torch

from mmviz.core.options import number, one_of
from mmviz.train.strategies.base import Strategy, Update
from mmviz.train.strategies.method import Method
from mmviz.train.strategies.unimodal import unimodal_pass

if TYPE_CHECKING:
    from collections.abc import Iterator

    import numpy as np
    from jaxtyping import Bool, Float
    from torch import Tensor

    from mmviz.models.batch import Batch, Steps
    from mmviz.train.strategies.base import Training

#: coefficients of the weight of the joint loss in epoch e, e = 0, 1, ..., of the published schedule for CREMA-D
PUBLISHED = (0.204623704, 3.35472727e-3, 1.22989557e-4, -2.92947416e-6, 2.23835486e-8, -5.39717505e-11)


@dataclass(frozen=True)
class LfmOptions:
    """Options of LFM.

    Attributes
    ----------
    schedule
        Weight α of the matching term: ``linear`` from ``start`` in the first epoch to ``end`` in the last; ``published``, the polynomial of the
        published code for 200 epochs of CREMA-D; ``constant``, ``start``. The joint loss has the weight 1 - α.
    start, end
        Weights of the matching term, in [0, 1].
    divergence
        ``jensen_shannon``: the mean of KL(p_m ‖ mean); ``reversed``: the mean of KL(mean ‖ p_m), as the published code has it.
    """

    schedule: str = "linear"
    start: float = 0.95
    end: float = 0.05
    divergence: str = "jensen_shannon"

    def __post_init__(self) -> None:
        one_of(self.schedule, ("linear", "published", "constant"), "lfm: schedule")
        one_of(self.divergence, ("jensen_shannon", "reversed"), "lfm: divergence")
        for name in ("start", "end"):
            object.__setattr__(self, name, number(getattr(self, name), f"lfm: {name}", low=0, high=1))


class Lfm(Strategy):
    """The joint loss and a term that matches the unimodal predictions of a sample, weighted 1 - α and α; α falls during the training.

    The term is the Jensen-Shannon divergence of the predictions from each single modality, over the samples with at least two. A
    modality that fits the labels sooner is held back to the others at first. The history holds ``matching``, the term, and
    ``matching_weight``, α. Classification only.

    Notes
    -----
    Source: Yang et al., *Facilitating Multimodal Classification via Dynamically Learning Modality Gap*, NeurIPS 2024, and
    `njustkmg/NeurIPS24-LFM`: the weighted sum, the decreasing weight, its limits 0.05 and 0.95, the polynomial. What is ours, or differs:

    * Unimodal predictions are the fusion's with all other modalities masked, and the joint loss is the fusion's, where the published
      model averages the logits of two classifiers. Our interpretation.
    * The published code passes the arguments of its Kullback-Leibler divergences in reverse order (``divergence="reversed"``).
    * More than two modalities: the mean over those that the sample has. Our interpretation.
    * The linear decrease is our interpretation of "monotone decrease". The published weight that is learned by a Hessian-vector product covers
      the first tensor of the model only, and is left out here.
    * The published loss has the common factor 2, which AdamW undoes; it is left out. Auxiliary losses of the model have the weight of the
      joint loss.
    """

    name = "lfm"
    method = Method(
        "LFM",
        "Yang et al., NeurIPS 2024",
        forwards=lambda M: 1 + M,
        backwards=lambda M: 1 + M,
        published_code="reversed arguments of the divergence; its learned weight uses the first tensor of the model only",
        ours="unimodal predictions by masking; the linear decrease of the weight; more than two modalities",
    )
    Options = LfmOptions
    tasks = ("classification",)

    def begin(self, training: Training) -> None:
        """Start with the weight of the first epoch."""
        super().begin(training)
        self.weight = matching_weight(self.options, 1, training.config.epochs)

    def before_epoch(self, epoch: int) -> dict[str, float]:
        """Set the weight of the matching term."""
        self.weight = matching_weight(self.options, epoch, self.training.config.epochs)
        return {"matching_weight": self.weight}

    def updates(self, batch: Batch, rows: np.ndarray) -> Iterator[Update]:
        """Yield one update on the weighted sum."""
        training = self.training
        steps = training.model.encode(batch)
        update = training.joint(steps, batch.required_target)
        update.loss = (1 - self.weight) * update.loss
        if self.weight and len(training.names) > 1:
            term = self._matching(steps)
            update.loss = update.loss + self.weight * term
            update.parts = {**update.parts, "matching": term.detach()}
        yield update

    def _matching(self, steps: Steps) -> Float[Tensor, ""]:
        """Return this device's share of the mean divergence over the samples with at least two modalities."""
        training = self.training
        output, modality, sample = unimodal_pass(training.model, steps)
        training.coalitions.add(modality == torch.arange(len(training.names), device=modality.device)[:, None])
        log = output.log_softmax(-1, torch.promote_types(output.dtype, torch.float32))
        present = steps.mask.any(-1).t()
        each = log.new_zeros(*present.shape, log.shape[-1]).index_put((sample, modality), log)
        several = (present.sum(1) > 1).nonzero()[:, 0]
        found = divergence(each.index_select(0, several), present[several], self.options.divergence)
        return found.sum() / training.devices.total(found.new_tensor(float(len(found)))).clamp(min=1)


def matching_weight(options: LfmOptions, epoch: int, epochs: int) -> float:
    """Return the weight α of the matching term in an epoch, from 1, of a training."""
    if options.schedule == "published":
        joint = sum(c * (epoch - 1) ** power for power, c in enumerate(PUBLISHED))
        return 1 - min(1.0, max(0.0, joint))
    if options.schedule == "constant":
        return options.start
    return options.start + (options.end - options.start) * min(1.0, (epoch - 1) / max(1, epochs - 1))


def divergence(
    log: Float[Tensor, "sample modality class"], present: Bool[Tensor, "sample modality"], kind: str = "jensen_shannon"
) -> Float[Tensor, " sample"]:
    """Return the divergence of the predictions of each sample's modalities in nat, from their log-probabilities.

    Parameters
    ----------
    log
        Log-probabilities; those of absent modalities are not used.
    present
        Which modalities each sample has, at least one.
    kind
        ``jensen_shannon``, at most log of the number of modalities, or ``reversed``, without a bound.
    """
    count = present.sum(1, keepdim=True)
    kept = torch.where(present[..., None], log, -math.inf)
    mean = kept.logsumexp(1, keepdim=True) - count.to(log).log()[..., None]
    gap = torch.where(present[..., None], log - mean, 0.0)
    each = (log.exp() * gap) if kind == "jensen_shannon" else -(mean.exp() * gap)
    return (each.sum((1, 2)) / count[:, 0]).clamp(min=0)
