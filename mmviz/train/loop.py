"""The loop: epochs of batches, a strategy's updates on each, validation, a row of history."""

from __future__ import annotations

import math
import time
from collections import defaultdict
from typing import TYPE_CHECKING, Any, Protocol, cast

import numpy as np
import torch

from mmviz.models.batch import batch_of
from mmviz.train.checkpoint import state_of
from mmviz.train.class_balance import class_weights
from mmviz.train.contributions import Measure, Meter
from mmviz.train.devices.empty_batch import MayBeEmpty
from mmviz.train.metrics import loss_of, scores_of
from mmviz.train.sampling import Epochs
from mmviz.train.schedule import warm_cosine
from mmviz.train.strategies.base import Training

if TYPE_CHECKING:
    from collections.abc import Callable

    from lightning_fabric import Fabric
    from torch.optim import Optimizer

    from mmviz.data.dataset import Split
    from mmviz.models.base import FusionModel
    from mmviz.models.batch import Batch
    from mmviz.train.checkpoint import State
    from mmviz.train.config import TrainConfig
    from mmviz.train.devices import Devices
    from mmviz.train.devices.progress import Bar
    from mmviz.train.run import Record
    from mmviz.train.strategies.base import Strategy, Update

FORWARD = ("encode", "streams", "pooled", "answer", "fuse", "learn", "alone", "turn")

HALVINGS = 30  # in a row, of the loss's factor in float16, until a training counts as diverged


class Stoppable(Protocol):
    """Says whether somebody asked to stop."""

    @property
    def requested(self) -> bool:
        """True from then on."""


