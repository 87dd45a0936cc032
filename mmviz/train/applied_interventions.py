"""The interventions of a training as it runs: which are due, the values in force, and the record of every change."""

from __future__ import annotations

import dataclasses
import time
from collections import deque
from typing import TYPE_CHECKING, Any, Protocol

import torch

from mmviz.train.intervention import MAPPINGS, Intervention
from mmviz.train.modality_parameters import modality_parameters, values_before_step
from mmviz.train.strategies.modality_dropout import draw_subsets

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from torch import Tensor

    from mmviz.models.base import FusionModel
    from mmviz.models.batch import Batch
    from mmviz.train.config import TrainConfig
    from mmviz.train.devices import Devices
    from mmviz.train.modality_parameters import Part
    from mmviz.train.strategies.base import Strategy


class Control(Protocol):
    """Source of interventions that are not known before the training."""

    def before_batch(self, epoch: int, step: int, *, whole_epochs: bool) -> Sequence[Intervention]:
        """Return the interventions to apply now; may wait. With ``whole_epochs`` there are none unless ``step`` is 0."""

    def applied(self, intervention: Intervention, records: Sequence[Mapping[str, Any]]) -> None:
        """Receive an intervention that was applied, and its records."""


class Switchable(Protocol):
    """The training loop, as far as an intervention changes it."""

    strategy: Strategy
    raw: FusionModel

    def switch_strategy(self, name: str, options: Mapping[str, Any]) -> None:
        """Replace the strategy."""


