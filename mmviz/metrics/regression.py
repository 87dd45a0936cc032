"""Regression metrics: mean absolute error, Pearson's correlation, and the conventions of MOSI, MOSEI and CH-SIMS."""

from typing import Any, Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from mmviz.core.errors import ConfigError, DataError
from mmviz.metrics.classification import NO_SAMPLES, accuracy, f1, unmasked
from mmviz.metrics.score import Metrics, Score

Values = NDArray[Any]
MEANING = {
    "mae": "mean absolute error, in the unit of the target; lower is better",
    "correlation": "Pearson's correlation of prediction and target, -1 to 1",
}


def paired_values(prediction: ArrayLike, target: ArrayLike) -> tuple[Values, Values, str]:
    """Return predictions and targets as float64 (n,), and the reason why they cannot be scored, or "".

    Raises
    ------
    DataError
        If the shapes are not (n,), or (n, 1) for the prediction, of one n; or a target is not finite.
    """
    p, y = unmasked(prediction, "prediction"), unmasked(target, "target")
    if p.ndim == 2 and p.shape[1] == 1:
        p = p[:, 0]
    if p.ndim != 1 or p.shape != y.shape or not {p.dtype.kind, y.dtype.kind} <= set("fiub"):
        raise DataError(
            f"metrics: prediction {p.dtype} {p.shape}, target {y.dtype} {y.shape}; give real numbers (n,) of one n"
        )
    p, y = p.astype(np.float64), y.astype(np.float64)
    if not np.isfinite(y).all():
        at = int(np.flatnonzero(~np.isfinite(y))[0])
        raise DataError(f"metrics: target[{at}] is {y[at]}; leave samples without a label out")
    bad = np.flatnonzero(~np.isfinite(p))
    if not len(y):
        return p, y, NO_SAMPLES
    return p, y, f"{len(bad)} predictions are not finite (first: sample {bad[0]}: {p[bad[0]]})" if len(bad) else ""


def mean_absolute_error(prediction: ArrayLike, target: ArrayLike) -> Score:
    """Return the mean of |prediction - target|; NaN without samples or with a prediction that is not finite."""
    p, y, why = paired_values(prediction, target)
    return Score(np.nan, why) if why else Score(float(np.abs(p - y).mean()))


def pearson(prediction: ArrayLike, target: ArrayLike) -> Score:
    """Return Pearson's correlation; NaN where one side is constant or there are fewer than two samples.

    Notes
    -----
    Summed in float64 after subtracting the means, so a prediction that is constant up to rounding is called constant when all
    its values are equal, and scored otherwise.
    """
    p, y, why = paired_values(prediction, target)
    if not why and len(y) < 2:
        why = "one sample has no correlation"
    for name, side in (("prediction", p), ("target", y)):
        if not why and (side == side[0]).all():
            why = f"every {name} is {side[0]:g}"
    if why:
        return Score(np.nan, why)
    p, y = _centred(p), _centred(y)
    return Score(float(np.clip(p @ y / (np.linalg.norm(p) * np.linalg.norm(y)), -1.0, 1.0)))


def _centred(v: Values) -> Values:
    """Subtract the mean, scaled by powers of two (exact) so that neither sums nor squares leave the range of float64."""
    v = np.ldexp(v, -int(np.frexp(np.abs(v).max())[1]))
    v = v - v.mean()
    return np.ldexp(v, -int(np.frexp(np.abs(v).max())[1]))


def regression(prediction: ArrayLike, target: ArrayLike) -> Metrics:
    """Return ``mae`` and ``correlation`` of values (n,)."""
    values = {"mae": mean_absolute_error(prediction, target), "correlation": pearson(prediction, target)}
    return Metrics(values, MEANING, count=len(np.asarray(target)))


Convention = Literal["mosi", "sims"]
_SIMS_EDGES = {2: (0.0,), 3: (-0.1, 0.1), 5: (-0.7, -0.1, 0.1, 0.7)}

