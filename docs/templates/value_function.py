"""A value function to copy: the margin of the true class.

In the package: a function and its registration in `mmviz/analysis/game.py`. Outside it: the last lines of this file; then
`mm.analysis.shapley(trace, value="margin")`. Test it by hand on a few predictions, and the completeness of the Shapley values.
"""

import numpy as np

import mmviz as mm


def margin(prediction: np.ndarray, target: np.ndarray) -> np.ndarray:
    """Return p(true class) minus the largest other probability, (...), between -1 and 1.

    Parameters
    ----------
    prediction
        Class probabilities, (..., output).
    target
        True class, (...), as a number.
    """
    true = np.arange(prediction.shape[-1]) == np.asarray(target, dtype=np.int64)[..., None]
    largest_other = np.where(true, -np.inf, prediction).max(-1)
    return (prediction * true).sum(-1) - largest_other


mm.analysis.register_value_function(
    "margin", margin, task="classification", meaning="p(true class) - max p(other classes)"
)
