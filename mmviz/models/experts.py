"""Linear experts: some serve every modality, some one modality alone."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import torch
from torch import nn

from mmviz.errors import ConfigError

if TYPE_CHECKING:
    from jaxtyping import Float
    from torch import Tensor

EXPERTS = ("both", "shared", "specific")


class Experts(nn.Module):
    """A token of modality m is mapped by the shared experts and by those of m; the results are added.

    Without gates every one of them has weight 1, so that their sum is one matrix per modality, Σ W_shared + Σ W_m,
    and that is what is multiplied with: the added experts cost a sum of matrices per call, and after ``merge``
    nothing. With gates, expert e has the weight its token gives it.

    Parameters
    ----------
    modalities, inputs, outputs
        M and the channels before and after.
    shared, specific
        How many experts serve all, and how many each modality has for itself; together at least 1.

    Notes
    -----
    Deterministic routing by modality id and the sum of shared and specific experts are a *reading* of AlignMamba-2
    (arXiv 2603.18462), whose layer is not public; two independent public implementations that carry its idea agree on
    them. Mixture-of-Mamba (arXiv 2501.16295) has the specific half. Without specific experts it is a plain linear
    map. Weights start uniform with the variance of ``torch.nn.Linear`` for the sum.
    """

    def __init__(self, modalities: int, inputs: int, outputs: int, *, shared: int, specific: int) -> None:
        super().__init__()
        if min(shared, specific) < 0 or shared + specific == 0:
            raise ConfigError(
                f"Experts: shared={shared}, specific={specific}, expected counts ≥ 0 and at least one expert"
            )
        bound = 1 / math.sqrt(inputs * (shared + specific))
        self.modalities = modalities
        self.shared: nn.Parameter | None = None
        self.specific: nn.Parameter | None = None
        self.merged: nn.Parameter | None = None
        if shared:
            self.shared = nn.Parameter(torch.empty(shared, inputs, outputs).uniform_(-bound, bound))
        if specific:
            self.specific = nn.Parameter(torch.empty(modalities, specific, inputs, outputs).uniform_(-bound, bound))

    def matrix(self) -> Float[Tensor, "modality inputs outputs"]:
        """Return the one matrix of each modality that its experts make together when none is gated."""
        if self.merged is not None:
            return self.merged
        return self.stacked().sum(1)

    def stacked(self) -> Float[Tensor, "modality expert inputs outputs"]:
        """Return the experts that a token of each modality may use: the shared ones, then its own."""
        parts = []
        if self.shared is not None:
            parts.append(self.shared.expand(self.modalities, -1, -1, -1))
        if self.specific is not None:
            parts.append(self.specific)
        return torch.cat(parts, 1)

    def merge(self) -> None:
        """Keep one matrix per modality and forget its parts: for inference, no gates from here on."""
        self.merged = nn.Parameter(self.matrix().detach().clone(), requires_grad=False)
        self.shared = self.specific = None

    def forward(
        self,
        x: Float[Tensor, "modality batch time inputs"],
        gates: Float[Tensor, "modality batch time expert"] | None = None,
    ) -> Float[Tensor, "modality batch time outputs"]:
        """Map every token; with gates, each expert's input is scaled, and all are summed in one product."""
        if gates is None:
            weight, flat = self.matrix(), x.flatten(1, 2)
        else:
            weight = self.stacked().flatten(1, 2)
            flat = (gates[..., None] * x[..., None, :]).flatten(-2).flatten(1, 2)
        return torch.bmm(flat, weight).unflatten(1, x.shape[1:3])
