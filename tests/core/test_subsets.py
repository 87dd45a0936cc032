"""Subsets: the membership matrix, its inverse, labels, and the number of players of a game."""

import numpy as np
import pytest
import scipy.stats

from mmviz.core.errors import ConfigError
from mmviz.core.intervals import mean_interval, student_t
from mmviz.core.subsets import membership, player_count, subset_label, subset_numbers


def test_row_k_of_the_membership_matrix_contains_player_i_where_bit_i_of_k_is_set():
    table = membership(3)
    assert table.dtype == bool
    assert [[i for i in range(3) if row[i]] for row in table] == [[], [0], [1], [0, 1], [2], [0, 2], [1, 2], [0, 1, 2]]
    np.testing.assert_array_equal(membership(3, [5, 2]), table[[5, 2]])
    assert membership(0).shape == (1, 0)


def test_subset_numbers_inverts_membership():
    np.testing.assert_array_equal(subset_numbers(membership(5)), np.arange(32))


def test_subset_label_joins_the_names_in_order_and_names_the_empty_set():
    assert subset_label(["a", "b", "c"], [True, False, True]) == "a + c"
    assert subset_label(["a", "b"], [True, True], between=" × ") == "a × b"
    assert subset_label(["a", "b"], [False, False], empty="none") == "none"


@pytest.mark.parametrize("size", [0, 3, 6, 8192])
def test_a_number_of_values_that_is_not_2_to_the_n_or_above_12_players_is_refused_with_the_function_named(size):
    with pytest.raises(ConfigError, match=rf"^moebius: .* {size} entries, expected 2\^M"):
        player_count("moebius", size)
    assert player_count("moebius", 4096) == 12


def test_the_factor_of_a_student_interval_is_scipys_quantile():
    for degrees in (1, 2, 30, 1000):
        assert student_t(degrees, 0.9) == scipy.stats.t.ppf(0.95, degrees)
    values = np.random.default_rng(0).normal(size=(7, 2))
    mean, low, high = mean_interval(values)
    expected = scipy.stats.t.interval(0.95, 6, mean, scipy.stats.sem(values))
    np.testing.assert_allclose([low, high], expected, rtol=1e-12)
