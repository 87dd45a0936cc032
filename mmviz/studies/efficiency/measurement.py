"""Time and peak memory of a case, measured in a new process with its own number of threads."""

from __future__ import annotations

import ctypes
import gc
import multiprocessing
import re
import statistics
import time
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from pathlib import Path
from typing import TYPE_CHECKING, Any

import torch

from mmviz.core.errors import MmvizError
from mmviz.studies.efficiency.cases import TOLERANCE, batches_of, error_of, small_of

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from multiprocessing.context import BaseContext

    from mmviz.studies.efficiency.cases import Case


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


_M_MMAP_THRESHOLD, _PAGES_OF_ITS_OWN = -3, 1 << 16  # of glibc's mallopt; bytes


def tensors_apart() -> None:
    """Give every tensor from 64 KiB on pages of its own, for the rest of this process (glibc; elsewhere nothing happens).

    Otherwise malloc cuts tensors below 32 MiB out of one heap, whose gaps make the peak of the same work differ from run to run
    by a tensor or two, for better or worse. Slower: not for timing.
    """
    tune = getattr(ctypes.CDLL(None), "mallopt", None)
    if tune is not None:
        tune(_M_MMAP_THRESHOLD, _PAGES_OF_ITS_OWN)


def peak_bytes(work: Callable[[], object], device: str = "cpu") -> int:
    """Run ``work`` once and return its peak in bytes.

    On the CPU: the high-water mark of the resident memory of this process (Linux's VmHWM, reset before), so that whatever
    allocates is counted: PyTorch, NumPy, Numba, BLAS. On CUDA: the high-water mark of PyTorch's allocator. Pages that were freed
    but are still held would hide what takes them again; they are given back first. Run anything that compiles, or
    fills a cache, before.

    Raises
    ------
    OSError
        Where the kernel does not offer the mark, as outside Linux.
    """
    gc.collect()
    if device == "cuda":
        torch.cuda.reset_peak_memory_stats()
        before = torch.cuda.memory_allocated()
        work()
        torch.cuda.synchronize()
        return torch.cuda.max_memory_allocated() - before
    trim = getattr(ctypes.CDLL(None), "malloc_trim", None)  # glibc; others do not hold on to pages this way
    if trim is not None:
        trim(0)
    Path("/proc/self/clear_refs").write_text("5", encoding="ascii")
    start = _resident("VmRSS")
    work()
    return max(0, _resident("VmHWM") - start)


def _resident(field: str) -> int:
    found = re.search(rf"^{field}:\s+(\d+) kB", Path("/proc/self/status").read_text(encoding="ascii"), re.MULTILINE)
    if found is None:
        raise OSError(f"efficiency: /proc/self/status holds no {field}")
    return int(found[1]) * 1024


def fresh(function: Callable[..., Any], *arguments: Any, threads: int) -> Any:
    """Call a function of a module in a new process and return its result.

    Raises
    ------
    MmvizError
        If the process died, as when memory ran out. What the function raises passes through.
    """
    with ProcessPoolExecutor(1, _beginning(), torch.set_num_threads, (threads,)) as pool:
        try:
            return pool.submit(function, *arguments).result()
        except BrokenProcessPool:
            raise MmvizError(f"the process of {function.__name__} died; was there memory enough?") from None


def _beginning() -> BaseContext:
    """Return how a process begins: as a copy of one that has imported this and done nothing else, where the system can do so."""
    if "forkserver" not in multiprocessing.get_all_start_methods():
        return multiprocessing.get_context("spawn")
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload([__name__])
    return context


def timed(cases: list[Case], rounds: int, seconds: float) -> dict[str, dict[str, Any]]:
    """Admit and time cases that differ in the contender alone; return, by contender, error, parameters, and times if admitted."""
    found: dict[str, dict[str, Any]] = {}
    works = {}
    for case in cases:
        spec, batch = case.data()
        model = case.model(spec)
        found[case.contender] = {"error": error_of(case), "parameters": sum(p.numel() for p in model.parameters())}
        if found[case.contender]["error"] <= TOLERANCE:
            works[case.contender] = case.work(model, batch)
    for name, elapsed in times_of(works, rounds=rounds, seconds=seconds).items():
        found[name]["time_ms"] = elapsed
    return found


def weighed(case: Case) -> int:
    """Return the peak of one piece of work in bytes, after small ones that compile and load what it needs."""
    tensors_apart()
    small = small_of(case)
    rehearsed = small.model(small.data()[0])
    for batch in batches_of(small):
        small.work(rehearsed, batch)()
    del rehearsed
    spec, batch = case.data()
    model = case.model(spec)
    return peak_bytes(case.work(model, batch), case.device)
