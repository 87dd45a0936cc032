"""Every backend runs the same iterations as the float64 reference, to rounding."""

from typing import Any

import pytest
import torch
from mmkernels import last_backend, relaxed_plan
from transport_problems import BACKENDS, FIELDS, cast, costs, masks, solve, weights, worst

FAST = [name for name in BACKENDS if name != "reference"]
SHAPES = [(1, 1, 1), (2, 1, 5), (2, 7, 1), (3, 8, 8), (2, 33, 50), (1, 65, 20)]


@pytest.mark.parametrize("backend", FAST)
@pytest.mark.parametrize("dtype", [torch.float64, torch.float32])
@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("kind", ["none", "gaps"])
@pytest.mark.parametrize("rho", [None, 0.8])
def test_a_fixed_number_of_iterations_gives_the_reference(
    backend: str, dtype: torch.dtype, shape: tuple[int, int, int], kind: str, rho: float | None
) -> None:
    n_batch, n, m = shape
    C, named = costs(*shape), dict(masks(kind, *shape))
    a, b = weights(n_batch, n, named.get("mask_x")), weights(n_batch, m, named.get("mask_y"), seed=5)
    settings: dict[str, Any] = {"rho": rho, "epsilon": 0.05, "tolerance": 0.0, "max_iterations": 30}
    rounded = cast({"cost": C, "a": a, "b": b}, dtype)
    right = solve(**cast(rounded, torch.float64), **named, **settings, backend="reference")
    found = solve(**rounded, **named, **settings, backend=backend)
    choice = last_backend("entropic_plan" if rho is None else "unbalanced_plan")
    assert choice is not None
    assert choice.backend == backend
    assert found.plan.dtype == dtype
    assert found.iterations.tolist() == [30] * n_batch
    size = torch.cat([right.f, right.g], dim=1).abs().max().item()
    for field in FIELDS:
        error = worst(getattr(found, field), getattr(right, field))
        if field in ("f", "g"):  # one of them may be 0 but for rounding
            error *= (getattr(right, field).abs().max().item() or 1.0) / size
        assert error <= (1e-12 if dtype == torch.float64 else 1e-5), (field, error)


@pytest.mark.parametrize("n", [50, 200])
def test_plans_in_float32_are_right_to_a_millionth_of_the_largest(n: int) -> None:
    C = costs(2, n, n).float()
    settings: dict[str, Any] = {"epsilon": 0.05, "tolerance": 0.0, "max_iterations": 100}
    right = solve(C.double(), **settings, backend="torch")
    found = solve(C, **settings, backend="numba")
    assert worst(found.plan, right.plan) <= 1e-6


@pytest.mark.parametrize("backend", FAST)
@pytest.mark.parametrize("epsilon", [1e-2, 1e-3, 1e-4])
@pytest.mark.parametrize("rho", [None, 0.3])
@pytest.mark.parametrize("scaling", [None, 0.5])
def test_where_densities_leave_the_range_of_numbers_the_log_domain_takes_over(
    backend: str, epsilon: float, rho: float | None, scaling: float | None
) -> None:
    C = 3.0 * costs(2, 19, 23, seed=3)
    settings: dict[str, Any] = {"tolerance": 0.0, "max_iterations": 25, "epsilon_scaling": scaling}
    right = solve(C, rho=rho, epsilon=epsilon, **settings, backend="reference")
    found = solve(C, rho=rho, epsilon=epsilon, **settings, backend=backend)
    single = solve(C.float(), rho=rho, epsilon=epsilon, **settings, backend=backend)
    assert found.iterations.tolist() == right.iterations.tolist() == single.iterations.tolist()
    for field in ("plan", "cost", "value"):
        assert worst(getattr(found, field), getattr(right, field)) <= 1e-9
    # in float32 the cost alone is rounded by 6e-8 |C|, which moves a density by that over epsilon
    assert worst(single.cost, right.cost) <= 1e-5 + 4e-7 / epsilon
    assert worst(single.value, right.value) <= 1e-5


@pytest.mark.parametrize("backend", BACKENDS)
def test_a_forbidden_pair_moves_nothing_and_costs_nothing(backend: str) -> None:
    C = costs(2, 6, 6)
    C[0, 1, 2] = C[0, 3, :3] = torch.inf
    found = solve(C, epsilon=0.1, backend=backend)
    assert found.converged.all()
    assert found.plan[0, 1, 2] == 0.0
    assert (found.plan[0, 3, :3] == 0.0).all()
    assert torch.isfinite(found.cost).all()
    torch.testing.assert_close(found.plan, solve(C, epsilon=0.1, backend="reference").plan, rtol=0, atol=1e-12)


@pytest.mark.parametrize("dtype", [torch.float64, torch.float32])
@pytest.mark.parametrize("kind", ["none", "right", "gaps"])
@pytest.mark.parametrize("variant", ["literal", "barycentric"])
def test_the_relaxed_plan_in_torch_is_the_reference(dtype: torch.dtype, kind: str, variant: Any) -> None:
    C, named = costs(3, 17, 9).to(dtype), masks(kind, 3, 17, 9)
    right = relaxed_plan(C, variant=variant, **named, backend="reference")
    found = relaxed_plan(C, variant=variant, **named, backend="torch")
    assert torch.equal(found.plan, right.plan)
    torch.testing.assert_close(found.cost, right.cost)
