"""The sum of a bank of Gaussian kernels over all pairs of two sets, and its gradient, in one pass of linear memory."""

from typing import Any

import torch
from torch import Tensor

from mmkernels.mmd.sets import Sets
from mmkernels.torch_operator import refusals
from mmkernels.transforms import is_transformed

REFUSED = refusals(
    "mmd_squared: backend 'torch'",
    "Call mmd_squared(..., backend='reference'), which can be differentiated any number of times, either way.",
)
BLOCK_PAIRS = 2**18  # pairs of points whose kernel values are held at a time


def _bank(squared: Tensor, bandwidth: Tensor, factors: tuple[float, ...], slope: bool) -> tuple[Tensor, Tensor | None]:
    """Return k(s) = mean over f of exp(-s / (2 (f bandwidth)²)) of squared distances s, and dk/ds if asked for."""
    scaled = squared * (-0.5 / bandwidth.square())[:, None, None]
    values, slopes = torch.zeros_like(scaled), torch.zeros_like(scaled) if slope else None
    for factor in factors:
        one = torch.exp(scaled / factor**2)
        values += one
        if slopes is not None:
            slopes.add_(one, alpha=1.0 / factor**2)
    if slopes is not None:
        slopes *= (-0.5 / (len(factors) * bandwidth.square()))[:, None, None]
    return values.div_(len(factors)), slopes


class _Gradients(torch.autograd.Function):
    """The gradients of the sum, which have no derivative of their own."""

    @staticmethod
    def forward(ctx: Any, from_outside: Tensor, x: Tensor, y: Tensor, *slopes: Tensor | None) -> Any:
        return tuple(None if g is None else g * from_outside[:, None, None] for g in slopes)

    @staticmethod
    def backward(ctx: Any, *from_outside: Tensor) -> Any:
        raise RuntimeError(REFUSED.second)


class _KernelSum(torch.autograd.Function):
    @staticmethod
    def forward(ctx: Any, x: Tensor, y: Tensor, x_real: Tensor, y_real: Tensor, *options: Any) -> Tensor:
        bandwidth, factors, with_self = options
        slope = any(ctx.needs_input_grad[:2])
        total = torch.zeros_like(bandwidth)
        dx, dy = (torch.zeros_like(x), torch.zeros_like(y)) if slope else (None, None)
        center = y.mean(1, keepdim=True)  # products with the slopes lose digits far away from the origin
        near_x, near_y = (x - center, y - center) if slope else (x, y)
        size = max(1, BLOCK_PAIRS // max(1, x.shape[0] * y.shape[1]))
        for first in range(0, x.shape[1], size):
            here = slice(first, first + size)
            pairs = x_real[:, here].unsqueeze(2) & y_real.unsqueeze(1)
            if not with_self:
                pairs.diagonal(first, 1, 2).zero_()
            distances = torch.cdist(x[:, here], y, compute_mode="donot_use_mm_for_euclid_dist")
            values, slopes = _bank(distances.square_(), bandwidth, factors, slope)
            total += (values * pairs).sum((1, 2))
            if slopes is not None and dx is not None and dy is not None:
                # d|x_i - y_j|² = 2 (x_i - y_j) (dx_i - dy_j), so both gradients are products with the slopes.
                slopes *= 2 * pairs
                dx[:, here] = near_x[:, here] * slopes.sum(2, keepdim=True) - slopes @ near_y
                dy += near_y * slopes.sum(1).unsqueeze(2) - slopes.transpose(1, 2) @ near_x[:, here]
        ctx.save_for_backward(x, y, dx, dy)
        return total

    @staticmethod
    def backward(ctx: Any, *from_outside: Tensor) -> tuple[Any, ...]:
        if torch.is_grad_enabled():  # create_graph=True
            return (*_Gradients.apply(from_outside[0], *ctx.saved_tensors), *(None,) * 5)
        found = (None if g is None else g * from_outside[0][:, None, None] for g in ctx.saved_tensors[2:])
        return (*found, *(None,) * 5)


def sum_of_kernel(x: Sets, y: Sets, bandwidth: Tensor, factors: tuple[float, ...], *, with_self: bool) -> Tensor:
    """Return the sum of k(x_i, y_j) over all real pairs, (P,); without j = i unless `with_self`.

    Rows are taken in blocks. Distances are differences of points, not of squares, so that near pairs of far-away
    points keep their digits. Inside a transform of torch.func, or of forward-mode differentiation, all pairs exist at
    once, as in `sum_of_kernel_composed`.
    """
    if is_transformed() and not torch.compiler.is_compiling():
        return sum_of_kernel_composed(x, y, bandwidth, factors, with_self=with_self)
    total: Tensor = _KernelSum.apply(x.points, y.points, x.real, y.real, bandwidth, factors, with_self)
    return total


def sum_of_kernel_composed(
    x: Sets, y: Sets, bandwidth: Tensor, factors: tuple[float, ...], *, with_self: bool
) -> Tensor:
    """Return the same sum by operations that PyTorch differentiates any number of times; all pairs are in memory."""
    pairs = x.real.unsqueeze(2) & y.real.unsqueeze(1)
    if not with_self:
        pairs = pairs & ~torch.eye(x.real.shape[1], y.real.shape[1], dtype=torch.bool, device=pairs.device)
    squared = (x.points[:, :, None] - y.points[:, None]).square().sum(-1)
    scaled = squared * (-0.5 / bandwidth.square())[:, None, None]
    values = sum((torch.exp(scaled / factor**2) for factor in factors), torch.zeros_like(scaled)) / len(factors)
    return torch.where(pairs, values, 0.0).sum((1, 2))
