"""Entropic transport value between points on a GPU, without a matrix of size (n, m) in memory.

Of a cost c[i, j] = sx[i] + sy[j] - w x[i].y[j] the kernels need only the part that depends on j: with
k = w log2(e) / epsilon and h[j] = log2 b[j] + (g[j] - sy[j]) log2(e) / epsilon the soft minimum over j is one logarithm
of sum_j 2**(h[j] + k x[i].y[j]). The launch iterates the kernels to the potentials; the gradient of the value needs the
potentials alone.
"""

import math
from typing import Any, NamedTuple

import torch
import triton
import triton.language as tl
from torch import Tensor

from mmkernels.torch_operator import differentiable, refusals


@triton.jit
def _exponents(x, y, h, k, at, sizes, BN: tl.constexpr, BM: tl.constexpr, BD: tl.constexpr):  # type: ignore[no-untyped-def]
    """Return (BN, BM) exponents h[j] + k x[i].y[j]; -inf beyond the last column. `at` is (batch, row, column)."""
    b, i0, j0 = at
    n, m, d = sizes
    i, j = i0 + tl.arange(0, BN), j0 + tl.arange(0, BM)
    dot = tl.zeros((BN, BM), tl.float32)
    for d0 in range(0, d, BD):
        c = d0 + tl.arange(0, BD)
        left = tl.load(x + (b * n + i)[:, None] * d + c[None, :], mask=(i < n)[:, None] & (c < d)[None, :], other=0.0)
        right = tl.load(y + (b * m + j)[None, :] * d + c[:, None], mask=(j < m)[None, :] & (c < d)[:, None], other=0.0)
        dot += tl.dot(left, right, input_precision="ieee")
    return dot * k + tl.load(h + b * m + j, mask=j < m, other=float("-inf"))[None, :]


@triton.jit
def soft_rows(x, y, h, k, out, n, m, d, BN: tl.constexpr, BM: tl.constexpr, BD: tl.constexpr):  # type: ignore[no-untyped-def]
    """Write out[b, i] = log2 sum_j 2**(h[b, j] + k[b] x[b, i].y[b, j]); x (B, n, d), y (B, m, d), k (B,)."""
    b = tl.program_id(1).to(tl.int64)
    i0 = tl.program_id(0) * BN
    scale = tl.load(k + b)
    best = tl.full((BN,), float("-inf"), tl.float32)
    total = tl.zeros((BN,), tl.float32)
    for j0 in range(0, m, BM):
        z = _exponents(x, y, h, scale, (b, i0, j0), (n, m, d), BN, BM, BD)
        new = tl.maximum(best, tl.max(z, axis=1))
        safe = tl.where(new == float("-inf"), 0.0, new)
        total = total * tl.exp2(best - safe) + tl.sum(tl.exp2(z - safe[:, None]), axis=1)
        best = new
    i = i0 + tl.arange(0, BN)
    tl.store(out + b * n + i, best + tl.log2(total), mask=i < n)


@triton.jit
def soft_mean(x, y, h, k, soft, out, n, m, d, BN: tl.constexpr, BM: tl.constexpr, BD: tl.constexpr):  # type: ignore[no-untyped-def]
    """Write out[b, i] = sum_j 2**(h[b, j] + k[b] x[b, i].y[b, j] - soft[b, i]) y[b, j], channels of one block."""
    b = tl.program_id(2).to(tl.int64)
    i0 = tl.program_id(0) * BN
    scale = tl.load(k + b)
    i, c = i0 + tl.arange(0, BN), tl.program_id(1) * BD + tl.arange(0, BD)
    norm = tl.load(soft + b * n + i, mask=i < n, other=0.0)
    norm = tl.where(norm == float("-inf"), 0.0, norm)
    total = tl.zeros((BN, BD), tl.float32)
    for j0 in range(0, m, BM):
        weight = tl.exp2(_exponents(x, y, h, scale, (b, i0, j0), (n, m, d), BN, BM, BD) - norm[:, None])
        j = j0 + tl.arange(0, BM)
        values = tl.load(y + (b * m + j)[:, None] * d + c[None, :], mask=(j < m)[:, None] & (c < d)[None, :], other=0.0)
        total += tl.dot(weight, values, input_precision="ieee")
    tl.store(out + (b * n + i)[:, None] * d + c[None, :], total, mask=(i < n)[:, None] & (c < d)[None, :])


