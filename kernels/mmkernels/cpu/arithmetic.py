"""Arithmetic on vectors-per-modality: sums, products, 2**x, and choice by mask.

No flag here lets LLVM assume away NaN or infinity, or reorder a sum: a NaN in the data is a NaN in the
result, and a kernel gives the same bits each time.
"""

import math
from collections.abc import Callable
from typing import Any

import numpy as np
from llvmlite import ir
from numba import types
from numba.core import cgutils

from mmkernels.cpu.memory import INT, each
from mmkernels.cpu.vectors import HAS_AVX512, I32, VectorType, build, intrinsic, parts

# 2**f = 1 + f * (c0 + c1 f + ...) on [-1/2, 1/2], interpolated at Chebyshev points; 2**0 is exactly 1.
# Largest relative error 2.0e-7 (single, five terms) and 8.4e-18 (double, eleven terms).
_SINGLE = (
    0.693147180559945309,
    0.240223490380203614,
    0.0555038101379645743,
    0.00966636851538544831,
    0.00133813025373207962,
)
_DOUBLE = (
    0.693147180559945309,
    0.240226506959100982,
    0.0555041086648215943,
    0.00961812910760688853,
    0.00133335581464169353,
    0.000154035304417360502,
    0.0000152527338298361184,
    1.32154425879216897e-6,
    1.01780624458457735e-7,
    7.0725859492692237e-9,
    4.45496059818651839e-10,
)

COEFFICIENTS = {True: _SINGLE, False: _DOUBLE}


def constant(vectors: VectorType, value: float) -> Any:
    """Return a vector constant with the same number in every lane."""
    if vectors.dtype == types.float32:
        value = float(np.float32(value))
    return ir.Constant(vectors.vector_ir, [value] * vectors.lanes)


def fused(builder: Any, vectors: VectorType, x: Any, y: Any, z: Any) -> Any:
    """Return x * y + z of single vectors, fused where the CPU has the instruction."""
    typ = ir.FunctionType(vectors.vector_ir, [vectors.vector_ir] * 3)
    function = cgutils.get_or_insert_function(builder.module, typ, f"llvm.fmuladd.{vectors.suffix}")
    return builder.call(function, [x, y, z])


def _magnitude(builder: Any, vectors: VectorType, x: Any) -> Any:
    typ = ir.FunctionType(vectors.vector_ir, [vectors.vector_ir])
    return builder.call(cgutils.get_or_insert_function(builder.module, typ, f"llvm.fabs.{vectors.suffix}"), [x])


def _polynomial(builder: Any, vectors: VectorType, f: Any) -> Any:
    coefficients = _SINGLE if vectors.dtype == types.float32 else _DOUBLE
    value = constant(vectors, coefficients[-1])
    for coefficient in (*coefficients[-2::-1], 1.0):
        value = fused(builder, vectors, value, f, constant(vectors, coefficient))
    return value


def _scale_avx512(builder: Any, vectors: VectorType, value: Any, k: Any) -> Any:
    """Return value * 2**floor(k) by one instruction that also knows overflow, underflow and NaN."""
    single = vectors.dtype == types.float32
    bits = ir.IntType(16 if single else 8)
    typ = ir.FunctionType(vectors.vector_ir, [vectors.vector_ir] * 3 + [bits, I32])
    name = f"llvm.x86.avx512.mask.scalef.{'ps' if single else 'pd'}.512"
    function = cgutils.get_or_insert_function(builder.module, typ, name)
    all_lanes, round_as_set = ir.Constant(bits, -1), ir.Constant(I32, 4)
    return builder.call(function, [value, k, constant(vectors, 0.0), all_lanes, round_as_set])


def _scale_portable(builder: Any, vectors: VectorType, value: Any, k: Any) -> Any:
    """Return value * 2**k by adding k to the exponent bits."""
    single = vectors.dtype == types.float32
    integers = ir.VectorType(I32 if single else ir.IntType(64), vectors.lanes)
    exponent = builder.fptosi(k, ir.VectorType(I32, vectors.lanes))
    if not single:
        exponent = builder.sext(exponent, integers)
    shift = ir.Constant(integers, [23 if single else 52] * vectors.lanes)
    bits = builder.add(builder.bitcast(value, integers), builder.shl(exponent, shift))
    return builder.bitcast(bits, vectors.vector_ir)


def scale(builder: Any, vectors: VectorType, value: Any, k: Any) -> Any:
    """Return value * 2**k for whole numbers k that are within limits (AVX-512: any k, rounded down)."""
    return (_scale_avx512 if HAS_AVX512 else _scale_portable)(builder, vectors, value, k)


