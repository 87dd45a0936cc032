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


MAX_HELD_OUT = 512


def hold_out(split: Split, samples: int, seed: int) -> tuple[Split, Split]:
    """Split off a stratified held-out subset; return (remaining, held_out).

    Parameters
    ----------
    split
        In memory, or from `mmviz.data.from_disk`: of the latter only the held-out subset is read.
    samples
        Size of the subset; 0 takes 0.3 / 2^M of the split (M modalities), but at least 32 and at most 512 samples, and never more than a
        fifth: the predictions for all 2^M subsets of modalities then cost about 5 % of an epoch of joint training for any M (``cost_share``
        of the history).
    seed
        The same seed gives the same subset.

    Raises
    ------
    ConfigError
        If the subset is more than half of the split.

    Notes
    -----
    Samples are shuffled, sorted by target and taken at equal distances, so that classes, or ranges of values, keep their shares. Subjects
    are not separated: one subject may be in both parts.
    """
    n = len(split)
    size = samples or max(1, min(n // 5, MAX_HELD_OUT, max(32, int(0.3 * n) >> len(split.inputs))))
    if 2 * size > n:
        raise ConfigError(
            f"fit: held_out={size} of the {n} samples of split {split.name!r} is more than half; "
            "give a smaller held_out, or leave out monitor and strategies that need held-out samples"
        )
    order = np.random.default_rng([seed, 2]).permutation(n)
    order = order[np.argsort(np.asarray(split.labels("fit"))[order], kind="stable")]
    chosen = np.zeros(n, dtype=bool)
    chosen[order[(np.arange(size) * n + n // 2) // size]] = True
    return _without_loading(split, np.flatnonzero(~chosen)), split.take(np.flatnonzero(chosen))


def _without_loading(split: Split, rows: np.ndarray) -> Split:
    """Return some samples of a split; modalities on disk are not read."""
    light = dataclasses.replace(split, inputs={}).take(rows)
    stored: dict[str, Any] = dict(split.inputs)
    inputs: dict[str, Any] = {m: _RowSubset(x, rows) if isinstance(x, Ragged) else x[rows] for m, x in stored.items()}
    return dataclasses.replace(light, inputs=inputs)


class _RowSubset(Ragged):
    """A subset of the rows of sequences on disk."""

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


class EpochBatches:
    """Batches of every epoch of a training.

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
        self._buckets: Buckets | None = None
        if config.bucket:
            self._buckets = Buckets(split, config.batch_size, config.seed, pool=config.bucket, block=config.block)

    @property
    def random_state(self) -> dict[str, Any]:
        """State of the generator of the order, as plain values; may be set."""
        return dict(self._order.bit_generator.state)

    @random_state.setter
    def random_state(self, state: dict[str, Any]) -> None:
        self._order.bit_generator.state = state

    def count(self, rows: np.ndarray) -> int:
        """Return the number of batches of these rows."""
        return math.ceil(len(rows) / self.size)

    def batches(self, epoch: int, rows: np.ndarray | None = None) -> Iterator[tuple[np.ndarray, Batch]]:
        """Yield the rows of each batch and the batch itself; on several devices all rows, and the batch of this device's share.

        ``rows``, where given, are read in their order. Without buckets the order comes from one generator, so epochs must be read one after
        the other; with buckets it depends only on seed and epoch, and each modality ends at the last valid step of the batch.
        """
        if self._buckets is None or rows is not None:
            order = self._shuffled() if rows is None else rows
            for chosen in np.array_split(order, self.count(order)):
                yield chosen, batch_of(self.split, self.devices.share(chosen))
            return
        plan = self._buckets.of(epoch)
        local = [self.devices.share(chosen) for chosen in plan]
        for chosen, part in zip(plan, stream(self.split, local), strict=True):
            yield chosen, batch_of(part)

    def _shuffled(self) -> np.ndarray:
        if self._balanced is not None:
            return balanced_rows(self._balanced, self._order)
        return self._order.permutation(len(self.split))
