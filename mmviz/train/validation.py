"""Validation of a call of ``fit`` before the training starts: data, splits, labels, strategy."""

from __future__ import annotations

import copy
import dataclasses
import warnings
from typing import TYPE_CHECKING, Any

import numpy as np
import torch

from mmviz.core.errors import ConfigError, DataError
from mmviz.data.matching import match_specs
from mmviz.data.splits import canonical
from mmviz.models.base import FusionModel
from mmviz.models.registry import is_registered
from mmviz.models.user_module.model import Adapted
from mmviz.models.user_module.probe import probe_batch
from mmviz.models.user_module.trials import MODULE_ERRORS
from mmviz.train.class_balance import class_weights
from mmviz.train.config import SELECT
from mmviz.train.contributions import ContributionMonitor

if TYPE_CHECKING:
    from pathlib import Path

    from mmviz.data.dataset import Dataset
    from mmviz.train.config import TrainConfig
    from mmviz.train.strategies.base import Strategy


def with_split_names(ds: Dataset, config: TrainConfig) -> TrainConfig:
    """Return the options with the split names of the data set: "valid" for "val" or "dev"."""
    names: dict[str, Any] = {
        option: name if name in ds.splits or canonical(name) not in ds.splits else canonical(name)
        for option, name in (("train", config.train), ("valid", config.valid))
        if isinstance(name, str)
    }
    return dataclasses.replace(config, **names)


def check_splits(ds: Dataset, config: TrainConfig) -> None:
    """Raise ConfigError where a named split does not exist or holds no sample."""
    if config.train not in ds.splits:
        raise ConfigError(
            f"fit: split {config.train!r} is not there; {ds.spec.name!r} has {', '.join(ds.splits)}: name one with train="
        )
    if config.valid not in ds.splits and (config.patience or config.valid != "valid"):
        raise ConfigError(
            f"fit: split {config.valid!r} is not there, so nothing can be validated; {ds.spec.name!r} has "
            f"{', '.join(ds.splits)}: name one with valid=, or leave out patience and valid"
        )
    for option, name in (("train", config.train), ("valid", config.valid)):
        if name in ds.splits and not len(ds.splits[name]):
            raise ConfigError(
                f"fit: split {name!r} of {ds.spec.name!r} holds no sample; name another with {option}=, or leave the split out of the data"
            )


def check_labels(ds: Dataset, config: TrainConfig) -> None:
    """Raise DataError where the training or validation split has no labels, or several per sample."""
    for name in (config.train, config.valid):
        if name not in ds.splits:
            continue
        if ds.splits[name].target is None:
            raise DataError(
                f"fit: split {name!r} of {ds.spec.name!r} has no labels (target is None), so it can only be predicted; give "
                "its target, or name a labelled split with train= and valid="
            )
        ds.splits[name].labels("fit")
    check_classes(ds, config)


def check_classes(ds: Dataset, config: TrainConfig) -> None:
    """Raise ConfigError where an option about classes does not match the data: task, class names, validation split."""
    score = SELECT[config.select]
    if ds.spec.task.kind != "classification":
        for option, given in (("select", bool(score)), ("sampling", config.sampling != "shuffle")):
            if given:
                raise ConfigError(
                    f"fit: {option}={getattr(config, option)!r} for a {ds.spec.task.kind}; only a classification has classes"
                )
    class_weights(config.class_weight, ds.spec.task, ds.splits[config.train].labels("fit"))
    if not score:
        return
    if config.valid not in ds.splits or not len(ds.splits[config.valid]):
        raise ConfigError(
            f"fit: select={config.select!r} needs a validation split; {ds.spec.name!r} has {', '.join(ds.splits)}: name one with "
            "valid=, or choose select='last'"
        )
    if len(np.unique(ds.splits[config.valid].labels("fit"))) < 2:
        raise ConfigError(
            f"fit: select={config.select!r}, but split {config.valid!r} holds one class only, for which that score is undefined; "
            "give a validation split with several classes, or choose select='last'"
        )


def check_recorded(ds: Dataset, config: TrainConfig) -> None:
    """Raise ConfigError where a modality is absent in every training sample."""
    for name, valid in ds[config.train].valid.items():
        if not valid.any():
            raise ConfigError(
                f"fit: modality {name!r} is absent in every sample of {config.train!r}; train without it, on "
                f"mmviz.data.select_modalities(ds, {[n for n in ds.spec.names if n != name]!r})"
            )


def check_strategy(strategy: Strategy, config: TrainConfig, ds: Dataset) -> None:
    """Raise ConfigError where strategy, options and data cannot be combined."""
    kind = ds.spec.task.kind
    if kind not in strategy.tasks:
        raise ConfigError(
            f"fit: strategy={strategy.name!r} is for {' and '.join(strategy.tasks)} only, {ds.spec.name!r} is a {kind}; "
            "choose another strategy, such as joint"
        )
    if isinstance(config.monitor, ContributionMonitor):
        config.monitor.check(ds.spec)
    if strategy.reorders and config.sampling == "balanced":
        raise ConfigError(
            f"fit: strategy={strategy.name!r} chooses the samples of an epoch itself, sampling='balanced' would too; "
            "leave out sampling, or give class_weight='balanced'"
        )
    if strategy.reorders and config.bucket:
        raise ConfigError(
            f"fit: strategy={strategy.name!r} chooses the samples of an epoch itself, bucket={config.bucket} would too; "
            "leave out bucket"
        )


