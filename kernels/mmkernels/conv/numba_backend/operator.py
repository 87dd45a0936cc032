"""Makes the kernels a PyTorch operator: autograd, torch.compile and torch.export see one opaque node.

Importing this file does not import Numba; the first call does.
"""

from typing import Any

import torch
from torch import Tensor

from mmkernels.torch_operator import differentiable, refusals


def _run(x: Tensor, weight: Tensor, bias: Tensor | None, activated: bool) -> Tensor:
    from mmkernels.conv.numba_backend import launch

    return launch.run_forward(x, weight, bias, activated)


def _run_backward(
    dy: Tensor, x: Tensor, weight: Tensor, bias: Tensor | None, activated: bool
) -> tuple[Tensor, Tensor, Tensor]:
    from mmkernels.conv.numba_backend import launch

    return launch.run_backward(dy, x, weight, bias, activated)


def _fake(x: Tensor, weight: Tensor, bias: Tensor | None, activated: bool) -> Tensor:
    return x.new_empty(x.shape)


def _fake_backward(
    dy: Tensor, x: Tensor, weight: Tensor, bias: Tensor | None, activated: bool
) -> tuple[Tensor, Tensor, Tensor]:
    dx, d_weight, d_bias = (x.new_empty((0,) if v is None else v.shape) for v in (x, weight, bias))
    return dx, d_weight, d_bias


def _keep(ctx: Any, inputs: tuple[Any, ...], output: Tensor) -> None:
    *tensors, ctx.activated = inputs
    ctx.save_for_backward(*tensors)


def _gradients(ctx: Any, run: Any, dy: Tensor) -> tuple[Any, ...]:
    found = run(dy, *ctx.saved_tensors, ctx.activated)
    return (*(g if need else None for g, need in zip(found, ctx.needs_input_grad[:3], strict=True)), None)


def _silu_slope(v: Tensor) -> Tensor:
    share = torch.sigmoid(v)
    return share * (1.0 + v * (1.0 - share))


def _tangents(inputs: tuple[Any, ...], outputs: tuple[Any, ...], d_inputs: tuple[Any, ...]) -> tuple[Any, ...]:
    x, weight, bias, activated = inputs
    dx, d_weight, d_bias, _ = d_inputs
    moved = None  # the convolution is linear in x and in (weight, bias)
    if dx is not None:
        moved = _operator(dx, weight, None, False)
    if d_weight is not None or d_bias is not None:
        by_weight = _operator(x, torch.zeros_like(weight) if d_weight is None else d_weight, d_bias, False)
        moved = by_weight if moved is None else moved + by_weight
    if activated and moved is not None:
        moved = moved * _silu_slope(_operator(x, weight, bias, False))
    return (moved,)


_operator = differentiable(
    "causal_conv",
    _run,
    _run_backward,
    fakes=(_fake, _fake_backward),
    keep=_keep,
    gradients=_gradients,
    refused=refusals(
        "causal_conv: backend 'numba'",
        "Call causal_conv(..., backend='reference'), which can be differentiated any number of times, either way.",
    ),
    tangents=_tangents,
)


def causal_conv_numba(x: Tensor, weight: Tensor, bias: Tensor | None, activation: str | None) -> Tensor:
    """Convolve on the CPU, with a first derivative; parameters are those of `mmkernels.causal_conv`, unchecked."""
    y: Tensor = _operator(x, weight, bias, activation == "silu")
    return y
