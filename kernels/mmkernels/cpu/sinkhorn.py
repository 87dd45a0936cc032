"""Sinkhorn's algorithm for a range of problems of a batch: the kernel, and its launch over threads."""

import math
from typing import Any

import numpy as np
import torch
from numba import njit

from mmkernels.cpu import launch
from mmkernels.cpu.layout import aligned
from mmkernels.cpu.sinkhorn_steps import ROWS, densities, log_columns, log_rows, plan_row, scaled_iteration
from mmkernels.cpu.vectors import OPTIONS, kind_of
from mmkernels.reference.transport import Problem, Solved, real_first


@njit(**OPTIONS)
def _cut_out(given, problem, p, n_row, n_column):  # type: ignore[no-untyped-def]
    """Copy the real rows and columns of problem p together, and fill up to whole blocks and vectors."""
    cost, a_all, b_all, rows, columns = given
    C, _, f, g, a, b, la, lb, _, _ = problem
    whole = columns[p, n_column - 1] == n_column - 1  # the real columns come first
    for i in range(n_row):
        source = cost[p, rows[p, i]]
        if whole:
            for j in range(n_column):
                C[i, j] = source[j]
        else:
            for j in range(n_column):
                C[i, j] = source[columns[p, j]]
    for i in range(C.shape[0]):
        for j in range(n_column if i < n_row else 0, C.shape[1]):
            C[i, j] = np.inf
    for i in range(a.shape[0]):
        f[i], a[i] = 0.0, a_all[p, rows[p, i]] if i < n_row else 0.0
        la[i] = math.log2(a[i]) if a[i] > 0.0 else -np.inf
    for j in range(b.shape[0]):
        g[j], b[j] = 0.0, b_all[p, columns[p, j]] if j < n_column else 0.0
        lb[j] = math.log2(b[j]) if b[j] > 0.0 else -np.inf


@njit(**OPTIONS)
def _absorb(problem, scalings, scale, n_row, n_column):  # type: ignore[no-untyped-def]
    """Move the scalings into the potentials."""
    _, _, f, g, _, _, _, _, _, _ = problem
    u, v, _, _, _ = scalings
    for i in range(n_row):
        f[i] += math.log2(u[0, i]) / scale
    for j in range(n_column):
        g[j] += math.log2(v[0, j]) / scale


@njit(**OPTIONS)
def _reset(problem, scalings):  # type: ignore[no-untyped-def]
    """Set every scaling to 1; what fills up has no mass."""
    _, _, _, _, a, b, _, _, _, _ = problem
    u, v, x, y, _ = scalings
    for i in range(a.shape[0]):
        u[0, i], x[0, i], x[1, i] = 1.0, a[i], 0.0
    for j in range(b.shape[0]):
        v[0, j], y[0, j], y[1, j] = 1.0, b[j], 0.0


@njit(**OPTIONS)
def _accept(scalings):  # type: ignore[no-untyped-def]
    """Make the new scalings the old ones."""
    u, v, x, y, _ = scalings
    for i in range(u.shape[1]):
        u[0, i], x[0, i] = u[1, i], x[1, i]
    for j in range(v.shape[1]):
        v[0, j], y[0, j] = v[1, j], y[1, j]


@njit(**OPTIONS)
def _iterate(kinds, sizes, problem, scalings, limits, settings):  # type: ignore[no-untyped-def]
    """Run Sinkhorn on one problem and leave the result in its potentials; return the number of iterations."""
    one, _ = kinds
    _, n_row, n_column = sizes
    epsilon, start, factor, rho, tolerance, max_iterations = settings
    leak = math.log2(math.e) / rho
    n_done = 0
    warm = start
    while warm > epsilon:
        damped = (1.0 / (1.0 + warm / rho), math.log2(math.e) / warm, leak)
        log_rows(one, sizes, problem, damped)
        log_columns(one, sizes, problem, damped)
        n_done += 1
        warm *= factor
    scale = math.log2(math.e) / epsilon
    damped = (1.0 / (1.0 + epsilon / rho), scale, leak)
    last, scaled = n_done + max_iterations, False
    while n_done < last:
        if scaled:
            trusted, error = scaled_iteration(kinds, sizes, problem, scalings, limits, damped)
            if not trusted:
                _absorb(problem, scalings, scale, n_row, n_column)
                scaled = False
                continue
            _accept(scalings)
        else:
            error = log_rows(one, sizes, problem, damped)
            log_columns(one, sizes, problem, damped)
        n_done += 1
        if error != error or (tolerance > 0.0 and error <= tolerance):
            break
        if not scaled and n_done < last:
            densities(one, sizes[0], problem, scale)
            _reset(problem, scalings)
            scaled = True
    if scaled:
        _absorb(problem, scalings, scale, n_row, n_column)
    return n_done


