"""Padding is as if it were not there, and no problem of a batch sees another."""

from collections.abc import Callable
from typing import Any

import pytest
import torch
from mmkernels import entropic_plan, entropic_value, exact_plan, relaxed_plan, unbalanced_plan
from torch import Tensor
from transport_problems import clouds, costs, masks, weights

Plan = Callable[..., Any]
SIZE = (3, 14, 11)


def _of(plan: Plan, **fixed: Any) -> Plan:
    return lambda *args, **named: plan(*args, **fixed, **named)


PLANS: dict[str, tuple[Plan, float]] = {
    "entropic numba": (_of(entropic_plan, epsilon=0.05, backend="numba"), 0.0),
    "entropic reference": (_of(entropic_plan, epsilon=0.05, backend="reference"), 0.0),
    "entropic torch": (_of(entropic_plan, epsilon=0.05, backend="torch"), 1e-12),
    "relative numba": (_of(entropic_plan, epsilon=0.05, relative_to="mean", backend="numba"), 1e-12),
    "warm numba": (_of(entropic_plan, epsilon=0.02, epsilon_scaling=0.5, backend="numba"), 0.0),
    "unbalanced numba": (_of(unbalanced_plan, epsilon=0.05, backend="numba"), 0.0),
    "unbalanced torch": (_of(unbalanced_plan, epsilon=0.05, backend="torch"), 1e-12),
    "relaxed": (relaxed_plan, 1e-15),
    "exact": (exact_plan, 1e-15),
}


def _close(found: Tensor, right: Tensor, tolerance: float) -> None:
    if tolerance == 0.0:
        assert torch.equal(found, right)
    else:
        torch.testing.assert_close(found, right, rtol=tolerance, atol=tolerance)


@pytest.mark.parametrize("name", PLANS)
@pytest.mark.parametrize("kind", ["right", "gaps"])
def test_a_masked_problem_is_the_problem_cut_out_whatever_the_padding_holds(name: str, kind: str) -> None:
    plan, tolerance = PLANS[name]
    C, named = costs(*SIZE), masks(kind, *SIZE)
    a, b = weights(3, 14, named["mask_x"]), weights(3, 11, named["mask_y"], seed=2)
    both = named["mask_x"][:, :, None] & named["mask_y"][:, None, :]
    dirty = {
        "cost": C.masked_fill(~both, torch.nan),
        "a": a.masked_fill(~named["mask_x"], torch.nan),
        "b": b.masked_fill(~named["mask_y"], -7.0),
    }
    if name == "relaxed":
        del dirty["b"]
    found = plan(**dirty, **named)
    assert (found.plan[~both] == 0).all()
    for p in range(3):
        rows, columns = named["mask_x"][p], named["mask_y"][p]
        cut = {"cost": C[p : p + 1, rows][:, :, columns], "a": a[p : p + 1, rows], "b": b[p : p + 1, columns]}
        if name == "relaxed":
            del cut["b"]
        alone = plan(**cut)
        _close(found.plan[p][rows][:, columns], alone.plan[0], tolerance)
        _close(found.cost[p], alone.cost[0], tolerance)
        if hasattr(found, "f"):
            _close(found.f[p][rows], alone.f[0], tolerance)
            _close(found.g[p][columns], alone.g[0], tolerance)
            assert (found.f[p][~rows] == 0).all()


@pytest.mark.parametrize("name", PLANS)
def test_a_problem_does_not_see_its_neighbours(name: str) -> None:
    plan, _ = PLANS[name]
    C = costs(*SIZE)
    C[1] *= 40.0  # takes other iterations than the others
    together = plan(C)
    for p in range(3):
        assert torch.equal(plan(C[p : p + 1]).plan[0], together.plan[p])
    backwards = plan(C.flip(0))
    assert torch.equal(backwards.plan.flip(0), together.plan)


@pytest.mark.parametrize("backend", ["numba", "torch", "reference"])
def test_a_nan_stays_in_its_problem_and_is_reported(backend: str) -> None:
    C = costs(*SIZE)
    clean = entropic_plan(C, backend=backend)
    dirty = C.clone()
    dirty[1, 3, 4] = torch.nan
    found = entropic_plan(dirty, backend=backend)
    assert found.plan[1].isnan().any()
    assert found.marginal_error[1].isnan()
    assert found.converged.tolist() == [True, False, True]
    for p in (0, 2):
        assert torch.equal(found.plan[p], clean.plan[p])


@pytest.mark.parametrize("name", PLANS)
def test_entries_in_another_order_give_the_plan_in_that_order(name: str) -> None:
    plan, _ = PLANS[name]
    C = costs(2, 9, 12)
    draw = torch.Generator().manual_seed(3)
    rows, columns = torch.randperm(9, generator=draw), torch.randperm(12, generator=draw)
    found, right = plan(C[:, rows][:, :, columns]), plan(C)
    torch.testing.assert_close(found.plan, right.plan[:, rows][:, :, columns], rtol=1e-9, atol=1e-12)


def test_points_at_padding_do_not_count_and_get_no_gradient() -> None:
    x, y = clouds(2, 8, 10)
    named = masks("gaps", 2, 8, 10)
    dirty = [
        side.masked_fill(~mask[:, :, None], torch.nan).requires_grad_()
        for side, mask in ((x, named["mask_x"]), (y, named["mask_y"]))
    ]
    found = entropic_value(*dirty, metric="sqeuclidean", epsilon=0.5, **named)
    found.value.sum().backward()
    for p in range(2):
        cut = [x[p : p + 1, named["mask_x"][p]], y[p : p + 1, named["mask_y"][p]]]
        alone = entropic_value(*cut, metric="sqeuclidean", epsilon=0.5)
        torch.testing.assert_close(found.value[p], alone.value[0], rtol=1e-12, atol=0)
    for side, mask in zip(dirty, named.values(), strict=True):
        assert side.grad is not None
        assert torch.isfinite(side.grad).all()
        assert (side.grad[~mask] == 0).all()
        assert (side.grad[mask] != 0).any()
