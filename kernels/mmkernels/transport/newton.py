"""Entropic plans as a function that PyTorch differentiates any number of times, by any of its transforms.

From potentials that solve the problem, taken as constants, two steps of Newton's method lead to themselves; but as
functions of cost and marginals they have the derivatives of the solution, up to the third: a step squares the error.
"""

from typing import Any

import torch
from torch import Tensor

from mmkernels.transport.gradient import Optimum, value_of

STEPS = 2
RIDGE = 1e-12  # keeps plans that fall into blocks solvable


def _step(
    problem: tuple[Tensor, Tensor, Tensor], weights: tuple[Tensor, Tensor], potentials: tuple[Tensor, Tensor], rho: Any
) -> tuple[Tensor, Tensor]:
    """Return the potentials after one step of Newton's method towards the optimality conditions."""
    C, epsilon, held = problem
    (a, b), (f, g) = weights, potentials
    P = _plan(C, epsilon, held, weights, potentials)
    p, q = P.sum(2), P.sum(1)
    left = a if rho is None else a * torch.exp(-f / rho)
    below = b if rho is None else b * torch.exp(-g / rho)
    penalty = 0.0 if rho is None else epsilon / rho
    n = a.shape[1]
    diagonal = torch.cat([p + penalty * left, q + penalty * below], 1)
    empty = diagonal == 0
    top = torch.cat([torch.zeros_like(P @ P.transpose(1, 2)), P], 2)
    bottom = torch.cat([P.transpose(1, 2), torch.zeros_like(P.transpose(1, 2) @ P)], 2)
    matrix = torch.cat([top, bottom], 1) + torch.diag_embed(torch.where(empty, 1.0, (1.0 + RIDGE) * diagonal))
    if rho is None:  # f + c and g - c are as good: take the step that changes neither mean
        one = torch.cat([p, -q], 1)
        matrix = matrix + one[:, :, None] * one[:, None, :]
    right = -epsilon * torch.cat([p - left, q - below], 1)
    change = torch.linalg.solve(matrix, torch.where(empty, 0.0, right)[:, :, None])[:, :, 0]
    return f + change[:, :n], g + change[:, n:]


def _plan(C: Tensor, epsilon: Tensor, held: Tensor, weights: tuple[Tensor, Tensor], potentials: Any) -> Tensor:
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
    """Return what `mmkernels.transport.operator.sinkhorn` returns, with derivatives of any kind.

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
    P = _plan(C, epsilon[:, None], held, (left, right), (f, g))
    value = value_of(Optimum(C, left, right, P, f, g, epsilon, rho))
    moved = (P * C).sum((1, 2))
    return (P.to(cost.dtype), value.to(cost.dtype), moved.to(cost.dtype), *found[3:])
