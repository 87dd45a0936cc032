"""Jackknife interval of a statistic of samples: equal to Student's for a mean, over groups, blocks, and where there is none."""

import numpy as np
import pytest

from mmviz.core.intervals import clustered_interval, mean_interval
from mmviz.core.jackknife import MOST_BLOCKS, jackknife_interval

VALUES = np.random.default_rng(0).normal(size=(60, 2))


def test_the_interval_of_a_mean_is_student_s_and_over_groups_the_cluster_robust_one():
    found = jackknife_interval(lambda rows: VALUES[rows].mean(0), None, 60)
    np.testing.assert_allclose([found.point, found.low, found.high], mean_interval(VALUES), atol=1e-12)
    assert found.text == "95 %, jackknife, 60 samples taken as independent"
    group = np.repeat([f"g{k}" for k in range(12)], 5)
    found = jackknife_interval(lambda rows: VALUES[rows].mean(0), group, 60)
    np.testing.assert_allclose([found.point, found.low, found.high], clustered_interval(VALUES, group), atol=1e-12)
    assert found.text == "95 %, jackknife over groups, 60 samples in 12 groups"
    assert found.statistics.shape == (2, 3)


def test_more_groups_than_blocks_are_merged_and_the_interval_of_a_mean_keeps_its_width():
    values = np.random.default_rng(1).normal(size=3000)
    calls = []

    def mean(rows):
        calls.append(len(rows))
        return values[rows].mean()

    found = jackknife_interval(mean, None, 3000)
    assert len(calls) == MOST_BLOCKS + 1
    expected = mean_interval(values)
    assert (found.high - found.low) == pytest.approx(expected[2] - expected[1], rel=0.15)


def test_there_is_no_interval_over_one_group_one_sample_or_equal_values():
    for group, count, why in ((["a"] * 4, 4, "one group"), (None, 1, "one sample")):
        found = jackknife_interval(lambda rows: VALUES[rows, 0].mean(), group, count)
        assert np.isnan([found.low, found.high]).all()
        assert found.text.startswith("no interval")
        assert why in found.text
    found = jackknife_interval(lambda rows: 0.1 * np.ones(1) + 1e-17 * len(rows), None, 9)
    assert np.isnan(found.low).all()
    assert "equal without any of the samples" in found.text
