"""Memory chain around any fusion: an LSTM over its pooled modalities from weak to strong; our interpretation of Modality Equilibrium Matters v2."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

import torch
from torch import nn

from mmviz.core.errors import ConfigError
from mmviz.core.options import number, one_of
from mmviz.models import frozen_gates
from mmviz.models.base import FusionModel, Observation
from mmviz.models.batch import Steps
from mmviz.models.fusions.correlation_alignment import CorrelationAlignment, sample_mixture
from mmviz.models.fusions.wrapped import WrappedFusion, WrapperConfig, wrap
from mmviz.models.layers import prediction_head
from mmviz.models.registry import register

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from jaxtyping import Bool, Float
    from torch import Tensor

    from mmviz.data.spec import Spec


@dataclass(frozen=True)
class MemoryChainConfig(WrapperConfig):
    """Options of ``build("memory_chain", spec, base="coupled_mamba", base_options={...})``.

    Attributes
    ----------
    base, base_options
        See :class:`~mmviz.models.fusions.wrapped.WrapperConfig`.
    readout
        What the head receives: ``last``, the hidden state after the last available modality, or ``mean``, the mean of those after every available one.
    memory
        False, an ablation: every modality starts from an empty memory (forget gate 1, input gate 0 between modalities), and the outputs of the
        head for them are summed; ``readout`` has no influence then.
    alignment
        ``feature``: :class:`~mmviz.models.fusions.correlation_alignment.CorrelationAlignment`. ``sample``:
        :func:`~mmviz.models.fusions.correlation_alignment.sample_mixture`, in training only; predictions have no alignment then. ``none``.
    threshold
        τ: correlations of at most this magnitude are dropped; in [0, 1).
    mix
        β: weight of the aligned features; in [0, 1].
    decay
        ρ: factor per batch of the running statistics and of the initial memory; in [0, 1).
    """

    readout: str = "last"
    memory: bool = True
    alignment: str = "feature"
    threshold: float = 0.3
    mix: float = 0.5
    decay: float = 0.9

    def __post_init__(self) -> None:
        super().__post_init__()
        one_of(self.readout, ("last", "mean"), "MemoryChain: readout")
        one_of(self.alignment, ("feature", "sample", "none"), "MemoryChain: alignment")
        for name in ("threshold", "mix", "decay"):
            value = number(getattr(self, name), f"MemoryChain: {name}", low=0, high=1)
            if value == 1 and name != "mix":
                raise ConfigError(f"MemoryChain: {name}=1 has no effect of any batch; give a number below 1")
            object.__setattr__(self, name, value)


class MemoryCell(nn.Module):
    """LSTM cell over the modalities: shared weights, and a bias of the gates for each modality.

    (f, i, g, o) = W [x; h] + b_m, c' = σ(f + 1) ⊙ c + σ(i) ⊙ tanh(g), h' = σ(o) ⊙ tanh(c').
    """

    def __init__(self, modalities: int, width: int) -> None:
        super().__init__()
        self.gates = nn.Linear(2 * width, 4 * width, bias=False)
        self.bias = nn.Parameter(torch.zeros(modalities, 4 * width))

    def forward(
        self,
        x: Float[Tensor, "batch time width"],
        hidden: Float[Tensor, "batch time width"],
        cell: Float[Tensor, "batch time width"],
        modality: int,
    ) -> tuple[Float[Tensor, "batch time width"], Float[Tensor, "batch time width"]]:
        """Return hidden state and cell state after a modality."""
        forget, into, new, out = (self.gates(torch.cat([x, hidden], -1)) + self.bias[modality]).chunk(4, -1)
        f, i, o = frozen_gates.constant(
            lambda: (torch.sigmoid(forget + 1), torch.sigmoid(into), torch.sigmoid(out)), batch=0
        )
        cell = f * cell + i * frozen_gates.tanh(new, batch=0)
        return o * frozen_gates.tanh(cell, batch=0), cell


class Chain(NamedTuple):
    """Prediction of a chain, and the memory (hidden state, cell state) after its last available modality."""

    output: Float[Tensor, "batch time output"]
    hidden: Float[Tensor, "batch time width"]
    cell: Float[Tensor, "batch time width"]


class LinkPass(NamedTuple):
    """Result of a training pass up to one modality: prediction, auxiliary losses by name, detached pooled features, and memory after it."""

    output: Float[Tensor, "batch output"]
    penalties: dict[str, Float[Tensor, ""]]
    features: Float[Tensor, "modality batch width"]
    hidden: Float[Tensor, "batch width"]
    cell: Float[Tensor, "batch width"]


@register("memory_chain", MemoryChainConfig, wrapper=True)
class MemoryChain(WrappedFusion):
    """An LSTM memory that runs over the pooled modalities of any fusion in a saved order, weak to strong, with a head on its hidden state.

    The memory starts from one vector pair of the model, which training inherits from batch to batch and epoch to epoch; before each link
    the features of a modality are aligned to the previous available one. In evaluation everything is fixed: the prediction of a sample depends on no
    other sample. A modality that is absent is skipped: the prediction is that of the chain without it. The chain runs at one step, so prefixes are
    exact if those of the base are. The base's own head is removed.

    Statistics, initial memory and order are buffers: saved with the weights, never updated in evaluation. In a training with
    ``strategy="modality_equilibrium"`` the strategy updates them; with any other, :meth:`training_forward` updates statistics and initial memory, and
    the order stays that of the spec.

    Notes
    -----
    Our interpretation of Modality Equilibrium Matters v2 (arXiv 2506.00030v2), as far as a public note states it; not the authors' code. Stated are
    an LSTM-like memory whose gates keep what is modality specific, control cross-modal updates and modulate the output, passed between modalities
    within an epoch and inherited across epochs, an alignment by a thresholded correlation matrix, and inference with the order of the last training epoch. The
    eight choices that are ours stand in :class:`mmviz.train.strategies.modality_equilibrium.ModalityEquilibrium`.
    """

    config: MemoryChainConfig
    hidden: Tensor
    cell_state: Tensor

    def __init__(self, spec: Spec, config: MemoryChainConfig) -> None:
        super().__init__(spec, config)
        remove_head(self.base)
        config, M = self.config, len(spec.modalities)
        self.cell = MemoryCell(M, config.width)
        self.head = prediction_head(config.width, config.width, spec.task.outputs, config.dropout)
        self.alignment = (
            CorrelationAlignment(M, config.width, threshold=config.threshold, mix=config.mix, decay=config.decay)
            if config.alignment == "feature"
            else None
        )
        self.register_buffer("hidden", torch.zeros(config.width))
        self.register_buffer("cell_state", torch.zeros(config.width))
        #: whether :meth:`training_forward` updates statistics and initial memory
        self.updates_itself = True

    @property
    def parameter_names(self) -> Mapping[str, Sequence[str]]:  # type: ignore[override]
        """Names of the parameters of one modality that the base states."""
        known = [f"{name}." for name, _ in self.named_parameters()]
        return {
            modality: [f"base.{n}" for n in names if any(k.startswith(f"base.{n}.") for k in known)]
            for modality, names in self.base.parameter_names.items()
        }

    @property
    def independent_streams(self) -> bool:
        """Whether the streams of the wrapped fusion are independent."""
        return self.base.independent_streams

    @property
    def cannot_freeze(self) -> str:  # type: ignore[override]
        """As of the wrapped fusion."""
        return self.base.cannot_freeze

    def fuse_pooled(
        self, pooled: Float[Tensor, "modality batch time width"], present: Bool[Tensor, "modality batch time"]
    ) -> Float[Tensor, "batch time output"]:
        """Return the head's output for the memory after the available modalities, in the saved order."""
        return self.chain(pooled, present).output

    def chain(
        self,
        pooled: Float[Tensor, "modality batch time width"],
        present: Bool[Tensor, "modality batch time"],
        *,
        link: int | None = None,
        by_sample: bool = False,
    ) -> Chain:
        """Return prediction and memory of the chain over the available modalities.

        Parameters
        ----------
        pooled, present
            As in :meth:`fuse_pooled`.
        link
            Stop after this modality, with the incoming memory detached; None: all modalities, with gradient.
        by_sample
            Whether ``alignment="sample"`` mixes the samples of the batch.
        """
        hidden, cell = (v.to(pooled.dtype, copy=True).expand(pooled.shape[1:]) for v in (self.hidden, self.cell_state))
        empty = (hidden, cell)
        total, count = torch.zeros_like(pooled[0]), torch.zeros_like(pooled[0, ..., :1])
        summed: Tensor | None = None
        earlier: list[int] = []
        for m in (int(m) for m in self.order.tolist()):
            here = present[m][..., None]
            x = self._aligned(pooled, present, earlier, m, by_sample)
            if m == link:
                hidden, cell, total = hidden.detach(), cell.detach(), total.detach()
                summed = None if summed is None else summed.detach()
            new, state = self.cell(x, *((hidden, cell) if self.config.memory else empty), m)
            hidden, cell = torch.where(here, new, hidden), torch.where(here, state, cell)
            if self.config.memory:
                total, count = total + torch.where(here, new, 0.0), count + here.to(count.dtype)
            else:
                alone = self.head(new)
                part = torch.where(here, alone, torch.zeros_like(alone))
                summed = part if summed is None else summed + part
            if m == link:
                break
            earlier.append(m)
        if summed is not None:
            nothing = ~present.any(0)[..., None]
            return Chain(torch.where(nothing, self.head(empty[0]), summed), hidden, cell)
        read = torch.where(count > 0, total / count.clamp(min=1), empty[0]) if self.config.readout == "mean" else hidden
        return Chain(self.head(read), hidden, cell)

    def training_forward(self, steps: Steps) -> tuple[Float[Tensor, "batch output"], dict[str, Float[Tensor, ""]]]:
        """Return the prediction and the auxiliary losses of the base; update statistics and initial memory in training."""
        observation = Observation(training=True)
        pooled, present = self.pooled(steps, observation)
        found = self.chain(pooled, present, by_sample=self.training)
        if self.training and self.updates_itself:
            features, there = pooled[:, :, 0].detach(), present[:, :, 0]
            for m in (int(m) for m in self.order.tolist()):
                self.update_statistics(features, there, m)
            some = there.any(0)
            self.inherit(found.hidden[some, 0].detach(), found.cell[some, 0].detach())
        return found.output[:, 0], observation.penalties

    def link_forward(self, steps: Steps, modality: int | None) -> LinkPass:
        """Return the prediction from the modalities up to one in the order, with the incoming memory detached; None: from all, with every gradient.

        The gradient reaches encoder and stream of this modality, the cell, its bias, the head, and what the base shares. In a base with coupled
        streams it reaches the streams of earlier modalities too, where the caller must remove it.

        Parameters
        ----------
        steps
            Encoded, with the modalities after this one masked.
        modality
            Index of the modality that is updated.
        """
        observation = Observation(training=True)
        pooled, present = self.pooled(steps, observation)
        found = self.chain(pooled, present, link=modality, by_sample=self.training)
        return LinkPass(
            found.output[:, 0],
            dict(observation.penalties),
            pooled[:, :, 0].detach(),
            found.hidden[:, 0].detach(),
            found.cell[:, 0].detach(),
        )

    def update_statistics(
        self, features: Float[Tensor, "modality batch width"], present: Bool[Tensor, "modality batch"], modality: int
    ) -> None:
        """Add the pooled features of a batch to the running statistics of a modality and of its pairs."""
        if self.alignment is not None:
            self.alignment.update(features, present, modality)

    @torch.no_grad()
    def inherit(self, hidden: Float[Tensor, "batch width"], cell: Float[Tensor, "batch width"]) -> None:
        """Move the initial memory towards the mean of the memories after the samples of a batch."""
        if self.config.memory and len(hidden):
            self.hidden.lerp_(hidden.mean(0).to(self.hidden.dtype), 1 - self.config.decay)
            self.cell_state.lerp_(cell.mean(0).to(self.cell_state.dtype), 1 - self.config.decay)

    def _aligned(
        self,
        pooled: Float[Tensor, "modality batch time width"],
        present: Bool[Tensor, "modality batch time"],
        earlier: list[int],
        m: int,
        by_sample: bool,
    ) -> Float[Tensor, "batch time width"]:
        """Return the features of modality m, aligned to the last available modality before it; unchanged where there is none."""
        x = aligned = pooled[m]
        if self.config.alignment == "none" or (self.config.alignment == "sample" and not by_sample):
            return x
        for other in earlier:  # the last one that a sample has counts
            here = present[other]
            if self.alignment is not None:
                one = self.alignment(x, other, m)
            else:
                both = here[:, -1] & present[m, :, -1]
                one = sample_mixture(
                    x[:, -1], pooled[other, :, -1], both, threshold=self.config.threshold, mix=self.config.mix
                )[:, None]
            aligned = torch.where(here[..., None], one, aligned)
        return aligned


def remove_head(base: FusionModel) -> None:
    """Remove the parameters that only the prediction from pooled features uses: the head, and the layers of the fusion after pooling.

    They are those that ``fuse_pooled`` has a gradient for and ``pooled`` has none, for random steps with every modality, and without each one.
    """
    M, T, width = len(base.spec.modalities), base.steps, base.config.width
    generator = torch.Generator().manual_seed(0)
    mask = torch.ones(M, M + 1, T, dtype=torch.bool)
    mask[range(M), range(1, M + 1)] = False
    names, parameters = zip(*base.named_parameters(), strict=True)
    learned = [(name, part) for name, part in base.named_modules() if name and any(True for _ in part.parameters())]
    mode = base.training
    base.eval()
    with torch.enable_grad():
        x = torch.where(mask[..., None], torch.randn(M, M + 1, T, width, generator=generator), 0.0)
        observation = Observation(training=True)
        pooled, present = base.pooled(Steps(x.requires_grad_(), mask), observation)
        total = pooled.square().sum() + sum(value.sum() for value in observation.penalties.values())
        before = torch.autograd.grad(total, parameters, allow_unused=True)
        output = base.fuse_pooled(pooled.detach(), present).square().sum()
        after = torch.autograd.grad(output, parameters, allow_unused=True)
    base.train(mode)
    for name, kept, used in zip(names, before, after, strict=True):
        if kept is None and used is not None:
            path, _, leaf = name.rpartition(".")
            del base.get_submodule(path)._parameters[leaf]
    for name, part in reversed(learned):
        if not any(True for _ in part.parameters()):
            path, _, leaf = name.rpartition(".")
            del base.get_submodule(path)._modules[leaf]


def wrap_in_memory_chain(model: FusionModel, **options: Any) -> MemoryChain:
    """Return a memory chain around a built fusion, with the weights of its encoders and streams; the model is not changed.

    Parameters
    ----------
    model
        A fusion of `mmviz.models.build`, or another registered model.
    options
        ``readout``, ``memory``, ``alignment``, ``threshold``, ``mix``, ``decay``. New weights are drawn from torch's global generator's seed.
    """
    wrapped = wrap("memory_chain", model, **options)
    if not isinstance(wrapped, MemoryChain):
        raise ConfigError(
            f"wrap_in_memory_chain: 'memory_chain' is registered as {type(wrapped).__name__}; unregister it"
        )
    found = model.state_dict()
    wrapped.base.load_state_dict({name: found[name] for name in wrapped.base.state_dict()})
    return wrapped
