"""The interface of a training strategy: ``Strategy``, its ``Update``, and the ``Training`` that it receives."""

from __future__ import annotations

import dataclasses
import time
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, ClassVar

import torch
from torch import Tensor

from mmviz.core.errors import ConfigError
from mmviz.core.options import nearest
from mmviz.train.devices import Devices
from mmviz.train.met_coalitions import MetCoalitions
from mmviz.train.metrics import loss_of
from mmviz.train.modality_parameters import unimodal_output
from mmviz.train.strategies.method import Method

if TYPE_CHECKING:
    import numpy as np
    from jaxtyping import Bool, Float, Shaped
    from torch.optim import Optimizer

    from mmviz.data.dataset import Split
    from mmviz.data.spec import Task
    from mmviz.models.base import FusionModel
    from mmviz.models.batch import Batch, Steps
    from mmviz.train.config import TrainConfig
    from mmviz.train.contributions import Contributions


@dataclass(frozen=True)
class NoOptions:
    """Options of a strategy without options."""


@dataclass
class Update:
    """One update of the weights: a loss and the optimizer that steps on it.

    Attributes
    ----------
    loss
        Scalar with a graph; the loop calls backward on it.
    optimizer
        Key of the mapping that `Strategy.optimizers` returned.
    modality
        The modality of a unimodal loss, named where the loss is not finite; None for several modalities.
    parts
        Entries of the history by name; the row of the epoch holds their mean over samples. Entries of one modality are named
        ``name/modality``.
    rate
        Factor of the learning rate, multiplied with that of the schedule.
    """

    loss: Tensor
    optimizer: str = "all"
    modality: str | None = None
    parts: Mapping[str, Tensor | float] = field(default_factory=dict)
    rate: float = 1.0


class Strategy:
    """Base class of training strategies: the updates of one training; a subclass per strategy, an instance per training.

    A subclass sets ``name`` and ``Options`` (a frozen dataclass that validates its values) and implements :meth:`updates`; the other methods
    have the defaults of joint training. A strategy with state from epoch to epoch implements ``state`` and ``restore`` too. On several
    devices each runs the same strategy on its share of a batch, see :class:`mmviz.train.Training`. The loop calls ``prepare``,
    ``optimizers``, ``begin``; then for each epoch ``before_epoch``, ``order``, for each batch ``updates`` (with ``after_backward`` before
    every step), ``after_epoch``. :func:`mmviz.train.strategies.register` adds it to the names that ``fit`` takes.

    Parameters
    ----------
    options
        Fields of ``Options``.

    Raises
    ------
    ConfigError
        An unknown option (with the nearest name), or a value out of range.

    Attributes
    ----------
    training
        Model, task, samples and clocks of the training, from ``begin`` on.
    method
        Source, needs, and passes per batch, shown beside its results.
    tasks
        Kinds of task that the strategy can train.
    needs_held_out
        The strategy needs a held-out subset of the training split (``training.held_out``).
    needs_contributions
        The strategy needs the contributions (``training.contributions``), computed before the first epoch and after every one on a held-out
        subset; the data need at least two modalities.
    weighted_losses
        Kinds of loss whose weights an :class:`mmviz.train.Intervention` may set: ``joint``, ``unimodal``, ``penalty`` where every update comes
        from ``training.joint``; none by default.
    fusions
        Names of the fusions that the strategy can train; empty for any.
    reorders
        :meth:`order` selects the samples that an epoch reads; it cannot be combined with buckets.
    """

    name: ClassVar[str] = ""
    method: ClassVar[Method] = Method("", "")
    Options: ClassVar[type] = NoOptions
    tasks: ClassVar[tuple[str, ...]] = ("classification", "regression")
    needs_held_out: ClassVar[bool] = False
    needs_contributions: ClassVar[bool] = False
    weighted_losses: ClassVar[tuple[str, ...]] = ()
    fusions: ClassVar[tuple[str, ...]] = ()
    reorders: bool = False
    training: Training

    def __init__(self, **options: Any) -> None:
        known = [f.name for f in dataclasses.fields(self.Options)]
        for option in options:
            if option not in known:
                listed = f"known: {', '.join(known)}" if known else "it has no options"
                raise ConfigError(
                    f"strategy {self.name!r}: option {option!r} is unknown{nearest(option, known)}; {listed}"
                )
        self.options = self.Options(**options)

    def prepare(self, model: FusionModel) -> FusionModel:
        """Return the model to train: the given one, or a wrapper that `mmviz.models.build` can rebuild by name and options."""
        return model

    def optimizers(self, model: FusionModel, adamw: Callable[..., Optimizer]) -> dict[str, Optimizer]:
        """Return the optimizers by name.

        Parameters
        ----------
        model
            The model that ``prepare`` returned, on the CPU.
        adamw
            ``adamw(decay=1.0, parameters=None)`` returns AdamW with the options of the training; ``decay`` is a factor of the weight decay
            (1/K where K optimizers hold the same weights, which otherwise decay K times per batch), ``parameters`` default to all.
        """
        return {"all": adamw()}

    def begin(self, training: Training) -> None:
        """Store the training and set up the strategy; called once, before the first epoch."""
        self.training = training

    def before_epoch(self, epoch: int) -> Mapping[str, float]:
        """Prepare an epoch (from 1); return entries of its history row."""
        return {}

    def order(self, epoch: int) -> np.ndarray | None:
        """Return the rows of ``training.samples`` that an epoch reads, in order, with repetitions; None shuffles all."""
        return None

    def updates(self, batch: Batch, rows: np.ndarray) -> Iterator[Update]:
        """Yield one Update per optimizer step; each is applied before the next is requested.

        Parameters
        ----------
        batch
            On the device, augmented; ``batch.masked(...)`` masks modalities. A loss that is not from ``training.joint`` or a
            unimodal pass: note its coalitions, see :class:`Training`.
        rows
            Rows of ``training.samples`` in the batch.
        """
        raise NotImplementedError

    def state(self) -> Mapping[str, Any]:
        """Return the state that the next epoch depends on, by name: tensors and JSON values; stored in the checkpoint."""
        return {}

    def restore(self, state: Mapping[str, Any]) -> None:
        """Restore what :meth:`state` returned; called after ``begin``."""

    def after_backward(self, update: Update) -> None:
        """Change the gradients of ``training.model`` before they are clipped and the optimizer steps."""

    def after_epoch(self, epoch: int) -> Mapping[str, float]:
        """Return entries of the history row of this epoch."""
        return {}


