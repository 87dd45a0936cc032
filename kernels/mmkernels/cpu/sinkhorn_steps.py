"""Steps of Sinkhorn's algorithm on the CPU: exact in the log domain, and scaled without exponentials.

Potentials f, g are float64, in units of cost; ``scale`` is log2(e) / epsilon, so that 2**(scale * (f + g - C)) is
the density of the plan with respect to the product of its marginals a, b. The arrays of one problem are

C, E            (n', m') cost and density; n' and m' fill up whole blocks of rows and whole vectors (C there: inf)
f, g            (n',), (m',) potentials
a, b, la, lb    (n',), (m',) marginals and their base-2 logarithms, float64; 0 and -inf where filled up
h               (m',) float64, what `exponent` adds along a row
line            (m',) in the precision of the problem

Absorbing the potentials into E = 2**(scale * (f + g - C)) leaves the scalings u, v near 1, and an iteration is
u = (E (b v))**-1, v = (E' (a u))**-1: two products with the stored densities, read from memory once. A block of rows is
used for both products while it is in the first-level cache. The result is valid only while every scaling stays within
2**±range: then what E lost by underflow is below rounding. Otherwise the caller returns to the log domain.
"""

import math
from typing import Any

import numpy as np
from llvmlite import ir
from numba import njit, types

from mmkernels.cpu.arithmetic import add, exp2, fused, multiply_add, zero
from mmkernels.cpu.lane_sums import lane_sum
from mmkernels.cpu.memory import INT, at, load, load_vector, spread, store
from mmkernels.cpu.vectors import OPTIONS, build, intrinsic, parts, repeat

LOWEST = -1e30  # 2**LOWEST is 0; keeps infinities, of which exp2 may make NaN, out of it


def _widen(builder: Any, wide: ir.VectorType, value: Any) -> Any:
    return value if value.type == wide else builder.fpext(value, wide)


@intrinsic
def exponent(typingctx: Any, kind: Any, cost: Any, index: Any, row: Any, column: Any, scale: Any, shift: Any) -> Any:
    """Return row[column + lane] + shift - scale * cost[index + lane], computed in float64, then rounded.

    Where a plan is large the terms nearly cancel; in float64 nothing is lost by it. `row` is the address of
    float64 numbers, `cost` of numbers in the precision of `kind`. Values below `LOWEST`, and -inf, become `LOWEST`.
    """
    vectors = kind.vectors

    def generate(context: Any, builder: Any, sig: Any, args: Any) -> Any:
        _, cost, index, row, column, scale, shift = args
        wide = ir.VectorType(ir.DoubleType(), vectors.lanes)
        found = load_vector(builder, vectors, at(builder, cost, index, vectors.float_ir))
        pointer = builder.bitcast(at(builder, row, column, ir.DoubleType()), wide.as_pointer())
        terms = builder.load(pointer)
        terms.align = 8
        terms = builder.fadd(terms, repeat(builder, wide, shift))
        value = builder.fsub(terms, builder.fmul(repeat(builder, wide, scale), _widen(builder, wide, found)))
        lowest = ir.Constant(wide, [LOWEST] * vectors.lanes)
        value = builder.select(builder.fcmp_ordered("<", value, lowest), lowest, value)
        if kind.dtype == types.float32:
            value = builder.fptrunc(value, vectors.vector_ir)
        return build(builder, vectors, [value] * vectors.count)

    return vectors(kind, INT, INT, INT, INT, types.float64, types.float64), generate


@intrinsic
def maximum(typingctx: Any, x: Any, y: Any) -> Any:
    """Return the larger of x and y, lane by lane; y where x is NaN."""

    def generate(context: Any, builder: Any, sig: Any, args: Any) -> Any:
        pairs = zip(parts(builder, x, args[0]), parts(builder, x, args[1]), strict=True)
        return build(builder, x, [builder.select(builder.fcmp_ordered(">", p, q), p, q) for p, q in pairs])

    return x(x, x), generate


@intrinsic
def add_products(typingctx: Any, total: Any, x: Any, y: Any) -> Any:
    """Return total + sum_m x[m] * y[m], one vector."""

    def generate(context: Any, builder: Any, sig: Any, args: Any) -> Any:
        value = builder.extract_value(args[0], 0)
        for left, right in zip(parts(builder, x, args[1]), parts(builder, y, args[2]), strict=True):
            value = fused(builder, x, left, right, value)
        return build(builder, total, [value])

    return total(total, x, x), generate


@njit(**OPTIONS)
def _largest(line, top, n):  # type: ignore[no-untyped-def]
    """Return the largest of `top` and the first n numbers of a line; NaN is ignored."""
    for j in range(n):
        top = max(top, line[j])
    return top


@njit(**OPTIONS)
def log_rows(one, sizes, problem, damped):  # type: ignore[no-untyped-def]
    """Set f to the damped soft minimum over columns; return the distance of the rows from the optimality condition."""
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


ROWS = 8  # rows in a block


@njit(**OPTIONS)
def scaled_iteration(kinds, sizes, problem, scalings, limits, damped):  # type: ignore[no-untyped-def]
    """Compute one iteration from the old scalings (row 0 of each array) to new ones (row 1).

    Parameters
    ----------
    kinds
        `Kind` for single vectors and `Kind` for blocks of `ROWS` rows.
    sizes
        (lanes, n, m): numbers in a vector, rows and columns that are real.
    problem
        The arrays of one problem, see above.
    scalings
        u (2, n'), v (2, m'), x = a u (2, n'), y = b v (2, m'), and room for the sums of a block.
    limits
        (low, high): range of valid scalings.
    damped
        (damping, scale, leak): 1 and 0 for `damping` and `leak` when marginals are exact.

    Returns
    -------
    trusted, error
        Whether the new scalings may be used; the distance of the rows of the *old* plan from the optimality condition.
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
