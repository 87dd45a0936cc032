"""Recorded windows: the model's own answers, efficient exactly or sampled, true to brute force and to captum."""

import math
from itertools import permutations

import numpy as np
import pytest
import torch
import xarray as xr

import mmviz as mm
from mmviz.core.errors import ConfigError, DataError
from mmviz.models import batch_of


@pytest.fixture(scope="module")
def windows(toy, toy_run):
    return mm.recording.record_windows(toy_run, toy["test"], recorded_samples=[0, 3, 5], windows=2)


@pytest.fixture(scope="module")
def sampled(toy, toy_run):
    return mm.recording.record_windows(toy_run, toy["test"], recorded_samples=[0, 3], windows=3, budget=300)


def test_with_one_window_per_modality_the_players_are_the_modalities(toy, toy_run, trace):
    one = mm.recording.record_windows(toy_run, toy["test"], recorded_samples=[0, 5, 7], windows=1)
    whole = mm.analysis.shapley(trace)["phi"].values[[0, 5, 7]]
    for index in ("shapley", "owen"):
        found = mm.analysis.window_shapley(one, index=index)
        np.testing.assert_allclose(found["phi"].values[..., 0], whole, atol=1e-6)


def test_the_owen_values_of_a_modality_sum_to_its_shapley_value_among_modalities(toy, toy_run, windows):
    one = mm.recording.record_windows(toy_run, toy["test"], recorded_samples=[0, 3, 5], windows=1)
    expected = mm.analysis.window_shapley(one)["phi"].values[..., 0]
    found = mm.analysis.window_shapley(windows, index="owen")["phi"].sum("window")
    np.testing.assert_allclose(found, expected, atol=1e-6)


@pytest.mark.parametrize("index", ["shapley", "owen"])
@pytest.mark.parametrize("value", mm.analysis.value_functions("classification"))
@pytest.mark.parametrize("which", ["windows", "sampled"])
def test_window_values_sum_to_the_prediction_difference_exact_or_sampled(request, which, index, value):
    found = mm.analysis.window_shapley(request.getfixturevalue(which), index=index, value=value)
    gap = found["baseline"] + found["phi"].sum(("modality", "window")) - found["full"]
    assert float(abs(gap).max()) <= 1e-12
    assert found.attrs["value"] == value


