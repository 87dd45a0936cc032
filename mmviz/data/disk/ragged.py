"""Sequences of different lengths, concatenated in one file and indexed like one padded array."""

import contextlib
import os
import sys
import weakref
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from mmviz.core.errors import DataError

Floats = NDArray[np.float32]
Whole = NDArray[np.int64]
_READS = hasattr(os, "preadv") and sys.byteorder == "little"  # else through a memory map, as on Windows


class Ragged:
    """The values ``split.inputs[modality]`` of a data set on disk: behaves like float32 (n, steps, features), read-only.

    Indexing reads rows from the file and returns an ordinary array, padded with 0; ``np.asarray`` reads
    all. Nothing else is ever held in memory but two whole numbers per sample: where the system allows it, rows are read straight into
    the result (a memory map would keep every page that was ever touched among this process's own). Safe to share between threads and, as it is
    pickled by its path, between processes.

    Parameters
    ----------
    path, at
        A file and the byte where the values begin: float32, little-endian, (total, features), sequence after sequence.
    offsets
        (n + 1,): sequence i is rows offsets[i] to offsets[i + 1].
    start
        (n,): the step at which it begins.
    shape
        (n, steps, features).
    """

    dtype = np.dtype(np.float32)
    ndim = 3

    def __init__(self, path: Path, at: int, offsets: Whole, start: Whole, shape: tuple[int, int, int]) -> None:
        self._given = (path, at, offsets, start, shape)
        self.shape = shape
        self._offsets, self._start = offsets, start
        total = int(offsets[-1])
        self._file = -1
        self._values: Floats = np.zeros((0, shape[2]), np.float32)
        if total and _READS:
            self._file = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
            weakref.finalize(self, os.close, self._file)
        elif total:
            mapped = np.memmap(path, dtype="<f4", mode="r", offset=at, shape=(total, shape[2]))
            self._values = np.asarray(mapped)  # an ordinary array over the map: slicing it is five times as fast

    def __reduce__(self) -> tuple[Any, ...]:
        return type(self), self._given

    def __len__(self) -> int:
        return self.shape[0]

    def gather(self, rows: ArrayLike, steps: int | None = None) -> Floats:
        """Return some sequences, padded.

        Parameters
        ----------
        rows
            Whole numbers (k,) from 0 to n - 1.
        steps
            Width of the result; all steps when None. Steps beyond are left out.

        Returns
        -------
        ndarray
            float32 (k, steps, features), 0 where nothing is stored.
        """
        index = np.asarray(rows)
        width = self.shape[1] if steps is None else steps
        begin, end, start = self._offsets[index], self._offsets[index + 1], self._start[index]
        length = np.minimum(end - begin, np.maximum(width - start, 0))
        out = np.empty((len(index), width, self.shape[2]), np.float32)
        places = zip(out, begin.tolist(), start.tolist(), length.tolist(), strict=True)
        for sample, source, first, count in places:
            sample[:first] = 0
            if self._file >= 0:
                self._read(sample[first : first + count], source)
            else:
                sample[first : first + count] = self._values[source : source + count]
            sample[first + count :] = 0
        return out

    def _read(self, into: Floats, source: int) -> None:
        """Fill contiguous rows with the stored values from row ``source`` on."""
        if not into.size:
            return
        path, at = self._given[:2]
        left, at = into.reshape(-1).view(np.uint8).data, at + 4 * self.shape[2] * source
        while left:
            count = os.preadv(self._file, [left], at)
            if not count:
                raise DataError(
                    f"{path} ends at byte {at}, {len(left)} bytes too early; it was truncated after it was opened"
                )
            left, at = left[count:], at + count

    def fetch(self, rows: ArrayLike) -> None:
        """Prefetch sequences into the system's cache, in the order of the file.

        On Linux all ranges are announced to the system at once, which reads them in the background (``posix_fadvise``); elsewhere, with a memory
        map, one value of every page is touched, and without one nothing is done.
        """
        index = np.unique(np.asarray(rows))
        begin, end = self._offsets[index], self._offsets[index + 1]
        first = np.flatnonzero(np.concatenate([[True], begin[1:] > end[:-1]])[: len(index)])  # where a gap lies before
        last = np.append(first[1:], len(index)) - 1
        if len(first) <= 1:
            return  # one run: the system reads ahead by itself
        runs = zip(begin[first].tolist(), end[last].tolist(), strict=True)
        if not hasattr(os, "posix_fadvise"):
            for a, b in runs:
                self._values[a:b].reshape(-1)[::1024].max(initial=0)  # one value of every page of 4096 bytes
            return
        path, at = self._given[:2]
        step = 4 * self.shape[2]  # bytes
        with contextlib.suppress(OSError), path.open("rb") as file:  # a hint to the system: reading works without it
            for a, b in runs:
                os.posix_fadvise(file.fileno(), at + a * step, (b - a) * step, os.POSIX_FADV_WILLNEED)

    def __getitem__(self, key: Any) -> NDArray[Any]:
        first, rest = (key[0], key[1:]) if isinstance(key, tuple) and key else (key, ())
        simple = all(k is Ellipsis or isinstance(k, (slice, int, np.integer)) for k in rest)
        if first is Ellipsis or first is None or not simple:  # rarely used: as NumPy does it, on everything
            return self.gather(np.arange(len(self)))[key]
        rows = np.arange(len(self))[first]
        if rows.ndim == 0:
            return self.gather(rows[None])[0][rest]
        read = self.gather(rows.ravel()).reshape(*rows.shape, *self.shape[1:])
        return read[(slice(None),) * rows.ndim + rest] if rest else read

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> NDArray[Any]:
        read = self.gather(np.arange(len(self)))
        return read if dtype is None else read.astype(dtype, copy=False)

    def __repr__(self) -> str:
        n, steps, features = self.shape
        return f"Ragged({n} samples x {steps} steps x {features} features on disk, {self._given[0].name})"
