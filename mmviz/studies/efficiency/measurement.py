"""Time and peak memory of a case, measured in a new process with its own number of threads."""

from __future__ import annotations

import multiprocessing
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from typing import TYPE_CHECKING, Any

import torch
from mmkernels.timing.clock import Plan, measure
from mmkernels.timing.memory import peak_bytes, separate_allocations

from mmviz.core.errors import MmvizError
from mmviz.studies.efficiency.cases import TOLERANCE, batches_of, error_of, small_of

if TYPE_CHECKING:
    from collections.abc import Callable
    from multiprocessing.context import BaseContext

    from mmviz.studies.efficiency.cases import Case

SAMPLE_SECONDS = 0.05  # a shorter case is repeated within a sample


def fresh(function: Callable[..., Any], *arguments: Any, threads: int) -> Any:
    """Call a function of a module in a new process and return its result.

    Raises
    ------
    MmvizError
        If the process exits unexpectedly. Exceptions of the function are raised here.
    """
    with ProcessPoolExecutor(1, _start_method(), torch.set_num_threads, (threads,)) as pool:
        try:
            return pool.submit(function, *arguments).result()
        except BrokenProcessPool:
            raise MmvizError(
                f"the worker process for {function.__name__} exited unexpectedly, possibly out of memory; "
                "choose a smaller length, width or batch, or free memory"
            ) from None


def _start_method() -> BaseContext:
    """Return how a process is started: forked from a server that has only imported this module, else spawned."""
    if "forkserver" not in multiprocessing.get_all_start_methods():
        return multiprocessing.get_context("spawn")
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload([__name__])
    return context


def timed(cases: list[Case], rounds: int, seconds: float) -> dict[str, dict[str, Any]]:
    """Return error and parameters of cases that differ in the model alone, by contender; times of those that pass the equality test."""
    found: dict[str, dict[str, Any]] = {}
    works = {}
    for case in cases:
        spec, batch = case.data()
        model = case.model(spec)
        found[case.contender] = {"error": error_of(case), "parameters": sum(p.numel() for p in model.parameters())}
        if found[case.contender]["error"] <= TOLERANCE:
            works[case.contender] = case.work(model, batch)
    plan = Plan(rounds=rounds, batch=SAMPLE_SECONDS, budget=seconds)
    for name, time_ms in measure(works, plan, cases[0].device).items():
        found[name]["time_ms"] = time_ms
    return found


def case_peak_bytes(case: Case) -> int:
    """Return the peak memory of one call of a case in bytes, after small calls that compile and load what it needs.

    Raises
    ------
    OSError
        If this system does not offer a high-water mark of memory that can be reset.
    """
    separate_allocations()
    small = small_of(case)
    rehearsed = small.model(small.data()[0])
    for batch in batches_of(small):
        small.work(rehearsed, batch)()
    del rehearsed
    spec, batch = case.data()
    model = case.model(spec)
    return peak_bytes(case.work(model, batch), case.device, fallback=False)[0]
