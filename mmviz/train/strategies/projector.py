"""A projector that learns, by recursive least squares, along which inputs a layer must not change."""

from __future__ import annotations

from typing import TYPE_CHECKING

import torch

if TYPE_CHECKING:
    from jaxtyping import Float
    from torch import Tensor


class Projector:
    """P: nearly zero along inputs it has learned, the identity across them.

    Attributes
    ----------
    matrix
        (inputs, inputs), symmetric.

    Notes
    -----
    After learning r_1 ... r_n it is α (α I + Σ r_k r_kᵀ)⁻¹, where all had the same α: tests/train/strategies/test_mla.py. Source: the
    recursive-least-squares projector of MLA (arXiv 2311.10707, section 3.2), which is that of OWM (Zeng et al., arXiv
    1810.01256, equation 3).
    """

    def __init__(self, matrix: Float[Tensor, "inputs inputs"]) -> None:
        self.matrix = matrix

    @classmethod
    def identity(cls, weight: Float[Tensor, "outputs inputs"]) -> Projector:
        """Return one that has learned nothing, for a linear layer's weight."""
        return cls(torch.eye(weight.shape[1], dtype=weight.dtype, device=weight.device))

    def learn(self, feature: Float[Tensor, " inputs"], alpha: float) -> None:
        """Take in one mean input r: P ← P - P r rᵀ P / (α + rᵀ P r)."""
        along = self.matrix @ feature
        self.matrix = self.matrix - torch.outer(along, along) / (alpha + feature @ along)

    def applied(self, gradient: Float[Tensor, "outputs inputs"]) -> Float[Tensor, "outputs inputs"]:
        """Return the gradient times P."""
        return gradient @ self.matrix
