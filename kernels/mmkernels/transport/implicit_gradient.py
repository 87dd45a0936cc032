"""Derivatives of an entropic plan, its cost and its value from the solution alone: no iteration is stored.

The value needs the envelope theorem: its derivative by C is the plan. The plan needs the implicit function theorem
on the optimality conditions P 1 = a exp(-f / rho) and P' 1 = b exp(-g / rho). README.md derives both. For derivatives
of any order, two Newton steps from the solved potentials: they return the same potentials, but as functions of cost
and marginals they have the derivatives of the solution, up to the third, because a step squares the error.
"""

from typing import Any, NamedTuple

import torch
from torch import Tensor

RIDGE = 1e-12  # of a matrix whose largest eigenvalue is about 1: keeps decoupled blocks of a plan solvable


class Optimum(NamedTuple):
    """What the gradients are computed from: cost, marginals, plan, potentials, epsilon (B,), rho (None: inf)."""

    cost: Tensor
    a: Tensor
    b: Tensor
    plan: Tensor
    f: Tensor
    g: Tensor
    epsilon: Tensor
    rho: float | None


def value_of(at: Optimum) -> Tensor:
    """Return the dual objective (B,), float64: the value of the regularised problem at its optimum."""
    a, b, f, g = at.a.double(), at.b.double(), at.f.double(), at.g.double()
    if at.rho is None:
        linear = torch.where(a > 0, a * f, 0.0).sum(1) + torch.where(b > 0, b * g, 0.0).sum(1)
    else:
        rows, columns = (a * torch.expm1(-f / at.rho)).sum(1), (b * torch.expm1(-g / at.rho)).sum(1)
        linear = -at.rho * (rows + columns)
    mass = at.plan.sum((1, 2), dtype=torch.float64)
    return linear - at.epsilon * (mass - a.sum(1) * b.sum(1))


def _by_marginal(at: Optimum, f: Tensor, other: Tensor) -> Tensor:
    """Return the derivative of the value by the marginal whose potential is f; `other` is the other marginal."""
    f, total = f.double(), other.double().sum(1, keepdim=True)
    epsilon = at.epsilon[:, None]
    if at.rho is None:
        return f - epsilon * (1.0 - total)
    decay = torch.exp(-f / at.rho)
    return at.rho * (1.0 - decay) - epsilon * (decay - total)


def _solve(P: Tensor, r: Tensor, c: Tensor, kappa: Tensor, balanced: bool) -> tuple[Tensor, Tensor]:
    """Solve kappa p alpha + P beta = r, P' alpha + kappa q beta = c, with p, q the marginals of P.

    Eliminates the longer side, scales to a unit diagonal, and fixes what exact marginals leave open.
    """
    if P.shape[1] < P.shape[2]:
        beta, alpha = _solve(P.transpose(1, 2), c, r, kappa, balanced)
        return alpha, beta
    p, q = P.sum(2), P.sum(1)
    rows = torch.where(p > 0, 1.0 / (kappa * p), 0.0)
    root = torch.where(q > 0, q, 1.0).sqrt()
    scaled = P / root[:, None, :]
    matrix = -(scaled.transpose(1, 2) @ (rows[:, :, None] * scaled))
    diagonal = kappa * torch.where(q > 0, q, 1.0) / root**2 + RIDGE
    matrix = matrix + torch.diag_embed(diagonal)
    if balanced:
        one = q / root
        matrix = matrix + one[:, :, None] * one[:, None, :] / q.sum(1).clamp_min(1e-300)[:, None, None]
    right = (c - (P.transpose(1, 2) @ (rows * r)[:, :, None])[:, :, 0]) / root
    factor, bad = torch.linalg.cholesky_ex(matrix)
    beta = torch.cholesky_solve(right[:, :, None], factor)[:, :, 0] / root
    beta = torch.where(bad[:, None] == 0, beta, torch.nan)
    return rows * (r - (P @ beta[:, :, None])[:, :, 0]), beta


