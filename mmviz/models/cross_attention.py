"""Cross-modal attention: every modality asks every other, then itself."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import torch
from torch import nn

from mmviz.models.attention import AttentionLayer, StepEmbedding, check_attention
from mmviz.models.config import FusionConfig
from mmviz.models.fusion import FusionModel
from mmviz.models.head import head_of
from mmviz.models.stacked import StackedLayerNorm

if TYPE_CHECKING:
    from jaxtyping import Bool, Float
    from torch import Tensor

    from mmviz.data.spec import Spec
    from mmviz.models.observation import Observation
    from mmviz.models.steps import Steps


@dataclass(frozen=True)
class CrossAttentionConfig(FusionConfig):
    """Options of ``build("cross_attention", spec, ...)``.

    Attributes
    ----------
    layers, self_layers
        Cross-modal layers per ordered pair of modalities, then self-attention layers per modality; each ≥ 1.
    heads
        ≥ 1, a divisor of ``width``.
    attention
        ``fused`` or ``materialised``, see :class:`~mmviz.models.attention.AttentionLayer`. The rest as in
        :class:`~mmviz.models.config.FusionConfig`.
    """

    layers: int = 2
    self_layers: int = 1
    heads: int = 4
    attention: str = "fused"

    def __post_init__(self) -> None:
        super().__post_init__()
        check_attention("CrossAttention", self.width, self.heads, self.attention)


class CrossAttention(FusionModel):
    """A stack of cross-modal layers per ordered pair, a stack of self-attention per modality, pools, one head.

    A step of the asker hears the valid steps of the source up to its own, so prefixes are exact. While a source has not begun
    (or is absent), the pair's stack contributes nothing: the sample is answered as by the model of the others. Nothing
    present: the head's answer to zeros. M modalities have M(M - 1) stacks, one after another; with ``fused`` attention and
    no padding memory is linear in the steps, with ``materialised`` it is quadratic.

    Notes
    -----
    A reading of MulT (Tsai et al., arXiv 1906.00295, sections 3.2 and 3.3), the multi-stream Transformer that both Mamba papers
    compare with. From its paper and code: the pairs, layers that always ask the source's first features, the look-ahead mask,
    normalisation before each part, concatenation at the end. Ours: the concatenated answers of the sources are mapped back
    to ``width`` and added to the asker, where MulT goes on at (M - 1) · width; the pool in place of the last step; learned
    embeddings of time; one common sequence of steps; the rule for absent modalities.
    """

    config: CrossAttentionConfig

    def __init__(self, spec: Spec, config: CrossAttentionConfig) -> None:
        super().__init__(spec, config)
        M, width = len(spec.modalities), config.width

        def stack(layers: int) -> nn.ModuleList:
            return nn.ModuleList(
                AttentionLayer(width, config.heads, config.attention, backend=config.backend) for _ in range(layers)
            )

        self.time = StepEmbedding(self.steps, width)
        self.pairs = [(asker, source) for asker in range(M) for source in range(M) if source != asker]
        self.crossing = nn.ModuleList(stack(config.layers) for _ in self.pairs)
        self.back = nn.ModuleList(nn.Linear(width, width, bias=False) for _ in self.pairs)
        self.own = nn.ModuleList(stack(config.self_layers) for _ in range(M))
        self.norm = StackedLayerNorm(M, width)
        self.head = head_of(M * width, width, spec.task.outputs, config.dropout)

    def streams(self, steps: Steps, seen: Observation | None = None) -> Float[Tensor, "modality batch time width"]:
        """Return every modality after it has asked the others and itself."""
        holes = steps.holes
        x = (steps.x + self.time(steps.mask)).unbind()
        sees: list[Tensor | None] = [None] * len(x) if holes is None else [_sees(valid) for valid in holes]
        told = list(x)
        for (asker, source), layers, back in zip(self.pairs, self.crossing, self.back, strict=True):
            heard = x[asker]
            for layer in layers:  # type: ignore[attr-defined]
                heard = layer(heard, x[source], sees[source])
            heard = back(heard)
            told[asker] = told[asker] + (heard if holes is None else heard * _begun(holes[source]))
        for m, layers in enumerate(self.own):
            for layer in layers:  # type: ignore[attr-defined]
                told[m] = layer(told[m], sees=sees[m])
        return self.norm(torch.stack(told))

    def answer(
        self, pooled: Float[Tensor, "modality batch time width"], present: Bool[Tensor, "modality batch time"]
    ) -> Float[Tensor, "batch time output"]:
        """Join; ``pooled`` already holds zeros for what is absent."""
        return self.head(pooled.permute(1, 2, 0, 3).flatten(2))


def _sees(valid: Bool[Tensor, "batch time"]) -> Bool[Tensor, "batch time time"]:
    """Return where step i may hear step j: j ≤ i, j valid; and its own step, as a row that sees nothing has no softmax."""
    T = valid.shape[-1]
    square = torch.ones(T, T, dtype=torch.bool, device=valid.device)
    return (valid[:, None, :] & square.tril()) | torch.eye(T, dtype=torch.bool, device=valid.device)


def _begun(valid: Bool[Tensor, "batch time"]) -> Bool[Tensor, "batch time 1"]:
    """Return from which step on there is anything to hear."""
    return (valid.cumsum(-1) > 0)[..., None]
