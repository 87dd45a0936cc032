"""The unimodal strategy: each modality is trained through its own pass, never beside another."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import torch

from mmviz.errors import ConfigError
from mmviz.train.strategies.alone import alone, culprit
from mmviz.train.strategy import Strategy, Update

if TYPE_CHECKING:
    from collections.abc import Iterator

    import numpy as np

    from mmviz.models.batch import Batch
    from mmviz.models.fusion import FusionModel


@dataclass(frozen=True)
class UnimodalOptions:
    """Options of the unimodal strategy.

    Attributes
    ----------
    modality
        Train this one alone, the others are masked in every batch: how far it gets without company. Empty: every modality, each
        through its own pass.
    """

    modality: str = ""

    def __post_init__(self) -> None:
        if not isinstance(self.modality, str):
            raise ConfigError(f"unimodal: modality={self.modality!r}, expected a name, or '' for each on its own")


class Unimodal(Strategy):
    """One update per batch: the mean of the losses of single modalities, over the samples that have them.

    No loss sees two modalities, so what is fused is never trained together; weights that modalities share hear all of them.
    Where nothing is shared (the model ``late``) this is M separate trainings, up to the common clipping of gradients. Penalties of the
    model, which compare modalities, have no part in it. Classification and regression alike.

    Notes
    -----
    The unimodal reference of G-Blend (Wang et al., arXiv 1905.12681, section 2.1) and of most papers on modality balance. That a
    modality's own pass is the fusion with the others masked is a *reading*, see :mod:`mmviz.train.strategies.alone`.
    """

    name = "unimodal"
    Options = UnimodalOptions

    def prepare(self, model: FusionModel) -> FusionModel:
        """Refuse a modality that the model does not have."""
        wanted = self.options.modality
        if wanted and wanted not in model.spec.names:
            raise ConfigError(f"unimodal: modality={wanted!r} is unknown; the data have {', '.join(model.spec.names)}")
        return model

    def updates(self, batch: Batch, rows: np.ndarray) -> Iterator[Update]:
        """Yield one update; none where no sample has what is trained."""
        training = self.training
        steps = training.model.encode(batch)
        if self.options.modality:
            steps = steps.masked(training.only(training.names.index(self.options.modality), len(batch)))
        losses = alone(training.model, steps).losses(training, batch.truth)
        if losses:
            parts = {f"loss/{name}": loss.detach() for name, loss in losses.items()}
            yield Update(torch.stack(list(losses.values())).mean(), modality=culprit(losses), parts=parts)
