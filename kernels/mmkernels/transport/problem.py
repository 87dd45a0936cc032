"""What every Sinkhorn backend is given, and what it returns."""

from typing import NamedTuple

import torch
from torch import Tensor


class Problem(NamedTuple):
    """A batch of transport problems, arguments checked and none left out but the masks.

    Parameters
    ----------
    cost
        (B, n, m).
    a, b
        (B, n), (B, m), marginals, 0 at padding.
    mask_x, mask_y
        (B, n), (B, m) bool, True where real; None: all real. The cost at padding is never looked at.
    epsilon
        (B,) float64, strength of the entropy in units of cost.
    start, factor
        (B,) float64 and a number in (0, 1): one iteration each at start, start * factor, ... while that is above
        epsilon. No warm-up where start <= epsilon.
    rho
        Strength of the marginal penalty in units of cost; inf: marginals are exact.
    tolerance
        Stop once the rows are this close (L1) to what optimality asks; 0: never.
    max_iterations
        Bound on the iterations at epsilon itself.
    """

    cost: Tensor
    a: Tensor
    b: Tensor
    mask_x: Tensor | None
    mask_y: Tensor | None
    epsilon: Tensor
    start: Tensor
    factor: float
    rho: float
    tolerance: float
    max_iterations: int


class Solved(NamedTuple):
    """The plan (B, n, m) in the dtype of the cost, and in float64 what was measured on it.

    f (B, n), g (B, m) are the potentials (0 at padding), row_mass (B, n) and column_mass (B, m) the plan's marginals,
    moved (B,) is <plan, cost>, and iterations (B,) is int64.
    """

    plan: Tensor
    f: Tensor
    g: Tensor
    row_mass: Tensor
    column_mass: Tensor
    moved: Tensor
    iterations: Tensor


def real_first(mask: Tensor | None, n_batch: int, n: int) -> tuple[Tensor, Tensor]:
    """Return the indices of the real entries in order, then of the padding (B, n), and how many are real (B,)."""
    if mask is None:
        order = torch.arange(n, device="cpu").expand(n_batch, n).contiguous()
        return order, torch.full((n_batch,), n, device="cpu")
    return torch.sort(~mask, dim=1, stable=True).indices.contiguous(), mask.sum(1)
