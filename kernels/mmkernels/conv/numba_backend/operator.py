"""Makes the kernels a PyTorch operator: autograd, torch.compile and torch.export see one opaque node.

Importing this file does not import Numba; the first call does.
"""

from typing import Any

from torch import Tensor

from mmkernels.torch_operator import differentiable


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


_operator = differentiable(
    "causal_conv",
    _run,
    _run_backward,
    fakes=(_fake, _fake_backward),
    keep=_keep,
    gradients=_gradients,
    refusal=(
        "causal_conv: the numba backend has no second derivative (a gradient of its gradient was asked for). "
        "Call causal_conv(..., backend='reference'), which autograd differentiates any number of times."
    ),
)


def causal_conv_numba(x: Tensor, weight: Tensor, bias: Tensor | None, activation: str | None) -> Tensor:
    """Convolve on the CPU, with a first derivative; parameters are those of `mmkernels.causal_conv`, unchecked."""
    y: Tensor = _operator(x, weight, bias, activation == "silu")
    return y
