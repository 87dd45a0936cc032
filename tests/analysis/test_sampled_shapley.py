"""Sampled Shapley values of more than 12 modalities: exact values in closed form, stated error, coverage, efficiency; from a model too."""

import importlib.util
from math import comb
from pathlib import Path

import numpy as np
import pytest

import mmviz as mm
from mmviz import analysis
from mmviz.analysis.sampled_shapley import estimated_values
from mmviz.core.errors import ConfigError, DataError, MissingDependencyError
from mmviz.core.subsets import membership
from mmviz.data.matching import matched
from mmviz.metrics.coalition_plan import ESTIMATORS, OF_SHAPIQ, coalition_plan
from mmviz.models.batch import batch_of
from mmviz.recording.coalitions import recorded_predictions

_bar = importlib.util.spec_from_file_location(
    "sampled_shapley_bar", Path(__file__).parents[1] / "bars" / "sampled_shapley.py"
)
bar = importlib.util.module_from_spec(_bar)
_bar.loader.exec_module(bar)


@pytest.mark.parametrize("estimator", ["permutation", "kernel"])
def test_paired_estimators_are_exact_for_20_players_of_an_additive_plus_pairs_game(estimator):
    cover, _, error, gap = bar.measured("pairs", estimator, seeds=2, budget=400)
    assert cover == 1
    assert error <= 1e-10
    assert gap <= 1e-10


@pytest.mark.parametrize(("kind", "estimator"), [("triples", "permutation"), ("odd", "kernel"), ("pairs", "unbiased_kernel"), ("pairs", "svarm")])  # fmt: skip
def test_the_interval_of_20_sampled_players_covers_the_exact_value_at_its_level(kind, estimator):
    seeds = 60
    cover, score, error, gap = bar.measured(kind, estimator, seeds, budget=700)
    assert 0.92 <= cover <= 0.97, cover  # 1200 intervals, correlated within a seed
    assert error > 1e-3
    assert score < 8
    assert gap <= 1e-9


@pytest.mark.parametrize("estimator", OF_SHAPIQ)
def test_estimators_of_shapiq_are_within_their_stated_error_of_the_exact_value(estimator):
    pytest.importorskip("shapiq", reason="shapiq is not installed: pip install -e '.[dev]'")
    cover, _, error, gap = bar.measured("pairs", estimator, seeds=4, budget=900, players=14)
    assert cover >= 0.85
    assert error < 3
    assert gap <= 1e-9


def test_plans_stay_within_the_budget_and_repeat_with_the_seed():
    for estimator in ESTIMATORS:
        plan, again, other = (coalition_plan(20, 500, estimator, seed) for seed in (1, 1, 2))
        assert len(plan.members) <= 500
        assert len(np.unique(plan.members, axis=0)) == len(plan.members)
        np.testing.assert_array_equal(plan.members, again.members)
        assert not np.array_equal(plan.members, other.members)


def test_all_coalitions_are_used_where_the_budget_allows_and_the_values_are_exact():
    game = np.random.default_rng(0).normal(size=(3, 32))
    plan = coalition_plan(5, 32, "kernel", 0)
    found = estimated_values(game, plan)
    np.testing.assert_allclose(found.phi, analysis.shapley_values(game), atol=1e-12)
    assert (found.error == 0).all()


@pytest.mark.parametrize("estimator", ESTIMATORS)
def test_the_stated_error_falls_with_the_root_of_the_budget(estimator):
    sets, coefficients = bar.terms_of("odd")
    errors = []
    for budget in (400, 6400):
        plan = coalition_plan(20, budget, estimator, 0)
        v = bar.values(plan.members, sets, coefficients)
        errors.append(estimated_values(v[None], plan).error.mean())
    assert 2.5 < errors[0] / errors[1] < 6.5


def test_wrong_estimators_and_budgets_are_refused_with_the_least_budget():
    with pytest.raises(ConfigError, match=r"estimator='kernell' \(did you mean 'kernel'"):
        coalition_plan(20, 500, "kernell", 0)
    for estimator in (*ESTIMATORS, *OF_SHAPIQ):
        with pytest.raises(ConfigError, match=r"budget=40 is too small for 20 modalities.*give at least (\d+)"):
            coalition_plan(20, 40, estimator, 0)
    for budget in (0, -1, 1.5, True, "many"):
        with pytest.raises(ConfigError, match="budget"):
            coalition_plan(20, budget, "permutation", 0)


def test_a_missing_shapiq_is_named_with_its_extra(monkeypatch):
    import sys

    monkeypatch.setitem(sys.modules, "shapiq", None)
    monkeypatch.setitem(sys.modules, "shapiq.approximator", None)
    with pytest.raises(MissingDependencyError, match=r"mmviz\[explain\]"):
        coalition_plan(20, 4000, "KernelSHAP", 0)


