"""Which samples form which batch: shuffled by seed and epoch, samples of like length together."""

from collections.abc import Iterator
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from mmviz.data.choice import whole
from mmviz.data.dataset import Split
from mmviz.errors import ConfigError


@dataclass
class Buckets:
    """The batches of every epoch, as rows of a split; a plan, it holds no samples.

    The samples of an epoch are shuffled, cut into pools of ``pool`` batches, sorted by length inside each pool and cut into batches,
    which are shuffled. So a batch holds samples of like length (little padding), yet every epoch mixes them anew. The
    plan of an epoch depends on seed and epoch alone, not on what was asked before, nor on who reads the batches.

    Iterating gives the batches of ``epoch`` as lists of rows, which is what PyTorch's ``DataLoader(batch_sampler=...)`` expects; set
    ``epoch`` before each pass. (It does not count up by itself: a loader with workers starts iterating twice.)

    Parameters
    ----------
    split
        Whose samples.
    batch_size
        Samples per batch, ≥ 1; the last batch of an epoch may be smaller, none is left out.
    seed
        Of all epochs, ≥ 0.
    by
        The modality whose real steps count as length; None adds up all modalities.
    pool
        Batches sorted together, ≥ 1; 1 is plain shuffling.
    block
        Neighbours that stay in one pool, ≥ 1. 1 mixes freely. For a set on disk that is larger than memory, some dozens read it in
        large pieces instead of sample by sample; a batch still mixes samples of the whole pool.
    shuffle
        False gives the samples in their order, batch after batch (and ignores `pool` and `block`).
    epoch
        The epoch that iterating gives, from 0.

    Raises
    ------
    ConfigError
        If an option is out of range or the modality is unknown.
    """

    split: Split
    batch_size: int
    seed: int = 0
    by: str | None = None
    pool: int = 50
    block: int = 1
    shuffle: bool = True
    epoch: int = 0
    lengths: NDArray[np.int64] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        whole(self.batch_size, "batch_size", low=1)
        for name, low in (("seed", 0), ("pool", 1), ("block", 1), ("epoch", 0)):
            whole(getattr(self, name), name, low=low)
        known = tuple(self.split.valid)
        if self.by is not None and self.by not in known:
            raise ConfigError(f"by={self.by!r}: no such modality; there is {', '.join(map(repr, known))}")
        counted = known if self.by is None else (self.by,)
        self.lengths = np.sum([self.split.valid[m].sum(axis=1) for m in counted], axis=0, dtype=np.int64)

    def __len__(self) -> int:
        return -(-len(self.split) // self.batch_size)

    def of(self, epoch: int) -> list[NDArray[np.int64]]:
        """Return the batches of one epoch: arrays of rows, every row of the split once."""
        whole(epoch, "epoch", low=0)
        n, size = len(self.split), self.batch_size
        if not self.shuffle:
            return np.split(np.arange(n), range(size, n, size))
        rng = np.random.default_rng([self.seed, epoch])
        blocks = np.split(np.arange(n), range(self.block, n, self.block))
        order = np.concatenate([blocks[i] for i in rng.permutation(len(blocks))]) if n else np.arange(0)
        step = size * self.pool
        batches = []
        for part in np.split(order, range(step, n, step)):
            pool = rng.permutation(part)
            pool = pool[np.argsort(self.lengths[pool], kind="stable")]
            cut = np.split(pool, range(size, len(pool), size))
            batches += [cut[i] for i in rng.permutation(len(cut))]
        return batches

    def __iter__(self) -> Iterator[list[int]]:
        return iter([b.tolist() for b in self.of(self.epoch)])

    def padding(self, epoch: int) -> float:
        """Return the share of steps in an epoch's batches that are not real, over all modalities, 0 to 1."""
        real = cells = 0
        for rows in self.of(epoch):
            for v in self.split.valid.values():
                real += int(v[rows].sum())
                cells += len(rows) * width(v[rows])
        return 1 - real / cells if cells else 0.0


def width(valid: NDArray[np.bool_]) -> int:
    """Return how many steps a batch needs: up to its last real one, and at least 1."""
    used = np.flatnonzero(valid.any(axis=0))
    return int(used[-1]) + 1 if len(used) else 1
