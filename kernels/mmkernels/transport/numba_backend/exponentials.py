"""The steps that take exponentials: one exact iteration in the log domain, the density matrix, and the plan.

Potentials f, g are float64, in units of cost; ``scale`` is log2(e) / epsilon, so that 2**(scale * (f + g - C)) is
the density of the plan with respect to the product of its marginals a, b. One problem is held as

C, E            (n', m') cost and density; n' and m' fill up whole blocks of rows and whole vectors (C there: inf)
f, g            (n',), (m',) potentials
a, b, la, lb    (n',), (m',) marginals and their base-2 logarithms, float64; 0 and -inf where filled up
h               (m',) float64, what `exponent` adds along a row
line            (m',) in the precision of the problem
"""

import math

import numpy as np
from numba import njit

from mmkernels.simd.arithmetic import add, exp2, zero
from mmkernels.simd.memory import load, store
from mmkernels.simd.sums import lane_sum
from mmkernels.transport.numba_backend.vectors import OPTIONS, exponent, maximum


@njit(**OPTIONS)
def _largest(line, top, n):  # type: ignore[no-untyped-def]
    """Return the largest of `top` and the first n numbers of a line; NaN is passed over."""
    for j in range(n):
        top = max(top, line[j])
    return top


@njit(**OPTIONS)
def log_rows(one, sizes, problem, damped):  # type: ignore[no-untyped-def]
    """Set f to the damped soft minimum over columns; return how far the rows were from what optimality asks."""
    C, _, f, g, a, _, _, lb, h, line = problem
    lanes, n_row, _ = sizes
    damping, scale, leak = damped
    m, error = h.shape[0], 0.0
    for j in range(m):
        h[j] = g[j] * scale + lb[j]
    cost, row, sums = C.ctypes.data, h.ctypes.data, line.ctypes.data
    for i in range(n_row):
        best = exponent(one, cost, i * m, row, 0, scale, 0.0)
        for j in range(lanes, m, lanes):
            best = maximum(best, exponent(one, cost, i * m + j, row, j, scale, 0.0))
        store(sums, 0, lanes, best)
        top = float(_largest(line, line[0], lanes))
        total = zero(one)
        for j in range(0, m, lanes):
            total = add(total, exp2(exponent(one, cost, i * m + j, row, j, scale, -top)))
        store(sums, 0, lanes, total)
        soft = -(top + math.log2(float(lane_sum(one, sums, 0)))) / scale
        error += a[i] * abs(2.0 ** min((f[i] - soft) * scale, 1000.0) - 2.0 ** min(-f[i] * leak, 1000.0))
        f[i] = damping * soft
    return error


@njit(**OPTIONS)
def log_columns(one, sizes, problem, damped):  # type: ignore[no-untyped-def]
    """Set g to the damped soft minimum over rows."""
    C, _, f, g, _, _, la, _, h, line = problem
    lanes, n_row, n_column = sizes
    damping, scale, _ = damped
    m = h.shape[0]
    cost, row, best = C.ctypes.data, h.ctypes.data, line.ctypes.data
    for j in range(m):
        h[j], line[j] = 0.0, -np.inf
    for i in range(n_row):
        shift = f[i] * scale + la[i]
        for j in range(0, m, lanes):
            found = exponent(one, cost, i * m + j, row, j, scale, shift)
            store(best, j, lanes, maximum(found, load(one, best, j, lanes)))
    for j in range(m):
        h[j], line[j] = -line[j], 0.0
    for i in range(n_row):
        shift = f[i] * scale + la[i]
        for j in range(0, m, lanes):
            found = exp2(exponent(one, cost, i * m + j, row, j, scale, shift))
            store(best, j, lanes, add(found, load(one, best, j, lanes)))
    for j in range(n_column):
        g[j] = -damping * (math.log2(float(line[j])) - h[j]) / scale


@njit(**OPTIONS)
def densities(one, lanes, problem, scale):  # type: ignore[no-untyped-def]
    """Set E = 2**(scale * (f + g - C)); what fills up blocks and vectors becomes 0."""
    C, E, f, g, _, _, _, _, h, _ = problem
    m = h.shape[0]
    for j in range(m):
        h[j] = g[j] * scale
    cost, row, out = C.ctypes.data, h.ctypes.data, E.ctypes.data
    for i in range(f.shape[0]):
        for j in range(0, m, lanes):
            store(out, i * m + j, lanes, exp2(exponent(one, cost, i * m + j, row, j, scale, f[i] * scale)))


@njit(**OPTIONS)
def plan_row(one, lanes, problem, scale, i):  # type: ignore[no-untyped-def]
    """Set `line` to row i of the plan, a_i b_j 2**(scale * (f_i + g_j - C_ij)); h holds scale * g + lb."""
    C, _, f, _, _, _, la, _, h, line = problem
    m = h.shape[0]
    shift = f[i] * scale + la[i]
    for j in range(0, m, lanes):
        found = exponent(one, C.ctypes.data, i * m + j, h.ctypes.data, j, scale, shift)
        store(line.ctypes.data, j, lanes, exp2(found))
