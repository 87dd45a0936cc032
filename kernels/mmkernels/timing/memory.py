"""Peak memory of a function above the memory in use before the call."""

import ctypes
import gc
import sys
from collections.abc import Callable
from pathlib import Path

import torch

STATUS = Path("/proc/self/status")
M_MMAP_THRESHOLD, OWN_PAGES = -3, 1 << 16  # of glibc's mallopt; bytes from which a tensor gets pages of its own


def _kibibytes(field: str) -> int:
    for line in STATUS.read_text(encoding="ascii").splitlines():
        if line.startswith(field + ":"):
            return int(line.split()[1])
    raise OSError(f"peak_bytes: {STATUS} has no line {field}")


def available_bytes(device: str = "cpu") -> int:
    """Return the bytes that can still be used without swapping; 4 GiB where the system does not tell."""
    if device == "cuda":
        return int(torch.cuda.mem_get_info()[0])
    try:
        for line in Path("/proc/meminfo").read_text(encoding="ascii").splitlines():
            if line.startswith("MemAvailable:"):
                return int(line.split()[1]) * 1024
    except OSError:
        pass
    return 4 << 30


def separate_allocations() -> None:
    """Let every tensor of 64 KiB or more have its own pages, for the rest of this process (glibc only).

    Otherwise malloc cuts tensors below 32 MiB out of one heap, whose gaps change the peak of the same function from run
    to run by a tensor or two. Slower: not for timing.
    """
    tune = getattr(ctypes.CDLL(None), "mallopt", None)
    if tune is not None:
        tune(M_MMAP_THRESHOLD, OWN_PAGES)


def _return_freed_memory() -> None:
    """Return freed memory that the allocator holds to the system: memory reused from it would not show."""
    gc.collect()
    try:
        ctypes.CDLL(None).malloc_trim(0)
    except (AttributeError, OSError, TypeError):
        return  # not glibc


def peak_bytes(work: Callable[[], object], device: str = "cpu", *, fallback: bool = True) -> tuple[int, str]:
    """Run `work` once; return its peak memory above the start in bytes, and the method.

    Run anything that compiles, or fills a cache, before.

    Parameters
    ----------
    work
        Called without arguments.
    device
        "cpu": resident memory of this process, whatever allocates it. Else a CUDA device: PyTorch's allocator.
    fallback
        Where Linux's high-water mark cannot be reset: measure the growth of ``ru_maxrss`` (too small if the process held
        more before) instead of raising OSError.

    Returns
    -------
    tuple
        Bytes, and "VmHWM", "ru_maxrss" or "max_memory_allocated".
    """
    if device != "cpu":
        torch.cuda.synchronize()
        torch.cuda.reset_peak_memory_stats()
        before = torch.cuda.memory_allocated()
        work()
        torch.cuda.synchronize()
        return torch.cuda.max_memory_allocated() - before, "max_memory_allocated"
    _return_freed_memory()
    try:
        Path("/proc/self/clear_refs").write_text("5", encoding="ascii")
        before = _kibibytes("VmRSS")
    except OSError:
        if not fallback:
            raise
        before = highest_resident_bytes()
        work()
        return highest_resident_bytes() - before, "ru_maxrss"
    work()
    return max(0, _kibibytes("VmHWM") - before) * 1024, "VmHWM"


def highest_resident_bytes() -> int:
    """Return the largest resident memory of this process so far, in bytes."""
    import resource  # not on Windows

    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * (1 if sys.platform == "darwin" else 1024)
