"""The backends of `coupled_influence`, best first."""

from typing import Any

from torch import Tensor

from mmkernels.dispatch import Backend, register
from mmkernels.influence.reference import influence_reference
from mmkernels.numba_kernels import against_numba


def _influence_numba(*args: Any, **options: Any) -> Tensor:
    from mmkernels.influence.launch import influence_numba

    return influence_numba(*args, **options)


def _never(first: Tensor | None) -> str | None:
    return None


register("coupled_influence", Backend("numba", _influence_numba, against_numba("mmkernels.influence.launch", "dt")))
register("coupled_influence", Backend("reference", influence_reference, _never))
