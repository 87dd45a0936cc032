"""What the user of the benchmark chose."""

from dataclasses import dataclass

from bench.clock import QUICK, Plan
from bench.machine import simd
from bench.memory import available
from bench.problem import Shape


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
    while batch > 1 and copies * 4 * wanted.elements * batch / wanted.B > 0.75 * available():
        batch //= 2
    return Shape(wanted.M, batch, wanted.L, wanted.E, wanted.N)
