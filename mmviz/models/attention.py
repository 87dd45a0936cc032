"""Attention that never looks ahead: one layer, with PyTorch's fused kernel or with its matrix of weights written out."""

from __future__ import annotations

from typing import TYPE_CHECKING

import torch
from mmkernels.transforms import is_transformed
from torch import nn

from mmviz.errors import ConfigError

if TYPE_CHECKING:
    from jaxtyping import Bool, Float, Int
    from torch import Tensor

ATTENTIONS = ("fused", "materialised")


class AttentionLayer(nn.Module):
    """A sequence asks a source (itself, if none is given); then a feed-forward map. Normalised before each part, and added.

    Parameters
    ----------
    width, heads
        Channels, and the heads they are divided into.
    attention
        ``fused``: ``scaled_dot_product_attention``, which keeps no weights where it needs no mask. ``materialised``:
        softmax(q kᵀ / √d) v as written, with a (head, query, key) matrix in memory; equal to rounding.
    backend
        ``reference`` writes the matrix out too, as the fused kernel has no second or forward-mode derivatives.

    Notes
    -----
    Vaswani et al., arXiv 1706.03762, equation 1. Asker and source share one normalisation, as in the public code of MulT
    (Tsai et al., arXiv 1906.00295).
    """

    def __init__(self, width: int, heads: int, attention: str = "fused", *, backend: str = "auto") -> None:
        super().__init__()
        self.heads, self.materialised = heads, attention == "materialised" or backend == "reference"
        self.norm = nn.LayerNorm(width)
        self.ask = nn.Linear(width, width)
        self.offer = nn.Linear(width, 2 * width)
        self.out = nn.Linear(width, width)
        self.feed = nn.Sequential(
            nn.LayerNorm(width), nn.Linear(width, 4 * width), nn.GELU(), nn.Linear(4 * width, width)
        )

    def forward(
        self,
        x: Float[Tensor, "batch token width"],
        source: Float[Tensor, "batch token width"] | None = None,
        sees: Bool[Tensor, "#batch token token"] | None = None,
    ) -> Float[Tensor, "batch token width"]:
        """Let token i hear token j of the source where ``sees[:, i, j]``; without ``sees`` where j ≤ i."""
        normed = self.norm(x)
        q = self._split(self.ask(normed))
        k, v = map(self._split, self.offer(normed if source is None else self.norm(source)).chunk(2, -1))
        if self.materialised or is_transformed():  # the fused kernel has no forward-mode derivative
            heard = _written_out(q, k, v, sees)
        else:
            mask = None if sees is None else sees[:, None]
            heard = nn.functional.scaled_dot_product_attention(q, k, v, attn_mask=mask, is_causal=mask is None)
        x = x + self.out(heard.transpose(1, 2).flatten(2))
        return x + self.feed(x)

    def _split(self, x: Float[Tensor, "batch token width"]) -> Float[Tensor, "batch head token channel"]:
        return x.unflatten(-1, (self.heads, -1)).transpose(1, 2)


def _written_out(
    q: Float[Tensor, "batch head token channel"],
    k: Float[Tensor, "batch head token channel"],
    v: Float[Tensor, "batch head token channel"],
    sees: Bool[Tensor, "#batch token token"] | None,
) -> Float[Tensor, "batch head token channel"]:
    """Return softmax(q kᵀ / √d) v; scores and weights are the two matrices that exist at once."""
    tokens = q.shape[-2]
    hidden = ~(torch.ones(1, tokens, tokens, dtype=torch.bool, device=q.device).tril() if sees is None else sees)
    scores = (q * int(q.shape[-1]) ** -0.5) @ k.transpose(-1, -2)
    return scores.masked_fill_(hidden[:, None], -torch.inf).softmax(-1) @ v


class StepEmbedding(nn.Module):
    """A learned vector for each step, counted over the steps at which any modality has data: padding in front changes nothing."""

    def __init__(self, steps: int, width: int) -> None:
        super().__init__()
        self.time = nn.Parameter(0.02 * torch.randn(steps, width))

    def forward(self, mask: Bool[Tensor, "modality batch time"]) -> Float[Tensor, "batch time width"]:
        """Return the vector of every step."""
        clock: Int[Tensor, "batch time"] = (mask.any(0).cumsum(-1) - 1).clamp(min=0)
        return nn.functional.embedding(clock, self.time)  # the gradient of self.time[clock] differs from run to run


def check_attention(model: str, width: int, heads: int, attention: str) -> None:
    """Raise ConfigError where the heads do not divide the width, or the kind of attention is unknown."""
    if width % heads:
        raise ConfigError(f"{model}: heads={heads} does not divide width={width}; give a divisor")
    if attention not in ATTENTIONS:
        raise ConfigError(f"{model}: attention={attention!r} is unknown; choose {' or '.join(ATTENTIONS)}")
