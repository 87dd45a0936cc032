"""Decode PNG and JPEG pictures with Pillow, after their size has been checked; nothing else is decoded."""

import io
import warnings

import numpy as np
from numpy.typing import NDArray

from mmviz.errors import DataError, MissingDependencyError
from mmviz.io.file_kind import looks_like

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
