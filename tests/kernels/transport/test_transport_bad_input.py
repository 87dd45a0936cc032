"""Bad input is named: what, where, the value, and what to do; it never ends the process. Row numbers: tests of faults."""

import re
from typing import Any

import pytest
import torch
from mmkernels import (
    BackendUnavailable,
    availability,
    check_transport,
    entropic_plan,
    entropic_value,
    exact_plan,
    pairwise_cost,
    relaxed_plan,
    unbalanced_plan,
)
from transport_problems import BACKENDS, costs

ALL = [entropic_plan, unbalanced_plan, relaxed_plan, exact_plan]
C = costs(2, 4, 5)


@pytest.mark.parametrize("value", [torch.nan, torch.inf, -torch.inf])
def test_row_84_a_cost_that_is_no_number_is_refused_or_reported(value: float) -> None:
    bad = C.clone()
    bad[1, 2, 3] = value
    message = re.escape("the first at index (1, 2, 3)")
    with pytest.raises(ValueError, match=message):
        exact_plan(bad)
    with pytest.raises(ValueError, match=message):
        check_transport(bad)
    if value != torch.inf:
        with pytest.raises(ValueError, match=message):
            check_transport(bad, forbidden_pairs=True)
    mask_x = torch.ones(2, 4, dtype=torch.bool)
    mask_x[1, 2] = False
    check_transport(bad, mask_x=mask_x)
    assert torch.isfinite(exact_plan(bad, mask_x=mask_x).plan).all()


@pytest.mark.parametrize("backend", BACKENDS)
@pytest.mark.parametrize("value", [torch.nan, -torch.inf])
def test_row_84_sinkhorn_ends_and_says_that_it_did_not_converge(backend: str, value: float) -> None:
    bad = C.clone()
    bad[1, 2, 3] = value
    for plan in (entropic_plan, unbalanced_plan):
        found = plan(bad, backend=backend)
        assert found.converged.tolist() == [True, False]
        assert torch.isfinite(found.plan[0]).all()
        assert torch.isfinite(found.cost[0])
        assert torch.isnan(found.plan[1]).any()
        assert torch.isnan(found.cost[1]), "the cost of a plan of NaN is no number"


@pytest.mark.parametrize("backend", BACKENDS)
def test_row_84_a_row_that_may_go_nowhere_is_reported(backend: str) -> None:
    bad = C.clone()
    bad[1, 2] = torch.inf
    assert entropic_plan(bad, backend=backend).converged.tolist() == [True, False]


@pytest.mark.parametrize("plan", ALL)
@pytest.mark.parametrize(
    ("weight", "message"),
    [
        (-0.1, r"a must be finite and >= 0; it is -0.1.* at index \(1, 2\)"),
        (torch.nan, "nan at index"),
        (torch.inf, "inf at"),
    ],
)
def test_row_85_weights_that_are_no_masses(plan: Any, weight: float, message: str) -> None:
    a = torch.full((2, 4), 0.25, dtype=torch.float64)
    a[1, 2] = weight
    with pytest.raises(ValueError, match=message):
        plan(C, a=a)


@pytest.mark.parametrize("plan", ALL)
def test_row_85_no_mass_at_all(plan: Any) -> None:
    a = torch.full((2, 4), 0.25, dtype=torch.float64)
    a[1] = 0.0
    with pytest.raises(ValueError, match=r"positive mass.*all 0 at batch index 1"):
        plan(C, a=a)


@pytest.mark.parametrize("plan", [entropic_plan, exact_plan])
def test_row_85_masses_that_differ(plan: Any) -> None:
    b = torch.full((2, 5), 0.2, dtype=torch.float64)
    b[1] *= 2.0
    with pytest.raises(ValueError, match=r"same mass; at batch index 1 they have 1.0 and 2.0.*unbalanced_plan"):
        plan(C, b=b)
    assert unbalanced_plan(C, b=b).converged.all()


@pytest.mark.parametrize("plan", ALL)
@pytest.mark.parametrize("shape", [(2, 0, 5), (2, 4, 0), (0, 0, 5), (2, 0, 0)])
def test_row_86_an_empty_side_is_refused_and_the_process_lives(plan: Any, shape: tuple[int, int, int]) -> None:
    with pytest.raises(ValueError, match="no empty side"):
        plan(torch.zeros(shape))


@pytest.mark.parametrize("plan", ALL)
@pytest.mark.parametrize("side", ["mask_x", "mask_y"])
def test_row_86_a_side_of_padding_alone_names_its_batch_index(plan: Any, side: str) -> None:
    mask = torch.ones(2, 4 if side == "mask_x" else 5, dtype=torch.bool)
    mask[1] = False
    with pytest.raises(ValueError, match=f"{side} must be True at least once.*all padding at batch index 1"):
        plan(C, **{side: mask})


@pytest.mark.parametrize("plan", ALL)
def test_a_batch_without_problems_gives_one_without_plans(plan: Any) -> None:
    found = plan(torch.zeros(0, 4, 5))
    assert found.plan.shape == (0, 4, 5)
    assert found.cost.shape == (0,)


