"""One Sinkhorn iteration without exponentials: two products with the stored densities, read from memory once.

Absorbing the potentials into E = 2**(scale * (f + g - C)) leaves the scalings u, v near 1, and an iteration is
u = (E (b v))**-1, v = (E' (a u))**-1. A block of rows is used for both products while it is in the first-level
cache. The result is trusted only while every scaling stays within 2**±range: then what E lost by underflow is
below rounding. Otherwise the caller goes back to the log domain.
"""

import math

from numba import njit

from mmkernels.simd.arithmetic import multiply_add, zero
from mmkernels.simd.memory import load, spread, store
from mmkernels.simd.sums import lane_sum
from mmkernels.transport.numba_backend.vectors import OPTIONS, add_products

ROWS = 8  # rows in a block


@njit(**OPTIONS)
def scaled_iteration(kinds, sizes, problem, scalings, limits, damped):  # type: ignore[no-untyped-def]
    """Take one iteration from the old scalings (row 0 of each array) to new ones (row 1).

    Parameters
    ----------
    kinds
        `Kind` for single vectors and `Kind` for blocks of `ROWS` rows.
    sizes
        (lanes, n, m): numbers in a vector, rows and columns that are real.
    problem
        As in `exponentials`.
    scalings
        u (2, n'), v (2, m'), x = a u (2, n'), y = b v (2, m'), and room for the sums of a block.
    limits
        (low, high): what a scaling must lie between.
    damped
        (damping, scale, leak): 1 and 0 for `damping` and `leak` when marginals are exact.

    Returns
    -------
    trusted, error
        Whether the new scalings may be used; how far the rows of the *old* plan were from what optimality asks.
    """
    one, block = kinds
    _, E, f, g, a, b, _, _, _, line = problem
    u, v, x, y, sums = scalings
    low, high = limits
    damping, scale, leak = damped
    lanes, n_row, n_column = sizes
    n, m = E.shape
    density, total, heavy, light = E.ctypes.data, line.ctypes.data, y.ctypes.data, x.ctypes.data + x.strides[0]
    room, error, trusted = sums.ctypes.data, 0.0, True
    for j in range(m):
        line[j] = 0.0
    for i0 in range(0, n, ROWS):
        rows = zero(block)
        for j in range(0, m, lanes):
            rows = multiply_add(load(block, density, i0 * m + j, m), load(block, heavy, j, 0), rows)
        store(room, 0, lanes, rows)
        for i in range(i0, i0 + ROWS):
            t = lane_sum(one, room, (i - i0) * lanes)
            if i < n_row:
                if damping == 1.0:
                    aim = a[i]
                    u[1, i] = 1.0 / t
                else:
                    aim = a[i] * 2.0 ** (-(f[i] + math.log2(u[0, i]) / scale) * leak)
                    u[1, i] = 2.0 ** ((damping - 1.0) * f[i] * scale - damping * math.log2(t))
                error += abs(x[0, i] * t - aim)
                trusted = trusted and low < u[1, i] < high
                x[1, i] = a[i] * u[1, i]
        weights = spread(block, light, i0, 1)
        for j in range(0, m, lanes):
            rows = load(block, density, i0 * m + j, m)
            store(total, j, lanes, add_products(load(one, total, j, lanes), weights, rows))
    for j in range(n_column):
        if damping == 1.0:
            v[1, j] = 1.0 / line[j]
        else:
            v[1, j] = 2.0 ** ((damping - 1.0) * g[j] * scale - damping * math.log2(line[j]))
        trusted = trusted and low < v[1, j] < high
        y[1, j] = b[j] * v[1, j]
    return trusted, error
