"""New data for a trained model: modalities, channels and classes matched by name; differences are refused."""

import math
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mmviz.core.errors import ConfigError, DataError
from mmviz.data.dataset import Split
from mmviz.data.spec import Modality, Spec, Task

_SHOWN = 8


def match_channels(mine: Modality, theirs: Modality, where: str) -> NDArray[np.intp] | None:
    """Return the channel of the data for each feature of the model, by name; None where the order is the same.

    Where one of the two has no names for its channels, their number has to agree, and their order is taken as it is.

    Raises
    ------
    ConfigError
        If channels are missing or unknown, a name occurs twice in another order, or the number differs.
    """
    named = mine.has_channel_names and theirs.has_channel_names
    if not named or mine.channels == theirs.channels:
        if mine.features != theirs.features:
            raise ConfigError(
                f"{where}: modality {mine.name!r} has {theirs.features} features ({_listed(theirs.channels)}), the model was built for "
                f"{mine.features} ({_listed(mine.channels)}); give the same features, with names in channels= to have them matched by name"
            )
        return None
    missing = [name for name in mine.channels if name not in theirs.channels]
    unknown = [name for name in theirs.channels if name not in mine.channels]
    if missing:
        extra = f"; unknown to the model: {_listed(unknown)}" if unknown else ""
        raise ConfigError(
            f"{where}: modality {mine.name!r} is missing the channels {_listed(missing)}, which the model was trained on{extra}; record "
            f"them, correct their names in channels=, or train a model on {_listed([c for c in theirs.channels if c not in unknown])}"
        )
    if unknown:
        kept = [i for i, name in enumerate(theirs.channels) if name in mine.channels]
        raise ConfigError(
            f"{where}: modality {mine.name!r} has the channels {_listed(unknown)}, which the model does not have; keep the others with "
            f"x[..., {kept}] and channels= to match"
        )
    if len(set(mine.channels)) < mine.features or mine.features != theirs.features:
        raise ConfigError(
            f"{where}: the channels of {mine.name!r} cannot be matched by name, as a name occurs twice: the data have "
            f"{_listed(theirs.channels)}, the model {_listed(mine.channels)}; give them in the order of the model"
        )
    return np.array([theirs.channels.index(name) for name in mine.channels], dtype=np.intp)


def match_clock_and_unit(mine: Modality, theirs: Modality, where: str) -> None:
    """Raise ConfigError where both name a unit, or both a rate, and these differ."""
    if mine.unit and theirs.unit and mine.unit != theirs.unit:
        raise ConfigError(
            f"{where}: modality {mine.name!r} is in {theirs.unit!r}, the model was trained on {mine.unit!r}; convert the values and "
            f"state units={{{mine.name!r}: {mine.unit!r}}}"
        )
    if mine.rate_hz and theirs.rate_hz and not math.isclose(mine.rate_hz, theirs.rate_hz, rel_tol=1e-6):
        raise ConfigError(
            f"{where}: modality {mine.name!r} has {theirs.rate_hz:g} steps per second, the model was trained on {mine.rate_hz:g}; resample "
            f"the recordings to rate_hz={{{mine.name!r}: {mine.rate_hz:g}}}, or leave rate_hz out if the rates do not matter"
        )


