"""Makes the value between points a PyTorch operator whose gradient needs the potentials alone."""

from typing import Any

import torch
from torch import Tensor


@torch.library.custom_op("mmkernels::sinkhorn_points", mutates_args=())
def sinkhorn_points(
    x: Tensor,
    y: Tensor,
    sx: Tensor,
    sy: Tensor,
    a: Tensor,
    b: Tensor,
    real_x: Tensor,
    real_y: Tensor,
    epsilon: Tensor,
    w: float,
    tolerance: float,
    max_iterations: int,
) -> tuple[Tensor, Tensor, Tensor, Tensor, Tensor]:
    """Return value (B,), f (B, n), g (B, m), marginal error and iterations (B,)."""
    from mmkernels.transport.triton_backend.launch import Points, potentials, row_mass

    at = Points(x, y, sx, sy, a, b, epsilon, w).ready()
    f, g, iterations = potentials(at, (real_x, real_y), 0.5 * tolerance, max_iterations)
    p, q = row_mass(at, f, g), row_mass(at.swapped(), g, f)
    error = (p - a).abs().sum(1) + (q - b).abs().sum(1)
    linear = (a.double() * f).sum(1) + (b.double() * g).sum(1)
    entropy = epsilon * (p.sum(1, dtype=torch.float64) - a.sum(1, dtype=torch.float64) * b.sum(1, dtype=torch.float64))
    return (linear - entropy).to(x.dtype), f, g, error, iterations


@sinkhorn_points.register_fake
def _(
    x: Tensor,
    y: Tensor,
    sx: Tensor,
    sy: Tensor,
    a: Tensor,
    b: Tensor,
    real_x: Tensor,
    real_y: Tensor,
    epsilon: Tensor,
    w: float,
    tolerance: float,
    max_iterations: int,
) -> tuple[Tensor, Tensor, Tensor, Tensor, Tensor]:
    n_batch = x.shape[0]
    iterations = x.new_empty(n_batch, dtype=torch.int64)
    return x.new_empty(n_batch), a.new_empty(a.shape), b.new_empty(b.shape), x.new_empty(n_batch), iterations


@torch.library.custom_op("mmkernels::sinkhorn_points_backward", mutates_args=())
def _backward(
    x: Tensor, y: Tensor, sx: Tensor, sy: Tensor, a: Tensor, b: Tensor, f: Tensor, g: Tensor, epsilon: Tensor, w: float
) -> tuple[Tensor, Tensor, Tensor, Tensor]:
    """Return P y, P' x, and the row and column sums of P."""
    from mmkernels.transport.triton_backend.launch import Points, moved_points

    at = Points(x, y, sx, sy, a, b, epsilon, w).ready()
    to_x, p = moved_points(at, f, g)
    to_y, q = moved_points(at.swapped(), g, f)
    return to_x, to_y, p, q


@_backward.register_fake
def _(
    x: Tensor, y: Tensor, sx: Tensor, sy: Tensor, a: Tensor, b: Tensor, f: Tensor, g: Tensor, epsilon: Tensor, w: float
) -> tuple[Tensor, Tensor, Tensor, Tensor]:
    return x.new_empty(x.shape), y.new_empty(y.shape), a.new_empty(a.shape), b.new_empty(b.shape)


def _setup_context(ctx: Any, inputs: tuple[Any, ...], output: tuple[Tensor, ...]) -> None:
    x, y, sx, sy, a, b, _, _, epsilon, w, _, _ = inputs
    _, f, g, error, iterations = output
    ctx.save_for_backward(x, y, sx, sy, a, b, f, g, epsilon)
    ctx.w = w
    ctx.mark_non_differentiable(f, g, error, iterations)


def _gradients(ctx: Any, d_value: Tensor, *_: Any) -> tuple[Any, ...]:
    x, y, sx, sy, a, b, f, g, epsilon = ctx.saved_tensors
    to_x, to_y, p, q = _backward(x, y, sx, sy, a, b, f, g, epsilon, ctx.w)
    share, eps = d_value[:, None], epsilon.to(x.dtype)[:, None]
    d_a = torch.where(a > 0, share * (f - eps * (1.0 - b.sum(1, keepdim=True))), 0.0)
    d_b = torch.where(b > 0, share * (g - eps * (1.0 - a.sum(1, keepdim=True))), 0.0)
    points = (-ctx.w * share[:, :, None] * part for part in (to_x, to_y))
    return (*points, share * p, share * q, d_a, d_b, *(None,) * 6)


def _setup_nothing(ctx: Any, inputs: tuple[Any, ...], output: Any) -> None:
    """Keep nothing: there is no second derivative."""


def _refuse(ctx: Any, *gradients: Tensor) -> Any:
    raise RuntimeError(
        "entropic_value: there is no second derivative (a gradient of its gradient was asked for). "
        "Detach what goes into the second one."
    )


sinkhorn_points.register_autograd(_gradients, setup_context=_setup_context)
_backward.register_autograd(_refuse, setup_context=_setup_nothing)
