"""Late fusion: one Mamba stream and one prediction per modality, averaged at the end."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, cast

import torch
from torch import nn

from mmviz.models import frozen_gates
from mmviz.models.base import FusionModel
from mmviz.models.layers import PresentMean, StackedLayerNorm, StackedLinear
from mmviz.models.registry import register
from mmviz.models.ssm.blocks import CoupledBlock, MambaConfig

if TYPE_CHECKING:
    from jaxtyping import Bool, Float
    from torch import Tensor

    from mmviz.data.spec import Spec
    from mmviz.models.base import Observation
    from mmviz.models.batch import Steps


@dataclass(frozen=True)
class LateConfig(MambaConfig):
    """Options of ``build("late", spec, ...)``: those of :class:`~mmviz.models.ssm.blocks.MambaConfig`, for each stream."""


@register("late", LateConfig)
class Late(FusionModel):
    """Independent Mamba streams, and a learned convex mean of their predictions over available modalities.

    The streams are Coupled Mamba's blocks with the coupling ``identity``, so the Trace contains their states. Initial weights of
    the mean are equal. A single modality is predicted by its own stream; without any modality the prediction is zero.

    Notes
    -----
    Our interpretation of "Mamba fusion" (Coupled Mamba, arXiv 2405.18014, Table 11: one block per modality, weighted sum at the
    end): the sum of predictions, not of features, which is the usual meaning of "late fusion".
    """

    config: LateConfig

    def __init__(self, spec: Spec, config: LateConfig) -> None:
        super().__init__(spec, config)
        M, width = len(spec.modalities), config.width
        self.blocks = config.blocks(M, "identity")
        self.norm = StackedLayerNorm(M, width)
        self.drop = nn.Dropout(config.dropout)
        self.hidden = StackedLinear(M, width, width)
        self.out = StackedLinear(M, width, spec.task.outputs)
        self.present_mean = PresentMean(M)

    @property
    def scan_shape(self) -> tuple[int, int, int]:
        """Number of layers, inner channels, states per channel."""
        return self.config.layers, self.config.expand * self.config.width, self.config.state

    @property
    def independent_streams(self) -> bool:
        """True: no stream depends on another modality."""
        return True

    def streams(
        self, steps: Steps, observation: Observation | None = None
    ) -> Float[Tensor, "modality batch time width"]:
        """Return the output of every stream."""
        x, mask = steps.x, steps.mask_or_none
        for block in self.blocks:
            block = cast("CoupledBlock", block)
            scan, z = block.scan_inputs(x, mask)
            if observation is not None:
                observation.scans.append(scan)
            x = block.combine(x, block.scan(scan), z, mask)
        return self.norm(x)

    def fuse_pooled(
        self, pooled: Float[Tensor, "modality batch time width"], present: Bool[Tensor, "modality batch time"]
    ) -> Float[Tensor, "batch time output"]:
        """Return the mean over available modalities of the predictions per modality."""
        return self.present_mean(self.out(frozen_gates.gelu(self.hidden(self.drop(pooled)), batch=1)), present)

    def coupling_matrices(self) -> Float[Tensor, "layer target source"]:
        """Return the identity matrix for each layer."""
        return torch.eye(len(self.spec.modalities)).repeat(self.config.layers, 1, 1)
