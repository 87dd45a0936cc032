"""How far two lists of labels agree: accuracy, and F1 averaged over classes in two ways."""

from typing import Any, Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from mmviz.errors import ConfigError, DataError
from mmviz.metrics.answer import Answer

NO_SAMPLES = "there are no samples"


def accuracy(prediction: NDArray[Any], target: NDArray[Any]) -> Answer:
    """Return the share of equal labels; NaN without samples.

    Parameters
    ----------
    prediction, target
        Labels (n,).

    Raises
    ------
    DataError
        If they are not (n,) both.
    """
    prediction, target = _paired(prediction, target)
    if not len(target):
        return Answer(np.nan, NO_SAMPLES)
    return Answer(float(np.mean(prediction == target)))


def balanced_accuracy(prediction: NDArray[Any], target: NDArray[Any]) -> Answer:
    """Return the mean over the classes of the target of the share of their samples that are found (recall).

    A constant prediction has 1 / K whatever the counts of the K classes. NaN without samples, or where the target holds one class only.

    Parameters
    ----------
    prediction, target
        Labels (n,).

    Raises
    ------
    DataError
        If they are not (n,) both.
    """
    prediction, target = _paired(prediction, target)
    if not len(target):
        return Answer(np.nan, NO_SAMPLES)
    if (target == target[0]).all():
        return Answer(np.nan, f"the target holds one class only ({target[0]})")
    return Answer(float(np.mean([np.mean(prediction[target == c] == c) for c in np.unique(target)])))


def f1(prediction: NDArray[Any], target: NDArray[Any], *, average: Literal["weighted", "macro"]) -> Answer:
    """Return F1 = 2·TP / (2·TP + FP + FN), averaged over the classes that occur in target or prediction.

    Parameters
    ----------
    prediction, target
        Labels (n,).
    average
        "weighted": each class counts by its share of the target. "macro": all classes count the same.

    Returns
    -------
    Answer
        Where both are defined it is `sklearn.metrics.f1_score(..., zero_division=0)`. NaN where the target holds one class
        only: the score then says nothing about telling classes apart. Constant predictions are scored (a class that is
        never predicted has F1 = 0).

    Raises
    ------
    ConfigError
        If `average` is another.
    DataError
        If the labels are not (n,) both.
    """
    if average not in ("weighted", "macro"):
        raise ConfigError(f"f1: average={average!r} is unknown; choose weighted or macro")
    prediction, target = _paired(prediction, target)
    if not len(target):
        return Answer(np.nan, NO_SAMPLES)
    if (target == target[0]).all():
        return Answer(np.nan, f"the target holds one class only ({target[0]})")
    classes = np.unique(np.concatenate([target, prediction]))
    hit = np.array([np.sum((prediction == c) & (target == c)) for c in classes])
    support = np.array([np.sum(target == c) for c in classes])
    claimed = np.array([np.sum(prediction == c) for c in classes])
    each = 2 * hit / (support + claimed)
    return Answer(float(np.average(each, weights=support if average == "weighted" else None)))


def unmasked(values: ArrayLike, name: str) -> NDArray[Any]:
    """Return an array; DataError where some of it is masked, since what lies under a mask is no value."""
    if np.ma.is_masked(values):
        raise DataError(
            f"metrics: {np.ma.count_masked(values)} values of the {name} are masked; score the samples that have one: "
            f"prediction[~{name}.mask], target[~{name}.mask]"
        )
    return np.asarray(values)


def _paired(prediction: NDArray[Any], target: NDArray[Any]) -> tuple[NDArray[Any], NDArray[Any]]:
    prediction, target = unmasked(prediction, "prediction"), unmasked(target, "target")
    if prediction.ndim != 1 or prediction.shape != target.shape:
        raise DataError(f"metrics: prediction {prediction.shape} and target {target.shape}; give labels (n,) of one n")
    return prediction, target
