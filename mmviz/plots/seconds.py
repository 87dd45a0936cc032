"""Axes over steps: in seconds where the data have timestamps, in steps where not."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    import xarray as xr


def timed(frame: xr.Dataset) -> bool:
    """Return whether the steps of a frame of one sample have seconds, see :func:`mmviz.analysis.clock.with_clock`."""
    return "begin_s" in frame.coords and "end_s" in frame.coords


def seconds_at(frame: xr.Dataset, steps: np.ndarray, count: int) -> np.ndarray:
    """Return where steps stand on an axis: the second in the middle of each, or the steps themselves.

    Parameters
    ----------
    frame
        Of one sample.
    steps
        Positions in steps, from 0; fractions are between two steps.
    count
        Steps of the model.
    """
    if not timed(frame):
        return steps
    begin, end = float(frame["begin_s"]), float(frame["end_s"])
    return begin + (steps + 0.5) * (end - begin) / count


def seconds_long(frame: xr.Dataset, steps: np.ndarray, count: int) -> np.ndarray:
    """Return so many steps in seconds, or the steps themselves."""
    return steps * float(frame["end_s"] - frame["begin_s"]) / count if timed(frame) else steps
