"""Numbers at the ends of their range: finite where the mathematics is, flagged where digits are lost."""

import math
import os
import signal
import sys

import mmkernels
import pytest
import torch
from torch import Tensor

from mmviz.models.layers import PresentMean, masked_softmax
from mmviz.models.ssm.coupling import Coupling

DTYPES = pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
ENDS = [math.inf, -math.inf, math.nan, 0.0, -1e-3, 1e30, -1e30, 1e-45]


def _outputs(backend: str, given: dict[str, Tensor]) -> dict[str, Tensor]:
    leaves = {name: v.clone().requires_grad_() for name, v in given.items()}
    y, h = mmkernels.coupled_scan(**leaves, return_state=True, backend=backend)
    total = y.nan_to_num(0, 0, 0).sum() + h.nan_to_num(0, 0, 0).sum()
    return {"y": y, "h": h, **dict(zip(leaves, torch.autograd.grad(total, list(leaves.values())), strict=True))}


@DTYPES
@pytest.mark.parametrize("coupled", [False, True])
@pytest.mark.parametrize("value", ENDS)
@pytest.mark.parametrize("name", ["dt", "A", "x", "h0"])
def test_kernel_and_reference_are_finite_at_the_same_places(
    dtype: torch.dtype, coupled: bool, value: float, name: str
) -> None:
    draw = torch.Generator().manual_seed(1)

    def normal(*shape: int) -> Tensor:
        return torch.randn(shape, generator=draw, dtype=torch.float64)

    given = {"x": normal(2, 2, 70, 9), "dt": normal(2, 2, 70, 9).abs() + 0.05, "A": -normal(2, 9, 3).abs() - 0.1}
    given |= {"B": normal(2, 2, 70, 3), "C": normal(2, 2, 70, 3), "h0": normal(2, 2, 9, 3)}
    if coupled:
        given["W"] = torch.softmax(normal(2, 2), -1)
    given = {key: v.to(dtype) for key, v in given.items()}
    for place in (slice(25, 26), slice(None)):
        changed = given | {name: given[name].clone()}
        changed[name].view(-1)[place] = value
        found, right = (_outputs(backend, changed) for backend in ("numba", "reference"))
        for key, of_reference in right.items():
            assert torch.equal(torch.isfinite(found[key]), torch.isfinite(of_reference)), key


@pytest.mark.parametrize("size", [1.0, 100.0, 1e4, 1e30])
@pytest.mark.parametrize("absent", [None, 0, 2])
def test_softmax_coupling_of_large_logits_is_finite_and_its_rows_sum_to_one(size: float, absent: int | None) -> None:
    couple = Coupling(3, "softmax")
    assert couple.logits is not None
    with torch.no_grad():
        couple.logits.copy_(size * torch.tensor([[1.0, -1.0, 0.5], [0.0, 1.0, 1.0], [-1.0, -1.0, 1.0]]))
    present = torch.ones(2, 3, dtype=torch.bool)
    if absent is not None:
        present[1, absent] = False
    W = couple(present)
    torch.testing.assert_close(W.sum(-1), torch.ones(2, 3))
    assert (W[~present[:, None, :].expand_as(W)] == 0).all()
    (gradient,) = torch.autograd.grad((W * torch.arange(3.0)).square().sum(), couple.logits)
    assert torch.isfinite(gradient).all()
    kept = [m for m in range(3) if m != absent]
    smaller = torch.softmax(couple.logits[:, kept], -1)
    torch.testing.assert_close(W[1][:, kept], smaller)


def test_with_nothing_present_weights_and_gradients_are_zero() -> None:
    logits = torch.tensor([1e4, -1e4], requires_grad=True)
    weights = masked_softmax(logits, torch.tensor([[False, False], [True, False]]))
    assert torch.equal(weights, torch.tensor([[0.0, 0.0], [1.0, 0.0]]))
    (gradient,) = torch.autograd.grad(weights.square().sum(), logits)
    assert torch.equal(gradient, torch.zeros(2))


@pytest.mark.parametrize("size", [0.0, 100.0, -1e4])
def test_the_mean_of_present_modalities_is_convex_for_any_logits(size: float) -> None:
    mean = PresentMean(3)
    with torch.no_grad():
        mean.logits.copy_(torch.tensor([size, 2.0 * size, 0.0]))
    present = torch.tensor([[True, True], [True, False], [False, False]])[..., None]
    x = torch.arange(1.0, 4.0)[:, None, None, None].expand(3, 2, 1, 4)
    y = mean(x, present)
    assert ((y >= 1.0) & (y <= 2.0)).all()
    assert torch.equal(y[1], torch.ones(1, 4))  # the first modality alone
    assert torch.isfinite(torch.autograd.grad(y.sum(), mean.logits)[0]).all()


