"""The backends of `coupled_scan`, best first."""

import importlib

import torch
from torch import Tensor

from mmkernels.dispatch import Backend, register
from mmkernels.scan import mamba_ssm_backend as mamba_ssm
from mmkernels.scan.numba_backend.operator import coupled_scan_numba
from mmkernels.scan.reference import coupled_scan_reference


@torch.compiler.assume_constant_result
def _why_numba_is_missing() -> str | None:
    try:
        importlib.import_module("numba")
    except (ImportError, SystemError, OSError) as error:
        # A Numba too old for the installed numpy raises ImportError (or SystemError) with the reason.
        return f"numba cannot be imported ({error}); install or upgrade it: pip install 'numba>=0.61'"
    try:
        importlib.import_module("mmkernels.scan.numba_backend.launch")
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


register("coupled_scan", Backend("numba", coupled_scan_numba, _against_numba))
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
