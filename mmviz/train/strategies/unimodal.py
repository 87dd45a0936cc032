"""Unimodal training: a loss for each modality from its unimodal pass, all other modalities masked."""

from __future__ import annotations

import functools
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

import torch

from mmviz.core.errors import ConfigError
from mmviz.train.modality_parameters import unimodal_output
from mmviz.train.strategies.base import Strategy, Update
from mmviz.train.strategies.method import Method

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    import numpy as np
    from jaxtyping import Float, Int, Shaped
    from torch import Tensor

    from mmviz.models.base import FusionModel
    from mmviz.models.batch import Batch, Steps
    from mmviz.train.strategies.base import Training


class UnimodalPass(NamedTuple):
    """Outputs from single modalities: one row per sample and available modality.

    ``modality`` is the modality of each row, ``sample`` its sample in the batch.
    """

    output: Float[Tensor, "row output"]
    modality: Int[Tensor, " row"]
    sample: Int[Tensor, " row"]

    def losses(self, training: Training, target: Shaped[Tensor, " batch"]) -> dict[str, Float[Tensor, ""]]:
        """Return the unimodal loss of each modality over the samples that have it (on several devices, this device's share)."""
        found = {}
        training.coalitions.add(
            self.modality == torch.arange(len(training.names), device=self.modality.device)[:, None]
        )
        for m, name in enumerate(training.names):
            rows = self.modality == m
            if training.devices.any(bool(rows.any())):
                found[name] = training.loss(self.output[rows], target[self.sample[rows]])
        return found


def nonfinite_modality(losses: Mapping[str, Tensor]) -> str | None:
    """Return the first modality with a loss that is not finite, or the only modality; otherwise None."""
    bad = [name for name, loss in losses.items() if not torch.isfinite(loss)]
    return next(iter(bad or (losses if len(losses) == 1 else ())), None)


def unimodal_pass(model: FusionModel, steps: Steps) -> UnimodalPass:
    """Return the outputs of every sample from each single modality, in one batched pass of the fusion.

    Parameters
    ----------
    model
        Any model of :mod:`mmviz.models`; the pass is `fuse` of the steps with all other modalities masked. Of a user's module, which imputes
        them, one pass per modality, in which the gradient of the parameters of the other modalities is zero.
    steps
        Encoded steps.

    Notes
    -----
    Our interpretation: papers on modality balance give each modality a separate classifier, or split the last linear layer of a
    concatenation; a general fusion has neither, and its output with all other modalities masked takes that place.
    """
    modality, sample = steps.mask.any(-1).nonzero(as_tuple=True)
    members = modality[:, None] == torch.arange(len(steps.mask), device=modality.device)
    single = steps.samples(sample).masked(members)
    if not model.imputes or not torch.is_grad_enabled() or not len(sample):
        return UnimodalPass(model.fuse(single), modality, sample)
    outputs = []
    for m in modality.unique().tolist():  # rows are in the order of the modalities
        only = single.samples((modality == m).nonzero()[:, 0])
        outputs.append(unimodal_output(model, m, functools.partial(model.fuse, only)))
    return UnimodalPass(torch.cat(outputs), modality, sample)


@dataclass(frozen=True)
class UnimodalOptions:
    """Options of the unimodal strategy.

    Attributes
    ----------
    modality
        Train this modality only, all others masked in every batch. Empty: every modality, each by its unimodal loss.
    """

    modality: str = ""

    def __post_init__(self) -> None:
        if not isinstance(self.modality, str):
            raise ConfigError(f"unimodal: modality={self.modality!r}, expected the name of a modality, or '' for all")


class Unimodal(Strategy):
    """One update per batch: the mean of the unimodal losses, each over the samples that have the modality.

    No loss depends on two modalities, so the fusion is never trained jointly; weights that modalities share receive the gradients of all.
    Where nothing is shared (the model ``late``) this is M separate trainings, up to the common clipping of gradients. Auxiliary losses of
    the model, which compare modalities, are left out. Classification and regression.

    Notes
    -----
    The unimodal reference of G-Blend (Wang et al., arXiv 1905.12681, section 2.1) and of most papers on modality balance. The unimodal
    pass as the fusion with all other modalities masked is our interpretation, see :func:`unimodal_pass`.
    """

    name = "unimodal"
    method = Method(
        "unimodal losses",
        "the unimodal reference of Wang et al., CVPR 2020, arXiv 1905.12681",
        forwards=lambda M: M,
        backwards=lambda M: M,
        ours="a unimodal pass is the fusion with all other modalities masked",
    )
    Options = UnimodalOptions
    weighted_losses = ("unimodal",)

    def prepare(self, model: FusionModel) -> FusionModel:
        """Raise ConfigError for a modality that the model does not have."""
        name = self.options.modality
        if name and name not in model.spec.names:
            raise ConfigError(f"unimodal: modality={name!r} is unknown; the data have {', '.join(model.spec.names)}")
        return model

    def updates(self, batch: Batch, rows: np.ndarray) -> Iterator[Update]:
        """Yield one update; none where no sample has a trained modality."""
        training = self.training
        steps = training.model.encode(batch)
        if self.options.modality:
            steps = steps.masked(training.only(training.names.index(self.options.modality), len(batch)))
        losses = unimodal_pass(training.model, steps).losses(training, batch.required_target)
        if losses:
            parts = {f"loss/{name}": loss.detach() for name, loss in losses.items()}
            weighted = training.weighted(losses)
            yield Update(torch.stack(list(weighted.values())).mean(), modality=nonfinite_modality(losses), parts=parts)
