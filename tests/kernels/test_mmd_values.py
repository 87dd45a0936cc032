"""MMD² and its bandwidth are the sums of the paper; what must hold of them holds."""

import doctest
from pathlib import Path

import pytest
import torch
from mmkernels import median_bandwidth, mmd, mmd_squared
from mmkernels.reference.mmd import median_distance_reference, mmd_squared_reference
from torch import Tensor

FACTORS = (0.5, 1.0, 3.0)


def sets(
    *shape_x: int, m: int | None = None, seed: int = 0, dtype: torch.dtype = torch.float64
) -> tuple[Tensor, Tensor]:
    """Draw x of a shape (..., n, d) and y with m points a set, shifted and scaled."""
    draw = torch.Generator().manual_seed(seed)
    x = torch.randn(shape_x, generator=draw, dtype=torch.float64)
    y = 0.5 + 1.5 * torch.randn((*shape_x[:-2], m or shape_x[-2], shape_x[-1]), generator=draw, dtype=torch.float64)
    return x.to(dtype), y.to(dtype)


def with_gradients(x: Tensor, y: Tensor, **options: object) -> tuple[Tensor, Tensor, Tensor]:
    x, y = x.detach().requires_grad_(), y.detach().requires_grad_()
    value = mmd_squared(x, y, **options)  # type: ignore[arg-type]
    dx, dy = torch.autograd.grad(value.sum(), (x, y))
    return value.detach(), dx, dy


@pytest.mark.parametrize("dtype", [torch.float64, torch.float32], ids=str)
@pytest.mark.parametrize("unbiased", [False, True])
@pytest.mark.parametrize(("n", "m", "d"), [(2, 2, 1), (3, 7, 2), (20, 11, 5), (64, 65, 3)])
def test_value_and_gradient_are_those_of_the_sums_in_the_paper(
    n: int, m: int, d: int, unbiased: bool, dtype: torch.dtype
) -> None:
    x, y = sets(4, n, d, m=m, seed=n, dtype=dtype)
    found, dx, dy = with_gradients(x, y, bandwidth=1.3, factors=FACTORS, unbiased=unbiased)
    bound = 1e-12 if dtype == torch.float64 else 1e-5
    for p in range(4):
        u, v = x[p].double().requires_grad_(), y[p].double().requires_grad_()
        right = mmd_squared_reference(u, v, [1.3 * f for f in FACTORS], unbiased=unbiased)
        du, dv = torch.autograd.grad(right, (u, v))
        assert abs(found[p].double() - right) <= bound  # kernel values are of size 1
        scale = torch.cat([du, dv]).abs().max()
        assert (dx[p].double() - du).abs().max() <= bound * scale
        assert (dy[p].double() - dv).abs().max() <= bound * scale


@pytest.mark.parametrize("unbiased", [False, True])
def test_the_gradient_is_the_slope(unbiased: bool) -> None:
    x, y = (v.requires_grad_() for v in sets(2, 4, 2, m=3, seed=1))
    assert torch.autograd.gradcheck(lambda u, v: mmd_squared(u, v, bandwidth=1.0, unbiased=unbiased), (x, y))


@pytest.mark.parametrize("dtype", [torch.float64, torch.float32], ids=str)
def test_identical_sets_are_no_distance_apart(dtype: torch.dtype) -> None:
    x, _ = sets(3, 40, 6, dtype=dtype)
    value, dx, dy = with_gradients(x, x)
    assert torch.equal(value, torch.zeros(3, dtype=dtype))
    assert (dx.abs().max(), dy.abs().max()) < (1e-6, 1e-6)
    shuffled = x[:, torch.randperm(40, generator=torch.Generator().manual_seed(0))]
    assert mmd_squared(x, shuffled).abs().max() <= (1e-15 if dtype == torch.float64 else 1e-6)


