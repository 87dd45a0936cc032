"""The training loop: batches of every epoch, the updates of the strategy, validation, one row of history per epoch."""

from __future__ import annotations

import dataclasses
import math
import time
from collections import defaultdict
from typing import TYPE_CHECKING, Any, Protocol, cast

import numpy as np
import torch

from mmviz.models.batch import batch_of
from mmviz.train.applied_interventions import AppliedInterventions
from mmviz.train.checkpoint import TrainingState
from mmviz.train.class_balance import class_weights
from mmviz.train.contributions import ContributionEstimator, ContributionMonitor, Contributions
from mmviz.train.devices.empty_batch import EmptyBatchModel
from mmviz.train.intervention import check_steps
from mmviz.train.metrics import loss_of, scores_of
from mmviz.train.modality_parameters import ModalityGradients, scale_step
from mmviz.train.sampling import EpochBatches
from mmviz.train.schedule import warm_cosine
from mmviz.train.strategies import strategy_of
from mmviz.train.strategies.base import Training

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from lightning_fabric import Fabric
    from torch.optim import Optimizer

    from mmviz.data.dataset import Split
    from mmviz.models.base import FusionModel
    from mmviz.train.applied_interventions import Control
    from mmviz.train.checkpoint import EpochLog
    from mmviz.train.config import TrainConfig
    from mmviz.train.devices import Devices
    from mmviz.train.devices.progress import Bar
    from mmviz.train.strategies.base import Strategy, Update

#: methods of a model that run under the precision of the training
FORWARD = (
    "encode", "streams", "pooled", "fuse_pooled", "fuse", "training_forward", "unimodal_features", "unimodal_forward",
    "link_forward",
)  # fmt: skip

#: overflows in a row, in float16, until a training counts as diverged
MAX_OVERFLOWS = 30


class StopRequest(Protocol):
    """Whether a stop was requested, by Ctrl-C or by the process that started this one."""

    @property
    def requested(self) -> bool:
        """True once a stop was requested."""


