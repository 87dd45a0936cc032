"""2**x and the logistic function, with their constants read from memory.

LLVM loads a floating-point constant anew where it is used, eight of them for every power in an inner loop;
constants that arrive through memory stay in registers or are operands of the arithmetic. Vectors follow one
another whole: with sixteen registers, taking all of them through each step together was slower.

Single precision with AVX-512 splits off sixteenths in place of whole numbers: 2**x = 2**f 2**(j / 16) 2**k, where the
middle factor comes from a register. That is one multiplication less (they are what a scan waits for), and more additions;
where nothing but powers is computed it is slower.
"""

import math
from typing import Any

import numpy as np
from llvmlite import ir
from numba import types
from numba.core import cgutils

from mmkernels.simd.arithmetic import COEFFICIENTS, constant, fused, scale
from mmkernels.simd.memory import INT, at, load_vector
from mmkernels.simd.vector import (
    HAS_AVX512,
    I32,
    VECTOR_BYTES,
    VectorType,
    build,
    intrinsic,
    parts,
    registers,
    together,
)

# Below the first the exponent bits become 0 and 2**x exactly 0, above the second all ones and infinity; in
# between only results below the smallest normal number lose digits.
_LIMITS = {True: (-127.0, 128.0), False: (-1023.0, 1024.0)}


_PARTS = 16  # fractions of two that one register holds
_SHIFT = 1.5 * 2**23 / _PARTS  # adding it rounds to sixteenths, and leaves their number in the lowest bits


def _terms(*, single: bool) -> np.ndarray[Any, Any]:
    """Return the constants, each repeated over the lanes of a vector.

    They are the limits, then the coefficients, highest first. Of the form with sixteenths: what rounds to them, the
    coefficients on [-1/32, 1/32] (those of the series: the next is below 1e-8), and the powers, one in each lane.
    """
    dtype = np.float32 if single else np.float64
    lanes = VECTOR_BYTES // np.dtype(dtype).itemsize
    if _by_sixteenths(single=single):
        ln2 = math.log(2.0)
        numbers = np.repeat([_SHIFT, ln2**3 / 6, ln2**2 / 2, ln2], lanes)
        return np.concatenate([numbers, 2.0 ** (np.arange(_PARTS) / _PARTS)]).astype(dtype)
    return np.repeat(np.array((*_LIMITS[single], *reversed(COEFFICIENTS[single]), 1.0), dtype), lanes)


def _by_sixteenths(*, single: bool) -> bool:
    return single and HAS_AVX512


TERMS = {single: _terms(single=single) for single in (True, False)}


_ADDRESSES = {single: int(TERMS[single].ctypes.data) for single in TERMS}


def terms_address(*, single: bool) -> int:
    """Return where the constants of `exp2_by` are, for float32 (`single`) or float64."""
    return _ADDRESSES[single]


@intrinsic
def load_terms(typingctx: Any, kind: Any, address: Any) -> Any:
    """Load the constants of `exp2_by` from `terms_address`; once, outside the loop."""
    one = VectorType(kind.dtype, 1)
    count = len(TERMS[kind.dtype == types.float32]) // one.lanes
    terms = VectorType(kind.dtype, count)

    def generate(context: Any, builder: Any, sig: Any, args: Any) -> Any:
        loaded = []
        for index in range(count):
            where = ir.Constant(args[1].type, index * terms.lanes)
            loaded.append(load_vector(builder, terms, at(builder, args[1], where, terms.float_ir)))
        return build(builder, terms, loaded)

    return terms(kind, INT), generate


def power_of_two(builder: Any, x: VectorType, terms: list[Any], power: Any) -> Any:
    """Return 2**power for one vector, register by register; each of `terms` fills one."""
    narrow = VectorType(x.dtype, 1)
    values = []
    for part in registers(builder, x, power):
        values.append(_end(builder, narrow, terms, part, _begin(builder, narrow, terms, part)))
    return together(builder, values)


def _begin(builder: Any, x: VectorType, terms: list[Any], power: Any) -> Any:
    """Return what `_end` wants to know of one register early: where its sixteenths are, or nothing new."""
    return builder.fadd(power, terms[0]) if _by_sixteenths(single=x.dtype == types.float32) else power


