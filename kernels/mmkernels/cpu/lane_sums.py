"""Sums over the lanes of vectors.

One sum is gathered in memory register by register and folded to one number at the end. Many sums at once are folded
onto one another before they reach memory: two vectors become one that holds the first's halves, added, beside the
second's; four of those two, and so on. For the 2 M sums of a scan's backward pass that is 2 M times less to load and
store, up to the lanes of a vector.
"""

import math
from dataclasses import dataclass
from typing import Any

from llvmlite import ir
from numba import types

from mmkernels.cpu.arithmetic import constant, fused
from mmkernels.cpu.memory import INT, at, load_vector, neighbours, store_vector
from mmkernels.cpu.vectors import I32, VectorType, intrinsic, parts, registers


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


_QUICK_BYTES = 16  # within so many, every CPU rearranges numbers quickly


def _n_step(n_sum: int, width: int) -> int:
    """Return how often so many vectors are folded: as long as there are several, and lanes to fold."""
    return min(math.ceil(math.log2(n_sum)), int(math.log2(width)))


def folded_size(n_sum: int, width: int) -> int:
    """Return how many numbers `add_dot_products` keeps for so many sums, in vectors of `width`."""
    return math.ceil(n_sum / 2 ** _n_step(n_sum, width)) * width


@dataclass(frozen=True)
class _Step:
    """The lanes of two vectors, one behind the other, that are added to one another."""

    low: list[int]
    high: list[int]


def _step(vectors: VectorType, segment: int) -> _Step:
    """Return how to add the halves of every segment of two vectors."""
    quick = max(1, _QUICK_BYTES // vectors.itemsize)
    size = vectors.lanes if segment > quick else quick
    step = _Step([], [])
    for first in range(0, vectors.lanes, size):
        for vector in (0, vectors.lanes):
            for lane in range(first, first + size):
                (step.low if lane % segment < segment // 2 else step.high).append(vector + lane)
    return step


def _steps(vectors: VectorType) -> list[_Step]:
    """Return every step, from whole vectors to one lane for each sum."""
    return [_step(vectors, vectors.lanes >> k) for k in range(int(math.log2(vectors.lanes)))]


def _where(vectors: VectorType, n_sum: int) -> list[list[int]]:
    """Return for every vector that is left after all steps which of its lanes holds its first sum, its second, ..."""
    owners = [[i] * vectors.lanes for i in range(n_sum)]
    for step in _steps(vectors):
        owners += [[-1] * vectors.lanes] * (len(owners) % 2)
        pairs = [owners[i] + owners[i + 1] for i in range(0, len(owners), 2)]
        owners = [[pair[lane] for lane in step.low] for pair in pairs]
    return [[whose.index(i) for i in sorted({*whose} - {-1})] for whose in owners]


def _picked(builder: Any, first: Any, second: Any, lanes: list[int]) -> Any:
    return builder.shuffle_vector(first, second, ir.Constant(ir.VectorType(I32, len(lanes)), lanes))


def _fold(builder: Any, vectors: VectorType, values: list[Any], steps: list[_Step]) -> list[Any]:
    for step in steps:
        values = values + [constant(vectors, 0.0)] * (len(values) % 2)
        pairs = zip(values[::2], values[1::2], strict=True)
        values = [builder.fadd(_picked(builder, *pair, step.low), _picked(builder, *pair, step.high)) for pair in pairs]
    return values


def _kept(vectors: VectorType) -> tuple[VectorType, int]:
    """Return the vectors that are kept for two sums per modality, and after how many steps."""
    width, n_sum = vectors.lanes // vectors.registers, 2 * vectors.count
    return VectorType(vectors.dtype, folded_size(n_sum, width) // width), _n_step(n_sum, width)


@intrinsic
def folded_of(typingctx: Any, kind: Any) -> Any:
    """Return how many numbers `add_dot_products` keeps, as a constant of the compiled kernel."""
    kept, _ = _kept(kind.vectors)
    return types.intp(kind), lambda context, builder, sig, args: ir.Constant(ir.IntType(64), kept.lanes * kept.count)


@intrinsic
def clear_folded(typingctx: Any, kind: Any, address: Any, index: Any) -> Any:
    """Set what `add_dot_products` keeps at address[index:] to zero."""
    return types.void(kind, INT, INT), clearing(_kept(kind.vectors)[0])


@intrinsic
def add_dot_products(typingctx: Any, address: Any, index: Any, a: Any, b: Any, c: Any, d: Any) -> Any:
    """Add the dot products a[m] b[m] and c[m] d[m] of every modality to what is kept at address[index:]."""
    kept, n_step = _kept(a)

    def generate(context: Any, builder: Any, sig: Any, args: Any) -> Any:
        products = []
        for left, right in (args[2:4], args[4:6]):
            for one, other in zip(parts(builder, a, left), parts(builder, a, right), strict=True):
                pairs = [*zip(registers(builder, a, one), registers(builder, a, other), strict=True)]
                product = builder.fmul(*pairs[0])
                for pair in pairs[1:]:
                    product = fused(builder, kept, *pair, product)
                products.append(product)
        values = _fold(builder, kept, products, _steps(kept)[:n_step])
        where = neighbours(builder, kept, args[0], args[1], kept.lanes)
        for pointer, value in zip(where, values, strict=True):
            store_vector(builder, kept, pointer, builder.fadd(load_vector(builder, kept, pointer), value))
        return context.get_dummy_value()

    return types.void(INT, INT, a, a, a, a), generate


@intrinsic
def finish_folded(typingctx: Any, kind: Any, address: Any, index: Any) -> Any:
    """Put the sums in the place of what is kept at address[index:]: first all a[m] b[m], then all c[m] d[m]."""
    kept, n_step = _kept(kind.vectors)

    def generate(context: Any, builder: Any, sig: Any, args: Any) -> Any:
        pointers = neighbours(builder, kept, args[1], args[2], kept.lanes)
        values = [load_vector(builder, kept, pointer) for pointer in pointers]
        values = _fold(builder, kept, values, _steps(kept)[n_step:])
        for pointer, value, lanes in zip(pointers, values, _where(kept, 2 * kind.vectors.count), strict=True):
            order = lanes + lanes[:1] * (kept.lanes - len(lanes))  # what comes after the last sum is not read
            store_vector(builder, kept, pointer, _picked(builder, value, value, order))
        return context.get_dummy_value()

    return types.void(kind, INT, INT), generate
