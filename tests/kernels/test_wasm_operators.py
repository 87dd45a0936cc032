"""The page's kernels against float64 references: every size, also those that are no multiple of 4, and no access outside of the buffers."""

import numpy as np
import pytest
import torch
from mmkernels.reference.conv import causal_conv_reference
from mmkernels.wasm import Kernels, OutOfBoundsError
from torch.nn import functional
from wasm_calls import blank, draw, error, outcome

f32 = np.float32
SIZES = [0, 1, 2, 3, 4, 5, 7, 8, 17, 1003]
#: name -> (float64 reference, values)
UNARY = {
    "exp": (torch.exp, np.linspace(-100, 88.6, 1003)),
    "log": (torch.log, np.geomspace(1e-44, 3e38, 1003)),
    "tanh": (torch.tanh, np.linspace(-12, 12, 1003)),
    "erf": (torch.erf, np.linspace(-6, 6, 1003)),
    "sigmoid": (torch.sigmoid, np.linspace(-110, 110, 1003)),
    "silu": (functional.silu, np.linspace(-110, 110, 1003)),
    "relu": (functional.relu, np.linspace(-3, 3, 1003)),
    "softplus": (functional.softplus, np.linspace(-110, 110, 1003)),
    "gelu": (functional.gelu, np.linspace(-12, 12, 1003)),
}


def double(*arrays: np.ndarray | None) -> list[torch.Tensor | None]:
    return [None if a is None else torch.from_numpy(np.asarray(a)).double() for a in arrays]


@pytest.mark.parametrize("name", UNARY)
def test_a_function_of_one_value_is_right_to_3e_7_for_every_size(wasm: Kernels, name: str) -> None:
    reference, grid = UNARY[name]
    for n in SIZES:
        x = grid[np.random.default_rng(n).permutation(len(grid))[:n]].astype(f32)
        found = outcome(wasm, name, x, blank(n), n, out=1)
        wanted = reference(torch.from_numpy(x).double()).numpy()
        size = np.abs(x) if name == "gelu" else np.abs(wanted)  # 1 + erf cancels for x << 0, in torch's float32 too
        assert np.all(np.abs(found - wanted) <= 3e-7 * np.maximum(size, 1e-7)), f"{n} values"


@pytest.mark.parametrize("name", UNARY)
def test_a_function_of_one_value_treats_infinity_and_nan_as_torch_does(wasm: Kernels, name: str) -> None:
    x = np.array([np.inf, -np.inf, np.nan, 0.0, 1.0], f32)
    found = wasm.call(name, x, blank(5), 5)[1]
    wanted = UNARY[name][0](torch.from_numpy(x).double()).numpy()
    if name == "gelu":  # torch's vectorised GELU returns NaN at +inf in float64; x Phi(x) is inf
        wanted[0] = np.inf
    np.testing.assert_allclose(found, wanted, rtol=3e-7, atol=1e-30)


@pytest.mark.parametrize("name", UNARY)
def test_a_function_of_one_value_may_overwrite_its_input(wasm: Kernels, name: str) -> None:
    x = UNARY[name][1][:11].astype(f32)
    apart = wasm.call(name, x, blank(11), 11)[1]
    np.testing.assert_array_equal(wasm.call(name, x, wasm.first_address, 11)[0], apart)


@pytest.mark.parametrize("n", SIZES)
def test_gates_and_sums_of_n_values(wasm: Kernels, n: int) -> None:
    x, z = draw(n, seed=1), draw(n, seed=2, scale=20)
    dx, dz = double(x, z)
    assert error(outcome(wasm, "silu_gate", x, z, blank(n), n, out=2), dx * functional.silu(dz)) < 3e-7
    np.testing.assert_array_equal(outcome(wasm, "add", x, z, blank(n), n, out=2), x + z)


