"""The interface of a training strategy: ``Strategy``, its ``Update``, and the ``Training`` that it receives."""

from __future__ import annotations

import dataclasses
import difflib
import time
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, ClassVar

import torch
from torch import Tensor

from mmviz.core.errors import ConfigError
from mmviz.train.devices import Devices
from mmviz.train.metrics import loss_of

if TYPE_CHECKING:
    import numpy as np
    from jaxtyping import Bool, Float, Shaped
    from torch.optim import Optimizer

    from mmviz.data.dataset import Split
    from mmviz.data.spec import Task
    from mmviz.models.base import FusionModel
    from mmviz.models.batch import Batch, Steps
    from mmviz.train.config import TrainConfig
    from mmviz.train.contributions import Measured


@dataclass(frozen=True)
class NoOptions:
    """The options of a strategy that has none."""


@dataclass
class Update:
    """One update of the weights: a loss, and whose optimiser steps on it.

    Attributes
    ----------
    loss
        Scalar with a graph; the loop calls backward on it.
    optimizer
        Key into what `Strategy.optimizers` returned.
    modality
        The one modality the loss is of, so that a loss that is not finite names it; None for several.
    parts
        Entries for the history, by name; the epoch's row holds their mean over samples. ``name/modality`` for what there is one of
        for every modality.
    rate
        Factor of the learning rate, besides the schedule's.
    """

    loss: Tensor
    optimizer: str = "all"
    modality: str | None = None
    parts: Mapping[str, Tensor | float] = field(default_factory=dict)
    rate: float = 1.0


class Strategy:
    """How one training goes about its updates; a subclass per strategy, an instance per training.

    A subclass sets ``name`` and ``Options`` (a frozen dataclass that checks its values) and writes :meth:`updates`; the other
    methods have the defaults of joint training. One that carries something from epoch to epoch writes ``state`` and ``restore`` too. On
    several devices each runs the same strategy on its share of a batch, see :class:`mmviz.train.Training`. The loop calls them in this order: ``prepare``, ``optimizers``, ``begin``; then for
    each epoch ``before_epoch``, ``order``, for each batch ``updates`` (with ``after_backward`` before every step), ``after_epoch``.

    Parameters
    ----------
    options
        Fields of ``Options``.

    Raises
    ------
    ConfigError
        An unknown option (with the nearest known one), or a value out of range.

    Attributes
    ----------
    training
        What the strategy may use of the training, from ``begin`` on: the model to call, the task, the samples, clocks.
    holds_out
        The strategy needs a slice of the training split that no update sees (``training.held_out``).
    measures
        The strategy needs the contributions, measured before the first epoch and after every one (``training.measured``), on the
        slice that is then held out.
    reorders
        :meth:`order` decides which samples an epoch reads; it cannot be combined with buckets.
    """

    name: ClassVar[str] = ""
    Options: ClassVar[type] = NoOptions
    holds_out: ClassVar[bool] = False
    measures: ClassVar[bool] = False
    reorders: bool = False
    training: Training

    def __init__(self, **options: Any) -> None:
        known = [f.name for f in dataclasses.fields(self.Options)]
        for option in options:
            if option not in known:
                close = difflib.get_close_matches(option, known, 1)
                hint = f", did you mean {close[0]!r}?" if close else ""
                has = f"known: {', '.join(known)}" if known else "it has no options"
                raise ConfigError(f"strategy {self.name!r}: option {option!r} is unknown{hint}; {has}")
        self.options = self.Options(**options)

    def prepare(self, model: FusionModel) -> FusionModel:
        """Return the model to train: the one given, or one around it that `mmviz.models.build` can rebuild by name and options."""
        return model

    def optimizers(self, model: FusionModel, adamw: Callable[..., Optimizer]) -> dict[str, Optimizer]:
        """Return the optimisers by name.

        Parameters
        ----------
        model
            What ``prepare`` returned, on the CPU.
        adamw
            ``adamw(decay=1.0, parameters=None)`` makes one with the training's options; ``decay`` is a factor of the weight decay
            (1/K where K optimisers hold the same weights, which would decay K times in a batch), ``parameters`` default to all.
        """
        return {"all": adamw()}

    def begin(self, training: Training) -> None:
        """Take what the training offers; called once, before the first epoch."""
        self.training = training

    def before_epoch(self, epoch: int) -> Mapping[str, float]:
        """Return entries for the history row of this epoch (from 1)."""
        return {}

    def order(self, epoch: int) -> np.ndarray | None:
        """Return the rows of ``training.samples`` an epoch reads, in their order, any number of times each; None shuffles all."""
        return None

    def updates(self, batch: Batch, rows: np.ndarray) -> Iterator[Update]:
        """Yield the updates of one batch; when the next one is asked for, the last has been made.

        Parameters
        ----------
        batch
            On the device, augmented. A strategy may change it, ``batch.masked(...)``.
        rows
            Rows of ``training.samples`` the batch was read from.
        """
        raise NotImplementedError

    def state(self) -> Mapping[str, Any]:
        """Return what an epoch hands on to the next, by name: tensors, and what JSON holds. A training that is resumed starts from it."""
        return {}

    def restore(self, state: Mapping[str, Any]) -> None:
        """Take back what :meth:`state` returned; called after ``begin``."""

    def after_backward(self, update: Update) -> None:
        """Change the gradients of ``training.model`` before they are clipped and the optimiser steps."""

    def after_epoch(self, epoch: int) -> Mapping[str, float]:
        """Return entries for the history row of this epoch."""
        return {}


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
