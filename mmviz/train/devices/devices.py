"""What a training asks of the devices it runs on; on one device every answer is its own."""

from __future__ import annotations

from contextlib import AbstractContextManager, nullcontext
from typing import TYPE_CHECKING, TypeVar

import numpy as np
import torch
from torch import Tensor

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from torch import nn

Rows = TypeVar("Rows", np.ndarray, Tensor)


class Devices:
    """One device. Of several, each process holds a :class:`~mmviz.train.devices.many.ManyDevices` and runs the same code.

    The samples of a batch are dealt out in turn, sample i to device i mod ``count``, so that shares differ by at most one
    and a batch sorted by length is long and short on every device. A loss that a device computes is *its share*: the shares add
    up to the loss of the whole batch, as their gradients add up to its gradient.

    Attributes
    ----------
    rank, count
        Which device this is, of how many.
    device
        Of several: the one this process drives.
    """

    rank = 0
    count = 1
    device = torch.device("cpu")

    def share(self, rows: Rows) -> Rows:
        """Return the rows that this device reads, of an array or a tensor."""
        return rows

    def total(self, value: Tensor) -> Tensor:
        """Return the sum over devices, without a gradient; the same bits on every device."""
        return value

    def any(self, flag: bool) -> bool:
        """Return whether it holds on any device."""
        return flag

    def portion(self, samples: int) -> float:
        """Return this device's samples over all devices' samples: its mean over samples, times this, is its share of the whole mean."""
        return 1.0

    def mean(self, rows: Tensor) -> Tensor:
        """Return the mean over the rows of all devices."""
        return rows.mean(0)

    def gathered(self, rows: Tensor) -> Tensor:
        """Return the rows of all devices, device after device."""
        return rows

    def whole(self, rows: Tensor) -> Tensor:
        """Return the rows of all devices as :meth:`share` dealt them out, in the order they had before."""
        return rows

    def sum_gradients(self, model: nn.Module) -> None:
        """Add up the gradients of all devices; a parameter that no device used keeps none."""

    def sums(self, parts: Mapping[str, list[float]]) -> dict[str, list[float]]:
        """Return the sums over devices, by name; a name may be missing on some."""
        return dict(parts)

    def first(self, action: Callable[[], None]) -> None:
        """Let the first device do something, and all raise what it raises."""
        action()

    def own_draws(self, *where: int) -> AbstractContextManager[None]:
        """Draw random numbers of this device's own inside the block, named by whole numbers such as seed, epoch, batch."""
        return nullcontext()

    def common_draws(self) -> AbstractContextManager[None]:
        """Draw the random numbers that all devices draw alike, inside a block of own ones."""
        return nullcontext()

    def agree(self, model: nn.Module) -> None:
        """Raise DeviceError where the weights of the devices have come apart."""


def fingerprint(model: nn.Module) -> Tensor:
    """Return two numbers that differ where weights differ: the sum, and the sum of squares, in float64."""
    flat = [p.detach().double() for p in model.state_dict().values()]
    return torch.stack([torch.stack([p.sum(), p.square().sum()]) for p in flat]).sum(0)
