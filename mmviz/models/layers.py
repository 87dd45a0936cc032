"""Layers that the fusions share: masked softmax, RMS normalisation, stacked per-modality layers, running pools, prediction head."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import torch
from mmkernels import causal_conv
from torch import nn

from mmviz.core.options import one_of
from mmviz.models import frozen_gates

if TYPE_CHECKING:
    from jaxtyping import Bool, Float
    from torch import Tensor


def masked_softmax(
    logits: Float[Tensor, "*#shape"], present: Bool[Tensor, "*shape"], dim: int = -1
) -> Float[Tensor, "*shape"]:
    """Return exp(logits) / Σ exp(logits) along ``dim`` over the available entries, 0 at the others.

    The result equals the softmax of a smaller model without the absent entries. It is finite, with finite gradients, for any
    finite logits (the largest is subtracted first). Weights and gradients are 0 where no entry is available.
    """
    nothing = ~present.any(dim, keepdim=True)
    kept = torch.where(present | nothing, logits, -torch.inf)
    return torch.where(present, torch.softmax(kept, dim), torch.zeros((), dtype=logits.dtype, device=present.device))


class RMSNorm(nn.Module):
    """Divide by the root of the mean square over the last dimension, then scale each channel: x / √(mean x² + 1e-5) · w.

    Unlike ``torch.nn.RMSNorm``, the scale may have another dtype than x, as under automatic mixed precision.
    """

    def __init__(self, width: int) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.ones(width))

    def forward(self, x: Float[Tensor, "modality batch time width"]) -> Float[Tensor, "modality batch time width"]:
        """Return every token normalised."""
        return frozen_gates.rms_norm(x, batch=1, eps=1e-5) * self.weight


class LayerNorm(nn.LayerNorm):
    """``torch.nn.LayerNorm`` over the last axis, whose denominator can be held constant, see :mod:`mmviz.models.frozen_gates`.

    Parameters
    ----------
    width
        Channels.
    batch
        Position of the batch axis of the input.
    """

    def __init__(self, width: int, *, batch: int = 0) -> None:
        super().__init__(width)
        self.batch = batch

    def forward(self, x: Float[Tensor, "*rest width"]) -> Float[Tensor, "*rest width"]:
        """Return every step normalised."""
        if not frozen_gates.active():
            return super().forward(x)
        return frozen_gates.layer_norm(x, batch=self.batch, eps=self.eps) * self.weight + self.bias


class GELU(nn.Module):
    """GELU, whose factor Φ(x) can be held constant, see :mod:`mmviz.models.frozen_gates`; ``batch`` is the position of the batch axis."""

    def __init__(self, *, batch: int = 0) -> None:
        super().__init__()
        self.batch = batch

    def forward(self, x: Float[Tensor, "*shape"]) -> Float[Tensor, "*shape"]:
        """Return x·Φ(x)."""
        return frozen_gates.gelu(x, batch=self.batch)


class StackedLinear(nn.Module):
    """A linear map per modality: (modality, ..., in) to (modality, ..., out)."""

    def __init__(self, modalities: int, inputs: int, outputs: int, *, bias: bool = True) -> None:
        super().__init__()
        bound = 1 / math.sqrt(inputs)
        self.weight = nn.Parameter(torch.empty(modalities, inputs, outputs).uniform_(-bound, bound))
        self.bias = nn.Parameter(torch.empty(modalities, 1, outputs).uniform_(-bound, bound)) if bias else None

    def forward(self, x: Float[Tensor, "modality *rest inputs"]) -> Float[Tensor, "modality *rest outputs"]:
        """Return the linear map of each modality, applied to it."""
        flat = x.flatten(1, -2)
        out = torch.bmm(flat, self.weight) if self.bias is None else torch.baddbmm(self.bias, flat, self.weight)
        return out.unflatten(1, x.shape[1:-1])


class StackedLayerNorm(nn.Module):
    """Layer normalisation over the last dimension, with a scale and a shift per modality."""

    def __init__(self, modalities: int, width: int) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.ones(modalities, 1, 1, width))
        self.bias = nn.Parameter(torch.zeros(modalities, 1, 1, width))

    def forward(self, x: Float[Tensor, "modality batch time width"]) -> Float[Tensor, "modality batch time width"]:
        """Return every step of every modality normalised."""
        return torch.addcmul(self.bias, frozen_gates.layer_norm(x, batch=1), self.weight)


class StackedCausalConv(nn.Module):
    """A causal depthwise convolution per modality, over time: step t depends on steps t-taps+1 ... t."""

    def __init__(self, modalities: int, channels: int, taps: int, *, backend: str = "auto") -> None:
        super().__init__()
        bound = 1 / math.sqrt(taps)
        self.taps, self.backend = taps, backend
        self.weight = nn.Parameter(torch.empty(modalities * channels, 1, taps).uniform_(-bound, bound))
        self.bias = nn.Parameter(torch.empty(modalities * channels).uniform_(-bound, bound))

    def forward(
        self, x: Float[Tensor, "modality batch time channel"], *, activation: str | None = None
    ) -> Float[Tensor, "modality batch time channel"]:
        """Return the convolution, then the activation (None or "silu"); zero padding before the first step."""
        modalities, _, _, channels = x.shape
        weight = self.weight.view(modalities, channels, self.taps)
        bias = self.bias.view(modalities, channels)
        if activation == "silu" and frozen_gates.active():  # the fused kernel contains the factor
            return frozen_gates.silu(self(x), batch=1)
        return causal_conv(x.to(weight.dtype), weight, bias, activation=activation, backend=self.backend)


POOLINGS = ("mean", "max", "last")


class RunningPool(nn.Module):
    """Pooling of the valid steps 0..t, for every t.

    The last step of the result is the pooled sequence; step t is the pooled sequence truncated after t.
    The published code of Coupled Mamba uses ``max``.
    """

    def __init__(self, kind: str) -> None:
        super().__init__()
        one_of(kind, POOLINGS, "pooling")
        self.kind = kind

    def forward(
        self, x: Float[Tensor, "modality batch time width"], valid: Bool[Tensor, "modality batch time"]
    ) -> Float[Tensor, "modality batch time width"]:
        """Return the pooled features; zeros before the first valid step."""
        frozen_gates.keep_streams(x, valid)
        zero = torch.zeros_like(x)
        kept = torch.where(valid[..., None], x, zero)
        seen = valid.cumsum(-1)
        if self.kind == "mean":
            return kept.cumsum(-2) / seen.clamp(min=1)[..., None]
        if self.kind == "max":
            low = torch.full_like(x, torch.finfo(x.dtype).min)
            running = torch.where(valid[..., None], x, low)
            if frozen_gates.active():  # the step of the maximum is constant
                step = frozen_gates.constant(lambda: running.cummax(-2).indices, batch=1)
                return torch.where((seen > 0)[..., None], kept.gather(-2, step), zero)
            return torch.where((seen > 0)[..., None], running.cummax(-2).values, zero)
        time = torch.arange(x.shape[-2], device=x.device).expand(valid.shape)
        latest = torch.where(valid, time, torch.zeros_like(time)).cummax(-1).values
        return kept.gather(-2, latest[..., None].expand_as(x))


class PresentMean(nn.Module):
    """A learned convex mean over the available modalities."""

    def __init__(self, modalities: int) -> None:
        super().__init__()
        self.logits = nn.Parameter(torch.zeros(modalities))

    def forward(
        self, x: Float[Tensor, "modality *rest width"], present: Bool[Tensor, "modality *rest"]
    ) -> Float[Tensor, "*rest width"]:
        """Return the weighted mean; zeros where no modality is available."""
        shape = (-1,) + (1,) * (present.ndim - 1)
        weight = masked_softmax(self.logits.view(shape), present, dim=0)
        return (weight[..., None] * x).sum(0)


def prediction_head(inputs: int, width: int, outputs: int, dropout: float) -> nn.Sequential:
    """Return the prediction head: dropout, a hidden layer of ``width`` units and the map to ``outputs``."""
    return nn.Sequential(nn.Dropout(dropout), nn.Linear(inputs, width), GELU(), nn.Linear(width, outputs))
