"""Going on with a training that stopped: what the folder holds, and whether it is the same training."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from mmviz.errors import CheckpointError, ConfigError
from mmviz.train.folder import RunFolder
from mmviz.train.state import State

if TYPE_CHECKING:
    from pathlib import Path

    from torch import Tensor

    from mmviz.models.fusion import FusionModel

_MAY_DIFFER = ("train.accelerator",)


@dataclass(frozen=True)
class Before:
    """What a stopped training leaves to the one that goes on.

    Attributes
    ----------
    state
        After its last whole epoch; an epoch that was cut short is trained again.
    history, weights, entries
        Of the epochs up to that one, as in `Record`.
    entry
        Of the state, in ``run.json``.
    """

    state: State
    history: list[dict[str, float]]
    weights: dict[int, dict[str, Tensor]]
    entries: dict[str, dict[str, str]]
    entry: dict[str, str]


def folder_of(out: str | Path | None, resume: bool | str | Path) -> tuple[str | Path | None, bool]:
    """Return the run's folder, and whether to go on with what it holds.

    ``resume=True`` goes on where ``out`` holds a run and begins where it holds none; a path must hold one.

    Raises
    ------
    ConfigError
        If neither names a folder, or they name two.
    CheckpointError
        If the path that was named holds no run.
    """
    if isinstance(resume, bool):
        if resume and out is None:
            raise ConfigError("fit: resume=True goes on with the run in out=, which is None; name the folder")
        return out, resume and out is not None and (RunFolder(out).path / "run.json").exists()
    if out is not None and RunFolder(out).path.resolve() != RunFolder(resume).path.resolve():
        raise ConfigError(
            f"fit: resume={str(resume)!r} goes on in that folder, out={str(out)!r} is another; leave out one of them"
        )
    RunFolder(resume).read_index()
    return resume, True


def read_before(path: str | Path, model: FusionModel, made: dict[str, Any]) -> Before:
    """Return what the run in a folder leaves to go on with.

    Parameters
    ----------
    path
        The run's folder.
    model
        As it is trained, on the CPU; only shapes are looked at.
    made
        What the call asks for (model, options of the training, content of the data): the run must have been made of the same.

    Raises
    ------
    ConfigError
        If it was made of something else; every difference is named.
    CheckpointError
        If the run left no state, or a file is missing or changed.
    """
    folder = RunFolder(path)
    index = folder.read_index()
    state = folder.read_state(index.get("state"))
    differences = [
        f"{name} is {here!r}, was {there!r}"
        for name, there, here in _differences("", _made_of(state, folder), made)
        if name not in _MAY_DIFFER
    ]
    if differences:
        raise ConfigError(
            f"fit: {folder.path} holds another training: {'; '.join(differences)}. Give the same model, data and options to go on with "
            "it, or another out= to begin anew"
        )
    like = model.state_dict()
    try:
        kept = {epoch: entry for epoch, entry in index["weights"].items() if int(epoch) <= state.epoch}
        history = [row for row in index["history"] if row["epoch"] <= state.epoch]
        weights = {int(epoch): folder.read_weights(entry, like) for epoch, entry in kept.items()}
    except (KeyError, TypeError, AttributeError, ValueError) as error:
        raise CheckpointError(f"{folder.path / 'run.json'} is not the index of a run ({error!r})") from error
    whole = [{k: math.nan if v is None else v for k, v in row.items()} for row in history]
    return Before(state, whole, weights, kept, index["state"])


def _made_of(state: State, folder: RunFolder) -> Any:
    """Return what the stopped training was made of; CheckpointError where its state does not hold that."""
    plain = state.plain
    if not isinstance(plain, dict) or not isinstance(plain.get("made"), dict) or type(plain.get("epoch")) is not int:
        raise CheckpointError(f"{folder.path}: the state to resume from is incomplete; train again with another out=")
    return plain["made"]


def _differences(name: str, there: Any, here: Any) -> list[tuple[str, Any, Any]]:
    """Return the leaves of two trees that differ."""
    if isinstance(there, dict) and isinstance(here, dict):
        keys = [*there, *(k for k in here if k not in there)]
        nested = (_differences(f"{name}.{k}".lstrip("."), there.get(k), here.get(k)) for k in keys)
        return [each for found in nested for each in found]
    return [] if there == here else [(name, there, here)]
