"""Parallel scans in PyTorch: with W = 1 / M the coupled recurrence is one chain H[t] = S[t] H[t-1] + U[t]."""

from collections.abc import Callable

import torch
from torch import Tensor

Scan = Callable[[Tensor, Tensor], Tensor]


def coupled_by(scan: Scan, x: Tensor, dt: Tensor, A: Tensor, B: Tensor, C: Tensor) -> Tensor:
    """Run the coupled scan with W = 1 / M by any scan of one chain: (S, U), each (B, L, E, N), to H of that shape."""
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
    """Run it by PyTorch's own associative_scan; it is what torch.compile is given."""
    return coupled_by(_associative, x, dt, A, B, C)
