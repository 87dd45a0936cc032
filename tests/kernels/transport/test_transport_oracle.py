"""At convergence the plans are those of POT, which is independent of this library."""

from typing import Any

import numpy as np
import pytest
import torch
from mmkernels import entropic_plan, exact_plan, unbalanced_plan
from transport_problems import BACKENDS, costs, masks, solve, weights

ot = pytest.importorskip("ot")
CASES = [(1, 1), (5, 8), (20, 13)]


def _marginals(n: int, m: int, mass: float = 1.0) -> tuple[torch.Tensor, torch.Tensor]:
    return weights(2, n, None, seed=1), weights(2, m, None, seed=2, mass=mass)


@pytest.mark.parametrize("backend", BACKENDS)
@pytest.mark.parametrize(("n", "m"), CASES)
@pytest.mark.parametrize("epsilon", [0.5, 0.05])
def test_the_entropic_plan_is_that_of_pot(backend: str, n: int, m: int, epsilon: float) -> None:
    C, (a, b) = costs(2, n, m), _marginals(n, m)
    found = entropic_plan(C, epsilon=epsilon, a=a, b=b, tolerance=1e-13, max_iterations=4000, backend=backend)
    for p in range(2):
        oracle = ot.sinkhorn(
            a[p].numpy(), b[p].numpy(), C[p].numpy(), epsilon, method="sinkhorn_log", stopThr=1e-15, numItermax=4000,
            warn=False,
        )  # fmt: skip
        assert np.abs(found.plan[p].numpy() - oracle).max() <= 1e-9
        assert abs(found.cost[p].item() - (oracle * C[p].numpy()).sum()) <= 1e-9


@pytest.mark.parametrize("backend", BACKENDS)
@pytest.mark.parametrize(("n", "m"), CASES)
@pytest.mark.parametrize("rho", [0.2, 5.0])
def test_the_unbalanced_plan_is_that_of_pot(backend: str, n: int, m: int, rho: float) -> None:
    C, (a, b) = costs(2, n, m), _marginals(n, m, mass=1.7)
    settings: dict[str, Any] = {"tolerance": 1e-13, "max_iterations": 4000, "backend": backend}
    found = unbalanced_plan(C, epsilon=0.1, rho=rho, a=a, b=b, **settings)
    for p in range(2):
        oracle = ot.unbalanced.sinkhorn_unbalanced(
            a[p].numpy(), b[p].numpy(), C[p].numpy(), 0.1, rho, stopThr=1e-15, numItermax=20000
        )
        assert np.abs(found.plan[p].numpy() - oracle).max() <= 1e-9


@pytest.mark.parametrize("backend", BACKENDS)
@pytest.mark.parametrize("rho", [None, 0.7])
def test_the_value_is_the_objective_at_the_plan(backend: str, rho: float | None) -> None:
    C, (a, b) = costs(2, 6, 9), _marginals(6, 9, mass=1.0 if rho is None else 0.6)
    found = solve(C, rho=rho, epsilon=0.1, a=a, b=b, tolerance=1e-14, backend=backend)

    def kl(P: torch.Tensor, Q: torch.Tensor) -> torch.Tensor:
        return (torch.xlogy(P, P / Q) - P + Q).flatten(1).sum(1)

    P = found.plan
    objective = (P * C).sum((1, 2)) + 0.1 * kl(P, a[:, :, None] * b[:, None, :])
    if rho is not None:
        objective = objective + rho * (kl(P.sum(2), a) + kl(P.sum(1), b))
    torch.testing.assert_close(found.value, objective, rtol=0, atol=1e-12)


@pytest.mark.parametrize("kind", ["none", "right", "gaps"])
def test_the_exact_plan_is_that_of_pot_on_the_problem_cut_out(kind: str) -> None:
    C, named = costs(3, 9, 12), masks(kind, 3, 9, 12)
    a, b = weights(3, 9, named.get("mask_x"), seed=3), weights(3, 12, named.get("mask_y"), seed=4)
    found = exact_plan(C, a=a, b=b, **named)
    for p in range(3):
        rows = named["mask_x"][p] if named else torch.ones(9, dtype=torch.bool)
        columns = named["mask_y"][p] if named else torch.ones(12, dtype=torch.bool)
        cut = C[p][rows][:, columns].contiguous().numpy()
        oracle = ot.emd(a[p][rows].numpy(), b[p][columns].numpy(), cut)
        assert np.abs(found.plan[p][rows][:, columns].numpy() - oracle).max() <= 1e-15
        assert abs(found.cost[p].item() - (oracle * cut).sum()) <= 1e-12
    assert found.converged.all()
    dual = (a * found.f).sum(1) + (b * found.g).sum(1)
    torch.testing.assert_close(dual, found.cost, rtol=0, atol=1e-12)


def test_a_simplex_that_was_stopped_early_says_so() -> None:
    C = costs(2, 40, 40)
    found = exact_plan(C, max_iterations=3)
    assert not found.converged.any()
    assert exact_plan(C).converged.all()
