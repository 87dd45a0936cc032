"""Measures of trained models through the Trace: identities, groups, three modalities, bad input, files, several runs."""

import warnings

import numpy as np
import pytest
import xarray as xr
from bit_tasks import A, B, Table, run_and_split, smooth

import mmviz as mm
from mmviz import analysis
from mmviz.analysis.perceptual_score import sample_influence
from mmviz.core.errors import ConfigError, DataError
from mmviz.core.intervals import clustered_interval
from mmviz.recording.permutations import derangements


@pytest.fixture(scope="module")
def measured(toy, toy_run, recorded):
    """The Trace of the toy's test split with its recordings for measures."""
    split = toy["test"]
    trace = mm.record(toy_run, split, recorded_samples=2)
    found = {
        "product_grid": mm.recording.record_product_grid(toy_run, split, samples=8),
        "permutations": mm.recording.record_permutations(toy_run, split, draws=3),
    }
    return mm.trace.with_measures(trace, found)


def test_the_product_grid_of_three_modalities_holds_the_model_s_logits_on_its_diagonal(toy, toy_run, measured):
    group = measured["product_grid"].to_dataset()
    rows = group["measured_sample"].values
    assert group.attrs["fusion_passes"] == len(rows) ** 3 == group.sizes["cell"]
    found = analysis.emap(measured)["output_of_model"].values
    predicted = toy_run.predict(toy["test"].take(rows.tolist()))
    np.testing.assert_allclose(np.exp(found) / np.exp(found).sum(1, keepdims=True), predicted, atol=1e-5)


def test_the_grid_of_a_late_fusion_which_pools_once_equals_its_predictions_of_recombined_samples(toy):
    run = mm.train.fit(mm.models.build("late", toy.spec, width=8), toy, epochs=1, progress=False)
    split = toy["test"].take([0, 3, 5])
    grid = mm.recording.record_product_grid(run, split)["logit"].values.reshape(3, 3, 3, -1)
    assert run.model.independent_streams
    names = toy.spec.names
    mixed = {names[0]: 2, names[1]: 0, names[2]: 1}
    inputs = {name: split.inputs[name][[i]] for name, i in mixed.items()}
    valid = {name: split.valid[name][[i]] for name, i in mixed.items()}
    one = type(split)(split.name, inputs, valid, split.target[:1], split.ids[:1], split.group[:1])
    probability = np.exp(grid[2, 0, 1]) / np.exp(grid[2, 0, 1]).sum()
    np.testing.assert_allclose(probability, run.predict(one)[0], atol=1e-5)


def test_derangements_have_no_fixed_point_and_each_is_equally_likely():
    found = derangements(4, 9000, seed=1)
    assert (found != np.arange(4)).all()
    _, counts = np.unique(found, axis=0, return_counts=True)
    assert len(counts) == 9
    assert abs(counts - 1000).max() < 120
    shifts = derangements(5, None)
    assert len(shifts) == 4
    assert (np.sort(shifts, 0) == np.stack([np.delete(np.arange(5), k) for k in range(5)], 1)).all()
    with pytest.raises(DataError, match="at least two"):
        derangements(1, 3)


def test_the_sample_scores_average_to_the_perceptual_score_and_equal_the_predictions_of_permuted_data(
    toy, toy_run, measured
):
    found = analysis.perceptual_score(measured)
    np.testing.assert_allclose(found["sample_score"].mean("measured_sample"), found["score"].sel(statistic="mean"))
    group = measured["permutations"].to_dataset()
    split, name = toy["test"], toy.spec.names[1]
    order = group["partner"].values[2]
    moved = type(split)(
        split.name,
        {**split.inputs, name: split.inputs[name][order]},
        {**split.valid, name: split.valid[name][order]},
        split.target,
        split.ids,
        split.group,
    )
    np.testing.assert_allclose(group["prediction"].sel(modality=name).values[2], toy_run.predict(moved), atol=1e-5)


