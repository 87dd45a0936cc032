"""Fusions of temporally pooled features: average, concatenation, gated units, low-rank and tensor fusion."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import torch
from torch import nn
from torch.nn.functional import pad

from mmviz.core.errors import ConfigError
from mmviz.models.base import FusionConfig, FusionModel
from mmviz.models.layers import StackedLinear, head_of

if TYPE_CHECKING:
    from jaxtyping import Bool, Float
    from torch import Tensor

    from mmviz.data.spec import Spec
    from mmviz.models.base import Observation
    from mmviz.models.batch import Steps


class PooledFusion(FusionModel):
    """Every step is encoded alone and pooled; a subclass says how pooled modalities become one answer."""

    def streams(self, steps: Steps, seen: Observation | None = None) -> Float[Tensor, "modality batch time width"]:
        """Return the steps as they are."""
        return steps.x


@dataclass(frozen=True)
class AverageConfig(FusionConfig):
    """Options of ``build("average", spec, ...)``: those of :class:`~mmviz.models.base.FusionConfig`."""


class Average(PooledFusion):
    """Mean of the pooled features of the modalities that are present, then a head.

    A sample without a modality is answered as by the model of the others. Nothing present: the head's answer to zeros.

    Notes
    -----
    A reading of "average fusion" (Coupled Mamba, arXiv 2405.18014, Table 11), which puts a Mamba block after the
    mean; here nothing follows it, as in the plain baselines.
    """

    def __init__(self, spec: Spec, config: AverageConfig) -> None:
        super().__init__(spec, config)
        self.head = head_of(config.width, config.width, spec.task.outputs, config.dropout)

    def answer(
        self, pooled: Float[Tensor, "modality batch time width"], present: Bool[Tensor, "modality batch time"]
    ) -> Float[Tensor, "batch time output"]:
        """Divide by the number of modalities that are present."""
        return self.head(pooled.sum(0) / present.sum(0).clamp(min=1)[..., None])


@dataclass(frozen=True)
class ConcatConfig(FusionConfig):
    """Options of ``build("concat", spec, ...)``: those of :class:`~mmviz.models.base.FusionConfig`."""


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


@dataclass(frozen=True)
class GatedConfig(FusionConfig):
    """Options of ``build("gated", spec, ...)``: those of :class:`~mmviz.models.base.FusionConfig`."""


class Gated(PooledFusion):
    """Sum of tanh features, each times its gate, then a head.

    Notes
    -----
    Source: Gated Multimodal Units, Arevalo et al., arXiv 1702.01992, section 3.1, the form for more than two modalities:
    h_m = tanh(W_m x_m), z_m = σ(Y_m [x_1; ...; x_M]), h = Σ_m z_m ⊙ h_m. An absent modality gives zeros to the gates and
    has no term in the sum, as in the unit of the others alone.
    """

    def __init__(self, spec: Spec, config: GatedConfig) -> None:
        super().__init__(spec, config)
        M, width = len(spec.modalities), config.width
        self.feature = StackedLinear(M, width, width, bias=False)
        self.gate = StackedLinear(M, M * width, width, bias=False)
        self.head = head_of(width, width, spec.task.outputs, config.dropout)

    def answer(
        self, pooled: Float[Tensor, "modality batch time width"], present: Bool[Tensor, "modality batch time"]
    ) -> Float[Tensor, "batch time output"]:
        """Gate and add; tanh(0) = 0 removes what is absent."""
        joined = pooled.permute(1, 2, 0, 3).flatten(2).expand(len(pooled), -1, -1, -1)
        return self.head((torch.tanh(self.feature(pooled)) * torch.sigmoid(self.gate(joined))).sum(0))


@dataclass(frozen=True)
class LMFConfig(FusionConfig):
    """Options of ``build("lmf", spec, ...)``.

    Attributes
    ----------
    rank
        Products that are added; ≥ 1. The rest as in :class:`~mmviz.models.base.FusionConfig`.
    """

    rank: int = 4


class LMF(PooledFusion):
    """Sum over ranks of products over modalities of linear maps.

    Notes
    -----
    Source: Low-rank Multimodal Fusion, Liu et al., arXiv 1806.00064, section 3.2: h = Σ_r Π_m w_m^(r) · [x_m; 1], here with a
    learned weight per rank and a bias, as in the published code. The factor of an absent modality is 1, so that the
    rest is the low-rank fusion of the others: a reading, as the paper says nothing of absent modalities. Nothing
    present: the sum of the rank weights plus the bias.
    """

    def __init__(self, spec: Spec, config: LMFConfig) -> None:
        super().__init__(spec, config)
        self.drop = nn.Dropout(config.dropout)
        self.factors = StackedLinear(len(spec.modalities), config.width, config.rank * spec.task.outputs)
        self.ranks = nn.Parameter(torch.randn(config.rank) / config.rank**0.5)
        self.bias = nn.Parameter(torch.zeros(spec.task.outputs))

    def answer(
        self, pooled: Float[Tensor, "modality batch time width"], present: Bool[Tensor, "modality batch time"]
    ) -> Float[Tensor, "batch time output"]:
        """Multiply the factors of what is present, add over ranks."""
        factor = self.factors(self.drop(pooled))
        product = torch.where(present[..., None], factor, torch.ones_like(factor)).prod(0)
        return torch.einsum("r,btro->bto", self.ranks, product.unflatten(-1, (len(self.ranks), -1))) + self.bias


_LARGEST_TENSOR = 1 << 16


@dataclass(frozen=True)
class TFNConfig(FusionConfig):
    """Options of ``build("tfn", spec, ...)``.

    Attributes
    ----------
    width
        Features per modality; the tensor has (width + 1)^M entries, at most 65536.
    hidden
        Units of the head behind the tensor. The rest as in :class:`~mmviz.models.base.FusionConfig`.
    """

    width: int = 8
    hidden: int = 64


class TFN(PooledFusion):
    """Outer product of [x_m; 1] over modalities, then a head.

    Notes
    -----
    Source: Tensor Fusion Network, Zadeh et al., arXiv 1707.07250, equation 3 (written there for two and three modalities).
    An absent modality gives [0; 1]: every product it is in vanishes, and what is left is the tensor of the others.
    """

    def __init__(self, spec: Spec, config: TFNConfig) -> None:
        size = (config.width + 1) ** len(spec.modalities)
        if size > _LARGEST_TENSOR:
            raise ConfigError(
                f"TFN: width={config.width} and {len(spec.modalities)} modalities mean a tensor of {size} entries, more than "
                f"{_LARGEST_TENSOR}; give a smaller width, or use lmf"
            )
        super().__init__(spec, config)
        self.head = head_of(size, config.hidden, spec.task.outputs, config.dropout)

    def answer(
        self, pooled: Float[Tensor, "modality batch time width"], present: Bool[Tensor, "modality batch time"]
    ) -> Float[Tensor, "batch time output"]:
        """Multiply out one modality after the other."""
        tensor, *others = pad(pooled, (0, 1), value=1.0)
        for other in others:
            tensor = (tensor[..., :, None] * other[..., None, :]).flatten(-2)
        return self.head(tensor)
