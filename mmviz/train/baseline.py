"""Linear baseline: accuracy of a logistic regression on pooled statistics, for every subset of modalities."""

from __future__ import annotations

import warnings
from itertools import combinations
from typing import TYPE_CHECKING

import numpy as np

from mmviz.core.errors import ConfigError, DataError, MissingDependencyError
from mmviz.core.options import takes

if TYPE_CHECKING:
    from jaxtyping import Bool, Float

    from mmviz.data.dataset import Dataset


@takes(ds="dataset")
def linear_baseline(ds: Dataset, *, train: str = "train", test: str = "test") -> dict[str, float]:
    """Return the accuracy of a logistic regression on pooled statistics, for every non-empty subset of modalities.

    Parameters
    ----------
    ds
        A classification data set.
    train, test
        Names of the splits to fit and to score on.

    Returns
    -------
    Accuracy on ``test`` in [0, 1], keyed by the modality names joined with " + "; single modalities first.

    Raises
    ------
    ConfigError
        If the task is a regression, or a split does not exist.
    DataError
        If the training split holds one class only.
    MissingDependencyError
        If scikit-learn is not installed.

    Notes
    -----
    Features per channel: mean, standard deviation, least, greatest, and mean absolute difference of neighbours, over the
    recorded steps; standardised with the training split. An absent modality gives zeros.
    """
    try:
        from sklearn.linear_model import LogisticRegression
        from sklearn.pipeline import make_pipeline
        from sklearn.preprocessing import StandardScaler
    except ImportError as error:
        raise MissingDependencyError("linear_baseline needs scikit-learn; pip install scikit-learn") from error
    if ds.spec.task.kind != "classification":
        raise ConfigError(f"linear_baseline: {ds.spec.name!r} is a {ds.spec.task.kind}; give a classification data set")
    for name in (train, test):
        if name not in ds.splits:
            raise ConfigError(
                f"linear_baseline: split {name!r} does not exist; the data set has {', '.join(ds.splits)}"
            )
    if len(np.unique(ds[train].labels("linear baseline"))) < 2:
        raise DataError(f"linear_baseline: split {train!r} holds one class only; a classifier needs two")
    names = ds.spec.names
    tables = {
        split: {n: _pooled(ds[split].inputs[n], ds[split].valid[n]) for n in names}
        for split in dict.fromkeys((train, test))
    }
    scores = {}
    for size in range(1, len(names) + 1):
        for subset in combinations(names, size):
            model = make_pipeline(StandardScaler(), LogisticRegression(max_iter=5000))
            with warnings.catch_warnings():
                warnings.simplefilter("ignore", FutureWarning)
                model.fit(np.hstack([tables[train][n] for n in subset]), ds[train].labels("linear baseline"))
                right = model.predict(np.hstack([tables[test][n] for n in subset])) == ds[test].labels(
                    "linear baseline"
                )
            scores[" + ".join(subset)] = float(right.mean())
    return scores


def _pooled(
    x: Float[np.ndarray, "sample frame feature"], valid: Bool[np.ndarray, "sample frame"]
) -> Float[np.ndarray, "sample statistic"]:
    mask = valid[..., None]
    count = np.maximum(mask.sum(1), 1)
    clean = np.where(mask, x, 0.0).astype(np.float64)
    mean = clean.sum(1) / count
    spread = np.sqrt(np.where(mask, (clean - mean[:, None]) ** 2, 0).sum(1) / count)
    some = mask.any(1)
    least = np.where(some, np.where(mask, clean, np.inf).min(1), 0)
    greatest = np.where(some, np.where(mask, clean, -np.inf).max(1), 0)
    both = mask[:, 1:] & mask[:, :-1]
    change = np.where(both, np.abs(np.diff(clean, axis=1)), 0).sum(1) / np.maximum(both.sum(1), 1)
    return np.hstack([mean, spread, least, greatest, change])
