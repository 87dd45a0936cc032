"""From steps to one vector per modality, and from modalities to one vector."""

from __future__ import annotations

from typing import TYPE_CHECKING

import torch
from torch import nn

from mmviz.errors import ConfigError
from mmviz.models.masked_softmax import masked_softmax

if TYPE_CHECKING:
    from jaxtyping import Bool, Float
    from torch import Tensor

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
