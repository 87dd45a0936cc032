"""Threads, memory layout, compilation and the state of the process change nothing."""

import time
from typing import Any

import numpy as np
import pytest
import torch
from mmkernels import entropic_plan, last_backend, relaxed_plan, unbalanced_plan
from transport_problems import BACKENDS, costs, masks, solve

FIELDS = ("plan", "cost", "value", "f", "g", "marginal_error", "iterations")


def _same(found: Any, right: Any) -> None:
    for field in FIELDS:
        assert torch.equal(getattr(found, field), getattr(right, field)), field


@pytest.mark.parametrize("rho", [None, 0.5])
@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
def test_results_do_not_depend_on_the_number_of_threads(rho: float | None, dtype: torch.dtype) -> None:
    C = costs(7, 60, 55).to(dtype)
    one = solve(C, rho=rho)
    for n_thread in (2, 3, 5):
        torch.set_num_threads(n_thread)
        _same(solve(C, rho=rho), one)


@pytest.mark.parametrize("kind", ["none", "right", "gaps"])
def test_memory_that_was_never_written_is_never_read(kind: str, monkeypatch: pytest.MonkeyPatch) -> None:
    C, named = costs(4, 21, 19), masks(kind, 4, 21, 19)
    right = [solve(C, rho=rho, epsilon=0.01, max_iterations=40, **named) for rho in (None, 0.5)]
    real = np.empty

    def poisoned(*args: Any, **more: Any) -> np.ndarray:
        array = real(*args, **more)
        array.view(np.uint8)[...] = 0xFF  # NaN in every precision
        return array

    monkeypatch.setattr(np, "empty", poisoned)
    found = [solve(C, rho=rho, epsilon=0.01, max_iterations=40, **named) for rho in (None, 0.5)]
    for one, other in zip(found, right, strict=True):
        _same(one, other)


@pytest.mark.parametrize("backend", BACKENDS)
def test_any_memory_layout_gives_the_same(backend: str) -> None:
    C, named = costs(3, 10, 12), masks("gaps", 3, 10, 12)
    right = entropic_plan(C, backend=backend, **named)
    strided = torch.stack([C, C.flip(2)], dim=3)[..., 0]
    turned = C.transpose(1, 2).contiguous().transpose(1, 2)
    masked = {k: torch.stack([v, ~v], 2)[..., 0] for k, v in named.items()}
    for layout in (strided, turned):
        assert not layout.is_contiguous()
        found = entropic_plan(layout, backend=backend, **masked)
        torch.testing.assert_close(found.plan, right.plan, rtol=0, atol=1e-14)
    same = entropic_plan(C[:1].expand(4, -1, -1), backend=backend)
    assert torch.equal(same.plan[0], same.plan[3])
    with torch.inference_mode():
        assert torch.equal(entropic_plan(C, backend=backend, **named).plan, right.plan)


@pytest.mark.parametrize("backend", ["numba", "torch"])
@pytest.mark.parametrize("rho", [None, 0.5])
def test_it_passes_through_torch_compile_in_one_graph(backend: str, rho: float | None) -> None:
    named = masks("right", 2, 6, 7)

    def loss(C: torch.Tensor) -> torch.Tensor:
        found = solve(torch.tanh(C), rho=rho, relative_to="mean", backend=backend, **named)
        nearest = relaxed_plan(C, **named)
        return found.value.sum() + found.cost.sum() + found.plan.square().sum() + nearest.cost.sum()

    gradients = []
    for run in (loss, torch.compile(loss, backend="aot_eager", fullgraph=True)):
        C = costs(2, 6, 7).requires_grad_()
        (by_cost,) = torch.autograd.grad(run(C), C)
        gradients.append(by_cost)
    torch.testing.assert_close(gradients[1], gradients[0], rtol=1e-12, atol=1e-14)


@pytest.mark.parametrize(("solver", "rho"), [("numba", None), ("numba", 0.5), ("torch", None)])
def test_the_operator_keeps_the_rules_of_pytorch(solver: str, rho: float | None) -> None:
    C = costs(2, 3, 4).requires_grad_()
    a, b = torch.full((2, 3), 1 / 3, dtype=torch.float64), torch.full((2, 4), 0.25, dtype=torch.float64)
    epsilon = torch.full((2,), 0.3, dtype=torch.float64)
    args = (C, a.requires_grad_(), b.requires_grad_(), None, None, epsilon, torch.zeros_like(epsilon), 0.5)
    torch.library.opcheck(torch.ops.mmkernels.sinkhorn.default, (solver, *args, rho, 1e-9, 200))


def test_nothing_of_the_process_is_changed() -> None:
    C = costs(2, 5, 6)
    before = (torch.get_rng_state(), torch.is_grad_enabled(), torch.get_default_dtype(), np.geterr())
    copy = C.clone()
    for plan in (entropic_plan, unbalanced_plan, relaxed_plan):
        plan(C)
    assert torch.equal(C, copy)
    assert torch.equal(before[0], torch.get_rng_state())
    assert (before[1], before[2], before[3]) == (torch.is_grad_enabled(), torch.get_default_dtype(), np.geterr())


def test_a_compilation_that_takes_long_says_so_once(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    from mmkernels.cpu import launch, sinkhorn

    C, kernel = costs(1, 3, 4), sinkhorn.sinkhorn
    right = entropic_plan(C)
    caplog.clear()  # where nothing is on disk yet, the kernel has just been compiled in earnest

    def sinkhorn_kernel(*args: Any) -> None:
        first, last = args[-1]
        if first == last:  # no problems: the call that compiles
            time.sleep(0.5)
        kernel(*args)

    monkeypatch.setattr(sinkhorn, "sinkhorn", sinkhorn_kernel)
    monkeypatch.setattr(launch, "REPORT_AFTER", 0.02)
    monkeypatch.setattr(launch, "_prepared", set())
    for _ in range(2):
        assert torch.equal(entropic_plan(C).plan, right.plan)
    assert [record.getMessage() for record in caplog.records] == [
        "preparing sinkhorn_kernel for 1 modalities in float64: compiled once on this machine, some seconds; "
        "later processes load it"
    ]


def test_auto_takes_numba_on_the_cpu_and_records_it() -> None:
    for plan, name in ((entropic_plan, "entropic_plan"), (unbalanced_plan, "unbalanced_plan")):
        plan(costs(1, 3, 4))
        choice = last_backend(name)
        assert choice is not None
        assert (choice.backend, choice.requested, choice.rejected) == ("numba", "auto", {})
