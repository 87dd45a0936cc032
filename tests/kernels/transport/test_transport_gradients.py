"""Gradients are right at convergence, though no iteration is stored."""

from typing import Any

import pytest
import torch
from mmkernels import entropic_plan, entropic_value, exact_plan, pairwise_cost, relaxed_plan
from torch import Tensor
from torch.autograd import grad, gradcheck
from transport_problems import BACKENDS, clouds, costs, masks, solve, weights

TIGHT: dict[str, Any] = {"epsilon": 0.4, "tolerance": 1e-14, "max_iterations": 200}


def _softmax(logits: Tensor, mask: Tensor | None) -> Tensor:
    return torch.softmax(logits if mask is None else logits.masked_fill(~mask, -torch.inf), 1)


@pytest.mark.parametrize(("backend", "kind"), [("numba", "none"), ("numba", "gaps"), ("torch", "gaps")])
@pytest.mark.parametrize("rho", [None, 0.6])
@pytest.mark.parametrize("field", ["value", "cost", "plan"])
def test_gradients_are_those_of_finite_differences(backend: str, rho: float | None, field: str, kind: str) -> None:
    named = masks(kind, 2, 3, 4)
    logits = weights(2, 3, None).requires_grad_(), weights(2, 4, None, seed=1).requires_grad_()

    def run(C: Tensor, left: Tensor, right: Tensor) -> Tensor:
        a, b = _softmax(left, named.get("mask_x")), _softmax(right, named.get("mask_y"))
        found: Tensor = getattr(solve(C, rho=rho, a=a, b=b, backend=backend, **named, **TIGHT), field)
        return found

    assert gradcheck(run, (costs(2, 3, 4).requires_grad_(), *logits), atol=1e-7, rtol=1e-5)


@pytest.mark.parametrize("backend", BACKENDS)
@pytest.mark.parametrize("n_iteration", [1, 300])
def test_the_derivative_of_the_value_by_the_cost_is_the_plan(backend: str, n_iteration: int) -> None:
    C = costs(3, 9, 12).requires_grad_()
    found = entropic_plan(C, tolerance=0.0, max_iterations=n_iteration, backend=backend)
    (by_cost,) = grad(found.value.sum(), C)
    assert torch.equal(by_cost, found.plan)


@pytest.mark.parametrize("rho", [None, 0.5])
@pytest.mark.parametrize(("n", "m"), [(6, 11), (11, 6)])
def test_the_gradient_of_the_plan_is_that_of_iterations_unrolled(rho: float | None, n: int, m: int) -> None:
    draw = torch.Generator().manual_seed(2)
    G = torch.randn(2, n, m, generator=draw, dtype=torch.float64)
    C = costs(2, n, m).requires_grad_()
    found = solve(C, rho=rho, **TIGHT)
    (implicit,) = grad((found.plan * G).sum() + found.cost.sum(), C)

    epsilon, damping = 0.4, 1.0 if rho is None else 1.0 / (1.0 + 0.4 / rho)
    g = torch.zeros(2, m, dtype=torch.float64)
    for _ in range(200):
        f = -damping * epsilon * torch.logsumexp((g[:, None, :] - C) / epsilon - torch.tensor(m).log(), 2)
        g = -damping * epsilon * torch.logsumexp((f[:, :, None] - C) / epsilon - torch.tensor(n).log(), 1)
    P = torch.exp((f[:, :, None] + g[:, None, :] - C) / epsilon) / (n * m)
    (unrolled,) = grad((P * G).sum() + (P * C).sum(), C)
    torch.testing.assert_close(implicit, unrolled, rtol=0, atol=1e-7)


