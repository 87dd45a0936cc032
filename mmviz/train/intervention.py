"""Interventions: changes of a training at a given epoch and batch; their values, and their checks against model, data and options."""

from __future__ import annotations

import copy
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import torch

from mmviz.core.errors import ConfigError
from mmviz.core.options import given_mapping, number, require_known, whole
from mmviz.models.user_module.probe import probe_batch
from mmviz.train.modality_parameters import require_modality_parameters

if TYPE_CHECKING:
    from mmviz.data.dataset import Dataset
    from mmviz.models.base import FusionModel
    from mmviz.train.config import TrainConfig
    from mmviz.train.strategies.base import Strategy

#: fields of an intervention that hold one value per modality or loss -> (default, highest value)
MAPPINGS = {
    "learning_rate_factor": (1.0, float("inf")),
    "loss_weight": (1.0, float("inf")),
    "modality_dropout": (0.0, 1.0),
}
PENALTY = "penalty/"


@dataclass(frozen=True)
class Intervention:
    """A change of a training, ``fit(..., interventions=[mm.train.Intervention(epoch=3, learning_rate_factor={"audio": 0.1})])``.

    It takes effect before batch ``step`` of its epoch and lasts until another intervention changes the same value.

    Attributes
    ----------
    epoch
        From 1.
    step
        Batch of the epoch, from 0. A new strategy begins with an epoch, so ``strategy`` needs 0; so does every change while the strategy
        chooses the samples of an epoch itself.
    strategy, strategy_options
        Name of the new strategy, one of :data:`mmviz.train.STRATEGIES`, and its options. The weights stay. The moments of AdamW stay where
        the new strategy has an optimizer of the same name and parameters, otherwise they begin at zero. Loss weights are reset.
    learning_rate
        New peak of the schedule, > 0; the schedule's position does not change.
    learning_rate_factor
        Modality to the factor, ≥ 0, of every step of the parameters that only this modality uses, see
        :func:`mmviz.train.modality_parameters.modality_parameters`. AdamW's step is linear in the learning rate, so this is a learning rate
        of that modality: rate × factor. 0 keeps the parameters as they are.
    loss_weight
        Weight ≥ 0 of a loss: ``"joint"``, the loss of the prediction from all modalities (default 1); a modality, its unimodal loss with all
        others masked (default 0 where the strategy has joint updates; 1 in ``unimodal``); ``"penalty/<name>"``, an auxiliary loss of the
        model (default 1). Only for strategies whose update is a sum of losses (``Strategy.weighted_losses``).
    modality_dropout
        Modality to the probability in [0, 1) of masking it in a training sample, independently, given that a sample keeps at least one
        modality. It applies in front of every strategy, to training batches only.
    stop
        End the training here; the status is ``interrupted``.

    Raises
    ------
    ConfigError
        No change, or a value out of range.
    """

    epoch: int
    step: int = 0
    strategy: str | None = None
    strategy_options: dict[str, Any] = field(default_factory=dict)
    learning_rate: float | None = None
    learning_rate_factor: dict[str, float] = field(default_factory=dict)
    loss_weight: dict[str, float] = field(default_factory=dict)
    modality_dropout: dict[str, float] = field(default_factory=dict)
    stop: bool = False

    def __post_init__(self) -> None:
        object.__setattr__(self, "epoch", whole(self.epoch, "Intervention: epoch", low=1))
        object.__setattr__(self, "step", whole(self.step, "Intervention: step", low=0))
        if self.strategy is not None and not isinstance(self.strategy, str):
            raise ConfigError(
                f"Intervention: strategy is a {type(self.strategy).__name__}; give the name of a registered strategy, and its options as "
                "strategy_options"
            )
        options = given_mapping(self.strategy_options, "Intervention: strategy_options", '{"rate": 0.3}')
        object.__setattr__(self, "strategy_options", dict(options))
        if self.strategy_options and self.strategy is None:
            raise ConfigError(
                f"Intervention: strategy_options={self.strategy_options!r} without strategy; name the strategy"
            )
        if self.learning_rate is not None:
            rate = number(self.learning_rate, "Intervention: learning_rate", low=0, above=True)
            object.__setattr__(self, "learning_rate", rate)
        for name, (_, high) in MAPPINGS.items():
            object.__setattr__(self, name, _values(getattr(self, name), name, high))
        if not isinstance(self.stop, bool):
            raise ConfigError(f"Intervention: stop={self.stop!r}; give True or False")
        if not self.changes:
            raise ConfigError(
                f"Intervention: epoch={self.epoch}, step={self.step} changes nothing; give one of strategy, learning_rate, "
                f"{', '.join(MAPPINGS)}, stop"
            )
        if self.strategy is not None and self.step:
            raise ConfigError(
                f"Intervention: strategy={self.strategy!r} at step={self.step}; a strategy begins with an epoch: give step=0"
            )

    @property
    def changes(self) -> dict[str, Any]:
        """The fields that this intervention sets, by name."""
        names = ("strategy", "strategy_options", "learning_rate", *MAPPINGS, "stop")
        return {name: value for name in names if (value := getattr(self, name)) not in (None, {}, False)}

    @property
    def place(self) -> tuple[int, int]:
        """Epoch and step."""
        return self.epoch, self.step

    def __repr__(self) -> str:
        given = {"epoch": self.epoch, **({"step": self.step} if self.step else {}), **self.changes}
        return f"Intervention({', '.join(f'{name}={value!r}' for name, value in given.items())})"