class Loop:
    """The loop of one training on one device.

    Parameters
    ----------
    fabric
        Device and precision.
    raw
        The model that is trained, on the CPU.
    strategy
        Fresh; its ``begin`` is called here.
    splits
        Samples of the updates, held-out subset of the training split, validation split; the last two may be None.
    config
        Options of the training.
    log
        Receives history and weights of every epoch.
    interrupt
        Checked after every batch.
    devices
        Those that share the training; each runs a loop.
    configuration
        Model, options and content of the data, stored in the state for the check when the training is resumed.
    control
        Source of interventions beside those of the options; None for none.
    """

    def __init__(
        self,
        fabric: Fabric,
        raw: FusionModel,
        strategy: Strategy,
        splits: tuple[Split, Split | None, Split | None],
        config: TrainConfig,
        log: EpochLog,
        interrupt: StopRequest,
        devices: Devices,
        configuration: dict[str, Any],
        control: Control | None = None,
    ) -> None:
        self.fabric, self.raw, self.strategy, self.config = fabric, raw, strategy, config
        self.log, self.interrupt, self.devices, self.configuration = log, interrupt, devices, configuration
        self.samples, held_out, self.valid = splits
        own = strategy.optimizers(raw, self._adamw)
        wrapped, *optimizers = fabric.setup(raw, *own.values())
        for method in (name for name in FORWARD if hasattr(raw, name)):
            wrapped.mark_forward_method(method)
        self.wrapped = wrapped
        self.model = wrapped if devices.count == 1 else cast("FusionModel", EmptyBatchModel(wrapped))
        self.optimizers = dict(zip(own, optimizers, strict=True))
        self.epochs = EpochBatches(self.samples, config, devices)
        self.batches_done, self.overflows, self.stopping, self.cut_short = 0, 0, False, False
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
        self.estimator: ContributionEstimator | None = None
        if isinstance(config.monitor, ContributionMonitor) and held_out is not None:
            self.estimator = ContributionEstimator(config.monitor, held_out, raw.spec, fabric.device, devices)
        #: called with the row of every whole epoch once it is stored
        self.on_epoch: Callable[[dict[str, float]], None] | None = None
        self.applied = AppliedInterventions(config, log.info, control)
        #: whether interventions can be due, checked before every batch
        self.intervenes = control is not None or bool(config.interventions)
        self.gradients = ModalityGradients(raw) if config.modality_gradients else None
        check_steps(config.interventions, self.epochs.updates)
        strategy.begin(self.training)

    def switch_strategy(self, name: str, options: Mapping[str, Any]) -> None:
        """Replace the strategy between two epochs; an optimizer of the same name and parameters keeps its moments."""
        strategy = strategy_of(name, options)
        strategy.prepare(self.raw)
        own = strategy.optimizers(self.raw, self._adamw)
        for key, optimizer in own.items():
            before = self.optimizers.get(key)
            if before is not None and _parameters(optimizer) == _parameters(before):
                optimizer.state = before.optimizer.state
        self.optimizers = {key: self.fabric.setup_optimizers(optimizer) for key, optimizer in own.items()}
        self.strategy = strategy
        strategy.begin(self.training)

    def _adamw(self, decay: float = 1.0, parameters: Any = None) -> Optimizer:
        """Return AdamW with the options of the training; parameters of two or more axes decay, vectors stacked over modalities included."""
        parameters = list(self.raw.parameters() if parameters is None else parameters)
        groups = [
            {"params": [p for p in parameters if p.ndim >= 2], "weight_decay": self.config.weight_decay * decay},
            {"params": [p for p in parameters if p.ndim < 2], "weight_decay": 0.0},
        ]
        return torch.optim.AdamW([g for g in groups if g["params"]], lr=self.config.learning_rate)

    def _class_weight(self) -> torch.Tensor | None:
        """Return the class weights on the device, and store them in the info of the run by name."""
        task = self.raw.spec.task
        weight = class_weights(self.config.class_weight, task, self.samples.labels("fit"))
        if weight is not None:
            self.log.info["class_weight"] = dict(zip(task.classes, weight.tolist(), strict=True))
        return None if weight is None else weight.to(self.fabric.device)

    def run(self, bar_of: Callable[[int], Bar]) -> str:
        """Train from the last epoch of the log; return the status."""
        if not self.log.history:
            self._store(0, self._validate() | self._contributions(0))
        begin = len(self.log.history)
        with bar_of((self.config.epochs + 1 - begin) * self.epochs.updates) as bar:
            for epoch in range(begin, self.config.epochs + 1):
                if 0 < self.config.patience < epoch - self.log.best:
                    return "early_stopped"
                self.applied.begin_epoch()
                if self.intervenes and self.applied.apply_due(self, epoch, 0):
                    return "interrupted"
                row = self._epoch(epoch, bar)
                if row is None:
                    return "diverged"
                self.devices.check_equal_weights(self.raw)
                self._store(epoch, row)
                if self._stopped():
                    return "interrupted"
        return "early_stopped" if 0 < self.config.patience <= self.config.epochs - self.log.best else "finished"

    def state(self, epoch: int) -> TrainingState:
        """Return the state after this epoch."""
        training, tensors = self.training, {f"model/{k}": v for k, v in self.raw.state_dict().items()}
        groups = {}
        for name, optimizer in self.optimizers.items():
            stored = optimizer.state_dict()
            groups[name] = stored["param_groups"]
            tensors |= {f"optimizer/{name}/{i}/{k}": v for i, own in stored["state"].items() for k, v in own.items()}
        strategy = dict(self.strategy.state())
        tensors |= {
            f"strategy/{name}": strategy.pop(name) for name in list(strategy) if torch.is_tensor(strategy[name])
        }
        tensors["draws/cpu"] = torch.get_rng_state()
        if training.device.type == "cuda":
            tensors["draws/cuda"] = torch.cuda.get_rng_state(training.device)
        found = training.contributions
        plain = {
            "epoch": epoch,
            "done": self.batches_done,
            "groups": groups,
            "scaler": self.fabric.strategy.precision.state_dict(),
            "strategy": strategy,
            "order": self.epochs.random_state,
            "rng": training.rng.bit_generator.state,
            "mean": None if self.estimator is None else self.estimator.running_mean,
            "measured": None if found is None else {k: v.tolist() for k, v in dataclasses.asdict(found).items()},
            "made": self.configuration,
            "coalitions": self.log.info.get("trained_coalitions", []),
        }
        if changes := self.applied.state():
            plain["interventions"] = changes
        return TrainingState(tensors, plain)

    def restore(self, state: TrainingState) -> None:
        """Restore the loop from a checkpoint; the device count may differ."""
        plain, training = state.plain, self.training
        self.raw.load_state_dict(state.under("model/"))
        self.applied.restore(self, state.epoch, plain.get("interventions", {}))
        for name, optimizer in self.optimizers.items():
            moments: dict[int, dict[str, torch.Tensor]] = defaultdict(dict)
            for key, value in state.under(f"optimizer/{name}/").items():
                index, entry = key.split("/")
                moments[int(index)][entry] = value
            optimizer.load_state_dict({"state": dict(moments), "param_groups": plain["groups"][name]})
        if plain["scaler"]:
            self.fabric.strategy.precision.load_state_dict(plain["scaler"])
        self.strategy.restore(plain["strategy"] | state.under("strategy/"))
        torch.set_rng_state(state.tensors["draws/cpu"])
        if training.device.type == "cuda" and "draws/cuda" in state.tensors:
            torch.cuda.set_rng_state(state.tensors["draws/cuda"], training.device)
        self.epochs.random_state, training.rng.bit_generator.state = plain["order"], plain["rng"]
        self.batches_done = int(plain["done"])
        training.coalitions.restore(plain.get("coalitions"))
        if plain.get("coalitions"):
            self.log.info["trained_coalitions"] = list(plain["coalitions"])
        if self.estimator is not None:
            self.estimator.running_mean = plain["mean"]
        if plain["measured"] is not None:
            training.contributions = Contributions(**{k: np.array(v) for k, v in plain["measured"].items()})

    def _store(self, epoch: int, row: dict[str, float]) -> None:
        """Add an epoch to the log; an epoch that was cut short has no state and is not passed on."""
        self.log.add(epoch, row, None if self.cut_short else lambda: self.state(epoch))
        if self.on_epoch is not None and not self.cut_short:
            self.on_epoch(self.log.history[-1])

    def _stopped(self) -> bool:
        """Return whether a stop was requested on any device; then all stop after the same batch."""
        self.stopping = self.stopping or self.devices.any(self.interrupt.requested)
        return self.stopping

    def _epoch(self, epoch: int, bar: Bar) -> dict[str, float] | None:
        self.model.train()
        start, waited = time.perf_counter(), self.applied.waited
        self.training.seconds.clear()
        entries = dict(self.strategy.before_epoch(epoch))
        order = self.strategy.order(epoch)
        batches = self.epochs.updates if order is None else self.epochs.count(order)
        total, norms, clipped, seen, updates = 0.0, 0.0, 0, 0, 0
        parts: dict[str, list[float]] = defaultdict(lambda: [0.0, 0])
        for number, (rows, read) in enumerate(self.epochs.batches(epoch, order)):
            if number and self.intervenes and self.applied.apply_due(self, epoch, number):
                self.stopping = self.cut_short = True
                break
            batch, own = read.to(self.fabric.device), self.devices.share(rows)
            if self.config.augment is not None:
                shared = () if self.devices.count == 1 else (len(rows), self.devices)
                batch = self.config.augment(batch, *shared)
            position = (epoch - 1) * self.epochs.updates + number * self.epochs.updates / batches
            rate = self.applied.learning_rate * warm_cosine(position, self.config.epochs * self.epochs.updates)
            losses = []
            with self.devices.local_random(self.config.seed, epoch, number):
                if self.intervenes:
                    batch = self.applied.masked(batch, self.devices)
                for update in self.strategy.updates(batch, own):
                    self.training.coalitions.after_update()
                    loss, norm = self._step(update, rate)
                    if not (math.isfinite(loss) and math.isfinite(norm)):
                        self._diverged(loss, norm, update, rows)
                        return None
                    losses.append(loss)
                    norms, clipped, updates = norms + norm, clipped + (norm > self.config.clip), updates + 1
                    for name, value in update.parts.items():  # this device's share; shares add up
                        parts[name][0] += float(value) * len(rows)
                        parts[name][1] += len(own)
            self.batches_done += 1
            if losses:
                total, seen = total + sum(losses) / len(losses) * len(rows), seen + len(rows)
            bar.update()
            if self._stopped():
                self.cut_short = number + 1 < batches
                break
        row = {
            "train_loss": total / seen if seen else math.nan,
            "learning_rate": rate,
            "gradient_norm": norms / updates if updates else math.nan,
            "clipped_steps": float(clipped),
        }
        row |= self._validate() | {
            name: value / count for name, (value, count) in self.devices.sum_by_name(parts).items()
        }
        self.log.info["trained_coalitions"] = self.training.coalitions.numbers(self.devices)
        row |= entries | self._contributions(epoch) | dict(self.strategy.after_epoch(epoch))
        row |= self.applied.row(self.training.names)
        if self.gradients is not None:
            row |= self.gradients.row()
        row |= self._cost(time.perf_counter() - start - (self.applied.waited - waited))
        bar.set_postfix(
            {k: f"{row[k]:.3f}" for k in ("train_loss", "valid_loss", "valid_accuracy", "valid_mae") if k in row}
        )
        return row

    def _step(self, update: Update, rate: float) -> tuple[float, float]:
        """Apply one update; return its loss and gradient norm, without a step where either is not finite."""
        loss = self.devices.total(update.loss).item()
        if not math.isfinite(loss):
            return loss, 0.0
        optimizer = self.optimizers[update.optimizer]
        self.fabric.backward(update.loss)
        self.devices.sum_gradients(self.raw)
        with self.devices.shared_random():
            self.strategy.after_backward(update)
        if self.gradients is not None:
            self.gradients.add()
        clipped = self.fabric.clip_gradients(
            self.wrapped, optimizer, max_norm=self.config.clip, error_if_nonfinite=False
        )
        norm = math.inf if clipped is None else float(clipped)
        overflow = not math.isfinite(norm)
        self.overflows = self.overflows + 1 if overflow else 0
        if overflow and (self.config.precision != "16-mixed" or self.overflows > MAX_OVERFLOWS):
            return loss, norm
        for group in optimizer.param_groups:
            group["lr"] = rate * update.rate
        before = self.applied.values_before_step()
        optimizer.step()  # in float16 an overflow makes no step and halves the factor of the loss
        if before:
            scale_step(before)
        self.raw.zero_grad()
        return loss, 0.0 if overflow else norm

    def _contributions(self, epoch: int) -> dict[str, float]:
        """Return the contributions after this epoch, where they are monitored and due."""
        if self.estimator is None or not self.estimator.due(epoch):
            return {}
        with self.training.clock("monitor"):
            self.training.contributions = self.estimator.estimate(self.model)
            return self.training.contributions.row(self.training.names)

    def _cost(self, total: float) -> dict[str, float]:
        """Return the seconds of the epoch, the clocked seconds in it, and their share."""
        clocked = dict(self.training.seconds)
        row = {f"seconds_{what}": value for what, value in clocked.items()}
        return row | ({"cost_share": sum(clocked.values()) / total} if clocked else {}) | {"seconds": total}

    def _diverged(self, loss: float, norm: float, update: Update, rows: np.ndarray) -> None:
        """Store in the info of the run: batch, samples, and the modality where the loss is of one."""
        self.log.info["diverged"] = {
            "update": self.batches_done,
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
        output = torch.cat([self.model(batch.to(self.fabric.device)).float().cpu() for batch in batches])
        output = self.devices.gather_in_order(output)
        target = torch.from_numpy(np.array(split.labels("fit")))
        task = self.raw.spec.task
        scores = {f"valid_{name}": value for name, value in scores_of(task, output, target).items()}
        return {"valid_loss": loss_of(task, output, target).item(), **scores}


def _parameters(optimizer: Optimizer) -> list[list[int]]:
    """Return the identities of the parameters of each group."""
    return [[id(parameter) for parameter in group["params"]] for group in optimizer.param_groups]
