"""Shapley-guided alternating training, a variant of ours: one unimodal update per modality, in ascending order of contribution."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar, cast

import numpy as np
import torch

from mmviz.core.errors import ConfigError, DataError
from mmviz.core.options import number, one_of
from mmviz.metrics.imbalance import deviations, shares
from mmviz.models.fusions.equilibrium import Equilibrium, EquilibriumConfig, wrap_in_equilibrium
from mmviz.models.registry import is_registered
from mmviz.train.schedule import UpdateCounts, rank_weakest_first, rates_by_share
from mmviz.train.strategies.base import Strategy, Update
from mmviz.train.strategies.method import Method

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from jaxtyping import Bool, Float
    from torch import Tensor
    from torch.optim import Optimizer

    from mmviz.models.base import FusionModel
    from mmviz.models.batch import Batch
    from mmviz.train.strategies.base import Training

ORDERS = ("weakest_first", "strongest_first", "fixed", "random", "joint")
_MODEL_OPTIONS = ("memory", "mapping", "feature", "sample", "sample_weight")
RANKS = ("contribution", "deviation", "score")


@dataclass(frozen=True)
class AlternatingOptions:
    """Options of ``shapley_alternating``. All are our interpretation of two abstracts.

    Attributes
    ----------
    order
        ``weakest_first``; the ablations ``strongest_first``, ``fixed`` (that of the spec), ``random`` (drawn for every epoch), and
        ``joint``: joint updates only.
    rank
        Value that orders the modalities. ``contribution``: smoothed Shapley value (version 1 of the paper). ``deviation``: signed deviation
        of its share from 1/M; ``score``: unimodal accuracy minus the mean over modalities (both for version 2, which ranks by deviation).
    alternation
        ``batch``: one update of every modality per batch. ``epoch``: a pass over all samples for one modality, then for the next.
    joint_update
        After the unimodal updates of a batch, one update with all modalities. Without it no loss depends on two modalities.
    update_rates
        ``equal``, or ``by_share``: M softmax(-share/τ) updates per batch on average, more for modalities with a low share.
    temperature
        τ of the above, > 0.
    optimizers
        ``per_modality``: one AdamW for each modality, and one for the joint update. ``shared``: one for all.
    hysteresis
        Neighbours in the order are exchanged only where they differ by more than this fraction of the sum; ≥ 0.
    memory, mapping, feature, sample, sample_weight
        Wrap the model in an `equilibrium` with these options, see :class:`mmviz.models.fusions.equilibrium.EquilibriumConfig`. The memory is
        propagated in the order of the updates, without gradient through time; in its update a modality is mapped to the others, and the
        mapped vectors pass through, and train, the slices of the fusion for them (late, lmf), never their encoders or streams.
    """

    order: str = "weakest_first"
    rank: str = "contribution"
    alternation: str = "batch"
    joint_update: bool = True
    update_rates: str = "equal"
    temperature: float = 0.5
    optimizers: str = "per_modality"
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
            "alternation": ("batch", "epoch"),
            "update_rates": ("equal", "by_share"),
            "optimizers": ("per_modality", "shared"),
            "joint_update": (True, False),
            "memory": (True, False),
        }
        for name, allowed in choices.items():
            one_of(getattr(self, name), allowed, f"shapley_alternating: {name}")
        EquilibriumConfig(**{name: getattr(self, name) for name in _MODEL_OPTIONS})  # validates them
        for name, above in (("temperature", True), ("hysteresis", False)):
            value = number(getattr(self, name), f"shapley_alternating: {name}", low=0, above=above)
            object.__setattr__(self, name, value)
        if self.alternation == "epoch" and (
            self.joint_update or self.update_rates == "by_share" or self.order == "joint"
        ):
            raise ConfigError(
                "shapley_alternating: alternation='epoch' trains one modality for a pass over the data; it goes with joint_update=False, "
                "update_rates='equal' and an order of modalities"
            )


@dataclass
class BatchMemory:
    """Values that the alternating updates of one batch share: the recurrent memory, and the targets of the mapping."""

    memory: Float[Tensor, "batch width"]
    targets: tuple[Float[Tensor, "modality batch width"], Bool[Tensor, "modality batch"]] | None


class ShapleyAlternating(Strategy):
    """Unimodal updates through the shared head, weakest modality first, then a joint one.

    In a unimodal update one modality is encoded and fused with all others masked; the loss has gradients for its encoder and stream and for
    shared weights. It is computed on the samples that have the modality; a modality that no sample of a batch has is skipped.

    Notes
    -----
    A variant of ours, our interpretation of the abstracts of Modality Equilibrium Matters (arXiv 2506.00030): contributions by Shapley value decide the training
    sequence, minor modalities first, alternating updates. What a public note states about version 2 (memory along the order, alignment, inference in the
    order) is :class:`mmviz.train.strategies.modality_equilibrium.ModalityEquilibrium`. The schedule has an effect through shared parts (head,
    memory, mapping); a model without shared parts trains the same in any order. The joint update is ours: without it the fusion is
    never trained jointly, and accuracy falls.
    """

    name = "shapley_alternating"
    method = Method(
        "Shapley-guided alternation (ours)",
        "ours, after the abstracts of Modality Equilibrium Matters, arXiv 2506.00030",
        needs="a held-out part of the training split",
        forwards=lambda M: M + 1,
        backwards=lambda M: M + 1,
        updates=lambda M: M + 1,
        besides="Shapley values of the held-out subset after every epoch",
        ours="all of it; what a public note states about version 2 is modality_equilibrium",
    )
    Options: ClassVar[type] = AlternatingOptions
    needs_held_out = True
    needs_contributions = True
    options: AlternatingOptions

    def __init__(self, **options: object) -> None:
        super().__init__(**options)
        self.reorders = self.options.alternation == "epoch"

    def prepare(self, model: FusionModel) -> FusionModel:
        """Return the model, or an `equilibrium` around it where memory or mapping are enabled."""
        if not self.options.memory and self.options.mapping == "none":
            return model
        if isinstance(model, Equilibrium):
            raise ConfigError(
                "shapley_alternating: the model is an 'equilibrium' already; leave memory and mapping to it, or give the fusion inside"
            )
        if not is_registered(model):
            raise ConfigError(
                f"shapley_alternating: memory and mapping need the pooled features of a registered fusion of mmviz.models, and "
                f"{getattr(model.config, 'name', '') or type(model).__name__} is none; leave out memory= and mapping=, or register its class "
                "with @mmviz.models.register"
            )
        return wrap_in_equilibrium(model, **{name: getattr(self.options, name) for name in _MODEL_OPTIONS})

    def optimizers(self, model: FusionModel, adamw: Callable[..., Optimizer]) -> dict[str, Optimizer]:
        """Return one optimizer per modality and one for the joint update; each has 1/K of the weight decay of a single one."""
        names = model.spec.names
        if self.options.optimizers == "shared" or self.options.order == "joint":
            return {"all": adamw(1 / self._per_batch(len(names)))}
        keys = (*(f"unimodal/{name}" for name in names), *(("all",) if self.options.joint_update else ()))
        return {key: adamw(1 / self._per_batch(len(names))) for key in keys}

    def begin(self, training: Training) -> None:
        """Start in the order of the spec."""
        super().begin(training)
        found = (m for m in training.model.modules() if isinstance(m, Equilibrium))
        self._equilibrium: Equilibrium | None = next(found, None)
        self._order = tuple(range(len(training.names)))
        self._counts, self._rates = UpdateCounts(len(training.names)), np.ones(len(training.names))
        self._updates = np.zeros(len(training.names))
        self._batch, self._batches = 0, 0

    def state(self) -> dict[str, Any]:
        """Return the order, the update rates, and the remainder of the update counts."""
        return {"order": list(self._order), "owed": self._counts.remainder.tolist(), "rates": self._rates.tolist()}

    def restore(self, state: Mapping[str, Any]) -> None:
        """Restore order, update rates and remainder."""
        self._order, self._rates = tuple(state["order"]), np.array(state["rates"])
        self._counts.remainder = np.array(state["owed"])

    def before_epoch(self, epoch: int) -> dict[str, float]:
        """Order the modalities by the latest contributions."""
        value, names = self._rank_value(), self.training.names
        margin = self.options.hysteresis * float(np.abs(value).sum())
        if self.options.order == "weakest_first":
            self._order = rank_weakest_first(value, self._order, margin)
        elif self.options.order == "strongest_first":
            self._order = rank_weakest_first(-value, self._order, margin)
        elif self.options.order == "random":
            self._order = tuple(int(m) for m in self.training.rng.permutation(len(names)))
        if self.options.update_rates == "by_share" and self.training.contributions is not None:
            self._rates = rates_by_share(shares(self.training.contributions.smoothed), self.options.temperature)
        self._updates[:] = 0
        if self._equilibrium is not None:
            self._equilibrium.set_order(self._order)
        return {f"update_order/{names[m]}": float(place) for place, m in enumerate(self._order, 1)}

    def order(self, epoch: int) -> np.ndarray | None:
        """Return one pass over the samples per modality, where the modalities alternate by epoch."""
        if self.options.alternation == "batch":
            return None
        n, count = len(self.training.samples), len(self.training.names)
        rows = np.concatenate([self.training.rng.permutation(n) for _ in range(count)])
        self._batch, self._batches = 0, -(-len(rows) // self.training.config.batch_size)
        return rows

    def updates(self, batch: Batch, rows: np.ndarray) -> Iterator[Update]:
        """Yield the unimodal updates, then the joint update."""
        training, count = self.training, len(self.training.names)
        if self.options.alternation == "epoch":
            m = self._order[self._batch * count // self._batches]
            yield from self._unimodal(batch, m, self._batch_memory(batch))
            self._batch += 1
            return
        if self.options.order != "joint":
            counts, shared = self._counts.next(self._rates), self._batch_memory(batch)
            for m in self._order:
                for _ in range(counts[m]):
                    yield from self._unimodal(batch, m, shared)
        if self.options.joint_update or self.options.order == "joint":
            update = training.joint(training.model.encode(batch), batch.required_target)
            yield self._with_loss(update, "joint_loss")

    def after_epoch(self, epoch: int) -> dict[str, float]:
        """Return the number of updates of each modality."""
        return {f"updates/{name}": float(n) for name, n in zip(self.training.names, self._updates, strict=True)}

    def _unimodal(self, batch: Batch, m: int, shared: BatchMemory | None) -> Iterator[Update]:
        """Yield the update of modality m on the samples that have it."""
        training = self.training
        steps = training.model.encode(batch)
        rows = steps.mask[m].any(-1).nonzero()[:, 0]
        if not training.devices.any(len(rows) > 0):
            return
        target, name = batch.required_target[rows], training.names[m]
        only = steps.samples(rows).masked(training.only(m, len(target)))
        optimizer = f"unimodal/{name}" if self.options.optimizers == "per_modality" else "all"
        if shared is None:
            update = training.joint(only, target, modality=name, optimizer=optimizer)
        else:
            targets = None if shared.targets is None else (shared.targets[0][:, rows], shared.targets[1][:, rows])
            training.coalitions.add(only.mask.any(-1))
            found = cast("Equilibrium", training.model).unimodal_forward(only, m, shared.memory[rows], targets)
            shared.memory[rows] = found.memory
            update = training.update(found.output, found.penalties, target, modality=name, optimizer=optimizer)
        self._updates[m] += 1
        yield self._with_loss(update, f"unimodal_loss/{name}")

    def _batch_memory(self, batch: Batch) -> BatchMemory | None:
        """Return an empty memory and the targets of the mapping; None for a model without memory and mapping."""
        inside = self._equilibrium
        if inside is None:
            return None
        targets = None
        with torch.no_grad():
            if inside.mapping is not None:
                targets = cast("Equilibrium", self.training.model).unimodal_features(self.training.model.encode(batch))
            dtype = next(inside.parameters()).dtype
            memory = torch.zeros(len(batch), inside.config.width, device=self.training.device, dtype=dtype)
            return BatchMemory(memory, targets)

    def _with_loss(self, update: Update, name: str) -> Update:
        update.parts = {**update.parts, name: update.loss.detach()}
        return update

    def _rank_value(self) -> np.ndarray:
        found = self.training.contributions
        if found is None:
            raise DataError("shapley_alternating: contributions were not computed; train with monitor=True")
        value = found.score - found.score.mean() if self.options.rank == "score" else found.smoothed
        if self.options.rank == "deviation" and np.isfinite(deviations(found.smoothed)).all():
            value = deviations(found.smoothed)
        if not np.isfinite(value).all():
            listed = ", ".join(f"{n} {v}" for n, v in zip(self.training.names, value, strict=True))
            raise DataError(
                f"shapley_alternating: modalities cannot be ranked by {self.options.rank} ({listed}): the prediction of the model for "
                "some subset of modalities is not finite"
            )
        return value

    def _per_batch(self, count: int) -> int:
        if self.options.order == "joint" or self.options.alternation == "epoch":
            return 1
        return count + self.options.joint_update