TILE = {"BN": 64, "BM": 64, "BD": 32, "num_warps": 8}  # four warps would spill registers
CHECK_EVERY = 10  # iterations between two tests whether all problems are solved; each test waits for the device
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
        """Return the problem with x and y swapped."""
        return Points(self.y, self.x, self.sy, self.sx, self.b, self.a, self.epsilon, self.w)

    def offsets(self, g: Tensor) -> tuple[Tensor, Tensor]:
        """Return h (B, m) and k (B,) of the kernels."""
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
    """Return the row sums of the plan of the potentials f and g, (B, n)."""
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
            if n_done % CHECK_EVERY == 0 and not bool(active.any()):
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


def _run(
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
    at = Points(x, y, sx, sy, a, b, epsilon, w).ready()
    f, g, iterations = potentials(at, (real_x, real_y), 0.5 * tolerance, max_iterations)
    p, q = row_mass(at, f, g), row_mass(at.swapped(), g, f)
    error = (p - a).abs().sum(1) + (q - b).abs().sum(1)
    linear = (a.double() * f).sum(1) + (b.double() * g).sum(1)
    entropy = epsilon * (p.sum(1, dtype=torch.float64) - a.sum(1, dtype=torch.float64) * b.sum(1, dtype=torch.float64))
    return (linear - entropy).to(x.dtype), f, g, error, iterations


def _fake(x: Tensor, y: Tensor, sx: Tensor, sy: Tensor, a: Tensor, b: Tensor, *_: Any) -> tuple[Tensor, ...]:
    n_batch = x.shape[0]
    iterations = x.new_empty(n_batch, dtype=torch.int64)
    return x.new_empty(n_batch), a.new_empty(a.shape), b.new_empty(b.shape), x.new_empty(n_batch), iterations


def _run_backward(
    x: Tensor, y: Tensor, sx: Tensor, sy: Tensor, a: Tensor, b: Tensor, f: Tensor, g: Tensor, epsilon: Tensor, w: float
) -> tuple[Tensor, Tensor, Tensor, Tensor]:
    """Return P y, P' x, and the row and column sums of P."""
    at = Points(x, y, sx, sy, a, b, epsilon, w).ready()
    to_x, p = moved_points(at, f, g)
    to_y, q = moved_points(at.swapped(), g, f)
    return to_x, to_y, p, q


def _fake_backward(x: Tensor, y: Tensor, sx: Tensor, sy: Tensor, a: Tensor, b: Tensor, *_: Any) -> tuple[Tensor, ...]:
    return tuple(v.new_empty(v.shape) for v in (x, y, a, b))


def _save(ctx: Any, inputs: tuple[Any, ...], output: tuple[Tensor, ...]) -> None:
    x, y, sx, sy, a, b, _, _, epsilon, w, _, _ = inputs
    _, f, g, error, iterations = output
    ctx.save_for_backward(x, y, sx, sy, a, b, f, g, epsilon)
    ctx.w = w
    ctx.mark_non_differentiable(f, g, error, iterations)


def _gradients(ctx: Any, run: Any, d_value: Tensor, *_: Any) -> tuple[Any, ...]:
    x, y, sx, sy, a, b, f, g, epsilon = ctx.saved_tensors
    to_x, to_y, p, q = run(x, y, sx, sy, a, b, f, g, epsilon, ctx.w)
    share, eps = d_value[:, None], epsilon.to(x.dtype)[:, None]
    d_a = torch.where(a > 0, share * (f - eps * (1.0 - b.sum(1, keepdim=True))), 0.0)
    d_b = torch.where(b > 0, share * (g - eps * (1.0 - a.sum(1, keepdim=True))), 0.0)
    points = (-ctx.w * share[:, :, None] * part for part in (to_x, to_y))
    return (*points, share * p, share * q, d_a, d_b, *(None,) * 6)


sinkhorn_points = differentiable(
    "sinkhorn_points",
    _run,
    _run_backward,
    fakes=(_fake, _fake_backward),
    save=_save,
    gradients=_gradients,
    refused=refusals(
        "entropic_value: backend 'triton'",
        "Pass backend='reference', which can be differentiated any number of times, either way.",
        forward=False,
    ),
)
