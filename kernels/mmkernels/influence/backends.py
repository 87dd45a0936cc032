"""The backends of `coupled_influence`, best first."""

from typing import Any

import torch
from torch import Tensor

from mmkernels.dispatch import Backend, register
from mmkernels.influence.reference import influence_reference
from mmkernels.numba_kernels import why_missing

_why_numba_is_missing = why_missing("mmkernels.influence.launch")


def _against_numba(first: Tensor | None) -> str | None:
    if first is not None and first.device.type != "cpu":
        return f"it runs on the CPU and dt is on {first.device}"
    if first is not None and first.dtype not in (torch.float32, torch.float64):
        return f"it computes in float32 and float64 and dt is {first.dtype}"
    return _why_numba_is_missing()


def _influence_numba(*args: Any, **options: Any) -> Tensor:
    from mmkernels.influence.launch import influence_numba

    return influence_numba(*args, **options)


def _never(first: Tensor | None) -> str | None:
    return None


register("coupled_influence", Backend("numba", _influence_numba, _against_numba))
register("coupled_influence", Backend("reference", influence_reference, _never))
