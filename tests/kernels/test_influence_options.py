"""What becomes of channels and of time; what is wrong with an argument is said before anything runs."""

import doctest
import time
from pathlib import Path
from typing import Any

import pytest
import torch
from influence_problems import drawn_sample
from mmkernels import BackendUnavailable, backends, coupled_influence, influence
from scan_problems import runnable, worst

BACKENDS = runnable("coupled_influence", torch.zeros(1, 1, 1))


@pytest.mark.parametrize("backend", BACKENDS)
@pytest.mark.parametrize("weighted", [False, True], ids=["K", "K times x"])
def test_reductions_are_what_they_say(weighted: bool, backend: str) -> None:
    given = drawn_sample((2, 30, 5, 3), masking="gaps", seed=1)
    if weighted:
        given["x"] = torch.randn(given["dt"].shape, generator=torch.Generator().manual_seed(1), dtype=torch.float64)
    rows, start = coupled_influence(**given, reduce="none", backend=backend)
    assert start is not None
    mean, norm = (coupled_influence(**given, reduce=r, backend=backend) for r in ("abs_mean", "norm"))
    assert worst(mean.of_inputs, rows.abs().mean(-1)) <= 1e-14
    assert worst(norm.of_inputs, rows.norm(dim=-1)) <= 1e-14
    assert mean.of_initial_state is not None
    assert norm.of_initial_state is not None
    assert worst(mean.of_initial_state, start.abs().mean(-1)) <= 1e-14
    assert worst(norm.of_initial_state, start.norm(dim=-1)) <= 1e-14


@pytest.mark.parametrize("backend", BACKENDS)
@pytest.mark.parametrize("bin_steps", [2, 7, 50, 64, 70, 99, 140, 1000])
def test_a_bin_is_the_mean_over_its_pairs_of_steps(bin_steps: int, backend: str) -> None:
    given = drawn_sample((2, 140, 2, 2), masking="gaps", seed=2)
    rows, start = coupled_influence(**given, reduce="none")
    assert start is not None
    bins = [range(i, min(140, i + bin_steps)) for i in range(0, 140, bin_steps)]

    def binned(values: torch.Tensor) -> torch.Tensor:  # (M, L, M, L, ...)
        return torch.stack([torch.stack([values[:, a][:, :, :, b].mean((1, 3)) for b in bins], 2) for a in bins], 1)

    for reduce, right in {
        "none": binned(rows),
        "abs_mean": binned(rows.abs()).mean(-1),
        "norm": binned(rows.square()).sum(-1).sqrt(),
    }.items():
        found = coupled_influence(**given, reduce=reduce, bin_steps=bin_steps, backend=backend)
        assert found.of_inputs.shape == right.shape
        assert worst(found.of_inputs, right) <= 1e-13
        assert found.of_initial_state is not None
        assert found.of_initial_state.shape == right.shape[:2] + ((2,) if reduce == "none" else ())
    whole = coupled_influence(**given, bin_steps=bin_steps).of_initial_state
    assert whole is not None
    assert worst(whole[:, 0], start[:, bins[0]].abs().mean((1, 2))) <= 1e-13


def test_chosen_channels_are_those_of_the_whole_map() -> None:
    given = drawn_sample((2, 20, 6, 3), seed=3)
    rows, start = coupled_influence(**given, reduce="none")
    some, some_start = coupled_influence(**given, reduce="none", channels=[4, 0])
    assert torch.equal(some, rows[..., [4, 0]])
    assert start is not None
    assert some_start is not None
    assert torch.equal(some_start, start[..., [4, 0]])


def test_results_do_not_depend_on_threads_or_on_how_channels_are_taken(monkeypatch: pytest.MonkeyPatch) -> None:
    from mmkernels.cpu import influence

    given = drawn_sample((3, 300, 13, 4), masking="gaps", seed=4)
    for options in ({"reduce": "abs_mean"}, {"reduce": "none"}, {"reduce": "norm", "bin_steps": 7}):
        one = coupled_influence(**given, **options).of_inputs
        with monkeypatch.context() as patched:
            patched.setattr(influence, "DECAY_BYTES", 1)
            assert worst(coupled_influence(**given, **options).of_inputs, one) <= 1e-14
        for n_thread in (2, 3, 5):
            torch.set_num_threads(n_thread)
            assert torch.equal(coupled_influence(**given, **options).of_inputs, one)
        torch.set_num_threads(1)


def test_non_contiguous_arguments_and_gradients_are_taken_as_they_are() -> None:
    given = drawn_sample((2, 20, 4, 3), seed=5)
    right = coupled_influence(**given).of_inputs
    odd = {k: None if v is None else v.mT.contiguous().mT.requires_grad_() for k, v in given.items()}
    found = coupled_influence(**odd).of_inputs
    assert torch.equal(found, right)
    assert not found.requires_grad


@pytest.mark.parametrize("backend", BACKENDS)
def test_no_time_is_an_empty_map(backend: str) -> None:
    given = drawn_sample((2, 0, 3, 2), seed=6)
    for reduce, shape in {"abs_mean": (2, 0, 2, 0), "none": (2, 0, 2, 0, 3)}.items():
        assert coupled_influence(**given, reduce=reduce, backend=backend).of_inputs.shape == shape


