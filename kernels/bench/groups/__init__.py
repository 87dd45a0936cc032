"""The parts of the benchmark; each has run(settings) that returns rows, and can be run alone."""

import importlib

from bench.problems import Settings
from bench.rows import Row

NAMES = (
    "scan",
    "best_state",
    "selective",
    "limits",
    "coupling",
    "heads",
    "backends",
    "memory",
    "conv",
    "mixer",
    "attention",
    "transport",
    "plans",
    "influence",
    "mmd",
    "startup",
)
GPU_NAMES = ("operators_gpu", "scan_gpu", "block_gpu")


def why_no_gpu() -> str | None:
    """Return why nothing can be measured on a GPU here, or None."""
    import torch

    if not torch.cuda.is_available():
        return "PyTorch finds no CUDA device"
    try:
        importlib.import_module("triton")
    except ImportError as error:
        return f"triton cannot be imported ({error})"
    return None


def run(name: str, settings: Settings) -> list[Row]:
    """Run one group.

    Raises
    ------
    ValueError
        If there is no such group.
    """
    if name not in NAMES + GPU_NAMES:
        raise ValueError(f"bench: there is no group {name!r}. Choose from {', '.join(NAMES + GPU_NAMES)}.")
    rows: list[Row] = importlib.import_module(f"bench.groups.{name}").run(settings)
    return rows
