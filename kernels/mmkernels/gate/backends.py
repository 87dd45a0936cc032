"""The backends of `silu_gate`, best first."""

from torch import Tensor

from mmkernels.dispatch import Backend, register
from mmkernels.gate.numba_backend.operator import silu_gate_numba
from mmkernels.gate.reference import silu_gate_reference
from mmkernels.numba_kernels import against_numba


def _never(first: Tensor | None) -> str | None:
    return None


register("silu_gate", Backend("numba", silu_gate_numba, against_numba("mmkernels.gate.numba_backend.launch", "x")))
register("silu_gate", Backend("reference", silu_gate_reference, _never))
