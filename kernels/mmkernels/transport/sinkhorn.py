"""Sinkhorn's algorithm in batched PyTorch, and every Sinkhorn solver as a PyTorch operator with derivatives."""

import math
from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor

from mmkernels.reference.transport import Problem, Solved, solve_reference
from mmkernels.torch_operator import differentiable, only_needed, refusals, without_derivative
from mmkernels.transforms import is_traced, is_transformed
from mmkernels.transport.implicit_gradient import Optimum, gradients, sinkhorn_by_newton, tangents, value_of

CHECK_EVERY = 10  # iterations between two tests whether all problems are solved; each test waits for the device


class _Batch:
    """Potentials of a batch; at padding the cost is inf and the log-marginals are -inf."""

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
    """Solve a batch; see `mmkernels.reference.transport`. A solved problem keeps its potentials while others continue."""
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
            if n_done % CHECK_EVERY == 0 and not bool(active.any()):
                break
    f, g, eps = batch.f, batch.g, epsilon.to(batch.cost.dtype)[:, None, None]
    weight = batch.log_a[:, :, None] + batch.log_b[:, None, :]
    plan = (weight + (f[:, :, None] + g[:, None, :] - batch.cost) / eps).exp()
    plan = plan.masked_fill(~(batch.real_x[:, :, None] & batch.real_y[:, None, :]), 0.0)
    moved = (plan * torch.where(plan > 0, batch.cost, 0.0)).sum((1, 2), dtype=torch.float64)
    row_mass, column_mass = plan.sum(2, dtype=torch.float64), plan.sum(1, dtype=torch.float64)
    return Solved(plan, f.double(), g.double(), row_mass, column_mass, moved, iterations)


_Result = tuple[Tensor, Tensor, Tensor, Tensor, Tensor, Tensor, Tensor]


def _solver(name: str) -> Callable[[Problem], Solved]:
    if name == "numba":
        from mmkernels.cpu.sinkhorn import solve_numba

        return solve_numba
    return {"torch": solve_torch, "reference": solve_reference}[name]


def _error(mass: Tensor, marginal: Tensor, potential: Tensor, rho: float | None) -> Tensor:
    """Return the L1 distance (B,) of the plan's mass from the optimality condition."""
    expected = marginal.double()
    if rho is not None:
        expected = expected * torch.exp(-potential / rho)
    return (mass - expected).abs().sum(1)


def _run(
    solver: str,
    cost: Tensor,
    a: Tensor,
    b: Tensor,
    mask_x: Tensor | None,
    mask_y: Tensor | None,
    epsilon: Tensor,
    start: Tensor,
    factor: float,
    rho: float | None,
    tolerance: float,
    max_iterations: int,
) -> tuple[Tensor, Tensor, Tensor, Tensor, Tensor, Tensor, Tensor]:
    """Return plan (B, n, m), value, <plan, cost> (B,), f (B, n), g (B, m), marginal error and iterations (B,)."""
    finite_rho = math.inf if rho is None else rho
    problem = Problem(cost, a, b, mask_x, mask_y, epsilon, start, factor, finite_rho, 0.5 * tolerance, max_iterations)
    done = _solver(solver)(problem)
    dtype = cost.dtype
    value = value_of(Optimum(cost, a, b, done.plan, done.f, done.g, epsilon, rho))
    error = _error(done.row_mass, a, done.f, rho) + _error(done.column_mass, b, done.g, rho)
    return (
        done.plan,
        value.to(dtype),
        done.moved.to(dtype),
        done.f.to(dtype),
        done.g.to(dtype),
        error.to(dtype),
        done.iterations,
    )


def _fake(solver: str, cost: Tensor, *_: Any) -> _Result:
    plan, (n_batch, n, m) = cost.new_empty(cost.shape), cost.shape
    value, moved, error = (cost.new_empty(n_batch) for _ in range(3))
    iterations = cost.new_empty(n_batch, dtype=torch.int64)
    return plan, value, moved, cost.new_empty(n_batch, n), cost.new_empty(n_batch, m), error, iterations


def _run_backward(
    d_plan: Tensor | None,
    d_value: Tensor | None,
    d_moved: Tensor | None,
    cost: Tensor,
    a: Tensor,
    b: Tensor,
    plan: Tensor,
    f: Tensor,
    g: Tensor,
    epsilon: Tensor,
    rho: float | None,
) -> tuple[Tensor, Tensor, Tensor]:
    return gradients(Optimum(cost, a, b, plan, f, g, epsilon, rho), d_plan, d_value, d_moved)


def _fake_backward(d_plan: Any, d_value: Any, d_moved: Any, *inputs: Any) -> tuple[Tensor, ...]:
    return tuple(v.new_empty(v.shape) for v in inputs[:3])


def _save(ctx: Any, inputs: tuple[Any, ...], output: _Result) -> None:
    solver, cost, a, b, mask_x, mask_y, epsilon, _, _, rho, _, _ = inputs
    plan, _, _, f, g, error, iterations = output
    ctx.save_for_backward(cost, a, b, plan, f, g, epsilon, mask_x, mask_y)
    ctx.rho, ctx.solver = rho, solver
    ctx.mark_non_differentiable(f, g, error, iterations)
    ctx.set_materialize_grads(False)


