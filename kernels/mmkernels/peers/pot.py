"""POT's network simplex, one problem after the other; what it would crash on has been refused before."""

import math
import warnings
from typing import Any

import numpy as np
import torch
from torch import Tensor

from mmkernels.torch_operator import is_plain, refusals, without_derivative

CERTIFIED = 1e-3  # of the cost of a plan
SMALL = 1e-3  # where all costs are below, they are divided by the largest


def _is_certified(C: Any, mass: float, plan: Any, potentials: tuple[Any, Any]) -> bool:
    """Return whether the potentials prove that no plan is cheaper by more than a thousandth of what this one costs.

    The simplex adds and subtracts costs: beside one of 1e16 a cost of 1 is lost in rounding, and what it calls the
    optimum need not be one.
    """
    f, g = potentials
    spent = float((plan * np.abs(C)).sum())
    with np.errstate(over="ignore", invalid="ignore"):
        slack = C - f[:, None] - g[None, :]
        excess = max(0.0, -float(slack.min())) * mass  # a bound needs potentials that are feasible
        gap = float((plan * slack).sum())
    return bool(abs(gap) + excess <= CERTIFIED * spent) or bool(not C.any() or spent == 0.0 <= C.min())


def _unit_of(C: Any) -> float:
    """Return what costs are divided by, a power of two: to the simplex all costs far below 1 are equal."""
    largest = float(np.abs(C).max(initial=0.0))
    return 2.0 ** math.floor(math.log2(largest)) if 0.0 < largest < SMALL else 1.0


def _solve(
    cost: Tensor, a: Tensor, b: Tensor, mask_x: Tensor | None, mask_y: Tensor | None, max_iterations: int
) -> tuple[Tensor, Tensor, Tensor, Tensor]:
    import ot

    C_all, a_all, b_all = (part.detach().cpu().double().numpy() for part in (cost, a, b))
    n_batch, n, m = C_all.shape
    plan, f, g = np.zeros((n_batch, n, m)), np.zeros((n_batch, n)), np.zeros((n_batch, m))
    converged = np.ones(n_batch, dtype=bool)
    real_x, real_y = (None if mask is None else mask.cpu().numpy() for mask in (mask_x, mask_y))
    for p in range(n_batch):
        rows = np.arange(n) if real_x is None else np.flatnonzero(real_x[p])
        columns = np.arange(m) if real_y is None else np.flatnonzero(real_y[p])
        left, right = a_all[p, rows], b_all[p, columns]
        right = right * (left.sum() / right.sum())
        C = np.ascontiguousarray(C_all[p][np.ix_(rows, columns)])
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # that it did not converge is in the result
            unit = _unit_of(C)
            found, log = ot.emd(left, right, C / unit, numItermax=max_iterations, log=True)
        u, v = log["u"] * unit, log["v"] * unit
        plan[p][np.ix_(rows, columns)] = found
        f[p, rows], g[p, columns] = u, v
        converged[p] = log["warning"] is None and _is_certified(C, float(left.sum()), found, (u, v))
    found_all = (torch.from_numpy(part).to(cost.device, cost.dtype) for part in (plan, f, g))
    return (*found_all, torch.from_numpy(converged).to(cost.device))  # type: ignore[return-value]


def _fake(
    cost: Tensor, a: Tensor, b: Tensor, mask_x: Tensor | None, mask_y: Tensor | None, max_iterations: int
) -> tuple[Tensor, Tensor, Tensor, Tensor]:
    n_batch, n, m = cost.shape
    done = cost.new_empty(n_batch, dtype=torch.bool)
    return cost.new_empty(cost.shape), cost.new_empty(n_batch, n), cost.new_empty(n_batch, m), done


_operator = without_derivative("exact_plan", _solve, _fake, refused=refusals("exact_plan", "Its cost alone has one."))


def solve_pot(
    cost: Tensor, a: Tensor, b: Tensor, mask_x: Tensor | None, mask_y: Tensor | None, max_iterations: int
) -> tuple[Tensor, Tensor, Tensor, Tensor]:
    """Return plan, f, g in the dtype of the cost and whether each problem was solved; all of them constants."""
    arguments = (cost, a, b, mask_x, mask_y, max_iterations)
    result: tuple[Tensor, Tensor, Tensor, Tensor] = (_solve if is_plain(arguments) else _operator)(*arguments)
    return result