def test_all_shifts_agree_with_the_off_diagonal_of_the_grid(toy):
    run, split = run_and_split(np.tile(A, 2), np.tile(B, 2), np.tile(A & B, 2), smooth(2, lambda a, b: a & b))
    trace = mm.trace.with_measures(
        mm.record(run, split, recorded_samples=2, attribution=None),
        {
            "product_grid": mm.recording.record_product_grid(run, split),
            "permutations": mm.recording.record_permutations(run, split, draws=None),
        },
    )
    grid = np.exp(trace["product_grid"]["logit"].values.reshape(32, 32, 2))
    target = trace["samples"]["target"].values
    right = np.take_along_axis(grid / grid.sum(-1, keepdims=True), target[None, :, None], 2)[..., 0]
    off = (right.sum(0) - right.diagonal()) / 31  # first modality of every other sample, second one of sample j
    found = analysis.perceptual_score(trace, value="probability")
    assert found["score"].sel(modality="a", statistic="mean").item() == pytest.approx(
        (right.diagonal() - off).mean(), abs=1e-6
    )


def test_the_interval_of_a_perceptual_score_covers_the_population_and_that_of_the_own_part_alone_is_too_short():
    rng = np.random.default_rng(0)
    table, truth = smooth(2, lambda a, b: a ^ b), _truth()
    both = own = 0
    for _ in range(400):
        a, b = (rng.random((2, 60)) < 0.3).astype(int)
        y = np.where(rng.random(60) < 0.85, a ^ b, 1 - (a ^ b))
        partner = derangements(60, 40, int(rng.integers(1 << 30)))
        full = (table[a, b].argmax(-1) == y).astype(float)
        fall = full - (table[a[partner], b].argmax(-1) == y).astype(float)[None]
        mean, low, high = clustered_interval(sample_influence(fall, full, partner)[0], None)
        both += low - mean <= truth - fall.mean() <= high - mean
        _, low, high = clustered_interval(fall.mean(1)[0], None)
        own += low <= truth <= high
    assert both / 400 >= 0.92
    assert own < both - 0.03 * 400


def _truth():
    """Score of permuting the first of two bits, P = 0.3 each, y = a XOR b with 15 % of errors."""
    equal = 0.3**2 + 0.7**2  # the permuted bit equals the own one
    return 0.85 - (equal * 0.85 + (1 - equal) * 0.15)


def test_intervals_are_over_groups_where_they_are_known_and_missing_with_their_reason_in_one_group():
    for groups, text in (
        (np.repeat(["x", "y", "z", "w"], [3, 6, 2, 5]), "16 samples in 4 groups"),
        (np.repeat("x", 16), "one group|1 group"),
    ):
        run, split = run_and_split(A, B, A & B, smooth(2, lambda a, b: a & b), group=groups)
        trace = mm.trace.with_measures(
            mm.record(run, split, recorded_samples=2, attribution=None),
            {
                "product_grid": mm.recording.record_product_grid(run, split),
                "permutations": mm.recording.record_permutations(run, split, draws=2),
            },
        )
        texts = [
            analysis.emap(trace)["interval"].values[1],
            analysis.perceptual_score(trace)["interval"].values[0],
            analysis.cooperation(trace)["interval"].values[1],
            analysis.intershap(trace).attrs["interval"],
        ]
        for one in texts:
            assert any(part in one for part in text.split("|")), one


def test_a_constant_modality_and_an_unused_one_have_a_score_of_exactly_0_and_no_interval():
    run, split = run_and_split(A, 0 * A, A, smooth(2, lambda a, b: a ^ b))
    trace = mm.trace.with_measures(
        mm.record(run, split, recorded_samples=2, attribution=None),
        {"permutations": mm.recording.record_permutations(run, split, draws=2)},
    )
    found = analysis.perceptual_score(trace).sel(modality="b")
    assert found["score"].sel(statistic="mean").item() == 0
    assert np.isnan(found["score"].sel(statistic="low").item())
    assert found["interval"].item().startswith("no interval")


