"""MMCosine: joint training of a fusion with a cosine head, in which the norms of features and weights have no influence."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from mmviz.core.errors import ConfigError
from mmviz.core.options import number
from mmviz.models.fusions.cosine_head import CONCATENATED, CosineHead, with_cosine_head
from mmviz.train.strategies.joint import Joint
from mmviz.train.strategies.method import Method

if TYPE_CHECKING:
    from mmviz.models.base import FusionModel


@dataclass(frozen=True)
class MMCosineOptions:
    """Options of MMCosine.

    Attributes
    ----------
    scale
        Factor of the cosines, > 0.
    """

    scale: float = 10.0

    def __post_init__(self) -> None:
        object.__setattr__(self, "scale", number(self.scale, "mmcosine: scale", low=0, above=True))


class MMCosine(Joint):
    """Joint training of the model with its head replaced by a cosine head, see :class:`mmviz.models.fusions.cosine_head.CosineHead`.

    The run's model is a ``cosine_head`` around the given fusion. Classification only.

    Notes
    -----
    Source: Xu et al., *MMCosine: Multi-Modal Cosine Loss Towards Balanced Audio-Visual Fine-Grained Learning*, ICASSP 2023,
    arXiv 2303.05338, and `GeWu-Lab/MMCosine_ICASSP23` (s = 10). What is ours, or differs:

    * It is for fusions whose head receives the concatenated features; others have no linear map per modality that could be normalised.
    * The head has one linear map per modality, as in the paper, in place of a head with a hidden layer.
    * The published code has a contrastive term with the weight 0, which is left out.
    * A masked or absent modality has the feature 0 and the cosine 0, not 0/0.
    """

    name = "mmcosine"
    method = Method(
        "MMCosine",
        "Xu et al., ICASSP 2023, arXiv 2303.05338",
        needs=f"a head on concatenated features: {', '.join(CONCATENATED)}",
        published_code="options of the command line that are always true (type=bool)",
        ours="absent modalities",
    )
    Options = MMCosineOptions
    tasks = ("classification",)
    fusions = CONCATENATED

    def prepare(self, model: FusionModel) -> FusionModel:
        """Return the model with a cosine head; a model that has one is returned as it is.

        Raises
        ------
        ConfigError
            For a model without a head on concatenated features, or a cosine head with another scale.
        """
        if not isinstance(model, CosineHead):
            return with_cosine_head(model, self.options.scale)
        if model.config.scale != self.options.scale:
            raise ConfigError(
                f"mmcosine: scale={self.options.scale!r}, and the model is a 'cosine_head' with scale={model.config.scale!r}; leave it to the model "
                f"by scale={model.config.scale!r}"
            )
        return model