def match_classes(mine: Task, theirs: Task, where: str) -> tuple[Task, NDArray[np.intp] | None]:
    """Return the task as the data have it, and the model's output for each of its classes; None where they agree.

    Classes of the data come first, in their order; then those of the model that the data do not have. Where one of the two has no
    names for its classes, their number has to agree, and their order is taken as it is.

    Raises
    ------
    ConfigError
        If the kind of task differs, a class is unknown to the model, or numbers of unnamed classes differ.
    """
    if theirs.kind == "classification" and not theirs.classes:  # no labels: they can only be predicted
        return mine, None
    if mine.kind != theirs.kind:
        raise ConfigError(
            f"{where} is a {theirs.kind}, the model was trained for a {mine.kind}; pass task={mine.kind!r} to from_arrays"
        )
    if mine.classes == theirs.classes:
        if mine.outputs != theirs.outputs:
            raise ConfigError(f"{where} has {theirs.outputs} outputs, the model was trained for {mine.outputs}")
        return theirs, None
    unknown = [name for name in theirs.classes if name not in mine.classes]
    if unknown and mine.has_class_names and theirs.has_class_names:
        raise ConfigError(
            f"{where} has the class {_listed(unknown)}, which the model does not have; it was trained with {_listed(mine.classes)}: give "
            "these names in classes="
        )
    if unknown:
        if len(mine.classes) != len(theirs.classes):
            raise ConfigError(
                f"{where} has {len(theirs.classes)} classes ({_listed(theirs.classes)}), the model was trained with {len(mine.classes)} "
                f"({_listed(mine.classes)}); give classes={list(mine.classes[:_SHOWN])!r}"
            )
        return (theirs if theirs.has_class_names else mine), None
    names = (*theirs.classes, *(name for name in mine.classes if name not in theirs.classes))
    task = replace(mine, classes=names)
    return task, None if names == mine.classes else np.array([mine.classes.index(n) for n in names], dtype=np.intp)


def _listed(names: tuple[str, ...] | list[str]) -> str:
    more = f", … ({len(names)})" if len(names) > _SHOWN else ""
    return ", ".join(map(repr, names[:_SHOWN])) + more


Rows = NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class Matching:
    """Correspondence between a data set and a model that was built for another: order of modalities, channels and classes.

    Attributes
    ----------
    spec
        The data's, as a Trace of them states it: name, source, notes, units, rates, channels and classes of the data. Modalities
        are in the model's order, including those missing from the data; classes of the model that the data do not have come last.
    model
        The spec that the model was built for.
    order
        Modality name to the channel of the data for each feature of the model; a modality whose channels agree is left out.
    absent
        Modalities of the model that are missing from the data: absent in every sample.
    columns
        The model's output for each class of `spec`; None where they agree.
    """

    spec: Spec
    model: Spec
    order: Mapping[str, NDArray[np.intp]] = field(default_factory=dict)
    absent: tuple[str, ...] = ()
    columns: NDArray[np.intp] | None = None

    @property
    def rearranged(self) -> bool:
        """Whether anything differs in order, or is absent: the data are not laid out as the model expects them."""
        return bool(self.order or self.absent) or self.columns is not None

    def recorded(self, split: Split, name: str, rows: Rows) -> tuple[NDArray[np.float32], NDArray[np.bool_]]:
        """Return values (row, step, feature) and valid (row, step) as the data have them; an absent modality is all zeros and False."""
        if name not in split.inputs:
            modality = self.spec.modality(name)
            nothing = np.broadcast_to(np.float32(0), (len(rows), modality.steps, modality.features))
            return nothing, np.zeros(nothing.shape[:2], dtype=bool)
        return np.asarray(split.inputs[name][rows]), np.asarray(split.valid[name][rows])

    def expected(self, split: Split, name: str, rows: Rows) -> tuple[NDArray[np.float32], NDArray[np.bool_]]:
        """Return the same with the features in the order of the model."""
        values, valid = self.recorded(split, name, rows)
        return (values[..., self.order[name]] if name in self.order else values), valid

    def features(self, name: str, values: NDArray[Any]) -> NDArray[Any]:
        """Return values (..., feature) that are in the order of the model in the order of the data."""
        return values[..., np.argsort(self.order[name])] if name in self.order else values

    def completed(self, split: Split) -> Split:
        """Return the split with the missing modalities added, absent in every sample."""
        rows = np.arange(len(split))
        pairs = {name: self.recorded(split, name, rows) for name in self.absent}
        inputs = dict(split.inputs) | {name: x for name, (x, _) in pairs.items()}
        return replace(split, inputs=inputs, valid=dict(split.valid) | {name: v for name, (_, v) in pairs.items()})

    def target(self, split: Split, rows: Rows) -> NDArray[Any]:
        """Return the targets in the numbers that the model has for the classes."""
        target = np.asarray(split.target)[rows]
        if self.columns is None or target.dtype.kind not in "iu" or target.ndim != 1:
            return target
        return np.where(target >= 0, self.columns[target], target)

    def outputs(self, output: NDArray[Any]) -> NDArray[Any]:
        """Return the model's outputs (..., output) in the order of the classes of `spec`."""
        return output if self.columns is None else output[..., self.columns]


