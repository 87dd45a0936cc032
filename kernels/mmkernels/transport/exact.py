"""Exact transport plan by POT's network simplex."""

from typing import NamedTuple

import torch
from torch import Tensor

from mmkernels.dispatch import choose
from mmkernels.transforms import values_are_readable
from mmkernels.transport.arguments import check_arguments, check_cost, fail


class ExactPlan(NamedTuple):
    """The plan (B, n, m), <plan, cost> (B,), dual potentials f (B, n), g (B, m), and converged (B,) bool.

    Only `cost` has a gradient: that by the cost is the plan.
    """

    plan: Tensor
    cost: Tensor
    f: Tensor
    g: Tensor
    converged: Tensor


def exact_plan(
    cost: Tensor,
    *,
    mask_x: Tensor | None = None,
    mask_y: Tensor | None = None,
    a: Tensor | None = None,
    b: Tensor | None = None,
    max_iterations: int = 100_000,
    backend: str = "auto",
) -> ExactPlan:
    """Return the plan that minimises <P, C> with marginals a and b.

    Parameters
    ----------
    cost, mask_x, mask_y, a, b
        As in `entropic_plan`; real costs must be finite. Solved in float64 on the CPU, one problem after the other.
    max_iterations
        Bound on the steps of the network simplex, >= 1.
    backend
        "auto" or "pot" (the package POT, `ot.emd`).

    Returns
    -------
    ExactPlan
        plan, cost, f, g, converged; dtype and device of `cost`. `converged` is False where the simplex stopped at
        `max_iterations`, and where its potentials do not prove the plan optimal to a thousandth of its cost, as when
        the largest cost is 1e13 times what is spent and more: costs are lost in rounding. Such a plan is feasible, but
        need not be optimal.

    Raises
    ------
    TypeError, ValueError
        As `entropic_plan`, and if a real cost is not finite.
    BackendUnavailable
        If POT is not installed.

    References
    ----------
    N. Bonneel et al., *Displacement interpolation using Lagrangian mass transport*, SIGGRAPH Asia 2011 (the solver);
    R. Flamary et al., *POT: Python Optimal Transport*, JMLR 22 (2021).
    """
    given = check_arguments("exact_plan", cost, mask_x, mask_y, a, b)
    if not isinstance(max_iterations, int) or max_iterations < 1:
        fail("exact_plan", "max_iterations", "an integer >= 1", repr(max_iterations), "100000 is the default.")
    chosen = choose("exact_plan", backend, cost)
    if values_are_readable():
        check_cost("exact_plan", given, forbidden_pairs=False)
    constants = (None if part is None else part.detach() for part in given)
    plan, f, g, converged = chosen.run(*constants, max_iterations)
    real = torch.where(plan > 0, cost, torch.zeros_like(cost))
    return ExactPlan(plan, (plan * real).sum((1, 2)), f, g, converged)
