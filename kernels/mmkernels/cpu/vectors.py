"""A Numba type that holds one SIMD vector per modality, and the kernels' description of it.

pip's Numba has no vector math library, so ``math.exp`` in a loop stays scalar. A type whose LLVM form is
``[count x <lanes x float>]`` lets a kernel be written once, for any number of modalities and for both
precisions, and still compile to vector instructions.
"""

import hashlib
from functools import lru_cache
from pathlib import Path
from typing import Any

import llvmlite.binding as llvm
from llvmlite import ir
from numba import extending, types
from numba.core import config as numba_config
from numba.extending import NativeValue, models, register_model, typeof_impl, unbox

I32 = ir.IntType(32)
config: Any = numba_config  # its names are made when Numba starts
intrinsic: Any = extending.intrinsic  # its functions are called inside kernels without the typing context


def _has_avx512() -> bool:
    """Return whether the CPU that Numba compiles for (its host, unless overridden) has AVX-512."""
    if config.CPU_FEATURES is not None:
        return "+avx512f" in config.CPU_FEATURES
    if config.CPU_NAME not in (None, "host"):
        return False
    return bool(llvm.get_host_cpu_features().get("avx512f"))


HAS_AVX512 = _has_avx512()
VECTOR_BYTES = 64 if HAS_AVX512 else 32


def _digest_of_sources() -> str:
    """Return a digest of the files of this folder.

    Numba's on-disk cache of a kernel checks only the file that defines the kernel. The digest is part of the type of
    every kernel's first argument, so that a change in any file that goes into it compiles the kernel anew.
    """
    files = sorted(Path(__file__).parent.glob("*.py"))
    return hashlib.sha256(b"".join(file.read_bytes() for file in files)).hexdigest()[:12]


SOURCES = _digest_of_sources()
# "contract" lets a multiplication and an addition become one instruction; nothing is reordered.
OPTIONS: dict[str, Any] = {"fastmath": {"contract"}, "boundscheck": False, "error_model": "numpy", "nogil": True}


class VectorType(types.Type):
    """``count`` vectors of ``lanes`` numbers of a Numba float type; a vector fills one register, or several."""

    def __init__(self, dtype: Any, count: int, registers: int = 1) -> None:
        self.dtype, self.count, self.registers = dtype, count, registers
        self.lanes = registers * VECTOR_BYTES * 8 // dtype.bitwidth
        super().__init__(name=f"vector({dtype} x {self.lanes} x {count})")

    @property
    def itemsize(self) -> int:
        """Return the bytes of one number."""
        return int(self.dtype.bitwidth) // 8

    @property
    def float_ir(self) -> ir.Type:
        """Return the LLVM type of one number."""
        return ir.FloatType() if self.dtype == types.float32 else ir.DoubleType()

    @property
    def vector_ir(self) -> ir.Type:
        """Return the LLVM type of one vector."""
        return ir.VectorType(self.float_ir, self.lanes)

    @property
    def suffix(self) -> str:
        """Return how LLVM's intrinsics name this vector."""
        return f"v{self.lanes}f{self.dtype.bitwidth}"


@register_model(VectorType)
class _VectorModel(models.PrimitiveModel):
    def __init__(self, dmm: Any, fe_type: VectorType) -> None:
        super().__init__(dmm, fe_type, ir.ArrayType(fe_type.vector_ir, fe_type.count))


class Kind:
    """Number of modalities and precision of a kernel, encoded in the type of its first argument.

    Parameters
    ----------
    n_modality
        Number of modalities, at least 1.
    single
        True for float32, False for float64.
    sources
        Digest of the source files that go into the kernel.
    registers
        How many of the CPU's vector registers one vector fills.
    """

    def __init__(self, n_modality: int, *, single: bool, sources: str = SOURCES, registers: int = 1) -> None:
        self.n_modality, self.single, self.sources, self.registers = n_modality, single, sources, registers
        self.numba_type = KindType(n_modality, single, sources, registers)

    @property
    def lanes(self) -> int:
        """Return how many numbers one vector holds."""
        return self.registers * VECTOR_BYTES // (4 if self.single else 8)


