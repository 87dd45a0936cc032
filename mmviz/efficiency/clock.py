"""Times several pieces of work in turn, so that what disturbs the machine disturbs all of them."""

from __future__ import annotations

import statistics
import time
from typing import TYPE_CHECKING

import torch

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

_SAMPLE = 0.05  # seconds; shorter work is repeated within a sample
_LONG = 1.0  # seconds; of longer work, what a first call takes beyond the others does not matter


def times_of(works: Mapping[str, Callable[[], object]], *, rounds: int, seconds: float) -> dict[str, dict[str, float]]:
    """Return milliseconds of one call of every piece of work.

    Parameters
    ----------
    works
        By name. The first call of each is not counted; it (of long work) or the second tells how many make a sample.
    rounds
        Samples wanted of each, ≥ 1.
    seconds
        For all together. What has used up its share gets no further sample; each gets one.

    Returns
    -------
    dict
        ``median``, ``q1``, ``q3``, ``least`` of the wall-clock time, ``cpu`` (least time of all threads of the process),
        and the number of ``samples``.
    """
    share = seconds / max(1, len(works))
    calls, left = {}, {}
    for name, work in works.items():
        once = _sample(work, 1)[0]
        once = once if once > _LONG else max(_sample(work, 1)[0], 1e-6)
        calls[name] = max(1, round(_SAMPLE / once))
        left[name] = max(1, min(rounds, int(share / (once * calls[name]))))
    samples: dict[str, list[tuple[float, float]]] = {name: [] for name in works}
    while any(left.values()):
        for name, work in works.items():
            if left[name]:
                samples[name].append(_sample(work, calls[name]))
                left[name] -= 1
    return {name: _summary(found) for name, found in samples.items()}


def _sample(work: Callable[[], object], calls: int) -> tuple[float, float]:
    """Return wall-clock and CPU seconds of one call."""
    wall, cpu = time.perf_counter(), time.process_time()
    for _ in range(calls):
        work()
    if torch.cuda.is_initialized():
        torch.cuda.synchronize()
    return (time.perf_counter() - wall) / calls, (time.process_time() - cpu) / calls


def _summary(samples: list[tuple[float, float]]) -> dict[str, float]:
    walls = [1e3 * wall for wall, _ in samples]
    q1, median, q3 = statistics.quantiles(walls, n=4, method="inclusive") if len(walls) > 1 else walls * 3
    cpu = 1e3 * min(cpu for _, cpu in samples)
    return {"median": median, "q1": q1, "q3": q3, "least": min(walls), "cpu": cpu, "samples": len(walls)}
