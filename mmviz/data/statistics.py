"""Mean and standard deviation of the training split, over real steps only."""

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]
_AT_ONCE = 1 << 16  # values in float64


def training_statistics(x: Floats, valid: NDArray[np.bool_]) -> tuple[Floats, Floats]:
    """Mean and standard deviation per channel over all real steps of all samples.

    Parameters
    ----------
    x
        (n, steps, features), finite.
    valid
        bool (n, steps), at least one True.

    Returns
    -------
    mean, std
        (features,) float32, summed in float64. The std of a channel whose values are all equal is exactly 0, and that of
        any other channel is above 0.
    """
    real = x[valid]
    mean = real.mean(axis=0, dtype=np.float64)
    variance = np.zeros_like(mean)
    some = max(1, _AT_ONCE // len(real))
    for f in range(0, real.shape[1], some):  # a few channels at a time: no float64 copy of everything
        away = np.subtract(real[:, f : f + some].T, mean[f : f + some, None], order="C")
        variance[f : f + some] = np.square(away, out=away).mean(axis=1)
    constant = real.max(axis=0) == real.min(axis=0)
    tiny = np.finfo(np.float32).tiny
    std = np.where(constant, 0.0, np.maximum(np.sqrt(variance), tiny)).astype(np.float32)
    return np.where(constant, real[0], mean).astype(np.float32), std