@pytest.fixture(scope="module")
def many():
    """A run on 14 modalities of two steps each, and its data."""
    rng = np.random.default_rng(0)
    target = rng.integers(0, 2, 60)
    rows = {"train": slice(0, 40), "valid": slice(40, 50), "test": slice(50, 60)}
    inputs = {f"m{i}": rng.normal(size=(60, 2, 2)) + (i < 3) * target[:, None, None] for i in range(14)}
    ds = mm.data.from_arrays(
        {split: {name: x[s] for name, x in inputs.items()} for split, s in rows.items()},
        {split: target[s] for split, s in rows.items()},
        classes=["no", "yes"],
    )
    return ds, mm.train.fit(mm.models.build("late", ds.spec, width=8, layers=1, state=4), ds, epochs=2, progress=False)


def test_sampled_values_of_a_model_with_14_modalities_agree_with_all_16384_coalitions(many):
    ds, run = many
    split = ds["test"].take([0, 1, 2])
    everything = mm.recording.record_sampled_coalitions(run, split, budget=600, estimator="kernel")
    found = analysis.sampled_shapley(everything, value="log_likelihood")
    np.testing.assert_allclose(found["phi"].sum("modality") + found["baseline"], found["full"], atol=1e-9)
    members = membership(14)
    batch = batch_of(split, [0, 1, 2], matched(run.model.spec, split, "test"))
    p = recorded_predictions(run.model, batch, members).astype(np.float64)
    game = np.log(p[np.arange(3), :, split.target])
    size = members.sum(1)
    weight = np.array([1 / (14 * comb(13, s)) for s in range(14)])
    truth = np.stack(
        [
            (
                (game[:, np.flatnonzero(~members[:, i]) | (1 << i)] - game[:, ~members[:, i]])
                * weight[size[~members[:, i]]]
            ).sum(1)
            for i in range(14)
        ],
        1,
    )
    inside = (found["low"].values <= truth) & (truth <= found["high"].values)
    assert inside.mean() >= 0.85
    assert np.abs(found["phi"].values - truth).max() < 8 * found["standard_error"].values.max()


def test_more_than_12_modalities_are_recorded_without_subsets_and_the_note_says_how_to_estimate(many):
    ds, run = many
    trace = mm.record(run, ds["test"], recorded_samples=2)
    assert "coalitions" not in trace.children
    assert any("record_sampled_coalitions" in note for note in trace.attrs["notes"])
    with pytest.raises(ConfigError, match="record_sampled_coalitions"):
        mm.record(run, ds["test"], coalitions=True)
    with pytest.raises(DataError, match=r"it has 14, and the Explorer needs all subsets.*record_sampled_coalitions"):
        mm.widgets.Explorer(trace)


def test_sampled_values_are_drawn_with_their_error_and_leave_to_shap_and_shapiq(many):
    ds, run = many
    sampled = mm.recording.record_sampled_coalitions(run, ds["test"], budget=600, estimator="svarm")
    phi = analysis.sampled_shapley(sampled)
    frame = mm.plots.plot_shapley(phi)
    assert any("svarm, " in text for text in [frame.layout.title.text, frame.layout.title.subtitle.text])
    drawn = mm.plots.shapley.shapley_frame(phi)
    without = mm.plots.shapley.shapley_frame(phi.drop_vars("standard_error"))
    reach = ((phi["high"] - phi["low"]) / 2).mean("sample")
    half = (drawn["high"] - drawn["low"]) / 2
    np.testing.assert_allclose(half, np.hypot((without["high"] - without["low"]) / 2, reach), rtol=1e-9)
    shap = pytest.importorskip("shap")
    explanation = phi.mmviz.to_shap()
    assert isinstance(explanation, shap.Explanation)
    np.testing.assert_array_equal(explanation.error_std, phi["standard_error"].values)
    values = phi.mmviz.to_shapiq(sample=0)
    assert values.estimated
    assert values.estimation_budget == 600
    assert len(phi.mmviz.to_pandas()) == phi["phi"].size


def test_a_dataset_of_another_kind_is_refused(many):
    ds, run = many
    with pytest.raises(DataError, match="record_sampled_coalitions"):
        analysis.sampled_shapley(mm.recording.record_windows(run, ds["test"], windows=1, budget=500))
    sampled = mm.recording.record_sampled_coalitions(run, ds["test"].take([0]), budget=300)
    with pytest.raises(ConfigError, match="value="):
        analysis.sampled_shapley(sampled, value="output")
