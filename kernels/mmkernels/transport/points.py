"""The two ways to the entropic value between points: through the cost of all pairs, or with none of it stored."""

from typing import Any, NamedTuple

import torch
from torch import Tensor

from mmkernels.transforms import is_transformed
from mmkernels.transport.costs import Metric, pairwise_cost, unit
from mmkernels.transport.entropic import entropic_plan

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
    from mmkernels.transport.triton_backend.operator import sinkhorn_points

    if is_transformed():
        raise RuntimeError(
            "entropic_value: backend 'triton' knows no transforms (torch.func or torch.autograd.forward_ad asked for one). "
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
