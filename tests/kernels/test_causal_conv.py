"""The causal convolution: equal to PyTorch's, causal to the bit, and clear about what it cannot do."""

import pytest
import torch
from mmkernels import BackendUnavailable, backends, causal_conv, last_backend
from mmkernels.cpu import layout
from scan_problems import runnable
from torch import Tensor
from torch.nn.functional import conv1d, pad, silu

BACKENDS = pytest.mark.parametrize("backend", runnable("causal_conv", torch.zeros(1, 1, 1, 1)))
TOLERANCE = {torch.float64: 1e-13, torch.float32: 2e-6}


def draw(sizes: tuple[int, int, int, int], taps: int, dtype: torch.dtype = torch.float64) -> tuple[Tensor, ...]:
    M, B, L, E = sizes
    source = torch.Generator().manual_seed(M + 10 * B + 100 * L + E)
    shapes = ((M, B, L, E), (M, E, taps), (M, E), (M, B, L, E))
    return tuple(torch.randn(shape, generator=source, dtype=torch.float64).to(dtype) for shape in shapes)


def by_pytorch(x: Tensor, weight: Tensor, bias: Tensor | None, activation: str | None) -> Tensor:
    """Return what torch.nn.functional.conv1d gives, modality by modality."""
    taps, out = weight.shape[-1], []
    for m in range(len(x)):
        padded = pad(x[m].transpose(1, 2), (taps - 1, 0))
        y = conv1d(padded, weight[m][:, None], None if bias is None else bias[m], groups=weight.shape[1])
        out.append(y.transpose(1, 2))
    y = torch.stack(out)
    return silu(y) if activation else y


def gradients(y: Tensor, given: list[Tensor], dy: Tensor) -> list[Tensor]:
    return [y.detach(), *torch.autograd.grad(y, given, dy)]


@BACKENDS
@pytest.mark.parametrize("dtype", [torch.float64, torch.float32], ids=str)
@pytest.mark.parametrize("activation", [None, "silu"])
@pytest.mark.parametrize("has_bias", [True, False])
@pytest.mark.parametrize(
    ("sizes", "taps"), [((3, 2, 37, 13), 4), ((1, 1, 1, 1), 1), ((2, 3, 3, 32), 7), ((1, 2, 20, 40), 2)]
)
def test_it_is_pytorchs_convolution(
    backend: str, dtype: torch.dtype, activation: str | None, has_bias: bool, sizes: tuple[int, ...], taps: int
) -> None:
    x, weight, bias, dy = draw(sizes, taps)  # type: ignore[arg-type]
    leaves = [v.requires_grad_() for v in ((x, weight, bias) if has_bias else (x, weight))]
    right = gradients(by_pytorch(x, weight, bias if has_bias else None, activation), leaves, dy)
    mine = [v.detach().to(dtype).requires_grad_() for v in leaves]
    y = causal_conv(mine[0], mine[1], mine[2] if has_bias else None, activation=activation, backend=backend)
    for found, wanted in zip(gradients(y, mine, dy.to(dtype)), right, strict=True):
        assert (found.double() - wanted).abs().max() <= TOLERANCE[dtype] * max(1.0, wanted.abs().max().item())


@BACKENDS
def test_what_comes_later_cannot_change_what_came_before(backend: str) -> None:
    x, weight, bias, _ = draw((2, 2, 20, 9), 4)
    before = causal_conv(x, weight, bias, activation="silu", backend=backend)
    x[:, :, 11] = float("nan")
    after = causal_conv(x, weight, bias, activation="silu", backend=backend)
    assert torch.equal(before[:, :, :11], after[:, :, :11])
    assert after[:, :, 11:15].isnan().all()
    assert torch.equal(before[:, :, 15:], after[:, :, 15:])


@BACKENDS
@pytest.mark.parametrize("axis", [0, 1, 2, 3])
def test_an_empty_axis_gives_an_empty_result(backend: str, axis: int) -> None:
    sizes = [2, 2, 5, 3]
    sizes[axis] = 0
    x, weight, bias, dy = draw(tuple(sizes), 4)  # type: ignore[arg-type]
    leaves = [v.requires_grad_() for v in (x, weight, bias)]
    y = causal_conv(x, weight, bias, activation="silu", backend=backend)
    assert y.shape == x.shape
    assert [g.shape for g in torch.autograd.grad(y, leaves, dy)] == [v.shape for v in leaves]


