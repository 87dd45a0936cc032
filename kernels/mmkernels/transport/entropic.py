"""Entropic transport plans by Sinkhorn's algorithm: with exact marginals (balanced) and with penalised ones (unbalanced)."""

from typing import Literal, NamedTuple

import torch
from torch import Tensor

from mmkernels.dispatch import choose
from mmkernels.transport.arguments import Arguments, check_arguments, fail, positive

Scale = Literal["max", "mean"]


class EntropicPlan(NamedTuple):
    """An entropic plan and how good it is.

    Parameters
    ----------
    plan
        (B, n, m), mass moved from i to j; 0 at padding. Differentiable.
    cost
        (B,), <plan, cost>. Differentiable.
    value
        (B,), the regularised objective at its optimum. Differentiable.
    f, g
        (B, n), (B, m), potentials in units of cost; 0 at padding. No gradient.
    marginal_error
        (B,), L1 distance of the plan's two marginals from what optimality asks. No gradient.
    iterations
        (B,) int64, updates of f and g, those of the warm-up included.
    converged
        (B,) bool, whether ``marginal_error <= tolerance``; never with a tolerance of 0.
    """

    plan: Tensor
    cost: Tensor
    value: Tensor
    f: Tensor
    g: Tensor
    marginal_error: Tensor
    iterations: Tensor
    converged: Tensor


def scaled_epsilon(
    cost: Tensor, masks: tuple[Tensor | None, Tensor | None], epsilon: float, scale: str | None
) -> Tensor:
    """Return epsilon (B,) in units of cost, float64; infinite and padded costs do not count."""
    cost = cost.detach()
    if scale is None:
        return torch.full((cost.shape[0],), epsilon, dtype=torch.float64, device=cost.device)
    size = _finite(cost, masks).double()
    if scale == "max":
        found = size.amax((1, 2))
    else:
        n_finite = _counted(cost, masks).sum((1, 2)).clamp_min(1)
        found = size.sum((1, 2)) / n_finite
    return epsilon * torch.where(found > 0, found, 1.0)


def _counted(cost: Tensor, masks: tuple[Tensor | None, Tensor | None]) -> Tensor:
    real = torch.isfinite(cost)
    if masks[0] is not None:
        real = real & masks[0][:, :, None]
    return real if masks[1] is None else real & masks[1][:, None, :]


def _finite(cost: Tensor, masks: tuple[Tensor | None, Tensor | None]) -> Tensor:
    """Return |cost| with 0 where it is not finite or padding."""
    return torch.where(_counted(cost, masks), cost, 0.0).abs()


def check_settings(
    operator: str, epsilon: float, relative_to: str | None, scaling: float | None, limits: tuple[float | None, int]
) -> None:
    """Check the settings of Sinkhorn: epsilon, what it is relative to, warm-up factor, (tolerance, max_iterations)."""
    positive(operator, "epsilon", epsilon, "For a plan without entropy use exact_plan.")
    if relative_to not in (None, "max", "mean"):
        fail(
            operator, "relative_to", "None, 'max' or 'mean'", repr(relative_to), "None takes epsilon in units of cost."
        )
    if scaling is not None and not 0.0 < scaling < 1.0:
        fail(operator, "epsilon_scaling", "a factor between 0 and 1, or None", repr(scaling), "0.5 is a good start.")
    tolerance, max_iterations = limits
    if tolerance is not None and not 0.0 <= tolerance < float("inf"):
        fail(operator, "tolerance", "finite and >= 0, or None", repr(tolerance), "0 runs max_iterations.")
    if not isinstance(max_iterations, int) or max_iterations < 1:
        fail(operator, "max_iterations", "an integer >= 1", repr(max_iterations), "1000 is the default.")


def default_tolerance(given: float | None, dtype: torch.dtype) -> float:
    """Return the tolerance, 1e-5 in float32 and 1e-9 in float64 unless given."""
    if given is not None:
        return float(given)
    return 1e-5 if dtype == torch.float32 else 1e-9


def _run(
    operator: str,
    given: Arguments,
    rho: float | None,
    epsilon: float,
    relative_to: str | None,
    scaling: float | None,
    limits: tuple[float | None, int],
    backend: str,
) -> EntropicPlan:
    check_settings(operator, epsilon, relative_to, scaling, limits)
    cost, a, b, mask_x, mask_y = given
    chosen = choose(operator, backend, cost)
    masks = (mask_x, mask_y)
    strength = scaled_epsilon(cost, masks, epsilon, relative_to)
    start = torch.zeros_like(strength) if scaling is None else _finite(cost.detach(), masks).double().amax((1, 2))
    tolerance = default_tolerance(limits[0], cost.dtype)
    plan, value, moved, f, g, error, iterations = chosen.run(
        cost, a, b, mask_x, mask_y, strength, start, scaling or 0.5, rho, tolerance, limits[1]
    )
    return EntropicPlan(plan, moved, value, f, g, error, iterations, (error <= tolerance) & (tolerance > 0))


