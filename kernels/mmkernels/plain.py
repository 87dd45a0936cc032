"""Whether a call may skip PyTorch's machinery for compilers and go straight to a kernel."""

from collections.abc import Iterable

import torch
from torch import Tensor


def is_plain(given: Iterable[Tensor | None]) -> bool:
    """Say whether these are ordinary tensors and nothing (a compiler, vmap, a dispatch mode) watches the call.

    Only then is an `autograd.Function` enough; else the call must go through a `torch.library.custom_op`, which
    costs more and whose first call imports the compiler.
    """
    if torch.compiler.is_compiling() or torch._C._len_torch_dispatch_stack():
        return False
    if torch._C._functorch.peek_interpreter_stack() is not None:
        return False
    return all(v is None or type(v) in (Tensor, torch.nn.Parameter) for v in given)
