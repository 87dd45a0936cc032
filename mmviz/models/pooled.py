"""Fusions of pooled features: nothing happens along time but the pooling."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mmviz.models.fusion import FusionModel

if TYPE_CHECKING:
    from jaxtyping import Float
    from torch import Tensor

    from mmviz.models.observation import Observation
    from mmviz.models.steps import Steps


class PooledFusion(FusionModel):
    """Every step is encoded alone and pooled; a subclass says how pooled modalities become one answer."""

    def streams(self, steps: Steps, seen: Observation | None = None) -> Float[Tensor, "modality batch time width"]:
        """Return the steps as they are."""
        return steps.x
