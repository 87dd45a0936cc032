"""The backends of `causal_conv`, best first."""

import torch
from torch import Tensor

from mmkernels.conv.numba_backend.operator import causal_conv_numba
from mmkernels.conv.reference import causal_conv_reference
from mmkernels.dispatch import Backend, register
from mmkernels.numba_kernels import why_missing

_why_numba_is_missing = why_missing("mmkernels.conv.numba_backend.launch")


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
