"""Compare one modality, or the task, of new data with what a model was built for."""

import math
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from mmviz.data.spec import Modality, Task
from mmviz.errors import ConfigError

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
            f"{where} is a {theirs.kind}, the model was trained for a {mine.kind}; state task={mine.kind!r} where the data are made"
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