def test_it_is_symmetric_and_the_same_for_any_order_of_the_points() -> None:
    x, y = sets(3, 30, 4, m=21, seed=2)
    for unbiased in (False, True):
        there, back = mmd_squared(x, y, unbiased=unbiased), mmd_squared(y, x, unbiased=unbiased)
        assert (there - back).abs().max() <= 1e-15
        assert (mmd_squared(x.flip(1), y, unbiased=unbiased) - there).abs().max() <= 1e-15


def test_moving_and_scaling_both_sets_changes_nothing() -> None:
    x, y = sets(30, 4, m=21, seed=3)
    assert abs(mmd_squared(3.0 * x - 7.0, 3.0 * y - 7.0) - mmd_squared(x, y)) <= 1e-14
    far_x, far_y = x.float() + 1000.0, y.float() + 1000.0  # float32 keeps four digits of each coordinate
    assert abs(mmd_squared(far_x, far_y) - mmd_squared(far_x.double(), far_y.double())) <= 1e-6


def test_the_unbiased_estimate_is_right_on_average_and_often_negative() -> None:
    draw = torch.Generator().manual_seed(4)
    x, y = torch.randn(2, 400, 10, 2, generator=draw, dtype=torch.float64)  # 400 pairs of sets, one distribution
    unbiased, biased = mmd_squared(x, y, bandwidth=1.0, unbiased=True), mmd_squared(x, y, bandwidth=1.0)
    assert unbiased.mean().abs() < 3 * unbiased.std() / 20  # within three standard errors of 0
    assert (unbiased < 0).sum() > 100
    assert (biased > 0).all()
    assert biased.mean() > 0.05


def test_distributions_that_differ_are_found_apart() -> None:
    draw = torch.Generator().manual_seed(5)
    x, y = torch.randn(2, 200, 3, generator=draw)
    same = mmd_squared(x, y, unbiased=True)
    assert mmd_squared(x, y + 1.0, unbiased=True) > 10 * same.abs()
    assert mmd_squared(x, 3.0 * y, unbiased=True) > 10 * same.abs()  # equal means, another width


def test_descending_the_gradient_brings_the_sets_together() -> None:
    x, y = sets(50, 2, seed=6)
    x = x.requires_grad_()
    before = mmd_squared(x, y).item()
    optimizer = torch.optim.Adam([x], lr=0.1)
    for _ in range(50):
        optimizer.zero_grad()
        mmd_squared(x, y).backward()
        optimizer.step()
    assert mmd_squared(x, y).item() < 0.1 * before


@pytest.mark.parametrize("unbiased", [False, True])
def test_masked_sets_are_the_sets_without_their_filler(unbiased: bool) -> None:
    x, y = sets(3, 20, 4, m=15, seed=7)
    draw = torch.Generator().manual_seed(8)
    mask_x, mask_y = torch.rand(3, 20, generator=draw) > 0.5, torch.rand(3, 15, generator=draw) > 0.5
    filled_x = x.masked_fill(~mask_x.unsqueeze(-1), float("nan"))
    filled_y = y.masked_fill(~mask_y.unsqueeze(-1), float("inf"))
    found, dx, dy = with_gradients(filled_x, filled_y, mask_x=mask_x, mask_y=mask_y, unbiased=unbiased, check=True)
    assert (dx[~mask_x] == 0).all()
    assert (dy[~mask_y] == 0).all()
    sigma = median_bandwidth(filled_x, filled_y, mask_x=mask_x, mask_y=mask_y)
    for p in range(3):
        u, v = x[p][mask_x[p]], y[p][mask_y[p]]
        right, du, dv = with_gradients(u, v, unbiased=unbiased)
        assert sigma[p] == median_bandwidth(u, v)
        assert abs(found[p] - right) <= 1e-14
        assert (dx[p][mask_x[p]] - du).abs().max() <= 1e-14
        assert (dy[p][mask_y[p]] - dv).abs().max() <= 1e-14


