"""The gate: equal to PyTorch's SiLU and product, and clear about what it cannot do."""

import doctest
from typing import Any

import pytest
import torch
from mmkernels import backends, gate, last_backend, silu_gate
from mmkernels.cpu import layout
from scan_problems import runnable
from torch import Tensor
from torch.nn.functional import silu

BACKENDS = pytest.mark.parametrize("backend", runnable("silu_gate", torch.zeros(1)))
TOLERANCE = {torch.float64: 1e-14, torch.float32: 1e-6}


def draw(shape: tuple[int, ...], dtype: torch.dtype = torch.float64) -> tuple[Tensor, Tensor, Tensor]:
    """Return x, z (some of them far out) and dy."""
    source = torch.Generator().manual_seed(sum(shape))
    x, z, dy = (torch.randn(shape, generator=source, dtype=torch.float64).to(dtype) for _ in range(3))
    return x.requires_grad_(), (z * 6).requires_grad_(), dy


def outcome(x: Tensor, z: Tensor, dy: Tensor, **options: Any) -> list[Tensor]:
    y = silu_gate(x, z, **options)
    return [y.detach(), *torch.autograd.grad(y, [x, z], dy)]


@BACKENDS
@pytest.mark.parametrize("dtype", [torch.float64, torch.float32], ids=str)
@pytest.mark.parametrize("shape", [(3, 2, 37, 13), (1,), (), (16_384,), (2, 16_385), (5, 0, 3)], ids=str)
def test_it_is_silu_and_a_product(backend: str, dtype: torch.dtype, shape: tuple[int, ...]) -> None:
    x, z, dy = draw(shape)
    y = x * silu(z)
    right = [y.detach(), *torch.autograd.grad(y, [x, z], dy)]
    mine = [v.detach().to(dtype).requires_grad_() for v in (x, z)]
    for found, wanted in zip(outcome(*mine, dy.to(dtype), backend=backend), right, strict=True):
        assert found.shape == wanted.shape
        if wanted.numel():
            assert (found.double() - wanted).abs().max() <= TOLERANCE[dtype] * max(1.0, wanted.abs().max().item())


@BACKENDS
def test_what_is_not_a_number_stays_where_it_is(backend: str) -> None:
    x, z, dy = draw((40,), torch.float32)
    right = outcome(x, z, dy, backend=backend)
    with torch.no_grad():
        z[7] = float("nan")
        x[9] = float("inf")
    for found, wanted in zip(outcome(x, z, dy, backend=backend), right, strict=True):
        assert found[7].isnan()
        keep = [i for i in range(40) if i not in (7, 9)]
        assert torch.equal(found[keep], wanted[keep])


def test_strides_threads_and_poisoned_memory_change_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    x, z, dy = draw((40, 3000), torch.float32)
    right = outcome(x, z, dy, backend="numba")

    def poisoned(shape: tuple[int, ...], dtype: torch.dtype) -> Tensor:
        return torch.full(shape, float("nan"), dtype=dtype)

    monkeypatch.setattr(layout, "new", poisoned)
    before = torch.get_num_threads()
    try:
        for n_thread in (1, 2, 5):
            torch.set_num_threads(n_thread)
            odd = [v.detach().t().contiguous().t().requires_grad_() for v in (x, z)]
            for found, wanted in zip(outcome(*odd, dy, backend="numba"), right, strict=True):
                assert torch.equal(found, wanted)
    finally:
        torch.set_num_threads(before)


def test_the_gradient_is_the_derivative_and_has_no_own() -> None:
    x, z, _ = draw((4, 5))
    assert torch.autograd.gradcheck(lambda *given: silu_gate(*given, backend="numba"), (x, z))
    assert torch.autograd.gradgradcheck(lambda *given: silu_gate(*given, backend="reference"), (x, z))
    (first,) = torch.autograd.grad(silu_gate(x, z, backend="numba").sum(), z, create_graph=True)
    with pytest.raises(RuntimeError, match="no second derivative"):
        first.sum().backward()
    (alone,) = torch.autograd.grad(silu_gate(x, z.detach(), backend="numba").sum(), x)
    assert torch.allclose(alone, silu(z.detach()), rtol=1e-13)


def test_it_passes_pytorchs_own_checks_and_through_a_compiler() -> None:
    x, z, _ = draw((4, 5))
    assert set(torch.library.opcheck(torch.ops.mmkernels.silu_gate.default, (x, z)).values()) == {"SUCCESS"}
    compiled = torch.compile(lambda x: silu_gate(x, z), fullgraph=True, backend="eager")
    assert torch.equal(compiled(x), silu_gate(x, z))


def test_what_is_wrong_is_said() -> None:
    x, z, _ = draw((4, 5))
    with pytest.raises(ValueError, match=r"one shape; x is \(4, 5\) and z \(4, 1\)"):
        silu_gate(x, z[:, :1])
    with pytest.raises(TypeError, match="one float dtype"):
        silu_gate(x, z.float())
    with pytest.raises(TypeError, match="one float dtype"):
        silu_gate(x.detach().long(), z.detach().long())
    with pytest.raises(TypeError, match="z is a list"):
        silu_gate(x, [1.0])  # type: ignore[arg-type]


def test_half_precision_goes_to_the_reference() -> None:
    x, z, _ = draw((4, 5), torch.bfloat16)
    assert silu_gate(x, z).dtype == torch.bfloat16
    assert last_backend("silu_gate").backend == "reference"
    assert [row.backend for row in backends("silu_gate")] == ["numba", "reference"]


def test_its_example_holds() -> None:
    assert doctest.testmod(gate).failed == 0
