"""Shapley-guided alternating training: each modality by itself in turn, the one that contributes least first."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar, cast

import numpy as np
import torch

from mmviz.core.errors import ConfigError, DataError
from mmviz.metrics.imbalance import deviations, shares
from mmviz.models.fusions.equilibrium import Equilibrium, EquilibriumConfig, around
from mmviz.train.schedule import Turns, rates_by_weakness, weakest_first
from mmviz.train.strategies.base import Strategy, Update

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from jaxtyping import Bool, Float
    from torch import Tensor
    from torch.optim import Optimizer

    from mmviz.models.base import FusionModel
    from mmviz.models.batch import Batch
    from mmviz.train.strategies.base import Training

ORDERS = ("weakest_first", "strongest_first", "fixed", "random", "joint")
_PARTS = ("memory", "mapping", "feature", "sample", "sample_weight")
RANKS = ("contribution", "deviation", "score")


@dataclass(frozen=True)
class AlternatingOptions:
    """Options of ``shapley_alternating``. All are readings: the paper's equations are not public.

    Attributes
    ----------
    order
        ``weakest_first``; the ablations ``strongest_first``, ``fixed`` (that of the spec), ``random`` (drawn anew every epoch), and
        ``joint``: no turns at all.
    rank
        What "weak" means. ``contribution``: smoothed Shapley value (version 1 of the paper). ``deviation``: signed deviation of its
        share from 1/M; ``score``: accuracy of the modality alone, less the mean of all (both for version 2, which ranks by deviation).
    turn
        ``batch``: all modalities take their turn in every batch. ``epoch``: a pass over all samples for one, then for the next.
    joint_update
        After the turns of a batch, one more update with every modality. Without it nothing ever sees two modalities together.
    steps
        ``equal`` turns, or by ``weakness``: M softmax(-share/τ) turns a batch on average.
    temperature
        τ of the above, > 0.
    optimizers
        ``own``: AdamW with moments of its own for each modality, and one for the joint update. ``shared``: one for all.
    hysteresis
        Neighbours in the order change places only where they differ by more than this fraction of the sum; ≥ 0.
    memory, mapping, feature, sample, sample_weight
        Put the model into an `equilibrium` with these options, see :class:`mmviz.models.fusions.equilibrium.EquilibriumConfig`. The memory is
        handed on in the order of the turns, and no gradient goes back through it; in its turn a modality learns to map to the others,
        and what stands in for them passes through, and trains, the fusion's own slices for them (late, lmf), never their encoders or streams.
    """

    order: str = "weakest_first"
    rank: str = "contribution"
    turn: str = "batch"
    joint_update: bool = True
    steps: str = "equal"
    temperature: float = 0.5
    optimizers: str = "own"
    hysteresis: float = 0.02
    memory: bool = False
    mapping: str = "none"
    feature: float = 1.0
    sample: str = "none"
    sample_weight: float = 0.1

    def __post_init__(self) -> None:
        choices = {
            "order": ORDERS,
            "rank": RANKS,
            "turn": ("batch", "epoch"),
            "steps": ("equal", "weakness"),
            "optimizers": ("own", "shared"),
            "joint_update": (True, False),
            "memory": (True, False),
        }
        for name, known in choices.items():
            if getattr(self, name) not in known:
                raise ConfigError(
                    f"shapley_alternating: {name}={getattr(self, name)!r} is unknown; choose one of {', '.join(map(str, known))}"
                )
        EquilibriumConfig(**{name: getattr(self, name) for name in _PARTS})  # its own checks
        for name, low in (("temperature", "> 0"), ("hysteresis", "≥ 0")):
            value = getattr(self, name)
            good = isinstance(value, (int, float)) and not isinstance(value, bool) and 0 <= value < float("inf")
            if not good or (value == 0 and low == "> 0"):
                raise ConfigError(f"shapley_alternating: {name}={value!r}, expected a number {low}")
        if self.turn == "epoch" and (self.joint_update or self.steps == "weakness" or self.order == "joint"):
            raise ConfigError(
                "shapley_alternating: turn='epoch' gives every modality a pass of its own; it goes with joint_update=False, "
                "steps='equal' and an order of turns"
            )


@dataclass
class Handed:
    """What is handed from turn to turn of one batch: the memory, and what the mapping aims at."""

    carried: Float[Tensor, "batch width"]
    goals: tuple[Float[Tensor, "modality batch width"], Bool[Tensor, "modality batch"]] | None


class ShapleyAlternating(Strategy):
    """Unimodal updates through the shared head, weakest modality first, then a joint one.

    In its turn a modality is encoded and fused with all others masked; its loss moves its own encoder and stream and whatever is
    shared. Only samples that have the modality take part; one that no sample of a batch has is passed over.

    Notes
    -----
    A reading of Modality Equilibrium Matters (arXiv 2506.00030), of which the abstracts are public: contributions by Shapley value
    decide the training sequence, minor modalities first, alternating updates. The schedule acts through what modalities share
    (head, memory, mapping); a model that shares nothing trains the same in any order. The joint update is ours: without it the
    fusion is never trained as a fusion, and accuracy falls.
    """

    name = "shapley_alternating"
    Options: ClassVar[type] = AlternatingOptions
    holds_out = True
    measures = True
    options: AlternatingOptions

    def __init__(self, **options: object) -> None:
        super().__init__(**options)
        self.reorders = self.options.turn == "epoch"

    def prepare(self, model: FusionModel) -> FusionModel:
        """Return the model, or an `equilibrium` around it, where memory or mapping are wanted."""
        if not self.options.memory and self.options.mapping == "none":
            return model
        if isinstance(model, Equilibrium):
            raise ConfigError(
                "shapley_alternating: the model is an 'equilibrium' already; leave memory and mapping to it, or give the fusion inside"
            )
        return around(model, **{name: getattr(self.options, name) for name in _PARTS})

    def optimizers(self, model: FusionModel, adamw: Callable[..., Optimizer]) -> dict[str, Optimizer]:
        """Return one per modality and one for the joint update; each decays 1/K of what one alone would."""
        names = model.spec.names
        if self.options.optimizers == "shared" or self.options.order == "joint":
            return {"all": adamw(1 / self._per_batch(len(names)))}
        keys = (*(f"alone/{name}" for name in names), *(("all",) if self.options.joint_update else ()))
        return {key: adamw(1 / self._per_batch(len(names))) for key in keys}

    def begin(self, training: Training) -> None:
        """Start in the order of the spec."""
        super().begin(training)
        raw = next((m for m in training.model.modules() if isinstance(m, Equilibrium)), None)
        self._equilibrium: Equilibrium | None = raw
        self._order = tuple(range(len(training.names)))
        self._turns, self._rates = Turns(len(training.names)), np.ones(len(training.names))
        self._made = np.zeros(len(training.names))
        self._number, self._batches = 0, 0

    def state(self) -> dict[str, Any]:
        """Return the order, and what is owed of turns."""
        return {"order": list(self._order), "owed": self._turns.owed.tolist(), "rates": self._rates.tolist()}

    def restore(self, state: Mapping[str, Any]) -> None:
        """Take them back."""
        self._order, self._rates = tuple(state["order"]), np.array(state["rates"])
        self._turns.owed = np.array(state["owed"])

    def before_epoch(self, epoch: int) -> dict[str, float]:
        """Decide the order by the last measurement."""
        worth, names = self._worth(), self.training.names
        if self.options.order == "weakest_first":
            self._order = weakest_first(worth, self._order, self.options.hysteresis)
        elif self.options.order == "strongest_first":
            self._order = weakest_first(-worth, self._order, self.options.hysteresis)
        elif self.options.order == "random":
            self._order = tuple(int(m) for m in self.training.rng.permutation(len(names)))
        if self.options.steps == "weakness" and self.training.measured is not None:
            self._rates = rates_by_weakness(shares(self.training.measured.smoothed), self.options.temperature)
        self._made[:] = 0
        inside = self._equilibrium
        if inside is not None:
            inside.visit(self._order)
        return {f"turn/{names[m]}": float(place) for place, m in enumerate(self._order, 1)}

    def order(self, epoch: int) -> np.ndarray | None:
        """Return a pass over the samples for each modality, where turns are of whole epochs."""
        if self.options.turn == "batch":
            return None
        n, count = len(self.training.samples), len(self.training.names)
        rows = np.concatenate([self.training.rng.permutation(n) for _ in range(count)])
        self._number, self._batches = 0, -(-len(rows) // self.training.config.batch_size)
        return rows

    def updates(self, batch: Batch, rows: np.ndarray) -> Iterator[Update]:
        """Yield a unimodal update for every turn, then the joint one."""
        training, count = self.training, len(self.training.names)
        if self.options.turn == "epoch":
            yield from self._alone(batch, self._order[self._number * count // self._batches], self._handed(batch))
            self._number += 1
            return
        if self.options.order != "joint":
            turns, handed = self._turns.deal(self._rates), self._handed(batch)
            for m in self._order:
                for _ in range(turns[m]):
                    yield from self._alone(batch, m, handed)
        if self.options.joint_update or self.options.order == "joint":
            update = training.joint(training.model.encode(batch), batch.truth)
            yield self._noted(update, "joint_loss")

    def after_epoch(self, epoch: int) -> dict[str, float]:
        """Return how many updates each modality had."""
        return {f"updates/{name}": float(n) for name, n in zip(self.training.names, self._made, strict=True)}

    def _alone(self, batch: Batch, m: int, handed: Handed | None) -> Iterator[Update]:
        """Yield the update of modality m on the samples that have it."""
        training = self.training
        steps = training.model.encode(batch)
        there = steps.mask[m].any(-1).nonzero()[:, 0]
        if not training.devices.any(len(there) > 0):
            return
        target, name = batch.truth[there], training.names[m]
        only = steps.rows(there).masked(training.only(m, len(target)))
        own = {"modality": name, "optimizer": f"alone/{name}" if self.options.optimizers == "own" else "all"}
        if handed is None:
            update = training.joint(only, target, **own)
        else:
            goals = None if handed.goals is None else (handed.goals[0][:, there], handed.goals[1][:, there])
            turn = cast("Equilibrium", training.model).turn(only, m, handed.carried[there], goals)
            handed.carried[there] = turn.carried
            update = training.update(turn.output, turn.penalties, target, **own)
        self._made[m] += 1
        yield self._noted(update, f"unimodal_loss/{name}")

    def _handed(self, batch: Batch) -> Handed | None:
        """Return an empty memory, and what the mapping aims at; None where the model has neither."""
        inside = self._equilibrium
        if inside is None:
            return None
        goals = None
        with torch.no_grad():
            if inside.mapping is not None:
                goals = cast("Equilibrium", self.training.model).alone(self.training.model.encode(batch))
            whole = next(inside.parameters()).dtype
            carried = torch.zeros(len(batch), inside.config.width, device=self.training.device, dtype=whole)
            return Handed(carried, goals)

    def _noted(self, update: Update, name: str) -> Update:
        update.parts = {**update.parts, name: update.loss.detach()}
        return update

    def _worth(self) -> np.ndarray:
        measured = self.training.measured
        if measured is None:
            raise DataError("shapley_alternating: nothing was measured; train with measure=True")
        if self.options.rank == "deviation":
            worth = deviations(measured.smoothed)
            worth = measured.smoothed if not np.isfinite(worth).all() else worth
        else:
            worth = measured.smoothed if self.options.rank == "contribution" else measured.score - measured.score.mean()
        if not np.isfinite(worth).all():
            found = ", ".join(f"{n} {v}" for n, v in zip(self.training.names, worth, strict=True))
            raise DataError(
                f"shapley_alternating: modalities cannot be ranked by {self.options.rank} ({found}): the model's answer to some "
                "subset of modalities is not finite"
            )
        return worth

    def _per_batch(self, count: int) -> int:
        if self.options.order == "joint" or self.options.turn == "epoch":
            return 1
        return count + self.options.joint_update
