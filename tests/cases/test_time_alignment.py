"""Time: alignment is linear in length and exact."""

import time

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

import mmviz as mm
from mmviz.models.align import average_intervals, bin_frames, resample


def dense(x, valid, left, right, edges):
    """Average by the full matrix of overlaps, in float64."""
    low = torch.maximum(left[:, None, :].double(), edges[:, :-1, None].double())
    high = torch.minimum(right[:, None, :].double(), edges[:, 1:, None].double())
    weight = (high - low).clamp(min=0) * valid[:, None, :]
    total = weight.sum(-1, keepdim=True)
    values = weight @ torch.where(valid[..., None], x, torch.zeros_like(x)).double() / total.clamp(min=1e-300)
    return values, total[..., 0] > 0


def uniform(valid, steps):
    rank = (valid.cumsum(1) - 1).double()
    edges = torch.arange(steps + 1).double() / steps * valid.sum(1, keepdim=True).clamp(min=1)
    return rank, rank + 1, edges


def frames(batch, length, features, seed=0, dtype=torch.float64, gone=0.3):
    rng = np.random.default_rng(seed)
    x = torch.from_numpy(rng.normal(size=(batch, length, features))).to(dtype)
    return x, torch.from_numpy(rng.random((batch, length)) >= gone)


@settings(deadline=None, max_examples=60)
@given(st.integers(1, 50), st.integers(1, 50), st.integers(0, 99))
def test_resample_equals_the_dense_matrix_of_overlaps_to_1e_12_in_float64(length, steps, seed):
    x, valid = frames(3, length, 2, seed)
    got, held = resample(x, valid, steps)
    expected, there = dense(x, valid, *uniform(valid, steps))
    torch.testing.assert_close(got, expected * there[..., None], rtol=0, atol=1e-12)
    assert held.equal(there)


@pytest.mark.parametrize(("length", "steps"), [(4000, 4000), (4000, 511), (4000, 3999), (37, 2000), (5000, 3)])
def test_resample_of_long_sequences_equals_the_dense_form_to_1e_6_in_float32(length, steps):
    x, valid = frames(2, length, 2, dtype=torch.float32)
    expected, _ = dense(x, valid, *uniform(valid, steps))
    torch.testing.assert_close(resample(x, valid, steps)[0].double(), expected, rtol=0, atol=1e-6)


@settings(deadline=None, max_examples=60)
@given(st.integers(1, 40), st.integers(1, 40), st.integers(0, 99))
def test_frames_of_their_own_widths_with_gaps_equal_the_dense_matrix_of_overlaps(length, steps, seed):
    rng = np.random.default_rng(seed)
    x, valid = frames(2, length, 3, seed)
    bounds = np.cumsum(rng.exponential(size=(2, 2 * length)), 1) - 1.0  # left, right, left, right, ...
    left, right = torch.from_numpy(bounds[:, ::2].copy()), torch.from_numpy(bounds[:, 1::2].copy())
    edges = torch.from_numpy(np.sort(rng.uniform(-2, bounds.max() + 1, (2, steps + 1)), 1))
    got, held = average_intervals(x, valid, left, right, edges)
    expected, there = dense(x, valid, left, right, edges)
    torch.testing.assert_close(got, expected, rtol=0, atol=1e-9)
    assert held.equal(there)
    left[~valid], right[~valid], x[~valid] = float("nan"), -1e30, float("nan")
    assert got.equal(average_intervals(x, valid, left, right, edges)[0])


def test_bounds_that_touch_a_step_by_rounding_alone_do_not_make_it_valid():
    x, valid = torch.ones(1, 3, 1), torch.ones(1, 3, dtype=torch.bool)
    left = torch.tensor([[0.0, 0.1, 0.2]], dtype=torch.float64)
    edges = torch.tensor([[0.0, 0.1 + 0.2, 0.6]], dtype=torch.float64)  # 0.30000000000000004
    right = left + torch.tensor([0.1, 0.1, 0.1 + 2e-16], dtype=torch.float64)
    _, held = average_intervals(x, valid, left, right, edges)
    assert right[0, -1] > edges[0, 1]
    assert held.tolist() == [[True, False]]


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64, torch.bfloat16])
@pytest.mark.parametrize(("length", "steps"), [(1, 7), (9, 9), (9, 31), (31, 9), (7001, 13), (100, 99)])
def test_a_constant_stays_exactly_the_constant(dtype, length, steps):
    x = torch.full((2, length, 1), 0.1, dtype=dtype)
    valid = torch.rand(2, length) > 0.2
    valid[:, 0] = True
    assert bool((resample(x, valid, steps)[0] == x[0, 0, 0]).all())


