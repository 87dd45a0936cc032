"""The scores that fit a task: one call for what a run predicts."""

from typing import Literal

import numpy as np
from numpy.typing import ArrayLike

from mmviz.data.spec import Task
from mmviz.data.target_layout import ONE_AT_A_TIME
from mmviz.errors import ConfigError, DataError
from mmviz.metrics.answer import Metrics
from mmviz.metrics.classes import classification, polarity
from mmviz.metrics.sentiment import sentiment
from mmviz.metrics.values import regression


def score(
    task: Task,
    prediction: ArrayLike,
    target: ArrayLike | None,
    *,
    convention: Literal["mosi", "sims", "polarity"] | None = None,
) -> Metrics:
    """Score predictions, ``score(ds.spec.task, run.predict(ds["test"]), ds["test"].target, convention="mosi")``.

    Parameters
    ----------
    task
        Of the data set.
    prediction
        What `Run.predict` returns: probabilities (n, classes), or values (n,).
    target
        (n,); None, of a split without labels, is refused.
    convention
        A regression: "mosi" or "sims", see `sentiment`. A classification into negative, neutral, positive: "polarity". Never
        guessed; None gives the scores that need none.

    Returns
    -------
    Metrics
        With the convention of every score in words.

    Raises
    ------
    ConfigError
        If the convention does not fit the task.
    DataError
        If the shapes do not, or there are no labels.
    """
    if target is None:
        raise DataError(
            "score: target is None, the split has no labels; score a labelled split, or keep to the predictions"
        )
    if np.ndim(target) > 1:
        raise DataError(f"score: target of shape {np.shape(target)}, expected one label per sample; {ONE_AT_A_TIME}")
    fitting = {"classification": (None, "polarity"), "regression": (None, "mosi", "sims")}[task.kind]
    if convention not in fitting:
        raise ConfigError(f"score: convention={convention!r} for a {task.kind}; use one of {fitting}")
    if convention == "mosi" or convention == "sims":
        return sentiment(prediction, target, convention=convention)
    if convention == "polarity":
        return polarity(prediction, target)
    return classification(prediction, target) if task.kind == "classification" else regression(prediction, target)