def gradients(
    at: Optimum, d_plan: Tensor | None, d_value: Tensor | None, d_moved: Tensor | None
) -> tuple[Tensor, Tensor, Tensor]:
    """Return the gradients of cost, a and b, given those of plan (B, n, m), value (B,) and <plan, cost> (B,)."""
    P = at.plan.double()
    d_cost, d_a, d_b = torch.zeros_like(P), torch.zeros_like(at.a.double()), torch.zeros_like(at.b.double())
    if d_value is not None:
        share = d_value.double()[:, None]
        d_cost = share[:, :, None] * P
        d_a, d_b = share * _by_marginal(at, at.f, at.b), share * _by_marginal(at, at.g, at.a)
    if d_plan is not None or d_moved is not None:
        G = torch.zeros_like(P) if d_plan is None else d_plan.double()
        if d_moved is not None:
            share = d_moved.double()[:, None, None]
            G = G + share * torch.where(P > 0, at.cost.double(), 0.0)
            d_cost = d_cost + share * P
        H = torch.where(P > 0, P * G, 0.0)
        kappa = torch.ones_like(at.epsilon) if at.rho is None else 1.0 + at.epsilon / at.rho
        alpha, beta = _solve(P, H.sum(2), H.sum(1), kappa[:, None], at.rho is None)
        both = alpha[:, :, None] + beta[:, None, :]
        d_cost = d_cost + torch.where(P > 0, P * both - H, 0.0) / at.epsilon[:, None, None]
        for d, weight, mass, multiplier in ((d_a, at.a, P.sum(2), alpha), (d_b, at.b, P.sum(1), beta)):
            d += torch.where(weight > 0, kappa[:, None] * mass * multiplier / weight.double(), 0.0)
    d_a, d_b = torch.where(at.a > 0, d_a, 0.0), torch.where(at.b > 0, d_b, 0.0)
    return d_cost.to(at.cost.dtype), d_a.to(at.a.dtype), d_b.to(at.b.dtype)


