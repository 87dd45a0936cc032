"""Sums over lanes: gathered in memory register by register, and folded to one number at the end.

A vector may fill several registers; in a sum they are added to one another at once, so that the sum takes one.
"""

from typing import Any

from llvmlite import ir
from numba import types

from mmkernels.simd.arithmetic import constant, fused
from mmkernels.simd.memory import INT, at, load_vector, neighbours, store_vector
from mmkernels.simd.vector import I32, VectorType, intrinsic, parts, registers


def _one_register(vectors: VectorType) -> VectorType:
    """Return as many vectors, of one register each."""
    return VectorType(vectors.dtype, vectors.count)


def _folded(builder: Any, vectors: VectorType, value: Any) -> Any:
    """Return the sum of a vector's lanes: the upper half is folded onto the lower half until one is left."""
    width = vectors.lanes
    while width > 1:
        width //= 2
        low = ir.Constant(ir.VectorType(I32, width), [*range(width)])
        high = ir.Constant(ir.VectorType(I32, width), [*range(width, 2 * width)])
        upper = builder.shuffle_vector(value, value, high)
        value = builder.fadd(builder.shuffle_vector(value, value, low), upper)
    return builder.extract_element(value, ir.Constant(I32, 0))


@intrinsic
def width_of(typingctx: Any, kind: Any) -> Any:
    """Return how many numbers one register holds, as a constant of the compiled kernel."""
    width = kind.vectors.lanes // kind.vectors.registers
    return types.intp(kind), lambda context, builder, sig, args: ir.Constant(ir.IntType(64), width)


def clearing(vectors: VectorType) -> Any:
    """Return what generates zeros for `vectors` at address[index:], the second and third argument of an intrinsic."""

    def generate(context: Any, builder: Any, sig: Any, args: Any) -> Any:
        for pointer in neighbours(builder, vectors, args[1], args[2], vectors.lanes):
            store_vector(builder, vectors, pointer, constant(vectors, 0.0))
        return context.get_dummy_value()

    return generate


@intrinsic
def clear(typingctx: Any, kind: Any, address: Any, index: Any) -> Any:
    """Set the sums at address[index:] to zero, one register for each modality."""
    return types.void(kind, INT, INT), clearing(_one_register(kind.vectors))


@intrinsic
def add_products(typingctx: Any, address: Any, index: Any, x: Any, y: Any) -> Any:
    """Add x * y to the sums at address[index:], one register for each modality; registers in their order."""
    narrow = _one_register(x)

    def generate(context: Any, builder: Any, sig: Any, args: Any) -> Any:
        where = neighbours(builder, narrow, args[0], args[1], narrow.lanes)
        for pointer, one, other in zip(where, parts(builder, x, args[2]), parts(builder, x, args[3]), strict=True):
            total = load_vector(builder, narrow, pointer)
            for left, right in zip(registers(builder, x, one), registers(builder, x, other), strict=True):
                total = fused(builder, narrow, left, right, total)
            store_vector(builder, narrow, pointer, total)
        return context.get_dummy_value()

    return types.void(INT, INT, x, x), generate


def _sum_of(vectors: VectorType) -> Any:
    def generate(context: Any, builder: Any, sig: Any, args: Any) -> Any:
        value = load_vector(builder, vectors, at(builder, args[1], args[2], vectors.float_ir))
        return _folded(builder, vectors, value)

    return generate


@intrinsic
def lane_sum(typingctx: Any, kind: Any, address: Any, index: Any) -> Any:
    """Return the sum of the numbers of one whole vector at address[index], in a fixed order."""
    return kind.dtype(kind, INT, INT), _sum_of(kind.vectors)


@intrinsic
def register_sum(typingctx: Any, kind: Any, address: Any, index: Any) -> Any:
    """Return the sum of the numbers of one register at address[index], in a fixed order."""
    return kind.dtype(kind, INT, INT), _sum_of(_one_register(kind.vectors))
