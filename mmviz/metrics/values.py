"""How far predicted values are from the true ones: mean absolute error and Pearson's correlation."""

from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from mmviz.errors import DataError
from mmviz.metrics.agreement import NO_SAMPLES, unmasked
from mmviz.metrics.answer import Answer, Metrics

Values = NDArray[Any]
MEANING = {
    "mae": "mean absolute error, in the unit of the target; lower is better",
    "correlation": "Pearson's correlation of prediction and target, -1 to 1",
}


def paired_values(prediction: ArrayLike, target: ArrayLike) -> tuple[Values, Values, str]:
    """Take predictions and targets as float64 (n,), with the reason why they cannot be scored, or "".

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


def mean_absolute_error(prediction: ArrayLike, target: ArrayLike) -> Answer:
    """Return the mean of |prediction - target|; NaN without samples or with a prediction that is not finite."""
    p, y, why = paired_values(prediction, target)
    return Answer(np.nan, why) if why else Answer(float(np.abs(p - y).mean()))


def pearson(prediction: ArrayLike, target: ArrayLike) -> Answer:
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
        return Answer(np.nan, why)
    p, y = _centred(p), _centred(y)
    return Answer(float(np.clip(p @ y / (np.linalg.norm(p) * np.linalg.norm(y)), -1.0, 1.0)))


def _centred(v: Values) -> Values:
    """Subtract the mean, scaled by powers of two (exact) so that neither sums nor squares leave the range of float64."""
    v = np.ldexp(v, -int(np.frexp(np.abs(v).max())[1]))
    v = v - v.mean()
    return np.ldexp(v, -int(np.frexp(np.abs(v).max())[1]))


def regression(prediction: ArrayLike, target: ArrayLike) -> Metrics:
    """Return ``mae`` and ``correlation`` of values (n,)."""
    answers = {"mae": mean_absolute_error(prediction, target), "correlation": pearson(prediction, target)}
    return Metrics(answers, MEANING, count=len(np.asarray(target)))
