"""The most memory that a piece of work held above what was there before it began."""

from __future__ import annotations

import ctypes
import gc
import re
from pathlib import Path
from typing import TYPE_CHECKING

import torch

if TYPE_CHECKING:
    from collections.abc import Callable


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