def _end(builder: Any, x: VectorType, terms: list[Any], power: Any, begun: Any) -> Any:
    """Return 2**power for one register."""
    if _by_sixteenths(single=x.dtype == types.float32):
        return _power_by_sixteenths(builder, x, terms, power, begun)
    low, high, first, *others = terms
    if not HAS_AVX512:
        power = builder.select(builder.fcmp_ordered("<", power, low), low, power)
        power = builder.select(builder.fcmp_ordered(">", power, high), high, power)
    typ = ir.FunctionType(x.vector_ir, [x.vector_ir])
    nearest = cgutils.get_or_insert_function(builder.module, typ, f"llvm.rint.{x.suffix}")
    whole = builder.call(nearest, [power])
    rest = builder.fsub(power, whole)
    value = first
    for coefficient in others:
        value = fused(builder, x, value, rest, coefficient)
    return scale(builder, x, value, whole)


def _power_by_sixteenths(builder: Any, x: VectorType, terms: list[Any], power: Any, shifted: Any) -> Any:
    shift, third, second, first, powers = terms
    nearest = builder.fsub(shifted, shift)
    rest = builder.fsub(power, nearest)
    integers = ir.VectorType(I32, x.lanes)
    typ = ir.FunctionType(x.vector_ir, [x.vector_ir, integers])
    select = cgutils.get_or_insert_function(builder.module, typ, "llvm.x86.avx512.permvar.sf.512")
    factor = builder.call(select, [powers, builder.bitcast(shifted, integers)])
    slope = fused(builder, x, fused(builder, x, third, rest, second), rest, first)
    value = fused(builder, x, builder.fmul(factor, rest), slope, factor)
    return scale(builder, x, value, nearest)  # by 2 to the whole number below


@intrinsic
def exp2_by(typingctx: Any, terms: Any, x: Any) -> Any:
    """Return 2**x; exactly 1 at 0, NaN for NaN. `terms` comes from `load_terms`."""

    def generate(context: Any, builder: Any, sig: Any, args: Any) -> Any:
        loaded = parts(builder, terms, args[0])
        return build(builder, x, [power_of_two(builder, x, loaded, part) for part in parts(builder, x, args[1])])

    return x(terms, x), generate


@intrinsic
def begin_exp2(typingctx: Any, terms: Any, x: Any) -> Any:
    """Return the first step to 2**x, for `end_exp2`: a loop may take it before its time, while others are computed."""
    narrow = VectorType(x.dtype, 1)

    def generate(context: Any, builder: Any, sig: Any, args: Any) -> Any:
        loaded, out = parts(builder, terms, args[0]), []
        for part in parts(builder, x, args[1]):
            out.append(together(builder, [_begin(builder, narrow, loaded, one) for one in registers(builder, x, part)]))
        return build(builder, x, out)

    return x(terms, x), generate


@intrinsic
def end_exp2(typingctx: Any, terms: Any, x: Any, begun: Any) -> Any:
    """Return 2**x, as `exp2_by` does to the bit; `begun` comes from `begin_exp2` for the same x."""
    narrow = VectorType(x.dtype, 1)

    def generate(context: Any, builder: Any, sig: Any, args: Any) -> Any:
        loaded, out = parts(builder, terms, args[0]), []
        for pair in zip(parts(builder, x, args[1]), parts(builder, x, args[2]), strict=True):
            pieces = zip(*(registers(builder, x, part) for part in pair), strict=True)
            out.append(together(builder, [_end(builder, narrow, loaded, *piece) for piece in pieces]))
        return build(builder, x, out)

    return x(terms, x, x), generate


@intrinsic
def sigmoid_by(typingctx: Any, terms: Any, x: Any) -> Any:
    """Return 1 / (1 + exp(-x)). `terms` comes from `load_terms`."""

    def generate(context: Any, builder: Any, sig: Any, args: Any) -> Any:
        loaded = parts(builder, terms, args[0])
        one, factor = constant(x, 1.0), constant(x, -1.0 / math.log(2.0))
        out = []
        for part in parts(builder, x, args[1]):
            fallen = power_of_two(builder, x, loaded, builder.fmul(part, factor))
            out.append(builder.fdiv(one, builder.fadd(one, fallen)))
        return build(builder, x, out)

    return x(terms, x), generate
