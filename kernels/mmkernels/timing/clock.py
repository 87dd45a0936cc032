"""Wall-clock and CPU time of several functions, measured in turn so that a disturbance affects all of them; CUDA events on a GPU."""

import math
import os
import statistics
import time
from collections.abc import Callable, Hashable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

import torch

Name = TypeVar("Name", bound=Hashable)
DISTURBED = 0.08  # share of a sample's wall-clock time used by other processes above which the sample is set aside
TICK = 0.01  # /proc/stat counts in hundredths of a second


@dataclass(frozen=True)
class Plan:
    """How long to measure.

    Parameters
    ----------
    rounds
        Number of undisturbed samples of each function.
    batch
        Seconds; calls are repeated until a sample takes about this long.
    budget
        Seconds for all functions together. One that is too slow for its share gets fewer samples, at least one.
    long
        Seconds; a first call that takes longer is the only sample.
    short
        Seconds; a function that takes no longer is called once before each sample, uncounted: the function before it
        left its own data in the caches, and its own gaps in the heap.
    """

    rounds: int = 15
    batch: float = 0.08
    budget: float = 30.0
    long: float = 10.0
    short: float = 0.25


GPU_ROUNDS, GPU_BATCH = 15, 0.02  # samples, seconds of one sample
QUICK = Plan(rounds=1, batch=0.0, budget=1.0, long=1.0)


@dataclass(frozen=True)
class _Sample:
    wall: float
    cpu: float
    disturbed: bool


def _busy() -> float | None:
    """Return the seconds all CPUs have worked since the machine started, or None where the system does not tell."""
    try:
        counts = [int(n) for n in Path("/proc/stat").read_text(encoding="ascii").split("\n", 1)[0].split()[1:9]]
    except (OSError, ValueError):
        return None
    user, nice, system, _, _, irq, softirq, steal = counts
    return (user + nice + system + irq + softirq + steal) * TICK


def _sample(work: Callable[[], object], calls: int) -> _Sample:
    """Run `work` a number of times; wall and process CPU seconds are of one call."""
    busy, cpu, wall = _busy(), time.process_time(), time.perf_counter()
    for _ in range(calls):
        work()
    wall, cpu, after = time.perf_counter() - wall, time.process_time() - cpu, _busy()
    others = 0.0 if busy is None or after is None else after - busy - cpu
    n_cpu = os.cpu_count() or 1
    return _Sample(wall / calls, cpu / calls, others > max(DISTURBED * wall, (1 + n_cpu) * TICK))


def summary(samples: list[_Sample], calls: int) -> dict[str, float]:
    """Return milliseconds of one call: median, q1, q3, least, cpu; and samples, disturbed, calls.

    Disturbed samples count only where fewer than half of the samples are undisturbed.
    """
    clean = [s for s in samples if not s.disturbed]
    counted = clean if 2 * len(clean) >= len(samples) else samples
    walls = [1e3 * s.wall for s in counted]
    q1, median, q3 = statistics.quantiles(walls, n=4, method="inclusive") if len(walls) > 1 else walls * 3
    return {
        "median": median,
        "q1": q1,
        "q3": q3,
        "least": min(walls),
        "cpu": 1e3 * min(s.cpu for s in samples),
        "samples": len(samples),
        "disturbed": len(samples) - len(clean),
        "calls": calls,
    }


def _milliseconds(work: Callable[[], object], calls: int) -> float:
    """Return the milliseconds of one call between two CUDA events."""
    start, end = torch.cuda.Event(enable_timing=True), torch.cuda.Event(enable_timing=True)
    start.record()
    for _ in range(calls):
        work()
    end.record()
    end.synchronize()
    return float(start.elapsed_time(end)) / calls


def _measure_on_gpu(works: Mapping[Name, Callable[[], object]], share: float) -> dict[Name, dict[str, float]]:
    """Return the times of `measure` by CUDA events; `share`: seconds for each function."""
    calls: dict[Name, int] = {}
    left: dict[Name, int] = {}
    samples: dict[Name, list[_Sample]] = {name: [] for name in works}
    for name, work in works.items():
        for _ in range(3):
            work()
        once = 1e-3 * max(_milliseconds(work, 1), 1e-3)
        calls[name] = min(2000, max(1, math.ceil(GPU_BATCH / once)))
        left[name] = max(1, min(GPU_ROUNDS, int(share / (calls[name] * once))))
    while any(left.values()):
        for name, work in works.items():
            if left[name]:
                left[name] -= 1
                before = time.process_time()
                wall = 1e-3 * _milliseconds(work, calls[name])
                samples[name].append(_Sample(wall, (time.process_time() - before) / calls[name], disturbed=False))
    return {name: summary(samples[name], calls[name]) for name in works}


def measure(
    works: Mapping[Name, Callable[[], object]], plan: Plan, device: str = "cpu"
) -> dict[Name, dict[str, float]]:
    """Time several functions, one sample each in turn, until each has its samples or the budget is used up.

    Parameters
    ----------
    works
        Functions by name. The first call of each warms up and is not counted, unless it is long.
    plan
        How long to measure. On a GPU only its budget counts: samples are short there.
    device
        "cpu": wall-clock time. Else a CUDA device: time between two events, launches included.

    Returns
    -------
    dict
        For each name what `summary` returns; "cpu" is the process's CPU time.
    """
    share = plan.budget / max(1, len(works))
    if device != "cpu":
        return _measure_on_gpu(works, share)
    samples: dict[Name, list[_Sample]] = {}
    calls: dict[Name, int] = {}
    wanted: dict[Name, int] = {}
    ready: dict[Name, bool] = {}  # to be timed without another call before
    for name, work in works.items():
        first = _sample(work, 1)
        samples[name], calls[name], wanted[name], ready[name] = [], 1, 0, True
        if first.wall >= plan.long:
            samples[name] = [first]
            continue
        seconds = max(min(first.wall, _sample(work, 1).wall), 1e-7)
        ready[name] = seconds > plan.short
        calls[name] = min(10_000, max(1, math.ceil(plan.batch / seconds)))
        wanted[name] = min(plan.rounds, max(1, int(share / (calls[name] * seconds))))
    start = time.perf_counter()
    while True:
        missing = [n for n in works if sum(not s.disturbed for s in samples[n]) < wanted[n]]
        late = time.perf_counter() - start > plan.budget
        if not missing or (late and all(samples.values())):
            return {name: summary(samples[name], calls[name]) for name in works}
        for name in missing:
            if not ready[name]:
                works[name]()
            samples[name].append(_sample(works[name], calls[name]))
