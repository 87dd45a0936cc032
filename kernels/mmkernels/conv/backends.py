"""The backends of `causal_conv`, best first."""

import importlib

import torch
from torch import Tensor

from mmkernels.conv.numba_backend.operator import causal_conv_numba
from mmkernels.conv.reference import causal_conv_reference
from mmkernels.dispatch import Backend, constant_in_graphs, register


@constant_in_graphs
def _why_numba_is_missing() -> str | None:
    try:
        importlib.import_module("mmkernels.conv.numba_backend.launch")
    except (ImportError, SystemError, OSError) as error:
        # A Numba too old for the installed numpy raises ImportError (or SystemError) with the reason.
        return f"numba cannot be imported ({error}); install or upgrade it: pip install 'numba>=0.61'"
    except RuntimeError as error:
        # Numba finds no folder to keep compiled kernels in.
        return f"its kernels cannot be set up ({error}); set NUMBA_CACHE_DIR to a folder you may write to"
    return None


def _against_numba(first: Tensor | None) -> str | None:
    if first is not None and first.device.type != "cpu":
        return f"it runs on the CPU and x is on {first.device}"
    if first is not None and first.dtype not in (torch.float32, torch.float64):
        return f"it computes in float32 and float64 and x is {first.dtype}"
    return _why_numba_is_missing()


def _never(first: Tensor | None) -> str | None:
    return None


register("causal_conv", Backend("numba", causal_conv_numba, _against_numba))
register("causal_conv", Backend("reference", causal_conv_reference, _never))