def test_plans_that_fall_into_blocks_still_have_gradients() -> None:
    far = 50.0 * (1.0 - torch.block_diag(torch.ones(4, 4), torch.ones(5, 5)).double())
    C = (costs(1, 9, 9) + far).requires_grad_()
    found = entropic_plan(C, epsilon=0.05, tolerance=1e-12, max_iterations=3000)
    assert found.converged.all()
    assert found.plan[0, :4, 4:].max() == 0.0
    (whole,) = grad((found.plan * torch.arange(81.0).view(1, 9, 9)).sum(), C)
    part = costs(1, 9, 9)[:, :4, :4].clone().requires_grad_()
    uniform = torch.full((1, 4), 1.0 / 9.0, dtype=torch.float64)
    alone = entropic_plan(part, epsilon=0.05, tolerance=1e-12, max_iterations=3000, a=uniform, b=uniform)
    (block,) = grad((alone.plan * torch.arange(81.0).view(9, 9)[:4, :4]).sum(), part)
    torch.testing.assert_close(whole[:, :4, :4], block, rtol=0, atol=1e-6)


@pytest.mark.parametrize("backend", ["numba", "torch"])
def test_gradients_in_float32_are_close_to_those_in_float64(backend: str) -> None:
    C = costs(2, 20, 25)
    found = []
    for dtype in (torch.float64, torch.float32):
        leaf = C.to(dtype).requires_grad_()
        result = entropic_plan(leaf, epsilon=0.1, max_iterations=500, tolerance=1e-6, backend=backend)
        (by_cost,) = grad(result.cost.sum() + result.value.sum(), leaf)
        assert by_cost.dtype == dtype
        found.append(by_cost.double())
    assert (found[1] - found[0]).abs().max() <= 1e-4 * found[0].abs().max()


def test_padding_gets_a_gradient_of_zero_even_where_it_holds_nan() -> None:
    named = masks("gaps", 3, 7, 8)
    both = named["mask_x"][:, :, None] & named["mask_y"][:, None, :]
    C = costs(3, 7, 8).masked_fill(~both, torch.nan).requires_grad_()
    found = entropic_plan(C, **named)
    (by_cost,) = grad(found.cost.sum() + found.value.sum() + found.plan.square().sum(), C)
    assert (by_cost[~both] == 0).all()
    assert torch.isfinite(by_cost).all()
    assert (by_cost[both] != 0).any()


def test_what_carries_no_gradient_says_so() -> None:
    C = costs(1, 4, 4).requires_grad_()
    found = entropic_plan(C)
    for field in ("f", "g", "marginal_error", "iterations", "converged"):
        assert not getattr(found, field).requires_grad
    assert not relaxed_plan(C).plan.requires_grad
    assert not exact_plan(C).plan.requires_grad


def test_a_second_derivative_is_refused() -> None:
    C = costs(1, 4, 4).requires_grad_()
    (first,) = grad(entropic_plan(C).cost.sum(), C, create_graph=True)
    with pytest.raises(RuntimeError, match="no second derivative"):
        first.sum().backward()


def test_the_relaxed_and_the_exact_cost_have_their_plan_as_derivative() -> None:
    C = costs(2, 6, 7).requires_grad_()
    for result in (relaxed_plan(C), exact_plan(C)):
        (by_cost,) = grad(result.cost.sum(), C)
        torch.testing.assert_close(by_cost, result.plan, rtol=0, atol=1e-15)


@pytest.mark.parametrize("metric", ["cosine", "sqeuclidean"])
def test_the_value_between_points_has_gradients_by_the_points(metric: Any) -> None:
    x, y = (side.requires_grad_() for side in clouds(1, 4, 5, d=3))

    def run(x: Tensor, y: Tensor) -> Tensor:
        return entropic_value(x, y, metric=metric, **TIGHT).value

    assert gradcheck(run, (x, y), atol=1e-7, rtol=1e-5)


def test_equal_points_have_a_finite_gradient() -> None:
    x = clouds(1, 5, 1)[0].requires_grad_()
    relaxed_plan(pairwise_cost(x, x.detach(), metric="sqeuclidean")).cost.sum().backward()
    assert x.grad is not None
    assert (x.grad == 0).all()
