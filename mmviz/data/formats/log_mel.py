"""Log-mel spectra of a recording: 25 ms windows every 10 ms, 40 bands from 60 to 3800 Hz."""

import math
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mmviz.errors import DataError

BANDS, LOW_HZ, HIGH_HZ = 40, 60.0, 3800.0
WINDOW_S, HOP_S = 0.025, 0.010
FLOOR = 1e-10


def log_mel(sound: NDArray[np.float32], rate: int, *, where: str = "sound") -> NDArray[np.float32]:
    """Compute the natural logarithm of the power in each band.

    Parameters
    ----------
    sound
        (steps,), mono.
    rate
        Steps per second, at least 7600.
    where
        For errors.

    Returns
    -------
    ndarray
        float32 (windows, 40), only whole windows; power is floored at `FLOOR`.

    Raises
    ------
    DataError
        If the rate is too low for 3800 Hz.
    """
    if not 2 * HIGH_HZ <= rate <= 384_000:
        raise DataError(f"{where}: {rate} Hz; at least {2 * HIGH_HZ:.0f} and at most 384000 are needed")
    width, hop = round(WINDOW_S * rate), round(HOP_S * rate)
    if len(sound) < width:
        return np.zeros((0, BANDS), np.float32)
    count, stride = 1 + (len(sound) - width) // hop, sound.strides[0]
    shifted = np.lib.stride_tricks.as_strided(sound, (count, width), (hop * stride, stride), writeable=False)
    frames = shifted * _window(width)
    points = 1 << (width - 1).bit_length()
    power = np.abs(np.fft.rfft(frames, 2 * points, axis=1)) ** 2
    return np.log(np.maximum(power @ _filters(rate, 2 * points).T, FLOOR)).astype(np.float32)


@lru_cache(maxsize=8)
def _window(width: int) -> NDArray[Any]:
    return np.hanning(width)


@lru_cache(maxsize=8)  # rates come from files: a file may not fill the memory with filters
def _filters(rate: int, points: int) -> NDArray[Any]:
    """Triangles of equal width on the mel scale 2595 log10(1 + f / 700), (bands, points // 2 + 1)."""
    low, high = (2595 * math.log10(1 + f / 700) for f in (LOW_HZ, HIGH_HZ))
    edges = 700 * (10 ** (np.linspace(low, high, BANDS + 2) / 2595) - 1)
    hertz = np.fft.rfftfreq(points, 1 / rate)
    rising = (hertz - edges[:-2, None]) / np.diff(edges)[:-1, None]
    falling = (edges[2:, None] - hertz) / np.diff(edges)[1:, None]
    return np.maximum(0, np.minimum(rising, falling))
