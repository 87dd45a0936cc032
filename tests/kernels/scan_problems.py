"""Problems for the scan tests: arguments of every kind, and runs that return the outputs and all gradients."""

from dataclasses import dataclass
from typing import Any

import torch
from mmkernels import BackendUnavailable, backends, coupled_scan, dispatch
from torch import Tensor


def runnable(operator: str, first: Tensor) -> list[str]:
    """Return the registered backends that can run `operator` for its first tensor; the tests run over all of them."""
    names = []
    for row in backends(operator):
        try:
            dispatch.choose(operator, row.backend, first)
        except BackendUnavailable:
            continue
        names.append(row.backend)
    return names


SCAN_BACKENDS = runnable("coupled_scan", torch.zeros(2, 1, 1, 1))  # M = 2: without the peers of one modality
NAMES = ("x", "dt", "A", "B", "C", "D", "W", "h0")


@dataclass(frozen=True)
class Sizes:
    """Modalities, batch, time, channels, states."""

    M: int
    B: int
    L: int
    E: int
    N: int


@dataclass
class Problem:
    """Arguments of `coupled_scan` (None where not given) and the gradients that come in from outside."""

    tensors: dict[str, Any]
    mask: Any
    dy: Tensor
    dh: Tensor

    def to(self, dtype: torch.dtype) -> "Problem":
        """Return the same problem, rounded to another dtype."""
        cast = {name: None if v is None else v.to(dtype) for name, v in self.tensors.items()}
        return Problem(cast, self.mask, self.dy.to(dtype), self.dh.to(dtype))


def couplings(kind: str, sizes: Sizes, draw: torch.Generator) -> Tensor | None:
    """Return W of one kind: none, identity, ones, softmax, or per_batch (softmax, one per batch element)."""
    M, B = sizes.M, sizes.B
    if kind == "none":
        return None
    if kind == "identity":
        return torch.eye(M, dtype=torch.float64)
    if kind == "ones":
        return torch.ones(M, M, dtype=torch.float64)
    shape = (B, M, M) if kind == "per_batch" else (M, M)
    return torch.softmax(2.0 * torch.randn(shape, generator=draw, dtype=torch.float64), dim=-1)


def masks(kind: str, sizes: Sizes, draw: torch.Generator) -> Tensor | None:
    """Return a mask of one kind: none, right, left, gaps, or absent (modality 0 was not recorded)."""
    M, B, L = sizes.M, sizes.B, sizes.L
    if kind == "none":
        return None
    steps = torch.arange(L).expand(M, B, L)
    if kind == "absent":
        return (torch.arange(M) > 0)[:, None, None].expand(M, B, L).clone()
    if kind == "gaps":
        return torch.rand(M, B, L, generator=draw) > 0.4
    n_filler = torch.randint(0, L + 1, (M, B, 1), generator=draw)
    return steps >= n_filler if kind == "left" else steps < L - n_filler


def problem(
    sizes: Sizes,
    *,
    coupling: str = "softmax",
    masking: str = "none",
    optional: bool = True,
    seed: int = 0,
) -> Problem:
    """Draw a float64 problem; `optional` says whether D and h0 are given."""
    draw = torch.Generator().manual_seed(seed)
    M, B, L, E, N = sizes.M, sizes.B, sizes.L, sizes.E, sizes.N

    def normal(*shape: int) -> Tensor:
        return torch.randn(shape, generator=draw, dtype=torch.float64)

    tensors: dict[str, Any] = {
        "x": normal(M, B, L, E),
        "dt": torch.nn.functional.softplus(normal(M, B, L, E) - 1.0),
        "A": -torch.exp(normal(M, E, N)),
        "B": normal(M, B, L, N),
        "C": normal(M, B, L, N),
        "D": normal(M, E) if optional else None,
        "W": couplings(coupling, sizes, draw),
        "h0": normal(M, B, E, N) if optional else None,
    }
    return Problem(tensors, masks(masking, sizes, draw), normal(M, B, L, E), normal(M, B, E, N))


def outputs(given: Problem, backend: str) -> tuple[Tensor, Tensor]:
    """Return y and h_last."""
    t = given.tensors
    args = (t["x"], t["dt"], t["A"], t["B"], t["C"], t["D"], t["W"])
    return coupled_scan(*args, h0=t["h0"], mask=given.mask, return_state=True, backend=backend)


def solve(given: Problem, backend: str) -> dict[str, Tensor]:
    """Return y, h_last and the gradient of <y, dy> + <h_last, dh> with respect to every given tensor."""
    leaves = {n: v.detach().clone().requires_grad_() for n, v in given.tensors.items() if v is not None}
    full: dict[str, Any] = {name: leaves.get(name) for name in NAMES}
    y, h = outputs(Problem(full, given.mask, given.dy, given.dh), backend)
    found = torch.autograd.grad((y, h), list(leaves.values()), (given.dy, given.dh), allow_unused=True)
    zeros = {n: torch.zeros_like(v) for n, v in leaves.items()}
    gradients = {f"d{n}": zeros[n] if g is None else g for n, g in zip(leaves, found, strict=True)}
    return {"y": y.detach(), "h_last": h.detach(), **gradients}


def worst(found: Tensor, right: Tensor) -> float:
    """Return the largest difference relative to the largest value that is right (absolute where all are 0)."""
    if right.numel() == 0:
        return 0.0
    scale = right.abs().max().item() or 1.0
    return (found.double() - right.double()).abs().max().item() / scale
