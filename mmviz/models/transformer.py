"""Single-stream Transformer: the steps of all modalities are tokens of one causal sequence."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import torch
from torch import nn

from mmviz.errors import ConfigError
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
        Attention layers and heads, ≥ 1; ``heads`` divides ``width``. The rest as in
        :class:`~mmviz.models.config.FusionConfig`.
    """

    layers: int = 2
    heads: int = 4

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.width % self.heads:
            raise ConfigError(f"Transformer: heads={self.heads} does not divide width={self.width}; give a divisor")


class AttentionLayer(nn.Module):
    """Self-attention and a feed-forward map, each normalised before and added."""

    def __init__(self, width: int, heads: int) -> None:
        super().__init__()
        self.heads = heads
        self.norm = nn.LayerNorm(width)
        self.qkv = nn.Linear(width, 3 * width)
        self.out = nn.Linear(width, width)
        self.feed = nn.Sequential(
            nn.LayerNorm(width), nn.Linear(width, 4 * width), nn.GELU(), nn.Linear(4 * width, width)
        )

    def forward(
        self, x: Float[Tensor, "batch token width"], seen: Bool[Tensor, "batch token token"]
    ) -> Float[Tensor, "batch token width"]:
        """Let token i see token j where ``seen[:, i, j]``."""
        q, k, v = self.qkv(self.norm(x)).unflatten(-1, (3, self.heads, -1)).permute(2, 0, 3, 1, 4)
        heard = nn.functional.scaled_dot_product_attention(q, k, v, attn_mask=seen[:, None])
        x = x + self.out(heard.transpose(1, 2).flatten(2))
        return x + self.feed(x)


class Transformer(FusionModel):
    """Tokens with modality and time embeddings, causal attention over all of them, a pool per modality, a mean, a head.

    A token sees the valid tokens of every modality up to its own step, so prefixes are exact; invalid tokens are seen by
    nobody and never pooled. Time counts the steps at which any modality has data, so padding in front changes nothing. A
    sample without a modality is answered as if that modality did not exist; nothing present: the head's answer to zeros.

    Notes
    -----
    Attention as in Vaswani et al., arXiv 1706.03762, equation 1, normalised before each part. A reading of the
    "single-stream Transformer" that AlignMamba (arXiv 2412.00833) compares with, which it does not describe.
    Memory and time grow with (modalities · steps)².
    """

    config: TransformerConfig

    def __init__(self, spec: Spec, config: TransformerConfig) -> None:
        super().__init__(spec, config)
        M, width = len(spec.modalities), config.width
        self.modality = nn.Parameter(0.02 * torch.randn(M, 1, 1, width))
        self.time = nn.Parameter(0.02 * torch.randn(self.steps, width))
        self.layers = nn.ModuleList(AttentionLayer(width, config.heads) for _ in range(config.layers))
        self.norm = nn.LayerNorm(width)
        self.present_mean = PresentMean(M)
        self.head = head_of(width, width, spec.task.outputs, config.dropout)

    def streams(self, steps: Steps, seen: Observation | None = None) -> Float[Tensor, "modality batch time width"]:
        """Return every token after the last layer."""
        x, mask = steps
        M, _, T, _ = x.shape
        clock = (mask.any(0).cumsum(-1) - 1).clamp(min=0)
        tokens = (x + self.modality + self.time[clock]).permute(1, 0, 2, 3).flatten(1, 2)
        step = torch.arange(T, device=x.device).repeat(M)
        sees = mask.transpose(0, 1).flatten(1)[:, None, :] & (step[None, :] <= step[:, None])
        sees = sees | torch.eye(M * T, dtype=torch.bool, device=x.device)  # a row that sees nothing has no softmax
        for layer in self.layers:
            tokens = layer(tokens, sees)
        return self.norm(tokens).unflatten(1, (M, T)).transpose(0, 1)

    def answer(
        self, pooled: Float[Tensor, "modality batch time width"], present: Bool[Tensor, "modality batch time"]
    ) -> Float[Tensor, "batch time output"]:
        """Average what is present, then the head."""
        return self.head(self.present_mean(pooled, present))
