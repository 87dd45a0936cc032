"""Causal depthwise convolution, one tap at a time."""

import torch
from torch import Tensor
from torch.nn.functional import pad, silu


def causal_conv_reference(x: Tensor, weight: Tensor, bias: Tensor | None, activation: str | None) -> Tensor:
    """Convolve; parameters and meaning are those of `mmkernels.causal_conv`; nothing is checked here."""
    taps, time = weight.shape[-1], x.shape[2]
    weight = weight[:, None, None]
    out = x * weight[..., -1]
    if bias is not None:
        out = out + bias[:, None, None]
    for lag in range(1, min(taps, time)):
        past = pad(x[:, :, : time - lag], (0, 0, lag, 0))
        out = torch.addcmul(out, past, weight[..., taps - 1 - lag])
    return silu(out) if activation == "silu" else out
