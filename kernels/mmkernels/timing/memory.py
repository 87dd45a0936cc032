"""Peak memory of a function above the memory in use before the call."""

import ctypes
import gc
import sys
from collections.abc import Callable
from pathlib import Path

STATUS = Path("/proc/self/status")


def _kibibytes(field: str) -> int:
    for line in STATUS.read_text(encoding="ascii").splitlines():
        if line.startswith(field + ":"):
            return int(line.split()[1])
    raise OSError(f"bench: {STATUS} holds no {field}")


def available() -> int:
    """Return the bytes that can still be used without swapping; 4 GiB where nothing tells."""
    try:
        for line in Path("/proc/meminfo").read_text(encoding="ascii").splitlines():
            if line.startswith("MemAvailable:"):
                return int(line.split()[1]) * 1024
    except OSError:
        pass
    return 4 << 30


def _give_back() -> None:
    """Return freed memory that the allocator keeps to the system: work that took it again would not show."""
    gc.collect()
    try:
        ctypes.CDLL(None).malloc_trim(0)
    except (AttributeError, OSError, TypeError):
        return  # not glibc


def peak_above(work: Callable[[], object]) -> tuple[int, str]:
    """Run `work` and return the bytes of its peak above the start, and how that was found.

    "VmHWM": the kernel's high-water mark, reset before. Where it cannot be reset, "ru_maxrss": the growth of the
    high-water mark of the whole process, which is too small if the process held more before.
    """
    _give_back()
    try:
        Path("/proc/self/clear_refs").write_text("5", encoding="ascii")
        before = _kibibytes("VmRSS")
        work()
        return (_kibibytes("VmHWM") - before) * 1024, "VmHWM"
    except OSError:
        import resource  # not on Windows

        unit = 1 if sys.platform == "darwin" else 1024
        start = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        work()
        return (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - start) * unit, "ru_maxrss"
