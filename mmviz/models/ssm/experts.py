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


class Choice(NamedTuple):
    """What tokens chose among their candidates: the shared experts, then those of their own modality.

    ``weight`` is the gate of each candidate, 0 where it was not chosen; ``probability`` the softmax over all of them.
    """

    weight: Float[Tensor, "modality batch time candidate"]
    probability: Float[Tensor, "modality batch time candidate"]

    def imbalance(self, mask: Bool[Tensor, "modality batch time"]) -> Float[Tensor, ""]:
        """Return how unevenly the candidates are used: 1 when evenly, at most their number; 0 where no token is.

        N Σ f_i P_i for each modality with f_i the share of the choices that fell on candidate i and P_i its mean
        probability, over the tokens with data; then the mean over modalities that have tokens. Only P carries a
        gradient.
        """
        real = mask[..., None]
        count = mask.sum((1, 2)).clamp(min=1)[:, None]
        chosen = (self.weight > 0) & real
        share = chosen.sum((1, 2)) / chosen.sum((1, 2, 3)).clamp(min=1)[:, None]
        trust = torch.where(real, self.probability, torch.zeros_like(self.probability)).sum((1, 2)) / count
        each = share.shape[-1] * (share * trust).sum(-1)
        there = mask.any(-1).any(-1)
        return torch.where(there, each, torch.zeros_like(each)).sum() / there.sum().clamp(min=1)


class Router(nn.Module):
    """Top-k over the shared experts and those of the token's modality.

    The gates are the probabilities of the chosen, not renormalised (as Switch Transformer has it), so that also with
    k = 1 the task's loss reaches the router. An expert that no token of a batch chooses has the gradient zero from
    that batch.

    Parameters
    ----------
    modalities, width
        M and the channels of a token.
    candidates
        Experts that are open to a token.
    top_k
        How many it uses, from 1 to ``candidates``.

    Notes
    -----
    W. Fedus, B. Zoph, N. Shazeer, *Switch Transformers*, arXiv 2101.03961, equations 1-6 (gates and balancing loss);
    D. Lepikhin et al., *GShard*, arXiv 2006.16668 (k = 2). Ours: the candidates, no capacity limit, no noise, every
    expert is computed (their number is small) and those not chosen get the weight 0. AlignMamba-2's own router, if it
    has one, is not public.
    """

    def __init__(self, modalities: int, width: int, candidates: int, top_k: int) -> None:
        super().__init__()
        if top_k > candidates:
            raise ConfigError(
                f"top_k={top_k} is more than the {candidates} experts open to a token (shared_experts + specific_experts of its "
                "modality); give fewer, or more experts"
            )
        self.top_k = top_k
        self.score = StackedLinear(modalities, width, candidates, bias=False)

    def forward(self, x: Float[Tensor, "modality batch time width"]) -> Choice:
        """Return the choice of every token."""
        probability = self.score(x).softmax(-1)
        best = probability.topk(self.top_k, -1).indices
        chosen = torch.zeros_like(probability).scatter(-1, best, 1.0)
        return Choice(probability * chosen, probability)
