"""Classification metrics: accuracy, balanced accuracy, F1 (weighted, macro), three-way polarity."""

from typing import Any, Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from mmviz.core.errors import ConfigError, DataError
from mmviz.metrics.score import Metrics, Score

NO_SAMPLES = "there are no samples"


def accuracy(prediction: NDArray[Any], target: NDArray[Any]) -> Score:
    """Return the share of equal labels.

    Parameters
    ----------
    prediction, target
        Labels (n,). NaN without samples.

    Raises
    ------
    DataError
        If they are not (n,) both.
    """
    prediction, target, why = _paired(prediction, target)
    return Score(np.nan, why) if why else Score(float(np.mean(prediction == target)))


def balanced_accuracy(prediction: NDArray[Any], target: NDArray[Any]) -> Score:
    """Return the mean recall over the classes of the target; arguments and errors as of :func:`accuracy`.

    A constant prediction has 1 / K whatever the counts of the K classes. NaN without samples, or where the target holds one class only.
    """
    prediction, target, why = _paired(prediction, target, several=True)
    if why:
        return Score(np.nan, why)
    return Score(float(np.mean([np.mean(prediction[target == c] == c) for c in np.unique(target)])))


def f1(prediction: NDArray[Any], target: NDArray[Any], *, average: Literal["weighted", "macro"]) -> Score:
    """Return F1 = 2·TP / (2·TP + FP + FN), averaged over the classes that occur in target or prediction.

    Parameters
    ----------
    prediction, target
        Labels (n,).
    average
        "weighted": each class counts by its share of the target. "macro": all classes count the same.

    Returns
    -------
    Score
        Where both are defined it is `sklearn.metrics.f1_score(..., zero_division=0)`. NaN where the target holds one class
        only, where F1 does not measure discrimination. Constant predictions are scored (a class that is
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
    prediction, target, why = _paired(prediction, target, several=True)
    if why:
        return Score(np.nan, why)
    classes = np.unique(np.concatenate([target, prediction]))
    hit = np.array([np.sum((prediction == c) & (target == c)) for c in classes])
    support = np.array([np.sum(target == c) for c in classes])
    claimed = np.array([np.sum(prediction == c) for c in classes])
    each = 2 * hit / (support + claimed)
    return Score(float(np.average(each, weights=support if average == "weighted" else None)))


def unmasked(values: ArrayLike, name: str) -> NDArray[Any]:
    """Return an array; DataError where some of it is masked, since a masked entry has no value."""
    if np.ma.is_masked(values):
        raise DataError(
            f"metrics: {np.ma.count_masked(values)} values of the {name} are masked; score the samples that have one: "
            f"prediction[~{name}.mask], target[~{name}.mask]"
        )
    return np.asarray(values)


def _paired(
    prediction: NDArray[Any], target: NDArray[Any], *, several: bool = False
) -> tuple[NDArray[Any], NDArray[Any], str]:
    """Return the labels, and the reason why they have no score, or "": no samples, or with ``several`` a single class."""
    prediction, target = unmasked(prediction, "prediction"), unmasked(target, "target")
    if prediction.ndim != 1 or prediction.shape != target.shape:
        raise DataError(f"metrics: prediction {prediction.shape} and target {target.shape}; give labels (n,) of one n")
    if not len(target):
        return prediction, target, NO_SAMPLES
    single = several and (target == target[0]).all()
    return prediction, target, f"the target holds one class only ({target[0]})" if single else ""


MEANING = {
    "accuracy": "share of samples whose largest score is at the true class",
    "balanced_accuracy": "share of the samples of each class that are found, averaged with equal weight",
    "f1_weighted": "F1 of each class, averaged by the class's share of the target",
    "f1_macro": "F1 of each class, averaged with equal weight",
}
POLARITY_MEANING = {
    "accuracy_3": "negative, neutral, positive (MMSA: Acc_3)",
    "f1_3": "weighted F1 of the three (MMSA: F1_score_3)",
    "accuracy_2_not_positive": "neutral counted as negative, all samples; the neutral score is ignored (MMSA: Has0_acc_2)",
    "f1_not_positive": "weighted F1 of the same (MMSA: Has0_F1_score)",
    "accuracy_2_positive": "negative or positive, neutral targets left out; the neutral score is ignored (MMSA's "
    "Non0_acc_2 without its error)",
    "f1_positive": "weighted F1 of the same (MMSA's Non0_F1_score without its error)",
}


def classification(prediction: ArrayLike, target: ArrayLike) -> Metrics:
    """Return accuracy, balanced accuracy, weighted F1 and macro F1 of class predictions.

    Parameters
    ----------
    prediction
        Scores or probabilities (n, classes), the class is the one with the largest score (the first of equals); or labels (n,).
    target
        Labels (n,), whole numbers from 0.

    Returns
    -------
    Metrics
        NaN with the reason in ``.why``: no samples, a score that is NaN, or for F1 a target of one class only.

    Raises
    ------
    DataError
        If the shapes disagree or a label is outside the classes.
    """
    scores, labels, why = _checked(prediction, target)
    if why:
        return Metrics(dict.fromkeys(MEANING, Score(np.nan, why)), MEANING, count=len(labels))
    chosen = scores.argmax(1) if scores.ndim == 2 else scores
    values = {
        "accuracy": accuracy(chosen, labels),
        "balanced_accuracy": balanced_accuracy(chosen, labels),
        "f1_weighted": f1(chosen, labels, average="weighted"),
        "f1_macro": f1(chosen, labels, average="macro"),
    }
    return Metrics(values, MEANING, count=len(labels))


def polarity(prediction: ArrayLike, target: ArrayLike) -> Metrics:
    """Return the metrics of negative (0), neutral (1), positive (2) in three classes and in both two-class forms.

    Parameters
    ----------
    prediction
        Scores (n, 3).
    target
        0, 1 or 2 (n,).

    Returns
    -------
    Metrics
        With NaN and its reason where undefined.

    Raises
    ------
    DataError
        If the prediction is not (n, 3) or a label is none of the three.

    Notes
    -----
    `thuiar/MMSA src/MMSA/utils/metricsTop.py`, `__eval_mosi_classification`, compares a choice among (negative, positive), which is
    0 or 1, with targets that are 0 or 2: no positive sample can ever be right, and its "Non0" accuracies of some 28 %, which
    several papers copied, are the share of negatives found. Here positive is 1 on both sides. "Has0" has no such error, but it
    joins neutral to *negative*, while the score of the same name for regression joins neutral to *positive*.
    """
    scores, labels, why = _checked(prediction, target)
    if scores.shape != (len(labels), 3):
        raise DataError(
            f"polarity: prediction of shape {scores.shape}; give scores (n, 3): negative, neutral, positive"
        )
    if why:
        return Metrics(dict.fromkeys(POLARITY_MEANING, Score(np.nan, why)), POLARITY_MEANING, count=len(labels))
    three = scores.argmax(1), labels
    two = scores[:, [0, 2]].argmax(1), (labels == 2).astype(np.int64)
    kept = labels != 1
    some = two[0][kept], two[1][kept]
    none = Score(np.nan, "every target is neutral, and neutral targets are left out")
    values = {
        "accuracy_3": accuracy(*three),
        "f1_3": f1(*three, average="weighted"),
        "accuracy_2_not_positive": accuracy(*two),
        "f1_not_positive": f1(*two, average="weighted"),
        "accuracy_2_positive": accuracy(*some) if kept.any() else none,
        "f1_positive": f1(*some, average="weighted") if kept.any() else none,
    }
    return Metrics(values, POLARITY_MEANING, count=len(labels))


def _checked(prediction: ArrayLike, target: ArrayLike) -> tuple[NDArray[Any], NDArray[Any], str]:
    scores, labels = unmasked(prediction, "prediction"), unmasked(target, "target")
    whole = "iu" if scores.ndim == 1 else "fiu"
    if scores.ndim not in (1, 2) or labels.ndim != 1 or len(scores) != len(labels) or scores.dtype.kind not in whole:
        raise DataError(
            f"metrics: prediction {scores.dtype} {scores.shape}, target {labels.shape}; give scores (n, classes) or whole "
            "labels (n,), and labels (n,)"
        )
    if labels.dtype.kind not in "iu":
        raise DataError(f"metrics: target of dtype {labels.dtype}; give whole class labels from 0")
    count = scores.shape[1] if scores.ndim == 2 else max(int(labels.max(initial=0)), int(scores.max(initial=0))) + 1
    wrong = np.flatnonzero((labels < 0) | (labels >= count))
    if len(wrong):
        raise DataError(
            f"metrics: target[{wrong[0]}] is {labels[wrong[0]]}; there are {count} classes, labels go from 0 to {count - 1}"
        )
    if not len(labels):
        return scores, labels, NO_SAMPLES
    bad = np.flatnonzero(np.isnan(scores).reshape(len(scores), -1).any(1))
    return scores, labels, f"{len(bad)} samples have scores that are NaN (first: sample {bad[0]})" if len(bad) else ""
