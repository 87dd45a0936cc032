"""A learned router: each token chooses k of the experts that are open to it, and says how much it trusts them."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import torch
from torch import nn

from mmviz.errors import ConfigError
from mmviz.models.stacked import StackedLinear

if TYPE_CHECKING:
    from jaxtyping import Bool, Float
    from torch import Tensor


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
