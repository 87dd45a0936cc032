"""Transport problems for the tests: costs between clouds, masks of every kind, and ways to compare."""

from typing import Any

import torch
from mmkernels import EntropicPlan, entropic_plan, pairwise_cost, unbalanced_plan
from scan_problems import runnable
from torch import Tensor

BACKENDS = runnable("entropic_plan", torch.zeros(1, 2, 2))
FIELDS = ("plan", "cost", "value", "f", "g")


def clouds(n_batch: int, n: int, m: int, *, seed: int = 0, d: int = 4) -> tuple[Tensor, Tensor]:
    """Return two batches of points, float64."""
    draw = torch.Generator().manual_seed(seed)
    x = torch.randn(n_batch, n, d, generator=draw, dtype=torch.float64)
    return x, torch.randn(n_batch, m, d, generator=draw, dtype=torch.float64) + 0.3


def costs(n_batch: int, n: int, m: int, *, seed: int = 0) -> Tensor:
    """Return squared distances between clouds, the largest of each problem 1."""
    C = pairwise_cost(*clouds(n_batch, n, m, seed=seed), metric="sqeuclidean")
    return C / C.amax((1, 2), keepdim=True)


def masks(kind: str, n_batch: int, n: int, m: int, *, seed: int = 0) -> dict[str, Tensor]:
    """Return mask_x and mask_y of one kind (none, right, gaps), each side real at least once."""
    if kind == "none":
        return {}
    draw = torch.Generator().manual_seed(seed + 1)
    found = {}
    for name, size in (("mask_x", n), ("mask_y", m)):
        if kind == "gaps":
            mask = torch.rand(n_batch, size, generator=draw) > 0.4
            mask[torch.arange(n_batch), torch.randint(0, size, (n_batch,), generator=draw)] = True
        else:
            mask = torch.arange(size) < torch.randint(1, size + 1, (n_batch, 1), generator=draw)
        found[name] = mask
    return found


def weights(n_batch: int, n: int, mask: Tensor | None, *, seed: int = 0, mass: float = 1.0) -> Tensor:
    """Return a marginal with no two entries alike, 0 at padding."""
    draw = torch.Generator().manual_seed(seed + 7)
    logits = torch.randn(n_batch, n, generator=draw, dtype=torch.float64)
    if mask is not None:
        logits = logits.masked_fill(~mask, -torch.inf)
    return mass * torch.softmax(logits, 1)


def solve(cost: Tensor, *, rho: float | None = None, **named: Any) -> EntropicPlan:
    """Return the plan with exact marginals, or at price rho."""
    return entropic_plan(cost, **named) if rho is None else unbalanced_plan(cost, rho=rho, **named)


def cast(named: dict[str, Any], dtype: torch.dtype) -> dict[str, Any]:
    """Return the arguments with the floats among them in another dtype."""
    return {k: v.to(dtype) if isinstance(v, Tensor) and v.is_floating_point() else v for k, v in named.items()}


def worst(found: Tensor, right: Tensor) -> float:
    """Return the largest difference relative to the largest value that is right (absolute where all are 0)."""
    if right.numel() == 0:
        return 0.0
    scale = right.abs().max().item() or 1.0
    return (found.double() - right.double()).abs().max().item() / scale
