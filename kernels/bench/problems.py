"""Shapes and arguments of the scan as in a trained model, their float64 results, and how long to measure."""

import math
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from functools import cache
from typing import NamedTuple

import torch
from mmkernels import coupled_scan
from mmkernels.timing.clock import QUICK, Plan
from mmkernels.timing.machine import simd
from mmkernels.timing.memory import available_bytes
from torch import Tensor

LARGE = 10**8  # state updates; equality is tested on shapes far below


@dataclass(frozen=True)
class Shape:
    """Modalities, batch, time, channels, states."""

    M: int
    B: int
    L: int
    E: int
    N: int

    @property
    def elements(self) -> int:
        """Return how many state updates the scan makes."""
        return self.M * self.B * self.L * self.E * self.N

    def reduced(self) -> "Shape":
        """Return the shape on which equality is tested: fewer batch elements and steps, the rest as it is."""
        return Shape(self.M, min(self.B, 2), min(self.L, 80), self.E, self.N)

    def sizes(self) -> dict[str, int]:
        """Return the sizes by name."""
        return asdict(self)


class Arguments(NamedTuple):
    """x, dt (M, B, L, E), A (M, E, N), B, C (M, B, L, N)."""

    x: Tensor
    dt: Tensor
    A: Tensor
    B: Tensor
    C: Tensor


def _generator(shape: Shape, device: str, seed: int) -> torch.Generator:
    """Return the random generator: of the CPU, the same for every device, or for large shapes of the device."""
    return torch.Generator(device if shape.elements > LARGE else "cpu").manual_seed(seed)


def draw(shape: Shape, dtype: torch.dtype = torch.float32, device: str = "cpu", seed: int = 0) -> Arguments:
    """Draw arguments: step sizes around 0.15, decay rates 0.5 to 1.5 times 1 ... N, as in Mamba's initialisation."""
    generator = _generator(shape, device, seed)
    M, B, L, E, N = shape.M, shape.B, shape.L, shape.E, shape.N

    def normal(*size: int) -> Tensor:
        return torch.randn(size, generator=generator, device=generator.device)

    x = normal(M, B, L, E)
    dt = torch.nn.functional.softplus(normal(M, B, L, E) - 2.0)
    spread = torch.rand(M, E, N, generator=generator, device=generator.device)
    A = -torch.arange(1, N + 1.0, device=generator.device) * (0.5 + spread)
    B_, C = normal(2, M, B, L, N).div(N**0.5).unbind(0)
    return Arguments(*(values.to(device, dtype).contiguous() for values in (x, dt, A, B_, C)))


def leaves(given: Arguments) -> Arguments:
    """Return the same values, as leaves that require gradients."""
    return Arguments(*(values.detach().clone().requires_grad_() for values in given))


def upstream(shape: Shape, dtype: torch.dtype = torch.float32, device: str = "cpu") -> Tensor:
    """Return the gradient with respect to y that is passed to the backward pass, (M, B, L, E)."""
    generator = _generator(shape, device, 1)
    size = (shape.M, shape.B, shape.L, shape.E)
    return torch.randn(size, generator=generator, device=generator.device).to(device, dtype)


def coupling(kind: str, M: int, dtype: torch.dtype = torch.float64, device: str = "cpu") -> Tensor | None:
    """Return W: None for "mean", (M, M) for "identity" and for "general" (rows of a softmax, all different)."""
    if kind == "mean":
        return None
    if kind == "identity":
        return torch.eye(M, dtype=dtype, device=device)
    general = torch.softmax(torch.randn(M, M, generator=torch.Generator().manual_seed(2)), -1)
    return general.to(device, dtype)


@cache
def reference_results(shape: Shape, kind: str = "mean") -> tuple[Tensor, ...]:
    """Return y and the gradients of x, dt, A, B, C in float64; W of a kind, see `coupling`."""
    given = leaves(draw(shape, torch.float64))
    y = coupled_scan(*given, W=coupling(kind, shape.M), backend="reference")
    return (y.detach(), *torch.autograd.grad(y, list(given), upstream(shape, torch.float64)))


def worst(found: Iterable[Tensor], right: Iterable[Tensor]) -> float:
    """Return the largest difference relative to the largest value, over pairs of tensors; infinite for NaN."""
    worst_yet = 0.0
    for a, b in zip(found, right, strict=True):
        error = ((a.detach().cpu().double() - b.detach().double()).abs().max() / b.detach().abs().max()).item()
        worst_yet = max(worst_yet, float("inf") if math.isnan(error) else error)
    return worst_yet


@dataclass(frozen=True)
class Settings:
    """How much to measure.

    Parameters
    ----------
    quick
        Tiny shapes, one sample each: shows that everything runs, says nothing about speed.
    threads
        Numbers of CPU threads; the bars are judged at the largest.
    compiled
        Also race torch.compile (its compilation takes minutes).
    """

    quick: bool = False
    threads: tuple[int, ...] = (1, 2)
    compiled: bool = False

    @property
    def most(self) -> int:
        """Return the largest number of threads."""
        return max(self.threads)

    def emulations(self) -> tuple[bool, ...]:
        """Return whether to emulate AVX2: also where the processor has AVX-512, else not."""
        return (False, True) if simd() == "avx512" else (False,)


def plan(quick: bool, budget: float) -> Plan:
    """Return how long to measure one step of one comparison."""
    return QUICK if quick else Plan(budget=budget)


def shape(quick: bool, M: int, B: int, L: int, E: int, N: int) -> Shape:
    """Return the shape, or a tiny one."""
    return Shape(M, min(B, 2), min(L, 24), min(E, 32), min(N, 4)) if quick else Shape(M, B, L, E, N)


def fitting(wanted: Shape, copies: float = 9.0) -> Shape:
    """Halve the batch until `copies` tensors with all axes fit into three quarters of the free memory.

    A PyTorch loop in training keeps about eight.
    """
    batch = wanted.B
    while batch > 1 and copies * 4 * wanted.elements * batch / wanted.B > 0.75 * available_bytes():
        batch //= 2
    return Shape(wanted.M, batch, wanted.L, wanted.E, wanted.N)
