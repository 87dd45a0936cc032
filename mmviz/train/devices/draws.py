"""Random numbers on several devices: some all draw alike, others are each device's own."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

import numpy as np
import torch

if TYPE_CHECKING:
    from collections.abc import Iterator

    from torch import Tensor


class Draws:
    """Two streams behind torch's global generator, on the CPU and on this process's GPU.

    The common stream is the one that a training on one device has: augmentation, subsets of modalities and noise on gradients are drawn
    from it, for whole batches. Own draws (dropout) are seeded by where they are: seed, epoch, batch, device. So they
    depend on the number of devices, which for dropout means another, equally good, mask.
    """

    def __init__(self, device: torch.device) -> None:
        self._gpu = device if device.type == "cuda" else None
        self._common: list[Tensor] | None = None

    @contextmanager
    def own(self, *where: int) -> Iterator[None]:
        """Seed by whole numbers ≥ 0 for the block; the common stream goes on behind it."""
        self._common = self._now()
        torch.manual_seed(int(np.random.SeedSequence(where).generate_state(1, np.uint64)[0] >> 1))
        try:
            yield
        finally:
            self._set(self._common)
            self._common = None

    @contextmanager
    def common(self) -> Iterator[None]:
        """Go on with the common stream for the block; does nothing where it is not interrupted."""
        if self._common is None:
            yield
            return
        mine = self._now()
        self._set(self._common)
        try:
            yield
        finally:
            self._common = self._now()
            self._set(mine)

    def _now(self) -> list[Tensor]:
        return [torch.get_rng_state(), *([] if self._gpu is None else [torch.cuda.get_rng_state(self._gpu)])]

    def _set(self, state: list[Tensor]) -> None:
        torch.set_rng_state(state[0])
        if self._gpu is not None:
            torch.cuda.set_rng_state(state[1], self._gpu)