def entropic_plan(
    cost: Tensor,
    *,
    epsilon: float = 0.05,
    relative_to: Scale | None = None,
    mask_x: Tensor | None = None,
    mask_y: Tensor | None = None,
    a: Tensor | None = None,
    b: Tensor | None = None,
    epsilon_scaling: float | None = None,
    tolerance: float | None = None,
    max_iterations: int = 1000,
    backend: str = "auto",
) -> EntropicPlan:
    """Return the plan that minimises <P, C> + epsilon KL(P | a b') with marginals a and b, by Sinkhorn's algorithm.

    Parameters
    ----------
    cost
        (B, n, m), cost of moving i to j, any sign; float32 or float64. inf forbids a pair.
    epsilon
        Strength of the entropy, > 0, in units of cost unless `relative_to` says otherwise.
    relative_to
        "max" or "mean": epsilon is a fraction of the largest or mean |cost| of each problem (finite, real pairs; a
        problem whose costs are all 0 takes epsilon as it is). For gradients the result counts as a constant.
    mask_x, mask_y
        (B, n), (B, m) bool, True at real entries. What the cost, a and b hold at padding is never looked at, the plan
        there is 0, and the problem is solved as if it had been cut out.
    a, b
        (B, n), (B, m), marginals, >= 0, of the same mass. None: uniform over the real entries.
    epsilon_scaling
        Factor in (0, 1) of a warm-up: one iteration each at max |cost|, factor * max |cost|, ... down to epsilon.
        Fewer iterations in all when epsilon is far below the costs. None: no warm-up.
    tolerance
        A problem has converged when its marginal_error is at most this. It stops after the iteration that finds
        half of it in the rows (columns are exact after each). 0 never stops early: exactly `max_iterations` run.
        None: 1e-5 (float32), 1e-9 (float64).
    max_iterations
        Bound on the iterations after the warm-up, >= 1. Each problem of the batch stops by itself.
    backend
        "auto", "numba", "torch" or "reference". See `backends` and ``last_backend("entropic_plan")``.

    Returns
    -------
    EntropicPlan
        plan, cost, value, f, g, marginal_error, iterations, converged. A problem that did not converge is not an
        error: its `converged` is False, and `marginal_error` says by how much.

    Raises
    ------
    TypeError, ValueError
        If a type, dtype, device, shape or setting is wrong, a side is empty or all padding (the message names the
        batch index), or marginals are negative, not finite or of different mass. Costs are not checked: see
        `check_transport`. A NaN among the real costs makes that problem's plan NaN, and no other's.
    BackendUnavailable
        If the named backend cannot run for these tensors.

    Notes
    -----
    Differentiable, once, reverse and forward (by "reference" any number of times): `value` by the envelope theorem, `plan` and `cost` by the implicit function theorem, with
    respect to `cost`, `a` and `b`. Both hold at convergence; no iteration is stored. The gradients by a and b are
    defined up to a constant each (their masses are equal). f, g and marginal_error carry no gradient, and epsilon is
    a constant. The mathematics is in ``mmkernels/transport/README.md``.

    References
    ----------
    M. Cuturi, *Sinkhorn Distances*, NeurIPS 2013, Algorithm 1. B. Schmitzer, *Stabilized Sparse Scaling Algorithms
    for Entropy Regularized Transport Problems*, SIAM J. Sci. Comput. 41 (2019): log domain, absorption, scaling of
    epsilon. AlignMamba-2 (arXiv:2603.18462) names an optimal transport loss; that it is this one is our interpretation.

    Examples
    --------
    >>> import torch
    >>> from mmkernels import entropic_plan
    >>> result = entropic_plan(torch.tensor([[[0.0, 1.0], [1.0, 0.0]]]), epsilon=0.1)
    >>> result.plan
    tensor([[[4.9998e-01, 2.2699e-05],
             [2.2699e-05, 4.9998e-01]]])
    >>> bool(result.converged)
    True
    """
    given = check_arguments("entropic_plan", cost, mask_x, mask_y, a, b)
    limits = (tolerance, max_iterations)
    return _run("entropic_plan", given, None, epsilon, relative_to, epsilon_scaling, limits, backend)


def unbalanced_plan(
    cost: Tensor,
    *,
    epsilon: float = 0.05,
    rho: float = 1.0,
    relative_to: Scale | None = None,
    mask_x: Tensor | None = None,
    mask_y: Tensor | None = None,
    a: Tensor | None = None,
    b: Tensor | None = None,
    epsilon_scaling: float | None = None,
    tolerance: float | None = None,
    max_iterations: int = 1000,
    backend: str = "auto",
) -> EntropicPlan:
    """Return the plan that minimises <P, C> + epsilon KL(P | a b') + rho KL(P 1 | a) + rho KL(P' 1 | b).

    What is too far to be worth moving is left behind, and masses may differ.

    Parameters
    ----------
    cost, epsilon, relative_to, mask_x, mask_y, a, b, epsilon_scaling, tolerance, max_iterations, backend
        As in `entropic_plan`; a and b may have different mass.
    rho
        Price of leaving the marginals, > 0, in units of cost. Large: the marginals hold. `relative_to` does not
        touch it.

    Returns
    -------
    EntropicPlan
        As `entropic_plan`. Optimality asks for the marginals a exp(-f / rho) and b exp(-g / rho); `marginal_error`
        is the distance from them.

    Raises
    ------
    TypeError, ValueError, BackendUnavailable
        As `entropic_plan`, and if rho is not positive.

    Notes
    -----
    Differentiable as `entropic_plan` is; here the gradients by a and b are unique. rho is a constant.

    References
    ----------
    L. Chizat, G. Peyre, B. Schmitzer, F.-X. Vialard, *Scaling algorithms for unbalanced optimal transport problems*,
    Math. Comp. 87 (2018), table 1 (KL).
    """
    positive("unbalanced_plan", "rho", rho, "For exact marginals use entropic_plan.")
    given = check_arguments("unbalanced_plan", cost, mask_x, mask_y, a, b, equal_mass=False)
    limits = (tolerance, max_iterations)
    return _run("unbalanced_plan", given, float(rho), epsilon, relative_to, epsilon_scaling, limits, backend)
