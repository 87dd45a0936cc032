"""Record of the machine: processor, memory, versions, compiler."""

import importlib.metadata
import os
import platform
import subprocess
from pathlib import Path
from typing import Any

import torch

PACKAGES = (
    "torch",
    "numba",
    "llvmlite",
    "numpy",
    "triton",
    "transformers",
    "mambapy",
    "mamba-ssm",
    "pot",
    "geomloss",
)
FLAGS = ("avx2", "fma", "avx512f", "avx512_bf16", "amx_tile", "asimd", "sve")
EMULATE_AVX2 = {"NUMBA_CPU_NAME": "haswell", "ATEN_CPU_CAPABILITY": "avx2", "MKL_ENABLE_INSTRUCTIONS": "AVX2"}


def _cpuinfo() -> dict[str, str]:
    """Return /proc/cpuinfo of the first processor; empty where there is none."""
    try:
        text = Path("/proc/cpuinfo").read_text(encoding="utf-8")
    except OSError:
        return {}
    pairs = [line.split(":", 1) for line in text.split("\n\n", 1)[0].splitlines() if ":" in line]
    return {key.strip(): value.strip() for key, value in pairs}


def flags() -> list[str]:
    """Return which of the vector instructions of `FLAGS` the processor has."""
    info = _cpuinfo()
    has = set((info.get("flags") or info.get("Features") or "").split())
    return [name for name in FLAGS if name in has]


def simd() -> str:
    """Return the vector instructions in use: avx512, avx2, "avx2 (emulated)", or the machine's own."""
    has = flags()
    if os.environ.get("NUMBA_CPU_NAME") == EMULATE_AVX2["NUMBA_CPU_NAME"]:
        return "avx2 (emulated)"
    if "avx512f" in has:
        return "avx512"
    return "avx2" if "avx2" in has else platform.machine()


def compiler() -> str | None:
    """Return the C++ compiler's command, or None."""
    for name in (os.environ.get("CXX"), "c++", "g++", "clang++"):
        if name and _first_line([name, "--version"]):
            return name
    return None


def _first_line(command: list[str]) -> str | None:
    try:
        done = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603 - a compiler prints its version
    except OSError:
        return None
    lines = done.stdout.splitlines()
    return lines[0] if done.returncode == 0 and lines else None


def versions(*packages: str) -> dict[str, str]:
    """Return the installed versions of some packages (default: all that the benchmark uses), of Python and the compiler."""
    found = {"python": platform.python_version()}
    for name in packages or PACKAGES:
        try:
            found[name] = importlib.metadata.version(name)
        except importlib.metadata.PackageNotFoundError:
            continue
    command = compiler()
    if command is not None:
        found["compiler"] = _first_line([command, "--version"]) or command
    return found


def gpu_clock_hertz(properties: Any) -> float:
    """Return the highest clock of the GPU's multiprocessors, from PyTorch or, where it does not tell, from nvidia-smi.

    Raises
    ------
    RuntimeError
        If neither reports it.
    """
    kilohertz = getattr(properties, "clock_rate", None)
    if kilohertz:
        return 1e3 * float(kilohertz)
    query = ["nvidia-smi", "--query-gpu=clocks.max.sm", "--format=csv,noheader,nounits"]
    try:
        printed = subprocess.run(query, capture_output=True, text=True, check=True).stdout  # noqa: S603 - a fixed command
        return 1e6 * float(printed.split()[0])
    except (OSError, subprocess.CalledProcessError, ValueError, IndexError) as error:
        raise RuntimeError(f"describe: the clock of {properties.name} cannot be read: {error}") from error


def _describe_gpu() -> dict[str, Any]:
    properties = torch.cuda.get_device_properties(0)
    return {
        "gpu": properties.name,
        "multiprocessors": properties.multi_processor_count,
        "capability": f"{properties.major}.{properties.minor}",
        "gpu_memory_gib": round(properties.total_memory / 2**30, 1),
        "clock_mhz": round(gpu_clock_hertz(properties) / 1e6),
        "cuda": torch.version.cuda,
    }


def describe(device: str = "cpu") -> dict[str, Any]:
    """Return processor, flags, cores, memory, system and load, and for a CUDA device that is present the GPU, ready for JSON."""
    info = _cpuinfo()
    try:
        gib = round(os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30, 1)
        load = round(os.getloadavg()[0], 2)
    except (AttributeError, OSError, ValueError):
        gib, load = None, None
    return {
        "processor": info.get("model name") or platform.processor() or platform.machine(),
        "family": info.get("cpu family"),
        "model": info.get("model"),
        "flags": flags(),
        "cpus": os.cpu_count(),
        "memory_gib": gib,
        "system": f"{platform.system()} {platform.machine()}",
        "load_before": load,
    } | (_describe_gpu() if device != "cpu" and torch.cuda.is_available() else {})