@pytest.mark.parametrize(("R", "E"), [(0, 4), (3, 0), (1, 1), (3, 5), (4, 8), (7, 130)])
def test_products_of_rows_with_a_mask_and_with_a_row_of_factors(wasm: Kernels, R: int, E: int) -> None:
    x, b, g = draw(R, E, seed=1), draw(E, seed=2), draw(E, seed=3)
    mask = (np.arange(R) % 3 != 1).astype(np.uint8) * 7  # any byte but 0 is true
    np.testing.assert_array_equal(
        outcome(wasm, "scale_rows", x, mask, blank(R, E), R, E, out=2), x * (mask > 0)[:, None]
    )
    assert (
        error(outcome(wasm, "addcmul", b, x, g, blank(R, E), R, E, out=3), b.astype(float) + x.astype(float) * g) < 2e-7
    )


def test_a_masked_row_of_nan_stays_nan_as_in_torch(wasm: Kernels) -> None:
    x = np.full((2, 5), np.nan, f32)
    assert np.isnan(wasm.call("scale_rows", x, np.array([1, 0], np.uint8), np.zeros((2, 5), f32), 2, 5)[2]).all()


@pytest.mark.parametrize("silu", [0, 1])
@pytest.mark.parametrize(
    ("R", "T", "E", "taps"),
    [(0, 5, 4, 4), (2, 0, 4, 4), (1, 1, 1, 4), (2, 3, 5, 4), (3, 7, 8, 2), (1, 6, 130, 1), (2, 2, 3, 5)],
)
def test_causal_convolution(wasm: Kernels, R: int, T: int, E: int, taps: int, silu: int) -> None:
    x, w, b = draw(R, T, E, seed=1, scale=3), draw(taps, E, seed=2), draw(E, seed=3)
    dx, dw, db = double(x, w, b)
    for bias, dbias in ((b, db[None]), (None, None)):
        wanted = causal_conv_reference(dx[None], dw.T[None], dbias, "silu" if silu else None)[0]
        assert error(outcome(wasm, "conv", x, w, bias, blank(R, T, E), R, T, E, taps, silu, out=3), wanted) < 3e-7


@pytest.mark.parametrize(("R", "E"), [(0, 4), (1, 1), (2, 3), (3, 8), (5, 130), (2, 1027)])
def test_layer_norm_rms_norm_and_the_norm_of_rows(wasm: Kernels, R: int, E: int) -> None:
    x, g, b = draw(R, E, seed=1) + f32(3.0), draw(E, seed=2), draw(E, seed=3)
    dx, dg, db = double(x, g, b)
    for scale, bias, dscale, dbias in ((g, b, dg, db), (None, None, None, None)):
        found = outcome(wasm, "layer_norm", x, scale, bias, blank(R, E), R, E, 1e-5, 1, out=3)
        assert error(found, functional.layer_norm(dx, (E,), dscale, dbias, 1e-5)) < 2e-6
        found = outcome(wasm, "layer_norm", x, scale, None, blank(R, E), R, E, 1e-5, 0, out=3)
        assert error(found, functional.rms_norm(dx, (E,), dscale, 1e-5)) < 3e-7
    assert error(outcome(wasm, "norm", x, blank(R), R, E, out=1), dx.norm(dim=-1)) < 3e-7


PRODUCTS = [(0, 3, 5), (3, 0, 5), (1, 1, 1), (5, 7, 3), (4, 8, 8), (7, 13, 11), (6, 5, 12), (9, 64, 20), (2, 300, 9)]


@pytest.mark.parametrize(("R", "K", "N"), PRODUCTS)
def test_products_with_a_packed_matrix_with_and_without_a_bias(wasm: Kernels, R: int, K: int, N: int) -> None:
    x, w, b = draw(R, K, seed=1), draw(N, K, seed=2), draw(N, seed=3)
    packed = outcome(wasm, "pack", w, blank(wasm.size("packed_size", K, N)), K, N, 1, K, out=1)
    same = outcome(wasm, "pack", np.ascontiguousarray(w.T), blank(wasm.size("packed_size", K, N)), K, N, N, 1, out=1)
    np.testing.assert_array_equal(packed, same)
    for bias in (b, None):
        wanted = x.astype(float) @ w.astype(float).T + (0 if bias is None else bias)
        assert error(outcome(wasm, "linear", x, packed, bias, blank(R, N), R, K, N, out=3), wanted) < 1e-6