SENTIMENT_MEANING = {
    "mosi": {
        "mae": "mean absolute error of the values as they are (MMSA: MAE)",
        "correlation": "Pearson's correlation of the values as they are (MMSA: Corr)",
        "accuracy_7": "both clipped to [-3, 3] and rounded, half to even: 7 classes (MMSA: Mult_acc_7)",
        "accuracy_5": "both clipped to [-2, 2] and rounded, half to even: 5 classes (MMSA: Mult_acc_5)",
        "accuracy_2_nonnegative": "negative or not (>= 0), all samples (MMSA: Has0_acc_2)",
        "f1_nonnegative": "weighted F1 of negative or not (>= 0), all samples (MMSA: Has0_F1_score)",
        "accuracy_2_positive": "positive or not (> 0), samples with target 0 left out (MMSA: Non0_acc_2)",
        "f1_positive": "weighted F1 of positive or not (> 0), samples with target 0 left out (MMSA: Non0_F1_score)",
    },
    "sims": {
        "mae": "mean absolute error, both clipped to [-1, 1] (MMSA: MAE)",
        "correlation": "Pearson's correlation, both clipped to [-1, 1] (MMSA: Corr)",
        "accuracy_2": "[-1, 0] and (0, 1]: neutral counts as negative (MMSA: Mult_acc_2)",
        "accuracy_3": "[-1, -0.1], (-0.1, 0.1], (0.1, 1] (MMSA: Mult_acc_3)",
        "accuracy_5": "[-1, -0.7], (-0.7, -0.1], (-0.1, 0.1], (0.1, 0.7], (0.7, 1] (MMSA: Mult_acc_5)",
        "f1": "weighted F1 of the two classes of accuracy_2 (MMSA: F1_score)",
    },
}


def sentiment(prediction: ArrayLike, target: ArrayLike, *, convention: Convention) -> Metrics:
    """Return the sentiment metrics of one family of data sets.

    Parameters
    ----------
    prediction, target
        Values (n,): -3 to 3 for "mosi", -1 to 1 for "sims". Values outside are clipped where `Metrics.meaning` says so.
    convention
        "mosi" for CMU-MOSI and CMU-MOSEI, "sims" for CH-SIMS and CH-SIMS v2.

    Returns
    -------
    Metrics
        Each name with its convention in words in ``.meaning``; what is undefined is NaN, with the reason in ``.why``. The
        two forms of two-class accuracy are some points apart, and papers often report one without stating which: both are returned.

    Raises
    ------
    ConfigError
        If the convention is unknown.
    DataError
        If the shapes differ or a target is not finite.

    Notes
    -----
    The rules are those of `thuiar/MMSA src/MMSA/utils/metricsTop.py`, in `__eval_mosei_regression` and `__eval_sims_regression`, without
    its rounding to four digits. Classes are computed in float32, as there: an edge such as 0.1 is the nearest float32.
    """
    if convention not in SENTIMENT_MEANING:
        raise ConfigError(f"sentiment: convention={convention!r} is unknown; choose {' or '.join(SENTIMENT_MEANING)}")
    p, y, why = paired_values(prediction, target)
    if why:
        return Metrics(
            dict.fromkeys(SENTIMENT_MEANING[convention], Score(np.nan, why)),
            SENTIMENT_MEANING[convention],
            count=len(y),
        )
    with np.errstate(over="ignore"):
        low, true = p.astype(np.float32), y.astype(np.float32)
    values = _sims(p, y, low, true) if convention == "sims" else _mosi(p, y, low, true)
    return Metrics(values, SENTIMENT_MEANING[convention], count=len(y))


def _mosi(p: NDArray[Any], y: NDArray[Any], low: NDArray[Any], true: NDArray[Any]) -> dict[str, Score]:
    kept = true != 0
    some = low[kept] > 0, true[kept] > 0
    both = low >= 0, true >= 0
    none = Score(np.nan, "every target is 0, and zeros are left out")
    return {
        "mae": mean_absolute_error(p, y),
        "correlation": pearson(p, y),
        "accuracy_7": accuracy(*_rounded(low, true, 3)),
        "accuracy_5": accuracy(*_rounded(low, true, 2)),
        "accuracy_2_nonnegative": accuracy(*both),
        "f1_nonnegative": f1(*both, average="weighted"),
        "accuracy_2_positive": accuracy(*some) if kept.any() else none,
        "f1_positive": f1(*some, average="weighted") if kept.any() else none,
    }


def _rounded(low: NDArray[Any], true: NDArray[Any], limit: int) -> tuple[NDArray[Any], NDArray[Any]]:
    return np.round(np.clip(low, -limit, limit)), np.round(np.clip(true, -limit, limit))


def _sims(p: NDArray[Any], y: NDArray[Any], low: NDArray[Any], true: NDArray[Any]) -> dict[str, Score]:
    p, y = np.clip(p, -1, 1), np.clip(y, -1, 1)
    bins = {
        k: tuple(np.digitize(v, np.array(edges, np.float32), right=True) for v in (low, true))
        for k, edges in _SIMS_EDGES.items()
    }
    return {
        "mae": mean_absolute_error(p, y),
        "correlation": pearson(p, y),
        **{f"accuracy_{k}": accuracy(*pair) for k, pair in bins.items()},
        "f1": f1(*bins[2], average="weighted"),
    }
