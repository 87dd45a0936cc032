"""InfoReg: in the prime learning window, the parameters of the modalities ahead are pulled back to the epoch's start."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import torch

from mmviz.core.options import number, one_of
from mmviz.train.modality_parameters import modality_parameters, require_modality_parameters
from mmviz.train.strategies.base import Strategy, Update
from mmviz.train.strategies.method import Method
from mmviz.train.strategies.scores import log_scores, unimodal_scores

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

    import numpy as np
    from jaxtyping import Bool, Float
    from torch import Tensor
    from torch.optim import Optimizer

    from mmviz.models.base import FusionModel
    from mmviz.models.batch import Batch
    from mmviz.train.modality_parameters import Part
    from mmviz.train.strategies.base import Training


@dataclass(frozen=True)
class InfoRegOptions:
    """Options of InfoReg.

    Attributes
    ----------
    beta
        Strength: the coefficient of a modality that is ahead is exp(beta · tanh(lead)), from 1 to exp(beta); ≥ 0.
    threshold
        The window of a modality is open while its gradient trace grows from epoch to epoch by more than this fraction; ≥ 0.
    window
        ``prime``: in that window only. ``all``: in every epoch, an ablation of the paper.
    """

    beta: float = 0.9
    threshold: float = 0.04
    window: str = "prime"

    def __post_init__(self) -> None:
        for name in ("beta", "threshold"):
            object.__setattr__(self, name, number(getattr(self, name), f"inforeg: {name}", low=0))
        one_of(self.window, ("prime", "all"), "inforeg: window")


class InfoReg(Strategy):
    r"""Joint training in which modalities that are ahead stay near their weights of the epoch's start, while they learn fast.

    For each batch, the score of a modality is the mean of log p(true class) of its unimodal predictions, and its lead Δ the mean distance to
    the scores below it. In its window the loss has a proximal term α/2 ‖θ - θ_start‖² for its parameters, α = exp(β tanh Δ); the modality
    with the lowest score has none. The history holds ``pull/<modality>`` (mean α; 0 without a term), ``window/<modality>`` (1 while open) and
    ``gradient_trace/<modality>``. Classification and regression.

    Notes
    -----
    Source: Huang et al., *Adaptive Unimodal Regulation for Balanced Multimodal Information Acquisition*, CVPR 2025, arXiv 2503.18595: the
    window from the relative growth of the trace of the Fisher information of the last two epochs (K = 0.04), the proximal term, its
    coefficient (β = 0.9); `GeWu-Lab/InfoReg_CVPR2025`. What is ours, or differs:

    * Scores come from the unimodal pass, which any fusion has; a regression has -|error| in units of the mean absolute deviation.
      Our interpretation.
    * The paper defines the score as -log p and takes the larger one for better; the sign that holds the leading modality back is meant.
    * The trace of the Fisher information is the mean over batches of the squared norm of the batch's gradient. In the first two
      epochs, which have no growth yet, the window is open. In float16 gradients contain the factor of the loss: where that changes, so does
      the trace. Our interpretation.
    * AdamW would normalise the gradient of the proximal term with all others. The term is decoupled, as its weight decay is: after each
      step θ ← θ - rate · α (θ - θ_start). Our interpretation.
    * The published code sums scores over a batch, so that tanh is ±1; has one window for all modalities, that of audio; multiplies
      its coefficients by 0.95 and 0.1 for audio and video; and adds unimodal losses.
    """

    name = "inforeg"
    method = Method(
        "InfoReg",
        "Huang et al., CVPR 2025, arXiv 2503.18595",
        needs="parameters of each modality",
        forwards=lambda M: 1 + M,
        besides="outside the windows one forward pass; a copy of the parameters of the modalities",
        published_code="sums scores over the batch, so that tanh saturates; takes the window from audio only; one coefficient per modality by hand",
        ours="scores from the unimodal pass; the proximal term decoupled from AdamW; regression",
    )
    Options = InfoRegOptions
    weighted_losses = ("joint", "unimodal", "penalty")
    _optimizer: Optimizer | None = None

    def prepare(self, model: FusionModel) -> FusionModel:
        """Raise ConfigError for a model in which a modality has no parameters of its own."""
        require_modality_parameters(model, self.name, "holds back the parameters of the modality that is ahead")
        return model

    def optimizers(self, model: FusionModel, adamw: Callable[..., Optimizer]) -> dict[str, Optimizer]:
        """Return one optimizer; its learning rate scales the pull."""
        self._optimizer = adamw()
        return {"all": self._optimizer}

    def begin(self, training: Training) -> None:
        """Find the modality-specific parameters."""
        super().begin(training)
        self.parts = [modality_parameters(training.model, m) for m in range(len(training.names))]
        self.traces: list[list[float]] = [[] for _ in self.parts]
        self._squares, self._updates = [0.0] * len(self.parts), 0

    def state(self) -> dict[str, Any]:
        """Return the gradient traces of the last two epochs."""
        return {"traces": [own[-2:] for own in self.traces]}

    def restore(self, state: Mapping[str, Any]) -> None:
        """Restore the gradient traces."""
        self.traces = [list(own) for own in state["traces"]]

    def before_epoch(self, epoch: int) -> dict[str, float]:
        """Open or close the window of each modality; copy its parameters where it is open."""
        all_open = self.options.window == "all"
        self.open = [all_open or window_is_open(own, self.options.threshold) for own in self.traces]
        self.start = [
            [part.parameter.detach()[part.rows].clone() for part in parts] if is_open else []
            for parts, is_open in zip(self.parts, self.open, strict=True)
        ]
        self._squares, self._updates = [0.0] * len(self.parts), 0
        return {f"window/{name}": float(is_open) for name, is_open in zip(self.training.names, self.open, strict=True)}

    def updates(self, batch: Batch, rows: np.ndarray) -> Iterator[Update]:
        """Yield the joint update, then pull."""
        training = self.training
        steps = training.model.encode(batch)
        pulls = [0.0] * len(self.parts)
        if any(self.open) and len(self.parts) > 1:
            with training.clock("scores"):
                score, count = unimodal_scores(training, steps, batch.required_target, log_scores)
                found = coefficients(leads(score, count > 0), self.options.beta).tolist()
            pulls = [pull if is_open else 0.0 for pull, is_open in zip(found, self.open, strict=True)]
        fraction = training.devices.sample_fraction(len(batch))
        parts = {f"pull/{name}": pull * fraction for name, pull in zip(training.names, pulls, strict=True)}
        yield training.joint(steps, batch.required_target, parts=parts)
        for own, start, pull in zip(self.parts, self.start, pulls, strict=True):
            if pull:
                pull_back(own, start, self._rate * pull)

    def after_backward(self, update: Update) -> None:
        """Add the squared norm of the gradient of each modality."""
        for m, parts in enumerate(self.parts):
            norms = [torch.linalg.vector_norm(g) for part in parts if (g := part.gradient) is not None]
            if norms:
                self._squares[m] += float(torch.stack(norms).square().sum())
        self._updates += 1

    def after_epoch(self, epoch: int) -> dict[str, float]:
        """Return the gradient traces of the epoch."""
        found = [square / max(1, self._updates) for square in self._squares]
        self.traces = [[*own, trace] for own, trace in zip(self.traces, found, strict=True)]
        return {f"gradient_trace/{name}": trace for name, trace in zip(self.training.names, found, strict=True)}

    @property
    def _rate(self) -> float:
        """Learning rate of the last step."""
        if self._optimizer is None:
            return self.training.config.learning_rate
        return float(self._optimizer.param_groups[0]["lr"])


def window_is_open(traces: Sequence[float], threshold: float) -> bool:
    """Return whether (T₁ - T₂) / T₁ > threshold for the traces T₂, T₁ of the last two epochs; True with fewer epochs."""
    if len(traces) < 2:
        return True
    before, last = traces[-2:]
    return last > 0 and math.isfinite(last) and (last - before) / last > threshold


def leads(score: Float[Tensor, " modality"], available: Bool[Tensor, " modality"]) -> Float[Tensor, " modality"]:
    """Return the mean distance of each score to the lower scores; 0 where none is lower. Unavailable modalities are left out."""
    distance = score[:, None] - score
    below = (distance > 0) & available[:, None] & available
    return torch.where(below, distance, torch.zeros_like(distance)).sum(1) / below.sum(1).clamp(min=1)


def coefficients(lead: Float[Tensor, " modality"], beta: float) -> Float[Tensor, " modality"]:
    """Return α = exp(β tanh Δ) where the lead Δ is above 0, else 0."""
    return torch.where(lead > 0, torch.exp(beta * torch.tanh(lead)), torch.zeros_like(lead))


@torch.no_grad()
def pull_back(parts: Iterable[Part], start: Iterable[Tensor], strength: float) -> None:
    """Move each part towards its value at the start by this fraction of the distance, at most the whole: a step on ½ ‖θ - start‖²."""
    for part, value in zip(parts, start, strict=True):
        part.parameter[part.rows].lerp_(value, min(1.0, strength))
