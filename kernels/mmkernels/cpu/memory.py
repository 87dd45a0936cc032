"""How vectors-per-modality enter and leave memory: whole, at the ragged end of the channels, or as one number.

Addresses are plain integers (`torch.Tensor.data_ptr`): passing Numba arrays through helper functions costs an
atomic reference count per call, more than the arithmetic of a time step. The caller keeps the tensors alive.
"""

from typing import Any

from llvmlite import ir
from numba import types
from numba.core import cgutils

from mmkernels.cpu.vectors import I32, VectorType, build, intrinsic, parts, repeat, splat

INT = types.intp


def at(builder: Any, address: Any, index: Any, item: Any) -> Any:
    """Return the pointer to number `index` of LLVM type `item` behind an integer address."""
    return builder.gep(builder.inttoptr(address, item.as_pointer()), [index])


def each(builder: Any, vectors: VectorType, where: Any, item: Any = None) -> list[Any]:
    """Return the pointers address[index + m * stride] for each modality m; where = (address, index, stride)."""
    address, index, stride = where
    offsets = [builder.mul(stride, ir.Constant(stride.type, m)) for m in range(vectors.count)]
    item = item or vectors.float_ir
    return [at(builder, address, builder.add(index, offset), item) for offset in offsets]


def load_vector(builder: Any, vectors: VectorType, pointer: Any) -> Any:
    """Load one vector that starts at a number."""
    value = builder.load(builder.bitcast(pointer, vectors.vector_ir.as_pointer()))
    value.align = vectors.itemsize
    return value


def store_vector(builder: Any, vectors: VectorType, pointer: Any, value: Any) -> None:
    """Store one vector from a number on."""
    instruction = builder.store(value, builder.bitcast(pointer, vectors.vector_ir.as_pointer()))
    instruction.align = vectors.itemsize


def _is_whole(builder: Any, vectors: VectorType, n_valid: Any) -> Any:
    """Return whether all lanes count. A branch, since masked stores are slow on some CPUs (microcode on Zen)."""
    return builder.icmp_signed(">=", n_valid, ir.Constant(n_valid.type, vectors.lanes))


def _lane_mask(builder: Any, vectors: VectorType, n_valid: Any) -> Any:
    """Return <lanes x i1>: lane < n_valid."""
    integers = ir.VectorType(n_valid.type, vectors.lanes)
    lane = ir.Constant(integers, list(range(vectors.lanes)))
    return builder.icmp_signed("<", lane, repeat(builder, integers, n_valid))


def _masked(builder: Any, vectors: VectorType, what: str) -> Any:
    """Declare llvm.masked.load or llvm.masked.store for this vector."""
    pointer, mask = vectors.vector_ir.as_pointer(), ir.VectorType(ir.IntType(1), vectors.lanes)
    if what == "load":
        typ = ir.FunctionType(vectors.vector_ir, [pointer, I32, mask, vectors.vector_ir])
    else:
        typ = ir.FunctionType(ir.VoidType(), [vectors.vector_ir, pointer, I32, mask])
    return cgutils.get_or_insert_function(builder.module, typ, f"llvm.masked.{what}.{vectors.suffix}.p0")


@intrinsic
def load(typingctx: Any, kind: Any, address: Any, index: Any, stride: Any) -> Any:
    """Load a whole vector per modality m from address[index + m * stride]."""
    vectors = kind.vectors

    def generate(context: Any, builder: Any, sig: Any, args: Any) -> Any:
        where = each(builder, vectors, args[1:])
        return build(builder, vectors, [load_vector(builder, vectors, pointer) for pointer in where])

    return vectors(kind, INT, INT, INT), generate


@intrinsic
def store(typingctx: Any, address: Any, index: Any, stride: Any, value: Any) -> Any:
    """Store a whole vector per modality m to address[index + m * stride]."""

    def generate(context: Any, builder: Any, sig: Any, args: Any) -> Any:
        where = each(builder, value, args[:3])
        for pointer, part in zip(where, parts(builder, value, args[3]), strict=True):
            store_vector(builder, value, pointer, part)
        return context.get_dummy_value()

    return types.void(INT, INT, INT, value), generate


def neighbours(builder: Any, vectors: VectorType, address: Any, index: Any, step: int) -> list[Any]:
    """Return the pointers address[index + m * step]: one register and constant offsets."""
    first = at(builder, address, index, vectors.float_ir)
    return [builder.gep(first, [ir.Constant(index.type, m * step)]) for m in range(vectors.count)]


@intrinsic
def load_block(typingctx: Any, kind: Any, address: Any, index: Any) -> Any:
    """Load a whole vector per modality; they follow each other in memory from address[index] on."""
    vectors = kind.vectors

    def generate(context: Any, builder: Any, sig: Any, args: Any) -> Any:
        where = neighbours(builder, vectors, args[1], args[2], vectors.lanes)
        return build(builder, vectors, [load_vector(builder, vectors, pointer) for pointer in where])

    return vectors(kind, INT, INT), generate


@intrinsic
def store_block(typingctx: Any, address: Any, index: Any, value: Any) -> Any:
    """Store vectors one after the other from address[index] on."""

    def generate(context: Any, builder: Any, sig: Any, args: Any) -> Any:
        where = neighbours(builder, value, args[0], args[1], value.lanes)
        for pointer, part in zip(where, parts(builder, value, args[2]), strict=True):
            store_vector(builder, value, pointer, part)
        return context.get_dummy_value()

    return types.void(INT, INT, value), generate


