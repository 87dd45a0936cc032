"""On-the-fly gradient modulation with generalisation enhancement (OGM-GE): smaller updates for the modality that leads."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import torch
from torch import nn
from torch.nn import functional

from mmviz.core.options import number, one_of, whole
from mmviz.models.layers import StackedCausalConv, StackedLinear
from mmviz.train.modality_parameters import (
    modality_parameters,
    require_modality_parameters,
    scale_step,
    values_before_step,
)
from mmviz.train.strategies.base import Strategy, Update
from mmviz.train.strategies.method import Method
from mmviz.train.strategies.scores import log_scores, unimodal_scores

if TYPE_CHECKING:
    from collections.abc import Iterator

    import numpy as np
    from jaxtyping import Bool, Float, Shaped
    from torch import Tensor

    from mmviz.data.spec import Task
    from mmviz.models.base import FusionModel
    from mmviz.models.batch import Batch, Steps
    from mmviz.train.modality_parameters import Part
    from mmviz.train.strategies.base import Training

NOISE_ON = ("convolutions", "weights", "all")
_CONVOLUTIONS = (StackedCausalConv, nn.Conv1d, nn.Conv2d, nn.Conv3d)
_FLOOR = 1e-8  # of the noise's standard deviation, as in the published code


@dataclass(frozen=True)
class OgmGeOptions:
    """Options of OGM-GE.

    Attributes
    ----------
    alpha
        Strength of the modulation, > 0; the paper tunes it per data set.
    noise
        GE: ``all`` adds noise to the gradients of every modality (the published code), ``scaled`` to scaled gradients only, ``none`` adds
        none (OGM).
    noise_on
        Modality-specific parameters that receive the noise: ``convolutions``, the weights of convolutions (the published code; none in a
        model without convolutions); ``weights``, those of linear maps too, except the one of the step size Δ; ``all``, also biases,
        norms, A_log, D and Δ. The last two are not published and may reduce accuracy.
    scale
        What the coefficient multiplies: the ``gradient`` (the paper), or the ``step`` of the optimizer.
    first_epoch, last_epoch
        Epochs with modulation, from 1; ``last_epoch=0`` is the end of the training.
    """

    alpha: float = 0.5
    noise: str = "all"
    noise_on: str = "convolutions"
    scale: str = "gradient"
    first_epoch: int = 1
    last_epoch: int = 0

    def __post_init__(self) -> None:
        object.__setattr__(self, "alpha", number(self.alpha, "ogm_ge: alpha", low=0, above=True))
        for name, known in (
            ("noise", ("all", "scaled", "none")),
            ("noise_on", NOISE_ON),
            ("scale", ("gradient", "step")),
        ):
            one_of(getattr(self, name), known, f"ogm_ge: {name}")
        for name, low in (("first_epoch", 1), ("last_epoch", 0)):
            object.__setattr__(self, name, whole(getattr(self, name), f"ogm_ge: {name}", low=low))


class OgmGe(Strategy):
    """Joint training with modality-specific gradients scaled down by the lead of the modality, and noise on its convolutions.

    The history holds ``ratio/<modality>`` and ``coefficient/<modality>``.

    Notes
    -----
    Source: Peng et al., *Balanced Multimodal Learning via On-the-fly Gradient Modulation*, CVPR 2022, arXiv 2203.15332, equations
    8 to 12 (scores, ratio, coefficient, noise); `GeWu-Lab/OGM-GE_CVPR2022 main.py`. What is ours:

    * Scores come from the unimodal pass, not from a split of the last linear layer: our interpretation, which any fusion allows.
      With absent modalities they are means over the samples that have the modality.
    * More than two modalities: the ratio is to the mean of the others; for two it is the paper's. Our interpretation.
    * Regression has no true-class probability: exp(-loss) takes its place, which for classification is the same; the loss is in units of
      the batch's mean absolute deviation. Our interpretation.
    * "The encoder of m" is :func:`mmviz.train.modality_parameters.modality_parameters`, all of which is scaled, as in equation 11. The
      published code scales, and adds noise to, only what has ``len(parms.grad.size()) == 4``: the convolution weights of its ResNets, never a
      norm or a bias. By default we add noise to convolution weights only, ``noise_on``. That the causal convolution of a state space block
      is meant is *our interpretation*; its A_log, D and Δ have no counterpart there.
    * As in that code the noise is Gaussian with the standard deviation of the tensor's gradient before scaling, for every modality,
      leading or not. Its modulation ends after epoch 50 of 100 (``last_epoch`` here), and its ``alpha`` has no default.
    * The paper trains with SGD. AdamW divides every gradient by its running magnitude, so that a constant coefficient cancels and
      only its changes have an effect. ``scale="step"`` multiplies the step of the optimizer instead; with SGD without momentum the two are
      equal.

    A tie gives 1 and the least lead 1 - tanh(alpha): equation 10 has that jump.
    """

    name = "ogm_ge"
    method = Method(
        "OGM-GE",
        "Peng et al., CVPR 2022, arXiv 2203.15332",
        needs="parameters of each modality",
        forwards=lambda M: 1 + M,
        published_code="scales only what has a gradient of four dimensions (convolutions of its ResNets)",
        ours="scores from the unimodal pass; the ratio for more than two modalities; regression",
    )
    Options = OgmGeOptions
    weighted_losses = ("joint", "unimodal", "penalty")

    def prepare(self, model: FusionModel) -> FusionModel:
        """Raise ConfigError for a model in which a modality has no parameters of its own."""
        require_modality_parameters(model, self.name, "scales the gradients of the parameters of each modality")
        return model

    def begin(self, training: Training) -> None:
        """Find the modality-specific parameters."""
        super().begin(training)
        self.parts = [modality_parameters(training.model, m) for m in range(len(training.names))]
        self.noisy = noisy_parameters(training.model, self.options.noise_on)
        self.coefficients: list[float] = [1.0] * len(training.names)
        self.active = False

    def before_epoch(self, epoch: int) -> dict[str, float]:
        """Switch the modulation on and off."""
        last = self.options.last_epoch
        self.active = self.options.first_epoch <= epoch and (not last or epoch <= last)
        return {}

    def updates(self, batch: Batch, rows: np.ndarray) -> Iterator[Update]:
        """Yield the joint update."""
        training = self.training
        steps = training.model.encode(batch)
        with training.clock("modulation"):
            ratio = self._ratio(steps, batch.required_target)
        found = coefficients(ratio, self.options.alpha)
        self.coefficients = found.tolist() if self.active else [1.0] * len(found)
        fraction = training.devices.sample_fraction(len(batch))
        parts = {f"ratio/{n}": r * fraction for n, r in zip(training.names, ratio, strict=True)}
        parts |= {
            f"coefficient/{n}": torch.tensor(k).double() * fraction
            for n, k in zip(training.names, self.coefficients, strict=True)
        }
        before = self._values_before_step() if self.active and self.options.scale == "step" else []
        yield training.joint(steps, batch.required_target, parts=parts)
        scale_step(before)

    def after_backward(self, update: Update) -> None:
        """Scale the gradients and add noise."""
        if not self.active:
            return
        for parts, k in zip(self.parts, self.coefficients, strict=True):
            with_noise = self.options.noise == "all" or (self.options.noise == "scaled" and k < 1)
            for part in parts:
                noisy = with_noise and id(part.parameter) in self.noisy
                modulate(part.gradient, k if self.options.scale == "gradient" else 1.0, noisy=noisy)

    def _ratio(self, steps: Steps, target: Shaped[Tensor, " batch"]) -> Float[Tensor, " modality"]:
        """Return the discrepancy ratio of each modality."""
        score, count = unimodal_scores(self.training, steps, target, scores)
        return discrepancy(score, count > 0)

    def _values_before_step(self) -> list[tuple[Part, Tensor, float]]:
        """Return the values of all parameters with a scaled step."""
        scaled = zip(self.parts, self.coefficients, strict=True)
        return values_before_step((part, k) for parts, k in scaled if k != 1 for part in parts)


def noisy_parameters(model: nn.Module, noise_on: str) -> set[int]:
    """Return the `id` of every parameter that may receive noise; see ``noise_on`` of :class:`OgmGeOptions`."""
    if noise_on == "all":
        return {id(p) for p in model.parameters()}
    kinds = _CONVOLUTIONS if noise_on == "convolutions" else (*_CONVOLUTIONS, nn.Linear, StackedLinear)
    found = ((name, module) for name, module in model.named_modules() if isinstance(module, kinds))
    return {id(module.weight) for name, module in found if name.rpartition(".")[2] != "dt"}


def scores(
    task: Task,
    output: Float[Tensor, "row output"],
    target: Shaped[Tensor, " row"],
    among: Shaped[Tensor, " any"] | None = None,
) -> Float[Tensor, " row"]:
    """Return the probability of the true class (equation 8), or exp(-|error|/MAD) of a regression; MAD of the targets ``among``, or given."""
    if task.kind == "classification":
        return output.softmax(-1).gather(-1, target[:, None])[:, 0]
    return log_scores(task, output, target, among).exp()


def discrepancy(score: Float[Tensor, " modality"], available: Bool[Tensor, " modality"]) -> Float[Tensor, " modality"]:
    """Return each score over the mean of the others (equation 9 for two modalities); 1 where no other is available.

    A modality without samples (``available`` is False) is left out. A score that is NaN makes the ratios of the others NaN.
    """
    known = torch.where(available, score, torch.zeros_like(score))
    others = available.sum() - available.long()
    rest = (known.sum() - known) / others.clamp(min=1)
    return torch.where(available & (others > 0) & (known + rest != 0), known / rest, torch.ones_like(known))


def coefficients(ratio: Float[Tensor, " modality"], alpha: float) -> Float[Tensor, " modality"]:
    """Return k = 1 - tanh(α ρ) where ρ > 1, else 1 (equation 10)."""
    return torch.where(ratio > 1, 1 - torch.tanh(alpha * functional.relu(ratio)), torch.ones_like(ratio))


def modulate(gradient: Tensor | None, k: float, *, noisy: bool) -> None:
    """Scale a gradient by k in place, and add Gaussian noise with the standard deviation it had (equation 12)."""
    if gradient is None:
        return
    spread = gradient.std() + _FLOOR if noisy and gradient.numel() > 1 else None
    if k != 1:
        gradient.mul_(k)
    if spread is not None:
        gradient.add_(torch.randn_like(gradient) * spread)
