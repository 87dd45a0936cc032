"""What the numbers were measured on."""

from __future__ import annotations

import importlib.metadata
import os
import platform
import re
from pathlib import Path
from typing import Any

import torch

_PACKAGES = ("torch", "numba", "numpy", "triton", "mmviz")


def described(device: str) -> dict[str, Any]:
    """Return processor, cores, memory, load, accelerator and versions, ready for JSON."""
    versions = {"python": platform.python_version()}
    for name in _PACKAGES:
        try:
            versions[name] = importlib.metadata.version(name)
        except importlib.metadata.PackageNotFoundError:
            continue
    return {
        "processor": _found("/proc/cpuinfo", r"^model name\s*:\s*(.+)$") or platform.processor() or platform.machine(),
        "cores": os.cpu_count(),
        "memory_kib": int(_found("/proc/meminfo", r"^MemTotal:\s+(\d+)") or 0) or None,
        "load_before": os.getloadavg()[0] if hasattr(os, "getloadavg") else None,
        "system": f"{platform.system()} {platform.machine()}",
        "accelerator": torch.cuda.get_device_name() if device == "cuda" and torch.cuda.is_available() else None,
        "versions": versions,
    }


def free_bytes(device: str) -> float:
    """Return the bytes that can still be used; infinity where nothing tells."""
    if device == "cuda":
        return float(torch.cuda.mem_get_info()[0])
    kibibytes = _found("/proc/meminfo", r"^MemAvailable:\s+(\d+)")
    return float(kibibytes) * 1024 if kibibytes else float("inf")


def _found(file: str, pattern: str) -> str | None:
    try:
        found = re.search(pattern, Path(file).read_text(encoding="utf-8"), re.MULTILINE)
    except OSError:
        return None
    return found[1].strip() if found else None
