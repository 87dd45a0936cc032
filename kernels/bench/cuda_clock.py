"""Times work on a GPU by CUDA events, in turn; and the most memory it held."""

import math
import statistics
import time
from collections.abc import Callable, Mapping

import torch

from bench import clock
from bench.clock import Name, Plan
from bench.memory import peak_above

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
    """Time every piece of work, in turn; on the CPU this is `bench.clock.measure`.

    Returns
    -------
    dict
        For each name milliseconds of one call, with the keys of `bench.clock.summary`; cpu is of the process.
    """
    if device == "cpu":
        return clock.measure(works, plan)
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
