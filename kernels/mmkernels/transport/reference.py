"""Sinkhorn as one would write it on a blackboard: float64, one problem at a time, nothing clever."""

import torch
from torch import Tensor

from mmkernels.transport.problem import Problem, Solved


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
    """Solve a batch; see `mmkernels.transport.problem`."""
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
