"""Small matrix-vector products between the modalities of a vector: coupling weights times states, and its adjoint."""

from typing import Any

from llvmlite import ir

from mmkernels.cpu.arithmetic import chosen, constant, fused
from mmkernels.cpu.memory import INT, at, each, load_vector
from mmkernels.cpu.vectors import VectorType, build, intrinsic, parts, splat


@intrinsic
def matrix(typingctx: Any, kind: Any, address: Any, index: Any) -> Any:
    """Read the M * M numbers address[index:] of a row-major matrix."""
    square = kind.matrix

    def generate(context: Any, builder: Any, sig: Any, args: Any) -> Any:
        where = each(builder, square, (args[1], args[2], ir.Constant(args[2].type, 1)))
        return build(builder, square, [splat(builder, square, builder.load(p)) for p in where])

    return square(kind, INT, INT), generate


@intrinsic
def zero_matrix(typingctx: Any, kind: Any) -> Any:
    """Return M * M zeros."""
    square = kind.matrix

    def generate(context: Any, builder: Any, sig: Any, args: Any) -> Any:
        return build(builder, square, [constant(square, 0.0)] * square.count)

    return square(kind), generate


def _product(builder: Any, vectors: VectorType, terms: list[tuple[Any, Any]]) -> Any:
    total = builder.fmul(*terms[0])
    for weight, part in terms[1:]:
        total = fused(builder, vectors, weight, part, total)
    return total


@intrinsic
def coupled(typingctx: Any, weights: Any, h: Any) -> Any:
    """Return sum_n weights[m, n] * h[n] for each m: the coupled state of modality m."""
    signature = h(weights, h)

    def generate(context: Any, builder: Any, sig: Any, args: Any) -> Any:
        count = h.count
        w, states = parts(builder, weights, args[0]), parts(builder, h, args[1])
        out = []
        for m in range(count):
            terms = [(w[m * count + n], states[n]) for n in range(count)]
            out.append(_product(builder, h, terms))
        return build(builder, h, out)

    return signature, generate


@intrinsic
def coupled_adjoint(typingctx: Any, weights: Any, g: Any) -> Any:
    """Return sum_m weights[m, n] * g[m] for each n: the transpose of `coupled`, for gradients."""
    signature = g(weights, g)

    def generate(context: Any, builder: Any, sig: Any, args: Any) -> Any:
        count = g.count
        w, gradients = parts(builder, weights, args[0]), parts(builder, g, args[1])
        out = []
        for n in range(count):
            terms = [(w[m * count + n], gradients[m]) for m in range(count)]
            out.append(_product(builder, g, terms))
        return build(builder, g, out)

    return signature, generate


@intrinsic
def add_outer(typingctx: Any, total: Any, g: Any, h: Any) -> Any:
    """Return total[m, n] + g[m] * h[n]."""
    signature = total(total, g, h)

    def generate(context: Any, builder: Any, sig: Any, args: Any) -> Any:
        totals = parts(builder, total, args[0])
        left, right = parts(builder, g, args[1]), parts(builder, h, args[2])
        out = []
        for m in range(g.count):
            for n in range(g.count):
                out.append(fused(builder, g, left[m], right[n], totals[m * g.count + n]))
        return build(builder, total, out)

    return signature, generate


@intrinsic
def rows_where_real(typingctx: Any, kind: Any, mask: Any, index: Any, stride: Any, value: Any, other: Any) -> Any:
    """Return row m of `value` where byte mask[index + m * stride] != 0, else row m of `other`."""

    def generate(context: Any, builder: Any, sig: Any, args: Any) -> Any:
        pair = parts(builder, value, args[4]), parts(builder, value, args[5])
        return build(builder, value, chosen(builder, kind.vectors, args[1:4], pair))

    return value(kind, INT, INT, INT, value, value), generate


@intrinsic
def load_one(typingctx: Any, kind: Any, address: Any, index: Any) -> Any:
    """Load one whole vector that all modalities share from address[index]."""
    single = kind.single

    def generate(context: Any, builder: Any, sig: Any, args: Any) -> Any:
        pointer = at(builder, args[1], args[2], single.float_ir)
        return build(builder, single, [load_vector(builder, single, pointer)])

    return single(kind, INT, INT), generate


@intrinsic
def to_all(typingctx: Any, kind: Any, one: Any) -> Any:
    """Give every modality the same vector."""
    vectors = kind.vectors

    def generate(context: Any, builder: Any, sig: Any, args: Any) -> Any:
        (part,) = parts(builder, one, args[1])
        return build(builder, vectors, [part] * vectors.count)

    return vectors(kind, one), generate


@intrinsic
def sum_of_products(typingctx: Any, kind: Any, x: Any, y: Any) -> Any:
    """Return sum_m x[m] * y[m], one vector."""
    single = kind.single

    def generate(context: Any, builder: Any, sig: Any, args: Any) -> Any:
        terms = list(zip(parts(builder, x, args[1]), parts(builder, y, args[2]), strict=True))
        return build(builder, single, [_product(builder, single, terms)])

    return single(kind, x, y), generate


@intrinsic
def total(typingctx: Any, kind: Any, x: Any) -> Any:
    """Return sum_m x[m], one vector."""
    single = kind.single

    def generate(context: Any, builder: Any, sig: Any, args: Any) -> Any:
        first, *others = parts(builder, x, args[1])
        for part in others:
            first = builder.fadd(first, part)
        return build(builder, single, [first])

    return single(kind, x), generate


@intrinsic
def splat_one(typingctx: Any, kind: Any, address: Any, index: Any) -> Any:
    """Read the number address[index] into every lane of one vector."""
    single = kind.single

    def generate(context: Any, builder: Any, sig: Any, args: Any) -> Any:
        number = builder.load(at(builder, args[1], args[2], single.float_ir))
        return build(builder, single, [splat(builder, single, number)])

    return single(kind, INT, INT), generate
