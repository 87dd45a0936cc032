"""Adaptive gradient modulation (AGM): updates of a modality are scaled by its lead in a batch against its lead so far."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import torch

from mmviz.core.errors import ConfigError
from mmviz.core.options import number, one_of
from mmviz.core.subsets import MAX_EXACT_PLAYERS, membership
from mmviz.metrics.shapley import shapley_values
from mmviz.models.coalitions import coalition_predictions
from mmviz.train.modality_parameters import (
    modality_parameters,
    require_modality_parameters,
    scale_step,
    values_before_step,
)
from mmviz.train.strategies.base import Strategy, Update
from mmviz.train.strategies.method import Method

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from jaxtyping import Bool, Float, Shaped
    from torch import Tensor

    from mmviz.models.base import FusionModel
    from mmviz.models.batch import Batch, Steps
    from mmviz.train.strategies.base import Training

_LEAST_PROBABILITY = 1e-8  # of the true class, as in the published code


@dataclass(frozen=True)
class AgmOptions:
    """Options of AGM.

    Attributes
    ----------
    alpha
        Strength, ≥ 0; 0 is joint training.
    scale
        What the coefficient multiplies: the ``step`` of the optimizer for the parameters of the modality, or the ``gradient`` that passes
        through the modality's part of the logits (the paper, with SGD; its backward pass runs through all coalitions).
    cap
        Upper bound of the exponent before ``alpha``, > 0: no coefficient exceeds exp(alpha · cap). Published: 10.
    """

    alpha: float = 1.0
    scale: str = "step"
    cap: float = 1.0

    def __post_init__(self) -> None:
        object.__setattr__(self, "alpha", number(self.alpha, "agm: alpha", low=0))
        object.__setattr__(self, "cap", number(self.cap, "agm: cap", low=0, above=True))
        one_of(self.scale, ("gradient", "step"), "agm: scale")


class Agm(Strategy):
    """Joint training in which a modality that is further ahead in a batch than in the training so far is slowed down, and the reverse.

    The logits are split into one part per modality, its Shapley value with v(∅) = 0. The score of a modality is the mean cross-entropy of
    its part (smaller: stronger). The history holds ``score/<modality>`` and ``coefficient/<modality>``. Classification only: a part of
    a predicted value is not a prediction of the target.

    Notes
    -----
    Source: Li et al., *Boosting Multi-modal Model Performance with Adaptive Gradient Modulation*, ICCV 2023, arXiv 2308.07686, and
    `lihong2303/AGM_ICCV2023`: for two modalities the parts are (F(a, v) ± (F(a) - F(v))) / 2, k_a = exp(α min(R_a - r_a, cap)) with
    r_a = exp(s_v - s_a) in the batch and R_a the same of the running means of the scores. What is ours, or differs:

    * More than two modalities: r is the exponential of the mean difference to the others; for two it is the paper's. Our interpretation.
    * The paper multiplies the gradient, for SGD, by the published cap up to exp(10) = 22026. A factor on a gradient hardly acts under AdamW,
      which divides by a running magnitude. By default the coefficient multiplies the step, which then needs a low cap: our interpretation.
    * Predictions of smaller coalitions are the fusion's with the other modalities masked; in evaluation mode, as published.
    * Scores are means over the samples that have the modality. In the first update, before there is a running mean, k is 1.
    """

    name = "agm"
    method = Method(
        "AGM",
        "Li et al., ICCV 2023, arXiv 2308.07686",
        needs="parameters of each modality",
        forwards=lambda M: 2**M - 1,
        published_code="multiplies gradients, which AdamW undoes; a benchmark's version reverses the ratio, so that the leader is sped up",
        ours="the coefficient multiplies the step, with a lower cap; the ratio for more than two modalities",
    )
    Options = AgmOptions
    tasks = ("classification",)

    def prepare(self, model: FusionModel) -> FusionModel:
        """Raise ConfigError for a modality without parameters of its own (scaled steps), or for more modalities than have exact parts."""
        if len(model.spec.modalities) > MAX_EXACT_PLAYERS:
            raise ConfigError(
                f"agm: {len(model.spec.modalities)} modalities have too many subsets; at most {MAX_EXACT_PLAYERS}"
            )
        if self.options.scale == "step":
            require_modality_parameters(model, self.name, "scales the steps of the parameters of each modality")
        return model

    def begin(self, training: Training) -> None:
        """Find the modality-specific parameters; start without running means."""
        super().begin(training)
        M = len(training.names)
        by_step = self.options.scale == "step"
        self.parts = [modality_parameters(training.model, m) if by_step else [] for m in range(M)]
        self.mean = torch.zeros(M, dtype=torch.float64)
        self.count = torch.zeros(M, dtype=torch.float64)
        self._members = torch.from_numpy(membership(M)[1:-1])
        self._weights = torch.from_numpy(shapley_values(np.eye(2**M)))

    def state(self) -> dict[str, Any]:
        """Return the running means of the scores, and their numbers of updates."""
        return {"mean": self.mean.tolist(), "count": self.count.tolist()}

    def restore(self, state: Mapping[str, Any]) -> None:
        """Restore the running means."""
        self.mean = torch.tensor(state["mean"], dtype=torch.float64)
        self.count = torch.tensor(state["count"], dtype=torch.float64)

    def updates(self, batch: Batch, rows: np.ndarray) -> Iterator[Update]:
        """Yield the joint update."""
        training, target = self.training, batch.required_target
        steps = training.model.encode(batch)
        training.coalitions.add(steps.mask.any(-1))
        output, penalties = training.model.training_forward(steps)
        with training.clock("modulation"):
            each = self._parts_of(steps, output)
            score, known = self._scores(each, steps.mask.any(-1).t(), target)
            k = coefficients(score, self.mean, known & (self.count > 0), self.options.alpha, self.options.cap)
            self.count += known
            self.mean += torch.where(known, (score - self.mean) / self.count.clamp(min=1), 0.0)
        if self.options.scale == "gradient":
            factor = (k - 1).to(each)[:, None]
            output = output + (factor * (each - each.detach())).sum(1)
        fraction = training.devices.sample_fraction(len(batch))
        parts = {f"score/{n}": s * fraction for n, s in zip(training.names, score.tolist(), strict=True)}
        parts |= {f"coefficient/{n}": c * fraction for n, c in zip(training.names, k.tolist(), strict=True)}
        scaled = zip(self.parts, k.tolist(), strict=True)
        before = values_before_step((part, c) for own, c in scaled if c != 1 for part in own)
        yield training.update(output, penalties, target, parts=parts)
        scale_step(before)

    def _parts_of(self, steps: Steps, output: Float[Tensor, "batch class"]) -> Float[Tensor, "batch modality class"]:
        """Return the parts of the logits; with a gradient where it is scaled. They sum to the logits of a sample that has any modality."""
        model, members = self.training.model, self._members.to(steps.mask.device)
        game = output.new_zeros(len(output), len(members) + 2, output.shape[-1])
        if len(output):
            with torch.set_grad_enabled(self.options.scale == "gradient"):
                model.eval()
                try:
                    smaller = coalition_predictions(model, steps, members) if len(members) else game[:, :0]
                finally:
                    model.train()
                available = (members[None] & steps.mask.any(-1).t()[:, None]).any(-1)
                smaller = torch.where(available[..., None], smaller.to(game.dtype), 0.0)
            whole = output if self.options.scale == "gradient" else output.detach()
            game = torch.cat([game[:, :1], smaller, whole[:, None]], 1)
        return torch.einsum("sm,bsk->bmk", self._weights.to(game), game)

    @torch.no_grad()
    def _scores(
        self,
        each: Float[Tensor, "batch modality class"],
        present: Bool[Tensor, "batch modality"],
        target: Shaped[Tensor, " batch"],
    ) -> tuple[Float[Tensor, " modality"], Bool[Tensor, " modality"]]:
        """Return the mean cross-entropy of each modality's part, of all devices, and which have a finite one; on the CPU, in float64."""
        likelihood = each.softmax(-1).gather(-1, target[:, None, None].expand(-1, each.shape[1], 1))[..., 0]
        loss = -likelihood.clamp(min=_LEAST_PROBABILITY).log()
        sums = torch.stack([torch.where(present, loss, 0.0).sum(0), present.to(loss).sum(0)]).double()
        total, count = self.training.devices.total(sums).cpu()
        score = total / count.clamp(min=1)
        known = (count > 0) & score.isfinite()
        return torch.where(known, score, 0.0), known


def ratios(score: Float[Tensor, " modality"], known: Bool[Tensor, " modality"]) -> Float[Tensor, " modality"]:
    """Return exp of the mean of the others' scores minus the modality's; 1 where no other is known. Scores are losses: above 1 is ahead."""
    others = known.sum() - known.long()
    rest = (torch.where(known, score, 0.0).sum() - score) / others.clamp(min=1)
    return torch.where(known & (others > 0), (rest - score).exp(), 1.0)


def coefficients(
    score: Float[Tensor, " modality"],
    mean: Float[Tensor, " modality"],
    known: Bool[Tensor, " modality"],
    alpha: float,
    cap: float,
) -> Float[Tensor, " modality"]:
    """Return k = exp(α min(R - r, cap)): r the ratios of this batch's scores, R those of their running means; 1 where not ``known``."""
    ahead = ratios(mean, known) - ratios(score, known)
    return torch.where(known, (alpha * ahead.clamp(max=cap)).exp(), 1.0)
