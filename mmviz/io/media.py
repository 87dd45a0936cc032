"""Decoding of WAV recordings and of PNG and JPEG images, after their size has been checked."""

import io
import warnings
import wave
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mmviz.core.errors import DataError, MissingDependencyError
from mmviz.io.files import looks_like

MAX_PIXELS = 100_000_000
_FORMATS = ("PNG", "JPEG")


def read_image(data: bytes, *, size: tuple[int, int] | None = None, where: str = "image") -> NDArray[np.uint8]:
    """Decode a picture as RGB.

    Parameters
    ----------
    data
        The whole file.
    size
        Rows and columns to scale to (box filter), or None.
    where
        How to name it in an error.

    Returns
    -------
    ndarray
        uint8 (rows, columns, 3).

    Raises
    ------
    DataError
        If the file is no PNG or JPEG, larger than `MAX_PIXELS`, or damaged.
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
                _admit(picture.width, picture.height, where)
                rgb = picture.convert("RGB")
                if size is not None:
                    rgb = rgb.resize((size[1], size[0]), Image.Resampling.BOX)
                return np.asarray(rgb)
    except DataError:
        raise
    except Exception as error:  # noqa: BLE001 - a decoder raises many kinds of errors over damaged bytes
        raise DataError(
            f"{where}: not decoded ({type(error).__name__}: {error!s:.100}); it looks like {looks_like(data[:64])}"
        ) from None


def _admit(width: int, height: int, where: str) -> None:
    if width * height > MAX_PIXELS:
        raise DataError(f"{where}: {width} x {height} pixels; at most {MAX_PIXELS} are decoded")


MAX_SECONDS = 24 * 3600


def read_wav(data: bytes, *, where: str = ".wav file") -> tuple[NDArray[np.float32], int]:
    """Decode a WAV file.

    Parameters
    ----------
    data
        The whole file.
    where
        How to name it in an error.

    Returns
    -------
    samples, rate
        float32 (steps, channels) in [-1, 1), and steps per second.

    Raises
    ------
    DataError
        If the file is another one, compressed, cut off, or contradicts itself.
    """
    try:
        with wave.open(io.BytesIO(data)) as file:
            raw, count, channels, width, rate = _content(file, len(data), where)
        _check_chunks(data, channels * width, where)
    except DataError:
        raise
    except (
        wave.Error,
        EOFError,
        ValueError,
        OverflowError,
        RuntimeError,
        MemoryError,
        OSError,
        ArithmeticError,
    ) as error:
        raise DataError(
            f"{where}: not read as WAV ({type(error).__name__}: {error!s:.100}); it looks like {looks_like(data[:64])}"
        ) from None
    if len(raw) != count * channels * width:
        raise DataError(f"{where}: {len(raw)} bytes for {count} steps; the file is cut off")
    return _scaled(raw, width).reshape(count, channels), rate


def _content(file: wave.Wave_read, size: int, where: str) -> tuple[bytes, int, int, int, int]:
    channels, width, rate, count = file.getnchannels(), file.getsampwidth(), file.getframerate(), file.getnframes()
    if not 1 <= channels <= 64 or width not in (1, 2, 3, 4) or not 1 <= rate <= 1_000_000:
        raise DataError(f"{where}: {channels} channels of {width} bytes at {rate} Hz; the file is damaged")
    if count * channels * width > size or count > MAX_SECONDS * rate:
        raise DataError(f"{where}: {count} steps announced in a file of {size} bytes; it is cut off")
    return file.readframes(count), count, channels, width, rate


def _check_chunks(data: bytes, frame: int, where: str) -> None:
    """Refuse what the decoder passes over in silence: part of a step, another size of a step, content behind the last chunk."""
    at = 12
    while at + 8 <= len(data):
        name, size = data[at : at + 4], int.from_bytes(data[at + 4 : at + 8], "little")
        if not name.isascii() or not name.decode("ascii").isprintable():
            raise DataError(
                f"{where}: {len(data) - at} bytes from byte {at} on are no chunk of a WAV file; its header announces too little"
            )
        told = int.from_bytes(data[at + 20 : at + 22], "little")
        if name == b"fmt " and told != frame:
            raise DataError(f"{where}: its header announces {told} bytes a step, its format has {frame}")
        if name == b"data" and size % frame:
            raise DataError(
                f"{where}: {size} bytes of samples are no whole number of steps of {frame}; the file is cut off"
            )
        at += 8 + size + size % 2


def _scaled(raw: bytes, width: int) -> NDArray[Any]:
    if width == 1:
        return (np.frombuffer(raw, np.uint8).astype(np.float32) - 128) / np.float32(128)
    if width == 3:
        parts = np.frombuffer(raw, np.uint8).reshape(-1, 3).astype(np.int32)
        whole = (parts[:, 0] << 8) | (parts[:, 1] << 16) | (parts[:, 2] << 24)
        return (whole / 2.0**31).astype(np.float32)
    return (np.frombuffer(raw, f"<i{width}") / 2.0 ** (8 * width - 1)).astype(np.float32)
