"""Batches one after the other, read ahead by worker threads; the same batches however many there are."""

from collections import deque
from collections.abc import Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from itertools import islice
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from mmviz.data.buckets import width
from mmviz.data.choice import whole
from mmviz.data.dataset import Split
from mmviz.data.disk.ragged import Ragged

Job = tuple[ArrayLike, NDArray[Any] | None]


def stream(
    split: Split, batches: Iterable[ArrayLike], *, workers: int = 0, trim: bool = True, ahead: int = 0
) -> Iterator[Split]:
    """Yield batches of a split as small splits, in the order given.

    Parameters
    ----------
    split
        In memory or on disk.
    batches
        Rows of each batch, such as ``Buckets(split, 32).of(epoch)``.
    workers
        Threads that read ahead, at most two batches each; 0 reads when asked. Has no influence on the result.
    trim
        End each modality at the last real step of the batch, instead of the longest sequence of the set.
    ahead
        For a set on disk that is larger than memory: so many batches are brought into the system's cache at a time, in the order
        in which they lie on disk. With ``Buckets(..., pool=p, block=64)`` and ``ahead=p`` the disk is read in large pieces.

    Yields
    ------
    Split
        Each modality with a length of its own: no frame is moved, repeated or averaged to make lengths agree.

    Raises
    ------
    ConfigError
        If `workers` or `ahead` is negative.
    DataError
        As `Split.take`.

    Notes
    -----
    A common length is the model's business, by name: ``align="resample"`` averages each sequence over equal parts of its own duration
    (Coupled Mamba's resampling, elsewhere called "mean"), ``align="pad"`` takes one frame as one step ("none"), ``align="bin"`` averages over
    equal numbers of frames.
    """
    whole(workers, "workers", low=0)
    whole(ahead, "ahead", low=0)
    if ahead and not any(isinstance(x, Ragged) for x in split.inputs.values()):
        ahead = 0
    jobs = _jobs(iter(batches), ahead)
    return _threaded(split, jobs, workers, trim) if workers else (_read(split, job, trim) for job in jobs)


def _jobs(batches: Iterator[ArrayLike], ahead: int) -> Iterator[Job]:
    """Pair each batch with what is to be fetched before it is read: nothing, or the rows of its whole group."""
    while group := list(islice(batches, max(ahead, 1))):
        yield group[0], np.concatenate([np.asarray(rows) for rows in group]) if ahead else None
        yield from ((rows, None) for rows in group[1:])


def _threaded(split: Split, jobs: Iterator[Job], workers: int, trim: bool) -> Iterator[Split]:
    waiting: deque[Future[Split]] = deque()
    pool = ThreadPoolExecutor(workers, thread_name_prefix="mmviz-stream")
    try:
        for job in jobs:
            waiting.append(pool.submit(_read, split, job, trim))
            if len(waiting) > 2 * workers:
                yield waiting.popleft().result()
        while waiting:
            yield waiting.popleft().result()
    finally:
        pool.shutdown(wait=True, cancel_futures=True)


def _read(split: Split, job: Job, trim: bool) -> Split:
    rows, group = job
    if group is not None:
        near = np.arange(len(split))[group]
        for x in split.inputs.values():
            if isinstance(x, Ragged):
                x.fetch(near)
    if not trim:
        return split.take(rows)
    index = np.asarray(rows)
    light = Split(split.name, {}, split.valid, split.target, split.ids, split.group, split.extras).take(index)
    index = np.arange(len(split))[index]
    inputs, valid = {}, {}
    for m, x in split.inputs.items():
        steps = width(light.valid[m])
        inputs[m] = x.gather(index, steps) if isinstance(x, Ragged) else np.array(x[index, :steps])
        valid[m] = light.valid[m][:, :steps].copy()
    return Split(split.name, inputs, valid, light.target, light.ids, light.group, light.extras)
