"""Samples that are recorded by default: those with the largest errors, and some evenly spaced over the targets."""

import dataclasses

import numpy as np
import pytest

import mmviz as mm
from mmviz.analysis.recorded_selection import recorded_text


@pytest.fixture(scope="module")
def by_default(toy, toy_run):
    return mm.record(toy_run, toy["test"])


@pytest.fixture(scope="module")
def trained_regression(regression):
    ds = regression
    model = mm.models.build("concat", ds.spec, width=8, seed=0)
    return ds, mm.train.fit(model, ds, epochs=1, seed=0, progress=False)


def losses(run, split):
    p = run.predict(split)
    return -np.log(p[np.arange(len(split)), split.target]), p.argmax(1) != split.target


def spread_over(target, count):
    order = np.argsort(target, kind="stable")
    return order[np.linspace(0, len(target) - 1, count).round().astype(int)]


def test_record_chooses_three_samples_by_error_and_three_evenly_spaced_in_the_order_of_the_target(
    toy, toy_run, by_default
):
    split = toy["test"]
    rows = by_default["states"]["recorded_sample"].values
    chosen = by_default.attrs["recorded_samples"]
    spread = spread_over(split.target, 3)
    assert len(rows) == 6
    assert set(rows) == set(spread) | set(chosen["by_error"])
    assert len(set(chosen["by_error"]) - set(spread)) == 3
    loss, wrong = losses(toy_run, split)
    candidates = [row for row in range(len(split)) if row not in spread]
    assert wrong[chosen["by_error"]].sum() == min(3, wrong[candidates].sum())
    # each class gives its sample with the largest loss before any gives a second
    for name in {split.target[row] for row in chosen["by_error"]}:
        of_class = [row for row in candidates if split.target[row] == name and (wrong[row] or not wrong.any())]
        best = max(of_class, key=lambda row: loss[row], default=None)
        assert best is None or best in chosen["by_error"]


def test_the_largest_loss_among_the_misclassified_samples_is_always_recorded(toy, toy_run, by_default):
    loss, wrong = losses(toy_run, toy["test"])
    if not wrong.any():
        pytest.skip("the training misclassifies no sample")
    assert np.flatnonzero(wrong)[loss[wrong].argmax()] in by_default["states"]["recorded_sample"].values


def test_recording_twice_chooses_the_same_samples_also_in_chunks(toy, toy_run, by_default, tmp_path):
    lazy = mm.record(toy_run, toy["test"], path=tmp_path / "t.nc", chunk=4, progress=False)
    np.testing.assert_array_equal(lazy["states"]["recorded_sample"], by_default["states"]["recorded_sample"])
    assert lazy.attrs["recorded_samples"] == by_default.attrs["recorded_samples"]
    lazy.close()


def test_a_regression_records_the_largest_absolute_errors_by_default(trained_regression):
    ds, run = trained_regression
    split = ds["test"]
    trace = mm.record(run, split, influence=False, attribution=None)
    error = np.abs(run.predict(split) - split.target)
    error[spread_over(split.target, 3)] = -1
    assert set(trace.attrs["recorded_samples"]["by_error"]) == set(np.argsort(-error)[:3])
    assert "absolute error" in trace.attrs["recorded_samples"]["rule"]


def test_without_labels_or_without_coalitions_all_samples_are_evenly_spaced(trained_regression):
    ds, run = trained_regression
    unlabelled = dataclasses.replace(ds["test"], target=None)
    for split, more in ((unlabelled, {}), (ds["test"], {"coalitions": False})):
        trace = mm.record(run, split, influence=False, attribution=None, **more)
        given = mm.record(run, split, recorded_samples=6, influence=False, attribution=None, coalitions=False)
        np.testing.assert_array_equal(trace["states"]["recorded_sample"], given["states"]["recorded_sample"])
        assert trace.attrs["recorded_samples"]["by_error"] == []


def test_a_number_of_samples_or_their_positions_are_recorded_as_given(toy, toy_run):
    counted = mm.record(toy_run, toy["test"], recorded_samples=4, coalitions=False)
    assert set(counted["states"]["recorded_sample"].values) == set(spread_over(toy["test"].target, 4))
    given = mm.record(toy_run, toy["test"], recorded_samples=[5, 1], coalitions=False)
    assert given["states"]["recorded_sample"].values.tolist() == [5, 1]
    assert recorded_text(given) == "2 recorded samples (given by position; not a random sample)"
    assert recorded_text(counted) == (
        "4 recorded samples (evenly spaced in the order of the target; not a random sample)"
    )


def test_a_sample_whose_prediction_is_not_finite_is_not_chosen_by_error(toy, toy_run):
    split = toy["test"]
    inputs = {name: np.array(x) for name, x in split.inputs.items()}
    broken = int(np.argsort(split.target, kind="stable")[1])
    inputs[toy.spec.names[0]][broken] = np.nan
    trace = mm.record(
        toy_run,
        dataclasses.replace(split, inputs=inputs),
        influence=False,
        attribution=None,
        epochs=[toy_run.best_epoch],
    )
    assert broken not in trace.attrs["recorded_samples"]["by_error"]
    assert len(trace.attrs["recorded_samples"]["by_error"]) == 3


def test_means_over_recorded_samples_state_how_these_were_chosen(by_default):
    text = "6 recorded samples (3 chosen for a large error, 3 evenly spaced by target; not a random sample)"
    assert recorded_text(by_default) == text
    analysis, plots = mm.analysis, mm.plots
    assert analysis.states(by_default).attrs["recorded"] == text
    assert analysis.imbalance(by_default, per_epoch=True).attrs["recorded"] == text
    drawn = [
        plots.states.half_life_spec(plots.half_life_frame(analysis.states(by_default))),
        plots.shapley.shapley_epochs_spec(plots.shapley_epochs_frame(analysis.prefix_shapley(by_default))),
    ]
    if "faithfulness" in by_default.children:
        drawn.append(plots.faithfulness.faithfulness_spec(plots.faithfulness_frame(analysis.faithfulness(by_default))))
    for spec in drawn:
        assert any(text in line for line in spec.subtitle), spec.subtitle
    frame = plots.explorer_frame(by_default)
    assert text in frame.attrs["notes"]
    if "faithfulness" in by_default.children:
        assert text in frame.attrs["faithfulness"]


def test_a_trace_without_the_rule_states_the_number_of_recorded_samples_alone(by_default):
    older = by_default.copy()
    older.attrs = {key: value for key, value in by_default.attrs.items() if key != "recorded_samples"}
    assert recorded_text(older) == "6 recorded samples"


def test_the_size_estimate_of_the_default_counts_six_samples(toy, toy_run):
    six = mm.recording.estimate(toy_run, toy["test"], recorded_samples=6)
    assert mm.recording.estimate(toy_run, toy["test"]) == six