class Loop:
    """One training.

    Parameters
    ----------
    fabric
        Device and precision.
    raw
        The model that is trained, on the CPU.
    strategy
        Fresh; it is begun here.
    splits
        What the updates see, what is held out of the training split, what validates; the last two may be None.
    interrupt
        Asked after every batch.
    devices
        Those that share the training; each runs a loop.
    made
        What the training is made of, for who goes on with it.
    """

    def __init__(
        self,
        fabric: Fabric,
        raw: FusionModel,
        strategy: Strategy,
        splits: tuple[Split, Split | None, Split | None],
        config: TrainConfig,
        record: Record,
        interrupt: Stoppable,
        devices: Devices,
        made: dict[str, Any],
    ) -> None:
        self.fabric, self.raw, self.strategy, self.config = fabric, raw, strategy, config
        self.record, self.interrupt, self.devices, self.made = record, interrupt, devices, made
        self.samples, held_out, self.valid = splits
        own = strategy.optimizers(raw, self._adamw)
        wrapped, *optimizers = fabric.setup(raw, *own.values())
        for method in (name for name in FORWARD if hasattr(raw, name)):
            wrapped.mark_forward_method(method)
        self.wrapped = wrapped
        self.model = wrapped if devices.count == 1 else cast("FusionModel", MayBeEmpty(wrapped))
        self.optimizers = dict(zip(own, optimizers, strict=True))
        self.epochs = Epochs(self.samples, config, devices)
        self.done, self.skipped, self.stopping, self.cut = 0, 0, False, False
        self.training = Training(
            self.model,
            config,
            self.samples,
            held_out,
            fabric.device,
            np.random.default_rng([config.seed, 1]),
            devices=devices,
            class_weight=self._class_weight(),
        )
        self.meter: Meter | None = None
        if isinstance(config.measure, Measure) and held_out is not None:
            self.meter = Meter(config.measure, held_out, raw.spec, fabric.device, devices)
        strategy.begin(self.training)

    def _adamw(self, decay: float = 1.0, parameters: Any = None) -> Optimizer:
        """Return AdamW with the training's options: parameters of two or more axes decay, stacked vectors (A_log, D, norms of several modalities) included."""
        chosen = list(self.raw.parameters() if parameters is None else parameters)
        groups = [
            {"params": [p for p in chosen if p.ndim >= 2], "weight_decay": self.config.weight_decay * decay},
            {"params": [p for p in chosen if p.ndim < 2], "weight_decay": 0.0},
        ]
        return torch.optim.AdamW([g for g in groups if g["params"]], lr=self.config.learning_rate)

    def _class_weight(self) -> torch.Tensor | None:
        """Return the weights of the classes, on the device; the run's info holds them by name."""
        task = self.raw.spec.task
        weight = class_weights(self.config.class_weight, task, self.samples.labels("fit"))
        if weight is not None:
            self.record.info["class_weight"] = dict(zip(task.classes, weight.tolist(), strict=True))
        return None if weight is None else weight.to(self.fabric.device)

    def run(self, bar_of: Callable[[int], Bar]) -> str:
        """Train from where the record ends; return how it ended."""
        if not self.record.history:
            self.record.keep(0, self._validate() | self._measure(0), self._state(0))
        begin = len(self.record.history)
        with bar_of((self.config.epochs + 1 - begin) * self.epochs.updates) as bar:
            for epoch in range(begin, self.config.epochs + 1):
                if 0 < self.config.patience < epoch - self.record.best:
                    return "early_stopped"
                row = self._epoch(epoch, bar)
                if row is None:
                    return "diverged"
                self.devices.agree(self.raw)
                self.record.keep(epoch, row, None if self.cut else self._state(epoch))
                if self._stopped():
                    return "interrupted"
        return "early_stopped" if 0 < self.config.patience <= self.config.epochs - self.record.best else "finished"

    def _state(self, epoch: int) -> Callable[[], State]:
        return lambda: state_of(self, epoch, self.made)

    def _stopped(self) -> bool:
        """Return whether any device was asked to stop; then all do, after the same batch."""
        self.stopping = self.stopping or self.devices.any(self.interrupt.requested)
        return self.stopping

    def _epoch(self, epoch: int, bar: Bar) -> dict[str, float] | None:
        self.model.train()
        start = time.perf_counter()
        self.training.seconds.clear()
        noted = dict(self.strategy.before_epoch(epoch))
        order = self.strategy.order(epoch)
        batches = self.epochs.updates if order is None else self.epochs.count(order)
        total, norms, clipped, seen, updates = 0.0, 0.0, 0, 0, 0
        parts: dict[str, list[float]] = defaultdict(lambda: [0.0, 0])
        for number, (rows, read) in enumerate(self.epochs.batches(epoch, order)):
            batch, own = read.to(self.fabric.device), self.devices.share(rows)
            if self.config.augment is not None:
                shared = () if self.devices.count == 1 else (len(rows), self.devices)
                batch = self.config.augment(batch, *shared)
            position = (epoch - 1) * self.epochs.updates + number * self.epochs.updates / batches
            rate = self.config.learning_rate * warm_cosine(position, self.config.epochs * self.epochs.updates)
            losses = []
            with self.devices.own_draws(self.config.seed, epoch, number):
                for update in self.strategy.updates(batch, own):
                    loss, norm = self._step(update, rate)
                    if not (math.isfinite(loss) and math.isfinite(norm)):
                        self._diverged(loss, norm, update, rows)
                        return None
                    losses.append(loss)
                    norms, clipped, updates = norms + norm, clipped + (norm > self.config.clip), updates + 1
                    for name, value in update.parts.items():  # this device's share; shares add up
                        parts[name][0] += float(value) * len(rows)
                        parts[name][1] += len(own)
            self.done += 1
            if losses:
                total, seen = total + sum(losses) / len(losses) * len(rows), seen + len(rows)
            bar.update()
            if self._stopped():
                self.cut = number + 1 < batches
                break
        row = {
            "train_loss": total / seen if seen else math.nan,
            "learning_rate": rate,
            "gradient_norm": norms / updates if updates else math.nan,
            "clipped": float(clipped),
        }
        row |= self._validate() | {name: value / count for name, (value, count) in self.devices.sums(parts).items()}
        row |= noted | self._measure(epoch) | dict(self.strategy.after_epoch(epoch))
        row |= self._cost(time.perf_counter() - start)
        bar.set_postfix(
            {k: f"{row[k]:.3f}" for k in ("train_loss", "valid_loss", "valid_accuracy", "valid_mae") if k in row}
        )
        return row

    def _step(self, update: Update, rate: float) -> tuple[float, float]:
        """Make one update; return its loss and the norm of its gradient, and stop short where either is not finite."""
        loss = self.devices.total(update.loss).item()
        if not math.isfinite(loss):
            return loss, 0.0
        optimizer = self.optimizers[update.optimizer]
        self.fabric.backward(update.loss)
        self.devices.sum_gradients(self.raw)
        with self.devices.common_draws():
            self.strategy.after_backward(update)
        clipped = self.fabric.clip_gradients(
            self.wrapped, optimizer, max_norm=self.config.clip, error_if_nonfinite=False
        )
        norm = math.inf if clipped is None else float(clipped)
        overflow = not math.isfinite(norm)
        self.skipped = self.skipped + 1 if overflow else 0
        if overflow and (self.config.precision != "16-mixed" or self.skipped > HALVINGS):
            return loss, norm
        for group in optimizer.param_groups:
            group["lr"] = rate * update.rate
        optimizer.step()  # in float16 an overflow makes none: it halves the factor of the loss
        self.raw.zero_grad()
        return loss, 0.0 if overflow else norm

    def _measure(self, epoch: int) -> dict[str, float]:
        """Return the contributions now, where they are asked for and due."""
        if self.meter is None or not self.meter.due(epoch):
            return {}
        with self.training.clock("measure"):
            self.training.measured = self.meter.measure(self.model)
            return self.training.measured.row(self.training.names)

    def _cost(self, total: float) -> dict[str, float]:
        """Return the seconds of the epoch, of what was clocked in it, and the share of that."""
        clocked = dict(self.training.seconds)
        row = {f"seconds_{what}": value for what, value in clocked.items()}
        return row | ({"cost_share": sum(clocked.values()) / total} if clocked else {}) | {"seconds": total}

    def _diverged(self, loss: float, norm: float, update: Update, rows: np.ndarray) -> None:
        """Note where it went wrong: update, samples, and the modality where one alone was being trained."""
        self.record.info["diverged"] = {
            "update": self.done,
            "loss": str(loss),
            "gradient_norm": str(norm),
            "modality": update.modality,
            "samples": [str(i) for i in np.asarray(self.samples.ids)[rows]],
        }

    @torch.no_grad()
    def _validate(self) -> dict[str, float]:
        split = self.valid
        if split is None:
            return {}
        self.model.eval()
        own = self.devices.share(np.arange(len(split)))
        batches = (batch_of(split, own[i : i + 256]) for i in range(0, max(1, len(own)), 256))
        output = self.devices.whole(torch.cat([self._answer(batch.to(self.fabric.device)) for batch in batches]))
        target = torch.from_numpy(np.array(split.labels("fit")))
        task = self.raw.spec.task
        scores = {f"valid_{name}": value for name, value in scores_of(task, output, target).items()}
        return {"valid_loss": loss_of(task, output, target).item(), **scores}

    def _answer(self, batch: Batch) -> torch.Tensor:
        return self.model(batch).float().cpu()