def test_a_class_that_is_absent_from_the_split_changes_nothing_but_the_majority():
    run, split = run_and_split(A, B, 0 * A, smooth(2, lambda a, b: a))
    trace = mm.trace.with_measures(
        mm.record(run, split, recorded_samples=2, attribution=None),
        {
            "product_grid": mm.recording.record_product_grid(run, split),
            "permutations": mm.recording.record_permutations(run, split, draws=2),
        },
    )
    found = analysis.perceptual_score(trace)
    assert found.attrs["majority"] == 1
    assert np.isnan(found["task_normalised"].values).all()  # accuracy is below always predicting the one class
    assert np.isfinite(analysis.emap(trace)["gap"].sel(statistic="mean").values).all()


def test_a_model_whose_prediction_is_constant_has_no_share_of_interaction_and_says_why():
    run, split = run_and_split(A, B, A, np.full((2, 2, 2), 0.5))
    trace = mm.trace.with_measures(
        mm.record(run, split, recorded_samples=2, attribution=None),
        {"product_grid": mm.recording.record_product_grid(run, split)},
    )
    found = analysis.intershap(trace)
    assert np.isnan(found["of_means"].values).all()
    assert found.attrs["interval"] == "no value: no modality changes the prediction"
    assert np.isnan(analysis.emap(trace)["interaction_share"].values).all()


def test_outputs_that_are_not_finite_are_named_and_samples_with_nan_predictions_left_out(measured):
    broken = measured.copy()
    group = broken["product_grid"].to_dataset().copy(deep=True)
    group["logit"][9] = np.nan
    broken["product_grid"] = xr.DataTree(group)
    with pytest.raises(DataError, match=r"the output for .* of sample .* is not finite"):
        analysis.emap(broken)
    group = broken["permutations"].to_dataset().copy(deep=True)
    group["full"][2] = np.nan
    broken["permutations"] = xr.DataTree(group)
    found = analysis.perceptual_score(broken)
    assert found.attrs["n_samples"] == group.sizes["measured_sample"] - 1
    assert np.isnan(found["sample_score"].values[:, 2]).all()


def test_models_of_one_modality_too_many_samples_and_single_samples_are_refused(toy, toy_run):
    rng = np.random.default_rng(0)
    ds = mm.data.from_arrays(
        {"train": {"only": rng.normal(size=(12, 3, 2))}}, {"train": rng.integers(0, 2, 12)}, classes=["a", "b"]
    )
    run = mm.train.as_run(mm.models.adapt(_Sum(), ds.spec, missing="zeros", output_kind="logits"))
    with pytest.raises(ConfigError, match="one modality"):
        mm.recording.record_product_grid(run, ds["train"])
    trace = mm.record(run, ds["train"], recorded_samples=2, attribution=None)
    for function in (analysis.cooperation, analysis.intershap):
        with pytest.raises(ConfigError, match="one modality"):
            function(trace)
    with pytest.raises(DataError, match="at least two"):
        mm.recording.record_product_grid(toy_run, toy["test"].take([0]))
    with pytest.raises(ConfigError, match=r"\d+ samples of 3 modalities mean \d+ fusion passes; give at most 62"):
        mm.recording.record_product_grid(toy_run, toy["train"], samples=list(range(63)))
    assert mm.recording.record_product_grid(toy_run, toy["test"], samples=2).sizes["cell"] == 8


class _Sum(Table):
    def __init__(self):
        super().__init__(np.full((2, 2, 2), 0.5))

    def forward(self, values):
        return values["only"].mean((1, 2))[:, None] * self.table[0, 0]


