"""Layers that the fusions share: masked softmax, RMS normalisation, stacked per-modality layers, running pools, prediction head."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import torch
from mmkernels import causal_conv
from torch import nn

from mmviz.core.errors import ConfigError

if TYPE_CHECKING:
    from jaxtyping import Bool, Float
    from torch import Tensor


def masked_softmax(
    logits: Float[Tensor, "*#shape"], present: Bool[Tensor, "*shape"], dim: int = -1
) -> Float[Tensor, "*shape"]:
    """Return exp(logits) / Σ exp(logits) along ``dim`` over the entries that are present, 0 at the others.

    Finite, with finite gradients, for any finite logits: the largest is subtracted first. Where nothing is present all
    weights are 0, and so are their gradients.
    """
    nothing = ~present.any(dim, keepdim=True)
    kept = torch.where(present | nothing, logits, -torch.inf)
    return torch.where(present, torch.softmax(kept, dim), torch.zeros((), dtype=logits.dtype, device=present.device))


class RMSNorm(nn.Module):
    """Divide by the root of the mean square over the last dimension, then scale each channel: x / √(mean x² + 1e-5) · w.

    As ``torch.nn.RMSNorm``, whose scale must have the dtype of x, which under automatic mixed precision it has not.
    """

    def __init__(self, width: int) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.ones(width))

    def forward(self, x: Float[Tensor, "*rest width"]) -> Float[Tensor, "*rest width"]:
        """Normalise every token."""
        return nn.functional.rms_norm(x, x.shape[-1:], eps=1e-5) * self.weight


class StackedLinear(nn.Module):
    """A linear map per modality: (modality, ..., in) to (modality, ..., out)."""

    def __init__(self, modalities: int, inputs: int, outputs: int, *, bias: bool = True) -> None:
        super().__init__()
        bound = 1 / math.sqrt(inputs)
        self.weight = nn.Parameter(torch.empty(modalities, inputs, outputs).uniform_(-bound, bound))
        self.bias = nn.Parameter(torch.empty(modalities, 1, outputs).uniform_(-bound, bound)) if bias else None

    def forward(self, x: Float[Tensor, "modality *rest inputs"]) -> Float[Tensor, "modality *rest outputs"]:
        """Apply each modality's own map."""
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
        """Normalise every step of every modality."""
        return torch.addcmul(self.bias, nn.functional.layer_norm(x, x.shape[-1:]), self.weight)


class StackedCausalConv(nn.Module):
    """A causal depthwise convolution per modality, over time: step t sees steps t-taps+1 ... t."""

    def __init__(self, modalities: int, channels: int, taps: int, *, backend: str = "auto") -> None:
        super().__init__()
        bound = 1 / math.sqrt(taps)
        self.taps, self.backend = taps, backend
        self.weight = nn.Parameter(torch.empty(modalities * channels, 1, taps).uniform_(-bound, bound))
        self.bias = nn.Parameter(torch.empty(modalities * channels).uniform_(-bound, bound))

    def forward(
        self, x: Float[Tensor, "modality batch time channel"], *, activation: str | None = None
    ) -> Float[Tensor, "modality batch time channel"]:
        """Convolve, then apply the activation (None or "silu"); what lies before the first step counts as zero."""
        modalities, _, _, channels = x.shape
        weight = self.weight.view(modalities, channels, self.taps)
        bias = self.bias.view(modalities, channels)
        return causal_conv(x.to(weight.dtype), weight, bias, activation=activation, backend=self.backend)


POOLINGS = ("mean", "max", "last")


class RunningPool(nn.Module):
    """Pool the valid steps 0..t, for every t.

    The last step of the result is the pooled sequence; the steps before it are what the model has to go by when
    the sequence stops there. ``max`` is what the published code of Coupled Mamba uses.
    """

    def __init__(self, kind: str) -> None:
        super().__init__()
        if kind not in POOLINGS:
            raise ConfigError(f"pooling={kind!r} is unknown; choose one of {', '.join(POOLINGS)}")
        self.kind = kind

    def forward(
        self, x: Float[Tensor, "modality batch time width"], valid: Bool[Tensor, "modality batch time"]
    ) -> Float[Tensor, "modality batch time width"]:
        """Return zeros where no valid step has been seen yet."""
        zero = torch.zeros_like(x)
        kept = torch.where(valid[..., None], x, zero)
        seen = valid.cumsum(-1)
        if self.kind == "mean":
            return kept.cumsum(-2) / seen.clamp(min=1)[..., None]
        if self.kind == "max":
            low = torch.full_like(x, torch.finfo(x.dtype).min)
            return torch.where((seen > 0)[..., None], torch.where(valid[..., None], x, low).cummax(-2).values, zero)
        time = torch.arange(x.shape[-2], device=x.device).expand(valid.shape)
        latest = torch.where(valid, time, torch.zeros_like(time)).cummax(-1).values
        return kept.gather(-2, latest[..., None].expand_as(x))


class PresentMean(nn.Module):
    """A learned convex mean over the modalities that are present."""

    def __init__(self, modalities: int) -> None:
        super().__init__()
        self.logits = nn.Parameter(torch.zeros(modalities))

    def forward(
        self, x: Float[Tensor, "modality *rest width"], present: Bool[Tensor, "modality *rest"]
    ) -> Float[Tensor, "*rest width"]:
        """Return zeros where nothing is present."""
        shape = (-1,) + (1,) * (present.ndim - 1)
        weight = masked_softmax(self.logits.view(shape), present, dim=0)
        return (weight[..., None] * x).sum(0)


def head_of(inputs: int, width: int, outputs: int, dropout: float) -> nn.Sequential:
    """Return dropout, a hidden layer of ``width`` and the map to ``outputs``."""
    return nn.Sequential(nn.Dropout(dropout), nn.Linear(inputs, width), nn.GELU(), nn.Linear(width, outputs))
