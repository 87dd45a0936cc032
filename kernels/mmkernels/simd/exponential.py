"""2**x for several vectors at once, with its constants read from memory and its steps interleaved.

LLVM loads a floating-point constant where it is used, twice a vector in an inner loop; constants that arrive
through memory stay in registers or are operands of the arithmetic. And a CPU looks only a few dozen
instructions ahead: the same step of all vectors, one after the other, keeps its units busy where vector after
vector would wait.
"""

from collections.abc import Callable
from typing import Any

import numpy as np
from llvmlite import ir
from numba import types
from numba.core import cgutils

from mmkernels.simd.arithmetic import COEFFICIENTS, fused, scale
from mmkernels.simd.memory import INT, at, load_vector
from mmkernels.simd.vector import HAS_AVX512, VECTOR_BYTES, VectorType, build, intrinsic, parts

# Below the first the exponent bits become 0 and 2**x exactly 0, above the second all ones and infinity; in
# between only results below the smallest normal number lose digits.
_LIMITS = {True: (-127.0, 128.0), False: (-1023.0, 1024.0)}


def _terms(*, single: bool) -> np.ndarray[Any, Any]:
    """Return the constants, each repeated over the lanes of a vector: limits, then coefficients, highest first."""
    numbers = (*_LIMITS[single], *reversed(COEFFICIENTS[single]), 1.0)
    dtype = np.float32 if single else np.float64
    return np.repeat(np.array(numbers, dtype), VECTOR_BYTES // np.dtype(dtype).itemsize)


TERMS = {single: _terms(single=single) for single in (True, False)}


_ADDRESSES = {single: int(TERMS[single].ctypes.data) for single in TERMS}


def terms_address(*, single: bool) -> int:
    """Return where the constants of `exp2_by` are, for float32 (`single`) or float64."""
    return _ADDRESSES[single]


@intrinsic
def load_terms(typingctx: Any, kind: Any, address: Any) -> Any:
    """Load the constants of `exp2_by` from `terms_address`; once, outside the loop."""
    count = len(TERMS[kind.dtype == types.float32]) // kind.vectors.lanes
    terms = VectorType(kind.dtype, count)

    def generate(context: Any, builder: Any, sig: Any, args: Any) -> Any:
        loaded = []
        for index in range(count):
            where = ir.Constant(args[1].type, index * terms.lanes)
            loaded.append(load_vector(builder, terms, at(builder, args[1], where, terms.float_ir)))
        return build(builder, terms, loaded)

    return terms(kind, INT), generate


def _each(step: Callable[..., Any], *columns: list[Any]) -> list[Any]:
    return [step(*row) for row in zip(*columns, strict=True)]


@intrinsic
def exp2_by(typingctx: Any, terms: Any, x: Any) -> Any:
    """Return 2**x; exactly 1 at 0, NaN for NaN. `terms` comes from `load_terms`."""

    def generate(context: Any, builder: Any, sig: Any, args: Any) -> Any:
        low, high, first, *others = parts(builder, terms, args[0])
        power = parts(builder, x, args[1])
        if not HAS_AVX512:
            power = _each(lambda v: builder.select(builder.fcmp_ordered("<", v, low), low, v), power)
            power = _each(lambda v: builder.select(builder.fcmp_ordered(">", v, high), high, v), power)
        typ = ir.FunctionType(x.vector_ir, [x.vector_ir])
        nearest = cgutils.get_or_insert_function(builder.module, typ, f"llvm.rint.{x.suffix}")
        whole = _each(lambda v: builder.call(nearest, [v]), power)
        rest = _each(builder.fsub, power, whole)
        value = [first] * x.count
        for coefficient in others:
            value = _each(lambda v, f, c=coefficient: fused(builder, x, v, f, c), value, rest)
        return build(builder, x, _each(lambda v, k: scale(builder, x, v, k), value, whole))

    return x(terms, x), generate
