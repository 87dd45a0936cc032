"""Data augmentation of training batches: random rotation and gain of sensor signals."""

from __future__ import annotations

import dataclasses
import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import torch

from mmviz.core.errors import ConfigError
from mmviz.core.options import number
from mmviz.train.devices import Devices

if TYPE_CHECKING:
    from jaxtyping import Float
    from torch import Tensor

    from mmviz.models.batch import Batch


@dataclass(frozen=True)
class Augment:
    """Random changes to every training batch; validation and prediction never see them.

    Attributes
    ----------
    rotate
        Modalities of three features each in one coordinate frame (the axes of one sensor). All of them are rotated by the same random
        rotation, drawn for each sample.
    degrees
        Standard deviation of the rotation angle, in degrees; the axis is uniform.
    stretch
        Modalities whose values are multiplied by a random factor, drawn for each sample and modality.
    gain
        Standard deviation of the factor's logarithm.

    Notes
    -----
    A sensor is worn at different angles, and people move with different amplitude; with few subjects, a model takes these differences for
    the movement itself.
    """

    rotate: tuple[str, ...] = ()
    degrees: float = 20.0
    stretch: tuple[str, ...] = ()
    gain: float = 0.15

    def __post_init__(self) -> None:
        for name in ("rotate", "stretch"):
            value = getattr(self, name)
            if isinstance(value, str) or not all(isinstance(n, str) for n in value):
                raise ConfigError(f"Augment: {name}={value!r}, expected a tuple of modality names")
            object.__setattr__(self, name, tuple(value))
        for name in ("degrees", "gain"):
            object.__setattr__(self, name, number(getattr(self, name), f"Augment: {name}", low=0))

    def check(self, features: dict[str, int]) -> None:
        """Raise ConfigError where a named modality is unknown, or one in ``rotate`` has not three features."""
        for name in (*self.rotate, *self.stretch):
            if name not in features:
                raise ConfigError(f"Augment: modality {name!r} is unknown; the data set has {', '.join(features)}")
        for name in self.rotate:
            if features[name] != 3:
                raise ConfigError(
                    f"Augment: rotate={name!r} has {features[name]} features; only modalities with 3 features can be rotated"
                )

    def __call__(self, batch: Batch, whole: int | None = None, devices: Devices | None = None) -> Batch:
        """Return an augmented copy; draws from torch's global generator.

        On several devices the numbers are drawn for the ``whole`` batch, so that a sample is changed the same way for any number of devices.
        """
        values, share = dict(batch.values), (devices or Devices()).share
        count = len(batch) if whole is None else whole
        if self.rotate and self.degrees > 0:
            rotations = share(random_rotations(count, self.degrees, like=values[self.rotate[0]]))
            for name in self.rotate:
                values[name] = torch.einsum("bij,btj->bti", rotations, values[name])
        for name in self.stretch:
            factor = torch.exp(self.gain * torch.randn(count, 1, 1, dtype=values[name].dtype))
            values[name] = values[name] * share(factor).to(values[name].device)
        return dataclasses.replace(batch, values=values)


def random_rotations(count: int, degrees: float, *, like: Tensor) -> Float[Tensor, "{count} 3 3"]:
    """Return rotation matrices: axis uniform on the sphere, angle normal with standard deviation ``degrees``.

    Rodrigues' formula, R = I + sin θ K + (1 - cos θ) K², K the cross-product matrix of the axis.
    """
    axis = torch.nn.functional.normalize(torch.randn(count, 3, dtype=like.dtype), dim=1)
    angle = torch.randn(count, 1, 1, dtype=like.dtype) * math.radians(degrees)
    x, y, z = axis.unbind(1)
    zero = torch.zeros_like(x)
    cross = torch.stack([zero, -z, y, z, zero, -x, -y, x, zero], dim=1).view(count, 3, 3)
    eye = torch.eye(3, dtype=like.dtype)
    return (eye + angle.sin() * cross + (1 - angle.cos()) * cross @ cross).to(like.device)
