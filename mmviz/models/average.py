"""Average fusion: one mean over the modalities that are present."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from mmviz.models.config import FusionConfig
from mmviz.models.head import head_of
from mmviz.models.pooled import PooledFusion

if TYPE_CHECKING:
    from jaxtyping import Bool, Float
    from torch import Tensor

    from mmviz.data.spec import Spec


@dataclass(frozen=True)
class AverageConfig(FusionConfig):
    """Options of ``build("average", spec, ...)``: those of :class:`~mmviz.models.config.FusionConfig`."""


class Average(PooledFusion):
    """Mean of the pooled features of the modalities that are present, then a head.

    A sample without a modality is answered as by the model of the others. Nothing present: the head's answer to zeros.

    Notes
    -----
    A reading of "average fusion" (Coupled Mamba, arXiv 2405.18014, Table 11), which puts a Mamba block after the
    mean; here nothing follows it, as in the plain baselines.
    """

    def __init__(self, spec: Spec, config: AverageConfig) -> None:
        super().__init__(spec, config)
        self.head = head_of(config.width, config.width, spec.task.outputs, config.dropout)

    def answer(
        self, pooled: Float[Tensor, "modality batch time width"], present: Bool[Tensor, "modality batch time"]
    ) -> Float[Tensor, "batch time output"]:
        """Divide by the number of modalities that are present."""
        return self.head(pooled.sum(0) / present.sum(0).clamp(min=1)[..., None])