def matched(model: Spec, split: Split, where: str, *, empty: bool = False) -> Matching:
    """Match the modalities, channels and classes of a split by name with those of a model.

    Parameters
    ----------
    model
        The spec that the model was built for.
    split
        Of any data set. For a split without a spec, names of modalities and numbers of features are compared; everything else is assumed
        to equal ``model``.
    where
        The function that was called, for errors.
    empty
        Whether a split without samples is accepted.

    Returns
    -------
    Matching
        Channels and classes whose names are the same in another order are put in order. A modality missing from the data is absent.

    Raises
    ------
    ConfigError
        If ``split`` is none, or the data differ: another task, a modality, channel or class that the model does not have, a channel that
        missing from the data, another unit or rate.
    DataError
        If the split holds no samples and ``empty`` is False.
    """
    if not isinstance(split, Split):
        raise ConfigError(f"{where}: got a {type(split).__name__}, expected a split of a data set, such as ds['test']")
    if len(split) == 0 and not empty:
        raise DataError(f"{where}: the split {split.name!r} holds no samples; give at least one")
    data = split.spec
    if data is None:
        features = {name: x.shape[2] for name, x in split.inputs.items()}
        _refuse_unknown(model, tuple(features), where, "the data")
        for name, count in features.items():
            if count != model.modality(name).features:
                raise ConfigError(
                    f"{where}: modality {name!r} has {count} features in the data, the model was built for "
                    f"{model.modality(name).features}"
                )
        return Matching(model, model, absent=tuple(n for n in model.names if n not in features))
    return match_specs(model, data, where)


def match_specs(model: Spec, data: Spec, where: str) -> Matching:
    """Match a data set with the spec of a model; see :func:`matched`."""
    _refuse_unknown(model, data.names, where, repr(data.name))
    place = f"{where}: {data.name!r}"
    task, columns = match_classes(model.task, data.task, place)
    order, modalities, notes = {}, [], list(data.notes)
    for mine in model.modalities:
        if mine.name not in data.names:
            modalities.append(replace(mine))
            notes.append(f"{mine.name} was not recorded: absent in every sample")
            continue
        theirs = data.modality(mine.name)
        match_clock_and_unit(mine, theirs, place)
        channels = match_channels(mine, theirs, place)
        if channels is not None:
            order[mine.name] = channels
            notes.append(
                f"the features of {mine.name} were put in the order of the model, by the names of the channels"
            )
        modalities.append(_described(mine, theirs, channels))
    if columns is not None:
        notes.append(
            f"the classes are in the order of these data; the model was trained with {', '.join(model.task.classes)}"
        )
    absent = tuple(name for name in model.names if name not in data.names)
    spec = replace(data, modalities=tuple(modalities), task=task, notes=tuple(notes))
    return Matching(spec, model, order, absent, columns)


def _refuse_unknown(model: Spec, names: tuple[str, ...], where: str, data: str) -> None:
    unknown = [name for name in names if name not in model.names]
    known = [name for name in names if name in model.names]
    if unknown and not known:
        raise ConfigError(
            f"{where}: {data} has the modalities {', '.join(names)}, the model was built for {', '.join(model.names)}; give data of "
            "these, under the same names"
        )
    if unknown:
        raise ConfigError(
            f"{where}: the model does not have the modality {', '.join(map(repr, unknown))} of {data}, it was built for "
            f"{', '.join(model.names)}; leave it out of inputs, or keep the others with "
            f"mmviz.data.select_modalities(ds, {known!r})"
        )


def _described(mine: Modality, theirs: Modality, channels: NDArray[np.intp] | None) -> Modality:
    """Return the modality as the data have it, with the model's statistics in the order of its channels."""
    mean, std = mine.mean, mine.std
    if channels is not None:
        back = np.argsort(channels)
        mean, std = mean[back], std[back]
    names = theirs.channels if theirs.has_channel_names else mine.channels
    text = theirs.description or mine.description
    return replace(theirs, channels=names, mean=mean, std=std, description=text, static=mine.static)
