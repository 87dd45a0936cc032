"""G2D, gradient-guided distillation: unimodal teachers for features and outputs, and no steps for the modality that leads in a batch."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import torch
from torch.nn import functional

from mmviz.core.options import number
from mmviz.train.frozen_step import frozen, without_step
from mmviz.train.modality_parameters import modality_parameters, require_modality_parameters
from mmviz.train.strategies.base import Update
from mmviz.train.strategies.method import Method
from mmviz.train.strategies.ogm_ge import scores
from mmviz.train.strategies.teachers import TaughtStrategy, TeacherOptions

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    import numpy as np
    from jaxtyping import Bool, Float, Int, Shaped
    from torch import Tensor
    from torch.optim import Optimizer

    from mmviz.models.base import FusionModel
    from mmviz.models.batch import Batch
    from mmviz.train.modality_parameters import Part
    from mmviz.train.strategies.base import Training
    from mmviz.train.strategies.teachers import TeacherOutputs


@dataclass(frozen=True)
class G2DOptions(TeacherOptions):
    """Options of G2D.

    Attributes
    ----------
    feature_weight, output_weight
        Weights of the distance to the teachers' features, and of the divergence from their outputs; ≥ 0.
    prioritise
        Share of the epochs, from the first, in which the leading modality makes no step; from 0 to 1 (150 of 300 epochs in the paper).
    """

    feature_weight: float = 1.0
    output_weight: float = 1.0
    prioritise: float = 0.5

    def __post_init__(self) -> None:
        self.check("g2d")
        for name in ("feature_weight", "output_weight"):
            object.__setattr__(self, name, number(getattr(self, name), f"g2d: {name}", low=0))
        object.__setattr__(self, "prioritise", number(self.prioritise, "g2d: prioritise", low=0, high=1))


class G2D(TaughtStrategy):
    """Joint training with distillation from unimodal teachers, in which the modality that leads by its teacher makes no step.

    The loss is that of the task + α Σ_m mean (f_m - f_m of the teacher)² + β Σ_m KL(p of teacher m ‖ fused p). While modalities are prioritised, the
    one whose teacher has the highest mean p(true class) in a batch is frozen in that batch: all of its parameters, and the moments
    of the optimizer. The history holds ``distance/<modality>``, ``divergence/<modality>``, ``frozen/<modality>`` (share of the batches) and, in the
    first row, ``teacher_loss/<modality>``. Classification and regression.

    Notes
    -----
    Source: Rakib and Bagavathi, *G2D: Boosting Multimodal Learning with Gradient-Guided Distillation*, ICCV 2025, arXiv 2506.21514:
    distillation of features and of logits with weights 1 and temperature 1, sequential modality prioritisation in the first half of the
    epochs; `rAIson-Lab/G2D`. What is ours, or differs:

    * Teachers and features are those of :class:`mmviz.train.strategies.umt.Umt`; the squared distance of features is its mean over them.
    * Of more than two modalities only the one with the highest score is frozen. Our interpretation.
    * A tie freezes none; the published code raises an error.
    * The published code sets gradients to zero, of convolution weights only: norms, biases and linear maps stay trained, and
      under AdamW momentum and weight decay would move weights with a gradient of zero. Here nothing of the modality changes.
    * A regression scores by exp(-|error|/MAD), and the divergence is the mean absolute difference of the values. Our interpretation.
    """

    name = "g2d"
    method = Method(
        "G2D",
        "Rakib and Bagavathi, ICCV 2025, arXiv 2506.21514",
        needs="parameters of each modality",
        besides="a unimodal training per modality for the teachers; one pass of each over the samples, or per batch with augmentation; where "
        "streams depend on each other, unimodal streams in every batch",
        published_code="freezes convolution weights only; raises an error at a tie; loads the teachers anew in every epoch",
        ours="features with all other modalities masked; more than two modalities; regression",
    )
    Options = G2DOptions
    _optimizer: Optimizer | None = None

    def prepare(self, model: FusionModel) -> FusionModel:
        """Raise ConfigError for a model in which a modality has no parameters of its own; prepare the teachers."""
        require_modality_parameters(model, self.name, "makes no step for the parameters of the modality that leads")
        return super().prepare(model)

    def optimizers(self, model: FusionModel, adamw: Callable[..., Optimizer]) -> dict[str, Optimizer]:
        """Return one optimizer, whose moments are kept for a frozen modality."""
        self._optimizer = adamw()
        return {"all": self._optimizer}

    def begin(self, training: Training) -> None:
        """Find the modality-specific parameters."""
        super().begin(training)
        self.parts = [modality_parameters(training.model, m) for m in range(len(training.names))]
        self.prioritises, self.leading = False, -1

    def before_epoch(self, epoch: int) -> dict[str, float]:
        """Switch the prioritisation off after its share of the epochs."""
        self.prioritises = epoch <= self.options.prioritise * self.training.config.epochs
        return super().before_epoch(epoch)

    def updates(self, batch: Batch, rows: np.ndarray) -> Iterator[Update]:
        """Yield one update, with the leading modality frozen."""
        training, target, options = self.training, batch.required_target, self.options
        names, taught = training.names, self.taught(batch, rows)
        steps = training.model.encode(batch)
        self.leading = leading(*teacher_scores(training, taught, target)) if self.prioritises else -1
        update, output, features = self.joint_with_features(steps, target)
        distances = self.distances(features, taught) if options.feature_weight else {}
        divergences = (
            self._divergences(output, features.present & taught.present, taught) if options.output_weight else {}
        )
        zero = steps.x.sum() * 0
        update.loss = update.loss + options.feature_weight * sum(distances.values(), zero)
        update.loss = update.loss + options.output_weight * sum(divergences.values(), zero)
        fraction = training.devices.sample_fraction(len(target))
        parts: dict[str, Tensor | float] = {
            f"frozen/{name}": float(m == self.leading) * fraction for m, name in enumerate(names)
        }
        for what, values in (("distance", distances), ("divergence", divergences)):
            parts |= {f"{what}/{name}": value.detach() for name, value in values.items()}
        update.parts = {**update.parts, **parts}
        with frozen(self._optimizer, self._frozen_parts):
            yield update

    def after_backward(self, update: Update) -> None:
        """Remove the gradients of the leading modality."""
        without_step(self._frozen_parts)

    @property
    def _frozen_parts(self) -> list[Part]:
        return self.parts[self.leading] if self.leading >= 0 else []

    def _divergences(
        self, output: Float[Tensor, "batch output"], both: Bool[Tensor, "modality batch"], taught: TeacherOutputs
    ) -> dict[str, Float[Tensor, ""]]:
        """Return the divergence of the fused outputs from each teacher's, over the samples with the modality; this device's shares."""
        fused = output.expand(len(both), -1, -1)
        return self.mean_by_modality(divergence(taught.output.to(output), fused, self.training.task.kind), both)


def divergence(
    teacher: Float[Tensor, "*row output"], output: Float[Tensor, "*row output"], kind: str
) -> Float[Tensor, " *row"]:
    """Return KL(softmax teacher ‖ softmax output) of each row in nat; of a regression |difference|."""
    if kind != "classification":
        return (teacher - output).abs()[..., 0]
    dtype = torch.promote_types(output.dtype, torch.float32)
    wanted, found = (functional.log_softmax(z, -1, dtype=dtype) for z in (teacher, output))
    return functional.kl_div(found, wanted, reduction="none", log_target=True).sum(-1)


@torch.no_grad()
def teacher_scores(
    training: Training, taught: TeacherOutputs, target: Shaped[Tensor, " batch"]
) -> tuple[Float[Tensor, " modality"], Int[Tensor, " modality"]]:
    """Return the mean score of each teacher over the samples with its modality, on all devices, and their number."""
    devices, among = training.devices, training.devices.gather(target)
    M = len(taught.output)
    each = scores(training.task, taught.output.flatten(0, 1), target.repeat(M), among).unflatten(0, (M, -1))
    count = devices.total(taught.present.sum(1))
    total = devices.total(torch.where(taught.present, each, torch.zeros_like(each)).sum(1))
    return total / count.clamp(min=1), count


def leading(score: Float[Tensor, " modality"], count: Int[Tensor, " modality"]) -> int:
    """Return the modality with the highest score among those with samples; -1 at a tie, for one modality, or for a score that is NaN."""
    known = torch.where(count > 0, score, torch.full_like(score, -torch.inf))
    first, second = (*known.sort(descending=True).values.tolist(), -torch.inf)[:2]
    return int(known.argmax()) if first > second > -torch.inf else -1