def game_of(toy, run, sample):
    """Return the model's answer to a sample as heard by a set of windows, each asked about once, frames masked in the batch."""
    answers = {}

    def answer(heard):
        if heard not in answers:
            part = batch_of(toy["test"], [sample])
            for i in set(range(6)) - heard:
                part.valid[toy.spec.names[i // 2]][:, 12 * (i % 2) : 12 * (i % 2) + 12] = False
            with torch.no_grad():
                answers[heard] = float(run.model(part).softmax(-1)[0, int(part.required_target[0])])
        return answers[heard]

    return answer


def test_exact_contributions_are_the_average_over_all_orders(toy, toy_run, windows):
    answer, total = game_of(toy, toy_run, 3), np.zeros(6)
    for order in permutations(range(6)):
        for k, i in enumerate(order):
            total[i] += answer(frozenset(order[: k + 1])) - answer(frozenset(order[:k]))
    found = mm.analysis.window_shapley(windows)["phi"].sel(recorded_sample=3).values.reshape(-1)
    np.testing.assert_allclose(found, total / math.factorial(6), atol=1e-6)


def test_sampled_contributions_lie_within_reach_of_the_exact_ones(toy, toy_run, sampled):
    exact = mm.recording.record_windows(toy_run, toy["test"], recorded_samples=[0, 3], windows=3)
    truth, found = (mm.analysis.window_shapley(w) for w in (exact, sampled))
    assert truth.attrs["exact"] is True
    assert found.attrs["exact"] is False
    assert (truth["error"] == 0).all()
    assert (found["error"] > 0).all()
    assert float(abs(found["phi"] - truth["phi"]).max()) <= 8 * float(found["error"].max())
    inside = (found["low"] <= truth["phi"]) & (truth["phi"] <= found["high"])
    assert float(inside.mean()) >= 0.7


def test_a_larger_budget_reduces_the_error(toy, toy_run):
    errors = [
        float(
            mm.analysis.window_shapley(
                mm.recording.record_windows(toy_run, toy["test"], recorded_samples=[0, 3], windows=5, budget=budget)
            )["error"].mean()
        )
        for budget in (500, 5000)
    ]
    assert errors[1] < 0.6 * errors[0]


def test_the_owen_value_is_exact_where_it_is_affordable_though_the_shapley_value_is_not(toy, toy_run, sampled):
    exact = mm.recording.record_windows(toy_run, toy["test"], recorded_samples=[0, 3], windows=3)
    truth, found = (mm.analysis.window_shapley(w, index="owen") for w in (exact, sampled))
    assert found.attrs["exact"] is True
    np.testing.assert_allclose(found["phi"], truth["phi"], atol=1e-6)
    many = mm.recording.record_windows(toy_run, toy["test"], recorded_samples=[0], windows=8, budget=800)
    assert mm.analysis.window_shapley(many, index="owen").attrs["exact"] is False


@pytest.mark.parametrize(("windows", "budget"), [(3, 300), (3, 400), (3, 1000), (6, 600), (6, 1000)])
def test_the_budget_is_not_exceeded(toy, toy_run, windows, budget):
    found = mm.recording.record_windows(toy_run, toy["test"], recorded_samples=1, windows=windows, budget=budget)
    assert 0.4 * min(budget, 2 ** (3 * windows)) <= found.sizes["coalition"] <= budget


def test_the_same_seed_draws_the_same_orders(toy, toy_run, sampled):
    again = mm.recording.record_windows(toy_run, toy["test"], recorded_samples=[0, 3], windows=3, budget=300)
    other = mm.recording.record_windows(toy_run, toy["test"], recorded_samples=[0, 3], windows=3, budget=300, seed=1)
    assert again.identical(sampled)
    assert not np.array_equal(other["shapley_order"], sampled["shapley_order"])


def test_windows_without_data_contribute_exactly_nothing(ragged, ragged_run):
    recorded = mm.recording.record_windows(ragged_run, ragged["test"], recorded_samples=[0, 1, 4], windows=3)
    found = mm.analysis.window_shapley(recorded)
    assert not found["present"].sel(recorded_sample=0, modality="sound").any(), (
        "the fixture's sample 30 lacks its sound"
    )
    for index in ("shapley", "owen"):
        phi = mm.analysis.window_shapley(recorded, index=index)["phi"]
        assert float(abs(phi.where(~found["present"])).max()) == 0


def test_exact_windows_are_captums_shapley_values(toy, toy_run, windows):
    attr = pytest.importorskip("captum.attr", reason="captum is not installed: pip install -e '.[explain]'")
    answer = game_of(toy, toy_run, 5)
    explain = attr.ShapleyValues(
        lambda rows: torch.tensor([answer(frozenset(row.nonzero()[:, 0].tolist())) for row in rows])
    )
    found = explain.attribute(torch.ones(1, 6), perturbations_per_eval=6)
    exact = mm.analysis.window_shapley(windows)["phi"].sel(recorded_sample=5)
    np.testing.assert_allclose(exact.values.reshape(1, -1), found.numpy(), atol=1e-5)


def test_windows_of_a_regression_are_recorded(regression):
    model = mm.models.build("gated", regression.spec, width=8)
    run = mm.train.fit(model, regression, epochs=1, progress=False)
    recorded = mm.recording.record_windows(run, regression["test"], recorded_samples=2, windows=2)
    found = mm.analysis.window_shapley(recorded)
    np.testing.assert_allclose(
        found["full"], run.predict(regression["test"])[recorded["recorded_sample"].values], atol=1e-5
    )


def test_windows_survive_saving_beside_the_trace(trace, windows, tmp_path):
    trace["windows"] = xr.DataTree(windows)
    again = mm.trace.load(mm.trace.save(trace, tmp_path / "trace.nc"))
    assert again["windows"].to_dataset().identical(windows)


def test_more_than_twelve_windows_need_a_budget(toy, toy_run):
    with pytest.raises(ConfigError, match=r"24 windows mean 2\^24 coalitions.*budget="):
        mm.recording.record_windows(toy_run, toy["test"], windows=8)


@pytest.mark.parametrize("budget", [1, 100, 500])
def test_a_budget_below_eight_pairs_of_orders_is_refused_with_the_smallest_valid_one(toy, toy_run, budget):
    with pytest.raises(ConfigError, match="give at least") as caught:
        mm.recording.record_windows(toy_run, toy["test"], windows=8, budget=budget)
    enough = int(str(caught.value).rsplit(" ", 1)[1])
    recorded = mm.recording.record_windows(toy_run, toy["test"], recorded_samples=1, windows=8, budget=enough)
    assert recorded.sizes["coalition"] <= enough
    for index in ("shapley", "owen"):
        assert mm.analysis.window_shapley(recorded, index=index).attrs["pairs"] >= 8


@pytest.mark.parametrize("budget", [0, -1, 2.5, True])
def test_a_budget_that_is_not_an_integer_is_refused(toy, toy_run, budget):
    with pytest.raises(ConfigError, match="budget="):
        mm.recording.record_windows(toy_run, toy["test"], budget=budget)


def test_an_unknown_index_and_another_data_set_are_refused(windows):
    with pytest.raises(ConfigError, match="use one of 'shapley', 'owen'"):
        mm.analysis.window_shapley(windows, index="banzhaf")
    with pytest.raises(DataError, match="prediction is missing"):
        mm.analysis.window_shapley(windows.drop_vars("prediction"))
