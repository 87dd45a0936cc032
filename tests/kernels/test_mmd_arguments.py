"""What is wrong with the sets is said before anything runs; memory is linear in the number of points."""

from typing import Any

import pytest
import torch
from mmkernels import median_bandwidth, mmd, mmd_squared
from torch import Tensor
from torch.utils._python_dispatch import TorchDispatchMode

X, Y = torch.zeros(2, 5, 3), torch.ones(2, 4, 3)
ONES = torch.ones(2, 5, dtype=torch.bool)
LONELY = ONES.clone()
LONELY[1, 1:] = False
EMPTY = ONES.clone()
EMPTY[1] = False

WRONG: list[tuple[dict[str, Any], type[Exception], str]] = [
    ({"x": [[1.0]]}, TypeError, r"x must be a torch.Tensor; it is a list"),
    ({"x": X.long()}, TypeError, r"x must be float32 or float64; it is torch.int64. Pass x.float\(\)"),
    ({"y": Y.bfloat16()}, TypeError, r"y must be float32 or float64; it is torch.bfloat16"),
    ({"y": Y.double()}, TypeError, r"one dtype and device; they are torch.float32 on cpu and torch.float64 on cpu"),
    ({"x": X[0, 0]}, ValueError, r"x must be of shape \(..., points, features\); it is \(3,\).*unsqueeze"),
    ({"y": Y[0]}, ValueError, r"must agree in all axes but the second last .* \(2, 5, 3\) and \(4, 3\)"),
    ({"y": Y[..., :2]}, ValueError, r"must agree .* \(2, 5, 3\) and \(2, 4, 2\)"),
    (
        {"mask_x": torch.ones(2, 5)},
        TypeError,
        r"mask_x must be .* torch.bool, True at real points; it is torch.float32",
    ),
    ({"mask_y": ONES}, ValueError, r"mask_y must be of shape \(2, 4\) on cpu.*it is \(2, 5\)"),
    ({"mask_x": EMPTY}, ValueError, r"every set of x must hold at least 1 real .* set 1 of 2 holds 0"),
    ({"x": X[:, :0]}, ValueError, r"every set of x must hold at least 1 real .* set 0 of 2 holds 0"),
    ({"mask_x": LONELY, "unbiased": True}, ValueError, r"at least 2 real .* set 1 of 2 holds 1.*unbiased=False"),
    ({"y": Y[:, :1], "unbiased": True}, ValueError, r"every set of y must hold at least 2 .* set 0 of 2 holds 1"),
    ({"bandwidth": 0.0}, ValueError, r"bandwidth must be > 0 and finite; 1 of 1 .* first is 0.0"),
    ({"bandwidth": -1.0}, ValueError, r"bandwidth must be > 0.* first is -1.0"),
    ({"bandwidth": float("nan")}, ValueError, r"bandwidth must be > 0 and finite.* first is nan"),
    ({"bandwidth": torch.tensor([1.0, float("inf")])}, ValueError, r"1 of 2 values are not, the first is inf"),
    ({"bandwidth": torch.ones(3)}, ValueError, r"bandwidth must be one number, or of shape \(2,\).*it is \(3,\)"),
    ({"factors": ()}, ValueError, r"factors must be positive numbers, at least one; it is \(\)"),
    ({"factors": (1.0, 0.0)}, ValueError, r"factors must be positive numbers.*\(1.0, 0.0\)"),
]


@pytest.mark.parametrize(("wrong", "error", "message"), WRONG)
def test_a_wrong_argument_is_named(wrong: dict[str, Any], error: type[Exception], message: str) -> None:
    given: dict[str, Any] = {"x": X, "y": Y}
    mmd_squared(**given)
    with pytest.raises(error, match=f"mmd_squared: .*{message}"):
        mmd_squared(**{**given, **wrong})


@pytest.mark.parametrize("name", ["x", "y"])
@pytest.mark.parametrize("value", [float("nan"), float("inf")])
def test_a_value_that_is_not_finite_is_named_when_asked(name: str, value: float) -> None:
    given = {"x": X.clone(), "y": Y.clone()}
    given[name][1, 2, 0] = value
    assert not torch.isfinite(mmd_squared(**given, bandwidth=1.0)[1]) or value == float("inf")
    for function in (mmd_squared, median_bandwidth):
        with pytest.raises(ValueError, match=rf"{name} must be finite; 1 of .* index \(1, 2, 0\): {value}"):
            function(**given, check=True)