class AppliedInterventions:
    """Interventions of one training.

    Parameters
    ----------
    config
        Options of the training.
    info
        Of the run: ``interventions`` receives the records, ``train["interventions"]`` those of ``control``.
    control
        Source of further interventions, or None.

    Attributes
    ----------
    learning_rate
        Peak of the schedule.
    values
        ``learning_rate_factor``, ``loss_weight``, ``modality_dropout``: the values that were set, by modality or loss.
    waited
        Seconds that ``control`` waited so far.
    """

    def __init__(self, config: TrainConfig, info: dict[str, Any], control: Control | None) -> None:
        self.learning_rate = config.learning_rate
        self.values: dict[str, dict[str, float]] = {name: {} for name in MAPPINGS}
        self.waited = 0.0
        self._planned, self._control, self._info = deque(config.interventions), control, info
        self._strategy: tuple[str, dict[str, Any]] = config.strategy, dict(config.strategy_options)
        self._records: list[dict[str, Any]] = []
        self._parts: list[tuple[Part, float]] = []
        self._here = 0

    def begin_epoch(self) -> None:
        """Reset the count of an epoch."""
        self._here = 0

    def apply_due(self, loop: Switchable, epoch: int, step: int) -> bool:
        """Apply the interventions that are due before this batch; return whether the training ends here."""
        stop = False
        while self._planned and self._planned[0].place <= (epoch, step):
            each = self._planned.popleft()
            self._apply(loop, each)
            stop = stop or each.stop
        if self._control is not None:
            start = time.perf_counter()
            found = self._control.before_batch(epoch, step, whole_epochs=loop.strategy.reorders)
            self.waited += time.perf_counter() - start
            for each in found:
                placed = dataclasses.replace(each, epoch=epoch, step=step)
                self._info["train"].setdefault("interventions", []).append(dataclasses.asdict(placed))
                self._control.applied(placed, self._apply(loop, placed))
                stop = stop or placed.stop
        return stop

    def _apply(self, loop: Switchable, change: Intervention) -> list[dict[str, Any]]:
        """Apply one intervention, and return the record of each value that it sets."""
        found: list[tuple[str, Any, Any]] = []
        if change.strategy is not None:
            before, old = self._strategy, dict(self.values["loss_weight"])
            loop.switch_strategy(change.strategy, change.strategy_options)
            self._strategy = change.strategy, dict(change.strategy_options)
            found.append(("strategy", _described(before), _described(self._strategy)))
            self.values["loss_weight"].clear()
            found += [
                (f"loss_weight/{name}", value, self._default("loss_weight", name, loop)) for name, value in old.items()
            ]
        if change.learning_rate is not None:
            found.append(("learning_rate", self.learning_rate, change.learning_rate))
            self.learning_rate = change.learning_rate
        for kind, values in self.values.items():
            for name, value in getattr(change, kind).items():
                found.append((f"{kind}/{name}", values.get(name, self._default(kind, name, loop)), value))
                values[name] = value
        if change.stop:
            found.append(("stop", "running", "stopped"))
        self._use_values(loop)
        records = [
            {"epoch": change.epoch, "step": change.step, "what": what, "from": before, "to": after}
            for what, before, after in found
        ]
        self._records += records
        self._here += 1
        self._info["interventions"] = list(self._records)
        return records

    def _default(self, kind: str, name: str, loop: Switchable) -> float:
        added = name in loop.raw.spec.names and "joint" in loop.strategy.weighted_losses
        return 0.0 if kind == "loss_weight" and added else MAPPINGS[kind][0]

    def _use_values(self, loop: Switchable) -> None:
        loop.strategy.training.loss_weight = dict(self.values["loss_weight"])
        names = list(loop.raw.spec.names)
        factors = {name: k for name, k in self.values["learning_rate_factor"].items() if k != 1}
        self._parts = [
            (part, k) for name, k in factors.items() for part in modality_parameters(loop.raw, names.index(name))
        ]

    def row(self, names: tuple[str, ...]) -> dict[str, float]:
        """Return the entries of the history: values in force at the end of the epoch; {} before the first intervention."""
        if not self._records:
            return {}
        row = {"interventions": float(self._here)}
        for kind in ("learning_rate_factor", "modality_dropout"):
            if self.values[kind]:
                row |= {f"{kind}/{name}": self.values[kind].get(name, MAPPINGS[kind][0]) for name in names}
        return row | {f"loss_weight/{name}": value for name, value in self.values["loss_weight"].items()}

    def values_before_step(self) -> list[tuple[Part, Tensor, float]]:
        """Return the values of the parameters whose steps are scaled; empty without a learning-rate factor."""
        return values_before_step(self._parts) if self._parts else []

    def masked(self, batch: Batch, devices: Devices) -> Batch:
        """Return the batch with modalities masked at random; the same batch without modality dropout."""
        rates = self.values["modality_dropout"]
        if not any(rates.values()):
            return batch
        present = torch.stack([batch.valid[name].any(1) for name in batch.names], 1)
        everyone = devices.gather_in_order(present)
        rate = torch.tensor([rates.get(name, 0.0) for name in batch.names], device=present.device)
        with devices.shared_random():
            members = draw_subsets(everyone, rate)
        return batch.masked(devices.share(members))

    def state(self) -> dict[str, Any]:
        """Return the values in force as JSON values; {} before the first intervention."""
        if not self._records:
            return {}
        return {
            "learning_rate": self.learning_rate,
            "values": self.values,
            "strategy": list(self._strategy),
            "records": self._records,
        }

    def restore(self, loop: Switchable, epoch: int, state: Mapping[str, Any]) -> None:
        """Restore what :meth:`state` returned after an epoch; later interventions are still to come."""
        self._planned = deque(each for each in self._planned if each.epoch > epoch)
        if not state:
            return
        name, options = state["strategy"]
        if (name, options) != self._strategy:
            loop.switch_strategy(name, options)
        self._strategy, self.learning_rate = (name, options), float(state["learning_rate"])
        self.values = {kind: dict(state["values"][kind]) for kind in MAPPINGS}
        self._records = list(state["records"])
        self._info["interventions"] = list(self._records)
        self._use_values(loop)


def _described(strategy: tuple[str, Mapping[str, Any]]) -> str:
    name, options = strategy
    return f"{name}({', '.join(f'{key}={value!r}' for key, value in options.items())})" if options else name
