"""Where the verification data lie, and pooled statistics for a linear baseline."""

import warnings
from pathlib import Path

import numpy as np
import pytest
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GroupKFold, KFold, StratifiedKFold
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from threadpoolctl import threadpool_limits

SHARED = Path(__file__).parents[4] / "shared" / "data"
needs_shared = pytest.mark.skipif(not SHARED.is_dir(), reason=f"no {SHARED}: the verification data are not here")


def whole(ds):
    """Put the splits of a data set behind one another: inputs, masks, target, groups."""
    splits = list(ds.splits.values())
    inputs = {m: np.concatenate([s.inputs[m] for s in splits]) for m in ds.spec.names}
    valid = {m: np.concatenate([s.valid[m] for s in splits]) for m in ds.spec.names}
    return inputs, valid, np.concatenate([s.target for s in splits]), np.concatenate([s.group for s in splits])


def pooled(x, valid):
    """Mean, standard deviation, minimum and maximum of each feature over the real steps."""
    mask = valid[..., None]
    count = np.maximum(mask.sum(1), 1)
    mean = np.where(mask, x, 0).sum(1, dtype=np.float64) / count
    std = np.sqrt(np.where(mask, (x - mean[:, None]) ** 2, 0).sum(1) / count)
    some = valid.any(1)[:, None]
    low = np.where(some, np.where(mask, x, np.inf).min(1), 0)
    high = np.where(some, np.where(mask, x, -np.inf).max(1), 0)
    return np.hstack([mean, std, low, high])


def parts(x, valid, n=4):
    """Mean and standard deviation of each feature over n parts of the real steps, cut as `numpy.array_split` cuts; pooling as in `pooled`."""
    step, count, first = np.arange(valid.shape[1]), valid.sum(1), valid.argmax(1)
    out = []
    for k in range(n):
        low, high = (first + i * (count // n) + np.minimum(i, count % n) for i in (k, k + 1))
        high = np.maximum(high, low + 1)
        part = (step >= low[:, None]) & (step < high[:, None]) & valid
        out.append(pooled(x, part)[:, : 2 * x.shape[2]])
    return np.hstack(out)


def model(strength=1.0):
    return make_pipeline(StandardScaler(), LogisticRegression(C=strength, max_iter=2000))


def score(train, train_y, test, test_y, strength=1.0):
    """Accuracy in percent of a standardised logistic regression."""
    with threadpool_limits(1), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return 100 * model(strength).fit(train, train_y).score(test, test_y)


def folds(x, y, group=None, *, strength=1.0, n=5, seed=0):
    """Mean accuracy over folds in percent; by group where one is given."""
    if group is not None:
        cut = GroupKFold(n).split(x, y, group)
    elif np.bincount(y).min() >= n:
        cut = StratifiedKFold(n, shuffle=True, random_state=seed).split(x, y)
    else:
        cut = KFold(n, shuffle=True, random_state=seed).split(x)
    right = [score(x[a], y[a], x[b], y[b], strength) * len(b) for a, b in cut]
    return sum(right) / len(y)
