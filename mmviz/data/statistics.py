"""What a spec keeps of the values of the training split: mean, standard deviation, some real frames, which features are whole numbers."""

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]
_AT_ONCE = 1 << 16  # values in float64
_EXAMPLES = 4096  # values of the frames that are kept
_SOME = 256  # samples that are looked at first


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


def example_frames(x: Floats, valid: NDArray[np.bool_]) -> Floats:
    """Return the first real frames, and last the first that differs from the first: (1 to 8, features).

    Parameters
    ----------
    x, valid
        As for :func:`training_statistics`.
    """
    some = np.flatnonzero(valid.any(axis=1))[:_SOME]
    frames = x[some][valid[some]]
    other = (frames != frames[:1]).any(axis=1)
    count = min(len(frames), max(2, min(8, _EXAMPLES // x.shape[2])))
    return np.concatenate([frames[: count - 1], frames[[int(np.argmax(other))]]]) if count > 1 else frames[:1].copy()


def whole_features(x: Floats) -> NDArray[np.bool_]:
    """Return which features hold whole numbers only, (features,) bool; padding is 0, which is one."""
    whole = np.ones(x.shape[2], dtype=bool)
    for start in range(0, len(x), _SOME):
        part = x[start : start + _SOME][..., whole]
        whole[whole] = (part == np.rint(part)).all(axis=(0, 1))
        if not whole.any():
            break
    return whole
