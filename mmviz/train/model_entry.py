"""The model of a run as plain values, and the check that a model given to ``load`` is the one that was trained."""

from __future__ import annotations

import copy
import json
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

import numpy as np

from mmviz.core.errors import CheckpointError
from mmviz.data.spec import spec_from_json
from mmviz.models.base import FusionModel
from mmviz.models.registry import is_registered, name_of, stored_options
from mmviz.models.user_module.model import Adapted

if TYPE_CHECKING:
    from mmviz.data.spec import Spec

#: options of an adapted module that a run contains; the first ones decide on its predictions
_PREDICTING = ("missing", "masks", "masked_as", "output_kind", "tokens", "steps", "align")
_ADAPTED = ("name", *_PREDICTING, "weights", "parameters")


def model_entry(model: FusionModel) -> dict[str, Any]:
    """Return name and options of a model as values of JSON; of a user's module also its class and ``adapted``."""
    options = json.loads(json.dumps(asdict(model.config)))
    if not isinstance(model, Adapted):
        return {"name": name_of(model), "options": options}
    kept = {key: options[key] for key in _ADAPTED}
    return {"name": model.config.name, "adapted": True, "class": class_path(type(model.module)), "options": kept}


def class_path(kind: type) -> str:
    """Return module and name of a class."""
    return f"{kind.__module__}.{kind.__qualname__}"


def given_model(entry: dict[str, Any], spec: dict[str, Any], model: object, where: str) -> FusionModel:
    """Return a copy of the model that a user gave for a stored run.

    Parameters
    ----------
    entry
        From :func:`model_entry`, stored in the run.
    spec
        Stored spec of the run, as values of JSON.
    model
        The given model; its weights are not compared.
    where
        The folder, for errors.

    Raises
    ------
    CheckpointError
        If it is no fusion model, of another class, has other options, or was adapted for other data.
    """
    if not isinstance(model, FusionModel):
        raise CheckpointError(
            f"{where}: model= is a {type(model).__name__}, expected {needed(entry)}, as it was given to mmviz.train.fit"
        )
    now = json.loads(json.dumps(model_entry(model)))
    if bool(entry.get("adapted")) != isinstance(model, Adapted) or (
        not entry.get("adapted") and now["name"] != entry["name"]
    ):
        raise CheckpointError(
            f"{where}: model= is a {now['name']}, the run was trained with {entry['name']}; give {needed(entry)}"
        )
    before = entry["options"] if entry.get("adapted") else stored_options(str(entry["name"]), entry["options"])
    compared = _PREDICTING if entry.get("adapted") else tuple(before)
    changed = [
        f"{key} is {now['options'].get(key)!r}, was {before.get(key)!r}"
        for key in compared
        if now["options"].get(key) != before.get(key)
    ]
    if changed:
        raise CheckpointError(
            f"{where}: model= has other options than the model that was trained: {'; '.join(changed)}"
        )
    _check_data(spec_from_json(spec), model.spec, where)
    try:
        return copy.deepcopy(model)
    except RuntimeError as error:
        raise CheckpointError(
            f"{where}: model= cannot be copied ({error}); give a new module, before its first forward pass"
        ) from error


def needed(entry: dict[str, Any]) -> str:
    """Return what the user has to give so that a run can be loaded, as text."""
    if entry.get("adapted"):
        return f"model=mm.models.adapt(module, ds.spec, ...) with a module of the class {entry.get('class')} and the options of its training"
    return f"a model of the class {entry['name']}"


def loads_without_model(model: FusionModel) -> bool:
    """Return whether a run of this model can be loaded by its name only."""
    return not isinstance(model, Adapted) and is_registered(model)


def _check_data(before: Spec, now: Spec, where: str) -> None:
    what = ""
    shapes = [[(m.name, m.features, m.steps, m.static) for m in spec.modalities] for spec in (before, now)]
    if shapes[0] != shapes[1]:
        what = f"modalities (name, features, steps, static) are {shapes[1]}, were {shapes[0]}"
    elif (before.task.kind, before.task.classes, before.task.outputs) != (
        now.task.kind,
        now.task.classes,
        now.task.outputs,
    ):
        what = f"the task is {now.task}, was {before.task}"
    elif before.duration_s != now.duration_s:
        what = f"the longest recording has {now.duration_s} s, had {before.duration_s} s"
    else:
        for a, b in zip(before.modalities, now.modalities, strict=True):
            if not (np.array_equal(a.mean, b.mean) and np.array_equal(a.std, b.std)):
                what = f"mean or standard deviation of the training data of {a.name!r} differ"
    if what:
        raise CheckpointError(
            f"{where}: model= was made for other data than the run: {what}; give the spec of the data it was trained on"
        )
