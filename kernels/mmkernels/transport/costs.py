"""Pairwise cost between the points of two sequences: cosine or squared Euclidean distance."""

from typing import Any, Literal

import torch
from torch import Tensor

from mmkernels.transforms import is_transformed
from mmkernels.transport.arguments import check_floats, fail

Metric = Literal["cosine", "sqeuclidean"]
METRICS = ("cosine", "sqeuclidean")


def check_points(operator: str, x: object, y: object, metric: str) -> tuple[Tensor, Tensor]:
    """Return two batches of points if they go together."""
    left, right = check_floats(operator, "x", x, "(B, n, d)"), check_floats(operator, "y", y, "(B, m, d)")
    if left.shape[0] != right.shape[0] or left.shape[2] != right.shape[2]:
        seen = f"of shape {tuple(right.shape)} and x of shape {tuple(left.shape)}"
        fail(operator, "y", "of shape (B, m, d), B and d as in x", seen, "Project both to the same width first.")
    if left.dtype != right.dtype or left.device != right.device:
        expected, seen = f"{left.dtype} on {left.device}, as x", f"{right.dtype} on {right.device}"
        fail(operator, "y", expected, seen, "Pass y.to(x).")
    if metric not in METRICS:
        fail(operator, "metric", f"one of {METRICS}", repr(metric), "For another cost pass its matrix to a plan.")
    return left, right


def unit(points: Tensor) -> Tensor:
    """Return points / |point|; a point at the origin stays there."""
    norm = torch.linalg.vector_norm(points, dim=-1, keepdim=True)
    return points / torch.where(norm > 0, norm, 1.0)


class _SquaredDistances(torch.autograd.Function):
    """|x - y|² of all pairs by differences, without a tensor of them; backward is made of operations with derivatives."""

    @staticmethod
    def forward(ctx: Any, x: Tensor, y: Tensor) -> Tensor:
        ctx.save_for_backward(x, y)
        return torch.cdist(x, y, compute_mode="donot_use_mm_for_euclid_dist").square()

    @staticmethod
    def backward(ctx: Any, *from_outside: Tensor) -> tuple[Tensor, Tensor]:
        (g,), (x, y) = from_outside, ctx.saved_tensors
        center = y.detach().mean(1, keepdim=True)  # products with far-away points lose digits
        x, y = x - center, y - center
        dx = x * g.sum(2).unsqueeze(2) - g @ y
        dy = y * g.sum(1).unsqueeze(2) - g.transpose(1, 2) @ x
        return 2.0 * dx, 2.0 * dy


def pairwise_cost(x: Tensor, y: Tensor, *, metric: Metric = "cosine") -> Tensor:
    """Return the cost of every pair of points, C[i, j] = c(x[i], y[j]).

    Parameters
    ----------
    x, y
        (B, n, d), (B, m, d), points; float32 or float64.
    metric
        "cosine": 1 - x.y / (|x| |y|), between 0 and 2 (AlignMamba, arXiv:2412.00833, eq. 3); a point at the
        origin costs 1. "sqeuclidean": |x - y|**2, computed from differences, so that equal points cost exactly 0.

    Returns
    -------
    Tensor
        (B, n, m), dtype of x, differentiable in x and y.

    Raises
    ------
    TypeError, ValueError
        If shapes, dtypes or devices disagree, a side is empty, or the metric is not known.

    Examples
    --------
    >>> import torch
    >>> from mmkernels import pairwise_cost
    >>> points = torch.tensor([[[1.0, 0.0], [0.0, 2.0]]])
    >>> pairwise_cost(points, points)
    tensor([[[0., 1.],
             [1., 0.]]])
    """
    left, right = check_points("pairwise_cost", x, y, metric)
    if metric == "cosine":
        return 1.0 - unit(left) @ unit(right).transpose(1, 2)
    if is_transformed():
        return (left[:, :, None] - right[:, None]).square().sum(-1)
    if torch.is_grad_enabled() and (left.requires_grad or right.requires_grad):
        squared: Tensor = _SquaredDistances.apply(left, right)
        return squared
    return torch.cdist(left, right, compute_mode="donot_use_mm_for_euclid_dist").square()
