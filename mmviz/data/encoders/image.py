"""Images to features by a frozen EfficientNet-Lite0: one step per image, or one per cell of a 7 by 7 grid."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

from mmviz.core.errors import ConfigError, DataError, MissingDependencyError
from mmviz.data.arrays import as_array
from mmviz.data.encoders.patches import as_pixels
from mmviz.data.package_data import EFFICIENTNET_LITE0

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

_SIDE = 224


@dataclass
class ImageEncoder:
    """An encoder of images; made by `efficientnet_lite0`, called with a list of images.

    Attributes
    ----------
    grid
        False: one step, the mean over the picture. True: 49 steps, the cells of a 7 by 7 grid, row by row.
    identity
        Changes whenever the features would.
    """

    model: Any = field(repr=False)
    grid: bool
    identity: str

    def __call__(self, images: Sequence[NDArray[np.uint8]]) -> list[NDArray[np.float32]]:
        """Return float32 (1, 1280) or (49, 1280) per image, uint8 of any size: (height, width, 3) RGB, (3, height, width), or grey.

        The shorter side is scaled to 224 pixels (bicubic, antialiased), the middle square is cut out, and values become
        (v - 127) / 128, as in the network's own TensorFlow recipe.
        """
        import torch

        batch = torch.cat([_prepared(as_array(image, f"image {i}"), i) for i, image in enumerate(images)])
        with torch.no_grad():
            maps = self.model.extract_features(batch)
        steps = maps.flatten(2).transpose(1, 2) if self.grid else maps.mean((2, 3))[:, None]
        return list(steps.numpy())


def efficientnet_lite0(*, grid: bool = False) -> ImageEncoder:
    """Return EfficientNet-Lite0 trained on ImageNet, frozen: 1280 features, from two packages that bring code and weights.

    Parameters
    ----------
    grid
        See `ImageEncoder`.

    Returns
    -------
    ImageEncoder
        For `encode`.

    Raises
    ------
    MissingDependencyError
        If a package is not installed.
    DataError
        If the weights are not those that were checked.
    ConfigError
        If `grid` is not True or False.
    """
    if not isinstance(grid, bool):
        raise ConfigError(f"grid={grid!r}; give True or False")
    path = EFFICIENTNET_LITE0.find()
    try:
        from efficientnet_lite_pytorch import EfficientNet
    except ImportError as error:
        raise MissingDependencyError(
            "image encoders need efficientnet-lite-pytorch; run: pip install mmviz[encoders]"
        ) from error
    import torch

    with torch.random.fork_rng():  # the package draws weights before ours replace them
        model = EfficientNet.from_name("efficientnet-lite0").eval()
    model.load_state_dict(torch.load(path, weights_only=True))
    for parameter in model.parameters():
        parameter.requires_grad_(requires_grad=False)
    return ImageEncoder(model, grid, f"image 1 grid={grid} {EFFICIENTNET_LITE0.sha256}")


def _prepared(image: NDArray[Any], number: int) -> Any:
    import torch

    if image.dtype != np.uint8 or 0 in image.shape:
        raise DataError(
            f"image encoder: item {number} is {image.dtype} {image.shape}; give uint8 (height, width, 3), RGB"
        )
    image = as_pixels(image, f"image encoder: item {number}")
    if image.shape[2] not in (1, 3, 4):
        raise DataError(f"image encoder: item {number} has {image.shape[2]} channels; give 1 (grey), 3 (RGB) or 4")
    image = np.repeat(image, 3, axis=2) if image.shape[2] == 1 else image[:, :, :3]
    x = torch.from_numpy(np.array(image)).permute(2, 0, 1)[None].float()
    height, width = image.shape[:2]
    scale = _SIDE / min(height, width)
    size = max(_SIDE, round(height * scale)), max(_SIDE, round(width * scale))
    x = torch.nn.functional.interpolate(x, size=size, mode="bicubic", antialias=True).clamp(0, 255)
    top, left = (size[0] - _SIDE) // 2, (size[1] - _SIDE) // 2
    return (x[:, :, top : top + _SIDE, left : left + _SIDE] - 127) / 128
