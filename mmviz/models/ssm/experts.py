"""Modality-shared and modality-specific linear experts, and the top-k router that selects permitted experts per token."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, NamedTuple

import torch
from torch import nn

from mmviz.core.errors import ConfigError
from mmviz.models.layers import StackedLinear

if TYPE_CHECKING:
    from jaxtyping import Bool, Float
    from torch import Tensor


EXPERTS = ("both", "shared", "specific")


class Experts(nn.Module):
    """Linear experts: a token of modality m is mapped by the shared experts and by those of m, and the results are added.

    Without gates every expert has weight 1, so that their sum is one matrix per modality, Σ W_shared + Σ W_m:
    several experts cost one sum of matrices per call, and nothing after ``merge``. With gates, the weight of expert e
    depends on the token.

    Parameters
    ----------
    modalities, inputs, outputs
        M and the channels before and after.
    shared, specific
        Number of modality-shared experts, and of modality-specific experts per modality; together at least 1.

    Notes
    -----
    Deterministic routing by modality id and the sum of shared and specific experts are our interpretation of AlignMamba-2
    (arXiv 2603.18462), whose layer is not public; two independent public implementations of the idea agree with
    it. Mixture-of-Mamba (arXiv 2501.16295) has modality-specific experts only. Without specific experts it is a plain linear
    map. Initial weights are uniform with the variance of ``torch.nn.Linear`` for the sum.
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
        """Return the sum of the permitted experts' matrices for each modality: the map without gates."""
        if self.merged is not None:
            return self.merged
        return self.stacked().sum(1)

    def stacked(self) -> Float[Tensor, "modality expert inputs outputs"]:
        """Return the permitted experts of each modality: the shared ones, then the modality-specific ones."""
        parts = []
        if self.shared is not None:
            parts.append(self.shared.expand(self.modalities, -1, -1, -1))
        if self.specific is not None:
            parts.append(self.specific)
        return torch.cat(parts, 1)

    def merge(self) -> None:
        """Replace the experts by one matrix per modality, for inference without gates."""
        self.merged = nn.Parameter(self.matrix().detach().clone(), requires_grad=False)
        self.shared = self.specific = None

    def forward(
        self,
        x: Float[Tensor, "modality batch time inputs"],
        gates: Float[Tensor, "modality batch time expert"] | None = None,
    ) -> Float[Tensor, "modality batch time outputs"]:
        """Return every token mapped; with gates, the input of each expert is scaled, and one product sums all experts."""
        if gates is None:
            weight, flat = self.matrix(), x.flatten(1, 2)
        else:
            weight = self.stacked().flatten(1, 2)
            flat = (gates[..., None] * x[..., None, :]).flatten(-2).flatten(1, 2)
        return torch.bmm(flat, weight).unflatten(1, x.shape[1:3])


class RouterOutput(NamedTuple):
    """Gate weights of the permitted experts of each token: the shared experts, then those of the token's modality.

    ``weight`` is the gate of each permitted expert, 0 if it was not selected; ``probability`` the softmax over all of them.
    """

    weight: Float[Tensor, "modality batch time candidate"]
    probability: Float[Tensor, "modality batch time candidate"]

    def load_imbalance(self, mask: Bool[Tensor, "modality batch time"]) -> Float[Tensor, ""]:
        """Return the load balancing loss: 1 for equal use of all N experts, at most N; 0 without valid tokens.

        N Σ f_i P_i for each modality, with f_i the fraction of the selections of expert i and P_i its mean
        probability, over the valid tokens; then the mean over modalities with valid tokens. Only P has a
        gradient.
        """
        valid = mask[..., None]
        count = mask.sum((1, 2)).clamp(min=1)[:, None]
        selected = (self.weight > 0) & valid
        fraction = selected.sum((1, 2)) / selected.sum((1, 2, 3)).clamp(min=1)[:, None]
        mean = torch.where(valid, self.probability, torch.zeros_like(self.probability)).sum((1, 2)) / count
        loss = fraction.shape[-1] * (fraction * mean).sum(-1)
        available = mask.any(-1).any(-1)
        return torch.where(available, loss, torch.zeros_like(loss)).sum() / available.sum().clamp(min=1)


class Router(nn.Module):
    """Top-k router over the shared experts and those of the token's modality.

    The gates are the probabilities of the selected experts, not renormalised (as in Switch Transformer), so that the
    gradient of the task loss reaches the router even with k = 1. An expert that is selected by no token of a batch gets a
    zero gradient.

    Parameters
    ----------
    modalities, width
        M and the channels of a token.
    candidates
        Number of permitted experts per token.
    top_k
        Number of selected experts per token, from 1 to ``candidates``.

    Notes
    -----
    W. Fedus, B. Zoph, N. Shazeer, *Switch Transformers*, arXiv 2101.03961, equations 1-6 (gates and balancing loss);
    D. Lepikhin et al., *GShard*, arXiv 2006.16668 (k = 2). Our interpretation: the permitted experts, no capacity limit,
    no noise, every expert is computed (their number is small) and those not selected have weight 0. The router of AlignMamba-2, if
    any, is not public.
    """

    def __init__(self, modalities: int, width: int, candidates: int, top_k: int) -> None:
        super().__init__()
        if top_k > candidates:
            raise ConfigError(
                f"top_k={top_k} exceeds the {candidates} permitted experts of a token (shared_experts + specific_experts of its "
                "modality); give a smaller top_k, or more experts"
            )
        self.top_k = top_k
        self.score = StackedLinear(modalities, width, candidates, bias=False)

    def forward(self, x: Float[Tensor, "modality batch time width"]) -> RouterOutput:
        """Return the gate weights of every token."""
        probability = self.score(x).softmax(-1)
        best = probability.topk(self.top_k, -1).indices
        selected = torch.zeros_like(probability).scatter(-1, best, 1.0)
        return RouterOutput(probability * selected, probability)
