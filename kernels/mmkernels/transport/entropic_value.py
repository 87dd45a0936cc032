"""Entropic transport value between points, through the matrix of costs or without storing it."""

from typing import Any, NamedTuple

import torch
from torch import Tensor

from mmkernels.dispatch import choose
from mmkernels.transforms import is_transformed
from mmkernels.transport.arguments import check_masks, marginals
from mmkernels.transport.costs import Metric, check_points, pairwise_cost, unit
from mmkernels.transport.entropic import check_settings, default_tolerance, entropic_plan

Masks = tuple[Tensor | None, Tensor | None]


class EntropicValue(NamedTuple):
    """value (B,), differentiable; f, g, marginal_error, iterations, converged as in `EntropicPlan`."""

    value: Tensor
    f: Tensor
    g: Tensor
    marginal_error: Tensor
    iterations: Tensor
    converged: Tensor


def by_matrix(
    solver: str, x: Tensor, y: Tensor, metric: Metric, masks: Masks, weights: Any, settings: Any
) -> EntropicValue:
    """Return the value through `entropic_plan`, which stores the cost of all pairs."""
    cost = pairwise_cost(x, y, metric=metric)
    named = {"mask_x": masks[0], "mask_y": masks[1], "a": weights[0], "b": weights[1]}
    done = entropic_plan(cost, **named, **settings, backend=solver)
    return EntropicValue(done.value, *done[3:])


def by_triton(x: Tensor, y: Tensor, metric: Metric, masks: Masks, weights: Any, settings: Any) -> EntropicValue:
    """Return the value with costs computed where they are needed."""
    from mmkernels.gpu.sinkhorn import sinkhorn_points

    if is_transformed():
        raise RuntimeError(
            "entropic_value: backend 'triton' has no transforms (torch.func or torch.autograd.forward_ad requested one). "
            "Pass backend='torch', or 'reference' for second derivatives."
        )
    (a, b), tolerance = weights, settings["tolerance"]
    if metric == "cosine":
        x, y, w = unit(x), unit(y), 1.0
        sx, sy = torch.ones_like(x[:, :, 0]), torch.zeros_like(y[:, :, 0])
    else:
        w, sx, sy = 2.0, x.square().sum(2), y.square().sum(2)
    epsilon = torch.full((x.shape[0],), settings["epsilon"], dtype=torch.float64, device=x.device)
    real = (torch.ones_like(v, dtype=torch.bool) if k is None else k for v, k in zip((a, b), masks, strict=True))
    value, f, g, error, iterations = sinkhorn_points(
        x, y, sx, sy, a, b, *real, epsilon, w, tolerance, settings["max_iterations"]
    )
    return EntropicValue(value, f, g, error, iterations, (error <= tolerance) & (tolerance > 0))


def entropic_value(
    x: Tensor,
    y: Tensor,
    *,
    metric: Metric = "cosine",
    epsilon: float = 0.05,
    mask_x: Tensor | None = None,
    mask_y: Tensor | None = None,
    a: Tensor | None = None,
    b: Tensor | None = None,
    tolerance: float | None = None,
    max_iterations: int = 1000,
    backend: str = "auto",
) -> EntropicValue:
    """Return the value of `entropic_plan` between points, without its plan.

    Parameters
    ----------
    x, y
        (B, n, d), (B, m, d), points.
    metric
        As in `pairwise_cost`.
    epsilon
        Strength of the entropy in units of cost, > 0.
    mask_x, mask_y, a, b, tolerance, max_iterations
        As in `entropic_plan`. Points at padding are never looked at; their gradients are 0.
    backend
        "auto", "numba", "triton", "torch" or "reference". "triton" (NVIDIA GPUs, float32) computes costs where it
        needs them, and its memory is linear in n + m, forward and backward. The others store `pairwise_cost`.

    Returns
    -------
    EntropicValue
        value, f, g, marginal_error, iterations, converged.

    Raises
    ------
    TypeError, ValueError, BackendUnavailable
        As `pairwise_cost` and `entropic_plan`.

    Notes
    -----
    Differentiable, once (by "reference" any number of times; by "triton" not forward), in x, y, a and b by the envelope theorem, so at convergence. In float32 the exponents, of
    size |C| / epsilon, are rounded: expect a relative error of 6e-8 |C| / epsilon in the marginals.
    """
    left, right = check_points("entropic_value", x, y, metric)
    check_settings("entropic_value", epsilon, None, None, (tolerance, max_iterations))
    (n_batch, n, _), m = left.shape, right.shape[1]
    shapes = ((n_batch, n), (n_batch, m))
    masks = check_masks("entropic_value", mask_x, mask_y, shapes, left)
    weights = marginals("entropic_value", (a, b), masks, left, shapes, equal_mass=True)
    left, right = (
        side if mask is None else side.masked_fill(~mask[:, :, None], 0.0)
        for side, mask in ((left, masks[0]), (right, masks[1]))
    )
    chosen = choose("entropic_value", backend, left)
    settings: dict[str, Any] = {"epsilon": epsilon, "max_iterations": max_iterations}
    settings["tolerance"] = default_tolerance(tolerance, left.dtype)
    result: EntropicValue = chosen.run(left, right, metric, masks, weights, settings)
    return result
