"""Joint training: all modalities in every update, one loss."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mmviz.train.strategies.base import Strategy, Update
from mmviz.train.strategies.method import Method

if TYPE_CHECKING:
    from collections.abc import Iterator

    import numpy as np

    from mmviz.models.batch import Batch


class Joint(Strategy):
    """One update per batch: the loss of the task and the auxiliary losses of the model."""

    name = "joint"
    method = Method("joint training", "the usual training: one loss on all modalities")
    weighted_losses = ("joint", "unimodal", "penalty")

    def updates(self, batch: Batch, rows: np.ndarray) -> Iterator[Update]:
        """Yield the joint update."""
        yield self.training.joint(self.training.model.encode(batch), batch.required_target)
