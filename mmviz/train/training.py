"""What a strategy may use of the training it steers: the model to call, the task, the samples, clocks."""

from __future__ import annotations

import time
from collections import defaultdict
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import torch

from mmviz.train.devices import Devices
from mmviz.train.metrics import loss_of
from mmviz.train.strategy import Update

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    import numpy as np
    from jaxtyping import Bool, Float, Shaped
    from torch import Tensor

    from mmviz.data.dataset import Split
    from mmviz.data.spec import Task
    from mmviz.models.fusion import FusionModel
    from mmviz.models.steps import Steps
    from mmviz.train.config import TrainConfig
    from mmviz.train.measure import Measured


@dataclass
class Training:
    """One training as its strategy sees it.

    Attributes
    ----------
    model
        The model on its device; call ``encode``, ``pooled``, ``answer``, ``fuse``, ``learn`` of it. Its parameters are those of the run's
        model.
    config
        The options of the training.
    samples
        The samples the updates see: the training split, without the slice that is held out.
    held_out
        The slice of the training split that no update sees; None where nobody asked for one.
    device
        Of model and batches.
    rng
        NumPy's generator for the strategy's own draws, from the training's seed; torch's global one is seeded too.
    measured
        The last measurement of the contributions, from before the first epoch on; None where nobody asked for it.
    seconds
        What :meth:`clock` has counted in this epoch.
    devices
        Those that share the training. On several, a batch holds this device's samples, and losses and what is noted are its shares, which
        add up; a decision is to be taken on what ``devices`` has summed or gathered, so that all take it alike.
    class_weight
        Weight of each class in :meth:`loss`; None where all count the same.
    """

    model: FusionModel
    config: TrainConfig
    samples: Split
    held_out: Split | None
    device: torch.device
    rng: np.random.Generator
    measured: Measured | None = None
    seconds: dict[str, float] = field(default_factory=lambda: defaultdict(float))
    devices: Devices = field(default_factory=Devices)
    class_weight: Float[Tensor, " class"] | None = None

    @property
    def task(self) -> Task:
        """What is to be answered."""
        return self.model.spec.task

    @property
    def names(self) -> tuple[str, ...]:
        """Names of the modalities, in the order of the stacked tensors."""
        return tuple(self.model.spec.names)

    def only(self, modality: int, batch: int) -> Bool[Tensor, "batch modality"]:
        """Return members with one modality, for `Steps.masked`."""
        return torch.arange(len(self.names), device=self.device).eq(modality).expand(batch, -1)

    def loss(self, output: Float[Tensor, "batch output"], target: Shaped[Tensor, " batch"]) -> Float[Tensor, ""]:
        """Return the task's loss, cross-entropy in nat or mean absolute error; on several devices this one's share of the mean over all samples.

        With ``class_weight`` each sample's cross-entropy is multiplied by the weight of its class.
        """
        mean = loss_of(self.task, output, target, self.class_weight) if len(target) else output.sum() * 0
        return mean * self.devices.portion(len(target))

    def joint(self, steps: Steps, target: Shaped[Tensor, " batch"], **update: Any) -> Update:
        """Return the ordinary update: the task's loss and the model's own penalties, each noted.

        Parameters
        ----------
        steps
            Encoded; masked, where only some modalities are to answer.
        target
            Of the batch.
        update
            Fields of `Update`: ``optimizer``, ``modality``, ``rate``, ``parts``.
        """
        return self.update(*self.model.learn(steps), target, **update)

    def update(
        self,
        output: Float[Tensor, "batch output"],
        penalties: Mapping[str, Float[Tensor, ""]],
        target: Shaped[Tensor, " batch"],
        **update: Any,
    ) -> Update:
        """Return the update of an answer and its penalties, by name and weighted; each is noted as ``penalty/<name>``."""
        loss, portion = self.loss(output, target), self.devices.portion(len(target))
        own = {name: value * portion for name, value in penalties.items()} if len(target) else {}
        noted = {f"penalty/{name}": own[name].detach() if own else 0.0 for name in penalties}
        parts = noted | dict(update.pop("parts", {}))
        return Update(loss + sum(own.values()), parts=parts, **update)

    @contextmanager
    def clock(self, what: str) -> Iterator[None]:
        """Count the seconds of a block as the strategy's cost; the epoch's row holds them as ``seconds_<what>``."""
        start = time.perf_counter()
        try:
            yield
        finally:
            self.seconds[what] += time.perf_counter() - start
