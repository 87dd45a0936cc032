"""A memory that is handed from modality to modality: what each lets through, and what it inherits."""

from __future__ import annotations

from typing import TYPE_CHECKING

import torch
from torch import nn

if TYPE_CHECKING:
    from collections.abc import Sequence

    from jaxtyping import Bool, Float
    from torch import Tensor


class Memory(nn.Module):
    """A gated recurrent memory over the modalities, in the order in which they are visited.

    With z the vector of the modality visited k-th and m its memory:
    r = σ(W_r [z; m_{k-1}]), g = σ(W_g [z; m_{k-1}]), m̃ = tanh(W [z; r ⊙ m_{k-1}]), m_k = (1-g) ⊙ m_{k-1} + g ⊙ m̃; the fusion reads
    z + W_o m_k. W_o starts at zero, so that the memory begins as if it were not there. A modality that is absent leaves the memory
    as it is, and stays zero. Before the first, m_0 = 0.

    Notes
    -----
    A *reading* of "a memory module for information filtering and inheritance" (Modality Equilibrium Matters, arXiv 2506.00030), whose
    equations are not public: these are those of a gated recurrent unit (Cho et al., arXiv 1406.1078), with an output map.
    """

    def __init__(self, width: int) -> None:
        super().__init__()
        self.gates = nn.Linear(2 * width, 2 * width)
        self.candidate = nn.Linear(2 * width, width)
        self.out = nn.Linear(width, width, bias=False)
        nn.init.zeros_(self.out.weight)

    def visit(
        self, z: Float[Tensor, "*rest width"], carried: Float[Tensor, "*rest width"], there: Bool[Tensor, "*rest"]
    ) -> tuple[Float[Tensor, "*rest width"], Float[Tensor, "*rest width"]]:
        """Return z refined by the memory, and the memory after it."""
        r, g = torch.sigmoid(self.gates(torch.cat([z, carried], -1))).chunk(2, -1)
        new = (1 - g) * carried + g * torch.tanh(self.candidate(torch.cat([z, r * carried], -1)))
        new = torch.where(there[..., None], new, carried)
        return torch.where(there[..., None], z + self.out(new), z), new

    def forward(
        self,
        z: Float[Tensor, "modality *rest width"],
        present: Bool[Tensor, "modality *rest"],
        order: Sequence[int],
    ) -> Float[Tensor, "modality *rest width"]:
        """Return every modality refined, visited in this order."""
        carried, refined = torch.zeros_like(z[0]), list(z)
        for m in order:
            refined[m], carried = self.visit(z[m], carried, present[m])
        return torch.stack(refined)