@njit(cache=True, **OPTIONS)
def sinkhorn(kinds, lanes, given, settings, scratch, limits, out, span):  # type: ignore[no-untyped-def]
    """Solve problems span[0] <= p < span[1].

    Parameters
    ----------
    kinds
        `Kind` for single vectors and for blocks of rows.
    lanes
        Numbers in a vector.
    given
        cost (B, n, m); a (B, n), b (B, m) float64; indices of the real rows (B, n) and columns (B, m), first.
    settings
        epsilon (B,), start of its scaling (B,), factor, rho (inf: exact marginals), tolerance, max_iterations,
        number of real rows (B,) and columns (B,).
    scratch
        The arrays of one problem and its scalings (see `sinkhorn_steps`), large enough for any.
    limits
        Range of valid scalings.
    out
        plan (B, n, m), zero where it is not written; f, row mass (B, n); g, column mass (B, m); cost and
        iterations (B,).
    span
        Range of problems.
    """
    one, _ = kinds
    _, _, _, rows, columns = given
    epsilon, start, factor, rho, tolerance, max_iterations, n_rows, n_columns = settings
    problem, scalings = scratch
    plan, f_all, g_all, row_mass, column_mass, moved, n_iterations = out
    C, _, f, g, _, _, _, lb, h, line = problem
    for p in range(span[0], span[1]):
        n_row, n_column = n_rows[p], n_columns[p]
        if n_row == 0 or n_column == 0:
            continue
        sizes = (lanes, n_row, n_column)
        _cut_out(given, problem, p, n_row, n_column)
        here = (epsilon[p], start[p], factor, rho, tolerance, max_iterations)
        n_iterations[p] = _iterate(kinds, sizes, problem, scalings, limits, here)
        scale = math.log2(math.e) / epsilon[p]
        for j in range(h.shape[0]):
            h[j] = g[j] * scale + lb[j]
        for i in range(n_row):
            plan_row(one, lanes, problem, scale, i)
            to, mass, spent = rows[p, i], 0.0, 0.0
            for j in range(n_column):
                share = line[j]
                plan[p, to, columns[p, j]] = share
                mass += share
                column_mass[p, columns[p, j]] += share
                if share != 0.0:  # 0 * inf is not 0: a forbidden pair adds no cost; NaN stays NaN
                    spent += share * C[i, j]
            row_mass[p, to] = mass
            moved[p] += spent
            f_all[p, to] = f[i]
        for j in range(n_column):
            g_all[p, columns[p, j]] = g[j]


RANGE = {torch.float32: 2.0**30, torch.float64: 2.0**200}  # how far scalings may leave 1


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
    """Solve a batch; see `mmkernels.reference.transport`."""
    cost = problem.cost.detach().contiguous()
    n_batch, n, m = cost.shape
    single = cost.dtype == torch.float32
    kinds = (kind_of(1, single=single), kind_of(ROWS, single=single))
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
        sinkhorn(kinds, lanes, given, settings, _scratch(n, m, lanes, dtype), limits, out, (first, last))

    with launch.report_compilation(sinkhorn, kinds[0]) as first:
        if first:  # no problems: only compiles, or loads from disk
            work(0, 0)
    launch.run_tasks(work, n_batch, cost=float(cost.numel()) * max(1, problem.max_iterations) / 10)
    return Solved(*(torch.from_numpy(array) for array in out))
