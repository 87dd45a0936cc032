"""Makes the kernels a PyTorch operator: autograd, torch.compile and torch.export see one opaque node.

Importing this file does not import Numba; the first call does.
"""

from typing import Any

import torch
from torch import Tensor

from mmkernels.plain import is_plain


def _run(x: Tensor, weight: Tensor, bias: Tensor | None, activated: bool) -> Tensor:
    from mmkernels.conv.numba_backend import launch

    return launch.run_forward(x, weight, bias, activated)


def _run_backward(
    dy: Tensor, x: Tensor, weight: Tensor, bias: Tensor | None, activated: bool
) -> tuple[Tensor, Tensor, Tensor]:
    from mmkernels.conv.numba_backend import launch

    return launch.run_backward(dy, x, weight, bias, activated)


_forward = torch.library.custom_op("mmkernels::causal_conv", _run, mutates_args=())
_backward = torch.library.custom_op("mmkernels::causal_conv_backward", _run_backward, mutates_args=())


@_forward.register_fake
def _(x: Tensor, weight: Tensor, bias: Tensor | None, activated: bool) -> Tensor:
    return x.new_empty(x.shape)


@_backward.register_fake
def _(dy: Tensor, x: Tensor, weight: Tensor, bias: Tensor | None, activated: bool) -> tuple[Tensor, Tensor, Tensor]:
    dx, d_weight, d_bias = (x.new_empty((0,) if v is None else v.shape) for v in (x, weight, bias))
    return dx, d_weight, d_bias


def _setup_context(ctx: Any, inputs: tuple[Any, ...], output: Tensor) -> None:
    *tensors, ctx.activated = inputs
    ctx.save_for_backward(*tensors)


def _gradients(ctx: Any, *from_outside: Tensor, run: Any = _backward) -> tuple[Any, ...]:
    found = run(*from_outside, *ctx.saved_tensors, ctx.activated)
    return (*(g if need else None for g, need in zip(found, ctx.needs_input_grad[:3], strict=True)), None)


def _setup_nothing(ctx: Any, inputs: tuple[Any, ...], output: Any) -> None:
    """Keep nothing: there is no second derivative."""


def _refuse(ctx: Any, *gradients: Tensor) -> tuple[Any, ...]:
    raise RuntimeError(
        "causal_conv: the numba backend has no second derivative (a gradient of its gradient was asked for). "
        "Call causal_conv(..., backend='reference'), which autograd differentiates any number of times."
    )


class _EagerBackward(torch.autograd.Function):
    """The gradients for plain tensors, and the refusal to differentiate them."""

    @staticmethod
    def forward(*arguments: Any) -> Any:
        return _run_backward(*arguments)

    setup_context = staticmethod(_setup_nothing)
    backward = staticmethod(_refuse)


class _Eager(torch.autograd.Function):
    """The operator for plain tensors that nothing watches."""

    @staticmethod
    def forward(*arguments: Any) -> Any:
        return _run(*arguments)

    setup_context = staticmethod(_setup_context)

    @staticmethod
    def backward(ctx: Any, *gradients: Tensor) -> Any:
        return _gradients(ctx, *gradients, run=_EagerBackward.apply)


_forward.register_autograd(_gradients, setup_context=_setup_context)
_backward.register_autograd(_refuse, setup_context=_setup_nothing)


def causal_conv_numba(x: Tensor, weight: Tensor, bias: Tensor | None, activation: str | None) -> Tensor:
    """Convolve on the CPU, with a first derivative; parameters are those of `mmkernels.causal_conv`, unchecked."""
    run = _Eager.apply if is_plain((x, weight, bias)) else _forward
    y: Tensor = run(x, weight, bias, activation == "silu")
    return y