@pytest.mark.parametrize("filling", [float("nan"), float("inf"), 1e30])
@pytest.mark.parametrize("steps", [5, 40])
def test_what_stands_in_padding_changes_neither_values_nor_gradients(filling, steps):
    x, valid = frames(3, 20, 2)
    valid[2] = False
    results = []
    for content in (0.0, filling):
        given_x = torch.where(valid[..., None], x, content).requires_grad_()
        out = resample(given_x, valid, steps)[0]
        (gradient,) = torch.autograd.grad((out * torch.arange(steps)[:, None]).sum(), given_x)
        results.append((out, gradient))
    assert results[0][0].equal(results[1][0])
    assert results[0][1].equal(results[1][1])


def test_one_wild_frame_does_not_disturb_the_other_steps():
    x, valid = torch.ones(1, 1000, 1), torch.ones(1, 1000, dtype=torch.bool)
    x[0, 3] = 1e30
    assert bool((resample(x, valid, 10)[0][0, 1:] == 1).all())


@pytest.mark.filterwarnings("ignore:.*torch.jit.script.*:DeprecationWarning")
@pytest.mark.parametrize("steps", [3, 11, 25])
def test_derivatives_of_resample_are_right_in_both_modes_and_under_vmap(steps):
    x, valid = frames(2, 11, 2, seed=4)
    x.requires_grad_()
    assert torch.autograd.gradcheck(lambda a: resample(a, valid, steps)[0], (x,), check_forward_ad=True)
    one = torch.func.vmap(lambda a, m: resample(a[None], m[None], steps)[0][0])(x, valid)
    torch.testing.assert_close(one, resample(x, valid, steps)[0], rtol=0, atol=1e-14)


def test_values_and_gradients_repeat_bit_for_bit_with_two_threads():
    x, valid = frames(8, 3000, 16, dtype=torch.float32)
    threads = torch.get_num_threads()
    try:
        found = []
        for count in (1, 2, 2, 2):
            torch.set_num_threads(count)
            for steps in (70, 5000):
                leaf = x.clone().requires_grad_()
                out = resample(leaf, valid, steps)[0]
                found.append((steps, out.detach(), torch.autograd.grad((out**3).sum(), leaf)[0]))
    finally:
        torch.set_num_threads(threads)
    for steps, out, gradient in found[2:]:
        _, first, slope = found[0 if steps == 70 else 1]
        assert out.equal(first)
        assert gradient.equal(slope)


def test_a_million_frames_resample_within_a_small_multiple_of_their_own_memory():
    length = 1_000_000
    x = torch.linspace(0, 1, length)[None, :, None].repeat(1, 1, 2)
    valid = torch.ones(1, length, dtype=torch.bool)
    got, _ = resample(x, valid, 1000)
    torch.testing.assert_close(got[0, :, 0], (torch.arange(1000) + 0.5) / 1000, rtol=0, atol=1e-6)
    leaf = x.clone().requires_grad_()
    (gradient,) = torch.autograd.grad(resample(leaf, valid, 1000)[0].sum(), leaf)
    torch.testing.assert_close(gradient, torch.full_like(leaf, 1e-3), rtol=1e-6, atol=0)


def test_whole_frames_of_a_clock_are_kept_by_bins_of_one_frame():
    x, valid = frames(2, 17, 3)
    got, held = bin_frames(x, valid, 17, 17)
    assert held.equal(valid)
    assert got.equal(torch.where(valid[..., None], x, 0.0))


def seconds(*calls, rounds=9):
    """Return the shortest time of each call, measured in turns."""
    best = [float("inf")] * len(calls)
    for _ in range(rounds):
        for i, call in enumerate(calls):
            begin = time.perf_counter()
            call()
            best[i] = min(best[i], time.perf_counter() - begin)
    return best


def encoding(lengths, steps, **options):
    rng = np.random.default_rng(0)
    inputs = {f"m{i}": rng.normal(size=(24, length, 2)) for i, length in enumerate(lengths)}
    ds = mm.data.from_arrays(inputs, np.arange(24) % 2, split={"train": 0.5, "valid": 0.25, "test": 0.25})
    model = mm.models.build("coupled_mamba", ds.spec, width=16, layers=1, steps=steps, **options)
    batch = mm.models.batch_of(ds["train"])
    return torch.no_grad()(lambda: model.encode(batch))


def test_the_time_of_encoding_unaligned_lengths_grows_linearly_with_length():
    short, long = seconds(encoding((1000, 9), 1000), encoding((4000, 9), 4000))
    assert long / short < 8


def test_encoding_4000_resampled_steps_takes_at_most_twice_as_long_as_4000_padded_ones():
    resampled, padded = seconds(encoding((4000, 9), 4000), encoding((4000, 4000), 4000, align="pad"), rounds=15)
    assert resampled / padded < 2
