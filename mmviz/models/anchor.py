"""The anchor: the modality that the others are compared with, and how far they are from it as distributions."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from mmkernels import median_bandwidth, mmd_squared

from mmviz.errors import ConfigError
from mmviz.models.config import FusionConfig

if TYPE_CHECKING:
    from jaxtyping import Bool, Float
    from torch import Tensor

NATURAL_ANCHORS = ("text", "language", "rgb")
MEDIAN_POINTS = 64


@dataclass(frozen=True)
class AnchorConfig(FusionConfig):
    """Options of models that draw every modality to an anchor by the maximum mean discrepancy.

    Attributes
    ----------
    anchor
        Name of a modality. "" takes text, language or rgb where there is one (language is AlignMamba's anchor), else
        the first of the data.
    mmd
        Weight of the penalty, ≥ 0; 0 leaves it out. The default 0.01 keeps it, between 0 and 2 per pair, well below a
        cross-entropy, which starts near 1; no paper of the family publishes its weight.
    bandwidth
        Of the Gaussian kernel; 0 takes the median distance of each pair of sets, as a fixed one makes the kernel, and
        with it the gradient, vanish when features grow.
    factors
        Multiples of the bandwidth in the bank of kernels, so that no single scale has to be right.
    """

    anchor: str = ""
    mmd: float = 0.01
    bandwidth: float = 0.0
    factors: tuple[float, ...] = (0.25, 0.5, 1.0, 2.0, 4.0)

    def __post_init__(self) -> None:
        super().__post_init__()
        object.__setattr__(self, "factors", tuple(self.factors))  # a list, when it comes back from JSON
        self._check_number("mmd", self.mmd)
        self._check_number("bandwidth", self.bandwidth)
        for factor in self.factors or (0.0,):
            self._check_number("factors", factor, above=True)

    def _check_number(self, option: str, value: float, *, above: bool = False) -> None:
        """Raise ConfigError unless the value is a finite number ≥ 0, or above it."""
        sensible = isinstance(value, (int, float)) and not isinstance(value, bool) and math.isfinite(value)
        if not sensible or value < 0 or (above and value == 0):
            name = type(self).__name__.removesuffix("Config")
            seen = getattr(self, option)
            raise ConfigError(f"{name}: {option}={seen!r}, expected a finite number {'>' if above else '≥'} 0")

    def discrepancy(
        self,
        x: Float[Tensor, "set point width"],
        y: Float[Tensor, "set other width"],
        mask_x: Bool[Tensor, "set point"],
        mask_y: Bool[Tensor, "set other"],
    ) -> Float[Tensor, " set"]:
        """Return MMD² of each pair of sets with these options; the median is that of at most 64 of a pair's points."""
        bandwidth: float | Tensor = self.bandwidth
        if not bandwidth:  # all of them would cost as much as the kernels do
            bandwidth = median_bandwidth(x, y, mask_x=mask_x, mask_y=mask_y, max_points=MEDIAN_POINTS)
        return mmd_squared(
            x, y, mask_x=mask_x, mask_y=mask_y, bandwidth=bandwidth, factors=self.factors, backend=self.other_backend
        )


def anchor_of(names: tuple[str, ...], chosen: str) -> int:
    """Return the position of the anchor: the one chosen, a natural one, or the first.

    Raises
    ------
    ConfigError
        If the data has no modality of the name that was chosen.
    """
    if chosen:
        if chosen not in names:
            raise ConfigError(f"anchor={chosen!r} is no modality of the data; choose one of {', '.join(names)}")
        return names.index(chosen)
    return next((names.index(name) for name in NATURAL_ANCHORS if name in names), 0)
