"""Concatenation: the pooled features of all modalities side by side."""

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
class ConcatConfig(FusionConfig):
    """Options of ``build("concat", spec, ...)``: those of :class:`~mmviz.models.config.FusionConfig`."""


class Concat(PooledFusion):
    """Pooled features side by side, zeros where a modality is absent, then a head.

    With zeros an absent modality's columns of the head drop out: the answer is that of the head without them.

    Notes
    -----
    A reading of "concat fusion" (Coupled Mamba, arXiv 2405.18014, Table 11), which puts a Mamba block behind it.
    """

    def __init__(self, spec: Spec, config: ConcatConfig) -> None:
        super().__init__(spec, config)
        inputs = len(spec.modalities) * config.width
        self.head = head_of(inputs, config.width, spec.task.outputs, config.dropout)

    def answer(
        self, pooled: Float[Tensor, "modality batch time width"], present: Bool[Tensor, "modality batch time"]
    ) -> Float[Tensor, "batch time output"]:
        """Join; ``pooled`` already holds zeros for what is absent."""
        return self.head(pooled.permute(1, 2, 0, 3).flatten(2))
