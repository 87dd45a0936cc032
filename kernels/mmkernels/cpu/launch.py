"""Launch of kernels: tasks over threads (PyTorch's own OpenMP team, or a thread pool), and a log line while one compiles.

Why not Numba's `prange`: it compiles every kernel once more, its default thread pool on macOS ends the process when two
Python threads use it at once, and the one on Linux ends it in a forked data loader. After every parallel operation
PyTorch's threads stay awake for milliseconds and wait, spinning, for the next. Threads of ours would compete with them for the
processors.
"""

import ctypes
import logging
import os
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from functools import lru_cache
from itertools import pairwise
from pathlib import Path
from threading import Lock, Timer
from typing import Any

import torch

from mmkernels.cpu.vectors import Kind

_TASK = ctypes.CFUNCTYPE(None, ctypes.c_void_p)
_MAPS = Path("/proc/self/maps")

_forked = False


def _after_fork() -> None:
    """Drop the threads: GNU's OpenMP waits forever for those that a fork did not copy.

    So does PyTorch, in its own operations: the child gets one thread, as in a worker of its DataLoader.
    """
    global _forked
    if not _forked and _parallel.cache_info().currsize and _parallel() is not None:
        import torch

        torch.set_num_threads(1)
    _forked = True


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_after_fork)


@lru_cache
def _parallel() -> Any | None:
    """Return ``GOMP_parallel`` of the library that PyTorch runs on; None where it is another than GNU's, or hidden."""
    import torch

    if sys.platform != "linux" or "OpenMP" not in torch.__config__.parallel_info():
        return None
    try:
        mapped = {line.split(maxsplit=5)[-1] for line in _MAPS.read_text(encoding="utf-8").splitlines()}
    except (OSError, UnicodeDecodeError):
        return None
    found = [path for path in mapped if Path(path).name.startswith("libgomp")]
    own = [path for path in found if Path(path).parent.name in ("lib", "torch.libs") and "torch" in path]
    if len(own or found) != 1:
        return None  # none, or several and no telling which is PyTorch's
    try:
        function = ctypes.CDLL((own or found)[0]).GOMP_parallel
    except (OSError, AttributeError):
        return None
    function.argtypes, function.restype = (_TASK, ctypes.c_void_p, ctypes.c_uint, ctypes.c_uint), None
    return function


def openmp_team() -> Callable[[Callable[[], None], int], None] | None:
    """Return what calls a task once on each of up to n threads, the caller's among them; None if PyTorch's are out of reach.

    There may be fewer (OpenMP's limits, a call from within a parallel region), so the calls must share the work out among
    themselves. The task must not raise.
    """
    function = None if _forked else _parallel()
    if function is None:
        return None
    return lambda task, n_thread: function(_TASK(lambda _: task()), None, n_thread, 0)


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


def run_tasks(work: Callable[[int, int], None], n_task: int, *, cost: float) -> None:
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
    team = openmp_team()
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


REPORT_AFTER = 1.0  # seconds; on an idle machine a kernel that is cached on disk loads in less
_log = logging.getLogger("mmkernels")
_prepared: set[tuple[str, int, bool, int]] = set()


@contextmanager
def report_compilation(kernel: Any, kind: Kind) -> Iterator[bool]:
    """Log a warning if the first call of `kernel` for this kind in this process takes more than a second; yield whether it is the first."""
    key = (str(kernel.__name__), kind.n_modality, kind.single, kind.registers)
    if key in _prepared:
        yield False
        return
    _prepared.add(key)
    message = (
        "preparing %s for %d modalities in %s: compiled once on this machine, some seconds; later processes load it"
    )
    precision = "float32" if kind.single else "float64"
    timer = Timer(REPORT_AFTER, _log.warning, (message, kernel.__name__, kind.n_modality, precision))
    timer.daemon = True
    timer.start()
    try:
        yield True
    finally:
        timer.cancel()
