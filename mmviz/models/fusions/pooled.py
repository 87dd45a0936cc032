"""Fusions of temporally pooled features: average, concatenation, gated units, low-rank and tensor fusion."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import torch
from torch import nn
from torch.nn.functional import pad

from mmviz.core.errors import ConfigError
from mmviz.models import frozen_gates
from mmviz.models.base import FusionConfig, FusionModel
from mmviz.models.layers import StackedLinear, prediction_head
from mmviz.models.registry import register

if TYPE_CHECKING:
    from jaxtyping import Bool, Float
    from torch import Tensor

    from mmviz.data.spec import Spec
    from mmviz.models.base import Observation
    from mmviz.models.batch import Steps


class PooledFusion(FusionModel):
    """Base class of fusions without a sequence model: every step is encoded separately and pooled; a subclass fuses the pooled features."""

    def streams(
        self, steps: Steps, observation: Observation | None = None
    ) -> Float[Tensor, "modality batch time width"]:
        """Return the encoded steps unchanged."""
        return steps.x

    @property
    def independent_streams(self) -> bool:
        """True: no stream depends on another modality."""
        return True


@dataclass(frozen=True)
class AverageConfig(FusionConfig):
    """Options of ``build("average", spec, ...)``: those of :class:`~mmviz.models.base.FusionConfig`."""


@register("average", AverageConfig)
class Average(PooledFusion):
    """Mean of the pooled features of the available modalities, then a head.

    A sample without a modality is processed as by the model of the others. Without any modality: the head's output for zeros.

    Notes
    -----
    Our interpretation of "average fusion" (Coupled Mamba, arXiv 2405.18014, Table 11), which has a Mamba block after the
    mean; this plain baseline has none.
    """

    def __init__(self, spec: Spec, config: AverageConfig) -> None:
        super().__init__(spec, config)
        self.head = prediction_head(config.width, config.width, spec.task.outputs, config.dropout)

    def fuse_pooled(
        self, pooled: Float[Tensor, "modality batch time width"], present: Bool[Tensor, "modality batch time"]
    ) -> Float[Tensor, "batch time output"]:
        """Return the head's output for the mean over available modalities."""
        return self.head(pooled.sum(0) / present.sum(0).clamp(min=1)[..., None])


@dataclass(frozen=True)
class ConcatConfig(FusionConfig):
    """Options of ``build("concat", spec, ...)``: those of :class:`~mmviz.models.base.FusionConfig`."""


@register("concat", ConcatConfig)
class Concat(PooledFusion):
    """Concatenated pooled features, zeros for an absent modality, then a head.

    Zeros remove the head's columns of an absent modality: the output is that of the head without them.

    Notes
    -----
    Our interpretation of "concat fusion" (Coupled Mamba, arXiv 2405.18014, Table 11), which has a Mamba block after it.
    """

    def __init__(self, spec: Spec, config: ConcatConfig) -> None:
        super().__init__(spec, config)
        inputs = len(spec.modalities) * config.width
        self.head = prediction_head(inputs, config.width, spec.task.outputs, config.dropout)

    def fuse_pooled(
        self, pooled: Float[Tensor, "modality batch time width"], present: Bool[Tensor, "modality batch time"]
    ) -> Float[Tensor, "batch time output"]:
        """Return the head's output for the concatenated features, which are zero for absent modalities."""
        return self.head(pooled.permute(1, 2, 0, 3).flatten(2))


@dataclass(frozen=True)
class GatedConfig(FusionConfig):
    """Options of ``build("gated", spec, ...)``: those of :class:`~mmviz.models.base.FusionConfig`."""


@register("gated", GatedConfig)
class Gated(PooledFusion):
    """Sum of gated tanh features, then a head.

    Notes
    -----
    Source: Gated Multimodal Units, Arevalo et al., arXiv 1702.01992, section 3.1, the form for more than two modalities:
    h_m = tanh(W_m x_m), z_m = σ(Y_m [x_1; ...; x_M]), h = Σ_m z_m ⊙ h_m. The features of an absent modality are zero in the gates
    and in the sum, as in the unit of the other modalities.
    """

    def __init__(self, spec: Spec, config: GatedConfig) -> None:
        super().__init__(spec, config)
        M, width = len(spec.modalities), config.width
        self.feature = StackedLinear(M, width, width, bias=False)
        self.gate = StackedLinear(M, M * width, width, bias=False)
        self.head = prediction_head(width, width, spec.task.outputs, config.dropout)

    def fuse_pooled(
        self, pooled: Float[Tensor, "modality batch time width"], present: Bool[Tensor, "modality batch time"]
    ) -> Float[Tensor, "batch time output"]:
        """Return the head's output for the gated sum; tanh(0) = 0 removes absent modalities."""
        joined = pooled.permute(1, 2, 0, 3).flatten(2).expand(len(pooled), -1, -1, -1)
        gate = frozen_gates.constant(lambda: torch.sigmoid(self.gate(joined)), batch=1)
        return self.head((frozen_gates.tanh(self.feature(pooled), batch=1) * gate).sum(0))


