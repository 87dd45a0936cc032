"""Early fusion: the steps of all modalities become one sequence, on which Mamba blocks run."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import torch
from torch import nn

from mmviz.core.errors import ConfigError
from mmviz.models.base import FusionModel
from mmviz.models.layers import head_of
from mmviz.models.ssm.blocks import MambaConfig

if TYPE_CHECKING:
    from jaxtyping import Bool, Float
    from torch import Tensor

    from mmviz.data.spec import Spec
    from mmviz.models.base import Observation
    from mmviz.models.batch import Steps

JOINS = ("average", "concat")


@dataclass(frozen=True)
class EarlyConfig(MambaConfig):
    """Options of ``build("early", spec, ...)``.

    Attributes
    ----------
    join
        ``average``: the mean of the modalities that are valid at a step. ``concat``: side by side, zeros where one is not
        valid, then a map to ``width``.
    layers
        Blocks, ≥ 1. The rest as in :class:`~mmviz.models.ssm.blocks.MambaConfig`.
    """

    join: str = "concat"
    layers: int = 1

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.join not in JOINS:
            raise ConfigError(f"Early: join={self.join!r} is unknown; choose {' or '.join(JOINS)}")


class Early(FusionModel):
    """One sequence for all modalities, Mamba blocks, a pool, a head.

    The sequence has a step where any modality has one. Each modality that is present pools it over its own steps, and the
    pools are averaged: without padding that is one pool. A sample without a modality is answered by the same rule as one
    with gaps; nothing present: the head's answer to zeros. The states belong to no modality, so the Trace holds none.

    Notes
    -----
    A reading of "average fusion" and "concat fusion" (Coupled Mamba, arXiv 2405.18014, Table 11: the mean, or the
    concatenation, of the features, then one Mamba block). That features are joined step by step, and that the concatenation
    is mapped back to ``width``, is ours.
    """

    config: EarlyConfig

    def __init__(self, spec: Spec, config: EarlyConfig) -> None:
        super().__init__(spec, config)
        M, width = len(spec.modalities), config.width
        self.joined = nn.Linear(M * width, width) if config.join == "concat" else None
        self.blocks = config.blocks(1, "identity")
        self.norm = nn.LayerNorm(width)
        self.head = head_of(width, width, spec.task.outputs, config.dropout)

    def streams(self, steps: Steps, seen: Observation | None = None) -> Float[Tensor, "modality batch time width"]:
        """Return the one sequence, once for every modality that will pool it."""
        x, mask = steps
        if self.joined is None:
            one = x.sum(0, keepdim=True) / mask.sum(0).clamp(min=1)[..., None]
        else:
            one = self.joined(x.permute(1, 2, 0, 3).flatten(2))[None]
        valid = None if steps.holes is None else mask.any(0, keepdim=True)
        for block in self.blocks:
            one = block(one, valid)
        return self.norm(one).expand(len(x), -1, -1, -1)

    def answer(
        self, pooled: Float[Tensor, "modality batch time width"], present: Bool[Tensor, "modality batch time"]
    ) -> Float[Tensor, "batch time output"]:
        """Average the pools of what is present, then the head."""
        return self.head(pooled.sum(0) / torch.clamp(present.sum(0), min=1)[..., None])
