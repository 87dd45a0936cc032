"""MLA, multimodal learning with alternating unimodal adaptation: projected updates of the shared head, and fusion by entropy."""

from __future__ import annotations

from collections import defaultdict
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import torch
from torch import nn

from mmviz.core.errors import ConfigError
from mmviz.train.strategies.base import Strategy, Update
from mmviz.train.strategies.unimodal import alone

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from jaxtyping import Bool, Float
    from torch import Tensor
    from torch.optim import Optimizer

    from mmviz.data.dataset import Split
    from mmviz.models.base import FusionModel
    from mmviz.models.batch import Batch
    from mmviz.train.devices import Devices
    from mmviz.train.run import Run
    from mmviz.train.strategies.base import Training


class Projector:
    """P: nearly zero along inputs it has learned, the identity across them.

    Attributes
    ----------
    matrix
        (inputs, inputs), symmetric.

    Notes
    -----
    After learning r_1 ... r_n it is α (α I + Σ r_k r_kᵀ)⁻¹, where all had the same α: tests/train/strategies/test_mla.py. Source: the
    recursive-least-squares projector of MLA (arXiv 2311.10707, section 3.2), which is that of OWM (Zeng et al., arXiv
    1810.01256, equation 3).
    """

    def __init__(self, matrix: Float[Tensor, "inputs inputs"]) -> None:
        self.matrix = matrix

    @classmethod
    def identity(cls, weight: Float[Tensor, "outputs inputs"]) -> Projector:
        """Return one that has learned nothing, for a linear layer's weight."""
        return cls(torch.eye(weight.shape[1], dtype=weight.dtype, device=weight.device))

    def learn(self, feature: Float[Tensor, " inputs"], alpha: float) -> None:
        """Take in one mean input r: P ← P - P r rᵀ P / (α + rᵀ P r)."""
        along = self.matrix @ feature
        self.matrix = self.matrix - torch.outer(along, along) / (alpha + feature @ along)

    def applied(self, gradient: Float[Tensor, "outputs inputs"]) -> Float[Tensor, "outputs inputs"]:
        """Return the gradient times P."""
        return gradient @ self.matrix


@dataclass(frozen=True)
class MlaOptions:
    """Options of MLA.

    Attributes
    ----------
    protect
        From what the head's gradient of a modality is kept away: features of ``all`` that was seen before, its own included (one
        projector, as published), of the ``others`` only (a projector per modality), or of ``none`` (plain alternation).
    alpha
        Base of the projector's regularisation: α = alpha^(b/B + 1) in batch b of B; in (0, 1].
    """

    protect: str = "all"
    alpha: float = 0.1

    def __post_init__(self) -> None:
        if self.protect not in ("all", "others", "none"):
            raise ConfigError(f"mla: protect={self.protect!r} is unknown; choose one of all, others, none")
        if isinstance(self.alpha, bool) or not isinstance(self.alpha, (int, float)) or not 0 < self.alpha <= 1:
            raise ConfigError(f"mla: alpha={self.alpha!r}, expected a number > 0 and ≤ 1")