def test_strides_threads_and_poisoned_memory_change_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    x, weight, bias, dy = (v.requires_grad_() for v in draw((3, 4, 300, 33), 4, torch.float32))
    right = gradients(causal_conv(x, weight, bias, activation="silu", backend="numba"), [x, weight, bias], dy)

    def poisoned(shape: tuple[int, ...], dtype: torch.dtype) -> Tensor:
        return torch.full(shape, float("nan"), dtype=dtype)

    monkeypatch.setattr(layout, "new", poisoned)
    before = torch.get_num_threads()
    try:
        for n_thread in (1, 2, 5):
            torch.set_num_threads(n_thread)
            odd = [
                v.detach().transpose(0, -1).contiguous().transpose(0, -1).requires_grad_() for v in (x, weight, bias)
            ]
            y = causal_conv(odd[0], odd[1], odd[2], activation="silu", backend="numba")
            for found, wanted in zip(gradients(y, odd, dy), right, strict=True):
                assert torch.equal(found, wanted)
    finally:
        torch.set_num_threads(before)


def test_the_gradient_is_the_derivative_and_has_no_own() -> None:
    x, weight, bias, _ = (v.requires_grad_() for v in draw((2, 2, 6, 3), 3))

    def run(*given: Tensor) -> Tensor:
        return causal_conv(*given, activation="silu", backend="numba")

    assert torch.autograd.gradcheck(run, (x, weight, bias))
    (first,) = torch.autograd.grad(run(x, weight, bias).sum(), x, create_graph=True)
    with pytest.raises(RuntimeError, match="no second derivative"):
        first.sum().backward()


def test_it_passes_pytorchs_own_checks_and_through_a_compiler() -> None:
    x, weight, bias, _ = (v.requires_grad_() for v in draw((2, 2, 6, 3), 3))
    result = torch.library.opcheck(torch.ops.mmkernels.causal_conv.default, (x, weight, bias, True))
    assert set(result.values()) == {"SUCCESS"}

    def run(x: Tensor) -> Tensor:
        return causal_conv(x, weight, bias, activation="silu")

    assert torch.equal(torch.compile(run, fullgraph=True, backend="eager")(x), run(x))


def test_half_precision_runs_in_the_reference_and_says_so() -> None:
    x, weight, bias, _ = draw((1, 1, 5, 4), 2, torch.bfloat16)
    assert causal_conv(x, weight, bias).dtype == torch.bfloat16
    ran = last_backend("causal_conv")
    assert ran is not None
    assert (ran.backend, list(ran.rejected)) == ("reference", ["numba"])
    with pytest.raises(BackendUnavailable, match="bfloat16"):
        causal_conv(x, weight, bias, backend="numba")
    assert [row.backend for row in backends("causal_conv")] == ["numba", "reference"]


@pytest.mark.parametrize(
    ("change", "error", "says"),
    [
        ({"x": [1.0]}, TypeError, "not a tensor"),
        ({"weight": torch.ones(2, 3, 4)}, TypeError, "torch.float32"),
        ({"weight": torch.ones(2, 3, 0, dtype=torch.float64)}, ValueError, "at least one tap"),
        ({"weight": torch.ones(3, 3, 4, dtype=torch.float64)}, ValueError, "(3, 3, 4)"),
        ({"bias": torch.ones(3, dtype=torch.float64)}, ValueError, "bias is (3,)"),
        ({"activation": "relu"}, ValueError, "'relu'"),
        ({"x": torch.ones(2, 2, 5, 3, dtype=torch.int64)}, TypeError, "int64"),
    ],
)
def test_bad_arguments_are_named(change: dict[str, object], error: type[Exception], says: str) -> None:
    x, weight, bias, _ = draw((2, 2, 5, 3), 4)
    given = {"x": x, "weight": weight, "bias": bias, **change}
    with pytest.raises(error) as caught:
        causal_conv(**given)  # type: ignore[arg-type]
    assert says in str(caught.value)