class KindType(types.Type):
    """The Numba type of `Kind`: count and precision are known when the kernel is compiled."""

    def __init__(self, n_modality: int, single: bool, sources: str, registers: int) -> None:
        self.n_modality = n_modality
        self.dtype = types.float32 if single else types.float64
        self.vectors = VectorType(self.dtype, n_modality, registers)
        self.matrix = VectorType(self.dtype, n_modality**2, registers)
        self.single = VectorType(self.dtype, 1, registers)
        super().__init__(name=f"kind({n_modality}, {self.dtype}, {registers} x {VECTOR_BYTES}, {sources})")


register_model(KindType)(models.OpaqueModel)


@lru_cache
def kind_of(n_modality: int, *, single: bool, registers: int = 1) -> Kind:
    """Return the cached `Kind` of these sizes."""
    return Kind(n_modality, single=single, registers=registers)


@typeof_impl.register(Kind)
def _typeof_kind(value: Kind, context: Any) -> KindType:
    return value.numba_type


@unbox(KindType)
def _unbox_kind(typ: KindType, value: Any, c: Any) -> NativeValue:
    return NativeValue(c.context.get_dummy_value())


def build(builder: Any, vectors: VectorType, parts: list[Any]) -> Any:
    """Return the LLVM array of the given vectors."""
    out = ir.Constant(ir.ArrayType(vectors.vector_ir, vectors.count), ir.Undefined)
    for index, part in enumerate(parts):
        out = builder.insert_value(out, part, index)
    return out


def parts(builder: Any, vectors: VectorType, value: Any) -> list[Any]:
    """Return the vectors of an LLVM array."""
    return [builder.extract_value(value, index) for index in range(vectors.count)]


def registers(builder: Any, vectors: VectorType, value: Any) -> list[Any]:
    """Return the parts of one vector that fill a register each."""
    width = vectors.lanes // vectors.registers
    lanes = [[*range(first, first + width)] for first in range(0, vectors.lanes, width)]
    return [builder.shuffle_vector(value, value, ir.Constant(ir.VectorType(I32, width), part)) for part in lanes]


def together(builder: Any, parts: list[Any]) -> Any:
    """Return one vector from one or two registers: the inverse of `registers`."""
    if len(parts) == 1:
        return parts[0]
    first, second = parts
    lanes = ir.Constant(ir.VectorType(I32, 2 * first.type.count), [*range(2 * first.type.count)])
    return builder.shuffle_vector(first, second, lanes)


def splat(builder: Any, vectors: VectorType, scalar: Any) -> Any:
    """Return one vector with the same number in every lane."""
    return repeat(builder, ir.VectorType(scalar.type, vectors.lanes), scalar)


def repeat(builder: Any, vector_ir: Any, scalar: Any) -> Any:
    """Return a vector of LLVM type `vector_ir` with `scalar` in every lane."""
    empty = ir.Constant(vector_ir, ir.Undefined)
    first = builder.insert_element(empty, scalar, ir.Constant(I32, 0))
    zeros = ir.Constant(ir.VectorType(I32, vector_ir.count), [0] * vector_ir.count)
    return builder.shuffle_vector(first, empty, zeros)


@intrinsic
def lanes_of(typingctx: Any, kind: Any) -> Any:
    """Return how many numbers a vector holds, as a constant of the compiled kernel: offsets become immediate."""
    return types.intp(kind), lambda context, builder, sig, args: ir.Constant(ir.IntType(64), kind.vectors.lanes)


@intrinsic
def count_of(typingctx: Any, kind: Any) -> Any:
    """Return the number of modalities, as a constant of the compiled kernel."""
    return types.intp(kind), lambda context, builder, sig, args: ir.Constant(ir.IntType(64), kind.vectors.count)
