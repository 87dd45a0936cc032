"""How long PyTorch's threads spin while they wait for work: as always on a quiet machine, briefly beside other work.

GNU's OpenMP lets a thread spin for milliseconds at the end of every parallel operation. On a quiet machine that is fast; where another process uses
one of the processors, every operation waits for a thread that is not scheduled while the others burn the time it needs. The library reads
`GOMP_SPINCOUNT` when it is loaded, often before us. But it spins briefly of its own while it manages more threads than there are processors. So
we lend it idle ones: a thread of ours enters a parallel region and sleeps, and its team sleeps with it. No result depends on this.
"""

import os
import threading
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import torch

from mmkernels.cpu import processors

INTERVAL = 0.1  # seconds between two looks at the machine
DELAYED = 0.1  # share of the time that our threads wait for a processor above which the machine is shared
ROOM = 0.2  # processors that others may use beyond those our threads leave free
ALONE = 1.5  # processors that others leave free below which all threads share one
PATIENCE = 0.5, 8.0  # seconds without other work until threads spin again: at first, at most
MOST_IDLE = 256  # threads that we lend at most
_TICK = 1 / os.sysconf("SC_CLK_TCK") if hasattr(os, "sysconf") and "SC_CLK_TCK" in os.sysconf_names else 0.01

_TASKS = Path("/proc/self/task")
_STAT = Path("/proc/stat")


def _team() -> object | None:
    try:
        from mmkernels.cpu.launch import openmp_team
    except ImportError:  # no Numba
        return None
    return openmp_team()


def reason_against() -> str:
    """Return why the waiting of PyTorch's threads is left as it is, or ""."""
    given = processors.settings(processors.WAIT_SETTINGS)
    if given:
        return f"{', '.join(f'{name}={value}' for name, value in given.items())} is set"
    if torch.get_num_threads() < 2:
        return "there is one thread only"
    if _team() is None:
        return "PyTorch does not run on GNU's OpenMP here, or it is out of reach"
    if waited() is None or busy(processors.allowed()) is None:
        return "this system does not tell how long threads wait for a processor"
    return ""


class IdleThreads:
    """Threads that sleep in a parallel region, so that GNU's OpenMP counts more threads than processors and spins briefly."""

    def __init__(self) -> None:
        self._end: threading.Event | None = None

    @property
    def present(self) -> bool:
        """Whether they are there."""
        return self._end is not None

    def add(self) -> None:
        """Start them, unless they are there."""
        team = _team()
        count = max(2, len(processors.allowed()) - torch.get_num_threads() + 2)
        if self.present or team is None or count > MOST_IDLE:
            return
        end, begun = threading.Event(), threading.Event()

        def sleep() -> None:
            team(lambda: None, count)  # type: ignore[operator]
            begun.set()
            end.wait()

        threading.Thread(target=sleep, name="mmkernels-idle", daemon=True).start()
        begun.wait()
        self._end = end

    def remove(self) -> None:
        """End them; the library notices when the thread is gone."""
        if self._end is not None:
            self._end.set()
            self._end = None


def waited(threads: Iterable[int] = ()) -> float | None:
    """Return the seconds that threads of this process (its first one, unless given) have waited for a processor; None where the system does not tell."""
    total = 0.0
    for thread in threads or (os.getpid(),):
        try:
            total += int((_TASKS / str(thread) / "schedstat").read_text(encoding="ascii").split()[1]) * 1e-9
        except (OSError, ValueError, IndexError):
            return None
    return total


def busy(which: frozenset[int]) -> float | None:
    """Return the seconds that some processors have worked since the machine started; None where the system does not tell."""
    total, seen = 0.0, False
    try:
        for line in _STAT.read_text(encoding="ascii").splitlines():
            name, *counts = line.split()
            if name.startswith("cpu") and name[3:].isdigit() and int(name[3:]) in which:
                user, nice, system, _, _, irq, soft, steal = (int(count) for count in counts[:8])
                total, seen = total + (user + nice + system + irq + soft + steal) * _TICK, True
    except (OSError, ValueError):
        return None
    return total if seen and total > 0 else None


