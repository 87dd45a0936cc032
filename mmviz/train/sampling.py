"""Which samples a training reads: batches of every epoch, shuffled, class-balanced or bucketed by length, and the held-out subset."""

from __future__ import annotations

import dataclasses
import math
from typing import TYPE_CHECKING, Any

import numpy as np

from mmviz.core.errors import ConfigError
from mmviz.data.batches import Buckets, stream
from mmviz.data.disk.ragged import Ragged
from mmviz.models.batch import batch_of
from mmviz.train.class_balance import balanced_rows
from mmviz.train.devices import Devices

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import ArrayLike

    from mmviz.data.dataset import Split
    from mmviz.models.batch import Batch
    from mmviz.train.config import TrainConfig


LARGEST = 512


def hold_out(split: Split, samples: int, seed: int) -> tuple[Split, Split]:
    """Return the split without a slice, and the slice.

    Parameters
    ----------
    split
        In memory, or from `mmviz.data.from_disk`: of the latter the slice is read, the rest stays on disk.
    samples
        Size of the slice; 0 takes 0.3 / 2^M of the split (M modalities), but at least 32 and at most 512 samples, and never
        more than a fifth: measuring all 2^M subsets of it then costs some 5 % of an epoch of joint training, whatever M (the history says, as ``cost_share``).
    seed
        The same seed holds out the same samples.

    Raises
    ------
    ConfigError
        If the slice would be more than half of the split.

    Notes
    -----
    The samples are shuffled, sorted by target, and taken at equal distances: every class, or every range of values, has its share.
    Subjects are not kept apart: a person in the slice is in the updates too.
    """
    n = len(split)
    size = samples or max(1, min(n // 5, LARGEST, max(32, int(0.3 * n) >> len(split.inputs))))
    if 2 * size > n:
        raise ConfigError(
            f"fit: {size} samples of split {split.name!r} are to be held out for measuring, it has {n}; "
            "at most half can be: give a smaller held_out, or leave out what measures"
        )
    order = np.random.default_rng([seed, 2]).permutation(n)
    order = order[np.argsort(np.asarray(split.labels("fit"))[order], kind="stable")]
    chosen = np.zeros(n, dtype=bool)
    chosen[order[(np.arange(size) * n + n // 2) // size]] = True
    return _left(split, np.flatnonzero(~chosen)), split.take(np.flatnonzero(chosen))


def _left(split: Split, rows: np.ndarray) -> Split:
    """Return the other samples, of modalities on disk without reading them."""
    light = dataclasses.replace(split, inputs={}).take(rows)
    stored: dict[str, Any] = dict(split.inputs)
    inputs: dict[str, Any] = {m: _Some(x, rows) if isinstance(x, Ragged) else x[rows] for m, x in stored.items()}
    return dataclasses.replace(light, inputs=inputs)


class _Some(Ragged):
    """Some rows of sequences on disk."""

    def __init__(self, whole: Ragged, rows: np.ndarray) -> None:
        self._whole, self._rows = whole, rows
        self.shape = (len(rows), *whole.shape[1:])

    def gather(self, rows: ArrayLike, steps: int | None = None) -> np.ndarray:
        return self._whole.gather(self._rows[np.asarray(rows)], steps)

    def fetch(self, rows: ArrayLike) -> None:
        self._whole.fetch(self._rows[np.asarray(rows)])

    def __reduce__(self) -> tuple[Any, ...]:
        return type(self), (self._whole, self._rows)

    def __repr__(self) -> str:
        return f"{len(self._rows)} rows of {self._whole!r}"


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