WRONG: list[tuple[dict[str, Any], type[Exception], str]] = [
    ({"dt": torch.zeros(2, 1, 5, 3)}, ValueError, r"dt must be of shape \(M, L, E\).*\(2, 1, 5, 3\).*dt\[:, b\]"),
    ({"dt": torch.zeros(2, 5, 0)}, ValueError, r"dt must be .* E >= 1; it is \(2, 5, 0\)"),
    ({"A": torch.zeros(2, 4)}, ValueError, r"A must be of shape \(M, E, N\).*it is \(2, 4\)"),
    ({"B": torch.zeros(2, 4, 4)}, ValueError, r"B must be of shape \(M, L, N\) = \(2, 5, 4\); it is \(2, 4, 4\)"),
    ({"W": torch.zeros(1, 2, 2)}, ValueError, r"W must be of shape \(M, M\) = \(2, 2\); it is \(1, 2, 2\)"),
    ({"D": torch.zeros(3)}, ValueError, r"D must be of shape \(M, E\) = \(2, 3\)"),
    ({"x": torch.zeros(2, 5)}, ValueError, r"x must be of shape \(M, L, E\) = \(2, 5, 3\)"),
    ({"h0": torch.zeros(2, 3)}, ValueError, r"h0 must be of shape \(M, E, N\) = \(2, 3, 4\)"),
    ({"mask": torch.ones(2, 4, dtype=torch.bool)}, ValueError, r"mask must be of shape \(M, L\) = \(2, 5\)"),
    ({"mask": torch.ones(2, 5)}, TypeError, r"mask must be of torch.bool.*it is torch.float32"),
    ({"C": torch.zeros(2, 5, 4).double()}, TypeError, r"C must be of a float dtype, that of dt; it is torch.float64"),
    ({"dt": torch.zeros(2, 5, 3).long()}, TypeError, r"dt must be of a float dtype.*torch.int64"),
    ({"A": [[1.0]]}, TypeError, r"A must be a torch.Tensor; it is a list"),
    ({"C": None}, TypeError, r"C must be a torch.Tensor; it is a NoneType"),
    ({"B": torch.zeros(2, 5, 4, device="meta")}, ValueError, r"B must be on cpu, the device of dt; it is on meta"),
    ({"channels": [0, 3]}, ValueError, r"channels\[1\] must be from 0 to 2; it is 3"),
    ({"channels": [-1]}, ValueError, r"channels\[0\] must be from 0 to 2; it is -1"),
    ({"channels": []}, ValueError, r"channels must name at least one channel"),
    ({"reduce": "sum"}, ValueError, r"reduce must be one of .*'abs_mean'.*; it is 'sum'"),
    ({"bin_steps": 0}, ValueError, r"bin_steps must be a whole number >= 1; it is 0"),
    ({"bin_steps": 2.0}, ValueError, r"bin_steps must be a whole number >= 1; it is 2.0"),
    ({"limit_bytes": 399}, ValueError, r"map would take .* \(2 \* 5\)² values for 1 map.*bin_steps"),
    ({"backend": "cuda"}, ValueError, r"no backend 'cuda'.*'numba', 'reference'"),
]


@pytest.mark.parametrize(("wrong", "error", "message"), WRONG)
def test_a_wrong_argument_is_named(wrong: dict[str, Any], error: type[Exception], message: str) -> None:
    given = drawn_sample((2, 5, 3, 4), seed=7)
    given = {k: None if v is None else v.float() for k, v in given.items()}
    coupled_influence(**given, limit_bytes=400)
    with pytest.raises(error, match=message):
        coupled_influence(**{**given, **wrong})


def test_a_map_too_large_is_refused_before_it_is_made() -> None:
    given = drawn_sample((3, 6000, 1, 1), seed=8)
    with pytest.raises(ValueError, match=r"would take 2472 MiB.*limit_bytes = 1024 MiB.*larger bin_steps"):
        coupled_influence(**given)
    assert coupled_influence(**given, bin_steps=1500, channels=[0]).of_inputs.shape == (3, 4, 3, 4)


def test_the_kernel_refuses_what_it_cannot_compute_and_the_reference_takes_it() -> None:
    given = drawn_sample((2, 5, 3, 4), seed=9)
    half = {k: None if v is None else v.bfloat16() for k, v in given.items()}
    assert coupled_influence(**half).of_inputs.dtype == torch.bfloat16
    with pytest.raises(BackendUnavailable, match=r"'numba' cannot run.*dt is torch.bfloat16"):
        coupled_influence(**half, backend="numba")
    assert [row.backend for row in backends("coupled_influence")] == BACKENDS


def test_sixteen_channels_of_a_long_sample_take_less_than_a_second() -> None:
    given = drawn_sample((3, 500, 16, 16), seed=10)
    given = {k: None if v is None else v.float() for k, v in given.items()}
    taken = []
    for _ in range(3):  # the first may compile
        start = time.process_time()
        coupled_influence(**given, backend="numba")
        taken.append(time.process_time() - start)
    assert min(taken) < 1.0


def test_the_example_gives_what_it_shows() -> None:
    result = doctest.testmod(influence)
    assert result.attempted >= 5
    assert result.failed == 0
    readme = Path(influence.__file__).with_name("influence.md")
    result = doctest.testfile(str(readme), module_relative=False)
    assert result.attempted >= 5
    assert result.failed == 0
