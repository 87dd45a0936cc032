"""w 2**x and the logistic function, with their constants read from memory.

LLVM loads a floating-point constant anew where it is used, eight of them for every power in an inner loop;
constants that arrive through memory stay in registers or are operands of the arithmetic. Vectors follow one
another whole: with sixteen registers, taking all of them through each step together was slower.

Single precision with AVX-512 splits off sixteenths in place of whole numbers: 2**x = 2**f 2**(j / 16) 2**k, where the
middle factor comes from a register, and f is within 1/32. There the cubic ((z**2 + a) z + b) / v in z = f + 23/16 has the
slopes of 2**f to 2e-7 and needs two multiplications, since with 23/16 for 1 / ln 2 it has no term in z**2. That is two
multiplications less than by whole numbers (they are what a scan waits for).

The weight w is a factor of constants and not a term of x: so x keeps its digits where it is small, in slow decays, whose
small error every later step would repeat.
"""

import math
from functools import lru_cache
from typing import Any, NamedTuple

import numpy as np
from llvmlite import ir
from numba import types
from numba.core import cgutils

from mmkernels.cpu.arithmetic import COEFFICIENTS, constant, fused, scale
from mmkernels.cpu.memory import INT, at, load_vector
from mmkernels.cpu.vectors import (
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

# At the first the exponent bits of the result become 0 and 2**x exactly 0, at the second all ones and infinity; in
# between only results below the smallest normal number lose digits.
_LIMITS = {True: (-127.0, 128.0), False: (-1023.0, 1024.0)}


_PARTS = 16  # fractions of two that one register holds
_SHIFT = 1.5 * 2**23 / _PARTS  # adding it rounds to sixteenths, and leaves their number in the lowest bits
_BEFORE = 23  # sixteenths between f and z
_CENTRE = _BEFORE / _PARTS  # of z, close to 1 / ln 2
_WEIGHTS = 2.0**-32, 2.0**32  # beyond, a weight is a term of x, so that no constant over- or underflows


class Terms(NamedTuple):
    """The constants of w 2**(x + shift).

    Parameters
    ----------
    numbers
        The constants, each repeated over the lanes of a vector. While they are in use somebody must hold them.
    address
        Where they are, for `load_terms`.
    shift
        What is to be added to x: what w lost when it was rounded.
    """

    numbers: np.ndarray[Any, Any]
    address: int
    shift: float


@lru_cache(maxsize=256)
def terms_of(weight: float = 1.0, *, single: bool) -> Terms:
    """Return the constants of weight 2**x for float32 (`single`) or float64; 0 < weight < infinity.

    By sixteenths they are what rounds to them, that and the centre, the two coefficients, and the powers, one in each
    lane; else the limits of x, then the coefficients, highest first.
    """
    dtype = np.float32 if single else np.float64
    lanes = VECTOR_BYTES // np.dtype(dtype).itemsize
    if not _WEIGHTS[0] <= weight <= _WEIGHTS[1]:
        numbers, address, _ = terms_of(single=single)
        return Terms(numbers, address, math.log2(weight))
    if _by_sixteenths(single=single):
        linear, last, value = cubic(weight)
        part = np.arange(_PARTS)
        powers = weight * 2.0 ** (part / _PARTS - (part - _BEFORE) // _PARTS) / value
        numbers = np.concatenate([np.repeat([_SHIFT, _SHIFT + _CENTRE, linear, last], lanes), powers]).astype(dtype)
        shift = 0.0
    else:
        rounded = float(dtype(weight))
        coefficients = [weight * number for number in (*reversed(COEFFICIENTS[single]), 1.0)]
        numbers = np.repeat(np.array((*_limits(rounded, single=single), *coefficients), dtype), lanes)
        shift = math.log2(weight / rounded)
    return Terms(numbers, int(numbers.ctypes.data), shift)


def _limits(weight: float, *, single: bool) -> tuple[float, float]:
    """Return between what x must be for the exponent bits of weight 2**x to be right.

    A weight that is no power of two has other bits too, which with an exponent of 0 or of all ones are no 0 and no
    infinity: there the results end at the smallest normal number and in the last binade.
    """
    low, high = _LIMITS[single]
    fraction, exponent = math.frexp(weight)
    inner = fraction != 0.5
    return low - (exponent - 1) + inner, high - (exponent - 1) - inner


def cubic(weight: float) -> tuple[float, float, float]:
    """Return a and b of (z**2 + a) z + b, which is v 2**(z - 23/16) near 23/16, and v.

    The second derivative over v should be ln(2)**2, which determines v approximately. Of the floats near that value, v is the
    one that is computed without rounding and has the smallest errors in the first factor (weight / v, rounded), in the slope
    (`a` is rounded) and at 2**(1 / 32). At 0 the product is then exactly the weight, and the error there is unbiased.
    """
    ln2, edge = math.log(2.0), 0.5 / _PARTS
    ulp = 2.0**-19  # of v and 2**-21 of b; of `a` four times that, for a product with 23/16 of no more digits
    v = (np.round(6.0 * _CENTRE / ln2**2 / ulp) + np.arange(-2000, 2001)) * ulp
    a = np.round((ln2 * v - 3.0 * _CENTRE**2) / (4.0 * ulp)) * (4.0 * ulp)
    b = v - _CENTRE * (_CENTRE**2 + a)
    factor_error = np.abs((weight / v).astype(np.float32).astype(np.float64) * v / weight - 1.0)
    slope_error = np.abs((3.0 * _CENTRE**2 + a) / (ln2 * v) - 1.0)
    edge_error = np.abs((((_CENTRE + edge) ** 2 + a) * (_CENTRE + edge) + b) / v / 2.0**edge - 1.0)
    best = int(np.argmin(factor_error + slope_error / 30.0 + edge_error / 10.0))
    return float(a[best]), float(b[best]), float(v[best])


def _by_sixteenths(*, single: bool) -> bool:
    return single and HAS_AVX512


_PLAIN = {single: terms_of(single=single) for single in (True, False)}


def terms_address(*, single: bool) -> int:
    """Return where the constants of 2**x are, for float32 (`single`) or float64."""
    return _PLAIN[single].address


@intrinsic
def load_terms(typingctx: Any, kind: Any, address: Any) -> Any:
    """Load the constants from the address of `Terms`; once, outside the loop."""
    count = _PLAIN[kind.dtype == types.float32].numbers.nbytes // VECTOR_BYTES
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
    """Return what `_end` needs of one register early: the index of its sixteenths, or x itself."""
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
    _, shift, linear, last, powers = terms
    below = builder.fsub(shifted, shift)  # the sixteenths, less the centre
    z = builder.fsub(power, below)
    integers = ir.VectorType(I32, x.lanes)
    typ = ir.FunctionType(x.vector_ir, [x.vector_ir, integers])
    select = cgutils.get_or_insert_function(builder.module, typ, "llvm.x86.avx512.permvar.sf.512")
    value = fused(builder, x, fused(builder, x, z, z, linear), z, last)
    value = builder.fmul(builder.call(select, [powers, builder.bitcast(shifted, integers)]), value)
    return scale(builder, x, value, below)  # last: of -inf and inf, where z is NaN, it makes 0 and inf


@intrinsic
def exp2_by(typingctx: Any, terms: Any, x: Any) -> Any:
    """Return w 2**x; exactly w at 0, NaN for NaN. `terms` comes from `load_terms`."""

    def generate(context: Any, builder: Any, sig: Any, args: Any) -> Any:
        loaded = parts(builder, terms, args[0])
        return build(builder, x, [power_of_two(builder, x, loaded, part) for part in parts(builder, x, args[1])])

    return x(terms, x), generate


@intrinsic
def begin_exp2(typingctx: Any, terms: Any, x: Any) -> Any:
    """Return the first step to w 2**x, for `end_exp2`: a loop may take it before its time, while others are computed."""
    narrow = VectorType(x.dtype, 1)

    def generate(context: Any, builder: Any, sig: Any, args: Any) -> Any:
        loaded, out = parts(builder, terms, args[0]), []
        for part in parts(builder, x, args[1]):
            out.append(together(builder, [_begin(builder, narrow, loaded, one) for one in registers(builder, x, part)]))
        return build(builder, x, out)

    return x(terms, x), generate


@intrinsic
def end_exp2(typingctx: Any, terms: Any, x: Any, begun: Any) -> Any:
    """Return w 2**x, as `exp2_by` does to the bit; `begun` comes from `begin_exp2` for the same x."""
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
