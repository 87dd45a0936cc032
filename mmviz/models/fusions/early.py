"""Early fusion: the steps of all modalities are joined into one sequence, followed by Mamba blocks."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import torch
from torch import nn

from mmviz.core.options import one_of
from mmviz.models.base import FusionModel
from mmviz.models.layers import LayerNorm, prediction_head
from mmviz.models.registry import register
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
        ``average``: the mean of the modalities that are valid at a step. ``concat``: concatenation, with zeros for
        invalid steps, then a map to ``width``.
    layers
        Number of blocks, ≥ 1. The rest as in :class:`~mmviz.models.ssm.blocks.MambaConfig`.
    """

    join: str = "concat"
    layers: int = 1

    def __post_init__(self) -> None:
        super().__post_init__()
        one_of(self.join, JOINS, "Early: join")


@register("early", EarlyConfig)
class Early(FusionModel):
    """One sequence for all modalities, Mamba blocks, pooling, head.

    A step of the sequence is valid if any modality is valid there. The sequence is pooled over the steps of each available modality,
    and the pooled vectors are averaged: without padding that is one pooling. An absent modality is treated like
    a gap; without any modality: the head's output for zeros. The states belong to no modality, so the Trace contains none.

    Notes
    -----
    Our interpretation of "average fusion" and "concat fusion" (Coupled Mamba, arXiv 2405.18014, Table 11: the mean, or the
    concatenation, of the features, then one Mamba block): features are joined step by step, and the concatenation
    is mapped back to ``width``.
    """

    config: EarlyConfig

    def __init__(self, spec: Spec, config: EarlyConfig) -> None:
        super().__init__(spec, config)
        M, width = len(spec.modalities), config.width
        self.joined = nn.Linear(M * width, width) if config.join == "concat" else None
        self.blocks = config.blocks(1, "identity")
        self.norm = LayerNorm(width, batch=1)
        self.head = prediction_head(width, width, spec.task.outputs, config.dropout)

    def streams(
        self, steps: Steps, observation: Observation | None = None
    ) -> Float[Tensor, "modality batch time width"]:
        """Return the joint sequence, repeated for every modality."""
        x, mask = steps
        if self.joined is None:
            one = x.sum(0, keepdim=True) / mask.sum(0).clamp(min=1)[..., None]
        else:
            one = self.joined(x.permute(1, 2, 0, 3).flatten(2))[None]
        valid = None if steps.mask_or_none is None else mask.any(0, keepdim=True)
        for block in self.blocks:
            one = block(one, valid)
        return self.norm(one).expand(len(x), -1, -1, -1)

    def fuse_pooled(
        self, pooled: Float[Tensor, "modality batch time width"], present: Bool[Tensor, "modality batch time"]
    ) -> Float[Tensor, "batch time output"]:
        """Return the head's output for the mean over available modalities."""
        return self.head(pooled.sum(0) / torch.clamp(present.sum(0), min=1)[..., None])
