"""A slice of the training split that no update sees, to measure on while training."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, Any

import numpy as np

from mmviz.data.disk.ragged import Ragged
from mmviz.errors import ConfigError

if TYPE_CHECKING:
    from numpy.typing import ArrayLike

    from mmviz.data.dataset import Split

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
