"""New data under an old model: what has the same name is put in the model's order, what differs is refused."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mmviz.data.dataset import Split
from mmviz.data.matching_parts import match_channels, match_classes, match_clock_and_unit
from mmviz.data.spec import Modality, Spec
from mmviz.errors import ConfigError, DataError

Rows = NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class Matching:
    """How samples of a data set are laid out for a model that was built for another.

    Attributes
    ----------
    spec
        The data's, as a Trace of them states it: name, source, notes, units, rates, channels and classes of the data. Modalities
        stand in the model's order, those that the data lack among them; classes of the model that the data lack come last.
    model
        The spec that the model was built for.
    order
        Modality name to the channel of the data for each feature of the model; a modality whose channels agree is left out.
    absent
        Modalities of the model that the data lack: absent in every sample.
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
        """Return the split with the modalities that the data lack, absent in every sample."""
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
    """Match the samples of a split, by name, with what a model was built for.

    Parameters
    ----------
    model
        The spec that the model was built for.
    split
        Of any data set. One that was put together by hand has no spec of its own; then names of modalities and numbers of features
        are compared, and all else is taken to be as in ``model``.
    where
        The function that was called, for errors.
    empty
        Whether a split without samples will do.

    Returns
    -------
    Matching
        Channels and classes whose names are the same in another order are put in order. A modality that the data lack is absent.

    Raises
    ------
    ConfigError
        If ``split`` is none, or the data differ: another task, a modality, channel or class that the model does not have, a channel that
        the data lack, another unit or rate. The message says which, and what to do.
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
    """Match a data set with what a model was built for; see :func:`matched`."""
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
