"""Values of a regression beyond a stated range: refused, clipped or left out, and counted."""

from collections.abc import Callable
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from mmviz.data.report import Report
from mmviz.errors import DataError

OutOfRange = Literal["raise", "clip", "drop"]
Place = Callable[[int], str]


def within(
    y: NDArray[np.float32],
    limits: tuple[float, float],
    where: str,
    report: Report,
    *,
    labels: OutOfRange,
    place: Place,
) -> tuple[NDArray[np.float32], NDArray[np.bool_]]:
    """Deal with values beyond a stated range.

    Parameters
    ----------
    y
        (n,) finite.
    limits
        Lowest and highest value allowed.
    where
        Name of the split.
    report
        Receives a "label" finding.
    labels
        "raise" refuses, "clip" moves values to the limit, "drop" removes the samples.
    place
        Row to how it is called in errors.

    Returns
    -------
    y, keep
        The values, (n,), and which samples stay, bool (n,).

    Raises
    ------
    DataError
        If `labels` is "raise" and a value lies outside.
    """
    low, high = limits
    # a limit such as 0.1 is compared in the precision of the labels
    outside = (y < np.float32(low)) | (y > np.float32(high))
    keep = np.ones(len(y), dtype=bool)
    if not outside.any():
        return y, keep
    at = int(np.flatnonzero(outside)[0])
    first = f"{place(at)}: {y[at]}"
    if labels == "raise":
        raise DataError(
            f"{where}: {int(outside.sum())} labels outside {low} to {high} (first: {first}). "
            'Pass labels="clip" or labels="drop", or widen label_range.'
        )
    action = "clipped" if labels == "clip" else "samples dropped"
    report.add("repair", "label", where, int(outside.sum()), first=first, action=action)
    if labels == "clip":
        return np.clip(y, np.float32(low), np.float32(high)), keep
    return y, ~outside
