"""Shapley values: axioms to rounding error, known games, a second implementation; scores of subsets with intervals."""

from itertools import permutations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from scipy.stats import binomtest

from mmviz.analysis import (
    coalition_scores,
    game,
    prefix_shapley,
    register_value_function,
    shapley,
    shapley_values,
    value_functions,
)
from mmviz.core.errors import ConfigError, DataError

PLAYERS = st.integers(1, 6)


@st.composite
def games(draw, players=PLAYERS):
    count = 2 ** draw(players)
    return draw(arrays(np.float64, count, elements=st.floats(-1e3, 1e3)))


def players_of(game):
    return len(game).bit_length() - 1


def scale_of(game):
    return max(1, np.abs(game).max())


def by_permutations(game):
    players = players_of(game)
    total, orders = np.zeros(players), list(permutations(range(players)))
    for order in orders:
        coalition = 0
        for player in order:
            total[player] += game[coalition | 1 << player] - game[coalition]
            coalition |= 1 << player
    return total / len(orders)


@given(games())
def test_contributions_sum_to_the_full_answer_minus_the_empty_one(game):
    assert abs(shapley_values(game).sum() - (game[-1] - game[0])) <= 1e-12 * scale_of(game)


@settings(max_examples=30, deadline=None)
@given(games(players=st.integers(1, 5)))
def test_the_average_over_orders_agrees(game):
    np.testing.assert_allclose(shapley_values(game), by_permutations(game), atol=1e-10)


@given(games(), st.data())
def test_a_player_without_marginal_contribution_has_value_0(game, data):
    i = data.draw(st.integers(0, players_of(game) - 1))
    k = np.arange(len(game))
    dummy = game[k & ~(1 << i)]
    assert shapley_values(dummy)[i] == 0


@given(games(), st.data())
def test_interchangeable_players_have_equal_values(game, data):
    players = players_of(game)
    i, j = data.draw(st.integers(0, players - 1)), data.draw(st.integers(0, players - 1))
    k = np.arange(len(game))
    bit_i, bit_j = k >> i & 1, k >> j & 1
    swapped = k & ~(1 << i) & ~(1 << j) | bit_i << j | bit_j << i if i != j else k
    even = (game + game[swapped]) / 2
    phi = shapley_values(even)
    assert abs(phi[i] - phi[j]) <= 1e-12 * scale_of(game)


@given(games(), st.floats(-1, 1))
def test_values_are_linear_in_the_game(game, factor):
    other = np.roll(game, 1)
    expected = shapley_values(game) + factor * shapley_values(other)
    np.testing.assert_allclose(shapley_values(game + factor * other), expected, rtol=0, atol=1e-12 * scale_of(game))


@given(arrays(np.float64, 4, elements=st.floats(-10, 10)))
def test_an_additive_game_gives_its_summands(worth):
    members = np.arange(16)[:, None] >> np.arange(4) & 1
    np.testing.assert_allclose(shapley_values(members @ worth), worth, atol=1e-12)


def test_the_glove_game_is_two_thirds_one_sixth_one_sixth():
    game = [float(k in (0b011, 0b101, 0b111)) for k in range(8)]
    np.testing.assert_allclose(shapley_values(game), [2 / 3, 1 / 6, 1 / 6], atol=1e-15)


def test_nan_stays_with_its_own_game():
    games = np.ones((2, 8))
    games[1, 3] = np.nan
    phi = shapley_values(games)
    assert np.array_equal(phi[0], np.zeros(3))
    assert np.isnan(phi[1]).any()


@pytest.mark.parametrize("size", [0, 3, 6, 2**13])
def test_a_number_of_coalitions_that_is_no_power_of_two_or_too_large_is_refused(size):
    with pytest.raises(ConfigError, match=r"2\^M"):
        shapley_values(np.zeros(size))


def test_a_single_player_has_the_whole_value():
    assert shapley_values([0.25, 1.0]).tolist() == [0.75]


@pytest.mark.parametrize("value", value_functions("classification"))
def test_contributions_of_a_trace_sum_to_its_answer(trace, value):
    phi = shapley(trace, value=value)
    gap = phi["baseline"] + phi["phi"].sum("modality") - phi["full"]
    assert float(abs(gap).max()) <= 1e-12
    assert phi.attrs["value"] == value
    assert phi["phi"].dims == ("sample", "modality")