def check_model(model: FusionModel, *, out: str | Path | None) -> None:
    """Raise ConfigError for a model that cannot be trained; warn if its saved run needs a registration to be loaded by name."""
    name = type(model).__name__
    if not isinstance(model, FusionModel):
        raise ConfigError(
            f"fit: model is a {name}, expected a subclass of mmviz.models.FusionModel; mmviz.models.adapt(module, ds.spec, ...) wraps an nn.Module"
        )
    if not any(parameter.requires_grad for parameter in model.parameters()):
        count = sum(1 for _ in model.parameters())
        seen = f"all {count} are frozen (requires_grad=False)" if count else "it has none"
        raise ConfigError(
            f"fit: {shown_name(model)} has no parameter to train: {seen}; set requires_grad_(True) on those that are to be trained before "
            "adapt(), or record it untrained as mmviz.train.as_run(adapted)"
        )
    if out is not None and not isinstance(model, Adapted) and not is_registered(model):
        warnings.warn(
            f"fit: {name} is not registered, so mmviz.train.load(out) cannot rebuild it from {out} by name: give load a model of the class, "
            f"load(out, model=...), or decorate {name} with @mmviz.models.register({name.lower()!r}, {type(model.config).__name__})",
            stacklevel=3,
        )


def shown_name(model: FusionModel) -> str:
    """Return the name of a model for messages: of a user's module the name it was given."""
    return model.config.name if isinstance(model, Adapted) else type(model).__name__


def check_module(model: FusionModel, config: TrainConfig) -> None:
    """Raise ConfigError for a user's module whose weights cannot be trained or stored, or that cannot be used in training mode."""
    if not isinstance(model, Adapted):
        return
    augmented = () if config.augment is None else (*config.augment.rotate, *config.augment.stretch)
    changed = [name for name in model.config.tokens if name in augmented]
    if changed:
        raise ConfigError(
            f"fit: augment= would change modality {changed[0]!r}, whose values are token ids of {shown_name(model)}; leave it out of rotate and "
            "stretch"
        )
    for key, parameter in model.named_parameters():
        if not parameter.is_leaf:
            raise ConfigError(
                f"fit: {key.removeprefix('module.')} of {shown_name(model)} is a result of a computation, not a parameter of its own, and cannot "
                "be trained (a copy of a TorchScript module is such a case); adapt the nn.Module that it was made from"
            )
        if parameter.dtype != torch.float32:
            raise ConfigError(
                f"fit: {key.removeprefix('module.')} of {shown_name(model)} is {parameter.dtype}, and fit trains and stores weights in float32; "
                "give adapt(module.float(), ...), and precision='bf16-mixed' for products in half precision or precision='64-true' for float64"
                if parameter.is_floating_point()
                else f"fit: {key.removeprefix('module.')} of {shown_name(model)} is {parameter.dtype}, and fit trains float32 only; keep a complex "
                "parameter as torch.view_as_real(p), two real numbers"
            )
    for key, value in model.state_dict().items():
        if not isinstance(value, torch.Tensor):
            raise ConfigError(
                f"fit: the state_dict of {shown_name(model)} holds {key.removeprefix('module.')!r}, a {type(value).__name__}, and fit stores "
                "tensors only; make it a buffer"
            )
    trial = copy.deepcopy(model).train()
    batch = probe_batch(model.spec)
    try:
        with torch.random.fork_rng(devices=[]), torch.inference_mode(mode=False), torch.enable_grad():
            output = trial.training_forward(trial.encode(batch))[0]
    except ConfigError as error:
        raise ConfigError(
            f"fit: in training mode (module.train()): {error}. If the output differs between the modes, select it with call=, as "
            "call=lambda net, *given: net(*given)[0] if net.training else net(*given)"
        ) from error
    except MODULE_ERRORS as error:
        raise ConfigError(
            f"fit: {shown_name(model)} fails on two samples in training mode (module.train()), though it predicts in evaluation mode: "
            f"{type(error).__name__}: {error}"
        ) from error
    if not output.requires_grad:
        raise ConfigError(
            f"fit: the output of {shown_name(model)} has no gradient: it is computed under torch.no_grad(), detached, or by parameters that are "
            "frozen; remove that from its forward(), or from call="
        )


def check_spec(model: FusionModel, ds: Dataset) -> None:
    """Raise ConfigError where ``ds`` is not a data set, or the model was built for other data."""
    if not hasattr(ds, "splits"):
        raise ConfigError(
            f"fit: ds is a {type(ds).__name__}, expected a data set, such as mmviz.data.from_arrays(...) returns, with its splits"
        )
    mine = getattr(model, "spec", None)
    if mine is None:
        raise ConfigError(f"fit: {type(model).__name__} has no spec; build the model with mmviz.models.build")
    shape = [(m.name, m.features) for m in mine.modalities]
    theirs = [(m.name, m.features) for m in ds.spec.modalities]
    if shape != theirs or mine.task.outputs != ds.spec.task.outputs:
        raise ConfigError(
            f"fit: the model was built for {shape} with {mine.task.outputs} outputs, the data set {ds.spec.name!r} has "
            f"{theirs} with {ds.spec.task.outputs}; build the model from ds.spec"
        )
    try:
        matching = match_specs(mine, ds.spec, "fit")
    except ConfigError as error:
        raise ConfigError(f"{error}; or build the model from ds.spec") from error
    if matching.rearranged:
        changed = [
            *(f"channels of {name}" for name in matching.order),
            *(["classes"] if matching.columns is not None else []),
        ]
        raise ConfigError(
            f"fit: the model was built for {mine.name!r}, which has the {' and '.join(changed)} in another order than {ds.spec.name!r}; build "
            "the model from ds.spec"
        )
