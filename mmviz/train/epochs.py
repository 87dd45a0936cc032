"""The batches of one epoch: shuffled, or with samples of like length together; only the batch's rows are in memory."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np

from mmviz.data.buckets import Buckets
from mmviz.data.stream import stream
from mmviz.models.batch import batch_of
from mmviz.train.class_balance import balanced_rows
from mmviz.train.devices import Devices

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mmviz.data.dataset import Split
    from mmviz.models.batch import Batch
    from mmviz.train.config import TrainConfig


class Epochs:
    """What a training reads, epoch after epoch.

    Parameters
    ----------
    split
        In memory or from `mmviz.data.from_disk`.
    config
        ``batch_size``, ``seed``, ``bucket``, ``block``, ``sampling``.
    devices
        Those that share every batch.
    """

    def __init__(self, split: Split, config: TrainConfig, devices: Devices | None = None) -> None:
        self.split, self.size, self.devices = split, config.batch_size, devices or Devices()
        self.updates = math.ceil(len(split) / config.batch_size)
        self._order = np.random.default_rng(config.seed)
        self._balanced = np.asarray(split.target) if config.sampling == "balanced" else None
        self._plan: Buckets | None = None
        if config.bucket:
            self._plan = Buckets(split, config.batch_size, config.seed, pool=config.bucket, block=config.block)

    @property
    def draws(self) -> dict[str, Any]:
        """Where the random stream of the plain order stands, in plain values; it may be set."""
        return dict(self._order.bit_generator.state)

    @draws.setter
    def draws(self, state: dict[str, Any]) -> None:
        self._order.bit_generator.state = state

    def count(self, rows: np.ndarray) -> int:
        """Return into how many batches these rows go."""
        return math.ceil(len(rows) / self.size)

    def batches(self, epoch: int, rows: np.ndarray | None = None) -> Iterator[tuple[np.ndarray, Batch]]:
        """Yield the rows of each batch and the batch; on several devices all rows, and a batch of this one's.

        ``rows``, where given, are read in their order. Without buckets the order comes from one random stream, so epochs are to be asked for in turn; with buckets it depends on seed
        and epoch alone, and each modality ends at the batch's last real step.
        """
        if self._plan is None or rows is not None:
            order = self._shuffled() if rows is None else rows
            for chosen in np.array_split(order, self.count(order)):
                yield chosen, batch_of(self.split, self.devices.share(chosen))
            return
        plan = self._plan.of(epoch)
        own = [self.devices.share(chosen) for chosen in plan]
        for chosen, part in zip(plan, stream(self.split, own), strict=True):
            yield chosen, batch_of(part)

    def _shuffled(self) -> np.ndarray:
        if self._balanced is not None:
            return balanced_rows(self._balanced, self._order)
        return self._order.permutation(len(self.split))