def _gradients(
    ctx: Any, run: Any, d_plan: Tensor | None, d_value: Tensor | None, d_moved: Tensor | None, *_: Any
) -> tuple[Any, ...]:
    cost, a, b, plan, f, g, epsilon, *masks = ctx.saved_tensors
    if d_plan is None and d_value is None and d_moved is None:
        return (None,) * 12
    if ctx.solver == "reference" and torch.is_grad_enabled() and not is_traced():  # create_graph=True
        known = (plan, None, None, f, g, None, None)
        found = _gradients_again((cost, a, b), masks, epsilon, ctx.rho, known, (d_plan, d_value, d_moved))
        return (None, *found, *(None,) * 8)
    found = run(d_plan, d_value, d_moved, cost, a, b, plan, f, g, epsilon, ctx.rho)
    return only_needed(ctx, (None, *found))


def _gradients_again(
    inputs: tuple[Tensor, Tensor, Tensor],
    masks: list[Tensor | None],
    epsilon: Tensor,
    rho: float | None,
    known: tuple[Tensor | None, ...],
    upstream: tuple[Tensor | None, Tensor | None, Tensor | None],
) -> tuple[Tensor | None, ...]:
    """Return the gradients of cost, a and b as functions of them, which can be differentiated again."""
    views = (v.view_as(v) for v in inputs)
    cost, a, b = leaves = tuple(v.requires_grad_() if v.is_leaf else v for v in views)
    outputs = sinkhorn_by_newton(cost, a, b, (masks[0], masks[1]), epsilon, rho, known)[:3]
    pairs = [(y, d) for y, d in zip(outputs, upstream, strict=True) if d is not None]
    return torch.autograd.grad(
        [y for y, _ in pairs], leaves, [d for _, d in pairs], create_graph=True, allow_unused=True
    )


def _run_tangent(
    d_cost: Tensor,
    d_a: Tensor,
    d_b: Tensor,
    cost: Tensor,
    a: Tensor,
    b: Tensor,
    plan: Tensor,
    f: Tensor,
    g: Tensor,
    epsilon: Tensor,
    rho: float | None,
) -> tuple[Tensor, Tensor, Tensor]:
    return tangents(Optimum(cost, a, b, plan, f, g, epsilon, rho), d_cost, d_a, d_b)


def _fake_tangent(d_cost: Tensor, *_: Any) -> tuple[Tensor, Tensor, Tensor]:
    n_batch = d_cost.shape[0]
    return d_cost.new_empty(d_cost.shape), d_cost.new_empty(n_batch), d_cost.new_empty(n_batch)


_refused = refusals(
    "entropic_plan, unbalanced_plan and entropic_value: every backend but 'reference'",
    "Pass backend='reference', which can be differentiated any number of times, either way.",
)
_tangent = without_derivative("sinkhorn_tangent", _run_tangent, _fake_tangent, refused=_refused)


def _tangents(inputs: tuple[Any, ...], outputs: tuple[Any, ...], d_inputs: tuple[Any, ...]) -> tuple[Any, ...]:
    _, cost, a, b, _, _, epsilon, _, _, rho, _, _ = inputs
    plan, _, _, f, g, _, _ = outputs
    directions = (torch.zeros_like(v) if d is None else d for v, d in zip((cost, a, b), d_inputs[1:4], strict=True))
    return (*_tangent(*directions, cost, a, b, plan, f, g, epsilon, rho), None, None, None, None)


_operator = differentiable(
    "sinkhorn",
    _run,
    _run_backward,
    fakes=(_fake, _fake_backward),
    save=_save,
    gradients=_gradients,
    refused=_refused,
    tangents=_tangents,
)


def sinkhorn(
    solver: str,
    cost: Tensor,
    a: Tensor,
    b: Tensor,
    mask_x: Tensor | None,
    mask_y: Tensor | None,
    epsilon: Tensor,
    start: Tensor,
    factor: float,
    rho: float | None,
    tolerance: float,
    max_iterations: int,
) -> _Result:
    """Solve a batch of problems; "reference" can be differentiated any number of times, the others once.

    Parameters
    ----------
    solver
        "numba", "torch" or "reference".
    cost, a, b, mask_x, mask_y, epsilon, start, factor, rho, tolerance, max_iterations
        See `mmkernels.reference.transport`; here rho is None for exact marginals.

    Returns
    -------
    tuple of Tensor
        plan (B, n, m), value and <plan, cost> (B,), f (B, n), g (B, m), marginal error and iterations (B,).
    """
    arguments = (solver, cost, a, b, mask_x, mask_y, epsilon, start, factor, rho, tolerance, max_iterations)
    if solver == "reference" and not torch.compiler.is_compiling() and is_transformed():
        with torch.no_grad():
            found = _solved(*(v.detach() if isinstance(v, Tensor) else v for v in arguments))
        return sinkhorn_by_newton(cost, a, b, (mask_x, mask_y), epsilon, rho, found)
    result: _Result = _operator(*arguments)
    return result


_solved = without_derivative("sinkhorn_solved", _run, _fake, refused=_refused)
