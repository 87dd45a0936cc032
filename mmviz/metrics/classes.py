"""Scores of a classification: any classes, and the three-way polarity of sentiment sets."""

from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from mmviz.errors import DataError
from mmviz.metrics.agreement import NO_SAMPLES, accuracy, balanced_accuracy, f1, unmasked
from mmviz.metrics.answer import Answer, Metrics

MEANING = {
    "accuracy": "share of samples whose largest score is at the true class",
    "balanced_accuracy": "share of the samples of each class that are found, averaged with equal weight",
    "f1_weighted": "F1 of each class, averaged by the class's share of the target",
    "f1_macro": "F1 of each class, averaged with equal weight",
}
POLARITY_MEANING = {
    "accuracy_3": "negative, neutral, positive (MMSA: Acc_3)",
    "f1_3": "weighted F1 of the three (MMSA: F1_score_3)",
    "accuracy_2_not_positive": "neutral counted as negative, all samples; the neutral score is not looked at (MMSA: Has0_acc_2)",
    "f1_not_positive": "weighted F1 of the same (MMSA: Has0_F1_score)",
    "accuracy_2_positive": "negative or positive, neutral targets left out; the neutral score is not looked at (MMSA's "
    "Non0_acc_2 without its error)",
    "f1_positive": "weighted F1 of the same (MMSA's Non0_F1_score without its error)",
}


def classification(prediction: ArrayLike, target: ArrayLike) -> Metrics:
    """Score class predictions: accuracy, balanced accuracy, weighted F1, macro F1.

    Parameters
    ----------
    prediction
        Scores or probabilities (n, classes), of which the largest decides (the first of equals), or labels (n,).
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
        return Metrics(dict.fromkeys(MEANING, Answer(np.nan, why)), MEANING, count=len(labels))
    chosen = scores.argmax(1) if scores.ndim == 2 else scores
    answers = {
        "accuracy": accuracy(chosen, labels),
        "balanced_accuracy": balanced_accuracy(chosen, labels),
        "f1_weighted": f1(chosen, labels, average="weighted"),
        "f1_macro": f1(chosen, labels, average="macro"),
    }
    return Metrics(answers, MEANING, count=len(labels))


def polarity(prediction: ArrayLike, target: ArrayLike) -> Metrics:
    """Score a classification into negative (0), neutral (1), positive (2), in three classes and both forms of two.

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
        return Metrics(dict.fromkeys(POLARITY_MEANING, Answer(np.nan, why)), POLARITY_MEANING, count=len(labels))
    three = scores.argmax(1), labels
    two = scores[:, [0, 2]].argmax(1), (labels == 2).astype(np.int64)
    kept = labels != 1
    some = two[0][kept], two[1][kept]
    none = Answer(np.nan, "every target is neutral, and neutral targets are left out")
    answers = {
        "accuracy_3": accuracy(*three),
        "f1_3": f1(*three, average="weighted"),
        "accuracy_2_not_positive": accuracy(*two),
        "f1_not_positive": f1(*two, average="weighted"),
        "accuracy_2_positive": accuracy(*some) if kept.any() else none,
        "f1_positive": f1(*some, average="weighted") if kept.any() else none,
    }
    return Metrics(answers, POLARITY_MEANING, count=len(labels))


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
