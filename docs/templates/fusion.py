"""A fusion model to copy: a causal convolution per modality, pooling, a learned mean over available modalities, a head.

In the package: `mmviz/models/fusions/NAME.py`, a line in `mmviz/models/fusions/__init__.py`, a row in `mmviz/models/README.md`. Outside: import
the file before `mmviz.models.build` or `mmviz.train.load`. A factor that depends on the data (a gate, weights of an average) is marked by
`mmviz.models.frozen_gates.constant`, for the end-to-end attribution; the layers used here do so themselves. The contract's tests
(tests/models/fusions/test_fusion_contract.py, tests/models/test_frozen_gates.py) run over the registry.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from mmviz.models.base import FusionConfig, FusionModel
from mmviz.models.layers import PresentMean, StackedCausalConv, prediction_head
from mmviz.models.registry import register

if TYPE_CHECKING:
    from jaxtyping import Bool, Float
    from torch import Tensor

    from mmviz.data.spec import Spec
    from mmviz.models.base import Observation
    from mmviz.models.batch import Steps


@dataclass(frozen=True)
class ConvolutionConfig(FusionConfig):
    """Options of ``build("convolution", spec, ...)``.

    Attributes
    ----------
    taps
        Taps of the convolution, ≥ 1. The rest as in :class:`~mmviz.models.base.FusionConfig`.
    """

    taps: int = 3


@register("convolution", ConvolutionConfig)
class Convolution(FusionModel):
    """Causal convolution per modality, a learned convex mean of the pooled features over available modalities, a head."""

    config: ConvolutionConfig

    def __init__(self, spec: Spec, config: ConvolutionConfig) -> None:
        super().__init__(spec, config)
        modalities = len(spec.modalities)
        self.convolution = StackedCausalConv(modalities, config.width, config.taps)
        self.mean = PresentMean(modalities)
        self.head = prediction_head(config.width, config.width, spec.task.outputs, config.dropout)

    @property
    def independent_streams(self) -> bool:
        """True: no stream depends on another modality (leave this out if one does)."""
        return True

    def streams(
        self, steps: Steps, observation: Observation | None = None
    ) -> Float[Tensor, "modality batch time width"]:
        """Return the convolved steps; causal, so that predictions for every prefix take one pass."""
        return steps.x + self.convolution(steps.x, activation="silu")  # steps.x is zero where the mask is False

    def fuse_pooled(
        self, pooled: Float[Tensor, "modality batch time width"], present: Bool[Tensor, "modality batch time"]
    ) -> Float[Tensor, "batch time output"]:
        """Return the head's output for the mean over available modalities."""
        return self.head(self.mean(pooled, present))
