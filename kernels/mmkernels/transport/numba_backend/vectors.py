"""Vector operations that Sinkhorn needs beyond `mmkernels.simd`: exponents in double precision, maxima, products."""

from typing import Any

from llvmlite import ir
from numba import types

from mmkernels.simd.arithmetic import fused
from mmkernels.simd.memory import INT, at, load_vector
from mmkernels.simd.vector import build, intrinsic, parts, repeat

# "contract" lets a multiplication and an addition become one instruction; nothing is reordered.
OPTIONS: dict[str, Any] = {"fastmath": {"contract"}, "boundscheck": False, "error_model": "numpy", "nogil": True}
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
