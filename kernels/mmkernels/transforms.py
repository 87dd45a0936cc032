"""Detection of what is active during a call: a compiler, a tracer, a dispatch mode, torch.func, forward mode."""

import torch
from torch.autograd import forward_ad

from mmkernels.dispatch import constant_in_graphs


def is_traced() -> bool:
    """Return whether a compiler, torch.jit.trace or a dispatch mode (fake tensors, make_fx) records operations."""
    return (
        torch.compiler.is_compiling()
        or torch._C._len_torch_dispatch_stack() > 0
        or torch._C._get_tracing_state() is not None
    )


def is_transformed() -> bool:
    """Return whether a transform of torch.func or a level of forward-mode differentiation is active."""
    return forward_ad._current_level >= 0 or torch._C._functorch.peek_interpreter_stack() is not None


def _levels(kind: torch._C._functorch.TransformType) -> int:
    stack = torch._C._functorch.get_interpreter_stack() or ()
    return sum(level.key() == kind for level in stack)


def is_batched() -> bool:
    """Return whether torch.vmap is active: a tensor may stand for many."""
    return _levels(torch._C._functorch.TransformType.Vmap) > 0


def forward_levels() -> int:
    """Return how many levels of torch.func.jvp are active, one inside the other."""
    return _levels(torch._C._functorch.TransformType.Jvp)


@constant_in_graphs
def is_differentiated() -> bool:
    """Return whether a derivative of torch.func or of forward mode is active, also while torch.compile records it."""
    kinds = torch._C._functorch.TransformType
    return forward_ad._current_level >= 0 or _levels(kinds.Grad) > 0 or _levels(kinds.Jvp) > 0


def values_are_readable() -> bool:
    """Return whether Python may read the values of tensors: not while they are recorded or stand for many."""
    return not is_traced() and not is_batched()
