"""DGL, disentangled gradient learning: encoders learn from unimodal losses, the fusion from the joint loss of features without gradient."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import torch

from mmviz.core.options import number, one_of
from mmviz.models.batch import Steps
from mmviz.train.modality_parameters import (
    modality_parameters,
    require_modality_parameters,
    scale_step,
    values_before_step,
    without_gradient,
)
from mmviz.train.strategies.base import Strategy, Update
from mmviz.train.strategies.method import Method
from mmviz.train.strategies.unimodal import nonfinite_modality, unimodal_pass

if TYPE_CHECKING:
    from collections.abc import Iterator

    import numpy as np

    from mmviz.models.base import FusionModel
    from mmviz.models.batch import Batch
    from mmviz.train.strategies.base import Training


@dataclass(frozen=True)
class DglOptions:
    """Options of DGL.

    Attributes
    ----------
    alpha
        Factor of the unimodal part, > 0. The paper has 2 to 5, with SGD.
    scale
        What it multiplies: the ``step`` of the parameters of each modality, or their ``gradient`` (the paper), which AdamW cancels.
    """

    alpha: float = 1.0
    scale: str = "step"

    def __post_init__(self) -> None:
        object.__setattr__(self, "alpha", number(self.alpha, "dgl: alpha", low=0, above=True))
        one_of(self.scale, ("step", "gradient"), "dgl: scale")


class Dgl(Strategy):
    """One update per batch: the parameters of each modality by its unimodal loss, all shared ones by the joint loss.

    No gradient of the joint loss reaches the parameters of a modality, and none of a unimodal loss reaches shared parameters, though it passes
    through them. The history holds ``loss/<modality>``. Classification and regression.

    Notes
    -----
    Source: Wei et al., *Boosting Multimodal Learning via Disentangled Gradient Learning*, ICCV 2025, arXiv 2507.10213:
    the fused loss is computed from detached features, the encoders learn from α times the unimodal losses of the shared head with the other
    modalities zeroed; `shicaiwei123/ICCV2025-GDL`. What is ours, or differs:

    * "The encoders" are :func:`mmviz.train.modality_parameters.modality_parameters`, and the fusion is all else. Where streams are coupled,
      the joint loss still passes through the streams of each modality to the coupling weights, without a gradient for
      the streams' own parameters. Our interpretation.
    * Auxiliary losses of the model, which compare modalities, train shared parameters only.
    * The published α of 2 to 5 belongs to SGD, where it is a larger learning rate of the encoders. AdamW divides every gradient by its running
      magnitude, so that α would cancel: by default it multiplies the step. Our default is 1.
    * One backward pass of the sum, where the published code makes two and removes the fusion's gradients in between: the same gradients.
    """

    name = "dgl"
    method = Method(
        "DGL",
        "Wei et al., ICCV 2025, arXiv 2507.10213",
        needs="parameters of each modality",
        forwards=lambda M: 1 + M,
        backwards=lambda M: M,
        besides="the backward pass of the joint loss ends at the features, or at the coupling weights of streams",
        published_code="its factor of 2 to 5 on the unimodal gradients needs SGD",
        ours="the factor on the step; coupled streams; regression",
    )
    Options = DglOptions

    def prepare(self, model: FusionModel) -> FusionModel:
        """Raise ConfigError for a model in which a modality has no parameters of its own."""
        require_modality_parameters(model, self.name, "trains the parameters of each modality by its unimodal loss")
        return model

    def begin(self, training: Training) -> None:
        """Find the modality-specific and the shared parameters."""
        super().begin(training)
        self.parts = [part for m in range(len(training.names)) for part in modality_parameters(training.model, m)]
        specific = {id(part.parameter): part.parameter for part in self.parts}
        self.specific = list(specific.values())
        self.shared = [p for p in training.model.parameters() if id(p) not in specific]

    def updates(self, batch: Batch, rows: np.ndarray) -> Iterator[Update]:
        """Yield one update."""
        training, target, options = self.training, batch.required_target, self.options
        steps = training.model.encode(batch)
        with without_gradient(self.shared):
            losses = unimodal_pass(training.model, steps).losses(training, target)
        with without_gradient(self.specific):
            parts = {f"loss/{name}": loss.detach() for name, loss in losses.items()}
            update = training.joint(Steps(steps.x.detach(), steps.mask), target, parts=parts)
        unimodal = sum(losses.values(), steps.x.sum() * 0)
        update.loss = update.loss + (options.alpha if options.scale == "gradient" else 1.0) * unimodal
        update.modality = None if torch.isfinite(unimodal) else nonfinite_modality(losses)
        scaled = options.scale == "step" and options.alpha != 1
        before = values_before_step((part, options.alpha) for part in self.parts) if scaled else []
        yield update
        scale_step(before)
