"""The entropic value between points, for sequences too long for a matrix of all pairs."""

from typing import Any

from torch import Tensor

from mmkernels.dispatch import choose
from mmkernels.transport.arguments import check_masks, marginals
from mmkernels.transport.costs import Metric, check_points
from mmkernels.transport.entropic import check_settings, default_tolerance
from mmkernels.transport.points import EntropicValue


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
