"""Coupled Mamba: encoders, N coupled layers of M streams, pooling, head."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import torch
from torch import nn

from mmviz.core.errors import ConfigError
from mmviz.models.base import FusionModel
from mmviz.models.layers import PresentMean, StackedLayerNorm, StackedLinear, head_of
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
        ``cat`` adds, between layers, a projection of all modalities to each (Figure 1's "Cat", read as concatenation,
        projection and residual); ``none`` leaves the state coupling alone to carry anything across.
        The rest as in :class:`~mmviz.models.ssm.blocks.MambaConfig`. The paper's best on MOSEI: width 128, layers 3,
        state 64; the defaults are sized for a laptop.
    """

    coupling: str = "softmax"
    mix: str = "cat"

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.mix not in ("cat", "none"):
            raise ConfigError(f"CoupledMamba: mix={self.mix!r} is unknown; choose cat or none")


class CoupledMamba(FusionModel):
    """Coupled Mamba (arXiv 2405.18014), with the coupled recurrence its public code does not have.

    Streams that hear each other's states, a pool per modality, a learned convex mean of what is present, a head.
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
        self.head = head_of(width, width, spec.task.outputs, config.dropout)

    def streams(self, steps: Steps, seen: Observation | None = None) -> Float[Tensor, "modality batch time width"]:
        """Return the output of the last coupled layer, normalised."""
        x, holes = steps.x, steps.holes
        for depth, block in enumerate(self._coupled()):
            scan, z = block.scan_inputs(x, holes)
            if seen is not None:
                seen.scans.append(scan)
            x = block.combine(x, block.scan(scan), z, holes)
            if depth < len(self.mixers):
                joined = x.permute(1, 2, 0, 3).flatten(2).expand(len(x), -1, -1, -1)
                mixed = nn.functional.gelu(self.mixers[depth](joined))
                x = x + (mixed if holes is None else mixed * holes[..., None])
        return self.norm(x)

    def answer(
        self, pooled: Float[Tensor, "modality batch time width"], present: Bool[Tensor, "modality batch time"]
    ) -> Float[Tensor, "batch time output"]:
        """Average what is present, then the head."""
        return self.head(self.present_mean(pooled, present))

    def coupling_matrices(self) -> Float[Tensor, "layer listener source"]:
        """Return W of each layer with every modality present."""
        return torch.stack([block.coupling.matrix() for block in self._coupled()])

    @property
    def scan_shape(self) -> tuple[int, int, int]:
        """Coupled layers, inner channels, states per channel."""
        return self.config.layers, self.config.expand * self.config.width, self.config.state

    def _coupled(self) -> list[CoupledBlock]:
        return [block for block in self.blocks if isinstance(block, CoupledBlock)]
