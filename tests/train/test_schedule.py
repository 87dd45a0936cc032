"""Schedules: learning rate, order of the modalities and update counts, against values worked out by hand."""

import math
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mmviz.train.schedule import UpdateCounts, rank_weakest_first, rates_by_share, warm_cosine


def test_the_rate_rises_in_a_line_over_a_tenth_and_falls_along_a_cosine_to_a_hundredth():
    assert [warm_cosine(i, 100) for i in range(10)] == pytest.approx([(i + 1) / 10 for i in range(10)])
    assert warm_cosine(10, 100) == pytest.approx(1.0)
    assert warm_cosine(55, 100) == pytest.approx(0.505)  # half way down: (1 + 0.01) / 2
    assert warm_cosine(32.5, 100) == pytest.approx(0.01 + 0.99 * (1 + math.sqrt(0.5)) / 2)
    assert warm_cosine(100, 100) == pytest.approx(0.01)


@pytest.mark.parametrize(("planned", "warm"), [(1, 1), (2, 1), (9, 1), (10, 1), (19, 1), (20, 2), (29, 2), (1000, 100)])
def test_the_rise_takes_a_tenth_rounded_down_and_at_least_one_batch(planned, warm):
    assert [warm_cosine(i, planned) for i in range(warm)] == pytest.approx([(i + 1) / warm for i in range(warm)])
    if planned > warm:
        assert warm_cosine(warm, planned) == pytest.approx(1.0)
        assert warm_cosine(planned, planned) == pytest.approx(0.01)


@given(st.integers(3, 400))
def test_after_the_rise_the_rate_only_falls(planned):
    rates = [warm_cosine(i, planned) for i in range(planned)]
    top = max(1, planned // 10)
    assert all(a < b for a, b in pairwise(rates[:top]))
    assert all(a > b for a, b in pairwise(rates[top:]))


@pytest.mark.parametrize(
    ("value", "previous", "margin", "expected"),
    [
        ([3, 1, 2], [0, 1, 2], 0, (1, 2, 0)),
        ([3, 1, 2], [2, 1, 0], 0, (1, 2, 0)),
        ([1, 1, 1], [2, 0, 1], 0, (2, 0, 1)),  # equal values keep their order
        ([-3, 1, -2], [0, 1, 2], 0, (0, 2, 1)),  # the sign counts
        ([4, 3, 2, 1], [0, 1, 2, 3], 0, (3, 2, 1, 0)),  # the farthest way
        ([3, 2, 5], [0, 1, 2], 1.0, (0, 1, 2)),  # 3 - 2 is not more
        ([3, 2, 5], [0, 1, 2], 0.99, (1, 0, 2)),
        (
            [3, 2, 1],
            [0, 1, 2],
            np.array([[0, 2, 0], [2, 0, 0], [0, 0, 0]]),
            (2, 0, 1),
        ),  # a margin for the pair 0, 1 only
        ([3, 2, 5], [0, 1, 2], np.nan, (0, 1, 2)),  # a margin that is not known
        ([0.0, 0.0], [1, 0], 1.0, (1, 0)),
        ([5], [0], 0, (0,)),
    ],
)
def test_the_weakest_comes_first_and_neighbours_change_only_beyond_the_margin(value, previous, margin, expected):
    before = list(previous)
    assert rank_weakest_first(np.array(value, float), previous, margin) == expected
    assert previous == before, "the order so far is not changed in place"


@given(st.lists(st.integers(-5, 5), min_size=1, max_size=6))
def test_without_a_margin_it_is_a_stable_sort(value):
    found = rank_weakest_first(np.array(value, float), range(len(value)), 0.0)
    assert found == tuple(sorted(range(len(value)), key=lambda i: value[i]))


def test_update_counts_carry_the_remainder():
    counts = UpdateCounts(3)
    assert counts.remainder.tolist() == [0, 0, 0]
    rates = np.array([0.5, 1.25, 1.0])
    assert [counts.next(rates) for _ in range(4)] == [[0, 1, 1], [1, 1, 1], [0, 1, 1], [1, 2, 1]]
    np.testing.assert_allclose(counts.remainder, 0, atol=1e-12)
    assert all(type(n) is int for n in counts.next(rates))


def test_tenths_that_are_not_exact_make_no_update_late():
    counts = UpdateCounts(1)
    assert [counts.next(np.array([0.1]))[0] for _ in range(30)] == ([0] * 9 + [1]) * 3
    counts = UpdateCounts(1)
    assert counts.next(np.array([1 - 1e-6])) == [0], "what is missing is more than rounding"


def test_a_small_share_gets_more_updates_by_the_softmax():
    rates = rates_by_share(np.array([0.0, math.log(2), math.log(4)]), 1.0)
    assert rates == pytest.approx(np.array([4, 2, 1]) * 3 / 7)  # exp(-p) is 1, 1/2, 1/4; three updates in total
    half = rates_by_share(np.array([0.0, math.log(2)]), 0.5)
    assert half == pytest.approx([1.6, 0.4])  # exp(-p / 0.5) is 1, 1/4
    assert rates_by_share(np.array([1e6, 1e6 + 1]), 1.0).sum() == pytest.approx(2), "large shares do not overflow"
    assert rates_by_share(np.array([1e6, 1e6 + 1]), 1.0) == pytest.approx(2 / (1 + np.exp([-1.0, 1.0])))


@pytest.mark.parametrize("undefined", [math.nan, math.inf])
def test_undefined_shares_give_one_update_each(undefined):
    assert rates_by_share(np.array([0.2, undefined, 0.3]), 1.0).tolist() == [1, 1, 1]
