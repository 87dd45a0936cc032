"""Makes the kernels a PyTorch operator: autograd, torch.compile and torch.export see one opaque node.

Importing this file does not import Numba; the first call does.
"""

from typing import Any

import torch
from torch import Tensor

from mmkernels.torch_operator import differentiable, refusals


def _run(x: Tensor, z: Tensor) -> Tensor:
    from mmkernels.gate.numba_backend import launch

    return launch.run_forward(x, z)


def _run_backward(dy: Tensor, x: Tensor, z: Tensor) -> tuple[Tensor, Tensor]:
    from mmkernels.gate.numba_backend import launch

    return launch.run_backward(dy, x, z)


def _fake(x: Tensor, z: Tensor) -> Tensor:
    return x.new_empty(x.shape)


def _fake_backward(dy: Tensor, x: Tensor, z: Tensor) -> tuple[Tensor, Tensor]:
    return x.new_empty(x.shape), x.new_empty(x.shape)


def _keep(ctx: Any, inputs: tuple[Any, ...], output: Tensor) -> None:
    ctx.save_for_backward(*inputs)


def _gradients(ctx: Any, run: Any, dy: Tensor) -> tuple[Any, ...]:
    found = run(dy, *ctx.saved_tensors)
    return tuple(g if need else None for g, need in zip(found, ctx.needs_input_grad[:2], strict=True))


def _tangents(inputs: tuple[Any, ...], outputs: tuple[Any, ...], d_inputs: tuple[Any, ...]) -> tuple[Any, ...]:
    x, z = inputs
    dx, dz = d_inputs
    share = torch.sigmoid(z)
    moved = None if dx is None else dx * (z * share)
    if dz is not None:
        by_gate = dz * x * (share * (1.0 + z * (1.0 - share)))
        moved = by_gate if moved is None else moved + by_gate
    return (moved,)


silu_gate_numba = differentiable(
    "silu_gate",
    _run,
    _run_backward,
    fakes=(_fake, _fake_backward),
    keep=_keep,
    gradients=_gradients,
    refused=refusals(
        "silu_gate: backend 'numba'",
        "Call silu_gate(..., backend='reference'), which can be differentiated any number of times, either way.",
    ),
    tangents=_tangents,
)
