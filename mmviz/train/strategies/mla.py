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
from mmviz.core.options import number, one_of
from mmviz.train.strategies.base import Strategy, Update
from mmviz.train.strategies.method import Method
from mmviz.train.strategies.unimodal import unimodal_pass

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
    """Projection matrix P by recursive least squares: near zero along the inputs it was updated with, identity orthogonal to them.

    Attributes
    ----------
    matrix
        (inputs, inputs), symmetric.

    Notes
    -----
    After updates with r_1 ... r_n and the same α it is α (α I + Σ r_k r_kᵀ)⁻¹, tested in tests/train/strategies/test_mla.py. Source: the
    recursive-least-squares projector of MLA (arXiv 2311.10707, section 3.2), which is that of OWM (Zeng et al., arXiv
    1810.01256, equation 3).
    """

    def __init__(self, matrix: Float[Tensor, "inputs inputs"]) -> None:
        self.matrix = matrix

    @classmethod
    def identity(cls, weight: Float[Tensor, "outputs inputs"]) -> Projector:
        """Return the identity, for the weight of a linear layer."""
        return cls(torch.eye(weight.shape[1], dtype=weight.dtype, device=weight.device))

    def update(self, feature: Float[Tensor, " inputs"], alpha: float) -> None:
        """Update with one mean input r: P ← P - P r rᵀ P / (α + rᵀ P r)."""
        along = self.matrix @ feature
        self.matrix = self.matrix - torch.outer(along, along) / (alpha + feature @ along)

    def project(self, gradient: Float[Tensor, "outputs inputs"]) -> Float[Tensor, "outputs inputs"]:
        """Return the gradient times P."""
        return gradient @ self.matrix


@dataclass(frozen=True)
class MlaOptions:
    """Options of MLA.

    Attributes
    ----------
    protect
        Features to which the head's gradient of a modality is made orthogonal: those of ``all`` earlier updates, its own included (one
        projector, as published), of the ``others`` only (a projector per modality), or ``none`` (alternation without projection).
    alpha
        Base of the projector's regularisation: α = alpha^(b/B + 1) in batch b of B; in (0, 1].
    """

    protect: str = "all"
    alpha: float = 0.1

    def __post_init__(self) -> None:
        one_of(self.protect, ("all", "others", "none"), "mla: protect")
        object.__setattr__(self, "alpha", number(self.alpha, "mla: alpha", low=0, high=1, above=True))


