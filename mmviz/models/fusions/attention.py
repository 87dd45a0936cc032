"""Attention fusions: cross-modal attention (MulT), the single-stream Transformer, and their causal attention layer."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import torch
from mmkernels.transforms import is_transformed
from torch import nn

from mmviz.core.errors import ConfigError
from mmviz.core.options import one_of
from mmviz.models import frozen_gates
from mmviz.models.base import FusionConfig, FusionModel
from mmviz.models.layers import GELU, LayerNorm, PresentMean, StackedLayerNorm, prediction_head
from mmviz.models.registry import register

if TYPE_CHECKING:
    from jaxtyping import Bool, Float, Int
    from torch import Tensor

    from mmviz.data.spec import Spec
    from mmviz.models.base import Observation
    from mmviz.models.batch import Steps


ATTENTIONS = ("fused", "materialised")


class AttentionLayer(nn.Module):
    """Causal attention of a sequence to a source (by default itself), then a feed-forward layer; pre-norm, residual.

    Parameters
    ----------
    width, heads
        Channels, and attention heads (a divisor of ``width``).
    attention
        ``fused``: ``scaled_dot_product_attention``, which stores no attention weights when it needs no mask. ``materialised``:
        softmax(q kᵀ / √d) v with a (head, query, key) matrix in memory; equal to rounding.
    backend
        ``reference`` implies ``materialised``, as the fused kernel has no second or forward-mode derivatives.

    Notes
    -----
    Vaswani et al., arXiv 1706.03762, equation 1. Query and source share one normalisation, as in the public code of MulT
    (Tsai et al., arXiv 1906.00295).
    """

    def __init__(self, width: int, heads: int, attention: str = "fused", *, backend: str = "auto") -> None:
        super().__init__()
        self.heads, self.materialised = heads, attention == "materialised" or backend == "reference"
        self.norm = LayerNorm(width)
        self.ask = nn.Linear(width, width)
        self.offer = nn.Linear(width, 2 * width)
        self.out = nn.Linear(width, width)
        self.feed = nn.Sequential(LayerNorm(width), nn.Linear(width, 4 * width), GELU(), nn.Linear(4 * width, width))

    def forward(
        self,
        x: Float[Tensor, "batch token width"],
        source: Float[Tensor, "batch token width"] | None = None,
        mask: Bool[Tensor, "#batch token token"] | None = None,
    ) -> Float[Tensor, "batch token width"]:
        """Return the layer's output; token i attends to token j of the source where ``mask[:, i, j]``, without a mask where j ≤ i."""
        normed = self.norm(x)
        q = self._split(self.ask(normed))
        k, v = map(self._split, self.offer(normed if source is None else self.norm(source)).chunk(2, -1))
        if (
            self.materialised or is_transformed() or frozen_gates.active()
        ):  # the fused kernel has no forward-mode derivative
            attended = _materialised_attention(q, k, v, mask)
        else:
            heads = None if mask is None else mask[:, None]
            attended = nn.functional.scaled_dot_product_attention(q, k, v, attn_mask=heads, is_causal=heads is None)
        x = x + self.out(attended.transpose(1, 2).flatten(2))
        return x + self.feed(x)

    def _split(self, x: Float[Tensor, "batch token width"]) -> Float[Tensor, "batch head token channel"]:
        return x.unflatten(-1, (self.heads, -1)).transpose(1, 2)


def _materialised_attention(
    q: Float[Tensor, "batch head token channel"],
    k: Float[Tensor, "batch head token channel"],
    v: Float[Tensor, "batch head token channel"],
    mask: Bool[Tensor, "#batch token token"] | None,
) -> Float[Tensor, "batch head token channel"]:
    """Return softmax(q kᵀ / √d) v; scores and weights are the two matrices in memory at once."""
    tokens = q.shape[-2]
    masked = ~(torch.ones(1, tokens, tokens, dtype=torch.bool, device=q.device).tril() if mask is None else mask)

    def weights() -> Tensor:
        scores = (q * int(q.shape[-1]) ** -0.5) @ k.transpose(-1, -2)
        return scores.masked_fill_(masked[:, None], -torch.inf).softmax(-1)

    return frozen_gates.constant(weights, batch=0) @ v


class StepEmbedding(nn.Module):
    """A learned vector per step, counted over the steps at which any modality is valid, so that leading padding has no influence."""

    def __init__(self, steps: int, width: int) -> None:
        super().__init__()
        self.time = nn.Parameter(0.02 * torch.randn(steps, width))

    def forward(self, mask: Bool[Tensor, "modality batch time"]) -> Float[Tensor, "batch time width"]:
        """Return the vector of every step."""
        clock: Int[Tensor, "batch time"] = (mask.any(0).cumsum(-1) - 1).clamp(min=0)
        return nn.functional.embedding(clock, self.time)  # the gradient of self.time[clock] is not deterministic


def check_attention(model: str, width: int, heads: int, attention: str) -> None:
    """Raise ConfigError if the heads do not divide the width, or the kind of attention is unknown."""
    if width % heads:
        raise ConfigError(f"{model}: heads={heads} does not divide width={width}; give a divisor")
    one_of(attention, ATTENTIONS, f"{model}: attention")


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


