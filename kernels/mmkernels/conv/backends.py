"""The backends of `causal_conv`, best first."""

from torch import Tensor

from mmkernels.conv.numba_backend.operator import causal_conv_numba
from mmkernels.conv.reference import causal_conv_reference
from mmkernels.dispatch import Backend, register
from mmkernels.numba_kernels import against_numba


def _never(first: Tensor | None) -> str | None:
    return None


register("causal_conv", Backend("numba", causal_conv_numba, against_numba("mmkernels.conv.numba_backend.launch", "x")))
register("causal_conv", Backend("reference", causal_conv_reference, _never))
