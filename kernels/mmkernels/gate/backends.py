"""The backends of `silu_gate`, best first."""

import torch
from torch import Tensor

from mmkernels.dispatch import Backend, register
from mmkernels.gate.numba_backend.operator import silu_gate_numba
from mmkernels.gate.reference import silu_gate_reference
from mmkernels.numba_kernels import why_missing

_why_numba_is_missing = why_missing("mmkernels.gate.numba_backend.launch")


def _against_numba(first: Tensor | None) -> str | None:
    if first is not None and first.device.type != "cpu":
        return f"it runs on the CPU and x is on {first.device}"
    if first is not None and first.dtype not in (torch.float32, torch.float64):
        return f"it computes in float32 and float64 and x is {first.dtype}"
    return _why_numba_is_missing()


def _never(first: Tensor | None) -> str | None:
    return None


register("silu_gate", Backend("numba", silu_gate_numba, _against_numba))
register("silu_gate", Backend("reference", silu_gate_reference, _never))
