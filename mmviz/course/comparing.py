"""Comparisons for ``accepts`` and ``made``: equal to rounding, whatever kind of answer was read."""

from collections.abc import Callable
from typing import Any

import numpy as np


def near(found: Any, wanted: Any, *, tolerance: float = 1e-6) -> bool:
    """Whether two answers (numbers, arrays, lists of arrays) agree to ``tolerance`` of the largest value wanted."""
    if isinstance(wanted, list):
        return len(found) == len(wanted) and all(
            near(f, w, tolerance=tolerance) for f, w in zip(found, wanted, strict=True)
        )
    found, wanted = np.asarray(found, dtype=np.float64), np.asarray(wanted, dtype=np.float64)
    if found.shape != wanted.shape:
        return False
    scale = max(float(np.abs(wanted).max(initial=0.0)), 1e-30)
    return bool(np.isfinite(found).all() and np.abs(found - wanted).max(initial=0.0) <= tolerance * scale)


def is_near(wanted: Callable[..., Any], *, tolerance: float = 1e-6) -> Callable[..., bool]:
    """Compare with ``wanted(**given)``, worked out when an answer comes."""

    def compare(answer: Any, **given: Any) -> bool:
        return near(answer, wanted(**given), tolerance=tolerance)

    return compare


def does(function: Callable[..., Any], *probes: tuple[Any, ...], tolerance: float = 1e-6) -> Callable[..., bool]:
    """Compare with what ``function`` returns for ``probes``; for answers read by ``reading.a_function``."""

    def compare(answer: Any, **given: Any) -> bool:
        return near(answer, [np.asarray(function(*probe)) for probe in probes], tolerance=tolerance)

    return compare
