"""Decoding of WAV recordings and of PNG and JPEG images, after their size has been checked."""

import io
import struct
import warnings

import numpy as np
from numpy.typing import NDArray

from mmviz.core.errors import DataError, MissingDependencyError
from mmviz.io.files import looks_like

MAX_PIXELS = 100_000_000
_FORMATS = ("PNG", "JPEG")
_PCM, _EXTENSIBLE = 1, 0xFFFE  # format codes of WAV


def read_image(data: bytes, *, size: tuple[int, int] | None = None, where: str = "image") -> NDArray[np.uint8]:
    """Decode a PNG or JPEG image as RGB.

    Parameters
    ----------
    data
        The whole file.
    size
        Rows and columns to scale to (box filter), or None.
    where
        Name of the file in errors.

    Returns
    -------
    ndarray
        uint8 (rows, columns, 3).

    Raises
    ------
    DataError
        If the file is neither PNG nor JPEG, larger than `MAX_PIXELS`, or damaged.
    MissingDependencyError
        If Pillow is not installed.
    """
    try:
        from PIL import Image
    except ImportError as error:
        raise MissingDependencyError(f"{where}: pictures need Pillow; run: pip install pillow") from error
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            with Image.open(io.BytesIO(data), formats=_FORMATS) as picture:
                _check_pixels(picture.width, picture.height, where)
                rgb = picture.convert("RGB")
                if size is not None:
                    rgb = rgb.resize((size[1], size[0]), Image.Resampling.BOX)
                return np.asarray(rgb)
    except DataError:
        raise
    except Exception as error:  # noqa: BLE001 - a decoder raises many kinds of errors over damaged bytes
        raise DataError(_undecoded(data, error, where)) from None


def _check_pixels(width: int, height: int, where: str) -> None:
    if width * height > MAX_PIXELS:
        raise DataError(f"{where}: {width} x {height} pixels; at most {MAX_PIXELS} are decoded")


def read_wav(data: bytes, *, where: str = ".wav file") -> tuple[NDArray[np.float32], int]:
    """Decode an uncompressed WAV file: 8, 16, 24 or 32 bit, 1 to 64 channels.

    Parameters
    ----------
    data
        The whole file.
    where
        Name of the file in errors.

    Returns
    -------
    samples, rate
        float32 (steps, channels) in [-1, 1), and steps per second.

    Raises
    ------
    DataError
        If the file is of another type, compressed, truncated or inconsistent.
    """
    from scipy.io import wavfile

    _check_chunks(data, where)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of chunks that it skips; truncated samples are refused above
            rate, samples = wavfile.read(io.BytesIO(data))
    except Exception as error:  # noqa: BLE001 - a decoder raises many kinds of errors over damaged bytes
        raise DataError(_undecoded(data, error, where)) from None
    if not len(samples):
        raise DataError(f"{where}: a sound file without samples; leave it out")
    samples = samples.reshape(len(samples), -1)
    if samples.dtype == np.uint8:
        return (samples.astype(np.float32) - 128) / np.float32(128), rate
    return (samples / 2.0 ** (8 * samples.itemsize - 1)).astype(np.float32), rate


def _check_chunks(data: bytes, where: str) -> None:
    """Raise DataError unless the chunks fill the file and announce whole steps of PCM samples; nothing is decoded."""
    frame = 0
    at = 12 if data[:4] == b"RIFF" and data[8:12] == b"WAVE" else len(data)
    while at + 8 <= len(data):
        name, size = data[at : at + 4], int.from_bytes(data[at + 4 : at + 8], "little")
        if not name.isascii() or not name.decode("ascii").isprintable():
            raise DataError(
                f"{where}: {len(data) - at} bytes from byte {at} on are no chunk of a WAV file; its header announces too little"
            )
        if name == b"fmt ":
            frame = _frame_size(data[at + 8 : at + 8 + size], where)
        if name == b"data" and frame and size % frame:
            raise DataError(
                f"{where}: {size} bytes of samples are no whole number of steps of {frame}; the file is truncated"
            )
        if name == b"data" and at + 8 + size > len(data):
            raise DataError(
                f"{where}: {size} bytes of samples announced, {len(data) - at - 8} are there; the file is truncated"
            )
        at += 8 + size + size % 2
    if not frame:
        raise DataError(f"{where}: not read as WAV (no format of PCM samples); it looks like {looks_like(data[:64])}")


def _frame_size(form: bytes, where: str) -> int:
    """Return the bytes of one step over all channels, from the format chunk."""
    if len(form) < 16:
        raise DataError(f"{where}: a format chunk of {len(form)} bytes; the file is damaged")
    code, channels, rate, _, announced, bits = struct.unpack_from("<HHIIHH", form)
    if code == _EXTENSIBLE and len(form) >= 26:
        code = int.from_bytes(form[24:26], "little")
    width = bits // 8
    if code != _PCM or bits not in (8, 16, 24, 32) or not 1 <= channels <= 64 or not 1 <= rate <= 1_000_000:
        raise DataError(
            f"{where}: not read as WAV (format {code}, {channels} channels of {bits} bits at {rate} Hz); uncompressed PCM of 8, 16, 24 or "
            "32 bits is read, up to 64 channels: convert the file"
        )
    if announced != channels * width:
        raise DataError(f"{where}: its header announces {announced} bytes a step, its format has {channels * width}")
    return channels * width


def _undecoded(data: bytes, error: Exception, where: str) -> str:
    return f"{where}: not decoded ({type(error).__name__}: {error!s:.100}); it looks like {looks_like(data[:64])}"