def _values(given: object, name: str, high: float) -> dict[str, float]:
    option = f"Intervention: {name}"
    found: dict[str, float] = {}
    for key, value in given_mapping(given, option, '{"audio": 0.1}').items():
        if not isinstance(key, str):
            raise ConfigError(f"{option}: {key!r} is a {type(key).__name__}; give the name of a modality")
        found[key] = number(value, f"{option}[{key!r}]", low=0, high=high)
        if high == 1 and found[key] == 1:
            raise ConfigError(f"{option}[{key!r}]=1 masks it in every sample; give a probability below 1")
    return found


def ordered(given: object, epochs: int) -> tuple[Intervention, ...]:
    """Return the interventions in the order in which they apply.

    Raises
    ------
    ConfigError
        Not a sequence of interventions, or one after the last epoch.
    """
    if isinstance(given, (str, Mapping)) or not isinstance(given, Sequence):
        raise ConfigError(
            f"fit: interventions={given!r:.80}; give a list of mmviz.train.Intervention, such as "
            "[mmviz.train.Intervention(epoch=3, learning_rate=1e-3)]"
        )
    for i, each in enumerate(given):
        if not isinstance(each, Intervention):
            raise ConfigError(
                f"fit: interventions[{i}] is a {type(each).__name__}; give an mmviz.train.Intervention(epoch=..., ...)"
            )
        if each.epoch > epochs:
            raise ConfigError(
                f"fit: interventions[{i}] is at epoch {each.epoch} of {epochs}; give one from 1 to {epochs}"
            )
    return tuple(sorted(given, key=lambda each: each.place))


def check_steps(interventions: Sequence[Intervention], batches: int) -> None:
    """Raise ConfigError for a step after the last batch of an epoch."""
    for each in interventions:
        if each.step >= batches:
            raise ConfigError(
                f"Intervention at epoch {each.epoch}: step={each.step}, and an epoch has {batches} batches; give one from 0 to {batches - 1}"
            )


def check_interventions(config: TrainConfig, strategy: Strategy, model: FusionModel, ds: Dataset) -> None:
    """Raise ConfigError where an intervention cannot be applied to this model, data set and strategy; nothing is changed.

    Parameters
    ----------
    config
        Options of the training, with its interventions.
    strategy
        Of the first epoch.
    model, ds
        As ``fit`` takes them.
    """
    if not config.interventions:
        return
    from mmviz.train.strategies import strategy_of
    from mmviz.train.validation import check_strategy

    trial = copy.deepcopy(strategy).prepare(copy.deepcopy(model).cpu())
    names, penalties = tuple(trial.spec.names), None
    held_out = config.monitor is not None or strategy.needs_held_out
    for each in config.interventions:
        where = f"Intervention at epoch {each.epoch}"
        if each.strategy is not None:
            strategy = strategy_of(each.strategy, each.strategy_options)
            check_strategy(strategy, config, ds)
            _check_held_out(strategy, config, where, held_out=held_out)
            if strategy.prepare(trial) is not trial:
                raise ConfigError(
                    f"{where}: strategy={each.strategy!r} with these options adds parts to the model, which a training cannot do later; begin "
                    "with that strategy, or leave out memory= and mapping="
                )
        if each.step and strategy.reorders:
            raise ConfigError(
                f"{where}, step {each.step}: strategy={strategy.name!r} chooses the samples of an epoch itself; give step=0"
            )
        for name in ("learning_rate_factor", "modality_dropout"):
            require_known(getattr(each, name), names, f"{where}: {name}")
        require_modality_parameters(
            trial,
            f"{where}: learning_rate_factor",
            "scales the steps of the parameters of a modality",
            each.learning_rate_factor,
        )
        if each.loss_weight:
            if penalties is None:
                penalties = _penalties(trial)
            _check_weights(each, strategy, names, penalties, where)


def _check_held_out(strategy: Strategy, config: TrainConfig, where: str, *, held_out: bool) -> None:
    if (strategy.needs_contributions and config.monitor is None) or (strategy.needs_held_out and not held_out):
        raise ConfigError(
            f"{where}: strategy={strategy.name!r} needs a held-out subset of the training split from the first epoch on; train with monitor=True"
        )


def _check_weights(
    each: Intervention, strategy: Strategy, names: tuple[str, ...], penalties: tuple[str, ...], where: str
) -> None:
    kinds = {"joint": ("joint",), "unimodal": names, "penalty": tuple(f"{PENALTY}{name}" for name in penalties)}
    allowed = [name for kind in strategy.weighted_losses for name in kinds[kind]]
    if not allowed:
        raise ConfigError(
            f"{where}: loss_weight with strategy={strategy.name!r}, whose losses are not weighted (each update has one loss, or the strategy "
            "computes the weights); change the strategy in the same intervention, or give learning_rate_factor"
        )
    if "joint" in names and "joint" in strategy.weighted_losses:
        raise ConfigError(
            f"{where}: loss_weight: a modality is named 'joint', like the loss of all; rename the modality"
        )
    require_known(each.loss_weight, allowed, f"{where}: loss_weight", "loss")


def _penalties(model: FusionModel) -> tuple[str, ...]:
    """Return the names of the auxiliary losses of a model."""
    trial = copy.deepcopy(model).train()
    with torch.random.fork_rng(devices=[]), torch.no_grad():
        return tuple(trial.training_forward(trial.encode(probe_batch(model.spec)))[1])
