"""What torch.vmap does with an operator whose kernel knows nothing of it."""

from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor


def slice_by_slice(
    apply: Callable[..., Any], batch_size: int, in_dims: tuple[Any, ...], arguments: tuple[Any, ...]
) -> tuple[Any, Any]:
    """Return the outputs for every slice, stacked along a new first axis, and those axes.

    Parameters
    ----------
    apply
        The operator; other transforms may watch it.
    batch_size, in_dims, arguments
        As `torch.autograd.Function.vmap` gets them: the axis of every argument that is mapped, None where it is shared.
    """
    if batch_size == 0:
        raise RuntimeError("mmkernels: torch.vmap over an axis of length 0 has no result. Leave out empty batches.")
    slices = [
        apply(*(v if d is None else v.select(d, i) for v, d in zip(arguments, in_dims, strict=True)))
        for i in range(batch_size)
    ]
    if isinstance(slices[0], Tensor):
        return torch.stack(slices), 0
    return tuple(torch.stack(parts) for parts in zip(*slices, strict=True)), (0,) * len(slices[0])
