"""Processors that this process may use: affinity, quota of the control group, PyTorch's threads and the user's settings of them."""

import ctypes
import math
import os
from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache
from pathlib import Path, PurePosixPath

import torch

_GROUPS = Path("/sys/fs/cgroup")
_OWN_GROUPS = Path("/proc/self/cgroup")
#: settings of the number of threads, and of how long threads that wait for work spin, that are the user's
COUNT_SETTINGS = ("OMP_NUM_THREADS", "MKL_NUM_THREADS", "OMP_THREAD_LIMIT")
WAIT_SETTINGS = ("GOMP_SPINCOUNT", "OMP_WAIT_POLICY")


def settings(names: tuple[str, ...]) -> dict[str, str]:
    """Return those of some environment variables that are set."""
    return {name: os.environ[name] for name in names if os.environ.get(name)}


def allowed() -> frozenset[int]:
    """Return the processors that the affinity of this process allows."""
    if hasattr(os, "sched_getaffinity"):
        return frozenset(os.sched_getaffinity(0))
    return frozenset(range(os.cpu_count() or 1))


def quota(groups: Path = _GROUPS, own: Path = _OWN_GROUPS) -> float | None:
    """Return how many processors the control groups (version 1 or 2) grant, a fraction; None without a limit.

    Parameters
    ----------
    groups, own
        Where the groups are mounted, and the file that names those of this process.
    """
    try:
        lines = own.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError):
        return None
    found = []
    for line in lines:
        _, _, rest = line.partition(":")
        controllers, _, path = rest.partition(":")
        if not controllers:
            found += [_quota_2(folder) for folder in _and_above(groups, path)]
        elif "cpu" in controllers.split(","):
            for name in dict.fromkeys((controllers, "cpu", "cpu,cpuacct", "cpuacct,cpu")):
                found += [_quota_1(folder) for folder in _and_above(groups / name, path)]
    limits = [each for each in found if each is not None]
    return min(limits, default=None)


def _and_above(mounted: Path, path: str) -> Iterator[Path]:
    """Yield the folders of a group and of those above it; in a container only the mounted one may be there."""
    parts = [part for part in PurePosixPath(path).parts if part != "/"]
    if ".." in parts:  # of a namespace that does not hold the group
        parts = []
    for count in range(len(parts), -1, -1):
        yield mounted.joinpath(*parts[:count])


def _quota_2(folder: Path) -> float | None:
    words = _words(folder / "cpu.max")
    return None if len(words) != 2 else _ratio(*words)


def _quota_1(folder: Path) -> float | None:
    words = _words(folder / "cpu.cfs_quota_us") + _words(folder / "cpu.cfs_period_us")
    return None if len(words) != 2 else _ratio(*words)


def _words(path: Path) -> list[str]:
    try:
        return path.read_text(encoding="ascii").split()
    except (OSError, UnicodeDecodeError):
        return []


def _ratio(granted: str, period: str) -> float | None:
    try:
        found = int(granted) / int(period)
    except (ValueError, ZeroDivisionError):  # "max": no limit
        return None
    return found if found > 0 else None  # -1: no limit


def usable() -> int:
    """Return how many processors this process may keep busy, at least 1."""
    limit = quota()
    return max(1, len(allowed()) if limit is None else min(len(allowed()), math.floor(limit + 0.01)))


@lru_cache
def _mkl() -> ctypes.CDLL | None:
    """Return PyTorch's library if it shows whether somebody has set the number of threads (MKL then is not "dynamic")."""
    try:
        library = ctypes.CDLL(str(Path(torch.__file__).with_name("lib") / "libtorch_cpu.so"))
    except OSError:
        return None
    return library if hasattr(library, "mkl_serv_get_dynamic") and hasattr(library, "mkl_serv_set_dynamic") else None


def _untouched() -> bool | None:
    library = _mkl()
    return None if library is None else bool(library.mkl_serv_get_dynamic())


_default = torch.get_num_threads()
_limited: int | None = None


def set_by_user() -> str:
    """Return which setting of the user's determines the number of threads, or ""."""
    given = settings(COUNT_SETTINGS)
    if given:
        return ", ".join(f"{name}={value}" for name, value in given.items())
    count = torch.get_num_threads()
    if count == _limited:
        return ""
    return "torch.set_num_threads" if count != _default or _untouched() is False else ""


def respect_quota() -> None:
    """Give PyTorch no more threads than the affinity and the control group's quota allow, unless the user has set their number.

    PyTorch counts the processors of the machine: with a quota of two on a machine of 64 its threads wait for one another most of the time.
    """
    global _limited
    most = usable()
    if torch.get_num_threads() > most and not set_by_user():
        torch.set_num_threads(most)
        _limited = most


def limited_from() -> int | None:
    """Return how many threads PyTorch would use without :func:`respect_quota`; None where that has changed nothing."""
    return None if _limited is None else _default


@contextmanager
def number_of_threads(count: int) -> Iterator[None]:
    """Set the number of threads of PyTorch and the kernels inside the block; afterwards it counts as not set, if it did before."""
    before, untouched = torch.get_num_threads(), _untouched()
    if count == before:
        yield
        return
    torch.set_num_threads(count)
    try:
        yield
    finally:
        torch.set_num_threads(before)
        library = _mkl()
        if untouched and library is not None:
            library.mkl_serv_set_dynamic(1)
