"""Owen values and sampled orders: axioms to rounding error, unbiased means, intervals that cover."""

from itertools import permutations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from mmviz.analysis import owen_values, shapley_values
from mmviz.analysis.windows import values_along_orders
from mmviz.core.errors import ConfigError, DataError

BLOCKS = [[0, 1], [2], [3, 4]]
MEMBERS = (np.arange(32)[:, None] >> np.arange(5)) % 2 == 1
GAMES = arrays(np.float64, (2, 32), elements=st.floats(-1, 1))


@settings(max_examples=30, deadline=None)
@given(GAMES, st.floats(-1, 1))
def test_owen_values_are_efficient_and_linear(games, factor):
    found = owen_values(games, BLOCKS)
    assert (abs(found.sum(-1) - (games[:, -1] - games[:, 0])) <= 1e-12).all()
    mixed = owen_values(games[0] + factor * games[1], BLOCKS)
    np.testing.assert_allclose(mixed, found[0] + factor * found[1], atol=1e-12)


@settings(max_examples=30, deadline=None)
@given(GAMES)
def test_the_windows_of_a_modality_share_its_shapley_value(games):
    between = [sum(sum(1 << i for i in b) for j, b in enumerate(BLOCKS) if k >> j & 1) for k in range(8)]
    found = owen_values(games, BLOCKS)
    shared = np.stack([found[:, b].sum(-1) for b in BLOCKS], -1)
    np.testing.assert_allclose(shared, shapley_values(games[:, between]), atol=1e-12)


@settings(max_examples=20, deadline=None)
@given(GAMES, st.integers(0, 4))
def test_a_window_that_adds_nothing_gets_nothing(games, i):
    dummy = games[:, np.arange(32) & ~(1 << i)]
    assert (owen_values(dummy, BLOCKS)[:, i] == 0).all()


def test_one_block_or_blocks_of_one_are_the_shapley_value():
    game = np.random.default_rng(0).normal(size=32)
    for blocks in ([range(5)], [[i] for i in range(5)]):
        np.testing.assert_allclose(owen_values(game, blocks), shapley_values(game), atol=1e-12)


def test_only_coalitions_of_whole_blocks_and_a_part_of_one_are_needed():
    game = np.random.default_rng(0).normal(size=32)
    parts = [sum(0 < row[b].sum() < len(b) for b in BLOCKS) <= 1 for row in MEMBERS]
    some = np.flatnonzero(parts)
    assert len(some) < 32
    shuffled = np.random.default_rng(1).permutation(some)
    found = owen_values(game[shuffled], BLOCKS, MEMBERS[shuffled])
    np.testing.assert_allclose(found, owen_values(game, BLOCKS), atol=1e-12)
    with pytest.raises(ConfigError, match="does not contain every coalition"):
        owen_values(game[shuffled[1:]], BLOCKS, MEMBERS[shuffled[1:]])


@pytest.mark.parametrize("blocks", [[[0, 1], [2, 3]], [[0, 1, 2], [2, 3, 4]], []])
def test_blocks_that_are_no_partition_are_refused(blocks):
    with pytest.raises(ConfigError, match="not a partition"):
        owen_values(np.zeros(32), blocks)


def test_nan_stays_with_its_own_game():
    games = np.ones((2, 32))
    games[1, 31] = np.nan
    found = owen_values(games, BLOCKS)
    assert found[0].tolist() == [0] * 5
    assert np.isnan(found[1]).all()


def pairs_of(orders):
    return np.array([o for order in orders for o in (order, order[::-1])])


def test_all_orders_together_are_the_exact_value_and_efficient():
    game = np.random.default_rng(0).normal(size=(3, 32))
    orders = pairs_of([p for p in permutations(range(5)) if p < p[::-1]])
    assert len(orders) == 120
    found, error = values_along_orders(game, MEMBERS, orders)
    np.testing.assert_allclose(found, shapley_values(game), atol=1e-12)
    assert (error > 0).all()


def test_sampled_contributions_sum_to_the_difference_whatever_the_budget():
    game, rng = np.random.default_rng(0).normal(size=32), np.random.default_rng(1)
    found, _ = values_along_orders(game, MEMBERS, pairs_of([rng.permutation(5) for _ in range(8)]))
    assert abs(found.sum() - (game[-1] - game[0])) <= 1e-12


def test_the_standard_error_tells_how_far_the_estimate_is():
    rng = np.random.default_rng(0)
    game = rng.normal(size=32)
    truth, inside, errors = shapley_values(game), [], []
    for _ in range(200):
        found, error = values_along_orders(game, MEMBERS, pairs_of([rng.permutation(5) for _ in range(20)]))
        inside.append(abs(found - truth) <= 2.09 * error)  # Student's t with 19 degrees of freedom, 95 %
        errors.append((found - truth) / error)
    assert 0.9 <= np.mean(inside) <= 0.98
    assert abs(np.mean(errors)) <= 0.15, "the estimate leans to one side"


def test_an_additive_game_needs_no_samples():
    worth = np.arange(5.0)
    found, error = values_along_orders(MEMBERS @ worth, MEMBERS, pairs_of([range(5), [1, 0, 2, 4, 3]] * 4))
    np.testing.assert_allclose(found, worth, atol=1e-12)
    np.testing.assert_allclose(error, 0, atol=1e-12)


@pytest.mark.parametrize("pairs", [1, 2, 7])
def test_fewer_than_eight_pairs_of_orders_are_refused_as_their_interval_covers_too_rarely(pairs):
    with pytest.raises(DataError, match="expected at least 8 pairs"):
        values_along_orders(np.zeros(32), MEMBERS, pairs_of([range(5)] * pairs))


def test_a_coalition_that_was_not_recorded_is_refused():
    with pytest.raises(DataError, match="was not recorded"):
        values_along_orders(np.zeros(31), MEMBERS[1:], pairs_of([range(5), [1, 0, 2, 3, 4]] * 4))
