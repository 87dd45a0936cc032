"""MMPareto: the gradient of the joint loss and of a unimodal loss combined so that neither is opposed, at the norm of their sum."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import torch

from mmviz.core.options import number, one_of
from mmviz.train.modality_parameters import (
    modality_parameters,
    require_modality_parameters,
    scale_step,
    values_before_step,
)
from mmviz.train.strategies.base import Strategy, Update
from mmviz.train.strategies.method import Method
from mmviz.train.strategies.unimodal import nonfinite_modality, unimodal_pass

if TYPE_CHECKING:
    from collections.abc import Iterator

    import numpy as np
    from jaxtyping import Float
    from torch import Tensor

    from mmviz.models.base import FusionModel
    from mmviz.models.batch import Batch
    from mmviz.train.strategies.base import Training

_NEAR_ONE = 0.999  # weight of a gradient that is the shortest point itself, as in the published code


@dataclass(frozen=True)
class MMParetoOptions:
    """Options of MMPareto.

    Attributes
    ----------
    boost
        Factor of the update of the modality-specific parameters, ≥ 1.
    scale
        What ``boost`` multiplies: the ``step`` of the optimizer, or the ``gradient`` (the paper, with SGD).
    """

    boost: float = 1.5
    scale: str = "step"

    def __post_init__(self) -> None:
        object.__setattr__(self, "boost", number(self.boost, "mmpareto: boost", low=1))
        one_of(self.scale, ("gradient", "step"), "mmpareto: scale")


class MMPareto(Strategy):
    """One update per batch on the joint loss and all unimodal losses; in each modality's parameters the two gradients are combined.

    Where they agree (cosine above 0) their sum is used. Where they conflict, the direction is the shortest point between them, which lowers
    both losses, with the norm of the sum. Shared parameters have the gradient of the sum of all losses. The history holds
    ``loss/<modality>``, ``cosine/<modality>``, and ``joint_weight/<modality>``, the share of the joint gradient. Classification and regression.

    Notes
    -----
    Source: Wei and Hu, *MMPareto: Boosting Multimodal Learning with Innocent Unimodal Assistance*, ICML 2024, arXiv 2405.17730, section 3,
    and `GeWu-Lab/MMPareto_ICML2024`. What is ours, or differs:

    * Unimodal losses are those of the fusion with all other modalities masked; the published model has a separate linear head per modality.
      Our interpretation.
    * "The encoder of m" is :func:`mmviz.train.modality_parameters.modality_parameters`. The loss of another modality has no gradient there,
      so that one backward pass for all unimodal losses and one for the joint loss suffice, where the published code makes M + 2.
    * Cosine and weights are computed from all parameters of a modality at once, the norm is restored tensor by tensor, as published.
    * The published factor 1.5 multiplies the gradient, for SGD. AdamW divides a gradient by its running magnitude, so that a constant factor
      has no effect; by default it multiplies the step.
    * A modality that no sample of a batch has is left as it is.
    """

    name = "mmpareto"
    method = Method(
        "MMPareto",
        "Wei and Hu, ICML 2024, arXiv 2405.17730",
        needs="parameters of each modality",
        forwards=lambda M: 1 + M,
        backwards=lambda M: 1 + M,
        published_code="selects encoders by splitting parameter names; a benchmark's version records the gradients after all backward passes, so "
        "that their cosine is always 1",
        ours="unimodal losses by masking; the factor 1.5 multiplies the step",
    )
    Options = MMParetoOptions

    def prepare(self, model: FusionModel) -> FusionModel:
        """Raise ConfigError for a model in which a modality has no parameters of its own."""
        require_modality_parameters(model, self.name, "combines the gradients of the parameters of each modality")
        return model

    def begin(self, training: Training) -> None:
        """Find the modality-specific parameters."""
        super().begin(training)
        self.parameters = [p for p in training.model.parameters() if p.requires_grad]
        place = {id(p): i for i, p in enumerate(self.parameters)}
        specific = {n: modality_parameters(training.model, m) for m, n in enumerate(training.names)}
        self.parts = {n: [p for p in parts if id(p.parameter) in place] for n, parts in specific.items()}
        self.places = {n: [place[id(p.parameter)] for p in parts] for n, parts in self.parts.items()}
        self.joint: list[Tensor | None] = []

    def updates(self, batch: Batch, rows: np.ndarray) -> Iterator[Update]:
        """Yield one update; of its loss the backward pass of the loop gives the unimodal part, the joint part is added afterwards."""
        training, target = self.training, batch.required_target
        steps = training.model.encode(batch)
        update = training.joint(steps, target)
        single = unimodal_pass(training.model, steps).losses(training, target)
        self.fraction, self.joint = training.devices.sample_fraction(len(batch)), []
        if not single:
            yield update
            return
        joint, unimodal = update.loss, torch.stack(list(single.values())).sum()
        update.loss = joint.detach() + unimodal
        update.loss.register_hook(lambda factor: self._record(joint, factor))
        update.parts = {**update.parts, **{f"loss/{name}": loss.detach() for name, loss in single.items()}}
        update.modality = None if torch.isfinite(update.loss) else nonfinite_modality(single)
        boosted = self.options.scale == "step" and self.options.boost != 1
        scaled = ((part, self.options.boost) for parts in self.parts.values() for part in parts)
        before = values_before_step(scaled) if boosted else []
        yield update
        scale_step(before)

    def _record(self, joint: Tensor, factor: Tensor) -> None:
        """Store the gradient of the joint loss, times the factor that float16 training gives to the loss."""
        found = torch.autograd.grad(joint, self.parameters, factor, retain_graph=True, allow_unused=True)
        self.joint = list(found)

    @torch.no_grad()
    def after_backward(self, update: Update) -> None:
        """Combine the gradients."""
        if not self.joint:
            return
        unimodal = [p.grad for p in self.parameters]
        for p, gradient in zip(self.parameters, self.joint, strict=True):
            p.grad = gradient
        self.training.devices.sum_gradients(self.training.model)
        joint = [p.grad for p in self.parameters]
        combined, parts = [], dict(update.parts)
        for name, own in self.parts.items():
            pairs = [(joint[i], unimodal[i], part) for i, part in zip(self.places[name], own, strict=True)]
            known = [(a[p.rows], b[p.rows], p) for a, b, p in pairs if a is not None and b is not None]
            if not known:
                continue
            found, cosine, weight = combine([a for a, _, _ in known], [b for _, b, _ in known])
            boost = self.options.boost if self.options.scale == "gradient" else 1.0
            combined += [(part, boost * h) for (_, _, part), h in zip(known, found, strict=True)]
            parts |= {f"cosine/{name}": cosine * self.fraction, f"joint_weight/{name}": weight * self.fraction}
        for p, first, second in zip(self.parameters, joint, unimodal, strict=True):
            p.grad = first if second is None else second if first is None else first + second
        for part, value in combined:
            if part.gradient is not None:
                part.gradient.copy_(value)
        update.parts, self.joint = parts, []


def shortest_weight(
    joint: Float[Tensor, " entry"], unimodal: Float[Tensor, " entry"]
) -> tuple[Float[Tensor, ""], Float[Tensor, ""]]:
    """Return the cosine of two gradients and the weight k of the first in the shortest point k·joint + (1 - k)·unimodal between them.

    The cosine of a gradient that is zero is 0.
    """
    aa, ab, bb = joint @ joint, joint @ unimodal, unimodal @ unimodal
    size = (aa * bb).sqrt()
    cosine = torch.where(size == 0, torch.zeros_like(ab), ab / size)
    inside = (bb - ab) / (aa - 2 * ab + bb)
    near = torch.full_like(ab, _NEAR_ONE)
    return cosine, torch.where(ab >= aa, near, torch.where(ab >= bb, 1 - near, inside))


def combine(joint: list[Tensor], unimodal: list[Tensor]) -> tuple[list[Tensor], Float[Tensor, ""], Float[Tensor, ""]]:
    """Return the combined gradient of each parameter of a modality, the cosine of the two gradients, and the weight of the joint one.

    Parameters
    ----------
    joint, unimodal
        Gradients of the same parameters.

    Notes
    -----
    h = 2 (k·joint + (1 - k)·unimodal), with k = 1/2 where the cosine is positive, and the norm of each tensor of h is raised to that
    of the sum of the two gradients where it is smaller.
    """
    first, second = (torch.cat([g.flatten() for g in gradients]) for gradients in (joint, unimodal))
    cosine, shortest = shortest_weight(first, second)
    weight = torch.where(cosine > 0, torch.full_like(shortest, 0.5), shortest)
    found = []
    for a, b in zip(joint, unimodal, strict=True):
        h = 2 * (weight * a + (1 - weight) * b)
        size, wanted = torch.linalg.vector_norm(h), torch.linalg.vector_norm(a + b)
        found.append(h * torch.where((size > 0) & (wanted > size), wanted / size, torch.ones_like(size)))
    return found, cosine, weight
