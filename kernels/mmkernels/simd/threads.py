"""Splits a kernel's tasks over threads; the kernels release the interpreter lock.

Why not Numba's own `prange`: it compiles every kernel once more, its default thread pool on macOS ends the
process when two Python threads use it at once, and the one on Linux ends it in a forked data loader.
"""

import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise
from threading import Lock

import torch

from mmkernels.simd import openmp

_lock = Lock()
_pools: dict[int, ThreadPoolExecutor] = {}


def _forget_pools() -> None:
    """Threads do not survive a fork: let the child make its own."""
    global _lock
    _lock = Lock()
    _pools.clear()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_forget_pools)


def _pool(n_worker: int) -> ThreadPoolExecutor:
    with _lock:
        if n_worker not in _pools:
            _pools[n_worker] = ThreadPoolExecutor(n_worker, thread_name_prefix="mmkernels")
        return _pools[n_worker]


def split(work: Callable[[int, int], None], n_task: int, *, cost: float) -> None:
    """Call work(first, last) so that every task 0 <= task < n_task is run exactly once.

    Parameters
    ----------
    work
        Runs the tasks first <= task < last. Tasks do not touch each other's memory, so that the result does
        not depend on how they are split.
    n_task
        Number of tasks.
    cost
        State updates altogether; below about a hundred thousand a second thread costs more than it saves.
    """
    n_thread = max(1, min(torch.get_num_threads(), n_task, int(cost // 1e5) + 1))
    bounds = [n_task * i // n_thread for i in range(n_thread + 1)]
    if n_thread == 1:
        work(0, n_task)
        return
    team = openmp.team()
    if team is None:
        _on_pool(work, list(pairwise(bounds)))
    else:
        _on_team(team, work, list(pairwise(bounds)))


def _on_team(
    team: Callable[[Callable[[], None], int], None],
    work: Callable[[int, int], None],
    parts: list[tuple[int, int]],
) -> None:
    errors: list[BaseException] = []

    def take() -> None:
        while parts:
            try:
                part = parts.pop()
            except IndexError:  # another thread was faster
                return
            try:
                work(*part)
            except BaseException as error:  # noqa: BLE001 - raised again by the caller's thread
                errors.append(error)

    # always all of PyTorch's threads: OpenMP ends those that a smaller team leaves out
    team(take, torch.get_num_threads())
    if errors:
        raise errors[0]


def _on_pool(work: Callable[[int, int], None], parts: list[tuple[int, int]]) -> None:
    pool = _pool(len(parts) - 1)
    others = [pool.submit(work, *part) for part in parts[1:]]
    try:
        work(*parts[0])
    finally:
        for other in others:
            other.result()
