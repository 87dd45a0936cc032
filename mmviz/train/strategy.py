"""What a training strategy may decide: the model, the optimisers, the samples, the updates of a batch, and what it notes."""

from __future__ import annotations

import dataclasses
import difflib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, ClassVar

from torch import Tensor

from mmviz.errors import ConfigError

if TYPE_CHECKING:
    import numpy as np
    from torch.optim import Optimizer

    from mmviz.models.batch import Batch
    from mmviz.models.fusion import FusionModel
    from mmviz.train.training import Training


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
