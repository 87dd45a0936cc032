"""Launches the kernels over a batch, and iterates them to the potentials and to the gradient of the value."""

import math
from typing import NamedTuple

import torch
import triton
from torch import Tensor

from mmkernels.transport.triton_backend.kernels import soft_mean, soft_rows

TILE = {"BN": 64, "BM": 64, "BD": 32, "num_warps": 8}  # four warps would spill registers
GLANCE = 10  # iterations between two looks at whether all are done; each look waits for the device
LOG2_E = math.log2(math.e)


class Points(NamedTuple):
    """Points x (B, n, d), y (B, m, d) with cost sx[i] + sy[j] - w x[i].y[j], marginals a, b, epsilon (B,) float32."""

    x: Tensor
    y: Tensor
    sx: Tensor
    sy: Tensor
    a: Tensor
    b: Tensor
    epsilon: Tensor
    w: float

    def ready(self) -> "Points":
        """Return the same problem, contiguous and with epsilon in float32, as the kernels need it."""
        x, y, sx, sy, a, b = (part.contiguous() for part in self[:6])
        return Points(x, y, sx, sy, a, b, self.epsilon.float(), self.w)

    def swapped(self) -> "Points":
        """Return the problem seen from the other side."""
        return Points(self.y, self.x, self.sy, self.sx, self.b, self.a, self.epsilon, self.w)

    def offsets(self, g: Tensor) -> tuple[Tensor, Tensor]:
        """Return what the kernels call h (B, m) and k (B,)."""
        scale = LOG2_E / self.epsilon
        return (self.b.log2() + (g - self.sy) * scale[:, None]).contiguous(), (self.w * scale).contiguous()


def _rows(at: Points, g: Tensor) -> Tensor:
    """Return log2 of the sum over columns (B, n)."""
    (n_batch, n, d), m = at.x.shape, at.y.shape[1]
    h, k = at.offsets(g)
    out = at.x.new_empty(n_batch, n)
    if out.numel():
        grid = (triton.cdiv(n, TILE["BN"]), n_batch)
        soft_rows[grid](at.x, at.y, h, k, out, n, m, d, **TILE)
    return out


def _soft_minimum(at: Points, g: Tensor) -> Tensor:
    """Return the soft minimum over columns of c[i, j] - g[j], (B, n)."""
    return at.sx - at.epsilon[:, None] / LOG2_E * _rows(at, g)


def row_mass(at: Points, f: Tensor, g: Tensor) -> Tensor:
    """Return the row sums of the plan that f and g stand for, (B, n)."""
    return torch.where(at.a > 0, at.a * ((f - _soft_minimum(at, g)) / at.epsilon[:, None]).exp(), 0.0)


def potentials(at: Points, real: tuple[Tensor, Tensor], tolerance: float, limit: int) -> tuple[Tensor, Tensor, Tensor]:
    """Return f (B, n), g (B, m) and the iterations (B,); `real` are the masks, potentials elsewhere stay 0."""
    back = at.swapped()
    f, g = torch.zeros_like(at.a), torch.zeros_like(at.b)
    iterations = torch.zeros(f.shape[0], dtype=torch.int64, device=f.device)
    active = real[0].any(1) & real[1].any(1)
    for n_done in range(1, limit + 1):
        soft = _soft_minimum(at, g)
        mass = torch.where(at.a > 0, at.a * ((f - soft) / at.epsilon[:, None]).exp(), 0.0)
        f = torch.where(active[:, None] & real[0], soft, f)
        g = torch.where(active[:, None] & real[1], _soft_minimum(back, f), g)
        iterations = iterations + active
        error = (mass - at.a).abs().sum(1)
        active = active & ~error.isnan()
        if tolerance > 0.0:
            active = active & (error > tolerance)
            if n_done % GLANCE == 0 and not bool(active.any()):
                break
    return f, g, iterations


def moved_points(at: Points, f: Tensor, g: Tensor) -> tuple[Tensor, Tensor]:
    """Return P y (B, n, d) and the row sums of P (B, n)."""
    (n_batch, n, d), m = at.x.shape, at.y.shape[1]
    h, k = at.offsets(g)
    soft, out = _rows(at, g), torch.empty_like(at.x)
    if out.numel():
        grid = (triton.cdiv(n, TILE["BN"]), triton.cdiv(d, TILE["BD"]), n_batch)
        soft_mean[grid](at.x, at.y, h, k, soft, out, n, m, d, **TILE)
    mass = row_mass(at, f, g)
    return out * mass[:, :, None], mass