@intrinsic
def spread_block(typingctx: Any, kind: Any, address: Any, index: Any) -> Any:
    """Read one number per modality m, address[index + m], into every lane."""
    vectors = kind.vectors

    def generate(context: Any, builder: Any, sig: Any, args: Any) -> Any:
        where = neighbours(builder, vectors, args[1], args[2], 1)
        return build(builder, vectors, [splat(builder, vectors, builder.load(p)) for p in where])

    return vectors(kind, INT, INT), generate


@intrinsic
def load_lanes(typingctx: Any, kind: Any, address: Any, index: Any, stride: Any, n_valid: Any) -> Any:
    """Load as `load` does, only the first `n_valid` lanes; the others are 0 and their memory is not read."""
    vectors = kind.vectors

    def generate(context: Any, builder: Any, sig: Any, args: Any) -> Any:
        pointers = each(builder, vectors, args[1:4])
        with builder.if_else(_is_whole(builder, vectors, args[4]), likely=True) as (whole, ragged):
            with whole:
                full = [load_vector(builder, vectors, pointer) for pointer in pointers]
                after_whole = builder.block
            with ragged:
                mask = _lane_mask(builder, vectors, args[4])
                align = ir.Constant(I32, vectors.itemsize)
                zeros = ir.Constant(vectors.vector_ir, [0.0] * vectors.lanes)
                function = _masked(builder, vectors, "load")
                part = []
                for pointer in pointers:
                    where = builder.bitcast(pointer, vectors.vector_ir.as_pointer())
                    part.append(builder.call(function, [where, align, mask, zeros]))
                after_ragged = builder.block
        out = []
        for one, other in zip(full, part, strict=True):
            value = builder.phi(vectors.vector_ir)
            value.add_incoming(one, after_whole)
            value.add_incoming(other, after_ragged)
            out.append(value)
        return build(builder, vectors, out)

    return vectors(kind, INT, INT, INT, INT), generate


@intrinsic
def store_lanes(typingctx: Any, address: Any, index: Any, stride: Any, value: Any, n_valid: Any) -> Any:
    """Store as `store` does, only the first `n_valid` lanes; the memory of the others is not touched."""

    def generate(context: Any, builder: Any, sig: Any, args: Any) -> Any:
        pairs = list(zip(each(builder, value, args[:3]), parts(builder, value, args[3]), strict=True))
        with builder.if_else(_is_whole(builder, value, args[4]), likely=True) as (whole, ragged):
            with whole:
                for pointer, part in pairs:
                    store_vector(builder, value, pointer, part)
            with ragged:
                mask = _lane_mask(builder, value, args[4])
                align = ir.Constant(I32, value.itemsize)
                function = _masked(builder, value, "store")
                for pointer, part in pairs:
                    target = builder.bitcast(pointer, value.vector_ir.as_pointer())
                    builder.call(function, [part, target, align, mask])
        return context.get_dummy_value()

    return types.void(INT, INT, INT, value, INT), generate


@intrinsic
def spread(typingctx: Any, kind: Any, address: Any, index: Any, stride: Any) -> Any:
    """Read one number per modality m, address[index + m * stride], into every lane."""
    vectors = kind.vectors

    def generate(context: Any, builder: Any, sig: Any, args: Any) -> Any:
        where = each(builder, vectors, args[1:])
        return build(builder, vectors, [splat(builder, vectors, builder.load(p)) for p in where])

    return vectors(kind, INT, INT, INT), generate


@intrinsic
def number_at(typingctx: Any, kind: Any, address: Any, index: Any) -> Any:
    """Read one number, address[index]."""

    def generate(context: Any, builder: Any, sig: Any, args: Any) -> Any:
        return builder.load(at(builder, args[1], args[2], kind.vectors.float_ir))

    return kind.dtype(kind, INT, INT), generate


@intrinsic
def nothing(typingctx: Any, kind: Any) -> Any:
    """Return the number 0 in the kernel's precision."""
    return kind.dtype(kind), lambda context, builder, sig, args: ir.Constant(kind.vectors.float_ir, 0.0)


@intrinsic
def byte_at(typingctx: Any, address: Any, index: Any) -> Any:
    """Read one byte, address[index]."""

    def generate(context: Any, builder: Any, sig: Any, args: Any) -> Any:
        return builder.load(at(builder, args[0], args[1], ir.IntType(8)))

    return types.uint8(INT, INT), generate


@intrinsic
def put(typingctx: Any, address: Any, index: Any, number: Any) -> Any:
    """Write one number, address[index] = number, in the precision of `number`."""

    def generate(context: Any, builder: Any, sig: Any, args: Any) -> Any:
        builder.store(args[2], at(builder, args[0], args[1], args[2].type))
        return context.get_dummy_value()

    return types.void(INT, INT, number), generate


@intrinsic
def add_double(typingctx: Any, address: Any, index: Any, number: Any) -> Any:
    """Add a number to the float64 at address[index]."""

    def generate(context: Any, builder: Any, sig: Any, args: Any) -> Any:
        pointer = at(builder, args[0], args[1], ir.DoubleType())
        wide = args[2] if number == types.float64 else builder.fpext(args[2], ir.DoubleType())
        builder.store(builder.fadd(builder.load(pointer), wide), pointer)
        return context.get_dummy_value()

    return types.void(INT, INT, number), generate
