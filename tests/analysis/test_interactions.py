"""Interactions: the axioms to rounding error, known games, the definitions read aloud."""

from itertools import combinations
from math import factorial

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from scipy import stats

from mmviz.analysis import interaction_index, interactions, moebius, shapley, shapley_values
from mmviz.core.errors import ConfigError, DataError


@pytest.fixture(params=range(1, 7))
def game(request):
    return np.random.default_rng(request.param).normal(size=2**request.param)


def players_of(game):
    return len(game).bit_length() - 1


def subsets_of(players):
    return [s for size in range(len(players) + 1) for s in combinations(players, size)]


def index(members):
    return sum(1 << i for i in members)


def index_by_definition(game, chosen):
    players, s, total = players_of(game), len(chosen), 0.0
    for t in subsets_of([i for i in range(players) if i not in chosen]):
        weight = factorial(len(t)) * factorial(players - len(t) - s) / factorial(players - s + 1)
        total += weight * sum((-1) ** (s - len(part)) * game[index(t + part)] for part in subsets_of(chosen))
    return total


def test_moebius_coefficients_are_their_definition(game):
    expected = [
        sum((-1) ** (k.bit_count() - t.bit_count()) * game[t] for t in range(len(game)) if t & k == t)
        for k in range(len(game))
    ]
    np.testing.assert_allclose(moebius(game), expected, atol=1e-12)


def test_the_index_is_its_definition_at_every_order(game):
    for order in range(1, players_of(game) + 1):
        expected = [index_by_definition(game, s) for s in combinations(range(players_of(game)), order)]
        np.testing.assert_allclose(interaction_index(game, order=order), expected, atol=1e-12)


def test_moebius_coefficients_sum_to_the_full_answer_and_to_that_of_every_coalition(game):
    m = moebius(game)
    assert abs(m.sum() - game[-1]) <= 1e-12
    for k in range(len(game)):
        assert abs(sum(m[t] for t in range(len(game)) if t & k == t) - game[k]) <= 1e-12


def test_order_one_is_the_shapley_value_and_the_highest_is_the_last_moebius_coefficient(game):
    np.testing.assert_allclose(interaction_index(game, order=1), shapley_values(game), atol=1e-12)
    np.testing.assert_allclose(interaction_index(game, order=players_of(game)), moebius(game)[-1:], atol=1e-12)


def test_a_player_that_adds_nothing_interacts_with_nobody_exactly(game):
    for i in range(players_of(game)):
        dummy = game[np.arange(len(game)) & ~(1 << i)]
        for order in range(1, players_of(game) + 1):
            values = interaction_index(dummy, order=order)
            assert all(
                v == 0 for s, v in zip(combinations(range(players_of(game)), order), values, strict=True) if i in s
            )


def test_renaming_the_players_renames_the_pairs():
    game, order = np.random.default_rng(9).normal(size=16), [2, 0, 3, 1]
    renamed = np.array([game[index([order[i] for i in range(4) if k >> i & 1])] for k in range(16)])
    pairs = list(combinations(range(4), 2))
    there = dict(zip(pairs, interaction_index(game), strict=True))
    expected = [there[tuple(sorted((order[i], order[j])))] for i, j in pairs]
    np.testing.assert_allclose(interaction_index(renamed), expected, atol=1e-12)


@settings(max_examples=30, deadline=None)
@given(arrays(np.float64, (2, 16), elements=st.floats(-10, 10)), st.floats(-3, 3))
def test_indices_are_linear_in_the_game(games, factor):
    one, other = games
    for function in (moebius, interaction_index):
        np.testing.assert_allclose(function(one + factor * other), function(one) + factor * function(other), atol=1e-10)


def test_xor_is_synergy_a_duplicate_is_redundancy_a_sum_is_neither():
    assert interaction_index([0, 0, 0, 1]).tolist() == [1]
    assert interaction_index([0, 1, 1, 1]).tolist() == [-1]
    assert interaction_index([0, 2, 3, 5]).tolist() == [0]


def test_nan_and_infinity_stay_with_their_own_game():
    games = np.ones((3, 8))
    games[1, 3], games[2, 0] = np.nan, np.inf
    values = interaction_index(games)
    assert values[0].tolist() == [0, 0, 0]
    assert np.isnan(values[1:]).all()
    assert np.isfinite(moebius(games)[1]).tolist() == [True, True, True, False, True, True, True, False]


def test_the_games_given_are_left_as_they_were():
    game = np.arange(8.0)
    moebius(game)
    assert game.tolist() == list(range(8))


@pytest.mark.parametrize("size", [0, 3, 2**13])
def test_a_number_of_coalitions_that_is_no_power_of_two_or_too_large_is_refused(size):
    with pytest.raises(ConfigError, match=r"2\^M"):
        interaction_index(np.zeros(size))


@pytest.mark.parametrize(("size", "order"), [(2, 2), (8, 0), (8, 4), (8, 2.0), (8, True)])
def test_an_order_that_the_players_do_not_have_is_refused(size, order):
    with pytest.raises(ConfigError, match="order"):
        interaction_index(np.zeros(size), order=order)


def test_interactions_of_a_trace_agree_with_its_contributions(trace):
    found, phi = interactions(trace), shapley(trace)
    assert abs(found["moebius"].sum("coalition") - phi["full"]).max() <= 1e-12
    size = found["coalition_members"].sum("modality")
    rebuilt = (found["moebius"] * found["coalition_members"] / size.where(size > 0)).sum("coalition")
    np.testing.assert_allclose(rebuilt.transpose("sample", "modality"), phi["phi"], atol=1e-12)
    assert found.attrs["units"] == phi.attrs["units"]
    assert found["subset"].size == 3


def test_the_interval_leaves_out_and_counts_a_broken_sample(trace):
    whole = interactions(trace)
    broken = trace.copy(deep=True)
    broken["coalitions"]["prediction"].values[0, 1] = np.nan
    found = interactions(broken)
    values = whole["interaction"].values[1:]
    assert found.attrs["n_samples"] == len(values)
    np.testing.assert_allclose(found["interaction_mean"], values.mean(0), atol=1e-14)
    reach = stats.t.ppf(0.975, len(values) - 1) * values.std(0, ddof=1) / np.sqrt(len(values))
    np.testing.assert_allclose(found["interaction_high"] - found["interaction_low"], 2 * reach, rtol=1e-9)


def test_a_trace_without_coalitions_is_refused_with_the_remedy(trace):
    poor = trace.copy()
    del poor["coalitions"]
    with pytest.raises(DataError, match="coalitions=True"):
        interactions(poor)
