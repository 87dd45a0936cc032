"""What runs in a fresh process, with its own threads and nothing left behind by others."""

from __future__ import annotations

import multiprocessing
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from typing import TYPE_CHECKING, Any

import torch

from mmviz.efficiency.admission import TOLERANCE, batches_of, error_of, small_of
from mmviz.efficiency.clock import times_of
from mmviz.efficiency.memory import peak_bytes, tensors_apart
from mmviz.errors import MmvizError

if TYPE_CHECKING:
    from collections.abc import Callable
    from multiprocessing.context import BaseContext

    from mmviz.efficiency.case import Case


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
    for name, time in times_of(works, rounds=rounds, seconds=seconds).items():
        found[name]["time_ms"] = time
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
