"""What must hold of any plan: marginals, bounds, and the limits in which one plan becomes another."""

from itertools import permutations

import pytest
import torch
from mmkernels import entropic_plan, exact_plan, pairwise_cost, relaxed_plan, unbalanced_plan
from transport_problems import BACKENDS, clouds, costs, masks, weights


@pytest.mark.parametrize("backend", BACKENDS)
@pytest.mark.parametrize("kind", ["none", "gaps"])
def test_marginals_hold_to_the_error_that_is_returned(backend: str, kind: str) -> None:
    C, named = costs(3, 20, 15), masks(kind, 3, 20, 15)
    a, b = weights(3, 20, named.get("mask_x")), weights(3, 15, named.get("mask_y"), seed=1)
    for tolerance in (1e-3, 1e-9):
        found = entropic_plan(C, a=a, b=b, tolerance=tolerance, backend=backend, **named)
        error = (found.plan.sum(2) - a).abs().sum(1) + (found.plan.sum(1) - b).abs().sum(1)
        torch.testing.assert_close(error, found.marginal_error, rtol=1e-6, atol=1e-15)
        assert (error <= tolerance).all()
        assert found.converged.all()
        assert (found.plan >= 0).all()


@pytest.mark.parametrize("kind", ["none", "right", "gaps"])
@pytest.mark.parametrize("metric", ["cosine", "sqeuclidean"])
def test_relaxed_is_at_most_exact_is_at_most_any_plan(kind: str, metric: str) -> None:
    C = pairwise_cost(*clouds(4, 12, 9, seed=5), metric=metric)  # type: ignore[arg-type]
    named = masks(kind, 4, 12, 9)
    relaxed, exact = relaxed_plan(C, **named), exact_plan(C, **named)
    independent = exact.plan.sum(2, keepdim=True) * exact.plan.sum(1, keepdim=True)
    smooth = entropic_plan(C, epsilon=0.1, tolerance=1e-12, max_iterations=5000, **named)
    assert (relaxed.cost <= exact.cost + 1e-12).all()
    assert (exact.cost <= smooth.cost + 1e-9).all()
    assert (exact.cost <= (independent * C).sum((1, 2)) + 1e-12).all()
    assert (relaxed.cost < exact.cost).any()


def test_exact_is_the_best_of_all_assignments() -> None:
    C = costs(2, 5, 5, seed=8)
    best = torch.stack([C[:, range(5), order].mean(1) for order in permutations(range(5))]).amin(0)
    torch.testing.assert_close(exact_plan(C).cost, best, rtol=0, atol=1e-15)


@pytest.mark.parametrize("dtype", [torch.float64, torch.float32])
def test_a_sequence_moves_onto_itself_for_nothing(dtype: torch.dtype) -> None:
    x = clouds(3, 30, 1)[0].to(dtype)
    C = pairwise_cost(x, x, metric="sqeuclidean")
    assert (torch.diagonal(C, dim1=1, dim2=2) == 0).all()
    assert relaxed_plan(C).cost.tolist() == [0.0] * 3
    assert exact_plan(C).cost.tolist() == [0.0] * 3
    torch.testing.assert_close(exact_plan(C).plan, torch.eye(30, dtype=dtype).expand(3, 30, 30) / 30)
    cosine = pairwise_cost(x, x, metric="cosine")
    assert relaxed_plan(cosine).cost.abs().max() <= 4 * torch.finfo(dtype).eps
    assert exact_plan(cosine).cost.abs().max() <= 4 * torch.finfo(dtype).eps


def test_without_entropy_in_the_limit_the_entropic_plan_costs_what_the_exact_one_does() -> None:
    C = costs(2, 12, 12, seed=2)
    gaps = []
    for epsilon in (1e-1, 3e-2, 1e-2):
        found = entropic_plan(C, epsilon=epsilon, epsilon_scaling=0.7, tolerance=1e-8, max_iterations=20000)
        assert found.converged.all()
        gaps.append((found.cost - exact_plan(C).cost).max().item())
    assert gaps[0] > gaps[1] > gaps[2] >= -1e-8
    assert gaps[2] <= 1e-2


