"""Backends of the transport operators, best first."""

import importlib
import os
from functools import partial

import torch
from torch import Tensor

from mmkernels.availability import why_missing
from mmkernels.dispatch import Backend, constant_in_graphs, register
from mmkernels.peers.pot import solve_pot
from mmkernels.reference.transport import relaxed_reference, relaxed_torch
from mmkernels.transport.entropic_value import by_matrix, by_triton
from mmkernels.transport.sinkhorn import sinkhorn

_why_numba_is_missing = why_missing("mmkernels.cpu.sinkhorn")


def _against_numba(first: Tensor | None) -> str | None:
    if first is not None and first.device.type != "cpu":
        return f"it runs on the CPU and the cost is on {first.device}"
    return _why_numba_is_missing()


@constant_in_graphs
def _why_pot_is_missing() -> str | None:
    try:
        importlib.import_module("ot")
    except (ImportError, SystemError, OSError) as error:
        return f"POT cannot be imported ({error}); install it: pip install pot"
    return None


def _against_pot(first: Tensor | None) -> str | None:
    return _why_pot_is_missing()


def _never(first: Tensor | None) -> str | None:
    return None


def _why_triton_is_missing() -> str | None:
    try:
        importlib.import_module("triton")
    except (ImportError, SystemError, OSError) as error:
        return f"triton cannot be imported ({error}); install it: pip install 'triton>=3.6' (Linux)"
    return None


def _against_triton(first: Tensor | None) -> str | None:
    if first is not None and first.dtype != torch.float32:
        return f"it computes in float32 and the points are {first.dtype}"
    interpreted = os.environ.get("TRITON_INTERPRET") == "1"
    on_gpu = torch.cuda.is_available() if first is None else first.device.type == "cuda"
    if not (on_gpu or interpreted):
        where = "there is no NVIDIA GPU" if first is None else f"the points are on {first.device}"
        return f"it runs on NVIDIA GPUs and {where} (TRITON_INTERPRET=1 runs it on the CPU, slowly, for tests)"
    return _why_triton_is_missing()


for _operator in ("entropic_plan", "unbalanced_plan"):
    register(_operator, Backend("numba", partial(sinkhorn, "numba"), _against_numba))
    register(_operator, Backend("torch", partial(sinkhorn, "torch"), _never))
    register(_operator, Backend("reference", partial(sinkhorn, "reference"), _never))
register("relaxed_plan", Backend("torch", relaxed_torch, _never))
register("relaxed_plan", Backend("reference", relaxed_reference, _never))
register("exact_plan", Backend("pot", solve_pot, _against_pot))
register("entropic_value", Backend("numba", partial(by_matrix, "numba"), _against_numba))
register("entropic_value", Backend("triton", by_triton, _against_triton))
register("entropic_value", Backend("torch", partial(by_matrix, "torch"), _never))
register("entropic_value", Backend("reference", partial(by_matrix, "reference"), _never))
