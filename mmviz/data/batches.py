"""Batches: shuffled by seed and epoch with samples of similar length together, read ahead by worker threads."""

from collections import deque
from collections.abc import Generator, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from itertools import islice
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from mmviz.core.options import require_known, whole
from mmviz.data.dataset import Split
from mmviz.data.disk.ragged import Ragged


@dataclass
class Buckets:
    """Length-bucketed batches of every epoch, as rows of a split; holds no samples.

    The samples of an epoch are shuffled, cut into pools of ``pool`` batches, sorted by length inside each pool and cut into batches,
    which are shuffled. So a batch holds samples of like length (little padding), yet every epoch mixes them anew. The
    plan of an epoch depends only on seed and epoch, not on earlier calls or on the number of readers.

    Iterating gives the batches of ``epoch`` as lists of rows, which is what PyTorch's ``DataLoader(batch_sampler=...)`` expects; set
    ``epoch`` before each pass. (It is not incremented automatically: a loader with workers starts iterating twice.)

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
        counted = known if self.by is None else (self.by,)
        require_known(counted, known, "by")
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
    """Return the number of steps up to the last real one, at least 1."""
    used = np.flatnonzero(valid.any(axis=0))
    return int(used[-1]) + 1 if len(used) else 1


Batches = Generator[ArrayLike, None, None]
_FETCHERS = 2  # threads that prefetch


def stream(
    split: Split, batches: Iterable[ArrayLike], *, workers: int = 0, trim: bool = True, ahead: int = 20
) -> Iterator[Split]:
    """Yield batches of a split as small splits, in the given order.

    Parameters
    ----------
    split
        In memory or on disk.
    batches
        Rows of each batch, such as ``Buckets(split, 32).of(epoch)``.
    workers
        Threads that read ahead, at most two batches each; 0 reads on demand. Does not affect the result.
    trim
        End each modality at the last real step of the batch, instead of the longest sequence of the set.
    ahead
        For a data set on disk: number of batches that are prefetched into the system's cache by separate threads; 0 disables it. Needs no
        memory of this process and does not affect the result. No effect in memory.

    Yields
    ------
    Split
        Modalities keep different lengths: no frame is moved, repeated or averaged.

    Raises
    ------
    ConfigError
        If `workers` or `ahead` is negative.
    DataError
        As `Split.take`.

    Notes
    -----
    A common length is an option of the model: ``align="resample"`` averages each sequence over equal parts of its own duration
    (Coupled Mamba's resampling, elsewhere called "mean"), ``align="pad"`` takes one frame as one step ("none"), ``align="bin"`` averages over
    equal numbers of frames.

    A fully random order (``Buckets`` with ``block=1``) reads every sample of every modality separately: the system cannot predict
    the next one, so without `ahead` each read waits; on a hard disk each is a seek. ``block=64`` keeps 64 neighbours in
    one pool of batches, so that reads from a cold disk are near together, and mixes the samples of the whole pool. ``python tests/bars/streaming.py``
    prints the throughput of each order here. A set that fits the cache is read at the speed of memory from the second epoch on.
    """
    whole(workers, "workers", low=0)
    whole(ahead, "ahead", low=0)
    stored: list[Ragged] = [x for x in dict[str, Any](split.inputs).values() if isinstance(x, Ragged)]
    plan = _with_prefetch(iter(batches), stored, len(split), ahead) if ahead and stored else (rows for rows in batches)
    return _threaded(split, plan, workers, trim) if workers else _sequential(split, plan, trim)


def _with_prefetch(batches: Iterator[ArrayLike], stored: list[Ragged], n: int, ahead: int) -> Batches:
    """Yield the batches, each after prefetching of the next `ahead` was started, in groups of neighbours."""
    size = -(-ahead // 4)
    waiting: deque[tuple[list[ArrayLike], list[Future[None]]]] = deque()
    pool = ThreadPoolExecutor(_FETCHERS, thread_name_prefix="mmviz-stream-ahead")
    try:
        while group := list(islice(batches, size)):
            rows = np.arange(n)[np.concatenate([_valid_rows(rows, n) for rows in group])]
            waiting.append((group, [pool.submit(x.fetch, rows) for x in stored]))
            if len(waiting) * size > ahead:
                yield from _next_group(waiting)
        while waiting:
            yield from _next_group(waiting)
    finally:
        pool.shutdown(wait=True, cancel_futures=True)


def _valid_rows(rows: ArrayLike, n: int) -> NDArray[np.int64]:
    """Return the rows of a batch that the split has; `Split.take` reports the others."""
    index = np.asarray(rows)
    if index.ndim != 1 or index.dtype.kind not in "iub" or (index.dtype.kind == "b" and len(index) != n):
        return np.zeros(0, np.int64)
    index = np.flatnonzero(index) if index.dtype.kind == "b" else index.astype(np.int64)
    return index[(index >= -n) & (index < n)]


def _next_group(waiting: deque[tuple[list[ArrayLike], list[Future[None]]]]) -> list[ArrayLike]:
    group, futures = waiting.popleft()
    for each in futures:
        each.result()
    return group


def _sequential(split: Split, batches: Batches, trim: bool) -> Iterator[Split]:
    try:
        for rows in batches:
            yield _read(split, rows, trim)
    finally:
        batches.close()


def _threaded(split: Split, batches: Batches, workers: int, trim: bool) -> Iterator[Split]:
    waiting: deque[Future[Split]] = deque()
    pool = ThreadPoolExecutor(workers, thread_name_prefix="mmviz-stream")
    try:
        for rows in batches:
            waiting.append(pool.submit(_read, split, rows, trim))
            if len(waiting) > 2 * workers:
                yield waiting.popleft().result()
        while waiting:
            yield waiting.popleft().result()
    finally:
        pool.shutdown(wait=True, cancel_futures=True)
        batches.close()


def _read(split: Split, rows: ArrayLike, trim: bool) -> Split:
    if not trim:
        return split.take(rows)
    index = np.asarray(rows)
    light = replace(split, inputs={}).take(index)
    index = np.arange(len(split))[index]
    inputs, valid, times = {}, {}, {}
    for m, x in split.inputs.items():
        timed = m in light.times  # masked frames count for the length of the recording
        steps = width(light.valid[m] | np.isfinite(light.times[m]) if timed else light.valid[m])
        if timed:
            times[m] = light.times[m][:, :steps].copy()
        inputs[m] = x.gather(index, steps) if isinstance(x, Ragged) else np.array(x[index, :steps])
        valid[m] = light.valid[m][:, :steps].copy()
    return replace(light, inputs=inputs, valid=valid, times=times)
