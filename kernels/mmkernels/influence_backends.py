"""Backends of the coupled influence map, best first."""

from typing import Any

from torch import Tensor

from mmkernels.availability import against_numba
from mmkernels.dispatch import Backend, register
from mmkernels.reference.influence import influence_reference


def _influence_numba(*args: Any, **options: Any) -> Tensor:
    from mmkernels.cpu.influence import influence_numba

    return influence_numba(*args, **options)


def _never(first: Tensor | None) -> str | None:
    return None


register("coupled_influence", Backend("numba", _influence_numba, against_numba("mmkernels.cpu.influence", "dt")))
register("coupled_influence", Backend("reference", influence_reference, _never))
