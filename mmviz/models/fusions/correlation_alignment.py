"""Alignment of a stronger modality to a weaker one by thresholded correlations of their features, with running statistics."""

from __future__ import annotations

from typing import TYPE_CHECKING

import torch
from torch import nn

if TYPE_CHECKING:
    from jaxtyping import Bool, Float
    from torch import Tensor

#: a feature with less variance than this share of its mean square counts as constant: it correlates with nothing
_CONSTANT = 1e-6


class CorrelationAlignment(nn.Module):
    """Reinforces the features of one modality that correlate with those of another, by statistics that training has collected.

    Buffers hold mean and mean square of every feature and the correlation matrix C_ij of every pair of modalities, exponential means over batches (the
    first batches are averaged). With C^τ the entries of C_ij above the threshold in magnitude, T = (C^τ)ᵀ C^τ, each row divided by the sum of its
    magnitudes and an empty row replaced by that of the identity, the aligned features are (1-β) x_j + β x_j Tᵀ. Nothing depends on the batch.

    Parameters
    ----------
    modalities, width
        Number of modalities, features of each.
    threshold
        τ in [0, 1).
    mix
        β in [0, 1].
    decay
        ρ of the exponential means, in [0, 1).

    Notes
    -----
    A public note on arXiv 2506.00030v2 states a correlation matrix C between weak and strong modality, pairs kept by a threshold, and X̂_j = X_j C; it
    states neither the threshold nor the shapes, and with one column per sample a prediction would depend on the other samples of the batch. Correlations of
    features, running statistics and T, which keeps the width of modality j, are our interpretation.
    """

    mean: Tensor
    square: Tensor
    correlation: Tensor
    batches: Tensor

    def __init__(self, modalities: int, width: int, *, threshold: float, mix: float, decay: float) -> None:
        super().__init__()
        self.threshold, self.mix, self.decay = threshold, mix, decay
        self.register_buffer("mean", torch.zeros(modalities, width))
        self.register_buffer("square", torch.zeros(modalities, width))
        self.register_buffer("correlation", torch.zeros(modalities, modalities, width, width))
        self.register_buffer("batches", torch.zeros(modalities, modalities))

    def transport(self, weaker: int, stronger: int) -> Float[Tensor, "width width"]:
        """Return T of the stronger modality, from its correlations with the weaker one; the identity before any batch."""
        C = self.correlation[weaker, stronger]
        kept = torch.where(C.abs() > self.threshold, C, torch.zeros_like(C))
        T = kept.t() @ kept
        total = T.abs().sum(1, keepdim=True)
        eye = torch.eye(len(T), dtype=T.dtype, device=T.device)
        return torch.where(total > 0, T / torch.where(total > 0, total, torch.ones_like(total)), eye)

    def forward(self, x: Float[Tensor, "*rest width"], weaker: int, stronger: int) -> Float[Tensor, "*rest width"]:
        """Return the features x of the stronger modality, aligned to the weaker one."""
        return x + self.mix * (x @ self.transport(weaker, stronger).t().to(x.dtype) - x)

    @torch.no_grad()
    def update(
        self, x: Float[Tensor, "modality batch width"], present: Bool[Tensor, "modality batch"], modality: int
    ) -> None:
        """Add a batch to the statistics of a modality, and to its correlations with every other one that has common samples."""
        x = x.to(self.mean.dtype)
        rows = present[modality]
        if not bool(rows.any()):
            return
        weight = self._weight(modality, modality)
        self.mean[modality].lerp_(x[modality, rows].mean(0), weight)
        self.square[modality].lerp_(x[modality, rows].square().mean(0), weight)
        for other in range(len(x)):
            both = rows & present[other]
            if other == modality or not bool(both.any()) or not bool(self.batches[other, other] > 0):
                continue
            a, b = self._standardised(x[other, both], other), self._standardised(x[modality, both], modality)
            found = (a.t() @ b / int(both.sum())).clamp(-1, 1)
            self.correlation[other, modality].lerp_(found, self._weight(other, modality))
            self.batches[modality, other] = self.batches[other, modality]
            self.correlation[modality, other] = self.correlation[other, modality].t()

    def _weight(self, a: int, b: int) -> float:
        """Return the weight of the next batch in a mean, and count it."""
        weight = max(1 - self.decay, 1 / (float(self.batches[a, b]) + 1))
        self.batches[a, b] += 1
        return weight

    def _standardised(self, x: Float[Tensor, "batch width"], modality: int) -> Float[Tensor, "batch width"]:
        mean, square = self.mean[modality], self.square[modality]
        variance = square - mean.square()
        scale = torch.where(variance > _CONSTANT * square, variance.clamp(min=torch.finfo(x.dtype).tiny).rsqrt(), 0.0)
        return (x - mean) * scale


def sample_mixture(
    x: Float[Tensor, "batch width"],
    weaker: Float[Tensor, "batch width"],
    both: Bool[Tensor, " batch"],
    *,
    threshold: float,
    mix: float,
) -> Float[Tensor, "batch width"]:
    """Return the features of the stronger modality with samples as columns: each becomes a mixture of those of the batch.

    With C the correlations over features between every sample of the weaker modality (rows) and of the stronger one (columns), entries above the
    threshold are kept, a softmax over each column gives the weights, and x̂ = (1-β) x + β Σ_s w_s x_s. A column without an entry, and a sample that
    is missing one of the modalities, stay as they are. The weights have no gradient.

    Notes
    -----
    The literal X̂_j = X_j C of the note on arXiv 2506.00030v2. A prediction would depend on its batch, so it is for training only.
    """
    with torch.no_grad():
        a, b = (nn.functional.normalize(v - v.mean(-1, keepdim=True), dim=-1) for v in (weaker, x))
        C = a @ b.t()
        kept = (threshold < C) & both[:, None] & both[None]
        some = kept.any(0)
        weight = torch.where(kept, C, -torch.inf).masked_fill(~some, 0.0).softmax(0)
    return torch.where(some[:, None], x + mix * (weight.t().to(x.dtype) @ x - x), x)
