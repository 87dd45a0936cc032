"""Layers that hold one set of weights per modality and apply them all in one call."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import torch
from mmkernels import causal_conv
from torch import nn

if TYPE_CHECKING:
    from jaxtyping import Float
    from torch import Tensor


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
