"""Alignment: averages over equal intervals, blind to padding."""

import numpy as np
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from mmviz.models.resampling import bin_frames, pad_to, resample


def sequence(length, padding_before, padding_after, features=2, seed=0):
    frames = torch.from_numpy(np.random.default_rng(seed).normal(size=(length, features)))
    x = torch.full((1, padding_before + length + padding_after, features), 1e30, dtype=torch.float64)
    valid = torch.zeros(x.shape[:2], dtype=torch.bool)
    x[0, padding_before : padding_before + length] = frames
    valid[0, padding_before : padding_before + length] = True
    return frames, x, valid


@settings(deadline=None)
@given(st.integers(1, 40), st.integers(0, 5), st.integers(0, 5), st.integers(1, 40))
def test_padding_on_either_side_changes_nothing(length, before, after, steps):
    _, bare, bare_valid = sequence(length, 0, 0)
    _, x, valid = sequence(length, before, after)
    x[~valid] = float("nan")
    expected, _ = resample(bare, bare_valid, steps)
    got, mask = resample(x, valid, steps)
    torch.testing.assert_close(got, expected, rtol=0, atol=1e-12)
    assert bool(mask.all())


@settings(deadline=None)
@given(st.integers(1, 40), st.integers(1, 40))
def test_resampling_preserves_the_mean_over_time(length, steps):
    frames, x, valid = sequence(length, 1, 2)
    got, _ = resample(x, valid, steps)
    torch.testing.assert_close(got[0].mean(0), frames.mean(0), rtol=0, atol=1e-12)


def test_whole_frames_per_step_are_plain_bin_averages():
    frames, x, valid = sequence(12, 0, 0)
    got, _ = resample(x, valid, 4)
    torch.testing.assert_close(got[0], frames.view(4, 3, 2).mean(1), rtol=0, atol=1e-14)


def test_a_constant_stays_constant_and_the_length_itself_is_the_identity():
    frames, x, valid = sequence(9, 0, 0)
    torch.testing.assert_close(resample(x, valid, 9)[0][0], frames, rtol=0, atol=1e-13)
    torch.testing.assert_close(resample(torch.ones_like(x), valid, 5)[0], torch.ones(1, 5, 2, dtype=torch.float64))


def test_an_absent_sequence_gives_zeros_and_an_empty_mask():
    _, x, valid = sequence(5, 0, 0)
    got, mask = resample(x, torch.zeros_like(valid), 7)
    assert not mask.any()
    assert not got.any()


def test_padding_keeps_frames_at_their_own_step():
    frames, x, valid = sequence(5, 2, 0)
    got, mask = pad_to(x, valid, 10)
    torch.testing.assert_close(got[0, 2:7], frames)
    assert mask[0].tolist() == [False] * 2 + [True] * 5 + [False] * 3
    assert not got[0, 7:].any()
    assert not got[0, :2].any()


def test_bins_average_the_frames_of_their_interval_on_one_clock():
    frames, x, valid = sequence(12, 0, 0)
    whole, mask = bin_frames(x, valid, 4, 12)
    torch.testing.assert_close(whole[0], frames.view(4, 3, 2).mean(1), rtol=0, atol=1e-14)
    assert bool(mask.all())
    valid[0, 7:] = False
    x[0, 7:] = torch.nan
    short, mask = bin_frames(x, valid, 4, 12)
    torch.testing.assert_close(short[0, :2], whole[0, :2], rtol=0, atol=0)
    torch.testing.assert_close(short[0, 2], frames[6], rtol=0, atol=1e-14)
    assert mask[0].tolist() == [True, True, True, False]
    assert not short[0, 3].any()


@settings(deadline=None)
@given(st.integers(1, 60), st.integers(1, 60))
def test_a_full_clock_in_any_number_of_bins_is_valid_everywhere_and_keeps_a_constant(steps, more):
    x = torch.ones(1, steps + more, 1)
    got, mask = bin_frames(x, torch.ones(1, steps + more, dtype=torch.bool), steps, steps + more)
    assert bool(mask.all())
    torch.testing.assert_close(got, torch.ones(1, steps, 1))