def test_one_wrong_set_does_not_spoil_the_others() -> None:
    x, y = torch.randn(2, 3, 9, 2, generator=torch.Generator().manual_seed(0))
    clean = mmd_squared(x, y)
    x[1, 0, 0] = float("nan")
    found = mmd_squared(x, y)
    assert torch.equal(found[[0, 2]], clean[[0, 2]])
    assert found[1].isnan()


def test_median_bandwidth_names_its_own_arguments() -> None:
    with pytest.raises(ValueError, match=r"median_bandwidth: max_points must be a whole number >= 2; it is 1"):
        median_bandwidth(X, Y, max_points=1)
    with pytest.raises(ValueError, match=r"median_bandwidth: every set of x must hold at least 1"):
        median_bandwidth(X, Y, mask_x=EMPTY)


def test_any_number_of_batch_axes_and_none_are_taken() -> None:
    x, y = torch.randn(2, 2, 3, 6, 2, generator=torch.Generator().manual_seed(1))
    whole = mmd_squared(x, y)
    assert whole.shape == (2, 3)
    assert torch.allclose(mmd_squared(x[1, 2], y[1, 2]), whole[1, 2], atol=1e-7)
    assert mmd_squared(x[:0], y[:0]).shape == (0, 3)
    assert torch.equal(mmd_squared(x, y, bandwidth=torch.full((2, 3), 2.0)), mmd_squared(x, y, bandwidth=2.0))


def test_the_bandwidth_is_a_constant_of_the_gradient() -> None:
    x, y = torch.randn(2, 12, 3, generator=torch.Generator().manual_seed(2), dtype=torch.float64)
    x.requires_grad_()
    sigma = median_bandwidth(x, y)
    assert not sigma.requires_grad
    (by_median,) = torch.autograd.grad(mmd_squared(x, y), x)
    (by_number,) = torch.autograd.grad(mmd_squared(x, y, bandwidth=sigma.item()), x)
    assert torch.equal(by_median, by_number)


def test_arguments_are_left_as_they_are() -> None:
    x, y = torch.randn(2, 3, 9, 2, generator=torch.Generator().manual_seed(3))
    mask = torch.rand(3, 9, generator=torch.Generator().manual_seed(4)) > 0.3
    before = (x.clone(), y.clone(), mask.clone())
    mmd_squared(x, y, mask_x=mask, mask_y=mask, unbiased=True)
    assert all(torch.equal(a, b) for a, b in zip((x, y, mask), before, strict=True))


class LargestTensor(TorchDispatchMode):
    """Remembers the size of the largest tensor any operation made."""

    largest = 0

    def __torch_dispatch__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        result = func(*args, **(kwargs or {}))
        if isinstance(result, Tensor):
            self.largest = max(self.largest, result.numel())
        return result


def test_memory_is_linear_in_the_number_of_points(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(mmd, "BLOCK_PAIRS", 2**14)
    monkeypatch.setattr(mmd, "MEDIAN_POINTS", 100)
    kept, largest = {}, {}
    for n in (500, 1000):
        x = torch.randn(n, 2, generator=torch.Generator().manual_seed(n)).requires_grad_()
        sizes: dict[int, int] = {}

        def keep(saved: Tensor, sizes: dict[int, int] = sizes) -> Tensor:
            sizes[saved.untyped_storage().data_ptr()] = saved.untyped_storage().nbytes()
            return saved

        with LargestTensor() as mode:
            with torch.autograd.graph.saved_tensors_hooks(keep, lambda saved: saved):
                value = mmd_squared(x, x.detach() + 0.1)
            kept[n] = sum(sizes.values())
            value.backward()
        largest[n] = mode.largest
    assert kept[1000] <= 2.5 * kept[500]
    assert kept[1000] < 1000 * 1000  # bytes; one matrix of kernel values would be four times as many
    assert max(largest.values()) <= 2**14
