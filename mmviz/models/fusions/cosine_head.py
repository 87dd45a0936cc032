"""A fusion with a cosine head: the logits are scaled sums over modalities of cosines between feature and class weight."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import torch
from torch import nn

from mmviz.core.errors import ConfigError
from mmviz.core.options import number
from mmviz.models import frozen_gates
from mmviz.models.fusions.wrapped import WrappedFusion, WrapperConfig, wrap
from mmviz.models.layers import StackedLinear
from mmviz.models.registry import is_registered, name_of, register

if TYPE_CHECKING:
    from jaxtyping import Bool, Float
    from torch import Tensor

    from mmviz.data.spec import Spec
    from mmviz.models.base import FusionModel

#: fusions whose prediction is a head on the concatenated features of the modalities, which the cosine head replaces
CONCATENATED = ("concat", "cross_attention")
_EPS = 1e-12  # of a mean square; the cosine of a feature that is zero is 0


@dataclass(frozen=True)
class CosineHeadConfig(WrapperConfig):
    """Options of ``build("cosine_head", spec, base="concat")``.

    Attributes
    ----------
    base, base_options
        See :class:`~mmviz.models.fusions.wrapped.WrapperConfig`; a fusion with a head on concatenated features, one of :data:`CONCATENATED`.
    scale
        Factor s of the cosines, > 0: no logit is larger than s times the number of modalities.
    """

    base: str = "concat"
    scale: float = 10.0

    def __post_init__(self) -> None:
        super().__post_init__()
        object.__setattr__(self, "scale", number(self.scale, "CosineHead: scale", low=0, above=True))
        if self.base not in CONCATENATED:
            raise ConfigError(
                f"CosineHead: base={self.base!r} has no head on concatenated features, which the cosine head replaces; use one of "
                f"{', '.join(CONCATENATED)}"
            )


@register("cosine_head", CosineHeadConfig, wrapper=True)
class CosineHead(WrappedFusion):
    """A fusion whose head on concatenated features is replaced: z_k = s Σ_m cos(W_mk, f_m), without a bias.

    Neither the norm of a feature nor that of a weight has an influence, so that no modality leads by its size. An absent modality has
    the feature 0 and the cosine 0. For a classification.

    Notes
    -----
    Source: Xu et al., *MMCosine: Multi-Modal Cosine Loss Towards Balanced Audio-Visual Fine-Grained Learning*, ICASSP 2023,
    arXiv 2303.05338, with s = 10 from its published code. The features are those that the replaced head would receive.
    """

    config: CosineHeadConfig

    def __init__(self, spec: Spec, config: CosineHeadConfig) -> None:
        if spec.task.kind != "classification":
            raise ConfigError(
                f"CosineHead: {spec.name!r} is a {spec.task.kind}, and its logits are bounded by scale times the number of modalities; it is for a "
                "classification"
            )
        super().__init__(spec, config)
        self.base.head = nn.Identity()
        self.drop = nn.Dropout(config.dropout)
        self.cosine = StackedLinear(len(spec.modalities), config.width, spec.task.outputs, bias=False)

    @property
    def independent_streams(self) -> bool:
        """Whether no stream of the wrapped fusion depends on another modality."""
        return self.base.independent_streams

    def fuse_pooled(
        self, pooled: Float[Tensor, "modality batch time width"], present: Bool[Tensor, "modality batch time"]
    ) -> Float[Tensor, "batch time output"]:
        """Return the scaled sum of the cosines."""
        feature = frozen_gates.rms_norm(self.drop(pooled), batch=1, eps=_EPS)
        raw = self.cosine.weight
        weight = raw * (raw.square().mean(1, keepdim=True) + _EPS).rsqrt()
        cosine = torch.bmm(feature.flatten(1, 2), weight).unflatten(1, feature.shape[1:3]) / feature.shape[-1]
        return self.config.scale * cosine.sum(0)


def with_cosine_head(model: FusionModel, scale: float) -> CosineHead:
    """Return a built fusion with a new cosine head; its other weights are copied.

    Raises
    ------
    ConfigError
        If it is not a registered fusion with a head on concatenated features.
    """
    name = name_of(model) if is_registered(model) else ""
    if name not in CONCATENATED:
        shown = name or getattr(model.config, "name", "") or type(model).__name__
        raise ConfigError(
            f"mmcosine: it replaces the head of a fusion on concatenated features, and {shown} has none; use one of {', '.join(CONCATENATED)}"
        )
    wrapped = wrap("cosine_head", model, scale=scale)
    if not isinstance(wrapped, CosineHead):
        raise ConfigError(f"mmcosine: 'cosine_head' is registered as {type(wrapped).__name__}; unregister it")
    kept = {key: value for key, value in model.state_dict().items() if not key.startswith("head.")}
    wrapped.base.load_state_dict(kept)
    return wrapped
