"""Template of a training strategy: joint training with auxiliary unimodal losses.

Copy this file, change it, and import it before ``mm.train.fit(..., strategy="auxiliary_losses")``; an instance,
``strategy=AuxiliaryLosses(weight=0.5)``, needs no registration. To add it to mmviz itself: put it into ``mmviz/train/strategies`` and its class
into the list at the end of ``mmviz/train/strategies/__init__.py``; the tests over all strategies then cover it.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from mmviz.core.options import number
from mmviz.models.batch import Batch
from mmviz.train import Strategy, Update
from mmviz.train.strategies import register
from mmviz.train.strategies.unimodal import unimodal_pass


@dataclass(frozen=True)
class AuxiliaryLossOptions:
    """Options of auxiliary unimodal losses.

    Attributes
    ----------
    weight
        Factor of the mean unimodal loss, ≥ 0; 0 is joint training.
    """

    weight: float = 0.3

    def __post_init__(self) -> None:
        object.__setattr__(self, "weight", number(self.weight, "auxiliary_losses: weight", low=0))


@register
class AuxiliaryLosses(Strategy):
    """One update per batch: joint loss + weight · mean of the unimodal losses. The history holds ``loss/<modality>``.

    Notes
    -----
    State the source here: paper, equation, published code; and what differs from it. An unpublished formula is "our interpretation".
    """

    name = "auxiliary_losses"
    Options = AuxiliaryLossOptions

    def updates(self, batch: Batch, rows: np.ndarray) -> Iterator[Update]:
        """Yield the one update."""
        training = self.training  # model, task, samples, devices; training.loss is this device's share of the loss
        steps = training.model.encode(batch)
        update = training.joint(steps, batch.required_target)
        losses = unimodal_pass(training.model, steps).losses(training, batch.required_target)
        for name, loss in losses.items():
            update.loss = update.loss + self.options.weight * loss / len(losses)
            update.parts = {**update.parts, f"loss/{name}": loss.detach()}
        yield update
