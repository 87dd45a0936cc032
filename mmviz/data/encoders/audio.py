"""Sound to log-mel spectra: 100 frames a second, a frame contains 25 ms of sound; NumPy only."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from mmviz.core.errors import ConfigError, DataError
from mmviz.core.options import number, whole
from mmviz.data.arrays import as_array
from mmviz.io.files import read_regular
from mmviz.io.media import read_wav

BANDS, LOW_HZ, HIGH_HZ = 40, 60.0, 3800.0
WINDOW_S, HOP_S = 0.025, 0.010
FLOOR = 1e-10
_HIGHEST_HZ = 384_000
_LARGEST = 1 << 28  # bytes of a file
_MOST_CHANNELS = 64


def log_mel(sound: NDArray[np.float32], rate: int, *, where: str = "sound") -> NDArray[np.float32]:
    """Return the natural logarithm of the power in each mel band.

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
    if not 2 * HIGH_HZ <= rate <= _HIGHEST_HZ:
        raise DataError(f"{where}: {rate} Hz; at least {2 * HIGH_HZ:.0f} and at most {_HIGHEST_HZ} are needed")
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


@dataclass(frozen=True)
class LogMelFrames:
    """An encoder of sound; made by `log_mel_frames`, called with a list of recordings.

    Attributes
    ----------
    sample_rate
        Samples per second at which every recording is analysed.
    channel
        Channel of a recording with several, or "mean"; None refuses them.
    resample
        Whether recordings of another rate are resampled; they are refused otherwise.
    rate_hz
        Frames per second.
    identity
        Changes whenever the features would.
    """

    sample_rate: int
    channel: int | Literal["mean"] | None = None
    resample: bool = False
    unit: str = "log power"
    display: str = "audio"
    description: str = "log-mel spectrum, 25 ms windows every 10 ms; a frame has the time of the end of its window"

    @property
    def rate_hz(self) -> float:
        """Frames per second: sample rate / whole samples per hop."""
        return self.sample_rate / round(HOP_S * self.sample_rate)

    @property
    def channels(self) -> tuple[str, ...]:
        """Names of the features."""
        return tuple(f"mel {b}" for b in range(BANDS))

    @property
    def identity(self) -> str:
        """The options that change the features, for a cache."""
        return f"log-mel 1 {self.sample_rate} {self.channel} {self.resample}"

    def frame_times(self, steps: int) -> NDArray[np.float64]:
        """Return the seconds at which the windows end, from the start of the recording: a frame contains no later sound."""
        return round(WINDOW_S * self.sample_rate) / self.sample_rate + np.arange(steps) / self.rate_hz

    def __call__(self, recordings: Sequence[Any]) -> list[NDArray[np.float32]]:
        """Return float32 (frames, 40) per recording; one shorter than a window has no frame: the modality is absent."""
        return [self._frames(item, f"recording {i}") for i, item in enumerate(recordings)]

    def _frames(self, item: Any, where: str) -> NDArray[np.float32]:
        sound, rate = _sound_and_rate(item, where)
        mono = _mono(sound, self.channel, where)
        if rate is not None and rate != self.sample_rate:
            if not self.resample:
                raise DataError(
                    f"{where}: {rate} samples a second, sample_rate is {self.sample_rate}; convert it, or pass resample=True"
                )
            mono = _resampled(mono, rate, self.sample_rate)
        return log_mel(np.ascontiguousarray(mono), self.sample_rate, where=where)