@pytest.mark.parametrize("large", [1e14, 1e16, 1e25, 1e300])
@pytest.mark.parametrize("shift", [0.0, 3.0])
def test_an_exact_plan_beside_costs_of_one_over_eps_is_flagged_or_proved(large: float, shift: float) -> None:
    C = torch.tensor([[[1.0, 2.0, large], [2.0, large, 1.0], [large, 1.0, 2.0]]], dtype=torch.float64)
    C = torch.where(large > C, C + shift, C)
    found = mmkernels.exact_plan(C)
    right = 1.0 + shift
    assert not bool(found.converged) or found.cost.item() == pytest.approx(right, rel=1e-3)
    assert large < 1e15 or not bool(found.converged)  # its potentials are lost in rounding, so nothing proves it


@DTYPES
def test_an_exact_plan_of_ordinary_costs_is_proved(dtype: torch.dtype) -> None:
    draw = torch.Generator().manual_seed(2)
    for scale in (1.0, 1e-30, 1e30):
        C = torch.rand(3, 5, 6, generator=draw, dtype=torch.float64).to(dtype)
        assert mmkernels.exact_plan(C * scale).converged.all()
        assert mmkernels.exact_plan((C - 0.5) * scale).converged.all()
    assert mmkernels.exact_plan(torch.zeros(1, 3, 3, dtype=dtype)).converged.all()
    assert mmkernels.exact_plan(1.0 - torch.eye(4, dtype=dtype)[None]).converged.all()


@DTYPES
@pytest.mark.parametrize("scale", [1e-30, 1e30, 1e37])
def test_mmd_does_not_depend_on_the_unit_of_the_points(dtype: torch.dtype, scale: float) -> None:
    draw = torch.Generator().manual_seed(4)
    x, y = (torch.randn(7, 3, generator=draw, dtype=torch.float64).to(dtype) for _ in range(2))
    tolerance = 1e-5 if dtype == torch.float32 else 1e-12
    right = mmkernels.mmd_squared(x, y)
    leaf = (x * scale).requires_grad_()
    found = mmkernels.mmd_squared(leaf, y * scale)
    assert found.item() == pytest.approx(right.item(), rel=tolerance)
    assert mmkernels.median_bandwidth(x * scale, y * scale).item() == pytest.approx(
        scale * mmkernels.median_bandwidth(x, y).item(), rel=tolerance
    )
    given = mmkernels.mmd_squared(x * scale, y * scale, bandwidth=2.0 * scale)
    assert given.item() == pytest.approx(mmkernels.mmd_squared(x, y, bandwidth=2.0).item(), rel=tolerance)
    (gradient,) = torch.autograd.grad(found, leaf)
    plain = x.clone().requires_grad_()
    (usual,) = torch.autograd.grad(mmkernels.mmd_squared(plain, y), plain)
    torch.testing.assert_close(gradient * scale, usual, rtol=100 * tolerance, atol=tolerance)


@DTYPES
@pytest.mark.parametrize("backend", ["numba", "torch", "reference"])
@pytest.mark.parametrize("scale", [1e-40, 1e-30, 1e20, 1e30, 1e37])
def test_entropic_plans_of_extreme_costs_are_flagged_or_have_their_marginals(
    dtype: torch.dtype, backend: str, scale: float
) -> None:
    draw = torch.Generator().manual_seed(5)
    C = (torch.rand(2, 5, 6, generator=draw, dtype=torch.float64) * scale).to(dtype)
    for options in ({"epsilon": 0.1}, {"epsilon": 0.1, "relative_to": "max"}):
        found = mmkernels.entropic_plan(C, backend=backend, max_iterations=300, **options)
        error = (found.plan.double().sum(2) - 1 / 5).abs().sum(1) + (found.plan.double().sum(1) - 1 / 6).abs().sum(1)
        assert (~found.converged | (error <= 1e-4)).all()
        assert found.converged.all() or options == {"epsilon": 0.1} or scale < 1e-37


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no fork")
@pytest.mark.filterwarnings("ignore:.*use of fork:DeprecationWarning")
@pytest.mark.parametrize("what", ["scan", "PyTorch"])
def test_a_child_forked_after_parallel_work_does_not_wait_for_threads_it_has_not(what: str) -> None:
    draw = torch.Generator().manual_seed(0)
    x, dt = torch.randn(2, 3, 8, 200, 64, generator=draw).abs()
    rows, A = torch.randn(2, 3, 8, 200, 16, generator=draw), -torch.rand(3, 64, 16, generator=draw)
    before = torch.get_num_threads()
    torch.set_num_threads(2)
    try:
        right = mmkernels.coupled_scan(x, dt, A, *rows)  # large enough for PyTorch's own threads, too
        child = os.fork()
        if child == 0:  # pragma: no cover - runs in the child
            signal.alarm(60)  # a deadlock ends the child by a signal
            code = 1
            try:
                found = mmkernels.coupled_scan(x, dt, A, *rows) if what == "scan" else right.clone()
                code = 0 if bool(torch.isfinite(found).all()) and torch.equal(found, right) else 2
            finally:
                os._exit(code)
        assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
        assert torch.get_num_threads() == 2
    finally:
        torch.set_num_threads(before)
