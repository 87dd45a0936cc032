"""Gated multimodal units: every feature of every modality has a gate that all modalities set."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import torch

from mmviz.models.config import FusionConfig
from mmviz.models.head import head_of
from mmviz.models.pooled import PooledFusion
from mmviz.models.stacked import StackedLinear

if TYPE_CHECKING:
    from jaxtyping import Bool, Float
    from torch import Tensor

    from mmviz.data.spec import Spec


@dataclass(frozen=True)
class GatedConfig(FusionConfig):
    """Options of ``build("gated", spec, ...)``: those of :class:`~mmviz.models.config.FusionConfig`."""


class Gated(PooledFusion):
    """Sum of tanh features, each times its gate, then a head.

    Notes
    -----
    Source: Gated Multimodal Units, Arevalo et al., arXiv 1702.01992, section 3.1, the form for more than two modalities:
    h_m = tanh(W_m x_m), z_m = σ(Y_m [x_1; ...; x_M]), h = Σ_m z_m ⊙ h_m. An absent modality gives zeros to the gates and
    has no term in the sum, as in the unit of the others alone.
    """

    def __init__(self, spec: Spec, config: GatedConfig) -> None:
        super().__init__(spec, config)
        M, width = len(spec.modalities), config.width
        self.feature = StackedLinear(M, width, width, bias=False)
        self.gate = StackedLinear(M, M * width, width, bias=False)
        self.head = head_of(width, width, spec.task.outputs, config.dropout)

    def answer(
        self, pooled: Float[Tensor, "modality batch time width"], present: Bool[Tensor, "modality batch time"]
    ) -> Float[Tensor, "batch time output"]:
        """Gate and add; tanh(0) = 0 removes what is absent."""
        joined = pooled.permute(1, 2, 0, 3).flatten(2).expand(len(pooled), -1, -1, -1)
        return self.head((torch.tanh(self.feature(pooled)) * torch.sigmoid(self.gate(joined))).sum(0))
