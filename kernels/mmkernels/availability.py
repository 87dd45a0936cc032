"""Availability of the optional packages behind the backends; checked once per process."""

import importlib
import importlib.util
import os
import sys
from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor

from mmkernels.dispatch import constant_in_graphs


def _load_array_functions() -> None:
    """Import Numba's array functions, which it needs for any kernel, without importing scipy.linalg.

    Numba only tests whether it exists, by importing it, and that takes a good part of a first call. Where linear
    algebra is compiled, which no kernel here does, Numba tests again.
    """
    if "numba.np.arraymath" in sys.modules or "scipy.linalg" in sys.modules or not importlib.util.find_spec("scipy"):
        return
    try:
        linalg: Any = importlib.import_module("numba.np.linalg")
        test = linalg.ensure_blas
    except (ImportError, AttributeError):
        return  # another Numba: it imports them itself
    linalg.ensure_blas = lambda: None
    try:
        functions: Any = importlib.import_module("numba.np.arraymath")
        functions.ensure_blas = test
    finally:
        linalg.ensure_blas = test


def import_failure(module: str, name: str, remedy: str) -> Callable[[], str | None]:
    """Return a function without arguments: why `module` cannot be imported, or None if it can.

    Parameters
    ----------
    module, name
        What is imported, and how messages call it.
    remedy
        What the user should do.
    """

    @constant_in_graphs
    def failure() -> str | None:
        try:
            importlib.import_module(module)
        except (ImportError, SystemError, OSError) as error:
            # A Numba too old for the installed numpy raises ImportError (or SystemError) with the reason.
            return f"{name} cannot be imported ({error}); {remedy}"
        return None

    return failure


_numba_failure = import_failure("numba", "numba", "install or upgrade it: pip install 'numba>=0.61'")
_triton_failure = import_failure("triton.language", "triton", "install it: pip install 'triton>=3.6' (Linux)")


def against_numba(module: str, name: str) -> Callable[[Tensor | None], str | None]:
    """Return a function that returns why the Numba kernels of `module` cannot process a tensor, or None if they can.

    Parameters
    ----------
    module
        Imported at the first check.
    name
        Name of the tensor in messages.
    """
    ready = False

    @constant_in_graphs
    def failure() -> str | None:
        nonlocal ready
        if ready:
            return None
        reason = _numba_failure()
        if reason is not None:
            return reason
        _load_array_functions()
        try:
            importlib.import_module(module)
        except RuntimeError as error:
            # Numba finds no folder for compiled kernels.
            return f"its kernels cannot be set up ({error}); set NUMBA_CACHE_DIR to a folder you may write to"
        ready = True
        return None

    def against(first: Tensor | None) -> str | None:
        if first is not None and first.device.type != "cpu":
            return f"it runs on the CPU and {name} is on {first.device}"
        if first is not None and first.dtype not in (torch.float32, torch.float64):
            return f"it computes in float32 and float64 and {name} is {first.dtype}"
        return failure()

    return against


def is_interpreted() -> bool:
    """Return whether Triton runs its kernels in Python, on any device."""
    return os.environ.get("TRITON_INTERPRET", "0").lower() in ("1", "true", "on", "yes", "y")


def against_triton(name: str, *dtypes: torch.dtype) -> Callable[[Tensor | None], str | None]:
    """Return a function that returns why Triton kernels cannot process a tensor, or None if they can.

    Parameters
    ----------
    name
        Name of the tensor in messages.
    dtypes
        Supported dtypes.
    """

    def against(first: Tensor | None) -> str | None:
        if first is None and not torch.cuda.is_available() and not is_interpreted():
            return "it runs on NVIDIA GPUs and PyTorch finds none"
        if first is not None and first.device.type != "cuda" and not (first.device.type == "cpu" and is_interpreted()):
            return (
                f"it runs on NVIDIA GPUs and {name} is on {first.device} (TRITON_INTERPRET=1: it runs anywhere, slowly)"
            )
        if first is not None and first.is_cuda and torch.version.hip is not None:
            return "it is written for NVIDIA GPUs and this PyTorch is built for AMD ones"
        if first is not None and first.dtype not in dtypes:
            listed = ", ".join(str(dtype).removeprefix("torch.") for dtype in dtypes)
            return f"it computes in {listed} and {name} is {first.dtype}"
        return _triton_failure()

    return against
