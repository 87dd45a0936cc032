"""A frame of the live view with fewer of the traced samples: a smaller page to save or to mail."""

from __future__ import annotations

from difflib import get_close_matches
from typing import TYPE_CHECKING

import numpy as np

from mmviz.errors import ConfigError

if TYPE_CHECKING:
    from collections.abc import Sequence

    import xarray as xr


def only_traced(frame: xr.Dataset, traced: int | Sequence[str]) -> xr.Dataset:
    """Return the frame with some of its traced samples; all else, and every scale, stays as it was.

    Parameters
    ----------
    frame
        From :func:`mmviz.plots.explorer_frame`.
    traced
        How many, an even choice of them; or the ids of samples, in the order in which they are to be shown.

    Raises
    ------
    ConfigError
        No sample, a number that is not positive, an id that was not traced, or one twice.
    """
    kept = _even(traced, frame.sizes["traced"]) if isinstance(traced, int) else _named(traced, frame)
    place = np.full(frame.sizes["traced"] + 1, -1)  # the last: of samples that are listed and were never traced
    place[kept] = np.arange(len(kept))
    before = frame["listed_traced"]
    moved = place[before.values.astype(int)].astype(before.dtype)
    return frame.isel(traced=kept).assign(listed_traced=before.copy(data=moved))


def _even(most: int, there: int) -> list[int]:
    if isinstance(most, bool) or most < 1:
        raise ConfigError(f"traced: {most!r}; give a positive number of samples, or their ids")
    chosen = np.linspace(0, there - 1, min(most, there)).round()
    return [int(i) for i in chosen]


def _named(ids: Sequence[str], frame: xr.Dataset) -> list[int]:
    known = [str(name) for name in frame["sample_id"].values]
    if isinstance(ids, str) or not len(ids):
        raise ConfigError(f"traced: {ids!r}; give a list of ids, such as [{known[0]!r}], or a number of samples")
    if len(set(ids)) < len(ids):
        twice = next(name for i, name in enumerate(ids) if name in list(ids)[:i])
        raise ConfigError(f"traced: {twice!r} is there twice; name each sample once")
    for name in ids:
        if name not in known:
            near = get_close_matches(str(name), known, n=1)
            meant = f"did you mean {near[0]!r}? " if near else ""
            raise ConfigError(f"traced: {name!r} was not traced; {meant}there are {len(known)}, the first {known[0]!r}")
    return [known.index(name) for name in ids]
