"""Prepares tensors for the Sinkhorn kernel, launches it over threads, and gives the results back."""

import logging
from pathlib import Path
from threading import Timer
from typing import Any

import numpy as np
import torch

from mmkernels.simd import threads
from mmkernels.simd.aligned import aligned
from mmkernels.simd.vector import Kind, digest
from mmkernels.transport.numba_backend.products import ROWS
from mmkernels.transport.numba_backend.solve import solve
from mmkernels.transport.problem import Problem, Solved, real_first

SOURCES = digest(Path(__file__).parent)
RANGE = {torch.float32: 2.0**30, torch.float64: 2.0**200}  # how far scalings may leave 1
PATIENCE = 1.0  # seconds; a kernel that is kept on disk loads in less
_log = logging.getLogger("mmkernels")
_ready: set[torch.dtype] = set()


def _scratch(n: int, m: int, lanes: int, dtype: Any) -> tuple[tuple[np.ndarray, ...], tuple[np.ndarray, ...]]:
    """Return the arrays of one problem and of its scalings, filled up to whole blocks and vectors."""
    n, m = -(-n // ROWS) * ROWS, -(-m // lanes) * lanes
    double = np.float64
    potentials = (aligned((n,), double), aligned((m,), double))
    marginals = tuple(aligned(shape, double) for shape in ((n,), (m,), (n,), (m,)))
    problem = (
        aligned((n, m), dtype),
        aligned((n, m), dtype),
        *potentials,
        *marginals,
        aligned((m,), double),
        aligned((m,), dtype),
    )
    scalings = tuple(aligned((2, size), dtype) for size in (n, m, n, m))
    return problem, (*scalings, aligned((ROWS * lanes,), dtype))


def solve_numba(problem: Problem) -> Solved:
    """Solve a batch; see `mmkernels.transport.problem`."""
    cost = problem.cost.detach().contiguous()
    n_batch, n, m = cost.shape
    single = cost.dtype == torch.float32
    kinds = (Kind(1, single=single, sources=SOURCES), Kind(ROWS, single=single, sources=SOURCES))
    lanes, dtype = kinds[0].lanes, cost.numpy().dtype
    rows, n_row = real_first(problem.mask_x, n_batch, n)
    columns, n_column = real_first(problem.mask_y, n_batch, m)
    a, b = (values.detach().double().contiguous().numpy() for values in (problem.a, problem.b))
    given = (cost.numpy(), a, b, rows.numpy(), columns.numpy())
    settings = (
        problem.epsilon.detach().double().contiguous().numpy(),
        problem.start.detach().double().contiguous().numpy(),
        problem.factor,
        problem.rho,
        problem.tolerance,
        problem.max_iterations,
        n_row.numpy(),
        n_column.numpy(),
    )
    masked = problem.mask_x is not None or problem.mask_y is not None
    plan = (np.zeros if masked else np.empty)((n_batch, n, m), dtype)
    f, row_mass = np.zeros((n_batch, n)), np.zeros((n_batch, n))
    g, column_mass = np.zeros((n_batch, m)), np.zeros((n_batch, m))
    moved, n_iterations = np.zeros(n_batch), np.zeros(n_batch, np.int64)
    out = (plan, f, g, row_mass, column_mass, moved, n_iterations)
    limits = (1.0 / RANGE[cost.dtype], RANGE[cost.dtype])

    def work(first: int, last: int) -> None:
        solve(kinds, lanes, given, settings, _scratch(n, m, lanes, dtype), limits, out, (first, last))

    if cost.dtype not in _ready:  # no problems: only compiles, or loads from disk
        message = "compiling Sinkhorn for %s (once on this machine, some seconds)"
        timer = Timer(PATIENCE, _log.warning, (message, cost.dtype))
        timer.daemon = True
        timer.start()
        try:
            work(0, 0)
        finally:
            timer.cancel()
        _ready.add(cost.dtype)
    threads.split(work, n_batch, cost=float(cost.numel()) * max(1, problem.max_iterations) / 10)
    return Solved(*(torch.from_numpy(array) for array in out))