def _clamp(builder: Any, vectors: VectorType, x: Any) -> Any:
    """Limit x to where `_scale_portable` works; NaN stays NaN.

    At the lower limit the exponent bits become 0 and 2**x exactly 0, at the upper one all ones and exactly
    infinity. In between only results below the smallest normal number lose digits.
    """
    low, high = (-127.0, 128.0) if vectors.dtype == types.float32 else (-1023.0, 1024.0)
    x = builder.select(builder.fcmp_ordered("<", x, constant(vectors, low)), constant(vectors, low), x)
    return builder.select(builder.fcmp_ordered(">", x, constant(vectors, high)), constant(vectors, high), x)


def _exp2(builder: Any, vectors: VectorType, x: Any) -> Any:
    if not HAS_AVX512:
        x = _clamp(builder, vectors, x)
    typ = ir.FunctionType(vectors.vector_ir, [vectors.vector_ir])
    nearest = cgutils.get_or_insert_function(builder.module, typ, f"llvm.rint.{vectors.suffix}")
    k = builder.call(nearest, [x])
    value = _polynomial(builder, vectors, builder.fsub(x, k))
    return scale(builder, vectors, value, k)


def _elementwise(operation: Callable[..., Any], n_args: int, doc: str) -> Any:
    """Make an intrinsic that applies `operation(builder, vectors, *vectors)` modality by modality."""

    def generate(context: Any, builder: Any, sig: Any, args: Any) -> Any:
        vectors = sig.return_type
        columns = zip(*(parts(builder, vectors, arg) for arg in args), strict=True)
        return build(builder, vectors, [operation(builder, vectors, *column) for column in columns])

    def one(typingctx: Any, x: Any) -> Any:
        return x(x), generate

    def two(typingctx: Any, x: Any, y: Any) -> Any:
        return x(x, x), generate

    def three(typingctx: Any, x: Any, y: Any, z: Any) -> Any:
        return x(x, x, x), generate

    typed = (one, two, three)[n_args - 1]
    typed.__doc__ = doc
    return intrinsic(typed)


add = _elementwise(lambda builder, vectors, x, y: builder.fadd(x, y), 2, "Return x + y.")
multiply = _elementwise(lambda builder, vectors, x, y: builder.fmul(x, y), 2, "Return x * y.")
multiply_add = _elementwise(fused, 3, "Return x * y + z.")
one_minus = _elementwise(lambda builder, vectors, x: builder.fsub(constant(vectors, 1.0), x), 1, "Return 1 - x.")
magnitude = _elementwise(_magnitude, 1, "Return |x|.")
exp2 = _elementwise(_exp2, 1, "Return 2**x; exactly 1 at 0, NaN for NaN.")


@intrinsic
def zero(typingctx: Any, kind: Any) -> Any:
    """Return zeros."""
    vectors = kind.vectors

    def generate(context: Any, builder: Any, sig: Any, args: Any) -> Any:
        return build(builder, vectors, [constant(vectors, 0.0)] * vectors.count)

    return vectors(kind), generate


@intrinsic
def times_ln2(typingctx: Any, x: Any) -> Any:
    """Return x * log(2): what turns a gradient of 2**x into one of exp(x)."""

    def generate(context: Any, builder: Any, sig: Any, args: Any) -> Any:
        factor = constant(x, math.log(2.0))
        return build(builder, x, [builder.fmul(part, factor) for part in parts(builder, x, args[0])])

    return x(x), generate


def chosen(builder: Any, vectors: VectorType, where: Any, pair: tuple[list[Any], list[Any]]) -> list[Any]:
    """Return pair[0] for each modality whose mask byte is not 0, else pair[1], as single vectors.

    A pair may hold several vectors per modality (the rows of a matrix); `vectors` then counts modalities.
    """
    yes, no = pair
    per_modality = len(yes) // vectors.count
    out: list[Any] = []
    for m, pointer in enumerate(each(builder, vectors, where, ir.IntType(8))):
        is_real = builder.icmp_unsigned("!=", builder.load(pointer), ir.Constant(ir.IntType(8), 0))
        row = range(m * per_modality, (m + 1) * per_modality)
        out.extend(builder.select(is_real, yes[i], no[i]) for i in row)
    return out


@intrinsic
def where_real(typingctx: Any, mask: Any, index: Any, stride: Any, value: Any, other: Any) -> Any:
    """Return `value` for each modality m with byte mask[index + m * stride] != 0, else `other`."""

    def generate(context: Any, builder: Any, sig: Any, args: Any) -> Any:
        pair = parts(builder, value, args[3]), parts(builder, value, args[4])
        return build(builder, value, chosen(builder, value, args[:3], pair))

    return value(INT, INT, INT, value, value), generate