@pytest.mark.parametrize("epsilon", [0.0, -0.1, torch.nan, torch.inf])
def test_row_87_an_epsilon_that_is_not_positive(epsilon: float) -> None:
    for plan in (entropic_plan, unbalanced_plan):
        with pytest.raises(ValueError, match=r"epsilon must be finite and > 0; it is .*exact_plan"):
            plan(C, epsilon=epsilon)
    with pytest.raises(ValueError, match="rho must be finite and > 0"):
        unbalanced_plan(C, rho=epsilon)
    with pytest.raises(ValueError, match="epsilon must be finite"):
        entropic_value(torch.zeros(1, 2, 3), torch.zeros(1, 2, 3), epsilon=epsilon)


@pytest.mark.parametrize("backend", BACKENDS)
def test_row_88_not_converged_is_in_the_result(backend: str) -> None:
    found = entropic_plan(C, epsilon=1e-3, max_iterations=3, backend=backend)
    assert not found.converged.any()
    assert found.iterations.tolist() == [3, 3]
    assert (found.marginal_error > 1e-9).all()
    assert not entropic_plan(C, tolerance=0.0, max_iterations=500, backend=backend).converged.any()


@pytest.mark.parametrize("plan", ALL)
@pytest.mark.parametrize(
    ("named", "error", "message"),
    [
        ({"cost": [[1.0]]}, TypeError, "cost must be a torch.Tensor; it is a list"),
        ({"cost": C[0]}, ValueError, r"cost must be of shape \(B, n, m\).*unsqueeze"),
        ({"cost": C.half()}, ValueError, "cost must be of dtype float32 or float64; it is torch.float16"),
        ({"cost": C.long()}, ValueError, "float32 or float64"),
        ({"mask_x": torch.ones(2, 5, dtype=torch.bool)}, ValueError, r"mask_x must be of shape \(B, n\) = \(2, 4\)"),
        ({"mask_y": torch.ones(2, 5)}, ValueError, "mask_y must be of dtype torch.bool"),
        ({"mask_x": True}, TypeError, "mask_x must be a torch.Tensor"),
        ({"a": torch.full((4,), 0.25)}, ValueError, r"a must be of shape \(B, n\) = \(2, 4\)"),
        ({"a": torch.full((2, 4), 0.25)}, ValueError, "a must be of dtype torch.float64, as the cost"),
        ({"a": torch.empty(2, 4, device="meta")}, ValueError, "a must be on cpu, as the cost"),
        ({"backend": "cuda"}, ValueError, "there is no backend 'cuda'"),
    ],
)  # fmt: skip
def test_shapes_dtypes_devices_and_names_that_disagree(plan: Any, named: Any, error: Any, message: str) -> None:
    with pytest.raises(error, match=message):
        plan(**{"cost": C, **named})


@pytest.mark.parametrize(
    ("named", "message"),
    [
        ({"relative_to": "median"}, "relative_to must be None, 'max' or 'mean'"),
        ({"epsilon_scaling": 1.0}, "epsilon_scaling must be a factor between 0 and 1"),
        ({"tolerance": -1.0}, "tolerance must be finite and >= 0"),
        ({"max_iterations": 0}, "max_iterations must be an integer >= 1"),
    ],
)
def test_settings_without_meaning(named: Any, message: str) -> None:
    for plan in (entropic_plan, unbalanced_plan):
        with pytest.raises(ValueError, match=message):
            plan(C, **named)
    with pytest.raises(ValueError, match="variant must be one of"):
        relaxed_plan(C, variant="mean")  # type: ignore[arg-type]
    with pytest.raises(TypeError, match="epsilon must be a number"):
        entropic_plan(C, epsilon="small")  # type: ignore[arg-type]


def test_points_that_do_not_go_together() -> None:
    x = torch.zeros(2, 3, 4)
    for y, message in (
        (torch.zeros(2, 3, 5), "y must be of shape .B, m, d., B and d as in x"),
        (torch.zeros(1, 3, 4), "B and d as in x"),
        (x.double(), "float32 on cpu, as x"),
        (torch.zeros(2, 0, 4), "no empty side"),
    ):
        with pytest.raises(ValueError, match=message):
            pairwise_cost(x, y)
        with pytest.raises(ValueError, match=message):
            entropic_value(x, y)
    with pytest.raises(ValueError, match="metric must be one of"):
        pairwise_cost(x, x, metric="euclid")  # type: ignore[arg-type]


def test_without_pot_the_exact_plan_says_how_to_get_it(monkeypatch: pytest.MonkeyPatch) -> None:
    def missing(name: str) -> None:
        raise ImportError(f"No module named {name!r}")

    monkeypatch.setattr(availability.importlib, "import_module", missing)
    with pytest.raises(BackendUnavailable, match=r"POT cannot be imported \(No module named 'ot'\).*pip install pot"):
        exact_plan(C)


def test_triton_is_refused_where_there_is_no_gpu(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("TRITON_INTERPRET", raising=False)
    points = torch.zeros(1, 2, 3)
    with pytest.raises(BackendUnavailable, match="runs on NVIDIA GPUs and the tensor x is on cpu"):
        entropic_value(points, points, backend="triton")
    monkeypatch.setenv("TRITON_INTERPRET", "1")
    with pytest.raises(BackendUnavailable, match=r"computes in float32 and the tensor x is torch\.float64"):
        entropic_value(points.double(), points.double(), backend="triton")
