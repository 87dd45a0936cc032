"""Sinkhorn in PyTorch, the whole batch at once in the log domain, on any device."""

import torch
from torch import Tensor

from mmkernels.transport.problem import Problem, Solved

GLANCE = 10  # iterations between two looks at whether all are done; each look waits for the device


class _Batch:
    """Potentials of a batch, with padding out of the way: there the cost is inf and the log-marginals are -inf."""

    def __init__(self, problem: Problem) -> None:
        cost, mask_x, mask_y = problem.cost.detach(), problem.mask_x, problem.mask_y
        real_x = torch.ones_like(problem.a, dtype=torch.bool) if mask_x is None else mask_x
        real_y = torch.ones_like(problem.b, dtype=torch.bool) if mask_y is None else mask_y
        if mask_x is not None or mask_y is not None:
            cost = cost.masked_fill(~(real_x[:, :, None] & real_y[:, None, :]), torch.inf)
        self.cost, self.real_x, self.real_y = cost, real_x, real_y
        self.a = problem.a.detach().to(cost.dtype)
        self.log_a, self.log_b = self.a.log(), problem.b.detach().to(cost.dtype).log()
        self.f, self.g = torch.zeros_like(self.log_a), torch.zeros_like(self.log_b)
        self.rho = problem.rho

    def step(self, epsilon: Tensor, active: Tensor) -> Tensor:
        """Take one iteration where `active` (B,); return the row error (B,) of the plan before it."""
        eps, where = epsilon.to(self.cost.dtype)[:, None], active[:, None]
        damping = 1.0 / (1.0 + eps / self.rho)
        ahead = (self.log_b + self.g / eps)[:, None, :]
        soft = -eps * torch.logsumexp(ahead - self.cost / eps[:, :, None], dim=2)
        error = self.a * ((self.f - soft) / eps).exp() - self.a * (-self.f / self.rho).exp()
        error = error.masked_fill(~self.real_x, 0.0).abs().sum(1)
        self.f = torch.where(where & self.real_x, damping * soft, self.f)
        ahead = (self.log_a + self.f / eps)[:, :, None]
        soft = -eps * torch.logsumexp(ahead - self.cost / eps[:, :, None], dim=1)
        self.g = torch.where(where & self.real_y, damping * soft, self.g)
        return error


def solve_torch(problem: Problem) -> Solved:
    """Solve a batch; see `mmkernels.transport.problem`. A problem that is done is held while others go on."""
    batch, epsilon = _Batch(problem), problem.epsilon
    iterations = torch.zeros_like(epsilon, dtype=torch.int64)
    warm = problem.start
    while bool((warm > epsilon).any()):
        active = warm > epsilon
        batch.step(torch.where(active, warm, epsilon), active)
        iterations, warm = iterations + active, warm * problem.factor
    active = batch.real_x.any(1) & batch.real_y.any(1)
    for n_done in range(1, problem.max_iterations + 1):
        error = batch.step(epsilon, active)
        iterations = iterations + active
        active = active & ~error.isnan()
        if problem.tolerance > 0.0:
            active = active & (error > problem.tolerance)
            if n_done % GLANCE == 0 and not bool(active.any()):
                break
    f, g, eps = batch.f, batch.g, epsilon.to(batch.cost.dtype)[:, None, None]
    weight = batch.log_a[:, :, None] + batch.log_b[:, None, :]
    plan = (weight + (f[:, :, None] + g[:, None, :] - batch.cost) / eps).exp()
    plan = plan.masked_fill(~(batch.real_x[:, :, None] & batch.real_y[:, None, :]), 0.0)
    moved = (plan * torch.where(plan > 0, batch.cost, 0.0)).sum((1, 2), dtype=torch.float64)
    row_mass, column_mass = plan.sum(2, dtype=torch.float64), plan.sum(1, dtype=torch.float64)
    return Solved(plan, f.double(), g.double(), row_mass, column_mass, moved, iterations)
