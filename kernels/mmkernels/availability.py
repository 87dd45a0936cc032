"""Availability of the optional packages behind the backends; checked once per process."""

import importlib
import importlib.util
import sys
from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor

from mmkernels.dispatch import constant_in_graphs


def _load_array_functions() -> None:
    """Load Numba's array functions, which it needs for any kernel, without importing scipy.linalg.

    Numba only asks whether it is there, by importing it, and that takes a good part of a first call. Where linear
    algebra is compiled, which no kernel here has, Numba asks again and gets the answer it would have got.
    """
    if "numba.np.arraymath" in sys.modules or "scipy.linalg" in sys.modules or not importlib.util.find_spec("scipy"):
        return
    try:
        linalg: Any = importlib.import_module("numba.np.linalg")
        ask = linalg.ensure_blas
    except (ImportError, AttributeError):
        return  # another Numba: it loads them itself, as it likes
    linalg.ensure_blas = lambda: None
    try:
        functions: Any = importlib.import_module("numba.np.arraymath")
        functions.ensure_blas = ask
    finally:
        linalg.ensure_blas = ask


def why_missing(module: str) -> Callable[[], str | None]:
    """Return a question without arguments: why the kernels of `module` cannot run here, or None if they can."""
    found = False

    @constant_in_graphs
    def why() -> str | None:
        nonlocal found
        if found:
            return None
        try:
            importlib.import_module("numba")
        except (ImportError, SystemError, OSError) as error:
            # A Numba too old for the installed numpy raises ImportError (or SystemError) with the reason.
            return f"numba cannot be imported ({error}); install or upgrade it: pip install 'numba>=0.61'"
        _load_array_functions()
        try:
            importlib.import_module(module)
        except RuntimeError as error:
            # Numba finds no folder to keep compiled kernels in.
            return f"its kernels cannot be set up ({error}); set NUMBA_CACHE_DIR to a folder you may write to"
        found = True
        return None

    return why


def against_numba(module: str, name: str) -> Callable[[Tensor | None], str | None]:
    """Return the question why the kernels of `module` cannot serve a tensor, called `name`; None if they can."""
    missing = why_missing(module)

    def against(first: Tensor | None) -> str | None:
        if first is not None and first.device.type != "cpu":
            return f"it runs on the CPU and {name} is on {first.device}"
        if first is not None and first.dtype not in (torch.float32, torch.float64):
            return f"it computes in float32 and float64 and {name} is {first.dtype}"
        return missing()

    return against
