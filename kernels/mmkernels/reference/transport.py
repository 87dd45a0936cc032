"""Optimal transport: the batch of problems every backend receives, Sinkhorn's algorithm in float64 one problem at a time, and the relaxed plan."""

from typing import NamedTuple

import torch
from torch import Tensor

from mmkernels.transforms import values_are_readable


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


def _soft_minimum(values: Tensor, weights: Tensor, epsilon: float) -> Tensor:
    """Return -epsilon log sum_j weights[j] exp(-values[..., j] / epsilon)."""
    return -epsilon * torch.logsumexp(torch.log(weights) - values / epsilon, dim=-1)


def _solve_one(
    C: Tensor, a: Tensor, b: Tensor, epsilon: float, start: float, rest: Problem
) -> tuple[Tensor, Tensor, int]:
    """Return f (n,), g (m,) and the number of iterations for one problem without padding."""
    f, g, n_done = torch.zeros_like(a), torch.zeros_like(b), 0
    while start > epsilon:  # the warm-up
        damping = 1.0 / (1.0 + start / rest.rho)
        f = damping * _soft_minimum(C - g, b, start)
        g = damping * _soft_minimum(C.T - f, a, start)
        start, n_done = start * rest.factor, n_done + 1
    damping = 1.0 / (1.0 + epsilon / rest.rho)
    for _ in range(rest.max_iterations):
        soft = _soft_minimum(C - g, b, epsilon)
        row_mass = a * torch.exp((f - soft) / epsilon)  # of the plan that f and g stand for now
        error = (row_mass - a * torch.exp(-f / rest.rho)).abs().sum()
        f = damping * soft
        g = damping * _soft_minimum(C.T - f, a, epsilon)
        n_done += 1
        if error.isnan() or (rest.tolerance > 0.0 and error <= rest.tolerance):
            break
    return f, g, n_done


def solve_reference(problem: Problem) -> Solved:
    """Solve a batch; see `mmkernels.reference.transport`."""
    dtype, (n_batch, n, m) = problem.cost.dtype, problem.cost.shape
    cost = problem.cost.detach().double()
    plan, f, g = cost.new_zeros(n_batch, n, m), cost.new_zeros(n_batch, n), cost.new_zeros(n_batch, m)
    moved, iterations = cost.new_zeros(n_batch), torch.zeros(n_batch, dtype=torch.int64, device=cost.device)
    for p in range(n_batch):
        rows = torch.arange(n, device=cost.device) if problem.mask_x is None else problem.mask_x[p].nonzero()[:, 0]
        columns = torch.arange(m, device=cost.device) if problem.mask_y is None else problem.mask_y[p].nonzero()[:, 0]
        if len(rows) == 0 or len(columns) == 0:
            continue
        C, a, b = cost[p][rows][:, columns], problem.a[p].double()[rows], problem.b[p].double()[columns]
        epsilon = problem.epsilon[p].item()
        f_one, g_one, n_done = _solve_one(C, a, b, epsilon, problem.start[p].item(), problem)
        one = a[:, None] * b * torch.exp((f_one[:, None] + g_one - C) / epsilon)
        f[p, rows], g[p, columns], iterations[p] = f_one, g_one, n_done
        plan[p, rows[:, None], columns] = one
        moved[p] = (one * torch.where(one > 0, C, 0.0)).sum()
    return Solved(plan.to(dtype), f, g, plan.sum(2), plan.sum(1), moved, iterations)


def relaxed_reference(cost: Tensor, a: Tensor, mask_x: Tensor | None, mask_y: Tensor | None) -> tuple[Tensor, Tensor]:
    """Return plan (B, n, m) and cost (B,), row by row; in one batch where values may not be inspected."""
    if not values_are_readable():
        return relaxed_torch(cost, a, mask_x, mask_y)
    n_batch, n, m = cost.shape
    plan, spent = torch.zeros_like(cost).detach(), []
    for p in range(n_batch):
        columns = torch.arange(m, device=cost.device) if mask_y is None else mask_y[p].nonzero()[:, 0]
        total = cost.new_zeros(())
        for i in range(n):
            if mask_x is not None and not bool(mask_x[p, i]):
                continue
            nearest = int(columns[torch.argmin(cost[p, i, columns].detach())])
            plan[p, i, nearest] = a[p, i].detach()
            total = total + a[p, i] * cost[p, i, nearest]
        spent.append(total)
    return plan, torch.stack(spent) if spent else cost.new_zeros(0)


def relaxed_torch(cost: Tensor, a: Tensor, mask_x: Tensor | None, mask_y: Tensor | None) -> tuple[Tensor, Tensor]:
    """Return plan (B, n, m) and cost (B,), for the whole batch at once."""
    if mask_y is not None:
        cost = cost.masked_fill(~mask_y[:, None, :], torch.inf)
    nearest = cost.detach().argmin(dim=2, keepdim=True)
    least = torch.gather(cost, 2, nearest).squeeze(2)
    if mask_x is not None:
        least = torch.where(mask_x, least, torch.zeros_like(least))
    plan = torch.zeros_like(cost).detach().scatter(2, nearest, a.detach().unsqueeze(2))
    return plan, (a * least).sum(1)
