"""Validation of a spec that was read from a file: types, sizes and values of every field."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np

from mmviz.core.errors import DataError

if TYPE_CHECKING:
    from mmviz.data.spec import Modality, Spec

MAX_STEPS = 1 << 24
MAX_FEATURES = 1 << 24
MAX_EXAMPLES = 64


def check_spec(spec: Spec) -> Spec:
    """Return a spec of a file after the check of every field.

    Parameters
    ----------
    spec
        As it was read; a field may have any type of JSON.

    Raises
    ------
    DataError
        At the first field of another type, size or range than a data set has; names field and value.
    """
    for field in ("name", "source", "licence"):
        _text(getattr(spec, field), field, empty=field != "name")
    _require(all(type(note) is str for note in spec.notes), "notes", spec.notes, "a list of texts")
    _positive(spec.duration_s, "duration_s")
    names = [modality.name for modality in spec.modalities]
    for modality in spec.modalities:
        _check_modality(modality)
    _require(0 < len(names) == len(set(names)), "modalities", names, "one or more of different names")
    kind, classes, outputs = spec.task.kind, spec.task.classes, spec.task.outputs
    _require(kind in ("classification", "regression"), "task.kind", kind, "classification or regression")
    for name in classes:
        _text(name, "task.classes")
    _require(len(set(classes)) == len(classes), "task.classes", classes, "different names")
    _whole(outputs, "task.outputs", int(kind == "regression"), MAX_FEATURES)  # without labels no class may be known
    _require(kind == "regression" or outputs == len(classes), "task.outputs", outputs, f"{len(classes)}, one per class")
    return spec


def _check_modality(modality: Modality) -> None:
    _text(modality.name, "a modality's name")
    where = f"{modality.name!r:.40}: "
    features = _whole(modality.features, where + "features", 1, MAX_FEATURES)
    _whole(modality.steps, where + "steps", 0, MAX_STEPS)
    for field in ("unit", "description", "looks_ahead"):
        _text(getattr(modality, field), where + field, empty=True)
    for field in ("rate_hz", "spacing_s"):
        _positive(getattr(modality, field), where + field)
    for field in ("irregular", "static"):
        _require(type(getattr(modality, field)) is bool, where + field, getattr(modality, field), "true or false")
    _require(len(modality.channels) == features, where + "channels", modality.channels, f"{features} names")
    for name in modality.channels:
        _text(name, where + "channels", empty=True)
    for field in ("mean", "std"):
        value = getattr(modality, field)
        fits = value is not None and value.shape == (features,) and bool(np.isfinite(value).all())
        _require(fits, where + field, value, f"{features} finite numbers")
    _require(bool((modality.std >= 0).all()), where + "std", modality.std, "no negative number")
    if modality.examples is not None:
        shape = modality.examples.shape
        fits = len(shape) == 2 and shape[0] <= MAX_EXAMPLES and shape[1] == features
        _require(fits, where + "examples", shape, f"up to {MAX_EXAMPLES} frames of {features} features")
    if modality.whole is not None:
        _require(modality.whole.shape == (features,), where + "whole", modality.whole.shape, f"{features} values")


def _whole(value: Any, field: str, low: int, high: int) -> int:
    _require(type(value) is int and low <= value <= high, field, value, f"a whole number from {low} to {high}")
    return int(value)


def _positive(value: Any, field: str) -> None:
    numeric = value is None or (type(value) in (int, float) and 0 < value < math.inf)
    _require(numeric, field, value, "a positive number or null")


def _text(value: Any, field: str, *, empty: bool = False) -> None:
    sound = type(value) is str and (empty or value != "") and "\0" not in value
    sound = sound and not any("\ud800" <= sign <= "\udfff" for sign in value)
    _require(sound, field, value, "text without NUL and lone surrogates")


def _require(ok: bool, field: str, value: Any, expected: str) -> None:
    if not ok:
        raise DataError(
            f"the description of the data has {value!r:.80} as {field}, expected {expected}; it was changed"
        )
