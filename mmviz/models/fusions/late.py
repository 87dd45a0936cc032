"""Late fusion: one Mamba stream and one answer per modality, averaged at the end."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, cast

import torch
from torch import nn

from mmviz.models.base import FusionModel
from mmviz.models.layers import PresentMean, StackedLayerNorm, StackedLinear
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


class Late(FusionModel):
    """Mamba streams that never hear each other; a learned convex mean of their answers over what is present.

    The streams are Coupled Mamba's blocks with the coupling ``identity``, so the Trace holds their states. The weights of
    the mean start equal. Each modality alone is answered by its own stream; nothing present: zeros.

    Notes
    -----
    A reading of "Mamba fusion" (Coupled Mamba, arXiv 2405.18014, Table 11: one block per modality, weighted sum at the
    end); that the sum is of answers and not of features is our choice, as "late fusion" means elsewhere.
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
        """Layers, inner channels, states per channel."""
        return self.config.layers, self.config.expand * self.config.width, self.config.state

    def streams(self, steps: Steps, seen: Observation | None = None) -> Float[Tensor, "modality batch time width"]:
        """Return the output of every stream."""
        x, holes = steps.x, steps.holes
        for block in self.blocks:
            block = cast("CoupledBlock", block)
            scan, z = block.scan_inputs(x, holes)
            if seen is not None:
                seen.scans.append(scan)
            x = block.combine(x, block.scan(scan), z, holes)
        return self.norm(x)

    def answer(
        self, pooled: Float[Tensor, "modality batch time width"], present: Bool[Tensor, "modality batch time"]
    ) -> Float[Tensor, "batch time output"]:
        """Answer per modality, then average."""
        return self.present_mean(self.out(nn.functional.gelu(self.hidden(self.drop(pooled)))), present)

    def coupling_matrices(self) -> Float[Tensor, "layer listener source"]:
        """Return the identity for each layer."""
        return torch.eye(len(self.spec.modalities)).repeat(self.config.layers, 1, 1)
