"""The kernels read only what they are given and write only what they own; nothing uninitialised shows."""

import numpy as np
import pytest
import torch
from mmkernels.cpu import layout
from scan_problems import Problem, Sizes, problem, solve
from torch import Tensor

GUARD = 64  # numbers before and after each allocation
SENTINEL = 12345.0
DTYPES = pytest.mark.parametrize("dtype", [torch.float64, torch.float32], ids=str)


@pytest.fixture
def poisoned(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let all memory that the kernels get hold NaN at first."""
    new = layout.new
    monkeypatch.setattr(layout, "new", lambda shape, dtype: new(shape, dtype).fill_(torch.nan))


@DTYPES
@pytest.mark.parametrize("sizes", [Sizes(2, 3, 37, 13, 3), Sizes(3, 1, 16, 33, 4), Sizes(1, 2, 0, 5, 2)], ids=str)
@pytest.mark.usefixtures("poisoned")
def test_no_result_depends_on_uninitialised_memory(sizes: Sizes, dtype: torch.dtype) -> None:
    assert layout.new((3,), dtype).isnan().all()
    drawn = problem(sizes, masking="gaps", seed=1).to(dtype)
    assert all(torch.isfinite(value).all() for value in solve(drawn, "numba").values())


@DTYPES
def test_no_kernel_writes_outside_its_results(dtype: torch.dtype, monkeypatch: pytest.MonkeyPatch) -> None:
    allocated: list[Tensor] = []

    def guarded(shape: tuple[int, ...], wanted: torch.dtype) -> Tensor:
        size = int(np.prod(shape))
        whole = torch.full((size + 2 * GUARD,), SENTINEL, dtype=wanted)
        allocated.append(whole)
        return whole[GUARD : GUARD + size].view(shape)

    monkeypatch.setattr(layout, "new", guarded)
    for sizes in (Sizes(2, 3, 37, 13, 3), Sizes(3, 1, 33, 1, 1), Sizes(1, 2, 17, 70, 5)):
        solve(problem(sizes, coupling="per_batch", masking="gaps", seed=2).to(dtype), "numba")
    assert len(allocated) >= 3 * 7
    for whole in allocated:
        assert (whole[:GUARD] == SENTINEL).all()
        assert (whole[-GUARD:] == SENTINEL).all()


@DTYPES
def test_nothing_around_the_arguments_is_read_and_alignment_does_not_matter(dtype: torch.dtype) -> None:
    drawn = problem(Sizes(2, 3, 37, 13, 3), masking="gaps", seed=3).to(dtype)
    right = solve(drawn, "numba")

    def surrounded(values: Tensor) -> Tensor:
        whole = torch.full((values.numel() + 2 * GUARD,), float("nan"), dtype=values.dtype)
        inside = whole[GUARD - 1 : GUARD - 1 + values.numel()].view(values.shape)
        return inside.copy_(values)

    tensors = {name: None if v is None else surrounded(v) for name, v in drawn.tensors.items()}
    copy = Problem(tensors, drawn.mask, surrounded(drawn.dy), surrounded(drawn.dh))
    found = solve(copy, "numba")
    assert all(torch.equal(found[name], value) for name, value in right.items())


def test_the_arguments_are_left_as_they_were() -> None:
    drawn = problem(Sizes(2, 3, 37, 13, 3), masking="gaps", seed=4)
    before = {name: v.clone() for name, v in drawn.tensors.items() if v is not None}
    found = solve(drawn, "numba")
    found["h_last"].zero_()
    found["y"].zero_()
    for name, value in before.items():
        assert torch.equal(drawn.tensors[name], value), name
