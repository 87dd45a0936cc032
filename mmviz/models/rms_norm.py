"""Root-mean-square normalisation, Mamba's."""

from __future__ import annotations

from typing import TYPE_CHECKING

import torch
from torch import nn

if TYPE_CHECKING:
    from jaxtyping import Float
    from torch import Tensor


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
