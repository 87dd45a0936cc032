"""Images to sequences of patches or rows of pixels; channels last, first or grey; NumPy only."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from mmviz.core.errors import ConfigError, DataError
from mmviz.core.options import number, one_of, whole
from mmviz.data.arrays import as_array
from mmviz.io.files import read_regular
from mmviz.io.media import read_image

_LARGEST = 1 << 28  # bytes of a file
_CHANNELS = (1, 3, 4)
_LUMA = np.array([0.299, 0.587, 0.114])  # ITU-R BT.601
Axis = Literal["first", "last"]
Color = Literal["grey", "rgb"]


def as_pixels(image: Any, where: str, *, channel_axis: Axis | None = None) -> NDArray[Any]:
    """Return an image as an array (rows, columns, channels).

    Parameters
    ----------
    image
        Numbers (rows, columns), (rows, columns, channels) or (channels, rows, columns); a PIL image; the bytes of a PNG or JPEG file; or
        its path.
    where
        For errors.
    channel_axis
        "first" or "last"; None takes the only one of the two that has 1, 3 or 4 entries.

    Raises
    ------
    DataError
        If the image cannot be read, or both or none of the axes may be the channels.
    """
    if isinstance(image, (str, Path)):
        try:
            image = read_regular(Path(image), max_bytes=_LARGEST)
        except OSError as error:
            raise DataError(
                f"{where}: {image!s:.200} cannot be read ({error.strerror or error}); give the path of an image"
            ) from None
    if isinstance(image, (bytes, bytearray)):
        return read_image(bytes(image), where=where)
    if hasattr(image, "getbands"):  # a PIL image; the numbers of a palette are no intensities
        bands = image.getbands()
        image = (
            image
            if bands in (("L",), ("R", "G", "B"), ("I",), ("I;16",), ("F",), ("1",)) and image.mode != "P"
            else image.convert("RGB")
        )
        channel_axis = "last"
    pixels = as_array(image, where)
    if pixels.dtype.kind not in "fiub" or pixels.ndim not in (2, 3) or 0 in pixels.shape:
        raise DataError(
            f"{where}: {pixels.dtype} of shape {pixels.shape}; give numbers (rows, columns), (rows, columns, channels) or (channels, rows, columns)"
        )
    if pixels.ndim == 2:
        return pixels[:, :, None]
    if channel_axis is None:
        last, first = pixels.shape[2] in _CHANNELS, pixels.shape[0] in _CHANNELS
        if last == first:
            seen = "both the first and the last axis" if last else "neither the first nor the last axis"
            raise DataError(
                f"{where}: shape {pixels.shape}, {seen} may be 1, 3 or 4 channels; pass channel_axis='last' (rows, columns, channels) or 'first'"
            )
        channel_axis = "last" if last else "first"
    return np.moveaxis(pixels, 0, 2) if channel_axis == "first" else pixels


@dataclass(frozen=True)
class ImagePatches:
    """An encoder of images; made by `image_patches`, called with a list of images.

    Attributes
    ----------
    patch
        Rows and columns of a patch; "row" for one row of pixels per step.
    channel_axis, color, scale
        See `image_patches`.
    identity
        Changes whenever the features would.
    """

    patch: tuple[int, int] | Literal["row"]
    channel_axis: Axis | None = None
    color: Color | None = None
    scale: float | None = None

    @property
    def unit(self) -> str:
        """Of the features."""
        return "intensity (0 to 1)" if self.scale is None else ""

    @property
    def description(self) -> str:
        """One sentence for `Modality.description`."""
        what = (
            "one row of pixels"
            if self.patch == "row"
            else f"patches of {self.patch[0]} x {self.patch[1]} pixels, row by row"
        )
        return f"image, a step is {what}" if self.patch == "row" else f"image, steps are {what}"

    @property
    def identity(self) -> str:
        """The options that change the features, for a cache."""
        return f"patches 1 {self.patch} {self.channel_axis} {self.color} {self.scale}"

    def __call__(self, images: Sequence[Any]) -> list[NDArray[np.float32]]:
        """Return float32 (patches, rows x columns x channels) per image; features are in the order row, column, channel."""
        return [self._steps(image, f"image {i}") for i, image in enumerate(images)]

    def _steps(self, image: Any, where: str) -> NDArray[np.float32]:
        pixels = as_pixels(image, where, channel_axis=self.channel_axis)
        values = _colored(self._intensity(pixels, where), self.color, where)
        height, width, channels = values.shape
        rows, columns = (1, width) if self.patch == "row" else self.patch
        if height % rows or width % columns:
            raise DataError(
                f"{where}: {height} x {width} pixels are no whole number of patches of {rows} x {columns}; scale or cut the images, or choose "
                "another patch"
            )
        tiles = values.reshape(height // rows, rows, width // columns, columns, channels).transpose(0, 2, 1, 3, 4)
        return np.ascontiguousarray(tiles.reshape(-1, rows * columns * channels), dtype=np.float32)

    def _intensity(self, pixels: NDArray[Any], where: str) -> NDArray[Any]:
        if self.scale is not None:
            return pixels / self.scale
        if pixels.dtype.kind == "b":
            return pixels.astype(np.float32)
        if pixels.dtype in (np.dtype(np.uint8), np.dtype(np.uint16)):
            return pixels / np.float32(np.iinfo(pixels.dtype).max)
        low, high = float(pixels.min()), float(pixels.max())
        if pixels.dtype.kind == "f" and low >= 0 and high <= 1:
            return pixels
        raise DataError(
            f"{where}: {pixels.dtype} from {low:g} to {high:g}; give uint8, uint16 or floats from 0 to 1, or pass scale= (values are divided by "
            "it; 1 keeps them, such as metres)"
        )


def image_patches(
    patch: int | tuple[int, int] | Literal["row"],
    *,
    channel_axis: Axis | None = None,
    color: Color | None = None,
    scale: float | None = None,
) -> ImagePatches:
    """Return an encoder of images without a trained network: a step is a patch of pixels, or a row of pixels.

    The patches of ViT (Dosovitskiy et al., arXiv 2010.11929, section 3.1) before their linear projection, which a model learns.

    Parameters
    ----------
    patch
        Side of a square patch, (rows, columns), or "row": one row of pixels per step, as in `mmviz.data.load("av_digits")`.
    channel_axis
        "last" (rows, columns, channels) or "first" (channels, rows, columns); None takes the only one of the two axes that has 1, 3 or 4
        entries and refuses an image in which both or none have.
    color
        "grey" (luma of ITU-R BT.601) or "rgb" (grey repeated; a fourth channel left out) for all images; None keeps the channels.
    scale
        Values are divided by it. None: uint8 by 255, uint16 by 65535, truth values 0 and 1; floats have to lie between 0 and 1.

    Returns
    -------
    ImagePatches
        For ``from_arrays(encoders=)`` or `encode`. An image is an array, a PIL image, the bytes of a PNG or JPEG file, or its path.

    Raises
    ------
    ConfigError
        If an option is unknown or out of range.
    DataError
        At the call, for an image that cannot be read or divided into patches; the message names it.
    """
    one_of(channel_axis, (None, "first", "last"), "channel_axis")
    one_of(color, (None, "grey", "rgb"), "color")
    if scale is not None:
        number(scale, "scale", low=0, above=True)
    if patch == "row":
        return ImagePatches("row", channel_axis, color, scale)
    sides = (patch, patch) if isinstance(patch, int) else patch
    if not isinstance(sides, tuple) or len(sides) != 2:
        raise ConfigError(f"patch={patch!r}; give a number of pixels, (rows, columns), or 'row'")
    rows, columns = (whole(side, "patch", low=1) for side in sides)
    return ImagePatches((rows, columns), channel_axis, color, scale)


def _colored(values: NDArray[Any], color: Color | None, where: str) -> NDArray[Any]:
    channels = values.shape[2]
    if color is None:
        return values
    if channels not in _CHANNELS:
        raise DataError(f"{where}: {channels} channels; color={color!r} needs 1, 3 or 4")
    if channels == 1:
        return np.repeat(values, 3, axis=2) if color == "rgb" else values
    return values[:, :, :3] if color == "rgb" else (values[:, :, :3] @ _LUMA)[:, :, None]