@pytest.mark.parametrize("rows", [1, 7, 19])
@pytest.mark.parametrize("unbiased", [False, True])
def test_results_do_not_depend_on_the_blocks(rows: int, unbiased: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    x, y = sets(2, 20, 3, m=20, seed=9)
    whole = with_gradients(x, y, unbiased=unbiased)
    monkeypatch.setattr(mmd, "BLOCK_PAIRS", 2 * 20 * rows)
    for found, right in zip(with_gradients(x, y, unbiased=unbiased), whole, strict=True):
        assert (found - right).abs().max() <= 1e-15


def test_the_median_is_that_of_all_distances() -> None:
    for n, m in ((1, 1), (2, 3), (9, 12)):
        x, y = sets(2, n, 3, m=m, seed=n)
        found = median_bandwidth(x, y)
        right = torch.tensor([median_distance_reference(x[p], y[p]) for p in range(2)], dtype=torch.float64)
        assert torch.allclose(found, right, rtol=1e-14, atol=0.0)
        assert torch.equal(mmd_squared(x, y), mmd_squared(x, y, bandwidth=found))


def test_the_median_of_many_points_is_that_of_an_even_sample_and_close() -> None:
    x, y = sets(700, 3, m=900, seed=10)
    whole, some = median_bandwidth(x, y, max_points=1600), median_bandwidth(x, y, max_points=400)
    every_fourth = torch.cat([x, y])[::4]
    assert some == median_bandwidth(every_fourth[:100], every_fourth[100:], max_points=400)
    assert abs(some / whole - 1.0) < 0.05


def test_the_median_does_not_depend_on_how_many_sets_are_taken_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    x, y = sets(5, 8, 3, seed=11)
    together = median_bandwidth(x, y)
    monkeypatch.setattr(mmd, "BLOCK_DISTANCES", 1)
    assert torch.equal(median_bandwidth(x, y), together)


def test_coinciding_points_have_a_bandwidth_too() -> None:
    same = torch.ones(6, 2, dtype=torch.float64)
    value, dx, dy = with_gradients(same, same[:4])
    assert (median_bandwidth(same, same), value) == (1.0, 0.0)
    assert not dx.any()
    assert not dy.any()
    mostly = same.clone()
    mostly[0] = 4.0  # 3 apart in both directions from all others
    assert median_bandwidth(mostly, same) == pytest.approx(18.0**0.5)


@pytest.mark.parametrize("size", [1e-30, 1e30])
def test_tiny_and_huge_points_are_compared_as_well(size: float) -> None:
    x, y = sets(30, 2, seed=12)
    plain = mmd_squared(x, y)
    value, dx, _ = with_gradients((size * x).float(), (size * y).float())
    if size < 1.0:  # squares of 1e-30 vanish in float32, and with them the distances
        assert torch.isfinite(value)
    else:
        assert torch.isfinite(value) or not torch.isfinite(torch.cdist((size * x).float(), (size * y).float())).all()
    in_double, _, _ = with_gradients(size * x, size * y)
    assert abs(in_double - plain) <= 1e-12
    assert dx.shape == x.shape


def test_documents_show_what_happens() -> None:
    for module in (mmd, mmd):
        result = doctest.testmod(module)
        assert result.attempted >= 3
        assert result.failed == 0
    readme = Path(mmd.__file__).with_name("mmd.md")
    result = doctest.testfile(str(readme), module_relative=False)
    assert result.attempted >= 6
    assert result.failed == 0


def test_gradients_keep_their_digits_far_away_from_the_origin() -> None:
    draw = torch.Generator().manual_seed(0)
    x, y = (torch.randn(30, 4, generator=draw, dtype=torch.float64) for _ in range(2))
    right = torch.autograd.grad(mmd_squared(a := x.requires_grad_(), y, bandwidth=2.0), a)[0]
    far = (x.detach() + 1000.0).to(torch.float32).requires_grad_()
    found = torch.autograd.grad(mmd_squared(far, (y + 1000.0).to(torch.float32), bandwidth=2.0), far)[0]
    # The shift itself rounds the points to 6e-5; nothing more may be lost.
    assert (found.double() - right).abs().max() <= 1e-3 * right.abs().max()
