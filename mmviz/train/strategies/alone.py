"""Every modality's own pass: each sample answered from one modality at a time, all in one batch."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import torch

if TYPE_CHECKING:
    from collections.abc import Mapping

    from jaxtyping import Float, Int, Shaped
    from torch import Tensor

    from mmviz.models.fusion import FusionModel
    from mmviz.models.steps import Steps
    from mmviz.train.training import Training


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
