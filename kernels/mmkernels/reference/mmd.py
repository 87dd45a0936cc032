"""MMD² of two sets of points as plain sums over pairs."""

import torch
from torch import Tensor


def kernel(x: Tensor, y: Tensor, bandwidths: list[float]) -> Tensor:
    """Return the mean over bandwidths of exp(-|x_i - y_j|² / (2 bandwidth²)), (n, m)."""
    squared = (x[:, None] - y).square().sum(-1)
    return torch.stack([torch.exp(-squared / (2.0 * s * s)) for s in bandwidths]).mean(0)


def mmd_squared_reference(x: Tensor, y: Tensor, bandwidths: list[float], *, unbiased: bool) -> Tensor:
    """Return MMD² of the points x (n, d) and y (m, d): Gretton et al. 2012, equation 3 or 5."""
    n, m = len(x), len(y)
    within_x, within_y, between = kernel(x, x, bandwidths), kernel(y, y, bandwidths), kernel(x, y, bandwidths)
    if not unbiased:
        return within_x.mean() + within_y.mean() - 2.0 * between.mean()
    among_x = (within_x.sum() - within_x.trace()) / (n * (n - 1))
    among_y = (within_y.sum() - within_y.trace()) / (m * (m - 1))
    return among_x + among_y - 2.0 * between.mean()


def median_distance_reference(x: Tensor, y: Tensor) -> float:
    """Return the lower median of the distances between the points of both sets together."""
    points = torch.cat([x, y])
    distances = [(points[i] - points[j]).norm().item() for i in range(len(points)) for j in range(i)]
    return sorted(distances)[(len(distances) - 1) // 2]
