"""Tensor fusion: every product of one feature, or none, of each modality."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from torch.nn.functional import pad

from mmviz.errors import ConfigError
from mmviz.models.config import FusionConfig
from mmviz.models.head import head_of
from mmviz.models.pooled import PooledFusion

if TYPE_CHECKING:
    from jaxtyping import Bool, Float
    from torch import Tensor

    from mmviz.data.spec import Spec

_MOST = 1 << 16


@dataclass(frozen=True)
class TFNConfig(FusionConfig):
    """Options of ``build("tfn", spec, ...)``.

    Attributes
    ----------
    width
        Features per modality; the tensor has (width + 1)^M entries, at most 65536.
    hidden
        Units of the head behind the tensor. The rest as in :class:`~mmviz.models.config.FusionConfig`.
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
        if size > _MOST:
            raise ConfigError(
                f"TFN: width={config.width} and {len(spec.modalities)} modalities mean a tensor of {size} entries, more than "
                f"{_MOST}; give a smaller width, or use lmf"
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
