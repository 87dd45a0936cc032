"""The softmax over what is present: the same weights that the smaller model, without the absent ones, would have."""

from __future__ import annotations

from typing import TYPE_CHECKING

import torch

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
