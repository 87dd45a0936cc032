"""The parts of the benchmark; each has run(settings) that returns rows, and can be run alone."""

import importlib
from dataclasses import asdict
from typing import Any

from bench.problems import Settings
from bench.rows import Row, from_dict

NAMES = (
    "scan",
    "selective",
    "limits",
    "coupling",
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


def describe_gpu(wanted: bool) -> dict[str, Any]:
    """Return what the GPU is; nothing where it is not wanted."""
    if not wanted:
        return {}
    found: dict[str, Any] = importlib.import_module("bench.gpu_rates").describe()
    return found


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


def pack(rows: list[Row]) -> list[dict[str, Any]]:
    """Return rows as JSON."""
    return [asdict(row) for row in rows]


def unpack(stored: list[dict[str, Any]]) -> list[Row]:
    """Return rows from JSON."""
    return [from_dict(row) for row in stored]
