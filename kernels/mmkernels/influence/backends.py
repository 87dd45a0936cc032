"""The backends of `coupled_influence`, best first."""

import importlib
from typing import Any

import torch
from torch import Tensor

from mmkernels.dispatch import Backend, register
from mmkernels.influence.reference import influence_reference


def _against_numba(first: Tensor | None) -> str | None:
    if first is not None and first.device.type != "cpu":
        return f"it runs on the CPU and dt is on {first.device}"
    if first is not None and first.dtype not in (torch.float32, torch.float64):
        return f"it computes in float32 and float64 and dt is {first.dtype}"
    try:
        importlib.import_module("mmkernels.influence.launch")
    except (ImportError, SystemError, OSError) as error:
        return f"numba cannot be imported ({error}); install or upgrade it: pip install 'numba>=0.61'"
    except RuntimeError as error:
        return f"its kernel cannot be set up ({error}); set NUMBA_CACHE_DIR to a folder you may write to"
    return None


def _influence_numba(*args: Any, **options: Any) -> Tensor:
    from mmkernels.influence.launch import influence_numba

    return influence_numba(*args, **options)


def _never(first: Tensor | None) -> str | None:
    return None


register("coupled_influence", Backend("numba", _influence_numba, _against_numba))
register("coupled_influence", Backend("reference", influence_reference, _never))