@dataclass
class Training:
    """Model, data and helpers of one training, for its strategy.

    Attributes
    ----------
    model
        The model on its device; call its ``encode``, ``pooled``, ``fuse_pooled``, ``fuse``, ``training_forward``. Its parameters are those
        of the run's model.
    config
        Options of the training.
    samples
        Samples of the updates: the training split without the held-out subset.
    held_out
        Held-out subset of the training split; None where none is needed.
    device
        Of model and batches.
    rng
        NumPy generator of the strategy, seeded by the training; torch's global generator is seeded too.
    contributions
        Latest contributions of the modalities, from before the first epoch on; None where they are not monitored.
    seconds
        Seconds counted by :meth:`clock` in this epoch.
    devices
        Those that share the training. On several, a batch holds this device's samples, and losses and entries of the history are its shares,
        which add up; a decision must depend only on values that ``devices`` has summed or gathered, so that it is equal on all.
    class_weight
        Weight of each class in :meth:`loss`; None where all count the same.
    coalitions
        Coalitions of modalities that the updates used. :meth:`joint` and ``UnimodalPass.losses`` note them; a strategy that makes its own passes
        calls ``training.coalitions.add(steps.mask.any(-1))``, otherwise they are unknown.
    loss_weight
        Weights that an intervention set, by loss, see :class:`mmviz.train.Intervention`; :meth:`joint` and :meth:`weighted` apply them.
    """

    model: FusionModel
    config: TrainConfig
    samples: Split
    held_out: Split | None
    device: torch.device
    rng: np.random.Generator
    contributions: Contributions | None = None
    seconds: dict[str, float] = field(default_factory=lambda: defaultdict(float))
    devices: Devices = field(default_factory=Devices)
    class_weight: Float[Tensor, " class"] | None = None
    loss_weight: dict[str, float] = field(default_factory=dict)
    coalitions: MetCoalitions = field(init=False)

    def __post_init__(self) -> None:
        self.coalitions = MetCoalitions(len(self.names))

    @property
    def task(self) -> Task:
        """Task of the data: classification or regression."""
        return self.model.spec.task

    @property
    def names(self) -> tuple[str, ...]:
        """Names of the modalities, in the order of the stacked tensors."""
        return tuple(self.model.spec.names)

    def only(self, modality: int, batch: int) -> Bool[Tensor, "batch modality"]:
        """Return members with one modality only, for `Steps.masked`."""
        return torch.arange(len(self.names), device=self.device).eq(modality).expand(batch, -1)

    def loss(self, output: Float[Tensor, "batch output"], target: Shaped[Tensor, " batch"]) -> Float[Tensor, ""]:
        """Return the loss of the task, cross-entropy in nat or mean absolute error; on several devices, this device's share.

        With ``class_weight`` each sample's cross-entropy is multiplied by the weight of its class.
        """
        mean = loss_of(self.task, output, target, self.class_weight) if len(target) else output.sum() * 0
        return mean * self.devices.sample_fraction(len(target))

    def joint(self, steps: Steps, target: Shaped[Tensor, " batch"], **update: Any) -> Update:
        """Return the joint update: the loss of the task and the auxiliary losses of the model.

        Parameters
        ----------
        steps
            Encoded steps; masked, where the prediction uses only some modalities.
        target
            Of the batch.
        update
            Fields of `Update`: ``optimizer``, ``modality``, ``rate``, ``parts``.
        """
        self.coalitions.add(steps.mask.any(-1))
        name = update.get("modality")
        penalties: Mapping[str, Float[Tensor, ""]] = {}

        def predict() -> Tensor:
            nonlocal penalties
            output, penalties = self.model.training_forward(steps)
            return output

        output = predict() if name is None else unimodal_output(self.model, self.names.index(name), predict)
        found = self.update(output, penalties, target, **update)
        return self._with_unimodal(found, steps, target) if self.loss_weight else found

    def _with_unimodal(self, update: Update, steps: Steps, target: Shaped[Tensor, " batch"]) -> Update:
        """Return the update with the unimodal losses that have a weight; the history holds each, without it, as ``loss/<modality>``."""
        from mmviz.train.strategies.unimodal import unimodal_pass

        if not any(self.loss_weight.get(name) for name in self.names):
            return update
        losses = unimodal_pass(self.model, steps).losses(self, target)
        update.loss = update.loss + sum(self.loss_weight.get(name, 0.0) * loss for name, loss in losses.items())
        update.parts = {**update.parts, **{f"loss/{name}": loss.detach() for name, loss in losses.items()}}
        return update

    def weighted(self, losses: Mapping[str, Float[Tensor, ""]]) -> Mapping[str, Float[Tensor, ""]]:
        """Return the losses, by modality, times the weights that an intervention set."""
        if not self.loss_weight:
            return losses
        return {name: self.loss_weight.get(name, 1.0) * loss for name, loss in losses.items()}

    def update(
        self,
        output: Float[Tensor, "batch output"],
        penalties: Mapping[str, Float[Tensor, ""]],
        target: Shaped[Tensor, " batch"],
        **update: Any,
    ) -> Update:
        """Return the update of a prediction and its weighted auxiliary losses; the history holds each as ``penalty/<name>``."""
        loss, fraction = self.loss(output, target), self.devices.sample_fraction(len(target))
        shares = {name: value * fraction for name, value in penalties.items()} if len(target) else {}
        parts = {f"penalty/{name}": shares[name].detach() if shares else 0.0 for name in penalties}
        if self.loss_weight:
            loss = self.loss_weight.get("joint", 1.0) * loss
            shares = {name: self.loss_weight.get(f"penalty/{name}", 1.0) * value for name, value in shares.items()}
        return Update(loss + sum(shares.values()), parts=parts | dict(update.pop("parts", {})), **update)

    @contextmanager
    def clock(self, what: str) -> Iterator[None]:
        """Count the seconds of a block as cost of the strategy; the history holds them as ``seconds_<what>``."""
        start = time.perf_counter()
        try:
            yield
        finally:
            self.seconds[what] += time.perf_counter() - start
