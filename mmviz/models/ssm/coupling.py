"""Coupling weights W (row = target, column = source) of the coupled scan, over the modalities that are available in a sample."""

from __future__ import annotations

from typing import TYPE_CHECKING

import torch
from torch import nn

from mmviz.core.errors import ConfigError
from mmviz.models.layers import masked_softmax

if TYPE_CHECKING:
    from jaxtyping import Bool, Float
    from torch import Tensor

COUPLINGS = ("identity", "mean", "gain", "softmax", "exact_sum")


class Coupling(nn.Module):
    """Rows of W per sample, (batch, listener, source), over the modalities that are present.

    Parameters
    ----------
    modalities
        M, ≥ 1.
    kind
        ``identity``: M independent Mamba chains. ``mean``: 1/M everywhere, always stable. ``gain``: σ(θ)/M everywhere
        with one learned θ, stable as σ < 1, so that the layer may hear less than the mean. ``softmax``: learned
        rows that sum to one, stable, readable as "who listens to whom". ``exact_sum``: the literal sum of
        the paper, which **diverges** on long sequences; kept for study.

    Notes
    -----
    The literal sum is equation 6 (= 10) of Coupled Mamba, arXiv 2405.18014. ``mean`` is its appendix form
    (equation 9) with G = I/M. ``gain`` is our reading: the sum with a learned factor. ``softmax`` is another: learned,
    convex rows are stable in the sup-norm because every decay is below 1. An absent modality is dropped and the remaining
    weights of ``mean``, ``gain`` and ``softmax`` are renormalised, so that a sample without it is treated as the smaller model would treat it; this, too,
    is a reading, as the paper says nothing of absent modalities.
    """

    def __init__(self, modalities: int, kind: str) -> None:
        super().__init__()
        if kind not in COUPLINGS:
            raise ConfigError(f"coupling={kind!r} is unknown; choose one of {', '.join(COUPLINGS)}")
        self.kind = kind
        self.modalities = modalities
        self.logits = nn.Parameter(2.0 * torch.eye(modalities)) if kind == "softmax" else None
        self.gain = nn.Parameter(torch.tensor(2.0)) if kind == "gain" else None

    def forward(self, present: Bool[Tensor, "batch modality"]) -> Float[Tensor, "batch listener source"]:
        """Return W for every sample. Nobody hears an absent modality; its own row has no effect, as its state stays zero."""
        learned = self.gain if self.logits is None else self.logits
        dtype = torch.get_default_dtype() if learned is None else learned.dtype
        heard = present[:, None, :].expand(-1, self.modalities, -1)
        if self.kind == "identity":
            return torch.eye(self.modalities, dtype=dtype, device=present.device).expand(heard.shape)
        if self.kind == "exact_sum":
            return heard.to(dtype)
        if self.logits is None:
            mean = heard.to(dtype) / heard.sum(-1, keepdim=True).clamp(min=1)
            return mean if self.gain is None else self.gain.sigmoid() * mean
        return masked_softmax(self.logits, heard)

    @torch.no_grad()
    def matrix(self) -> Float[Tensor, "listener source"]:
        """Return W with every modality present."""
        device = next((p.device for p in self.parameters()), "cpu")
        return self(torch.ones(1, self.modalities, dtype=torch.bool, device=device))[0]
