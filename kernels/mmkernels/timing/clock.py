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

from mmkernels.timing.memory import peak_above

Name = TypeVar("Name", bound=Hashable)
DISTURBED = 0.08  # share of a sample's wall-clock time that others may use before the sample is set aside
TICK = 0.01  # /proc/stat counts in hundredths of a second


@dataclass(frozen=True)
class Plan:
    """How long to measure.

    Parameters
    ----------
    rounds
        Undisturbed samples wanted of each piece of work.
    batch
        Seconds; calls are repeated until a sample takes about this long.
    budget
        Seconds for all pieces together. Work that is too slow for its share gets fewer samples, at least one.
    long
        Seconds; a first call that takes longer is itself the only sample.
    short
        Seconds; work that takes no longer is called once more before each sample, uncounted: the work before it left
        its own data in the caches, and its own holes in the heap.
    """

    rounds: int = 15
    batch: float = 0.08
    budget: float = 30.0
    long: float = 10.0
    short: float = 0.25


QUICK = Plan(rounds=1, batch=0.0, budget=1.0, long=1.0)


@dataclass(frozen=True)
class _Sample:
    wall: float
    cpu: float
    disturbed: bool


def _busy() -> float | None:
    """Return the seconds all CPUs have worked since the machine started, or None where nothing tells."""
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


def measure_on_cpu(works: Mapping[Name, Callable[[], object]], plan: Plan) -> dict[Name, dict[str, float]]:
    """Time every piece of work, in turn, until each has its samples or the budget is used up.

    Parameters
    ----------
    works
        Pieces of work by name. The first call of each warms up and is not counted, unless it is long.

    Returns
    -------
    dict
        For each name what `summary` returns.
    """
    samples: dict[Name, list[_Sample]] = {}
    calls: dict[Name, int] = {}
    wanted: dict[Name, int] = {}
    ready: dict[Name, bool] = {}  # to be timed without another call before
    share = plan.budget / max(1, len(works))
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
        lacking = [n for n in works if sum(not s.disturbed for s in samples[n]) < wanted[n]]
        late = time.perf_counter() - start > plan.budget
        if not lacking or (late and all(samples.values())):
            return {name: summary(samples[name], calls[name]) for name in works}
        for name in lacking:
            if not ready[name]:
                works[name]()
            samples[name].append(_sample(works[name], calls[name]))


ROUNDS, BATCH = 15, 0.02  # samples, seconds of one sample


def _milliseconds(work: Callable[[], object], calls: int) -> float:
    """Return the milliseconds of one call between two events, launches included."""
    start, end = torch.cuda.Event(enable_timing=True), torch.cuda.Event(enable_timing=True)
    start.record()
    for _ in range(calls):
        work()
    end.record()
    end.synchronize()
    return float(start.elapsed_time(end)) / calls


def measure(works: Mapping[Name, Callable[[], object]], plan: Plan, device: str) -> dict[Name, dict[str, float]]:
    """Time every piece of work, in turn; on the CPU this is `mmkernels.timing.clock.measure_on_cpu`.

    Returns
    -------
    dict
        For each name milliseconds of one call, with the keys of `mmkernels.timing.clock.summary`; cpu is of the process.
    """
    if device == "cpu":
        return measure_on_cpu(works, plan)
    calls: dict[Name, int] = {}
    samples: dict[Name, list[float]] = {name: [] for name in works}
    cpu: dict[Name, list[float]] = {name: [] for name in works}
    for name, work in works.items():
        for _ in range(3):
            work()
        once = _milliseconds(work, 1)
        calls[name] = min(2000, max(1, math.ceil(1e3 * BATCH / max(once, 1e-3))))
    for _ in range(ROUNDS):
        for name, work in works.items():
            before = time.process_time()
            samples[name].append(_milliseconds(work, calls[name]))
            cpu[name].append(1e3 * (time.process_time() - before) / calls[name])
    found = {}
    for name, taken in samples.items():
        q1, median, q3 = statistics.quantiles(taken, n=4, method="inclusive")
        numbers = {"median": median, "q1": q1, "q3": q3, "least": min(taken), "cpu": min(cpu[name])}
        found[name] = numbers | {"samples": float(len(taken)), "disturbed": 0.0, "calls": float(calls[name])}
    return found


def peak(work: Callable[[], object], device: str) -> tuple[int, str]:
    """Run `work` and return the bytes of its peak above the start, and how that was found."""
    if device == "cpu":
        return peak_above(work)
    torch.cuda.synchronize()
    torch.cuda.reset_peak_memory_stats()
    before = torch.cuda.memory_allocated()
    work()
    torch.cuda.synchronize()
    return torch.cuda.max_memory_allocated() - before, "max_memory_allocated"
