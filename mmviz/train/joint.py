"""The joint strategy: every modality in every update, one loss."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mmviz.train.metrics import loss_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from torch import Tensor

    from mmviz.data.spec import Task
    from mmviz.models.batch import Batch
    from mmviz.models.fusion import FusionModel


def losses(model: FusionModel, batch: Batch, task: Task) -> Iterator[Tensor]:
    """Yield the losses of one batch, each followed by an update. The joint strategy has one: the task's and the model's own."""
    answer, penalties = model.learn(model.encode(batch))
    yield loss_of(task, answer, batch.truth) + sum(penalties.values())
