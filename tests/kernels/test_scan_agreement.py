"""Every backend computes what the float64 reference computes: outputs, last state and every gradient."""

import pytest
import torch
from scan_problems import SCAN_BACKENDS, Sizes, outputs, problem, solve, worst

# M, L, E, N, coupling, mask, D and h0 given: each value of each column, and the pairs that share code.
CASES = [
    (1, 0, 7, 4, "none", "none", True),
    (1, 1, 1, 1, "none", "none", False),
    (1, 100, 96, 16, "identity", "right", True),
    (1, 257, 7, 4, "ones", "left", True),
    (1, 63, 7, 16, "per_batch", "gaps", False),
    (2, 2, 96, 1, "softmax", "gaps", True),
    (2, 63, 1, 16, "per_batch", "right", True),
    (2, 100, 7, 4, "identity", "absent", False),
    (2, 8, 7, 16, "ones", "none", True),
    (3, 0, 1, 1, "softmax", "right", True),
    (3, 1, 7, 16, "per_batch", "left", True),
    (3, 63, 96, 4, "softmax", "none", False),
    (3, 257, 96, 16, "softmax", "gaps", True),
    (3, 100, 7, 1, "none", "absent", True),
    (3, 8, 96, 16, "ones", "left", False),
    (3, 63, 7, 16, "identity", "none", True),
    (5, 2, 7, 16, "none", "none", False),
    (5, 63, 96, 4, "per_batch", "absent", True),
    (5, 100, 1, 16, "softmax", "left", True),
    (5, 8, 7, 1, "ones", "gaps", True),
]
TOLERANCE = {torch.float64: 1e-12, torch.float32: 1e-5}


PAIRS = [
    (backend, dtype)
    for backend in SCAN_BACKENDS
    for dtype in TOLERANCE
    if (backend, dtype) != ("reference", torch.float64)
]


@pytest.mark.parametrize(("backend", "dtype"), PAIRS, ids=lambda value: str(value).removeprefix("torch."))
@pytest.mark.parametrize(("M", "L", "E", "N", "coupling", "masking", "optional"), CASES)
def test_outputs_and_all_gradients_equal_the_float64_reference(
    backend: str,
    M: int,
    L: int,
    E: int,
    N: int,
    coupling: str,
    masking: str,
    optional: bool,
    dtype: torch.dtype,
) -> None:
    drawn = problem(Sizes(M, 2, L, E, N), coupling=coupling, masking=masking, optional=optional, seed=L)
    rounded = drawn.to(dtype)
    right = solve(rounded.to(torch.float64), "reference")
    found = solve(rounded, backend)
    assert found.keys() == right.keys()
    assert {name: value.shape for name, value in found.items()} == {n: v.shape for n, v in right.items()}
    assert all(value.dtype == dtype for value in found.values())
    errors = {name: worst(found[name], right[name]) for name in right}
    assert max(errors.values()) <= TOLERANCE[dtype], errors


@pytest.mark.parametrize("batch", [1, 3, 17])
def test_gradients_agree_however_the_channels_are_grouped(batch: int) -> None:
    drawn = problem(Sizes(2, batch, 20, 130, 3), seed=batch)
    right, found = solve(drawn, "reference"), solve(drawn, "numba")
    errors = {name: worst(found[name], right[name]) for name in right}
    assert max(errors.values()) <= 1e-12, errors


@pytest.mark.parametrize("dtype", [torch.float64, torch.float32], ids=str)
def test_a_long_slow_memory_stays_accurate(dtype: torch.dtype) -> None:
    drawn = problem(Sizes(2, 1, 2000, 5, 2), coupling="softmax", seed=4)
    dt, A = drawn.tensors["dt"], drawn.tensors["A"]
    drawn.tensors["dt"], drawn.tensors["A"] = 1e-2 * dt, 1e-1 * A
    rounded = drawn.to(dtype)
    right = solve(rounded.to(torch.float64), "reference")
    found = solve(rounded, "numba")
    errors = {name: worst(found[name], right[name]) for name in right}
    assert max(errors.values()) <= TOLERANCE[dtype], errors


@pytest.mark.parametrize("step", [0.0, 1e-30, 1e-3, 1.0, 80.0, 1e3, 1e30])
@pytest.mark.parametrize("dtype", [torch.float64, torch.float32], ids=str)
def test_decay_is_right_from_no_step_to_an_endless_one(step: float, dtype: torch.dtype) -> None:
    drawn = problem(Sizes(1, 1, 1, 9, 3), coupling="identity", seed=2).to(dtype)
    x, dt = drawn.tensors["x"], drawn.tensors["dt"]
    drawn.tensors["x"], drawn.tensors["dt"] = torch.zeros_like(x), torch.full_like(dt, step)
    h0 = drawn.tensors["h0"]
    right = outputs(drawn.to(torch.float64), "reference")[1]
    found = outputs(drawn, "numba")[1]
    assert (found - right).abs().max() <= TOLERANCE[dtype] * h0.abs().max()
    if step == 0.0:
        assert torch.equal(found, h0)  # 2**0 is 1, not nearly 1