@register("cross_attention", CrossAttentionConfig)
class CrossAttention(FusionModel):
    """Cross-modal attention layers per ordered pair of modalities, self-attention layers per modality, pooling, head.

    A step of the target attends to the valid steps of the source up to its own, so prefixes are exact. Before the first valid step
    of a source (or if it is absent), the pair's layers contribute zero: the sample is processed as by the model of the other
    modalities. Without any modality: the head's output for zeros. M modalities have M(M - 1) stacks of layers; with ``fused``
    attention and no padding memory is linear in the steps, with ``materialised`` it is quadratic.

    Notes
    -----
    Our interpretation of MulT (Tsai et al., arXiv 1906.00295, sections 3.2 and 3.3), the multi-stream Transformer that both Mamba papers
    compare with. From its paper and code: the pairs, layers that always attend to the source's first features, the causal mask,
    pre-norm, concatenation at the end. Ours: the concatenated outputs of the sources are mapped back
    to ``width`` and added to the target, where MulT continues with (M - 1) · width; pooling in place of the last step; learned
    time embeddings; one common sequence of steps; the rule for absent modalities.
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
        self.pairs = [(target, source) for target in range(M) for source in range(M) if source != target]
        self.crossing = nn.ModuleList(stack(config.layers) for _ in self.pairs)
        self.back = nn.ModuleList(nn.Linear(width, width, bias=False) for _ in self.pairs)
        self.own = nn.ModuleList(stack(config.self_layers) for _ in range(M))
        self.norm = StackedLayerNorm(M, width)
        self.head = prediction_head(M * width, width, spec.task.outputs, config.dropout)

    def streams(
        self, steps: Steps, observation: Observation | None = None
    ) -> Float[Tensor, "modality batch time width"]:
        """Return every modality after cross-modal attention and self-attention."""
        mask = steps.mask_or_none
        x = (steps.x + self.time(steps.mask)).unbind()
        attends: list[Tensor | None] = [None] * len(x) if mask is None else [_causal_mask(valid) for valid in mask]
        outputs = list(x)
        for (target, source), layers, back in zip(self.pairs, self.crossing, self.back, strict=True):
            received = x[target]
            for layer in layers:  # type: ignore[attr-defined]
                received = layer(received, x[source], attends[source])
            received = back(received)
            outputs[target] = outputs[target] + (received if mask is None else received * _begun(mask[source]))
        for m, layers in enumerate(self.own):
            for layer in layers:  # type: ignore[attr-defined]
                outputs[m] = layer(outputs[m], mask=attends[m])
        return self.norm(torch.stack(outputs))

    def fuse_pooled(
        self, pooled: Float[Tensor, "modality batch time width"], present: Bool[Tensor, "modality batch time"]
    ) -> Float[Tensor, "batch time output"]:
        """Return the head's output for the concatenated features, which are zero for absent modalities."""
        return self.head(pooled.permute(1, 2, 0, 3).flatten(2))


def _causal_mask(valid: Bool[Tensor, "batch time"]) -> Bool[Tensor, "batch time time"]:
    """Return where step i attends to step j: j ≤ i and j valid, or j = i, as a row without entries has no softmax."""
    T = valid.shape[-1]
    square = torch.ones(T, T, dtype=torch.bool, device=valid.device)
    return (valid[:, None, :] & square.tril()) | torch.eye(T, dtype=torch.bool, device=valid.device)


def _begun(valid: Bool[Tensor, "batch time"]) -> Bool[Tensor, "batch time 1"]:
    """Return the steps from the first valid one on."""
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


@register("transformer", TransformerConfig)
class Transformer(FusionModel):
    """Tokens with modality and time embeddings, causal attention over all tokens, pooling per modality, mean, head.

    A token attends to the valid tokens of every modality up to its own step, so prefixes are exact; invalid tokens are neither
    attended to nor pooled. Time counts the steps at which any modality is valid, so leading padding has no influence. A
    sample without a modality is processed as by the model of the others; without any modality: the head's output for zeros.

    Notes
    -----
    Attention as in Vaswani et al., arXiv 1706.03762, equation 1, pre-norm. Our interpretation of the
    "single-stream Transformer" that AlignMamba (arXiv 2412.00833) compares with and does not describe.
    Time grows with (modalities · steps)²; so does memory, also with the fused kernel, which reads a mask of that size.
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
        self.norm = LayerNorm(width)
        self.present_mean = PresentMean(M)
        self.head = prediction_head(width, width, spec.task.outputs, config.dropout)

    def streams(
        self, steps: Steps, observation: Observation | None = None
    ) -> Float[Tensor, "modality batch time width"]:
        """Return every token after the last layer."""
        x, valid, mask = *steps, steps.mask_or_none
        M, _, T, _ = x.shape
        tokens = (x + self.modality + self.time(valid)).permute(1, 0, 2, 3).flatten(1, 2)
        step = torch.arange(T, device=x.device).repeat(M)
        attends = (step <= step[:, None])[None]
        if mask is not None:
            attends = attends & mask.transpose(0, 1).flatten(1)[:, None, :]
            attends = attends | torch.eye(
                M * T, dtype=torch.bool, device=x.device
            )  # a row without entries has no softmax
        for layer in self.layers:
            tokens = layer(tokens, mask=attends)
        return self.norm(tokens).unflatten(1, (M, T)).transpose(0, 1)

    def fuse_pooled(
        self, pooled: Float[Tensor, "modality batch time width"], present: Bool[Tensor, "modality batch time"]
    ) -> Float[Tensor, "batch time output"]:
        """Return the head's output for the mean over available modalities."""
        return self.head(self.present_mean(pooled, present))