def test_the_last_prefix_has_the_contributions_of_the_whole_sequence(trace):
    whole = shapley(trace)
    early = prefix_shapley(trace).sel(epoch=trace.attrs["best_epoch"]).isel(time=-1)
    expected = whole["phi"].values[early["recorded_sample"].values]
    np.testing.assert_allclose(early["phi"].transpose("recorded_sample", "modality").values, expected, atol=1e-6)


def test_an_absent_modality_contributes_exactly_nothing(trace):
    absent = ~trace["states"]["valid"].any("time")
    assert bool(absent.any()), "the fixture must hold a sample with an absent modality"
    phi = prefix_shapley(trace)["phi"]
    assert float(abs(phi.where(absent.drop_vars("modality").assign_coords(modality=phi["modality"]))).max()) == 0


def test_a_value_function_of_another_task_is_refused(trace):
    with pytest.raises(ConfigError, match="choose one of probability"):
        shapley(trace, value="output")


def test_a_trace_without_coalitions_is_refused_with_the_remedy(trace):
    poor = trace.copy()
    del poor["coalitions"]
    with pytest.raises(DataError, match="coalitions=True"):
        shapley(poor)


def test_the_score_of_a_subset_is_its_accuracy_with_wilsons_interval(trace):
    found = coalition_scores(trace)
    right = trace["coalitions"]["prediction"].values.argmax(-1) == trace["samples"]["target"].values[:, None]
    np.testing.assert_allclose(found["score"], right.mean(0), rtol=1e-14)
    for k in range(right.shape[1]):
        expected = binomtest(int(right[:, k].sum()), len(right)).proportion_ci(method="wilson")
        np.testing.assert_allclose([found["low"][k], found["high"][k]], [expected.low, expected.high], atol=1e-9)


def test_scores_of_the_full_and_empty_subset_equal_those_of_shapley(trace):
    found, phi = coalition_scores(trace, value="probability"), shapley(trace)
    np.testing.assert_allclose(found["score"][-1], phi["full"].mean(), rtol=1e-12)
    np.testing.assert_allclose(found["score"][0], phi["baseline"].mean(), rtol=1e-12)


def test_a_sample_with_a_nan_prediction_is_left_out_and_counted(trace):
    broken = trace.copy(deep=True)
    broken["coalitions"]["prediction"].values[0, 1] = np.nan
    assert coalition_scores(broken).attrs["n_samples"] == trace["samples"].sizes["sample"] - 1


def test_coalition_scores_refuse_unknown_values_and_a_trace_without_coalitions(trace):
    with pytest.raises(ConfigError, match="output"):
        coalition_scores(trace, value="output")
    poor = trace.copy()
    del poor["coalitions"]
    with pytest.raises(DataError, match="coalitions=True"):
        coalition_scores(poor)


@pytest.fixture
def margin(monkeypatch):
    """A value function of a user: probability of the true class minus the largest other one."""
    monkeypatch.setattr(game, "_REGISTRY", {task: dict(known) for task, known in game._REGISTRY.items()})

    def compute(prediction, target):
        true = np.arange(prediction.shape[-1]) == np.asarray(target, dtype=int)[..., None]
        return np.where(true, prediction, 0).sum(-1) - np.where(true, -np.inf, prediction).max(-1)

    register_value_function(
        "margin", compute, task="classification", meaning="margin of the true class", needs_labels=True
    )
    return compute


@pytest.mark.usefixtures("margin")
def test_a_registered_value_function_is_taken_by_every_analysis_of_subsets(trace):
    found = shapley(trace, value="margin")
    p, target = trace["coalitions"]["prediction"].values.astype(float), trace["samples"]["target"].values
    assert p.shape[-1] == 2
    v = (2 * p[..., 1] - 1) * np.where(target == 1, 1, -1)[:, None]
    np.testing.assert_allclose(found["full"], v[:, -1], atol=1e-6)
    np.testing.assert_allclose(found["baseline"] + found["phi"].sum("modality"), found["full"], atol=1e-12)
    assert found.attrs["units"] == "margin of the true class"
    for analysis in (prefix_shapley, coalition_scores):
        assert analysis(trace, value="margin").attrs["value"] == "margin"


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"task": "clasification"}, "did you mean 'classification'"),
        ({"name": "accuracy"}, "'accuracy' is empty or taken"),
        ({"compute": 3}, "compute is a int"),
    ],
)
def test_a_value_function_with_an_unknown_task_a_taken_name_or_no_callable_is_refused(options, message):
    given = {"name": "mine", "compute": max, "task": "classification", "meaning": "mine"} | options
    with pytest.raises(ConfigError, match=message):
        register_value_function(given.pop("name"), given.pop("compute"), **given)
