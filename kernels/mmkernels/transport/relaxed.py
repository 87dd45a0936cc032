"""Relaxed transport plan of AlignMamba: every source point sends its mass to its cheapest target."""

from typing import Literal, NamedTuple

import torch
from torch import Tensor

from mmkernels.dispatch import choose
from mmkernels.transport.arguments import check_arguments, fail

VARIANTS = ("literal", "barycentric")


class RelaxedPlan(NamedTuple):
    """The plan (B, n, m), which has no gradient, and <plan, cost> (B,) of the literal plan, which has one."""

    plan: Tensor
    cost: Tensor


def relaxed_plan(
    cost: Tensor,
    *,
    variant: Literal["literal", "barycentric"] = "literal",
    mask_x: Tensor | None = None,
    mask_y: Tensor | None = None,
    a: Tensor | None = None,
    backend: str = "auto",
) -> RelaxedPlan:
    """Return the cheapest plan whose rows have mass a; the column marginal is free.

    Parameters
    ----------
    cost
        (B, n, m), cost of moving i to j; float32 or float64.
    variant
        "literal": as the paper states it, P[i, j] = a[i] at the cheapest j (the first of equals), else 0 (AlignMamba,
        arXiv:2412.00833, eq. 4-5, with a = 1 / T). ``P' X`` then moves *mass*: a target of k sources becomes k / T
        times their mean, a target of none becomes 0 (eq. 6).
        "barycentric": our interpretation, not in the paper: columns are divided by the mass they received, so that
        ``P' X`` is the mean of the sources. A column that received nothing stays 0.
    mask_x, mask_y
        (B, n), (B, m) bool, True at real entries; None: all real. The cost at padding is never read.
    a
        (B, n), mass of the rows, >= 0. None: uniform over the real entries.
    backend
        "auto", "torch" or "reference".

    Returns
    -------
    RelaxedPlan
        plan (B, n, m), and cost (B,) = sum_i a[i] min_j cost[i, j], in both variants. `cost` is differentiable
        almost everywhere, with respect to `cost` and `a`; the plan is piecewise constant and has no gradient.

    Raises
    ------
    TypeError, ValueError
        As `entropic_plan`, and if there is no such variant.
    BackendUnavailable
        If the named backend cannot run.

    Notes
    -----
    The cost is at most that of `exact_plan`: a constraint is dropped. For the other direction pass
    ``cost.transpose(1, 2)``. As a loss it can be driven to 0 by moving all of x onto one entry of y; AlignMamba-2
    (arXiv:2603.18462) pairs transport with MMD, which prevents that (the reason is our interpretation).

    Examples
    --------
    >>> import torch
    >>> from mmkernels import relaxed_plan
    >>> relaxed_plan(torch.tensor([[[0.1, 0.9], [0.2, 0.3]]]))
    RelaxedPlan(plan=tensor([[[0.5000, 0.0000],
             [0.5000, 0.0000]]]), cost=tensor([0.1500]))
    """
    given = check_arguments("relaxed_plan", cost, mask_x, mask_y, a, None, equal_mass=False)
    if variant not in VARIANTS:
        fail("relaxed_plan", "variant", f"one of {VARIANTS}", repr(variant), "'literal' is the paper's.")
    chosen = choose("relaxed_plan", backend, cost)
    plan, spent = chosen.run(given.cost, given.a, given.mask_x, given.mask_y)
    if variant == "barycentric":
        mass = plan.sum(1, keepdim=True)
        plan = plan / torch.where(mass > 0, mass, 1.0)
    return RelaxedPlan(plan, spent)
