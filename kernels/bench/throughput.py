"""How many exponentials per second this machine makes when nothing else is to be done."""

import ctypes
from collections.abc import Callable

import numpy as np
import torch
from mmkernels.simd import threads
from mmkernels.simd.arithmetic import exp2
from mmkernels.simd.memory import load, store
from mmkernels.simd.vector import Kind
from numba import njit

from bench.ceiling.build import library

RESIDENT, ROUNDS = 2048, 2000  # numbers that stay in the first-level cache, times over them
WIDTH = 4  # vectors in flight


@njit(nogil=True, fastmath={"contract"}, boundscheck=False, error_model="numpy")
def _spin(kind, source, target, lanes, n_block, rounds):  # type: ignore[no-untyped-def]
    for _ in range(rounds):
        for i in range(n_block):
            store(target, i * WIDTH * lanes, lanes, exp2(load(kind, source, i * WIDTH * lanes, lanes)))


def inputs() -> np.ndarray:
    """Return exponents like those of a scan: between -8 and 0."""
    return np.linspace(-8.0, 0.0, RESIDENT, dtype=np.float32)


def by_numba(source: np.ndarray, target: np.ndarray, rounds: int = ROUNDS) -> int:
    """Compute 2**source into target, `rounds` times on every thread, with mmkernels' vectors; return how many."""
    kind, n_thread = Kind(WIDTH, single=True, sources="exp2 alone"), torch.get_num_threads()
    n_block = RESIDENT // (WIDTH * kind.lanes)
    own = [(source.copy(), target if i == 0 else np.empty_like(target)) for i in range(n_thread)]

    def work(first: int, last: int) -> None:
        for i in range(first, last):
            a, b = own[i]
            _spin(kind, a.ctypes.data, b.ctypes.data, kind.lanes, n_block, rounds)

    threads.split(work, n_thread, cost=1e12)
    return n_thread * rounds * RESIDENT


def by_cpp(source: np.ndarray, target: np.ndarray, rounds: int = ROUNDS) -> int:
    """Compute the same with the ceiling's C++.

    Raises
    ------
    RuntimeError
        If there is no compiler.
    """
    code, reason = library()
    if code is None:
        raise RuntimeError(f"bench: {reason}")
    code.exp2_throughput(
        ctypes.c_void_p(source.ctypes.data), ctypes.c_void_p(target.ctypes.data), ctypes.c_long(rounds)
    )
    return torch.get_num_threads() * rounds * RESIDENT


def error(compute: Callable[[np.ndarray, np.ndarray, int], int]) -> float:
    """Return the largest relative error of the exponentials."""
    source = inputs()
    target = np.full_like(source, np.nan)
    compute(source, target, 1)
    right = np.exp2(source.astype(np.float64))
    found: float = float(np.abs(target / right - 1.0).max())
    return found if np.isfinite(found) else float("inf")