@dataclass
class Decision:
    """Decides from what was measured whether threads are to spin briefly.

    Attributes
    ----------
    processors, team
        Processors of this process, and its threads that compute.
    brief
        The decision.
    """

    processors: int
    team: int
    brief: bool = False
    _patience: float = PATIENCE[0]
    _quiet: float = 0.0
    _since: float = 0.0
    _delayed: bool = False

    def update(self, seconds: float, waited: float, others: float) -> bool:
        """Return the decision after so many seconds, of which our threads waited some, and in which others worked some."""
        self._since += seconds
        if not self.brief:
            before, self._delayed = self._delayed, waited > DELAYED * seconds
            if before and self._delayed:  # twice in a row: other programs work for a moment on every machine
                relapse = self._since < 2 * PATIENCE[0]
                self._patience = min(PATIENCE[1], 2 * self._patience) if relapse else PATIENCE[0]
                self.brief, self._quiet, self._since = True, 0.0, 0.0
            return self.brief
        fits = others / seconds + self.team <= self.processors + ROOM
        self._quiet = self._quiet + seconds if fits else 0.0
        if self._quiet >= self._patience:
            self.brief, self._since, self._delayed = False, 0.0, False
        return self.brief


class Helpers:
    """The threads that compute beside the caller's, which may follow it to its processor.

    Where about one processor is free, a team spread over two waits at every operation for the one that the others use. On one, its threads take turns
    without such waits, and the result is that of as many threads as before.
    """

    def __init__(self) -> None:
        self.caller = threading.get_native_id()
        self.team: set[int] = set()
        self._at: int | None = None
        team = _team()
        if team is not None:
            team(lambda: self.team.add(threading.get_native_id()), torch.get_num_threads())  # type: ignore[operator]
        self.team.discard(self.caller)

    def follow(self) -> None:
        """Move them to where the caller runs now, and keep them there."""
        try:
            at = int((_TASKS / str(self.caller) / "stat").read_text(encoding="utf-8").rpartition(")")[2].split()[36])
        except (OSError, ValueError, IndexError):
            return
        if at != self._at:
            self._place({at})
            self._at = at

    def release(self) -> None:
        """Let them run on every processor of the process."""
        if self._at is not None:
            self._place(processors.allowed())
            self._at = None

    def _place(self, where: Iterable[int]) -> None:
        for thread in self.team:
            with suppress(OSError):  # it has ended, or may not be moved
                os.sched_setaffinity(thread, where)


_idle = IdleThreads()
_lock = threading.Lock()
_users = 0
_end = threading.Event()
_helpers: Helpers
_last = -1e9  # when the machine was last found shared
_switches = 0


def switches() -> int:
    """Return how often threads were switched to brief spinning in this process."""
    return _switches


def _watch(end: threading.Event, helpers: Helpers) -> None:
    global _last, _switches
    which, team = processors.allowed(), [helpers.caller, *helpers.team]
    decision = Decision(len(which), torch.get_num_threads(), brief=_idle.present)
    at, own, delays, all_work = time.perf_counter(), time.process_time(), waited(team), busy(which)
    while not end.wait(INTERVAL):
        now, own_now, delays_now, all_now = time.perf_counter(), time.process_time(), waited(team), busy(which)
        if delays is None or delays_now is None or all_work is None or all_now is None:
            return
        others = max(0.0, (all_now - all_work) - (own_now - own))
        brief = decision.update(now - at, delays_now - delays, others)
        with _lock:
            if end.is_set():
                return
            if brief:
                _last = now
                if not _idle.present:
                    _switches += 1
                    _idle.add()
                if len(which) - others / (now - at) < ALONE:
                    helpers.follow()
                else:
                    helpers.release()
            else:
                _idle.remove()
                helpers.release()
        at, own, delays, all_work = now, own_now, delays_now, all_now


@contextmanager
def adaptive_spin() -> Iterator[None]:
    """Let PyTorch's threads spin briefly inside the block while other processes use the processors; elsewhere do nothing.

    See :func:`reason_against` for where it does nothing.
    """
    global _users, _end, _helpers
    if reason_against():
        yield
        return
    with _lock:
        _users += 1
        if _users == 1:
            _end, _helpers = threading.Event(), Helpers()
            if time.perf_counter() - _last < PATIENCE[1]:
                _idle.add()
            threading.Thread(target=_watch, args=(_end, _helpers), name="mmkernels-spin", daemon=True).start()
    try:
        yield
    finally:
        with _lock:
            _users -= 1
            if _users == 0:
                _end.set()
                _idle.remove()
                _helpers.release()


def _after_fork() -> None:
    """Forget the threads, which a fork does not copy."""
    global _lock, _users, _idle
    _lock, _users, _idle = threading.Lock(), 0, IdleThreads()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_after_fork)