@pytest.mark.parametrize(("R", "n"), [(0, 4), (1, 1), (3, 2), (4, 5), (2, 50), (1, 1003)])
def test_softmax_of_rows(wasm: Kernels, R: int, n: int) -> None:
    x = draw(R, n, seed=1, scale=30)
    x[:, n // 2 :: 3] = -np.inf
    if n < 3:
        x[:, 0] = 1.0
    assert error(outcome(wasm, "softmax", x, blank(R, n), R, n, out=1), torch.softmax(double(x)[0], -1)) < 1e-6


def test_softmax_is_nan_for_a_row_of_minus_infinity_or_with_nan_as_in_torch(wasm: Kernels) -> None:
    x = np.array([[-np.inf] * 5, [0, 1, np.nan, 2, 3], [0, 1, 2, 3, -np.inf]], f32)
    assert error(wasm.call("softmax", x, blank(3, 5), 3, 5)[1], torch.softmax(double(x)[0], -1)) < 3e-7


@pytest.mark.parametrize(
    ("Tq", "Tk", "D", "Dv"), [(1, 1, 1, 1), (3, 5, 2, 7), (5, 3, 8, 4), (9, 50, 16, 16), (4, 4, 3, 9)]
)
@pytest.mark.parametrize("kind", ["none", "allowed", "allowed_keys", "allowed_queries", "added", "causal"])
def test_attention_with_every_kind_of_mask(wasm: Kernels, Tq: int, Tk: int, D: int, Dv: int, kind: str) -> None:
    q, k, v = draw(Tq, D, seed=1), draw(Tk, D, seed=2), draw(Tk, Dv, seed=3)
    rng = np.random.default_rng(4)
    allowed = added = mask = None
    steps = (0, 0)
    if kind == "allowed":
        allowed, steps = (rng.random((Tq, Tk)) > 0.4).astype(np.uint8), (Tk, 1)
        allowed[0] = 0  # no permitted key: 0, as in torch
        mask = torch.from_numpy(allowed > 0)
    elif kind == "allowed_keys":
        allowed, steps = (rng.random(Tk) > 0.4).astype(np.uint8), (0, 1)
        mask = torch.from_numpy(allowed > 0).expand(Tq, Tk)
    elif kind == "allowed_queries":
        allowed, steps = (rng.random(Tq) > 0.4).astype(np.uint8), (1, 0)
        mask = torch.from_numpy(allowed > 0)[:, None].expand(Tq, Tk)
    elif kind == "added":
        added, steps = draw(Tq, Tk, seed=5), (Tk, 1)
        added[:, Tk // 2 :] = -np.inf
        mask = double(added)[0]
    scratch = blank(wasm.size("attention_scratch", Tq, Tk, D, Dv))
    found = outcome(
        wasm,
        "attention",
        q,
        k,
        v,
        allowed,
        added,
        *steps,
        blank(Tq, Dv),
        scratch,
        Tq,
        Tk,
        D,
        Dv,
        0.7,
        int(kind == "causal"),
        out=7,
    )
    wanted = functional.scaled_dot_product_attention(*double(q, k, v), mask, is_causal=kind == "causal", scale=0.7)
    assert error(found, wanted) < 1e-6


def strides_of(shape: tuple[int, ...], wanted: tuple[int, ...]) -> list[int]:
    """Return strides in elements of a contiguous array that is broadcast to `wanted`."""
    view = np.broadcast_to(np.empty(shape, np.uint8), wanted)
    return [s if n > 1 else 0 for s, n in zip(view.strides, wanted, strict=True)]


def walk(shape: tuple[int, ...], *strides: list[int]) -> np.ndarray:
    return np.array([len(shape), *shape, *(s for one in strides for s in one)], np.int32)


def test_operators_of_two_arrays_in_other_layouts(wasm: Kernels) -> None:
    a, b = draw(5, 7, seed=1), draw(7, 10, seed=2)
    table = walk((7, 5), [1, 7], [10, 2])  # the transpose of a, and every second column of b
    for op, apply in enumerate([np.add, np.subtract, np.multiply, np.divide, np.minimum, np.maximum]):
        np.testing.assert_array_equal(
            outcome(wasm, "combine", op, a, b, blank(7, 5), table, out=3), apply(a.T, b[:, ::2])
        )


def test_a_contiguous_array_is_copied_to_every_third_place(wasm: Kernels) -> None:
    x, target = draw(2, 5), np.zeros((2, 15), f32)
    found = outcome(wasm, "copy", x, target, walk((2, 5), [5, 1], [15, 3]), 4, out=1)
    target[:, ::3] = x
    np.testing.assert_array_equal(found, target)


@pytest.mark.parametrize(
    ("outer", "n", "m", "inner"), [(0, 3, 2, 2), (2, 3, 0, 2), (1, 1, 1, 1), (2, 5, 7, 3), (3, 4, 2, 1)]
)
def test_elements_by_their_positions_along_an_axis(wasm: Kernels, outer: int, n: int, m: int, inner: int) -> None:
    x = draw(outer, n, inner)
    index = np.random.default_rng(1).integers(0, n, (outer, m, inner))
    found = outcome(wasm, "gather", x, index.astype(float), blank(outer, m, inner), outer, n, m, inner, out=2)
    np.testing.assert_array_equal(found, np.take_along_axis(x, index, 1))


@pytest.mark.parametrize("wrong", [-1.0, 3.0, np.nan])
def test_a_position_outside_of_the_axis_is_reported_and_not_read(wasm: Kernels, wrong: float) -> None:
    index, x = np.array([0.0, wrong]), draw(3)
    assert wasm.size("gather", *[wasm.first_address] * 3, 0, 3, 2, 1) == 0
    np.testing.assert_array_equal(outcome(wasm, "gather", x, index, blank(2), 1, 3, 2, 1, out=2), [x[0], np.nan])


BROADCASTS = [
    ((5,), (5,)),
    ((3, 1), (1, 7)),
    ((2, 3, 5), (3, 1)),
    ((1,), (4, 9)),
    ((2, 1, 3, 1, 5), (4, 1, 2, 1)),
    ((0, 4), (4,)),
    ((3, 0), (1,)),
    ((4, 6), (4, 6)),
]


@pytest.mark.parametrize(("left", "right"), BROADCASTS)
def test_operators_of_two_arrays_with_broadcasting(
    wasm: Kernels, left: tuple[int, ...], right: tuple[int, ...]
) -> None:
    a, b = draw(*left, seed=1), draw(*right, seed=2)
    shape = np.broadcast_shapes(left, right)
    table = walk(shape, strides_of(left, shape), strides_of(right, shape))
    for op, apply in enumerate([np.add, np.subtract, np.multiply, np.divide, np.minimum, np.maximum]):
        np.testing.assert_array_equal(outcome(wasm, "combine", op, a, b, blank(*shape), table, out=3), apply(a, b))


@pytest.mark.parametrize(("left", "right"), BROADCASTS)
def test_where_with_broadcasting(wasm: Kernels, left: tuple[int, ...], right: tuple[int, ...]) -> None:
    shape = np.broadcast_shapes(left, right)
    for chosen in {left, right, (*shape[:-1], 1)}:
        c = (np.random.default_rng(3).random(chosen) > 0.5).astype(np.uint8) * 3
        a, b = draw(*left, seed=1), draw(*right, seed=2)
        table = walk(shape, *(strides_of(s, shape) for s in (chosen, left, right)))
        np.testing.assert_array_equal(
            outcome(wasm, "where", c, a, b, blank(*shape), table, out=3), np.where(c > 0, a, b)
        )


@pytest.mark.parametrize("dtype", [np.uint8, f32, np.float64])
@pytest.mark.parametrize("order", [(0, 1, 2, 3), (3, 2, 1, 0), (0, 2, 1, 3), (1, 0, 3, 2)])
def test_copies_between_layouts(wasm: Kernels, dtype: type, order: tuple[int, ...]) -> None:
    x = np.arange(2 * 3 * 5 * 6).reshape(2, 3, 5, 6).astype(dtype)
    cut = x.transpose(order)[..., 1::2]  # a permutation, then a slice with a step
    item = x.itemsize
    shape = cut.shape
    start = cut.__array_interface__["data"][0] - x.__array_interface__["data"][0]
    table = walk(shape, [s // item for s in cut.strides], strides_of(shape, shape))
    found = outcome(wasm, "copy", x.reshape(-1)[start // item :].copy(), np.zeros(shape, dtype), table, item, out=1)
    np.testing.assert_array_equal(found, cut)
    wide = np.full((*shape[:-1], shape[-1] + 3), 9, dtype)  # into a part of a wider array: concatenation
    table = walk(shape, [s // item for s in cut.strides], [s // item for s in wide.strides])
    found = outcome(wasm, "copy", x.reshape(-1)[start // item :].copy(), wide, table, item, out=1)
    wide[..., : shape[-1]] = cut
    np.testing.assert_array_equal(found, wide)


def test_a_broadcast_of_more_than_8_axes_or_an_unknown_operator_traps(wasm: Kernels) -> None:
    x = draw(2)
    with pytest.raises(Exception, match="unreachable"):
        wasm.call("combine", 0, x, x, blank(2), walk((1,) * 8 + (2,), [1] * 9, [1] * 9))
    with pytest.raises(Exception, match="unreachable"):
        wasm.call("combine", 6, x, x, blank(2), walk((2,), [1], [1]))
    with pytest.raises(Exception, match="unreachable"):
        wasm.call("copy", x, blank(2), walk((2,), [1], [1]), 3)


REDUCTIONS = {0: np.sum, 1: np.mean, 2: np.max, 3: np.min, 4: np.prod}


@pytest.mark.parametrize(
    ("outer", "n", "inner"),
    [(0, 3, 2), (2, 3, 0), (1, 1, 1), (3, 5, 1), (2, 4, 1), (2, 9, 3), (4, 50, 8), (1, 1003, 1), (1, 7, 130)],
)
def test_reductions_and_running_values_along_an_axis(wasm: Kernels, outer: int, n: int, inner: int) -> None:
    x = draw(outer, n, inner, seed=1) + f32(0.2)
    for op, reduction in REDUCTIONS.items():
        if op != 4 or n < 60:
            found = outcome(wasm, "reduce", op, x, blank(outer, inner), outer, n, inner, out=2)
            assert error(found, reduction(x.astype(float), axis=1)) < 1e-6
    assert (
        error(outcome(wasm, "running", 0, x, blank(*x.shape), outer, n, inner, out=2), np.cumsum(x.astype(float), 1))
        < 1e-6
    )
    np.testing.assert_array_equal(
        outcome(wasm, "running", 2, x, blank(*x.shape), outer, n, inner, out=2), np.maximum.accumulate(x, 1)
    )


def test_reductions_of_nothing_and_of_nan(wasm: Kernels) -> None:
    empty = np.zeros((1, 0, 1), f32)
    assert [float(wasm.call("reduce", op, empty, blank(1, 1), 1, 0, 1)[2][0, 0]) for op in (0, 2, 3, 4)] == [
        0,
        -np.inf,
        np.inf,
        1,
    ]
    assert np.isnan(wasm.call("reduce", 1, empty, blank(1, 1), 1, 0, 1)[2]).all()
    x = np.array([1, 2, np.nan, 3, 4, 5], f32).reshape(1, 6, 1)
    for op in range(5):
        assert np.isnan(wasm.call("reduce", op, x, blank(1, 1), 1, 6, 1)[2]).all()


def test_the_guards_find_a_write_outside_of_a_buffer_and_a_read_beyond_the_last_one_traps(wasm: Kernels) -> None:
    """The control of these tests: a call with a size that is too large by one."""
    x = draw(8)
    with pytest.raises(OutOfBoundsError, match=r"softplus: \d bytes outside"):
        wasm.call("softplus", x, blank(8), 9)
    with pytest.raises(Exception, match="out of bounds"):
        wasm.call("softplus", x, blank(9), 9, last=0)
    with pytest.raises(AssertionError):
        assert error(wasm.call("softplus", x, blank(8), 7)[1], functional.softplus(double(x)[0])) < 1e-5
