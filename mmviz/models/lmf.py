"""Low-rank multimodal fusion: the tensor of all products, never formed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import torch
from torch import nn

from mmviz.models.config import FusionConfig
from mmviz.models.pooled import PooledFusion
from mmviz.models.stacked import StackedLinear

if TYPE_CHECKING:
    from jaxtyping import Bool, Float
    from torch import Tensor

    from mmviz.data.spec import Spec


@dataclass(frozen=True)
class LMFConfig(FusionConfig):
    """Options of ``build("lmf", spec, ...)``.

    Attributes
    ----------
    rank
        Products that are added; ≥ 1. The rest as in :class:`~mmviz.models.config.FusionConfig`.
    """

    rank: int = 4


class LMF(PooledFusion):
    """Sum over ranks of products over modalities of linear maps.

    Notes
    -----
    Source: Low-rank Multimodal Fusion, Liu et al., arXiv 1806.00064, section 3.2: h = Σ_r Π_m w_m^(r) · [x_m; 1], here with a
    learned weight per rank and a bias, as in the published code. The factor of an absent modality is 1, so that the
    rest is the low-rank fusion of the others: a reading, as the paper says nothing of absent modalities. Nothing
    present: the sum of the rank weights plus the bias.
    """

    def __init__(self, spec: Spec, config: LMFConfig) -> None:
        super().__init__(spec, config)
        self.drop = nn.Dropout(config.dropout)
        self.factors = StackedLinear(len(spec.modalities), config.width, config.rank * spec.task.outputs)
        self.ranks = nn.Parameter(torch.randn(config.rank) / config.rank**0.5)
        self.bias = nn.Parameter(torch.zeros(spec.task.outputs))

    def answer(
        self, pooled: Float[Tensor, "modality batch time width"], present: Bool[Tensor, "modality batch time"]
    ) -> Float[Tensor, "batch time output"]:
        """Multiply the factors of what is present, add over ranks."""
        factor = self.factors(self.drop(pooled))
        product = torch.where(present[..., None], factor, torch.ones_like(factor)).prod(0)
        return torch.einsum("r,btro->bto", self.ranks, product.unflatten(-1, (len(self.ranks), -1))) + self.bias