class Mla(Strategy):
    """One update per modality and batch, in the order of the data, each of its own pass, each with an optimiser of its own.

    Before a step, the gradient of every linear layer of the shared head is multiplied by a projector that has learned, by
    recursive least squares, which inputs the updates before have given that layer: for those its answer hardly changes. The history
    holds ``loss/<modality>`` and ``projected/<modality>``, the share of the head's gradient norm that is left (1: nothing taken away).
    Classification and regression alike; the model's penalties, which compare modalities, have no part in it.

    Notes
    -----
    Source: Zhang et al., *Multimodal Representation Learning by Alternating Unimodal Adaptation*, CVPR 2024, arXiv 2311.10707,
    section 3.2; `Cecile-hi/Multimodal-Learning-with-Alternating-Unimodal-Adaptation`. What is ours, or differs:

    * Its published projection acts only on a parameter called ``module.weight``; the head it is given calls it ``weight``, so it
      never fires. It also divides by an outer product where a scalar is meant, scales P to norm 1 after every step, and
      projects with the modality's own features of the same batch. Here α + rᵀPr is a scalar, P starts as the identity and is
      not rescaled, and a modality's features enter after its step.
    * One projector for all soon keeps a modality from its own mean feature too. ``protect="others"``, one per modality that learns
      the features of the rest, is a *reading* of "not to lose previously acquired information" without that.
    * The paper's head is one linear layer. A head of several has a projector for each: a *reading* (as in OWM, Zeng et
      al., arXiv 1810.01256). Biases are not projected, as published.
    * Optimisers are AdamW, one per modality, where the paper has one SGD: momentum would mix modalities. AdamW divides
      by running sizes weight by weight, so that a step leaves the projected subspace a little.

    For fusion at test time by entropy see :func:`mmviz.train.strategies.mla.entropy_fused`.
    """

    name = "mla"
    Options = MlaOptions

    def prepare(self, model: FusionModel) -> FusionModel:
        """Refuse a model whose modalities share no head of linear layers."""
        if not _linear_layers(model) and self.options.protect != "none":
            raise ConfigError(
                f"mla: {type(model).__name__} has no head of linear layers that its modalities share, so there is nothing to "
                "project; use another model, or protect='none' for plain alternation"
            )
        return model

    def optimizers(self, model: FusionModel, adamw: Callable[..., Optimizer]) -> dict[str, Optimizer]:
        """Return one optimiser per modality."""
        names = model.spec.names
        return {name: adamw(decay=1 / len(names)) for name in names}

    def begin(self, training: Training) -> None:
        """Start every projector as the identity."""
        super().begin(training)
        self.layers = _linear_layers(training.model) if self.options.protect != "none" else []
        owners = [0] if self.options.protect == "all" else range(len(training.names))
        self.projectors = {o: [Projector.identity(layer.weight) for layer in self.layers] for o in owners}
        self.batch = 0

    def state(self) -> dict[str, Any]:
        """Return what the projectors have learned."""
        return {f"{o}.{i}": p.matrix for o, found in self.projectors.items() for i, p in enumerate(found)}

    def restore(self, state: Mapping[str, Any]) -> None:
        """Take it back."""
        for o, found in self.projectors.items():
            for i, projector in enumerate(found):
                projector.matrix = state[f"{o}.{i}"].to(projector.matrix)

    def before_epoch(self, epoch: int) -> dict[str, float]:
        """Start α's schedule again."""
        self.batch = 0
        self.sizes: dict[str, list[float]] = defaultdict(lambda: [0.0, 0.0])
        return {}

    def updates(self, batch: Batch, rows: np.ndarray) -> Iterator[Update]:
        """Yield one update per modality that any sample has."""
        training = self.training
        count = -(-len(training.samples) // training.config.batch_size)
        strength = self.options.alpha ** (min(self.batch, count) / count + 1)
        for m, name in enumerate(training.names):
            steps = training.model.encode(batch).masked(training.only(m, len(batch)))
            mine = bool(steps.mask.any())
            if not training.devices.any(mine):
                continue
            with _inputs_of(self.layers, training.devices, mine=mine) as inputs:
                loss = alone(training.model, steps).losses(training, batch.truth)[name]
            yield Update(loss, optimizer=name, modality=name, parts={f"loss/{name}": loss.detach()})
            for owner, projectors in self.projectors.items():
                if self.options.protect == "all" or owner != m:
                    for projector, feature in zip(projectors, inputs, strict=True):
                        projector.learn(feature, strength)
        self.batch += 1

    def after_backward(self, update: Update) -> None:
        """Project the gradients of the head."""
        name = str(update.modality)
        owner = 0 if self.options.protect == "all" else self.training.names.index(name)
        for layer, projector in zip(self.layers, self.projectors[owner], strict=bool(self.layers)):
            gradient = layer.weight.grad
            if gradient is not None:
                self.sizes[name][0] += float(gradient.norm())
                gradient.copy_(projector.applied(gradient))
                self.sizes[name][1] += float(gradient.norm())

    def after_epoch(self, epoch: int) -> dict[str, float]:
        """Note how much of the head's gradient was left."""
        return {f"projected/{name}": left / size for name, (size, left) in self.sizes.items() if size > 0}


def _linear_layers(model: FusionModel) -> list[nn.Linear]:
    head = getattr(model, "head", None)
    return [m for m in head.modules() if isinstance(m, nn.Linear)] if isinstance(head, nn.Module) else []


@contextmanager
def _inputs_of(layers: list[nn.Linear], devices: Devices, *, mine: bool) -> Iterator[list[Tensor]]:
    """Collect the mean input of each layer, over the samples of all devices, while a pass runs; not ``mine``: here it has none."""
    means: list[Tensor] = []

    def note(layer: nn.Linear, inputs: tuple[Tensor, ...]) -> None:
        rows = inputs[0].detach().flatten(0, -2)
        means.append(devices.mean(rows if mine else rows[:0]).to(layer.weight.dtype))

    hooks = [layer.register_forward_pre_hook(note) for layer in layers]
    try:
        yield means
    finally:
        for hook in hooks:
            hook.remove()


def entropy_weights(
    output: Float[Tensor, "batch modality class"], present: Bool[Tensor, "batch modality"]
) -> Float[Tensor, "batch modality"]:
    """Return each modality's weight in each sample, ∝ exp(H_max - H_m), H the entropy of its answer in nat; 0 where it is absent.

    They sum to one, or to zero where a sample has nothing.
    """
    log = output.log_softmax(-1)
    entropy = -(log.exp() * log).sum(-1)
    weight = torch.where(present, -entropy, torch.full_like(entropy, -torch.inf)).softmax(-1)
    return torch.where(present, weight, torch.zeros_like(weight))


@torch.no_grad()
def entropy_fused(run: Run, data: Split | Batch, *, batch_size: int = 256) -> np.ndarray:
    """Return class probabilities (sample, class) from the modalities' own answers, weighted by their certainty.

    Parameters
    ----------
    run
        Of any strategy; MLA and `unimodal` train the modalities' own answers.
    data
        As for `Run.predict`.
    batch_size
        Samples per pass; has no influence on the result.

    Raises
    ------
    ConfigError
        For a regression, whose answers have no entropy.

    Notes
    -----
    Source: Zhang et al., CVPR 2024, arXiv 2311.10707, section 3.3: the logits are averaged with weights ∝ exp(H_max - H_m). Its
    published code (``calculate_entropy``) takes the softmax over the batch and one entropy for all samples of it; here each sample
    has its own, over classes. A sample without any modality has equal probabilities.
    """
    model = run.model
    if model.spec.task.kind != "classification":
        raise ConfigError(
            f"entropy_fused: {model.spec.name!r} is a {model.spec.task.kind}, whose answers have no entropy; use run.predict"
        )
    mode, parts = model.training, []
    model.eval()
    try:
        for batch in run.batches(data, batch_size):
            steps = model.encode(batch)
            answers, who, sample = alone(model, steps)
            output = answers.new_zeros(len(batch), len(model.spec.modalities), answers.shape[-1])
            output[sample, who] = answers
            weight = entropy_weights(output, steps.mask.any(-1).t())
            parts.append((weight[..., None] * output).sum(1).softmax(-1).float().numpy())
    finally:
        model.train(mode)
    return np.concatenate(parts) if parts else np.zeros((0, model.spec.task.outputs), dtype=np.float32)
