"""What is wrong with an argument is said before anything runs: argument, expectation, value seen, remedy."""

from typing import Any

import pytest
import torch
from mmkernels import check, coupled_scan
from scan_problems import Sizes, problem

SIZES = Sizes(2, 3, 5, 4, 6)


def _arguments() -> dict[str, Any]:
    drawn = problem(SIZES, masking="gaps", seed=1)
    return {**drawn.tensors, "mask": drawn.mask}


SHAPES = [
    ("dt", (2, 3, 4, 4), r"dt must be of shape \(M, B, L, E\) = \(2, 3, 5, 4\); it is \(2, 3, 4, 4\)"),
    ("A", (2, 3, 6), r"A must be of shape \(M, E, N\) = \(2, 4, 6\); it is \(2, 3, 6\)"),
    ("A", (4, 6), r"A must be of shape \(M, E, N\) = \(2, 4, N\); it is \(4, 6\)"),
    ("B", (2, 3, 5, 5), r"B must be of shape \(M, B, L, N\) = \(2, 3, 5, 6\); it is \(2, 3, 5, 5\)"),
    ("C", (2, 5, 3, 6), r"C must be of shape \(M, B, L, N\) = \(2, 3, 5, 6\); it is \(2, 5, 3, 6\)"),
    ("D", (4,), r"D must be of shape \(M, E\) = \(2, 4\); it is \(4,\)"),
    ("W", (3, 3), r"W must be of shape \(M, M\) = \(2, 2\) or \(B, M, M\) = \(3, 2, 2\); it is \(3, 3\)"),
    ("W", (1, 2, 2), r"W must be .*; it is \(1, 2, 2\)"),
    ("h0", (2, 3, 6, 4), r"h0 must be of shape \(M, B, E, N\) = \(2, 3, 4, 6\); it is \(2, 3, 6, 4\)"),
    ("x", (3, 5, 4), r"x must be of shape \(M, B, L, E\).*3 dimensions \(3, 5, 4\).*unsqueeze"),
    ("x", (0, 3, 5, 4), r"x must be .* M >= 1; it is \(0, 3, 5, 4\)"),
]


@pytest.mark.parametrize(("name", "shape", "message"), SHAPES)
def test_a_wrong_shape_is_named(name: str, shape: tuple[int, ...], message: str) -> None:
    given = {**_arguments(), name: torch.zeros(shape, dtype=torch.float64)}
    with pytest.raises(ValueError, match=message):
        coupled_scan(**given)


def test_a_wrong_mask_is_named() -> None:
    given = _arguments()
    with pytest.raises(ValueError, match=r"mask must be a tensor of dtype torch.bool.*torch.float64.*mask.bool\(\)"):
        coupled_scan(**{**given, "mask": given["mask"].double()})
    with pytest.raises(ValueError, match=r"mask must be of shape \(M, B, L\) = \(2, 3, 5\); it is \(3, 5\)"):
        coupled_scan(**{**given, "mask": given["mask"][0]})
    with pytest.raises(ValueError, match=r"mask must be a tensor of dtype torch.bool.*it is list"):
        coupled_scan(**{**given, "mask": [True]})


@pytest.mark.parametrize("name", ["dt", "A", "B", "C", "D", "W", "h0"])
def test_a_different_dtype_or_no_tensor_is_named(name: str) -> None:
    given = _arguments()
    with pytest.raises(ValueError, match=rf"{name} must be torch.float64, the dtype of x; it is torch.float32"):
        coupled_scan(**{**given, name: given[name].float()})
    with pytest.raises(TypeError, match=rf"{name} must be a torch.Tensor; it is a ndarray"):
        coupled_scan(**{**given, name: given[name].numpy()})


@pytest.mark.parametrize("name", ["dt", "A", "D", "W", "h0", "mask"])
def test_a_different_device_is_named(name: str) -> None:
    given = _arguments()
    with pytest.raises(ValueError, match=rf"{name} must be on cpu, the device of x; it is on meta"):
        coupled_scan(**{**given, name: given[name].to("meta")})


def test_an_input_that_is_not_a_float_tensor_is_named() -> None:
    given = _arguments()
    with pytest.raises(ValueError, match=r"x must be of a floating-point dtype; it is torch.int64"):
        coupled_scan(**{**given, "x": given["x"].long()})
    with pytest.raises(TypeError, match=r"x must be a torch.Tensor; it is a list"):
        coupled_scan(**{**given, "x": [1.0]})
    with pytest.raises(TypeError, match=r"dt must be a torch.Tensor; it is a NoneType"):
        coupled_scan(**{**given, "dt": None})


@pytest.mark.parametrize("empty", ["B", "L", "E", "N"])
@pytest.mark.parametrize("backend", ["numba", "reference"])
def test_an_empty_axis_gives_empty_results_of_the_right_shape(backend: str, empty: str) -> None:
    sizes = {"M": 2, "B": 3, "L": 5, "E": 4, "N": 6, empty: 0}
    drawn = problem(Sizes(**sizes), seed=2)
    t = {n: v.requires_grad_() for n, v in drawn.tensors.items() if v is not None}
    y, h = coupled_scan(**t, return_state=True, backend=backend)
    assert y.shape == t["x"].shape
    assert h.shape == t["h0"].shape
    (y.sum() + h.sum()).backward()
    assert all(v.grad is None or torch.isfinite(v.grad).all() for v in t.values())
    if empty == "L":
        assert torch.equal(h, t["h0"])
    if empty == "N":
        assert torch.equal(y, t["D"][:, None, None] * t["x"])


def test_without_return_state_only_y_is_returned() -> None:
    given = _arguments()
    y, _ = coupled_scan(**given, return_state=True)
    assert torch.equal(coupled_scan(**given), y)


def test_check_accepts_what_is_right_and_never_looks_at_masked_steps() -> None:
    given = _arguments()
    check(**given)
    for name in ("x", "dt", "B", "C"):
        given[name] = given[name].masked_fill(~given["mask"].unsqueeze(-1), float("nan"))
    check(**given)
    with pytest.raises(ValueError, match=r"x must be finite"):
        check(**{**given, "mask": None})


@pytest.mark.parametrize("name", ["x", "dt", "A", "B", "C", "D", "W", "h0"])
def test_check_names_the_first_value_that_is_not_finite(name: str) -> None:
    given = {**_arguments(), "mask": None}
    wrong = given[name].clone()
    wrong.view(-1)[-1] = float("-inf")
    index = tuple(size - 1 for size in wrong.shape)
    pattern = rf"{name} must be finite; 1 of {wrong.numel()} .* index \({index[0]}, .*: -inf\. \S"
    with pytest.raises(ValueError, match=pattern):
        check(**{**given, name: wrong})


def test_check_names_a_growing_rate_and_a_negative_step() -> None:
    given = _arguments()
    rate, step = given["A"].clone(), given["dt"].clone()
    rate[1, 2, 3] = 0.0
    with pytest.raises(ValueError, match=r"A must be negative .* 1 of 48 .* index \(1, 2, 3\): 0\.0"):
        check(**{**given, "A": rate})
    step[0, 1, 2, 3] = -0.25
    with pytest.raises(ValueError, match=r"dt must be >= 0 .* index \(0, 1, 2, 3\): -0\.25"):
        check(**{**given, "dt": step, "mask": None})
