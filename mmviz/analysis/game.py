"""Value functions v(S) of a model's predictions for the subsets S of its modalities, with an open registry, and what they explain."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from mmviz.analysis.blockwise import blockwise
from mmviz.analysis.trace_groups import provenance, training_coverage
from mmviz.core.errors import ConfigError, DataError
from mmviz.core.options import nearest

if TYPE_CHECKING:
    from collections.abc import Callable

    import xarray as xr
    from numpy.typing import NDArray

    Compute = Callable[[NDArray[np.float64], NDArray[Any]], NDArray[np.float64]]

TASKS = ("classification", "regression")


@dataclass(frozen=True)
class ValueFunction:
    """A value function v of a prediction.

    Attributes
    ----------
    name, task
        Its name in ``value=``, and ``classification`` or ``regression``.
    meaning
        What v is, with its unit.
    compute
        ``compute(prediction (..., output), target (...)) -> v (...)``: class probabilities or values in float64, the true class
        or value; NaN where a prediction is not finite. Called with blocks of samples.
    needs_labels
        Whether it compares with labels. Otherwise, in a split without labels, ``target`` is the predicted class.
    """

    name: str
    task: str
    meaning: str
    compute: Compute
    needs_labels: bool = False


_REGISTRY: dict[str, dict[str, ValueFunction]] = {task: {} for task in TASKS}


def register_value_function(
    name: str, compute: Compute, *, task: str, meaning: str, needs_labels: bool = False
) -> ValueFunction:
    """Add a value function, so that ``value=name`` of every analysis takes it.

    Parameters
    ----------
    name, compute, task, meaning, needs_labels
        See :class:`ValueFunction`.

    Raises
    ------
    ConfigError
        If the task is unknown, the name is taken, or ``compute`` is not callable.
    """
    if task not in TASKS:
        raise ConfigError(
            f"register_value_function: task={task!r}{nearest(task, TASKS)}; use one of {', '.join(TASKS)}"
        )
    if not isinstance(name, str) or not name or name in _REGISTRY[task]:
        raise ConfigError(
            f"register_value_function: name={name!r} is empty or taken; {task} has {', '.join(_REGISTRY[task])}"
        )
    if not callable(compute):
        raise ConfigError(f"register_value_function: compute is a {type(compute).__name__}, expected a callable")
    _REGISTRY[task][name] = ValueFunction(name, task, meaning, compute, needs_labels)
    return _REGISTRY[task][name]


def value_functions(task: str) -> tuple[str, ...]:
    """Return the names of the value functions of a task; the first one is the default."""
    return tuple(_REGISTRY[task])


def value_function(data: xr.DataTree | xr.Dataset, value: str | None) -> ValueFunction:
    """Return the value function of that name for the task of a Trace; None: the default of the task.

    Raises
    ------
    ConfigError
        If the task has no such value function.
    """
    task = data.attrs["task"]["kind"]
    known = value_functions(task)
    if value is not None and value not in known:
        raise ConfigError(
            f"value={value!r} does not belong to a {task}{nearest(value, known)}; choose one of {', '.join(known)}"
        )
    return _REGISTRY[task][known[0] if value is None else value]


def score_function(data: xr.DataTree | xr.Dataset, value: str | None = None) -> ValueFunction:
    """Return the value function of that name; None: ``accuracy`` of a classification, ``negative_absolute_error`` of a regression."""
    score = {"classification": "accuracy", "regression": "negative_absolute_error"}[data.attrs["task"]["kind"]]
    return value_function(data, score if value is None else value)


def game_of(prediction: xr.DataArray, target: xr.DataArray, value: ValueFunction) -> xr.DataArray:
    """Return v, float64, over every dimension of the predictions but ``output``; lazy where they are."""
    return blockwise(value.compute, prediction.astype(np.float64), target, core=[["output"], []])


def game_attributes(data: xr.DataTree | xr.Dataset, value: ValueFunction, *, epoch: int | None) -> dict[str, object]:
    """Return the attributes of a result about a game: index, value function, unit, baseline, imputation, provenance, coalitions without training."""
    labelled = is_labelled(data["samples"]["target"] if "samples" in data else data["target"])
    return {
        "index": "Shapley value",
        "exact": True,
        "value": value.name,
        "units": value.meaning if labelled else value.meaning.replace("true class", "predicted class (no labels)"),
        "baseline": "prediction of the model with every modality masked",
        "imputation": data.attrs.get("imputation", "how masked modalities are imputed was not recorded"),
        "players": len(data.attrs["modalities"]),
        "epoch": epoch,
        **provenance(data),
        **training_coverage(data),
    }


def is_labelled(target: Any) -> bool:
    """Return whether a recorded target holds labels; without labels it is NaN throughout."""
    values = np.asarray(target)
    return values.dtype.kind != "f" or not values.size or not bool(np.isnan(values).all())


def explained_target(trace: xr.DataTree, value: ValueFunction | None = None) -> xr.DataArray:
    """Return the class that is explained of every sample, or the target of a regression.

    Parameters
    ----------
    trace
        A Trace.
    value
        The value function that is computed from it; None: one that works without labels.

    Returns
    -------
    xr.DataArray
        (sample,): the target. Without labels, of a classification: the class predicted from all modalities and the whole
        sequence at the best epoch; -1 for a sample without a prediction in the Trace.

    Raises
    ------
    DataError
        If the value function compares with labels and there are none.
    """
    target = trace["samples"].to_dataset()["target"]
    if is_labelled(target):
        return target
    refuse_unlabelled(value, trace.attrs["split"])
    if trace.attrs["task"]["kind"] != "classification":
        return target
    predicted = np.full(target.size, -1)
    if "coalitions" in trace.children:
        full = trace["coalitions"].to_dataset()["prediction"].isel(coalition=-1).transpose("sample", "output")
        predicted[:] = predicted_class(full.values)
    elif "prefixes" in trace.children:
        group = trace["prefixes"].to_dataset()
        best = group["prediction"].sel(epoch=trace.attrs["best_epoch"]).isel(coalition=-1, time=-1)
        predicted[group["recorded_sample"].values] = predicted_class(best.transpose("recorded_sample", "output").values)
    return target.copy(data=predicted)


def refuse_unlabelled(value: ValueFunction | None, split: str) -> None:
    """Raise DataError where a value function compares with labels."""
    if value is not None and value.needs_labels:
        other = next(name for name, each in _REGISTRY[value.task].items() if not each.needs_labels)
        raise DataError(
            f"value={value.name!r} compares predictions with labels, and the split {split!r} was recorded without labels; choose "
            f"value={other!r}, which explains the prediction, or record a labelled split"
        )


def predicted_class(prediction: NDArray[np.floating]) -> NDArray[np.int64]:
    """Return the most probable class of each row, 0 where a row is NaN."""
    return np.nan_to_num(np.asarray(prediction, np.float64), nan=-1).argmax(-1)


def _probability(prediction: NDArray[np.float64], target: NDArray[Any]) -> NDArray[np.float64]:
    place = np.broadcast_to(np.asarray(target, dtype=np.intp), prediction.shape[:-1])
    return np.take_along_axis(prediction, place[..., None], -1)[..., 0]


def _log_likelihood(prediction: NDArray[np.float64], target: NDArray[Any]) -> NDArray[np.float64]:
    return np.log(np.maximum(_probability(prediction, target), np.float64(np.finfo(np.float32).tiny)))


def _accuracy(prediction: NDArray[np.float64], target: NDArray[Any]) -> NDArray[np.float64]:
    missing = np.isnan(prediction)
    right = np.where(missing, 0, prediction).argmax(-1) == target
    return np.where(missing.any(-1), np.nan, right)


def _output(prediction: NDArray[np.float64], _: NDArray[Any]) -> NDArray[np.float64]:
    return prediction[..., 0]


def _negative_absolute_error(prediction: NDArray[np.float64], target: NDArray[Any]) -> NDArray[np.float64]:
    return -np.abs(prediction[..., 0] - target)


for _name, _compute, _task, _needs_labels, _meaning in (
    ("probability", _probability, "classification", False, "probability of the true class"),
    (
        "log_likelihood",
        _log_likelihood,
        "classification",
        False,
        "log-probability of the true class, nat, not below -87.3 (float32)",
    ),
    ("accuracy", _accuracy, "classification", True, "1 where the most probable class is the true one, else 0"),
    ("output", _output, "regression", False, "the predicted value"),
    (
        "negative_absolute_error",
        _negative_absolute_error,
        "regression",
        True,
        "minus the absolute error of the predicted value",
    ),
):
    register_value_function(_name, _compute, task=_task, meaning=_meaning, needs_labels=_needs_labels)
