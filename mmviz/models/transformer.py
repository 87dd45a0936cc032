"""Single-stream Transformer: the steps of all modalities are tokens of one causal sequence."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import torch
from torch import nn

from mmviz.models.attention import AttentionLayer, StepEmbedding, check_attention
from mmviz.models.config import FusionConfig
from mmviz.models.fusion import FusionModel
from mmviz.models.head import head_of
from mmviz.models.pooling import PresentMean

if TYPE_CHECKING:
    from jaxtyping import Bool, Float
    from torch import Tensor

    from mmviz.data.spec import Spec
    from mmviz.models.observation import Observation
    from mmviz.models.steps import Steps


@dataclass(frozen=True)
class TransformerConfig(FusionConfig):
    """Options of ``build("transformer", spec, ...)``.

    Attributes
    ----------
    layers, heads
        Attention layers and heads, ≥ 1; ``heads`` divides ``width``.
    attention
        ``fused`` or ``materialised``, see :class:`~mmviz.models.attention.AttentionLayer`. The rest as in
        :class:`~mmviz.models.config.FusionConfig`.
    """

    layers: int = 2
    heads: int = 4
    attention: str = "fused"

    def __post_init__(self) -> None:
        super().__post_init__()
        check_attention("Transformer", self.width, self.heads, self.attention)


class Transformer(FusionModel):
    """Tokens with modality and time embeddings, causal attention over all of them, a pool per modality, a mean, a head.

    A token sees the valid tokens of every modality up to its own step, so prefixes are exact; invalid tokens are seen by
    nobody and never pooled. Time counts the steps at which any modality has data, so padding in front changes nothing. A
    sample without a modality is answered as if that modality did not exist; nothing present: the head's answer to zeros.

    Notes
    -----
    Attention as in Vaswani et al., arXiv 1706.03762, equation 1, normalised before each part. A reading of the
    "single-stream Transformer" that AlignMamba (arXiv 2412.00833) compares with, which it does not describe.
    Time grows with (modalities · steps)²; so does memory, with the fused kernel too, which reads a mask of that size.
    """

    config: TransformerConfig

    def __init__(self, spec: Spec, config: TransformerConfig) -> None:
        super().__init__(spec, config)
        M, width = len(spec.modalities), config.width
        self.modality = nn.Parameter(0.02 * torch.randn(M, 1, 1, width))
        self.time = StepEmbedding(self.steps, width)
        self.layers = nn.ModuleList(
            AttentionLayer(width, config.heads, config.attention, backend=config.backend) for _ in range(config.layers)
        )
        self.norm = nn.LayerNorm(width)
        self.present_mean = PresentMean(M)
        self.head = head_of(width, width, spec.task.outputs, config.dropout)

    def streams(self, steps: Steps, seen: Observation | None = None) -> Float[Tensor, "modality batch time width"]:
        """Return every token after the last layer."""
        x, mask, holes = *steps, steps.holes
        M, _, T, _ = x.shape
        tokens = (x + self.modality + self.time(mask)).permute(1, 0, 2, 3).flatten(1, 2)
        step = torch.arange(T, device=x.device).repeat(M)
        sees = (step <= step[:, None])[None]
        if holes is not None:
            sees = sees & holes.transpose(0, 1).flatten(1)[:, None, :]
            sees = sees | torch.eye(M * T, dtype=torch.bool, device=x.device)  # a row that sees nothing has no softmax
        for layer in self.layers:
            tokens = layer(tokens, sees=sees)
        return self.norm(tokens).unflatten(1, (M, T)).transpose(0, 1)

    def answer(
        self, pooled: Float[Tensor, "modality batch time width"], present: Bool[Tensor, "modality batch time"]
    ) -> Float[Tensor, "batch time output"]:
        """Average what is present, then the head."""
        return self.head(self.present_mean(pooled, present))
