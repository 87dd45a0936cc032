"""Backends of the transport operators, best first."""

from functools import partial

import torch
from torch import Tensor

from mmkernels.availability import against_numba, against_triton, import_failure
from mmkernels.dispatch import Backend, register_backend
from mmkernels.peers.pot import solve_pot
from mmkernels.reference.transport import relaxed_reference, relaxed_torch
from mmkernels.transport.entropic_value import by_matrix, by_triton
from mmkernels.transport.sinkhorn import sinkhorn

_against_numba = against_numba("mmkernels.cpu.sinkhorn", "the cost")
_pot_failure = import_failure("ot", "POT", "install it: pip install pot")


def _against_pot(first: Tensor | None) -> str | None:
    return _pot_failure()


for _operator in ("entropic_plan", "unbalanced_plan"):
    register_backend(_operator, Backend("numba", partial(sinkhorn, "numba"), _against_numba))
    register_backend(_operator, Backend("torch", partial(sinkhorn, "torch")))
    register_backend(_operator, Backend("reference", partial(sinkhorn, "reference")))
register_backend("relaxed_plan", Backend("torch", relaxed_torch))
register_backend("relaxed_plan", Backend("reference", relaxed_reference))
register_backend("exact_plan", Backend("pot", solve_pot, _against_pot))
register_backend("entropic_value", Backend("numba", partial(by_matrix, "numba"), _against_numba))
register_backend("entropic_value", Backend("triton", by_triton, against_triton("the tensor x", torch.float32)))
register_backend("entropic_value", Backend("torch", partial(by_matrix, "torch")))
register_backend("entropic_value", Backend("reference", partial(by_matrix, "reference")))