@dataclass(frozen=True)
class LMFConfig(FusionConfig):
    """Options of ``build("lmf", spec, ...)``.

    Attributes
    ----------
    rank
        Number of rank-one terms, ≥ 1. The rest as in :class:`~mmviz.models.base.FusionConfig`.
    """

    rank: int = 4


@register("lmf", LMFConfig)
class LMF(PooledFusion):
    """Low-rank tensor fusion: sum over ranks of products over modalities of linear maps.

    Notes
    -----
    Source: Low-rank Multimodal Fusion, Liu et al., arXiv 1806.00064, section 3.2: h = Σ_r Π_m w_m^(r) · [x_m; 1], here with a
    learned weight per rank and a bias, as in the published code. The factor of an absent modality is 1, which gives
    the low-rank fusion of the others: our interpretation, as the paper does not mention absent modalities. Without any
    modality: the sum of the rank weights plus the bias.
    """

    def __init__(self, spec: Spec, config: LMFConfig) -> None:
        super().__init__(spec, config)
        self.drop = nn.Dropout(config.dropout)
        self.factors = StackedLinear(len(spec.modalities), config.width, config.rank * spec.task.outputs)
        self.ranks = nn.Parameter(torch.randn(config.rank) / config.rank**0.5)
        self.bias = nn.Parameter(torch.zeros(spec.task.outputs))

    def fuse_pooled(
        self, pooled: Float[Tensor, "modality batch time width"], present: Bool[Tensor, "modality batch time"]
    ) -> Float[Tensor, "batch time output"]:
        """Return the sum over ranks of the products of the available modalities' factors."""
        factor = self.factors(self.drop(pooled))
        factors = torch.where(present[..., None], factor, torch.ones_like(factor))
        product = frozen_gates.product(factors, present[..., None], batch=0)
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
        Hidden units of the head after the tensor. The rest as in :class:`~mmviz.models.base.FusionConfig`.
    """

    width: int = 8
    hidden: int = 64


@register("tfn", TFNConfig)
class TFN(PooledFusion):
    """Tensor fusion: outer product of [x_m; 1] over modalities, then a head.

    Notes
    -----
    Source: Tensor Fusion Network, Zadeh et al., arXiv 1707.07250, equation 3 (written there for two and three modalities).
    An absent modality gives [0; 1]: its products are zero, and the tensor of the other modalities remains.
    """

    def __init__(self, spec: Spec, config: TFNConfig) -> None:
        size = (config.width + 1) ** len(spec.modalities)
        if size > _LARGEST_TENSOR:
            raise ConfigError(
                f"TFN: width={config.width} and {len(spec.modalities)} modalities give a tensor of {size} entries, more than "
                f"{_LARGEST_TENSOR}; give a smaller width, or use lmf"
            )
        super().__init__(spec, config)
        self.head = prediction_head(size, config.hidden, spec.task.outputs, config.dropout)

    def fuse_pooled(
        self, pooled: Float[Tensor, "modality batch time width"], present: Bool[Tensor, "modality batch time"]
    ) -> Float[Tensor, "batch time output"]:
        """Return the head's output for the outer product, formed modality by modality."""
        extended = pad(pooled, (0, 1), value=1.0)
        return self.head(self._frozen_tensor(pooled, extended) if frozen_gates.active() else _outer(extended.unbind()))

    @staticmethod
    def _frozen_tensor(pooled: Tensor, extended: Tensor) -> Tensor:
        """Return the tensor; every modality takes an equal part of an entry that is a product of its feature and others', held constant."""
        held = frozen_gates.constant(lambda: extended, batch=1).unbind()
        signal, ones = pad(pooled, (0, 1)).unbind(), torch.ones_like(extended[0, :1, :1])
        feature = pad(ones[..., :-1], (0, 1))
        total, count = torch.zeros_like(ones[..., :1]), torch.zeros_like(ones[..., :1])
        for m in range(len(pooled)):
            total = total + _outer((*held[:m], signal[m], *held[m + 1 :]))
            count = count + _outer(tuple(feature if n == m else ones for n in range(len(pooled))))
        return total / count.clamp(min=1) + (count == 0)


def _outer(vectors: tuple[Tensor, ...]) -> Tensor:
    """Return the flattened outer product over the last axis, formed modality by modality."""
    tensor, *others = vectors
    for other in others:
        tensor = (tensor[..., :, None] * other[..., None, :]).flatten(-2)
    return tensor
