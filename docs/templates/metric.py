"""A metric to copy: the share of predictions within a tolerance of the target.

In the package: a function in `mmviz/metrics/regression.py` or `classification.py`, a line in the `MEANING` of its file with the convention.
Test it against scikit-learn or scipy, and where it is undefined.
"""

import numpy as np
from numpy.typing import ArrayLike

from mmviz.metrics.regression import paired_values
from mmviz.metrics.score import Score


def within_tolerance(prediction: ArrayLike, target: ArrayLike, *, tolerance: float = 0.5) -> Score:
    """Return the share of |prediction - target| ≤ tolerance, 0 to 1; NaN with the reason where it is undefined.

    Parameters
    ----------
    prediction, target
        (n,), in the unit of the target.
    tolerance
        In the unit of the target, ≥ 0.
    """
    p, y, undefined = paired_values(prediction, target)
    return Score(np.nan, undefined) if undefined else Score(float((np.abs(p - y) <= tolerance).mean()))
