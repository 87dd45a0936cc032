"""Selective scans (M = 1) of others, as shipped, in their own layout: x, dt (B, E, L), A (E, N), B, C (B, N, L)."""

import importlib.util
from collections.abc import Callable
from typing import Any

from torch import Tensor


def transformers_scan(*, mambapy: bool) -> Callable[..., Tensor]:
    """Return the scan inside transformers' Mamba: its loop, or its path through mambapy."""
    from transformers.models.mamba import modeling_mamba

    scan: Any = modeling_mamba.mamba_selective_scan

    def run(x: Tensor, dt: Tensor, A: Tensor, B: Tensor, C: Tensor) -> Tensor:
        y: Tensor = scan(x, dt, A, B, C, use_mambapy=mambapy, use_associative_scan=False)
        return y

    return run


def mamba_reference() -> Callable[..., Tensor]:
    """Return mamba-ssm's selective_scan_ref, read out of the installed file (importing the package needs CUDA)."""
    from mmkernels.scan.mamba_ssm_backend import _reference

    found, reason = _reference()
    if found is None:
        raise ImportError(reason)
    return found


def why_not(*modules: str) -> str | None:
    """Return which of the modules is not installed, or None."""
    lacking = [name for name in modules if importlib.util.find_spec(name) is None]
    return f"{' and '.join(lacking)} not installed" if lacking else None
