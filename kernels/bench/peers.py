"""Implementations that the operators are compared with: loops and parallel scans in PyTorch, selective scans of other packages, Sinkhorn."""

import importlib.util
import math
from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor


def coupled_loop(x: Tensor, dt: Tensor, A: Tensor, B: Tensor, C: Tensor) -> Tensor:
    """Run the coupled scan with W = 1 / M, one step after another; arguments as in `mmkernels.coupled_scan`.

    Two things make it fast. `unbind` cuts the tensors once: ``x[:, :, t]`` would make the backward pass of every step
    fill a gradient of full size, quadratic in L. And one state H = mean of all is propagated, not M of them.
    """
    state = x.new_zeros(x.shape[1], x.shape[3], A.shape[2])
    rate, outputs = A.unsqueeze(1), []
    for dt_t, u_t, B_t, C_t in zip(dt.unbind(2), (dt * x).unbind(2), B.unbind(2), C.unbind(2), strict=True):
        h = torch.exp(dt_t.unsqueeze(-1) * rate) * state + u_t.unsqueeze(-1) * B_t.unsqueeze(-2)
        state = h.sum(0) / x.shape[0]
        outputs.append(torch.matmul(h, C_t.unsqueeze(-1)).squeeze(-1))
    return torch.stack(outputs, dim=2)


Scan = Callable[[Tensor, Tensor], Tensor]


def coupled_by(scan: Scan, x: Tensor, dt: Tensor, A: Tensor, B: Tensor, C: Tensor) -> Tensor:
    """Run the coupled scan with W = 1 / M by any scan of one state: (S, U), each (B, L, E, N), to H of that shape."""
    decay = torch.exp(dt.unsqueeze(-1) * A[:, None, None])
    push = (dt * x).unsqueeze(-1) * B.unsqueeze(-2)
    H = scan(decay.mean(0), push.mean(0))
    before = torch.cat([torch.zeros_like(H[:, :1]), H[:, :-1]], 1)
    return torch.einsum("mblen,mbln->mble", decay * before + push, C)


def by_mambapy(x: Tensor, dt: Tensor, A: Tensor, B: Tensor, C: Tensor) -> Tensor:
    """Run it by mambapy's parallel scan (pscan)."""
    from mambapy.pscan import pscan

    return coupled_by(pscan, x, dt, A, B, C)


def _combine(left: tuple[Tensor, Tensor], right: tuple[Tensor, Tensor]) -> tuple[Tensor, Tensor]:
    return left[0] * right[0], right[0] * left[1] + right[1]


def _associative(S: Tensor, U: Tensor) -> Tensor:
    from torch._higher_order_ops import associative_scan

    chain: Tensor = associative_scan(_combine, (S, U), 1, combine_mode="generic")[1]
    return chain


def by_associative_scan(x: Tensor, dt: Tensor, A: Tensor, B: Tensor, C: Tensor) -> Tensor:
    """Run it by PyTorch's own associative_scan; torch.compile compiles this form."""
    return coupled_by(_associative, x, dt, A, B, C)


def transformers_scan(*, mambapy: bool) -> Callable[..., Tensor]:
    """Return the scan inside transformers' Mamba: its loop, or its path through mambapy."""
    from transformers.models.mamba import modeling_mamba

    scan: Any = modeling_mamba.mamba_selective_scan

    def run(x: Tensor, dt: Tensor, A: Tensor, B: Tensor, C: Tensor) -> Tensor:
        y: Tensor = scan(x, dt, A, B, C, use_mambapy=mambapy, use_associative_scan=False)
        return y

    return run


def mamba_reference() -> Callable[..., Tensor]:
    """Return mamba-ssm's selective_scan_ref, read out of the installed file (importing the package needs CUDA)."""
    from mmkernels.peers.mamba_ssm import selective_scan_reference

    found, reason = selective_scan_reference()
    if found is None:
        raise ImportError(reason)
    return found


def missing_reason(*modules: str) -> str | None:
    """Return which of the modules is not installed, or None."""
    missing = [name for name in modules if importlib.util.find_spec(name) is None]
    return f"{' and '.join(missing)} not installed" if missing else None


def clouds(problems: int, size: int) -> tuple[Tensor, Tensor]:
    """Return two batches of point clouds in 32 dimensions, (B, n, 32) each."""
    draw = torch.Generator().manual_seed(0)
    return torch.randn(problems, size, 32, generator=draw), torch.randn(problems, size, 32, generator=draw) + 0.3


def costs(problems: int, size: int) -> Tensor:
    """Return squared distances between two clouds, (B, n, n), each problem's largest 1."""
    X, Y = clouds(problems, size)
    cost = torch.cdist(X, Y).square()
    return cost / cost.amax((1, 2), keepdim=True)


def sinkhorn_log(cost: Tensor, epsilon: float, iterations: int) -> tuple[Tensor, Tensor, Tensor]:
    """Return plan (B, n, m) and log potentials after a fixed number of iterations; marginals uniform of mass 1.

    Source: Cuturi, *Sinkhorn Distances*, NeurIPS 2013, Algorithm 1, with logarithms kept.
    """
    n_batch, n, m = cost.shape
    kernel, u, v = -cost / epsilon, cost.new_zeros(n_batch, n), cost.new_zeros(n_batch, m)
    for _ in range(iterations):
        u = -math.log(n) - torch.logsumexp(kernel + v[:, None, :], 2)
        v = -math.log(m) - torch.logsumexp(kernel + u[:, :, None], 1)
    return torch.exp(kernel + u[:, :, None] + v[:, None, :]), u, v
