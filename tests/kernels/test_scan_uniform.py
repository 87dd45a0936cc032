"""Uniform coupling runs with one shared state and equals the general kernel and the reference."""

import mmkernels
import pytest
import torch
from mmkernels import scan_autograd
from mmkernels.cpu import scan, scan_uniform, tiling
from scan_problems import Problem, Sizes, outputs, problem, solve, worst
from torch import Tensor

SIZES = [
    Sizes(3, 2, 37, 13, 5),
    Sizes(1, 3, 16, 33, 4),
    Sizes(2, 1, 1, 1, 1),
    Sizes(5, 2, 33, 7, 2),
    Sizes(3, 3, 5, 40, 1),
]
TOLERANCE = {torch.float64: 1e-12, torch.float32: 1e-5}


def _with(drawn: Problem, W: Tensor | None) -> Problem:
    return Problem({**drawn.tensors, "W": W}, drawn.mask, drawn.dy, drawn.dh)


@pytest.fixture
def launched(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Record which forward kernel runs."""
    names: list[str] = []
    for name, module in (("uniform", scan_uniform), ("general", scan)):
        run = module.run_forward

        def noted(*args, _name=name, _run=run, **options):  # type: ignore[no-untyped-def]
            names.append(_name)
            return _run(*args, **options)

        monkeypatch.setattr(module, "run_forward", noted)
    return names


@pytest.mark.parametrize("dtype", [torch.float64, torch.float32], ids=str)
@pytest.mark.parametrize("optional", [True, False])
@pytest.mark.parametrize("sizes", SIZES, ids=str)
def test_uniform_coupling_agrees_with_the_reference(sizes: Sizes, optional: bool, dtype: torch.dtype) -> None:
    drawn = problem(sizes, coupling="none", optional=optional, seed=1)
    right = solve(drawn, "reference")
    found = solve(drawn.to(dtype), "numba")
    for name, value in right.items():
        assert worst(found[name], value) <= TOLERANCE[dtype], name


@pytest.mark.parametrize("n_modality", [1, 2, 3, 5])
def test_states_that_fade_over_a_thousand_steps_gather_no_error(n_modality: int) -> None:
    drawn = problem(Sizes(n_modality, 1, 2000, 16, 2), coupling="none", optional=False, seed=3)
    t, draw = drawn.tensors, torch.Generator().manual_seed(4)
    t["x"], t["B"], t["C"] = 1.0 + t["x"], 1.0 + 0.3 * t["B"], 1.0 + 0.3 * t["C"]
    t["dt"] = 0.002 * torch.rand(t["dt"].shape, generator=draw, dtype=torch.float64)
    t["A"] = -torch.ones_like(t["A"])
    rounded = drawn.to(torch.float32)
    found, right = solve(rounded, "numba"), solve(rounded.to(torch.float64), "numba")
    assert worst(found["y"], right["y"]) <= 4e-6
    for name, value in right.items():
        assert worst(found[name], value) <= 6e-6, name


@pytest.mark.parametrize("weight", [1.0, 1 / 3, 0.01])
def test_a_constant_coupling_that_needs_no_gradient_runs_the_uniform_kernel(weight: float, launched: list[str]) -> None:
    drawn = problem(Sizes(3, 2, 20, 9, 4), seed=2)
    W = torch.full((3, 3), weight, dtype=torch.float64)
    right = outputs(_with(drawn, W), "reference")
    found = outputs(_with(drawn, W), "numba")
    assert launched == ["uniform"]
    learned = outputs(_with(drawn, W.clone().requires_grad_()), "numba")
    assert launched == ["uniform", "general"]
    for one, general, wanted in zip(found, learned, right, strict=True):
        assert worst(one, wanted) <= 1e-13
        assert worst(general.detach(), wanted) <= 1e-13


@pytest.mark.parametrize("weight", [0.0, -0.5, float("nan")])
def test_weights_without_a_logarithm_run_in_the_general_kernel(weight: float, launched: list[str]) -> None:
    drawn = _with(problem(Sizes(2, 2, 20, 9, 4), seed=3), torch.full((2, 2), weight, dtype=torch.float64))
    y, _ = outputs(drawn, "numba")
    right, _ = outputs(drawn, "reference")
    assert launched == ["general"]
    assert torch.allclose(y, right, rtol=1e-12, atol=1e-12, equal_nan=True)


def test_a_mask_runs_in_the_general_kernel_whatever_the_coupling(launched: list[str]) -> None:
    outputs(problem(Sizes(2, 2, 20, 9, 4), coupling="none", masking="gaps", seed=4), "numba")
    assert launched == ["general"]


@pytest.mark.parametrize("coupling", ["none", "softmax", "per_batch"])
def test_results_do_not_depend_on_the_distance_of_checkpoints(coupling: str, monkeypatch: pytest.MonkeyPatch) -> None:
    drawn = problem(Sizes(2, 3, 41, 9, 4), coupling=coupling, seed=5)
    right = solve(drawn, "numba")
    for chunk in (1, 5, 64):
        monkeypatch.setattr(tiling, "CHUNK", chunk)
        found = solve(drawn, "numba")
        assert all(worst(found[name], value) <= 1e-14 for name, value in right.items())


@pytest.mark.parametrize("coupling", ["none", "softmax"])
@pytest.mark.parametrize("n_modality", [1, 2])
def test_results_do_not_depend_on_the_size_of_tiles(
    n_modality: int, coupling: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    drawn = problem(Sizes(n_modality, 1, 12, 200, 3), coupling=coupling, seed=7)
    sizes, right = [], solve(drawn, "numba")
    for kept in (1, 1 << 10, 1 << 12, 1 << 20):
        monkeypatch.setattr(tiling, "TILE_BYTES", kept)
        for n_thread in (1, 3):
            before = torch.get_num_threads()
            torch.set_num_threads(n_thread)
            try:
                found = solve(drawn, "numba")
                given = tiling.ScanArguments(**drawn.tensors, mask=None, weight=1.0)
                sizes.append(tiling.tile_of(given, 2 * n_modality))
            finally:
                torch.set_num_threads(before)
            assert all(torch.equal(found[name], value) for name, value in right.items())
    assert len(set(sizes)) >= 3
    assert all(size & (size - 1) == 0 for size in sizes)


@pytest.mark.parametrize("dtype", [torch.float64, torch.float32], ids=str)
@pytest.mark.parametrize("n_modality", [1, 3, 5])
def test_gradients_do_not_depend_on_how_many_states_go_back_at_a_time(
    n_modality: int, dtype: torch.dtype, monkeypatch: pytest.MonkeyPatch
) -> None:
    drawn = problem(Sizes(n_modality, 2, 70, 21, 9), coupling="none", seed=8).to(dtype)
    right = solve(drawn, "numba")
    for room in (1, 2, 4, 9, 30):
        monkeypatch.setattr(scan_uniform, "_room", lambda _, room=room: room)
        found = solve(drawn, "numba")
        assert all(torch.equal(found[name], value) for name, value in right.items()), room


def test_the_last_state_is_not_computed_unless_return_state_is_true(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[bool] = []
    run = scan_uniform.run_forward

    def noted(given, *, save, return_state):  # type: ignore[no-untyped-def]
        asked.append(return_state)
        return run(given, save=save, return_state=return_state)

    monkeypatch.setattr(scan_uniform, "run_forward", noted)
    drawn = problem(Sizes(2, 2, 20, 9, 4), coupling="none", seed=6).tensors
    five = tuple(drawn[name] for name in ("x", "dt", "A", "B", "C"))
    y = mmkernels.coupled_scan(*five, backend="numba")
    with_state, _ = mmkernels.coupled_scan(*five, return_state=True, backend="numba")
    assert asked == [False, True]
    assert torch.equal(y, with_state)


def test_a_compiled_call_does_not_look_into_the_coupling() -> None:
    # What W holds is not known while a graph is traced.
    assert scan_autograd._uniform_weight(torch.ones(2, 2), torch.ones(2, 1, 1, 1)) == 1.0
    drawn = problem(Sizes(2, 2, 20, 9, 4), seed=7).tensors
    W = torch.ones(2, 2, dtype=torch.float64)

    def run(x: Tensor) -> Tensor:
        return mmkernels.coupled_scan(x, drawn["dt"], drawn["A"], drawn["B"], drawn["C"], W=W, backend="numba")

    compiled = torch.compile(run, fullgraph=True, backend="eager")
    assert worst(compiled(drawn["x"]), run(drawn["x"])) <= 1e-14


@pytest.mark.parametrize("masking", ["none", "right"])
def test_a_start_that_lies_as_the_kernels_want_it_is_still_copied(masking: str) -> None:
    # With one modality, one state and whole vectors of channels there is nothing to pack.
    drawn = problem(Sizes(1, 1, 5, 64, 1), masking=masking, seed=8).to(torch.float32)
    before = drawn.tensors["h0"].clone()
    solve(drawn, "numba")
    assert torch.equal(drawn.tensors["h0"], before)


@pytest.mark.parametrize("masking", ["none", "gaps"])
@pytest.mark.parametrize("dtype", [torch.float64, torch.float32], ids=str)
def test_channels_of_one_modality_taken_two_vectors_at_a_time_are_those_taken_one_by_one(
    dtype: torch.dtype, masking: str
) -> None:
    drawn = problem(Sizes(1, 3, 150, 48, 5), coupling="none", masking=masking, seed=6).to(dtype)
    whole = solve(drawn, "numba")
    channels = {"x": 3, "dt": 3, "A": 1, "D": 1, "h0": 2}  # the axis of the channels, where there is one
    for first in range(0, 48, 3):
        cut = {
            k: v if v is None or k not in channels else v.narrow(channels[k], first, 3)
            for k, v in drawn.tensors.items()
        }
        part = Problem(cut, drawn.mask, drawn.dy[..., first : first + 3], drawn.dh[:, :, first : first + 3])
        found = solve(part, "numba")
        assert torch.equal(found["y"], whole["y"][..., first : first + 3])
        for name, axis in channels.items():
            assert torch.equal(found[f"d{name}"], whole[f"d{name}"].narrow(axis, first, 3)), name


@pytest.mark.parametrize("wanted", [True, False])
def test_without_a_time_step_the_kernel_is_not_called(wanted: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(scan_uniform, "uniform_forward", None)  # it reads the first step before it takes one
    drawn = problem(Sizes(2, 3, 0, 33, 4), coupling="none", optional=False, seed=9).tensors
    five = [drawn[name].clone().requires_grad_(wanted) for name in ("x", "dt", "A", "B", "C")]
    assert mmkernels.coupled_scan(*five, backend="numba").shape == (2, 3, 0, 33)
    y, h_last = mmkernels.coupled_scan(*five, return_state=True, backend="numba")
    assert y.shape == (2, 3, 0, 33)
    assert torch.equal(h_last, torch.zeros(2, 3, 33, 4, dtype=h_last.dtype))


@pytest.mark.parametrize("sizes", [Sizes(2, 3, 5, 33, 0), Sizes(2, 0, 5, 33, 4), Sizes(2, 3, 5, 0, 4)], ids=str)
def test_without_states_channels_or_a_batch_there_is_nothing_or_zero(sizes: Sizes) -> None:
    drawn = problem(sizes, coupling="none", optional=False, seed=9).tensors
    y = mmkernels.coupled_scan(*(drawn[name] for name in ("x", "dt", "A", "B", "C")), backend="numba")
    assert torch.equal(y, torch.zeros_like(drawn["x"]))