def test_at_a_high_price_the_unbalanced_plan_keeps_the_marginals_and_at_a_low_one_moves_little() -> None:
    C = costs(2, 8, 9) + 0.5
    right = entropic_plan(C, epsilon=0.2, tolerance=1e-12)
    dear = unbalanced_plan(C, epsilon=0.2, rho=1e6, tolerance=1e-12, max_iterations=3000)
    torch.testing.assert_close(dear.plan, right.plan, rtol=0, atol=1e-6)
    cheap = unbalanced_plan(C, epsilon=0.2, rho=1e-2, tolerance=1e-12)
    assert (cheap.plan.sum((1, 2)) < 0.1).all()


def test_a_warm_up_leads_to_the_same_plan_in_fewer_iterations() -> None:
    C = 0.1 * costs(2, 12, 12, seed=4) + torch.arange(12.0)[:, None] + torch.arange(12.0)
    cold = entropic_plan(C, epsilon=0.002, tolerance=1e-10, max_iterations=20000)
    warm = entropic_plan(C, epsilon=0.002, tolerance=1e-10, max_iterations=20000, epsilon_scaling=0.5)
    torch.testing.assert_close(warm.plan, cold.plan, rtol=0, atol=1e-8)
    assert warm.converged.all()
    assert (warm.iterations < cold.iterations).any()


@pytest.mark.parametrize(("relative_to", "size"), [("max", 8.0), ("mean", 3.0)])
def test_epsilon_can_be_stated_relative_to_the_costs(relative_to: str, size: float) -> None:
    C = torch.tensor([[[0.0, -8.0, 1.0], [3.0, torch.inf, torch.nan]]], dtype=torch.float64)
    named = {"mask_y": torch.tensor([[True, True, False]])}
    n_real = 11.0 / 3.0 if relative_to == "mean" else size
    found = entropic_plan(C, epsilon=0.5, relative_to=relative_to, **named)  # type: ignore[arg-type]
    right = entropic_plan(C, epsilon=0.5 * n_real, **named)
    assert torch.equal(found.plan, right.plan)


def test_costs_that_are_all_zero_take_epsilon_as_it_is() -> None:
    found = entropic_plan(torch.zeros(1, 3, 4), epsilon=0.1, relative_to="mean")
    torch.testing.assert_close(found.plan, torch.full((1, 3, 4), 1.0 / 12.0))
    assert found.value.abs().item() <= 1e-7


def test_the_literal_relaxed_plan_is_equation_5_and_moves_mass_not_means() -> None:
    C = torch.tensor([[[0.1, 0.2, 0.9], [0.3, 0.3, 0.9], [0.8, 0.1, 0.9]]])  # row 1 is a tie: the first wins
    found = relaxed_plan(C)
    third = 1.0 / 3.0
    assert torch.equal(found.plan, torch.tensor([[[third, 0, 0], [third, 0, 0], [0, third, 0]]]))
    torch.testing.assert_close(found.cost, torch.tensor([(0.1 + 0.3 + 0.1) / 3.0]))
    means = relaxed_plan(C, variant="barycentric")
    assert torch.equal(means.plan, torch.tensor([[[0.5, 0, 0], [0.5, 0, 0], [0, 1.0, 0]]]))
    assert torch.equal(means.cost, found.cost)


def test_the_barycentric_variant_gives_means_of_what_arrives() -> None:
    C, x = costs(3, 25, 10), clouds(3, 25, 1)[0]
    plan = relaxed_plan(C, variant="barycentric").plan
    nearest = C.argmin(2)
    for p in range(3):
        for j in range(10):
            arrived = x[p][nearest[p] == j]
            right = arrived.mean(0) if len(arrived) else torch.zeros(4, dtype=torch.float64)
            torch.testing.assert_close((plan[p].T @ x[p])[j], right, rtol=0, atol=1e-14)


def test_costs_are_what_their_names_say() -> None:
    x, y = clouds(2, 4, 5)
    for p, i, j in ((0, 1, 2), (1, 3, 4)):
        u, v = x[p, i], y[p, j]
        squared = pairwise_cost(x, y, metric="sqeuclidean")[p, i, j]
        cosine = pairwise_cost(x, y)[p, i, j]
        torch.testing.assert_close(squared, (u - v).square().sum(), rtol=1e-14, atol=0)
        torch.testing.assert_close(cosine, 1 - (u @ v) / (u.norm() * v.norm()), rtol=1e-14, atol=1e-15)
    origin = torch.zeros(1, 1, 4, dtype=torch.float64, requires_grad=True)
    cost = pairwise_cost(origin, y[:1])
    assert torch.equal(cost, torch.ones_like(cost))