def test_unknown_options_and_missing_groups_and_labels_are_refused_with_the_remedy(recorded, measured, toy, toy_run):
    for function in (analysis.emap, analysis.perceptual_score):
        with pytest.raises(DataError, match=r"is missing; record it: mmviz.trace.with_measures"):
            function(recorded)
    with pytest.raises(ConfigError, match="masking"):
        analysis.cooperation(measured, masking="zeros")
    with pytest.raises(ConfigError, match="baseline='majority' is an accuracy"):
        analysis.cooperation(measured, value="log_likelihood", baseline="majority")
    split = toy["test"].take(range(6))
    unlabelled = type(split)(split.name, split.inputs, split.valid, None, split.ids, split.group)
    trace = mm.record(toy_run, unlabelled, recorded_samples=2)
    found = {
        "product_grid": mm.recording.record_product_grid(toy_run, unlabelled, samples=4),
        "permutations": mm.recording.record_permutations(toy_run, unlabelled, draws=2),
    }
    trace = mm.trace.with_measures(trace, found)
    for function in (analysis.perceptual_score, analysis.cooperation):
        with pytest.raises(DataError, match="labels"):
            function(trace)
    assert list(analysis.emap(trace)["value"].values) == ["probability", "log_likelihood"]
    assert np.isfinite(analysis.intershap(trace)["of_means"].values[0])


def test_recordings_of_another_run_split_or_sample_order_are_refused(toy, toy_run, measured):
    trace = mm.record(toy_run, toy["test"], recorded_samples=2)
    other = mm.recording.record_permutations(toy_run, toy["valid"], draws=1)
    with pytest.raises(DataError, match="permutations has split 'valid', the Trace 'test'"):
        mm.trace.with_measures(trace, {"permutations": other})
    again = measured["permutations"].to_dataset()
    moved = again.assign_coords(sample_id=("measured_sample", again["sample_id"].values[::-1]))
    with pytest.raises(DataError, match="other samples"):
        mm.trace.with_measures(trace, {"permutations": moved})
    with pytest.raises(ConfigError, match=r"'permutation' is no recording of a measure \(did you mean 'permutations'"):
        mm.trace.with_measures(trace, {"permutation": again})
    with pytest.raises(ConfigError, match=r"expected the result of mmviz.recording.record_permutations"):
        mm.trace.with_measures(trace, {"permutations": 3})
    reason = mm.trace.with_measures(trace, {"permutations": "the model is too slow"})
    with pytest.raises(DataError, match="it was not recorded: the model is too slow"):
        analysis.perceptual_score(reason)


def test_a_trace_with_recordings_survives_a_file_and_measures_of_a_regression_are_of_its_errors(
    regression, measured, tmp_path
):
    path = mm.trace.save(measured, tmp_path / "measured.nc")
    again = mm.trace.load(path)
    xr.testing.assert_identical(analysis.emap(again).drop_attrs(), analysis.emap(measured).drop_attrs())
    run = mm.train.fit(mm.models.build("late", regression.spec, width=8), regression, epochs=1, progress=False)
    trace = mm.record(run, regression["test"], recorded_samples=2)
    found = {
        "product_grid": mm.recording.record_product_grid(run, regression["test"], samples=6),
        "permutations": mm.recording.record_permutations(run, regression["test"], draws=2),
    }
    trace = mm.trace.with_measures(trace, found)
    assert list(analysis.emap(trace)["value"].values) == ["negative_absolute_error"]
    assert analysis.perceptual_score(trace).attrs["value"] == "negative_absolute_error"
    assert "task_normalised" not in analysis.perceptual_score(trace)
    assert list(analysis.cooperation(trace)["value"].values) == ["negative_absolute_error"]
    with pytest.raises(ConfigError, match="not a score"):
        analysis.perceptual_score(trace, value="output")


def test_measures_of_a_combined_trace_have_the_dimension_run(toy):
    parts = []
    for seed in range(2):
        run = mm.train.fit(
            mm.models.build("late", toy.spec, width=8, seed=seed), toy, epochs=1, seed=seed, progress=False
        )
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            trace = mm.record(run, toy["test"], recorded_samples=[0, 1])
        found = {
            "product_grid": mm.recording.record_product_grid(run, toy["test"], samples=5),
            "permutations": mm.recording.record_permutations(run, toy["test"], draws=2),
        }
        parts.append(mm.trace.with_measures(trace, found))
    both = mm.trace.combine(parts)
    for function in (analysis.emap, analysis.perceptual_score, analysis.cooperation, analysis.intershap):
        assert function(both).sizes["run"] == 2
