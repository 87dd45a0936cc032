"""The options that every model of Mamba blocks has, and the blocks they describe."""

from __future__ import annotations

from dataclasses import dataclass

from torch import nn

from mmviz.models.config import FusionConfig
from mmviz.models.coupled_block import CoupledBlock


@dataclass(frozen=True)
class MambaConfig(FusionConfig):
    """Options of a stack of :class:`~mmviz.models.coupled_block.CoupledBlock`.

    Attributes
    ----------
    layers, state, expand, taps
        Blocks one after another, states per channel, inner channels per channel, convolution taps; each ≥ 1.
    dt_rank
        Rank of Δ's projection, ≥ 1; None takes ceil(width / 8). What Coupled Mamba's Table 9 calls "Δ", as we read it.
        The rest as in :class:`~mmviz.models.config.FusionConfig`.
    """

    layers: int = 2
    state: int = 16
    expand: int = 2
    taps: int = 4
    dt_rank: int | None = None

    def blocks(self, streams: int, coupling: str) -> nn.ModuleList:
        """Return the blocks for so many streams."""
        return nn.ModuleList(
            CoupledBlock(
                streams,
                self.width,
                state=self.state,
                expand=self.expand,
                taps=self.taps,
                dt_rank=self.dt_rank,
                coupling=coupling,
                backend=self.backend,
            )
            for _ in range(self.layers)
        )
