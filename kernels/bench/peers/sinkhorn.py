"""Sinkhorn in PyTorch, batched, in the log domain: what one writes without a kernel, and in float64 the truth."""

import math

import torch
from torch import Tensor


def clouds(problems: int, size: int) -> tuple[Tensor, Tensor]:
    """Return two batches of point clouds in 32 dimensions, (B, n, 32) each."""
    draw = torch.Generator().manual_seed(0)
    return torch.randn(problems, size, 32, generator=draw), torch.randn(problems, size, 32, generator=draw) + 0.3


def costs(problems: int, size: int) -> Tensor:
    """Return squared distances between two clouds, (B, n, n), each problem's largest 1."""
    X, Y = clouds(problems, size)
    cost = torch.cdist(X, Y).square()
    return cost / cost.amax((1, 2), keepdim=True)


def sinkhorn_log(cost: Tensor, epsilon: float, iterations: int) -> tuple[Tensor, Tensor, Tensor]:
    """Return plan (B, n, m) and log potentials after a fixed number of iterations; marginals uniform of mass 1.

    Source: Cuturi, *Sinkhorn Distances*, NeurIPS 2013, Algorithm 1, with logarithms kept.
    """
    n_batch, n, m = cost.shape
    kernel, u, v = -cost / epsilon, cost.new_zeros(n_batch, n), cost.new_zeros(n_batch, m)
    for _ in range(iterations):
        u = -math.log(n) - torch.logsumexp(kernel + v[:, None, :], 2)
        v = -math.log(m) - torch.logsumexp(kernel + u[:, :, None], 1)
    return torch.exp(kernel + u[:, :, None] + v[:, None, :]), u, v
