"""Coupled Mamba: encoders, coupled layers of M SSM streams, pooling, head."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import torch
from torch import nn

from mmviz.core.options import one_of
from mmviz.models import frozen_gates
from mmviz.models.base import FusionModel
from mmviz.models.layers import PresentMean, StackedLayerNorm, StackedLinear, prediction_head
from mmviz.models.registry import register
from mmviz.models.ssm.blocks import CoupledBlock, MambaConfig

if TYPE_CHECKING:
    from jaxtyping import Bool, Float
    from torch import Tensor

    from mmviz.data.spec import Spec
    from mmviz.models.base import Observation
    from mmviz.models.batch import Steps


@dataclass(frozen=True)
class CoupledMambaConfig(MambaConfig):
    """Options of ``build("coupled_mamba", spec, ...)``.

    Attributes
    ----------
    coupling
        ``identity``, ``mean``, ``gain``, ``softmax`` or ``exact_sum``, see :class:`~mmviz.models.ssm.coupling.Coupling`.
    mix
        ``cat`` adds, between layers, a projection of all modalities to each (our interpretation of "Cat" in Figure 1: concatenation,
        projection and residual); with ``none`` the state coupling is the only path between modalities.
        The rest as in :class:`~mmviz.models.ssm.blocks.MambaConfig`. The paper's best on MOSEI: width 128, layers 3,
        state 64; the defaults are sized for a laptop.
    """

    coupling: str = "softmax"
    mix: str = "cat"

    def __post_init__(self) -> None:
        super().__post_init__()
        one_of(self.mix, ("cat", "none"), "CoupledMamba: mix")


@register("coupled_mamba", CoupledMambaConfig)
class CoupledMamba(FusionModel):
    """Coupled Mamba (arXiv 2405.18014), with the coupled recurrence, which is not in its public code.

    SSM streams with coupled hidden states, pooling per modality, a learned convex mean over available modalities, a head.
    """

    config: CoupledMambaConfig

    def __init__(self, spec: Spec, config: CoupledMambaConfig) -> None:
        super().__init__(spec, config)
        M, width = len(spec.modalities), config.width
        self.blocks = config.blocks(M, config.coupling)
        mixers = config.layers - 1 if config.mix == "cat" else 0
        self.mixers = nn.ModuleList(StackedLinear(M, M * width, width) for _ in range(mixers))
        self.norm = StackedLayerNorm(M, width)
        self.present_mean = PresentMean(M)
        self.head = prediction_head(width, width, spec.task.outputs, config.dropout)

    def streams(
        self, steps: Steps, observation: Observation | None = None
    ) -> Float[Tensor, "modality batch time width"]:
        """Return the output of the last coupled layer, normalised."""
        x, mask = steps.x, steps.mask_or_none
        for depth, block in enumerate(self._coupled()):
            scan, z = block.scan_inputs(x, mask)
            if observation is not None:
                observation.scans.append(scan)
            x = block.combine(x, block.scan(scan), z, mask)
            if depth < len(self.mixers):
                joined = x.permute(1, 2, 0, 3).flatten(2).expand(len(x), -1, -1, -1)
                mixed = frozen_gates.gelu(self.mixers[depth](joined), batch=1)
                x = x + (mixed if mask is None else mixed * mask[..., None])
        return self.norm(x)

    def fuse_pooled(
        self, pooled: Float[Tensor, "modality batch time width"], present: Bool[Tensor, "modality batch time"]
    ) -> Float[Tensor, "batch time output"]:
        """Return the head's output for the mean over available modalities."""
        return self.head(self.present_mean(pooled, present))

    def coupling_matrices(self) -> Float[Tensor, "layer target source"]:
        """Return the coupling weights W of each layer with every modality available."""
        return torch.stack([block.coupling.matrix() for block in self._coupled()])

    @property
    def scan_shape(self) -> tuple[int, int, int]:
        """Number of coupled layers, inner channels, states per channel."""
        return self.config.layers, self.config.expand * self.config.width, self.config.state

    def _coupled(self) -> list[CoupledBlock]:
        return [block for block in self.blocks if isinstance(block, CoupledBlock)]
