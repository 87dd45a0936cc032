"""Unimodal training: a loss for each modality from its unimodal pass, all other modalities masked."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

import torch

from mmviz.core.errors import ConfigError
from mmviz.train.strategies.base import Strategy, Update

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    import numpy as np
    from jaxtyping import Float, Int, Shaped
    from torch import Tensor

    from mmviz.models.base import FusionModel
    from mmviz.models.batch import Batch, Steps
    from mmviz.train.strategies.base import Training


class Alone(NamedTuple):
    """Answers from single modalities; a row for every modality that a sample has, none for one that is absent.

    ``who`` is the modality of each row, ``sample`` its sample in the batch.
    """

    output: Float[Tensor, "row output"]
    who: Int[Tensor, " row"]
    sample: Int[Tensor, " row"]

    def losses(self, training: Training, target: Shaped[Tensor, " batch"]) -> dict[str, Float[Tensor, ""]]:
        """Return the task's loss of each modality alone (on several devices this one's share), over the samples that have it; without those that no sample has."""
        found = {}
        for m, name in enumerate(training.names):
            mine = self.who == m
            if training.devices.any(bool(mine.any())):
                found[name] = training.loss(self.output[mine], target[self.sample[mine]])
        return found


def culprit(losses: Mapping[str, Tensor]) -> str | None:
    """Return the first modality whose loss is not finite, or the only one there is; else None."""
    broken = [name for name, loss in losses.items() if not torch.isfinite(loss)]
    return next(iter(broken or (losses if len(losses) == 1 else ())), None)


def alone(model: FusionModel, steps: Steps) -> Alone:
    """Answer every sample from each of its modalities alone, in one pass of the fusion.

    Parameters
    ----------
    model
        Any model of :mod:`mmviz.models`; the pass is `fuse` of the steps with all other modalities masked.
    steps
        Encoded.

    Notes
    -----
    A *reading*: papers on modality balance give each modality a classifier of its own, or split the last linear layer of a
    concatenation; a general fusion has neither, and its answer with the others masked is what stands for it.
    """
    who, sample = steps.mask.any(-1).nonzero(as_tuple=True)
    members = who[:, None] == torch.arange(len(steps.mask), device=who.device)
    return Alone(model.fuse(steps.rows(sample).masked(members)), who, sample)


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
    modality's own pass is the fusion with the others masked is a *reading*, see :mod:`mmviz.train.strategies.unimodal`.
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
