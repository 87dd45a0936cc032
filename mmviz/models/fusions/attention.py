"""Attention fusions: cross-modal attention (MulT), the single-stream Transformer, and their causal attention layer."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import torch
from mmkernels.transforms import is_transformed
from torch import nn

from mmviz.core.errors import ConfigError
from mmviz.models.base import FusionConfig, FusionModel
from mmviz.models.layers import PresentMean, StackedLayerNorm, head_of

if TYPE_CHECKING:
    from jaxtyping import Bool, Float, Int
    from torch import Tensor

    from mmviz.data.spec import Spec
    from mmviz.models.base import Observation
    from mmviz.models.batch import Steps


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
        ``fused`` or ``materialised``, see :class:`~mmviz.models.fusions.attention.AttentionLayer`. The rest as in
        :class:`~mmviz.models.base.FusionConfig`.
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


@dataclass(frozen=True)
class TransformerConfig(FusionConfig):
    """Options of ``build("transformer", spec, ...)``.

    Attributes
    ----------
    layers, heads
        Attention layers and heads, ≥ 1; ``heads`` divides ``width``.
    attention
        ``fused`` or ``materialised``, see :class:`~mmviz.models.fusions.attention.AttentionLayer`. The rest as in
        :class:`~mmviz.models.base.FusionConfig`.
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
