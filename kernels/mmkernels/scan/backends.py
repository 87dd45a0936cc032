"""The backends of `coupled_scan`, best first."""

import importlib

import torch
from torch import Tensor

from mmkernels.dispatch import Backend, constant_in_graphs, register
from mmkernels.numba_kernels import against_numba
from mmkernels.scan import mamba_ssm_backend as mamba_ssm
from mmkernels.scan.numba_backend.operator import coupled_scan_numba
from mmkernels.scan.reference import coupled_scan_reference
from mmkernels.scan.triton_backend.operator import coupled_scan_triton
from mmkernels.scan.triton_backend.plan import is_interpreted

_against_numba = against_numba("mmkernels.scan.numba_backend.general_launch", "x")


@constant_in_graphs
def _why_triton_is_missing() -> str | None:
    try:
        importlib.import_module("triton.language")
    except (ImportError, OSError) as error:
        return f"triton cannot be imported ({error}); on Linux: pip install triton"
    return None


def _against_triton(first: Tensor | None) -> str | None:
    if first is None and not torch.cuda.is_available() and not is_interpreted():
        return "it runs on NVIDIA GPUs and PyTorch sees none"
    if first is not None and first.device.type != "cuda" and not (first.device.type == "cpu" and is_interpreted()):
        return f"it runs on NVIDIA GPUs and x is on {first.device} (TRITON_INTERPRET=1 makes it run anywhere, slowly)"
    if first is not None and first.is_cuda and torch.version.hip is not None:
        return "it is written for NVIDIA GPUs and this PyTorch drives AMD ones"
    kinds = (torch.float32, torch.float64, torch.bfloat16, torch.float16)
    if first is not None and first.dtype not in kinds:
        return f"it computes in float32, float64, bfloat16 and float16 and x is {first.dtype}"
    return _why_triton_is_missing()


def _against_unasked_triton(first: Tensor) -> str | None:
    return None if first.is_cuda else "the interpreter of triton is for tests; ask for it by name"


def _never(first: Tensor | None) -> str | None:
    return None


register("coupled_scan", Backend("numba", coupled_scan_numba, _against_numba, skips_state=True))
register(
    "coupled_scan",
    Backend("triton", coupled_scan_triton, _against_triton, reason_against_auto=_against_unasked_triton),
)
register("coupled_scan", Backend("reference", coupled_scan_reference, _never))
# A peer to compare with. After the reference, which never refuses: "auto" never comes this far.
register(
    "coupled_scan",
    Backend(
        "mamba_ssm",
        mamba_ssm.coupled_scan_mamba_ssm,
        mamba_ssm.against,
        mamba_ssm.against_call,
        mamba_ssm.note,
    ),
)
