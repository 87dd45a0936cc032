"""Coupling weights W (row = target, column = source) of the coupled scan, over the modalities that are available in a sample."""

from __future__ import annotations

from typing import TYPE_CHECKING

import torch
from torch import nn

from mmviz.core.options import one_of
from mmviz.models.layers import masked_softmax

if TYPE_CHECKING:
    from jaxtyping import Bool, Float
    from torch import Tensor

COUPLINGS = ("identity", "mean", "gain", "softmax", "exact_sum")


class Coupling(nn.Module):
    """Coupling weights W per sample, (batch, target, source), over the modalities that are available.

    Parameters
    ----------
    modalities
        M, ≥ 1.
    kind
        ``identity``: M independent SSM streams. ``mean``: 1/M everywhere, always stable. ``gain``: σ(θ)/M everywhere
        with one learned θ, stable as σ < 1; the total weight may be below that of the mean. ``softmax``: learned
        rows that sum to one, stable. ``exact_sum``: the literal sum of
        the paper, which **diverges** on long sequences; for study only.

    Notes
    -----
    The literal sum is equation 6 (= 10) of Coupled Mamba, arXiv 2405.18014. ``mean`` is its appendix form
    (equation 9) with G = I/M. ``gain`` is our interpretation: the sum with a learned factor. ``softmax`` is our interpretation too: learned,
    convex rows are stable in the sup-norm because every decay is below 1. An absent modality is removed and the remaining
    weights of ``mean``, ``gain`` and ``softmax`` are renormalised, as in the smaller model of the available modalities;
    this is our interpretation, as the paper does not mention absent modalities.
    """

    def __init__(self, modalities: int, kind: str) -> None:
        super().__init__()
        one_of(kind, COUPLINGS, "coupling")
        self.kind = kind
        self.modalities = modalities
        self.logits = nn.Parameter(2.0 * torch.eye(modalities)) if kind == "softmax" else None
        self.gain = nn.Parameter(torch.tensor(2.0)) if kind == "gain" else None

    def forward(self, present: Bool[Tensor, "batch modality"]) -> Float[Tensor, "batch target source"]:
        """Return W of every sample, zero in the column of an absent modality; its row has no effect, as its state stays zero."""
        learned = self.gain if self.logits is None else self.logits
        dtype = torch.get_default_dtype() if learned is None else learned.dtype
        available = present[:, None, :].expand(-1, self.modalities, -1)
        if self.kind == "identity":
            return torch.eye(self.modalities, dtype=dtype, device=present.device).expand(available.shape)
        if self.kind == "exact_sum":
            return available.to(dtype)
        if self.logits is None:
            mean = available.to(dtype) / available.sum(-1, keepdim=True).clamp(min=1)
            return mean if self.gain is None else self.gain.sigmoid() * mean
        return masked_softmax(self.logits, available)

    @torch.no_grad()
    def matrix(self) -> Float[Tensor, "target source"]:
        """Return W with every modality available."""
        device = next((p.device for p in self.parameters()), "cpu")
        return self(torch.ones(1, self.modalities, dtype=torch.bool, device=device))[0]
