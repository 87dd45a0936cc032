"""Upper bounds: exponentials per second of this CPU, and lower bounds of a coupled scan's time on a GPU.

The GPU bounds count exponentials, memory traffic and instructions. The traffic and the counts follow from the algorithm;
the rates are measured on the device, but for the issue rate, which is multiprocessors x 128 lanes x clock.
"""

import ctypes
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import torch
from mmkernels.cpu import launch
from mmkernels.cpu.arithmetic import exp2
from mmkernels.cpu.memory import load, store
from mmkernels.cpu.vectors import Kind
from numba import njit

from bench.ceiling import library
from bench.problems import Shape

FORWARD_INSTRUCTIONS = 9.6  # per state element, counted in the compiled forward kernel for sm_90
TRAINING_INSTRUCTIONS = 39.6  # with 30 for the backward pass
TRAINING_EXPONENTIALS = 3
CHECKPOINT = 64  # steps between two stored states


@dataclass(frozen=True)
class Rates:
    """Measured: 2**x per second, bytes per second of a copy; and instructions (lanes) issued per second."""

    exponentials: float
    bytes: float
    instructions: float


@dataclass(frozen=True)
class Floors:
    """Milliseconds below which no kernel of this structure can be."""

    exponentials: float
    memory: float
    issue: float

    @property
    def highest(self) -> float:
        """Return the one that counts."""
        return max(self.exponentials, self.memory, self.issue)


def traffic(shape: Shape, *, training: bool, itemsize: int = 4) -> int:
    """Return the bytes that must be read and written once: tensors of x, B and the stored states."""
    wide = shape.M * shape.B * shape.L * shape.E * itemsize
    narrow = shape.M * shape.B * shape.L * shape.N * itemsize
    stored = shape.B * shape.E * shape.N * 4 * shape.L // CHECKPOINT
    forward = 3 * wide + 2 * narrow + stored  # x, dt, y; B, C
    return forward + 5 * wide + 4 * narrow + stored if training else forward  # x, dt, dy, dx, ddt; B, C, dB, dC


def floors(shape: Shape, rates: Rates, *, training: bool, itemsize: int = 4) -> Floors:
    """Return the three floors in milliseconds."""
    n_exp = shape.elements * (TRAINING_EXPONENTIALS if training else 1)
    n_instruction = shape.elements * (TRAINING_INSTRUCTIONS if training else FORWARD_INSTRUCTIONS)
    n_byte = traffic(shape, training=training, itemsize=itemsize)
    return Floors(
        1e3 * n_exp / rates.exponentials, 1e3 * n_byte / rates.bytes, 1e3 * n_instruction / rates.instructions
    )


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

    launch.run_tasks(work, n_thread, cost=1e12)
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
