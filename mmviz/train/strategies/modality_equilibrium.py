"""Modality Equilibrium Matters v2, our interpretation: one update per link of a memory chain, from the weakest modality to the strongest."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar, cast

import numpy as np
import torch

from mmviz.core.errors import ConfigError, DataError
from mmviz.core.options import number, one_of
from mmviz.models.fusions.memory_chain import MemoryChain, MemoryChainConfig, wrap_in_memory_chain
from mmviz.models.registry import is_registered
from mmviz.train.modality_parameters import modality_parameters, scale_step, values_before_step
from mmviz.train.schedule import rank_weakest_first
from mmviz.train.strategies.base import Strategy, Update
from mmviz.train.strategies.method import Method

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from torch.optim import Optimizer

    from mmviz.models.base import FusionModel
    from mmviz.models.batch import Batch
    from mmviz.train.modality_parameters import Part
    from mmviz.train.strategies.base import Training

ORDERS = ("weakest_first", "strongest_first", "fixed", "random")
_MODEL_OPTIONS = ("readout", "memory", "alignment", "threshold", "mix", "decay")


@dataclass(frozen=True)
class EquilibriumOptions:
    """Options of ``modality_equilibrium``.

    Attributes
    ----------
    order
        Of the chain, decided before every epoch. ``weakest_first`` by the Shapley values after the last epoch; the ablations ``strongest_first``,
        ``fixed`` (that of the spec) and ``random`` (drawn for every epoch). The first epoch has the order of the spec.
    hysteresis
        Neighbours in the order are exchanged only where their Shapley values differ by more than this many standard errors over the held-out samples; ≥ 0.
    updates
        ``links``: one update per modality, of the prediction up to it. ``joint``, the comparison with the same number: as many updates by
        the prediction from all modalities, with every gradient.
    readout, memory, alignment, threshold, mix, decay
        Of the memory chain around the model, see :class:`~mmviz.models.fusions.memory_chain.MemoryChainConfig`. A model that is a `memory_chain`
        already has its own.
    """

    order: str = "weakest_first"
    hysteresis: float = 1.0
    updates: str = "links"
    readout: str = "last"
    memory: bool = True
    alignment: str = "feature"
    threshold: float = 0.3
    mix: float = 0.5
    decay: float = 0.9

    def __post_init__(self) -> None:
        one_of(self.order, ORDERS, "modality_equilibrium: order")
        one_of(self.updates, ("links", "joint"), "modality_equilibrium: updates")
        object.__setattr__(self, "hysteresis", number(self.hysteresis, "modality_equilibrium: hysteresis", low=0))
        MemoryChainConfig(**self.model_options)  # validates them

    @property
    def model_options(self) -> dict[str, Any]:
        """Options of the memory chain."""
        return {name: getattr(self, name) for name in _MODEL_OPTIONS}


class ModalityEquilibrium(Strategy):
    """A memory chain around the model, trained link by link from the modality with the smallest Shapley value to that with the largest.

    For each modality in the order, the samples that have it are predicted from the modalities up to it, with the incoming memory detached, and one
    optimizer step changes its encoder and stream, the cell, its bias and the head; the step of the last one is the fused loss. The weights of
    other modalities do not change. After an epoch the Shapley values of the held-out samples decide the order of the next; the order of the
    selected epoch is saved with the weights and used at inference.

    Notes
    -----
    Our interpretation of Modality Equilibrium Matters v2 (arXiv 2506.00030v2); not the authors' code. A public note on version 2, not the paper's method text,
    states: EDM = Σ|η - ψ| with Shapley-based ψ, evaluated at the end of each epoch; modalities ranked from weak to strong for the next; updates in this order;
    an alignment of weak to strong by a thresholded correlation matrix; an LSTM-like memory, inherited across epochs; inference in the order of
    the last training epoch. Eight choices are ours:

    1. ψ is the Shapley value of the accuracy (negative cross-entropy for a regression's loss) on a held-out part of the training split, η their mean.
    2. Two neighbours are exchanged only beyond one standard error of their difference; the first epoch has the order of the spec.
    3. Correlations are those of features, by running statistics, with τ = 0.3, β = 0.5, ρ = 0.9, and a transport that keeps the width of the stronger modality;
       the correlation of samples is a training-only option.
    4. The memory is an LSTM cell over modalities: shared weights, a gate bias for each modality, forget bias 1.
    5. The inherited memory is one vector pair of the model, moved by every batch towards the mean of its last memories: it exists for unseen samples.
    6. Each link has one update, by the task's loss of the prediction up to it, with the incoming memory detached, and one AdamW for all: with one for each
       modality the shared weights learn more slowly.
    7. The head reads the last hidden state, or the mean of all (``readout``).
    8. A missing modality is skipped, in training as in inference; the alignment takes the previous available one.

    What the order contributes, measured: ``docs/equilibrium.md``.
    """

    name = "modality_equilibrium"
    method = Method(
        "Modality Equilibrium Matters v2 (our interpretation)",
        "a public note on arXiv 2506.00030v2; not the authors' code",
        needs="a registered fusion, and a held-out part of the training split",
        forwards=lambda M: M,
        backwards=lambda M: M,
        updates=lambda M: M,
        besides="2^M predictions of the held-out samples after every epoch",
        published_code="none is public",
        ours="eight choices: value and slice of ψ, hysteresis, alignment of features, form of the memory, what it inherits, losses, readout, missing modalities",
    )
    Options: ClassVar[type] = EquilibriumOptions
    needs_held_out = True
    needs_contributions = True
    options: EquilibriumOptions

    def prepare(self, model: FusionModel) -> FusionModel:
        """Return the model in a memory chain, whose statistics the strategy updates.

        Raises
        ------
        ConfigError
            For a `memory_chain` beside options of one, another wrapper, or a model that is not registered.
        """
        if isinstance(model, MemoryChain):
            defaults = EquilibriumOptions().model_options
            given = [name for name, value in self.options.model_options.items() if value != defaults[name]]
            if given:
                raise ConfigError(
                    f"modality_equilibrium: the model is a 'memory_chain' already; leave {', '.join(given)} to it, or give the fusion inside"
                )
            chain = model
        elif not is_registered(model):
            raise ConfigError(
                f"modality_equilibrium: the memory chain needs the pooled features of a registered fusion of mmviz.models, and "
                f"{getattr(model.config, 'name', '') or type(model).__name__} is none; register its class with @mmviz.models.register"
            )
        else:
            chain = wrap_in_memory_chain(model, **self.options.model_options)
        chain.updates_itself = False
        return chain

    def optimizers(self, model: FusionModel, adamw: Callable[..., Optimizer]) -> dict[str, Optimizer]:
        """Return one optimizer, with 1/M of the weight decay, as it makes M steps per batch."""
        return {"all": adamw(1 / len(model.spec.names))}

    def begin(self, training: Training) -> None:
        """Start in the order of the spec."""
        super().begin(training)
        self._order = tuple(range(len(training.names)))
        chain = next(m for m in training.model.modules() if isinstance(m, MemoryChain))
        self._chain = chain
        self._others = [
            [part for k in range(len(training.names)) if k != m for part in modality_parameters(chain, k)]
            for m in range(len(training.names))
        ]

    def state(self) -> dict[str, Any]:
        """Return the order; statistics and memory are buffers of the model."""
        return {"order": list(self._order)}

    def restore(self, state: Mapping[str, Any]) -> None:
        """Restore the order."""
        self._order = tuple(int(m) for m in state["order"])

    def before_epoch(self, epoch: int) -> dict[str, float]:
        """Set the order of the chain by the latest Shapley values."""
        count, names = len(self._order), self.training.names
        if self.options.order == "random":
            self._order = tuple(int(m) for m in self.training.rng.permutation(count))
        elif self.options.order != "fixed" and epoch > 1:
            found = self.training.contributions
            if found is None or not np.isfinite(found.contribution).all():
                raise DataError(
                    "modality_equilibrium: the modalities cannot be ranked: their Shapley values on the held-out samples are not finite; "
                    "train with a smaller learning rate"
                )
            sign = 1 if self.options.order == "weakest_first" else -1
            margin = self.options.hysteresis * found.error
            self._order = rank_weakest_first(sign * found.contribution, self._order, margin)
        self._chain.set_order(self._order)
        return {f"update_order/{names[m]}": float(place) for place, m in enumerate(self._order, 1)}

    def updates(self, batch: Batch, rows: np.ndarray) -> Iterator[Update]:
        """Yield one update per link, or as many joint ones; then move statistics and initial memory."""
        training, M = self.training, len(self._order)
        device, width = training.device, self._chain.config.width
        target, names = batch.required_target, training.names
        memory = torch.zeros(2, len(batch), width, device=device)
        reached = torch.zeros(len(batch), dtype=torch.bool, device=device)
        for place in range(M):
            joint = self.options.updates == "joint"
            m = self._order[-1] if joint else self._order[place]
            members = torch.zeros(M, dtype=torch.bool, device=device)
            members[list(self._order if joint else self._order[: place + 1])] = True
            steps = training.model.encode(batch)
            some = steps.mask.any(-1)
            own = (some.any(0) if joint else some[m]).nonzero()[:, 0]
            if not training.devices.any(len(own) > 0):
                continue
            steps = steps.samples(own).masked(members.expand(len(own), -1))
            training.coalitions.add(steps.mask.any(-1))
            chain = cast("MemoryChain", training.model)
            found = chain.link_forward(steps, None if joint else m)
            part = "joint_loss" if joint else f"loss/{names[m]}"
            update = training.update(
                found.output,
                found.penalties,
                target[own],
                modality=None if joint else names[m],
            )
            update.parts = {**update.parts, part: update.loss.detach()}
            others = [] if joint else [p for p in self._others[m] if not _whole(p)]
            before = values_before_step((p, 0.0) for p in others)
            yield update
            scale_step(before)  # momentum moves rows without a gradient too
            reached[own] = True
            memory[0, own], memory[1, own] = found.hidden.float(), found.cell.float()
            if not joint or place == M - 1:
                self._collect(found.features, steps.mask.any(-1), self._order if joint else (m,))
        hidden, cell = (training.devices.gather(part[reached]) for part in memory)
        self._chain.inherit(hidden, cell)

    def after_backward(self, update: Update) -> None:
        """Remove the gradients of the other modalities, which coupled streams would receive."""
        if update.modality is not None:
            for part in self._others[self.training.names.index(update.modality)]:
                if _whole(part):
                    part.parameter.grad = None
                elif part.gradient is not None:
                    part.gradient.zero_()

    def _collect(self, features: torch.Tensor, present: torch.Tensor, modalities: tuple[int, ...]) -> None:
        """Add the features of all devices to the running statistics of the chain."""
        if self._chain.alignment is None:
            return
        gather = self.training.devices.gather
        x, there = gather(features.float().transpose(0, 1)), gather(present.t())
        for m in modalities:
            self._chain.update_statistics(x.transpose(0, 1), there.t(), m)


def _whole(part: Part) -> bool:
    """Return whether a part is a whole parameter."""
    return part.rows == slice(None)
