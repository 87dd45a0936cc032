"""Coalitions of modalities that the updates of a training used, observed from the masks of its forward passes."""

from __future__ import annotations

from typing import TYPE_CHECKING

import torch

from mmviz.core.subsets import MAX_EXACT_PLAYERS

if TYPE_CHECKING:
    from jaxtyping import Bool
    from torch import Tensor

    from mmviz.train.devices import Devices


class MetCoalitions:
    """Numbers of the coalitions whose predictions had a loss: bit m is set where a sample has data of modality m that is not masked.

    Attributes
    ----------
    complete
        False where an update came from a pass that was not observed, from a resumed training that did not observe, or with more than 12
        modalities: then the coalitions are unknown.
    """

    def __init__(self, modalities: int) -> None:
        self.complete = modalities <= MAX_EXACT_PLAYERS
        self._noted = False
        self._seen = torch.zeros(2**modalities if self.complete else 1, dtype=torch.bool)
        self._bits = 1 << torch.arange(modalities)

    def add(self, available: Bool[Tensor, "modality sample"]) -> None:
        """Note the coalition of each sample of a pass; passes without a gradient do not count."""
        if not torch.is_grad_enabled():
            return
        self._noted = True
        if not self.complete:
            return
        if self._seen.device != available.device:
            self._seen, self._bits = self._seen.to(available.device), self._bits.to(available.device)
        self._seen[self._bits @ available.long() if available.is_cpu else (self._bits[:, None] * available).sum(0)] = (
            True
        )

    def after_update(self) -> None:
        """Check that the update that was just yielded came from an observed pass."""
        self.complete, self._noted = self.complete and self._noted, False

    def restore(self, numbers: list[int] | None) -> None:
        """Continue with the coalitions of an earlier part of the training; None: it did not observe them."""
        if numbers is None:
            self.complete = False
        elif self.complete:
            self._seen[torch.tensor(numbers, dtype=torch.long, device=self._seen.device)] = True

    def numbers(self, devices: Devices) -> list[int] | None:
        """Return the numbers of the coalitions of all devices, sorted; None where they are unknown."""
        if devices.any(not self.complete):
            return None
        return torch.nonzero(devices.total(self._seen.float()))[:, 0].tolist()
