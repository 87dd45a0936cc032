"""Where the mask is False a modality holds its state, is silent, and its data are never looked at."""

import pytest
import torch
from scan_problems import SCAN_BACKENDS, Problem, Sizes, outputs, problem, solve

BACKENDS = pytest.mark.parametrize("backend", SCAN_BACKENDS)
DTYPES = pytest.mark.parametrize("dtype", [torch.float64, torch.float32], ids=str)
MASKS = pytest.mark.parametrize("masking", ["right", "left", "gaps", "absent"])
SIZES = Sizes(3, 2, 40, 9, 4)


def _filled(drawn: Problem, filler: float) -> Problem:
    """Return the problem with `filler` at every masked step of x, dt, B and C."""
    tensors = dict(drawn.tensors)
    for name in ("x", "dt", "B", "C"):
        values = tensors[name]
        tensors[name] = values.masked_fill(~drawn.mask.unsqueeze(-1), filler)
    return Problem(tensors, drawn.mask, drawn.dy, drawn.dh)


@BACKENDS
@DTYPES
@MASKS
@pytest.mark.parametrize("filler", [float("nan"), float("inf"), 1e30, -1.0])
def test_masked_content_never_matters(backend: str, dtype: torch.dtype, masking: str, filler: float) -> None:
    drawn = problem(SIZES, masking=masking, seed=1).to(dtype)
    right, found = solve(drawn, backend), solve(_filled(drawn, filler), backend)
    for name, value in right.items():
        assert torch.isfinite(value).all(), name
        assert torch.equal(found[name], value), name


@BACKENDS
@MASKS
def test_masked_steps_are_silent_and_get_no_gradient(backend: str, masking: str) -> None:
    drawn = problem(SIZES, masking=masking, seed=2)
    found = solve(_filled(drawn, float("nan")), backend)
    for name in ("y", "dx", "ddt", "dB", "dC"):
        assert (found[name][~drawn.mask] == 0).all(), name
        assert (found[name][drawn.mask] != 0).any(), name


@BACKENDS
@DTYPES
def test_an_absent_modality_keeps_its_first_state_and_the_others_hear_it(backend: str, dtype: torch.dtype) -> None:
    drawn = problem(SIZES, masking="absent", seed=3).to(dtype)
    y, last = outputs(drawn, backend)
    h0 = drawn.tensors["h0"]
    assert torch.equal(last[0], h0[0])
    drawn.tensors["h0"] = torch.cat([h0[:1] + 1.0, h0[1:]])
    louder, _ = outputs(drawn, backend)
    assert (louder[1:] != y[1:]).any()
    assert torch.equal(louder[0], torch.zeros_like(louder[0]))


@BACKENDS
def test_after_left_padding_the_scan_starts_as_if_the_padding_were_not_there(backend: str) -> None:
    drawn = problem(SIZES, seed=4)
    mask = torch.ones(3, 2, 40, dtype=torch.bool)
    mask[:, :, :13] = False
    padded, last = outputs(Problem(drawn.tensors, mask, drawn.dy, drawn.dh), backend)
    tensors = dict(drawn.tensors)
    for name in ("x", "dt", "B", "C"):
        values = tensors[name]
        tensors[name] = values[:, :, 13:]
    bare, bare_last = outputs(Problem(tensors, None, drawn.dy, drawn.dh), backend)
    assert torch.equal(padded[:, :, 13:], bare)
    assert torch.equal(last, bare_last)


@BACKENDS
def test_after_right_padding_the_last_state_is_that_of_the_last_real_step(backend: str) -> None:
    drawn = problem(SIZES, coupling="identity", masking="right", seed=5)
    _, last = outputs(drawn, backend)
    for m in range(3):
        for b in range(2):
            n_real = int(drawn.mask[m, b].sum())
            tensors = dict(drawn.tensors)
            for name in ("x", "dt", "B", "C"):
                values = tensors[name]
                tensors[name] = values[:, :, :n_real]
            _, own = outputs(Problem(tensors, None, drawn.dy, drawn.dh), backend)
            assert torch.equal(last[m, b], own[m, b])


@BACKENDS
@DTYPES
def test_a_mask_of_ones_changes_no_bit(backend: str, dtype: torch.dtype) -> None:
    drawn = problem(SIZES, seed=6).to(dtype)
    everything = torch.ones(3, 2, 40, dtype=torch.bool)
    right = solve(drawn, backend)
    found = solve(Problem(drawn.tensors, everything, drawn.dy, drawn.dh), backend)
    assert all(torch.equal(found[name], value) for name, value in right.items())


@BACKENDS
def test_when_every_step_is_masked_the_state_and_its_gradient_pass_through(backend: str) -> None:
    drawn = problem(SIZES, seed=7)
    nothing = torch.zeros(3, 2, 40, dtype=torch.bool)
    found = solve(Problem(drawn.tensors, nothing, drawn.dy, drawn.dh), backend)
    assert torch.equal(found["h_last"], drawn.tensors["h0"])
    assert torch.equal(found["dh0"], drawn.dh)
    for name in ("y", "dx", "ddt", "dA", "dB", "dC", "dD", "dW"):
        assert (found[name] == 0).all(), name


@BACKENDS
def test_a_held_state_is_exact_even_where_another_modality_has_diverged(backend: str) -> None:
    drawn = problem(SIZES, seed=8)
    mask = torch.ones(3, 2, 40, dtype=torch.bool)
    mask[0, :, 10:] = False
    drawn.mask = mask
    drawn.tensors["x"][1, :, 15] = float("inf")
    found = solve(drawn, backend)
    tensors = {n: v[:, :, :10] if n in ("x", "dt", "B", "C") else v for n, v in drawn.tensors.items()}
    _, last = outputs(Problem(tensors, None, drawn.dy, drawn.dh), backend)
    assert torch.equal(found["h_last"][0], last[0])
    assert not torch.isfinite(found["h_last"][1]).any()
    for name in ("y", "dx", "ddt", "dB", "dC"):
        assert (found[name][0, :, 10:] == 0).all(), name