def tangents(at: Optimum, d_cost: Tensor, d_a: Tensor, d_b: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    """Return the tangents of plan (B, n, m), value (B,) and <plan, cost> (B,), given those of cost, a and b.

    The potentials move by what keeps the marginals: the system is that of `gradients`, since it is symmetric.
    """
    P, epsilon = at.plan.double(), at.epsilon[:, None]
    real = P > 0
    # padding holds anything, and an entry without mass keeps none
    dC = torch.where(real, d_cost.double(), 0.0)
    rows, columns = (
        torch.where(weight > 0, d.double() / torch.where(weight > 0, weight.double(), 1.0), 0.0)
        for d, weight in ((d_a, at.a), (d_b, at.b))
    )
    kappa = torch.ones_like(at.epsilon) if at.rho is None else 1.0 + at.epsilon / at.rho
    right = (P * (dC - epsilon[:, :, None] * columns[:, None, :])).sum(2)
    below = (P * (dC - epsilon[:, :, None] * rows[:, :, None])).sum(1)
    df, dg = _solve(P, right, below, kappa[:, None], at.rho is None)
    moved = rows[:, :, None] + columns[:, None, :] + (df[:, :, None] + dg[:, None, :] - dC) / epsilon[:, :, None]
    d_plan = torch.where(real, P * moved, 0.0)
    by_a, by_b = _by_marginal(at, at.f, at.b), _by_marginal(at, at.g, at.a)
    d_value = (P * dC).sum((1, 2))
    for d, weight, by in ((d_a, at.a, by_a), (d_b, at.b, by_b)):
        d_value = d_value + torch.where(weight > 0, by * d.double(), 0.0).sum(1)
    d_moved = (d_plan * torch.where(real, at.cost.double(), 0.0) + P * dC).sum((1, 2))
    dtype = at.cost.dtype
    return d_plan.to(dtype), d_value.to(dtype), d_moved.to(dtype)


STEPS = 2
NEWTON_RIDGE = 1e-12  # keeps plans that fall into blocks solvable


def _step(
    problem: tuple[Tensor, Tensor, Tensor], weights: tuple[Tensor, Tensor], potentials: tuple[Tensor, Tensor], rho: Any
) -> tuple[Tensor, Tensor]:
    """Return the potentials after one step of Newton's method towards the optimality conditions."""
    C, epsilon, held = problem
    (a, b), (f, g) = weights, potentials
    P = _plan_of(C, epsilon, held, weights, potentials)
    p, q = P.sum(2), P.sum(1)
    left = a if rho is None else a * torch.exp(-f / rho)
    below = b if rho is None else b * torch.exp(-g / rho)
    penalty = 0.0 if rho is None else epsilon / rho
    n = a.shape[1]
    diagonal = torch.cat([p + penalty * left, q + penalty * below], 1)
    empty = diagonal == 0
    top = torch.cat([torch.zeros_like(P @ P.transpose(1, 2)), P], 2)
    bottom = torch.cat([P.transpose(1, 2), torch.zeros_like(P.transpose(1, 2) @ P)], 2)
    matrix = torch.cat([top, bottom], 1) + torch.diag_embed(torch.where(empty, 1.0, (1.0 + NEWTON_RIDGE) * diagonal))
    if rho is None:  # f + c and g - c are as good: take the step that changes neither mean
        one = torch.cat([p, -q], 1)
        matrix = matrix + one[:, :, None] * one[:, None, :]
    right = -epsilon * torch.cat([p - left, q - below], 1)
    change = torch.linalg.solve(matrix, torch.where(empty, 0.0, right)[:, :, None])[:, :, 0]
    return f + change[:, :n], g + change[:, n:]


def _plan_of(C: Tensor, epsilon: Tensor, held: Tensor, weights: tuple[Tensor, Tensor], potentials: Any) -> Tensor:
    (a, b), (f, g) = weights, potentials
    exponent = (f[:, :, None] + g[:, None, :] - C) / epsilon[:, :, None]
    return torch.where(held, a[:, :, None] * b[:, None, :] * torch.exp(exponent), 0.0)


def sinkhorn_by_newton(
    cost: Tensor,
    a: Tensor,
    b: Tensor,
    masks: tuple[Tensor | None, Tensor | None],
    epsilon: Tensor,
    rho: float | None,
    found: tuple[Any, ...],
) -> tuple[Tensor, Tensor, Tensor, Tensor, Tensor, Tensor, Tensor]:
    """Return what `mmkernels.transport.sinkhorn.sinkhorn` returns, with derivatives of any kind.

    Parameters
    ----------
    cost, a, b, masks, epsilon, rho
        The problem.
    found
        Its solution: plan, value, <plan, cost>, f, g, marginal error and iterations; only f and g are used, the last
        four come back without a derivative.
    """
    held = (a[:, :, None] > 0) & (b[:, None, :] > 0) & torch.isfinite(cost)
    for mask, axis in zip(masks, (2, 1), strict=True):
        if mask is not None:
            held = held & mask.unsqueeze(axis)
    C, left, right = (v.double() for v in (torch.where(held, cost, 0.0), a, b))
    f, g = found[3].detach().double(), found[4].detach().double()
    f, g = torch.where(torch.isfinite(f), f, 0.0), torch.where(torch.isfinite(g), g, 0.0)
    for _ in range(STEPS):
        f, g = _step((C, epsilon[:, None], held), (left, right), (f, g), rho)
    P = _plan_of(C, epsilon[:, None], held, (left, right), (f, g))
    value = value_of(Optimum(C, left, right, P, f, g, epsilon, rho))
    moved = (P * C).sum((1, 2))
    return (P.to(cost.dtype), value.to(cost.dtype), moved.to(cost.dtype), *found[3:])