def log_mel_frames(
    sample_rate: int, *, channel: int | Literal["mean"] | None = None, resample: bool = False
) -> LogMelFrames:
    """Return an encoder of sound: 40 log-mel bands from 60 to 3800 Hz, Hann windows of 25 ms every 10 ms.

    Parameters
    ----------
    sample_rate
        Samples per second of the recordings, from 7600 to 384000.
    channel
        Of a recording with several channels: its number, or "mean" of all; None refuses such recordings.
    resample
        Recordings that state another rate are resampled (polyphase filter, linear phase) if True, and refused if False.

    Returns
    -------
    LogMelFrames
        For ``from_arrays(encoders=)`` or `encode`. A recording is an array (samples,), or (samples, channels) or (channels, samples)
        with at most 64 channels; whole numbers are divided by the largest of their type. Or it is a mapping with "array" and
        "sampling_rate", the bytes of a WAV file, or its path: these state their own rate, which is compared with `sample_rate`.

    Raises
    ------
    ConfigError
        If an option is out of range.
    DataError
        At the call, for a recording that cannot be read; the message names it.
    """
    whole(sample_rate, "sample_rate", low=int(2 * HIGH_HZ), high=_HIGHEST_HZ)
    if channel is not None and channel != "mean":
        whole(channel, "channel", low=0, high=_MOST_CHANNELS - 1)
    if not isinstance(resample, bool):
        raise ConfigError(f"resample={resample!r}; give True or False")
    return LogMelFrames(int(sample_rate), channel, resample)


def _sound_and_rate(item: Any, where: str) -> tuple[NDArray[Any], int | None]:
    """Return the samples as floats, and the rate that the recording states; None for a plain array."""
    if isinstance(item, (str, Path)):
        try:
            item = read_regular(Path(item), max_bytes=_LARGEST)
        except OSError as error:
            raise DataError(
                f"{where}: {item!s:.200} cannot be read ({error.strerror or error}); give the path of a WAV file"
            ) from None
    if isinstance(item, (bytes, bytearray)):
        return read_wav(bytes(item), where=where)
    rate: int | None = None
    if isinstance(item, Mapping):
        if not {"array", "sampling_rate"} <= set(item):
            raise DataError(f"{where}: a mapping with {', '.join(map(str, item))}; give 'array' and 'sampling_rate'")
        rate = int(number(item["sampling_rate"], f"{where}: sampling_rate", low=1, high=1e6))
        item = item["array"]
    sound = as_array(item, where)
    if sound.dtype.kind not in "fiu" or sound.ndim not in (1, 2) or 0 in sound.shape:
        raise DataError(
            f"{where}: {sound.dtype} of shape {sound.shape}; give numbers (samples,) or (samples, channels)"
        )
    if sound.dtype.kind == "u":
        half = 2.0 ** (8 * sound.itemsize - 1)
        return (sound.astype(np.float64) - half) / half, rate
    if sound.dtype.kind == "i" and sound.itemsize > 4:
        raise DataError(
            f"{where}: {sound.dtype} samples, whose full scale is not known; give int16, int32 or floats in [-1, 1]"
        )
    if sound.dtype.kind == "i":
        return sound / 2.0 ** (8 * sound.itemsize - 1), rate
    if not np.isfinite(sound).all():
        at = int(np.argwhere(~np.isfinite(sound))[0][0])
        raise DataError(f"{where}: sample {at} is not finite; repair or leave out the recording")
    return sound.astype(np.float64), rate


def _mono(sound: NDArray[Any], channel: int | Literal["mean"] | None, where: str) -> NDArray[Any]:
    if sound.ndim == 1:
        return sound
    few = [axis for axis in (0, 1) if sound.shape[axis] <= _MOST_CHANNELS]
    if len(few) != 1:
        raise DataError(
            f"{where}: shape {sound.shape}, in which {'both axes' if few else 'no axis'} may be the channels; give (samples,)"
        )
    channels = np.moveaxis(sound, few[0], 0)
    if len(channels) == 1:
        return channels[0]
    if channel is None:
        raise DataError(
            f"{where}: {len(channels)} channels; pass channel='mean', or the number of one, to log_mel_frames"
        )
    if channel == "mean":
        return np.asarray(channels.mean(axis=0))
    if channel >= len(channels):
        raise DataError(f"{where}: channel {channel} of {len(channels)}, which are numbered from 0")
    return channels[channel]


def _resampled(mono: NDArray[Any], rate: int, wanted: int) -> NDArray[Any]:
    from scipy.signal import resample_poly

    common = math.gcd(rate, wanted)
    return np.asarray(resample_poly(mono, wanted // common, rate // common))