class Mla(Strategy):
    """One update per modality and batch, in the order of the data, by its unimodal loss and with an optimizer per modality.

    Before a step, the gradient of every linear layer of the shared head is multiplied by a projector that was fitted, by recursive least
    squares, to the inputs of that layer in earlier updates: the output for those inputs hardly changes. The history holds
    ``loss/<modality>`` and ``projected/<modality>``, the share of the head's gradient norm that remains (1: nothing removed).
    Classification and regression; auxiliary losses of the model, which compare modalities, are left out.

    Notes
    -----
    Source: Zhang et al., *Multimodal Representation Learning by Alternating Unimodal Adaptation*, CVPR 2024, arXiv 2311.10707,
    section 3.2; `Cecile-hi/Multimodal-Learning-with-Alternating-Unimodal-Adaptation`. What is ours, or differs:

    * The published projection applies only to a parameter named ``module.weight``; in the published head it is named ``weight``, so the
      projection is never applied. It also divides by an outer product where a scalar is meant, scales P to norm 1 after every step, and
      projects with the modality's own features of the same batch. Here α + rᵀPr is a scalar, P starts as the identity and is
      not rescaled, and a modality's features enter after its step.
    * One projector for all modalities soon removes a modality's own mean feature too. ``protect="others"``, one projector per modality
      fitted to the features of the others, is our interpretation of "not to lose previously acquired information" without that.
    * The paper's head is one linear layer. A head of several layers has a projector for each: our interpretation (as in OWM, Zeng et
      al., arXiv 1810.01256). Biases are not projected, as published.
    * Optimizers are AdamW, one per modality, where the paper has one SGD: momentum would mix modalities. AdamW divides
      by running magnitudes weight by weight, so that a step leaves the projected subspace slightly.

    For fusion at test time by entropy see :func:`mmviz.train.strategies.mla.entropy_fused`.
    """

    name = "mla"
    method = Method(
        "MLA",
        "Zhang et al., CVPR 2024, arXiv 2311.10707",
        needs="a shared head of linear layers",
        forwards=lambda M: M,
        backwards=lambda M: M,
        updates=lambda M: M,
        published_code="never applies its projection: it looks for a parameter of another name",
        ours="one projector per layer; an optimizer per modality",
    )
    Options = MlaOptions

    def prepare(self, model: FusionModel) -> FusionModel:
        """Raise ConfigError for a model without a shared head of linear layers."""
        if not model.shared_linear_layers and self.options.protect != "none":
            raise ConfigError(
                f"mla: {getattr(model.config, 'name', '') or type(model).__name__} has no head of linear layers (torch.nn.Linear) that its "
                "modalities share, so there is nothing to project; use another model, or protect='none' for plain alternation"
            )
        return model

    def optimizers(self, model: FusionModel, adamw: Callable[..., Optimizer]) -> dict[str, Optimizer]:
        """Return one optimizer per modality."""
        names = model.spec.names
        return {name: adamw(decay=1 / len(names)) for name in names}

    def begin(self, training: Training) -> None:
        """Start every projector as the identity."""
        super().begin(training)
        self.layers = training.model.shared_linear_layers if self.options.protect != "none" else []
        owners = [0] if self.options.protect == "all" else range(len(training.names))
        self.projectors = {o: [Projector.identity(layer.weight) for layer in self.layers] for o in owners}
        self.batch = 0

    def state(self) -> dict[str, Any]:
        """Return the matrices of the projectors."""
        return {f"{o}.{i}": p.matrix for o, found in self.projectors.items() for i, p in enumerate(found)}

    def restore(self, state: Mapping[str, Any]) -> None:
        """Restore the matrices of the projectors."""
        for o, found in self.projectors.items():
            for i, projector in enumerate(found):
                projector.matrix = state[f"{o}.{i}"].to(projector.matrix)

    def before_epoch(self, epoch: int) -> dict[str, float]:
        """Restart the schedule of α."""
        self.batch = 0
        self.norms: dict[str, list[float]] = defaultdict(lambda: [0.0, 0.0])
        return {}

    def updates(self, batch: Batch, rows: np.ndarray) -> Iterator[Update]:
        """Yield one update per modality that is available in any sample."""
        training = self.training
        count = -(-len(training.samples) // training.config.batch_size)
        strength = self.options.alpha ** (min(self.batch, count) / count + 1)
        for m, name in enumerate(training.names):
            steps = training.model.encode(batch).masked(training.only(m, len(batch)))
            available = bool(steps.mask.any())
            if not training.devices.any(available):
                continue
            with _mean_inputs(self.layers, training.devices, available=available) as inputs:
                loss = unimodal_pass(training.model, steps).losses(training, batch.required_target)[name]
            yield Update(loss, optimizer=name, modality=name, parts={f"loss/{name}": loss.detach()})
            for owner, projectors in self.projectors.items():
                if self.options.protect == "all" or owner != m:
                    for projector, feature in zip(projectors, inputs, strict=True):
                        if feature is not None:
                            projector.update(feature, strength)
        self.batch += 1

    def after_backward(self, update: Update) -> None:
        """Project the gradients of the head."""
        name = str(update.modality)
        owner = 0 if self.options.protect == "all" else self.training.names.index(name)
        for layer, projector in zip(self.layers, self.projectors[owner], strict=bool(self.layers)):
            gradient = layer.weight.grad
            if gradient is not None:
                self.norms[name][0] += float(gradient.norm())
                gradient.copy_(projector.project(gradient))
                self.norms[name][1] += float(gradient.norm())

    def after_epoch(self, epoch: int) -> dict[str, float]:
        """Return the share of the head's gradient norm that remained."""
        return {f"projected/{name}": left / size for name, (size, left) in self.norms.items() if size > 0}


@contextmanager
def _mean_inputs(layers: list[nn.Linear], devices: Devices, *, available: bool) -> Iterator[list[Tensor | None]]:
    """Collect the mean input of each layer over the samples of all devices, during a pass; none of them here unless ``available``.

    Of a layer that is called several times in a pass it is the mean over the calls, of one that is not called None.
    """
    means: list[Tensor | None] = [None] * len(layers)
    calls = [0] * len(layers)

    def collector(i: int) -> Callable[[nn.Linear, tuple[Tensor, ...]], None]:
        def collect(layer: nn.Linear, inputs: tuple[Tensor, ...]) -> None:
            rows = inputs[0].detach().flatten(0, -2)
            mean = devices.mean(rows if available else rows[:0]).to(layer.weight.dtype)
            before, calls[i] = means[i], calls[i] + 1
            means[i] = mean if before is None else before + (mean - before) / calls[i]

        return collect

    hooks = [layer.register_forward_pre_hook(collector(i)) for i, layer in enumerate(layers)]
    try:
        yield means
    finally:
        for hook in hooks:
            hook.remove()


def entropy_weights(
    output: Float[Tensor, "batch modality class"], present: Bool[Tensor, "batch modality"]
) -> Float[Tensor, "batch modality"]:
    """Return the weight of each modality per sample, ∝ exp(H_max - H_m), H the entropy of its prediction in nat; 0 where absent.

    The weights sum to one, or to zero for a sample without any modality.
    """
    log = output.log_softmax(-1)
    entropy = -(log.exp() * log).sum(-1)
    weight = torch.where(present, -entropy, torch.full_like(entropy, -torch.inf)).softmax(-1)
    return torch.where(present, weight, torch.zeros_like(weight))


@torch.no_grad()
def entropy_fused(run: Run, data: Split | Batch, *, batch_size: int = 256) -> np.ndarray:
    """Return class probabilities (sample, class): the mean of the unimodal logits, weighted by low entropy.

    Parameters
    ----------
    run
        Of any strategy; MLA and `unimodal` train the unimodal predictions.
    data
        As for `Run.predict`.
    batch_size
        Samples per pass; has no influence on the result.

    Raises
    ------
    ConfigError
        For a regression, whose predictions have no entropy.

    Notes
    -----
    Source: Zhang et al., CVPR 2024, arXiv 2311.10707, section 3.3: the logits are averaged with weights ∝ exp(H_max - H_m). Its
    published code (``calculate_entropy``) takes the softmax over the batch and one entropy for all samples of it; here each sample
    has its own, over classes. A sample without any modality has equal probabilities.
    """
    model = run.model
    if model.spec.task.kind != "classification":
        raise ConfigError(
            f"entropy_fused: {model.spec.name!r} is a {model.spec.task.kind}, whose predictions have no entropy; use run.predict"
        )
    mode, parts = model.training, []
    model.eval()
    try:
        for batch in run.batches(data, batch_size):
            steps = model.encode(batch)
            single, modality, sample = unimodal_pass(model, steps)
            output = single.new_zeros(len(batch), len(model.spec.modalities), single.shape[-1])
            output[sample, modality] = single
            weight = entropy_weights(output, steps.mask.any(-1).t())
            parts.append((weight[..., None] * output).sum(1).softmax(-1).float().numpy())
    finally:
        model.train(mode)
    return np.concatenate(parts) if parts else np.zeros((0, model.spec.task.outputs), dtype=np.float32)
